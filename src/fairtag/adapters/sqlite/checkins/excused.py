"""What do pauses and calls for a review change of an order? Silences that do not count, a date.

The judge is told of pauses as absences that were recorded when the pause was: a replay that knows
what was known at an instant knows the same pauses.
Units: instants in µs UTC.
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from fairtag.adapters.sqlite.checkins.tables import prompt_pauses, review_calls
from fairtag.orders.model import ALL_CONDITIONS, Absence, Covers
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import LATEST, Micros
from fairtag.terms.local import Interval


def excused(db: Connection, wearer_id: str, as_of: Micros | None) -> tuple[Absence, ...]:
    """List the times in which no silence of a wearer counts, as they were known at an instant."""
    wanted = select(prompt_pauses).where(prompt_pauses.c.owner == wearer_id)
    wanted = wanted.where(
        or_(
            prompt_pauses.c.free_until.is_(None),
            prompt_pauses.c.free_until > prompt_pauses.c.start,
        )
    )
    if as_of is not None:
        wanted = wanted.where(prompt_pauses.c.recorded_at <= as_of)
    found = []
    for row in db.execute(wanted.order_by(prompt_pauses.c.n)):
        ends = [LATEST if row.free_until is None else row.free_until]
        if row.ended_at is not None and (as_of is None or row.ended_at <= as_of):
            ends.append(max(row.start, row.ended_at))
        during = Interval(start=Micros(row.start), end=Micros(min(ends)))
        found.append(
            Absence(
                condition_id=ALL_CONDITIONS,
                covers=frozenset({Covers.CHECK_INS}),
                during=during,
                recorded_at=Micros(row.recorded_at),
                reason=row.kind,
                by="machine",
            )
        )
    return tuple(found)


def called(db: Connection, order_id: OrderId | None) -> dict[str, tuple[int, str]]:
    """Find the newest call for a review of each order: when it was recorded, and by when."""
    wanted = select(review_calls).order_by(review_calls.c.n)
    if order_id is not None:
        wanted = wanted.where(review_calls.c.order_id == order_id)
    return {row.order_id: (row.recorded_at, row.by_date) for row in db.execute(wanted)}
