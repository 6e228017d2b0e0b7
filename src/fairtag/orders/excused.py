"""In which times does no silence of a wearer count, as it was known at an instant?

A pause, 'cannot now', an outage of ours: each is an absence from check-ins for the judge, recorded
when the pause was, so that a replay that knows what was known at an instant knows the same pauses.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fairtag.orders.model import ALL_CONDITIONS, Absence, Covers
from fairtag.terms.instants import LATEST, Micros
from fairtag.terms.local import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """A time in which no silence counts."""

    kind: str  # such as "cannot"
    start: Micros
    free_until: Micros | None  # None: until a person ends it
    recorded_at: Micros
    ended_at: Micros | None = None  # when a person ended it


def absences_of(excuses: Iterable[Excuse], as_of: Micros | None) -> tuple[Absence, ...]:
    """Give them as absences from check-ins, as they were known at an instant; None: as of now."""
    return tuple(
        Absence(
            condition_id=ALL_CONDITIONS,
            covers=frozenset({Covers.CHECK_INS}),
            during=Interval(start=one.start, end=_end(one, as_of)),
            recorded_at=one.recorded_at,
            reason=one.kind,
            by="machine",
        )
        for one in excuses
        if (one.free_until is None or one.free_until > one.start)
        and (as_of is None or one.recorded_at <= as_of)
    )


def _end(one: Excuse, as_of: Micros | None) -> Micros:
    ends = [LATEST if one.free_until is None else one.free_until]
    if one.ended_at is not None and (as_of is None or one.ended_at <= as_of):
        ends.append(max(one.start, one.ended_at))
    return Micros(min(ends))
