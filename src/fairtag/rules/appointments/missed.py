"""For how much of an appointment is a wearer known to have been elsewhere?

Time that is not known counts as there.
Units: µs UTC.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from fairtag.orders.model import Appointment, Attendance
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter
from fairtag.rules.places.belief import Seen, Side
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

if TYPE_CHECKING:
    from fairtag.rules.conditions import Watched

LONGEST_STEP = 15 * MINUTE  # longer silence between two fixes is not knowing


class Away(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is known about being elsewhere during one appointment."""

    length: int = 0  # µs
    certainty: float | None = None
    evidence: tuple[Evidence, ...] = ()


def attend(condition: Attendance, watched: Watched, seen: Seen) -> None:
    """Count the time that is known to be spent elsewhere, up to the position before this one."""
    before, at = seen.before, seen.at
    if watched.away_from is not None:
        spend(condition, watched, before)
        is_broken = before is None or at is None or at - before > LONGEST_STEP
        if seen.side is not Side.AGAINST or is_broken:
            watched.away_from = None
    if seen.side is Side.AGAINST and watched.away_from is None:
        is_turn = seen.side_before is not Side.AGAINST
        watched.away_from = seen.run_from if is_turn else at  # a run has no gap in it
        watched.away_by = (seen.certainty, seen.evidence)


def spend(condition: Attendance, watched: Watched, until: Micros | None) -> None:
    """Put time up to an instant down to the appointments that it falls into."""
    start, dates = watched.away_from, dates_of(condition)
    if start is None or until is None or until <= start:
        return
    known = watched.away or (Away(),) * len(dates)
    spent = Interval(start=start, end=until)
    watched.away = tuple(
        _longer(away, one.during, spent, watched.away_by)
        for away, one in zip(known, dates, strict=True)
    )
    watched.away_from = until


@lru_cache(maxsize=4096)
def dates_of(condition: Attendance) -> tuple[Appointment, ...]:
    """List appointments by their end, whatever their order in the file."""
    return tuple(sorted(condition.appointments, key=lambda one: (one.during.end, one.during.start)))


def _longer(
    away: Away, during: Interval, spent: Interval, by: tuple[float, tuple[Evidence, ...]]
) -> Away:
    length = min(spent.end, during.end) - max(spent.start, during.start)
    if length <= 0:
        return away
    return Away(
        length=away.length + length,
        certainty=max(away.certainty or 0.0, by[0]),
        evidence=away.evidence or by[1],
    )


def settle(
    condition: Attendance,
    watched: Watched,
    free: tuple[Interval, ...],
    to: Micros,
    bound_from: Micros,
) -> list[Matter]:
    """Tell which appointments that are over by now were missed."""
    found: list[Matter] = []
    dates = dates_of(condition)
    while watched.settled < len(dates) and dates[watched.settled].during.end <= to:
        one = dates[watched.settled]
        away = watched.away[watched.settled] if watched.away else Away()
        watched.settled += 1
        is_free = any(hole.start < one.during.end and one.during.start < hole.end for hole in free)
        if not is_free and one.during.start >= bound_from and _is_missed(one, away):
            found.append(_missed(condition, one, away))
    return found


def _is_missed(one: Appointment, away: Away) -> bool:
    """Tell whether the stay can't have been long enough; time that is not known counts as there."""
    there = one.during.end - one.during.start - away.length
    return there < max(one.stay_min * MINUTE, SECOND)


def _missed(condition: Attendance, one: Appointment, away: Away) -> Matter:
    return Matter(
        kind=Kind.ATTENDANCE_MISSED,
        condition_id=ConditionId(condition.id),
        began_at=one.during.start,
        ended_at=one.during.end,
        closed_at=one.during.end,
        certainty=away.certainty,
        evidence=away.evidence,
    )
