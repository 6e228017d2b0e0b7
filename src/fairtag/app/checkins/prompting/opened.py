"""When may a wearer be asked on a day? Told once, stored, and then as it was stored."""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.app.checkins.prompting.people import AHEAD
from fairtag.app.ports import Transaction
from fairtag.orders.model import Ruling
from fairtag.rules.prompts.hours import Hours, protected_of
from fairtag.rules.prompts.refusals import HoursRefused
from fairtag.rules.prompts.wanted import hours_of, zone_of
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


def opened(
    tx: Transaction, wearer_id: WearerId, rulings: Sequence[Ruling], day: str, now: Micros
) -> list[Hours]:
    """Give the day's open hours, and store them when they are not there yet."""
    near = Interval(start=Micros(now - AHEAD), end=Micros(now + 2 * AHEAD))
    stored = tx.asking.hours(wearer_id, near)
    try:
        fresh = hours_of(rulings, day, stored)
    except HoursRefused:
        return []
    tx.asking.add_hours(
        wearer_id, fresh, time_zone=zone_of(rulings), protected=protected_of(rulings)
    )
    zone = zone_of(rulings)
    kept = [one for one in stored if one.waking_day == day and one.time_zone == zone]
    return [*kept, *fresh]
