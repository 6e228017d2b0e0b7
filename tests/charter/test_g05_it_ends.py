"""Guarantee 5, event time: what happens after an order ends is not kept."""

from __future__ import annotations

import pytest
from tests.rig import Rig

from fairtag.app import receive as receiving
from fairtag.app.put_order import mark_order
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, Micros, text

NOT_YET_PROVED = "retention dates, destruction of keys and holds have no proof yet"


def kept(rig: Rig) -> int:
    entries = rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))
    return sum(len(one.messages) for one in entries)


def ended(rig: Rig) -> str:
    """End an order an hour ago and go on sending from the device."""
    device = rig.wearer()
    rig.say(device, rig.line(device))
    rig.pass_time(HOUR)
    mark_order(
        rig.house,
        OrderId("ORD-1"),
        "end",
        at=rig.clock.at,
        by="test",
        reason="Revoked",
    )
    rig.pass_time(HOUR)
    return device


def test_a_device_that_keeps_sending_leaves_nothing_behind(rig: Rig) -> None:
    device = ended(rig)
    answer = rig.say(device, rig.line(device), rig.line(device, type="event", code="strap_open"))
    assert answer.status_code == 410
    assert kept(rig) == 1
    assert rig.kinds() == []


def test_the_end_is_counted_by_event_time_not_by_arrival(rig: Rig) -> None:
    device = ended(rig)
    before = text(Micros(rig.clock.at - 90 * 60_000_000))
    assert rig.say(device, rig.line(device, at=before)).status_code == 200
    assert kept(rig) == 2


def test_a_week_after_the_end_late_data_are_refused_too(rig: Rig) -> None:
    device = ended(rig)
    before = text(Micros(rig.clock.at - 90 * 60_000_000))
    rig.clock.at = Micros(rig.clock.at + 8 * DAY)
    assert rig.say(device, rig.line(device, at=before)).status_code == 410
    assert kept(rig) == 1


def test_a_suspended_order_keeps_nothing(rig: Rig) -> None:
    device = rig.wearer()
    mark_order(
        rig.house, OrderId("ORD-1"), "suspend", at=rig.clock.at, by="test", reason="In hospital"
    )
    rig.pass_time(HOUR)
    rig.say(device, rig.line(device))
    assert kept(rig) == 0


def test_negative_control_a_door_that_forgets_the_end_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = ended(rig)
    monkeypatch.setattr(receiving, "_owner", lambda serving, *_: serving[0])
    rig.say(device, rig.line(device))
    assert kept(rig) == 2
