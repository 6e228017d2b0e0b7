"""A month is begun before it begins: keys are there, and the log says whose data it collects."""

from __future__ import annotations

import pytest
from tests.rig import Rig, walk_out

from fairtag.adapters.keystore import KeyStore
from fairtag.app.keys.months import AHEAD, begin_months
from fairtag.audit.entries import Entry
from fairtag.retention.due import DataKey
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse

DECEMBER = parse("2026-12-01T00:00:00Z")  # a Tuesday; order 1 runs to 1 January
LATER = {"ends_at": "2027-12-01T00:00:00Z"}


def keys_of(rig: Rig, month: str) -> set[DataKey]:
    return {one for one in rig.house.vault.periods() if one.period == month}


def collections(rig: Rig) -> list[Entry]:
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    return [one.entry for one in log if one.entry.operation == "collection"]


def test_an_order_says_from_the_first_what_it_collects(rig: Rig) -> None:
    rig.wearer()
    (entry,) = collections(rig)
    assert (entry.wearer_id, entry.order_id, entry.actor) == ("W-1", "ORD-1", "test")
    assert entry.window == (rig.clock.at, DECEMBER)
    assert (entry.details["devices"], entry.fields[0]) == ("D-1", "positions")


def test_keys_and_entries_of_a_month_are_there_before_it_begins(rig: Rig) -> None:
    rig.wearer()
    begin_months(rig.house)
    rig.clock.at = Micros(DECEMBER - AHEAD - HOUR)
    assert begin_months(rig.house) == 0
    assert keys_of(rig, "2026-12") == set()
    rig.clock.at = Micros(DECEMBER - AHEAD + HOUR)
    assert begin_months(rig.house) == 1
    kinds = {one.kind for one in keys_of(rig, "2026-12") if one.wearer_id == "W-1"}
    assert kinds == {"trail", "finding", "evidence"}
    entry = collections(rig)[-1]
    assert entry.window == (DECEMBER, parse("2027-01-01T00:00:00Z"))
    assert (entry.actor, entry.details["devices"]) == ("machine", "D-1")
    for hours in (0, 1, 90):  # a round more begins nothing again
        rig.clock.at = Micros(rig.clock.at + hours * HOUR)
        assert begin_months(rig.house) == 0


def test_in_a_month_that_was_begun_no_alert_and_no_trail_waits_for_a_key(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = rig.wearer(**LATER)
    rig.clock.at = Micros(DECEMBER - DAY)
    rig.say(device, rig.line(device))
    begin_months(rig.house)
    made: list[str] = []
    make = KeyStore.make_many

    def watched(self: KeyStore, wanted: object) -> int:
        told = list(wanted)  # type: ignore[call-overload]
        made.extend(name for name, _ in told if not self.is_there(name))
        return make(self, told)

    monkeypatch.setattr(KeyStore, "make_many", watched)
    rig.clock.at = Micros(DECEMBER + HOUR)
    walk_out(rig, device)
    assert "zone.entered" in rig.kinds()
    own = [one for one in made if one.startswith("data/W-1/")]
    assert own == []
    # Negative control: a month that nobody began makes its keys when the alert comes.
    rig.clock.at = Micros(parse("2027-01-01T00:00:00Z") + HOUR)
    rig.event(device, "strap_open")
    assert "data/W-1/finding/2027-01" in made


def test_one_whose_key_is_locked_keeps_nobody_from_theirs(rig: Rig) -> None:
    rig.wearer(1, **LATER)
    rig.wearer(2, **LATER)
    rig.house.vault.end_wearer(WearerId("W-1"))
    rig.clock.at = Micros(DECEMBER - DAY)
    assert begin_months(rig.house) == 4  # November and December of both
    assert {one.wearer_id for one in keys_of(rig, "2026-12")} == {"W-2"}


def test_a_clock_that_was_ahead_leaves_no_month_out(rig: Rig) -> None:
    rig.wearer(**LATER)
    rig.clock.at = parse("2027-06-10T00:00:00Z")
    begin_months(rig.house)
    rig.clock.at = Micros(DECEMBER - DAY)
    assert begin_months(rig.house) > 0
    assert keys_of(rig, "2026-12") != set()
