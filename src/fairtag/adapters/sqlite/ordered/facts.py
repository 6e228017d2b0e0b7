"""What stands beside an order in a list, from its newest version, marks, reviews and calls?

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from fairtag.app.books import OrderFacts
from fairtag.orders.inforce import Mark, is_lapsed


def _review_by(row: Row[Any], again: Row[Any] | None, early: dict[str, tuple[int, str]]) -> str:
    """Tell by when an order is reviewed: the newest version or review says it, or a later call."""
    newest: Row[Any] = row
    by: str = row.review_by
    if again is not None and again.recorded_at >= row.recorded_at:
        newest, by = again, again.by_date
    recorded_at, called_by = early.get(row.order_id, (-1, by))
    return min(by, called_by) if recorded_at > newest.recorded_at else by


def facts_of(
    row: Row[Any],
    told: list[Mark],
    again: Row[Any] | None,
    early: dict[str, tuple[int, str]],
) -> OrderFacts:
    """Say it of a newest version; `told` are its marks, `again` its newest review."""
    lapses = [mark.at for mark in told if mark.what == "lapse"] if is_lapsed(told) else []
    ends = [mark.at for mark in told if mark.what == "end"]
    pauses = [mark for mark in told if mark.what in ("suspend", "resume")]
    newest = max(pauses, key=lambda mark: (mark.at, mark.recorded_at), default=None)
    is_paused = newest is not None and newest.what == "suspend"
    return OrderFacts(
        order_id=row.order_id,
        version=row.version,
        wearer_id=row.wearer_id,
        authority_id=row.authority_id,
        starts_at=row.starts_at,
        ends_at=min([row.ends_at, *ends]),
        review_by=_review_by(row, again, early),
        time_zone=row.time_zone,
        recorded_at=row.recorded_at,
        lapsed_since=max(lapses, default=None),
        suspended_since=newest.at if newest is not None and is_paused else None,
    )
