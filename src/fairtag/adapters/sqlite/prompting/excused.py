"""What do pauses and calls for a review change of an order? Silences that do not count, a date.

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from fairtag.adapters.sqlite.prompting.tables import prompt_pauses, review_calls
from fairtag.orders.model import Absence
from fairtag.rules.excused.absences import Excuse, absences_of
from fairtag.terms.instants import Micros


def excused(db: Connection, wearer_id: str, as_of: Micros | None) -> tuple[Absence, ...]:
    """List the times in which no silence of a wearer counts, as they were known at an instant."""
    wanted = select(prompt_pauses).where(prompt_pauses.c.owner == wearer_id)
    found = db.execute(wanted.order_by(prompt_pauses.c.n))
    return absences_of(
        (
            Excuse(
                kind=row.kind,
                start=Micros(row.start),
                free_until=None if row.free_until is None else Micros(row.free_until),
                recorded_at=Micros(row.recorded_at),
                ended_at=None if row.ended_at is None else Micros(row.ended_at),
            )
            for row in found
        ),
        as_of,
    )


def called(db: Connection, chosen: Select[Any] | None) -> dict[str, tuple[int, str]]:
    """Find the newest call for a review of each order: when it was recorded, and by when.

    `chosen` are the orders' ids; None stands for all.
    """
    wanted = select(review_calls).order_by(review_calls.c.n)
    if chosen is not None:
        wanted = wanted.where(review_calls.c.order_id.in_(chosen))
    return {row.order_id: (row.recorded_at, row.by_date) for row in db.execute(wanted)}
