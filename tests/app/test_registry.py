"""What is kept in memory of credentials and orders is dropped when anybody changes it."""

from __future__ import annotations

import json
import time

import pytest
from tests.rig import Rig
from tests.web.test_lane import offered

from fairtag.app.add_device import add_device, hash_of
from fairtag.app.put_order import mark_order
from fairtag.app.taking.registry import LOOK_S, Registry
from fairtag.bootstrap import open_house
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.web.device_api.app import DeviceDoor

SOON_S = 0.2


def known(rig: Rig) -> tuple[Registry, bytes]:
    device = rig.wearer()
    registry, token = Registry(rig.house.store), hash_of(rig.tokens[device])
    assert registry.bearer(token) is not None
    return registry, token


def revoke(rig: Rig) -> None:
    now = rig.clock.now()
    rig.house.store.transact(lambda tx: tx.devices.revoke(DeviceId("D-1"), at=now))


def test_a_revocation_bites_at_once_in_this_process(rig: Rig) -> None:
    registry, token = known(rig)
    revoke(rig)
    assert registry.bearer(token) is None


def test_a_new_credential_ends_the_former_one_at_once(rig: Rig) -> None:
    registry, token = known(rig)
    fresh = add_device(rig.house, "D-1", by="test").token
    assert registry.bearer(token) is None
    assert registry.bearer(hash_of(fresh)) is not None


def test_a_revocation_by_another_process_bites_soon(rig: Rig) -> None:
    registry, token = known(rig)
    with open_house(rig.folder, clock=rig.clock) as other:
        now = rig.clock.now()
        other.store.transact(lambda tx: tx.devices.revoke(DeviceId("D-1"), at=now))
    time.sleep(SOON_S)
    assert LOOK_S < SOON_S
    assert registry.bearer(token) is None


def test_negative_control_without_a_look_the_revoked_go_on(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, token = known(rig)
    monkeypatch.setattr(Registry, "_look", lambda _: None)
    revoke(rig)
    assert registry.bearer(token) is not None


@pytest.mark.parametrize("by_another", [False, True])
def test_an_order_that_ended_takes_no_more(rig: Rig, *, by_another: bool) -> None:
    rig.wearer()
    door = DeviceDoor(rig.house)

    def answer() -> dict[str, object]:
        body = "\n".join(json.dumps(rig.line("D-1")) for _ in range(15)).encode()
        found: dict[str, object] = offered(door, [("D-1", body)])[0]
        return found

    assert "stored" in answer()
    at = rig.clock.now()
    if by_another:
        with open_house(rig.folder, clock=rig.clock) as other:
            mark_order(other, OrderId("ORD-1"), "end", at=at, reason="It is over.", by="test")
    else:
        mark_order(rig.house, OrderId("ORD-1"), "end", at=at, reason="It is over.", by="test")
    assert "stored" not in answer()
