"""The judge's memory is what the last commit says, whatever fails in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.rig import Rig, walk_out

from fairtag.app.judging import Engine, clean_replay
from fairtag.app.ports import Store
from fairtag.terms.errors import Busy


class FailingStore:
    """A store whose next commits fail, as a full disk's do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        self.urgent: list[bool] = []  # of each commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def submit(self, work: Any, *, is_urgent: bool = False) -> Any:
        if self.failures:
            self.failures -= 1
            raise Busy("no space left on device")
        self.urgent.append(is_urgent)
        return self._store.submit(work, is_urgent=is_urgent)


def failing(rig: Rig) -> FailingStore:
    store = FailingStore(rig.house.store)
    rig.engine = Engine(replace(rig.house, store=store))
    rig.engine.start()
    return store


def test_a_commit_that_failed_is_judged_again_as_if_it_never_was(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    walk_out(rig, device)
    rig.client.post(
        "/d/v1/messages",
        json=rig.line(device, type="event", code="strap_open"),
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )
    store.failures = 2
    for _ in range(2):
        with pytest.raises(Busy):
            rig.engine.step()
    rig.judge()

    assert sorted(rig.kinds()) == ["tamper.strap", "zone.entered"]
    assert rig.engine.digest_input() == clean_replay(rig.house)


def test_negative_control_a_judge_that_goes_on_regardless_is_noticed(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    rig.say(device, rig.line(device))
    rig.pass_time(60_000_000)
    rig.client.post(
        "/d/v1/messages",
        json=rig.line(device, type="event", code="strap_open"),
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )
    store.failures = 1
    with pytest.raises(Busy):
        rig.engine.step()
    rig.engine._is_whole = True
    rig.judge()

    assert rig.kinds() != ["tamper.strap"] or rig.engine.digest_input() != clean_replay(rig.house)


def test_what_somebody_is_to_be_told_goes_before_what_devices_say(rig: Rig) -> None:
    device = rig.wearer()
    store = failing(rig)
    rig.say(device, rig.line(device))
    assert store.urgent
    assert not any(store.urgent)

    rig.event(device, "strap_open")

    assert rig.kinds() == ["tamper.strap"]
    assert store.urgent[-1]
