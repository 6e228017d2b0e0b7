"""Was a curfew, a zone or an appointment kept? One machine a condition, fed by sides of its edge.

A duty opens a matter only on a side that is known; not knowing never does.
Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.orders.model import Attendance, Curfew, ExclusionZone, InclusionZone
from fairtag.rules.duty import Binding, Duty
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.rules.place import Belief, Side
from fairtag.terms.geometry import Place
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

LOCATED = (Curfew, ExclusionZone, InclusionZone, Attendance)
Located = Curfew | ExclusionZone | InclusionZone | Attendance


class Watched(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about one condition."""

    belief: Belief
    span_from: Micros | None = None  # the window of the timetable that the next three are about
    span_until: Micros = Micros(0)
    was_kept: bool = False
    kept_at: Micros | None = None
    open: Matter | None = None
    open_until: Micros = Micros(0)  # end of the stretch in which the open matter may go on
    before: Micros | None = None  # time and side of the last fix, for attendance
    before_side: Side = Side.UNSURE
    away: tuple[int, ...] = ()  # µs known to be away, per appointment
    settled: int = 0  # appointments that are decided


def place_of(condition: Located) -> Place:
    """Give the place that a condition is about."""
    match condition:
        case Curfew() | Attendance():
            return condition.place
        case ExclusionZone() | InclusionZone():
            return condition.area


def against_m(condition: Located, signed_m: float) -> float:
    """Turn the distance to the edge (negative inside) into metres against the wearer.

    A buffer moves the edge as ordered: outward in both kinds of zone.
    """
    match condition:
        case Curfew() | Attendance():
            return signed_m
        case ExclusionZone():
            return condition.buffer_m - signed_m
        case InclusionZone():
            return signed_m - condition.buffer_m


def due(condition: Located, watched: Watched) -> Micros | None:
    """Tell when time alone changes something."""
    if isinstance(condition, Attendance):
        left = condition.appointments[watched.settled :]
        return left[0].during.end if left else None
    return watched.open_until if watched.open is not None else None


def pass_time(
    condition: Located, watched: Watched, free: tuple[Interval, ...], to: Micros
) -> list[Matter]:
    """Let time pass up to an instant; tells the matters that changed."""
    if isinstance(condition, Attendance):
        return _settle(condition, watched, free, to)
    if watched.open is None or to < watched.open_until:
        return []
    return end_at(
        watched, watched.open_until, is_span_over=watched.open_until == watched.span_until
    )


def end_at(watched: Watched, at: Micros, *, is_span_over: bool) -> list[Matter]:
    """End what is open because the duty ends, and say what that means for the window."""
    if watched.open is None:
        return []
    done = watched.open.end(at, decided=at)
    watched.open = None
    curfew = done.kind in (Kind.CURFEW_LATE_START, Kind.CURFEW_LEFT, Kind.CURFEW_LATE_RETURN)
    if not (curfew and is_span_over):
        return [done]
    kind = Kind.CURFEW_OUT_AT_END if watched.was_kept else Kind.CURFEW_ABSENT_WHOLE
    part = msgspec.structs.replace(
        done, kind=kind, part_of=(done.kind, done.began_at), certainty=done.certainty
    )
    return [done, part]


def observe(condition: Binding, watched: Watched, duty: Duty | None, at: Micros) -> list[Matter]:
    """Look at the belief after a fix at this instant; tells the matters that changed."""
    if duty is None:
        return []
    if watched.span_from != duty.span.start:
        watched.span_from, watched.span_until = duty.span.start, duty.span.end
        watched.was_kept = False
    side = watched.belief.side
    if side is Side.KEPT:
        watched.was_kept, watched.kept_at = True, at
        return _close(watched, at)
    if side is Side.AGAINST and watched.open is None:
        return _open(condition, watched, duty, at)
    return []


def _close(watched: Watched, at: Micros) -> list[Matter]:
    if watched.open is None:
        return []
    done = watched.open.end(watched.belief.run_from, decided=at)
    watched.open = None
    return [done]


def _open(condition: Binding, watched: Watched, duty: Duty, at: Micros) -> list[Matter]:
    began = Micros(max(watched.belief.run_from, duty.during.start))
    kind, wait = _kind(condition, watched, duty)
    counted_from = duty.during.start if kind in _FROM_START else began
    if at < counted_from + wait:
        return []
    watched.open = Matter(
        kind=kind,
        condition_id=condition.id,
        began_at=began,
        certainty=watched.belief.certainty,
        evidence=watched.belief.run_evidence,
    )
    watched.open_until = duty.during.end
    return [watched.open]


_FROM_START = (Kind.CURFEW_LATE_START, Kind.CURFEW_LATE_RETURN)


def _kind(condition: Binding, watched: Watched, duty: Duty) -> tuple[Kind, int]:
    match condition:
        case ExclusionZone():
            return Kind.ZONE_ENTERED, 0
        case InclusionZone():
            return Kind.ZONE_LEFT, 0
        case Curfew():
            grace = condition.grace_min * MINUTE
            is_back = watched.kept_at is not None and watched.kept_at >= duty.during.start
            if duty.after_absence and not is_back:
                return Kind.CURFEW_LATE_RETURN, grace
            return (Kind.CURFEW_LEFT if watched.was_kept else Kind.CURFEW_LATE_START), grace


def attend(condition: Attendance, watched: Watched, at: Micros) -> None:
    """Count the time that is known to be spent elsewhere."""
    if not watched.away:
        watched.away = (0,) * len(condition.appointments)
    start, side = watched.before, watched.belief.side
    if side is Side.AGAINST and watched.before_side is not Side.AGAINST:
        start = watched.belief.run_from
    if start is not None and side is Side.AGAINST and at - start <= _LONGEST_STEP:
        watched.away = tuple(
            away + max(0, min(at, one.during.end) - max(start, one.during.start))
            for away, one in zip(watched.away, condition.appointments, strict=True)
        )
    watched.before, watched.before_side = at, side


_LONGEST_STEP = 15 * MINUTE  # longer silence between two fixes is not knowing


def _settle(
    condition: Attendance, watched: Watched, free: tuple[Interval, ...], to: Micros
) -> list[Matter]:
    found: list[Matter] = []
    for n, one in enumerate(condition.appointments[watched.settled :], start=watched.settled):
        if to < one.during.end:
            break
        watched.settled = n + 1
        away = watched.away[n] if watched.away else 0
        least = max(one.stay_min * MINUTE, SECOND)
        is_free = any(hole.start < one.during.end > one.during.start < hole.end for hole in free)
        if not is_free and one.during.end - one.during.start - away < least:
            found.append(
                Matter(
                    kind=Kind.ATTENDANCE_MISSED,
                    condition_id=ConditionId(condition.id),
                    began_at=one.during.start,
                    ended_at=one.during.end,
                    closed_at=one.during.end,
                    certainty=watched.belief.certainty,
                    evidence=watched.belief.run_evidence,
                )
            )
    return found
