"""A wearer's day on which they may be asked, for tests that ask themselves."""

from __future__ import annotations

from tests.rig import Rig

from fairtag.rules.prompts.hours import open_hours, protected_of
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import text

ZONE = "Europe/London"


def open_day(rig: Rig, number: int = 1) -> None:
    """Let a wearer be asked between eight and nine on the clock's day."""
    protected = protected_of(())
    hours = open_hours(text(rig.clock.at)[:10], ZONE, protected)
    wearer = WearerId(f"W-{number}")
    rig.house.store.transact(
        lambda tx: tx.asking.add_hours(wearer, hours, time_zone=ZONE, protected=protected)
    )
