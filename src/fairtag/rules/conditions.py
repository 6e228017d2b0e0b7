"""Was a curfew, a zone or an appointment kept? One machine a condition, fed by sides of its edge.

A duty opens a matter only on a side that is known; not knowing never does.
Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.orders.model import Attendance, Curfew, ExclusionZone, InclusionZone
from fairtag.rules.appointments.missed import LONGEST_STEP, Away, dates_of, settle, spend
from fairtag.rules.duty import Binding, Duty
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter
from fairtag.rules.places.belief import Seen, Side
from fairtag.terms.geometry import Place
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval

LOCATED = (Curfew, ExclusionZone, InclusionZone, Attendance)
Located = Curfew | ExclusionZone | InclusionZone | Attendance


class Watched(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about one condition, besides what is believed about its edge."""

    span_from: Micros | None = None  # the window of the timetable that the next four are about
    duty_from: Micros | None = None
    span_until: Micros = Micros(0)
    was_kept: bool = False
    kept_at: Micros | None = None  # when a stretch of duty began in place
    open: Matter | None = None
    open_until: Micros = Micros(0)  # end of the stretch in which the open matter may go on
    away_from: Micros | None = None  # known to be elsewhere since then
    away_by: tuple[float, tuple[Evidence, ...]] = (0.0, ())  # certainty and evidence of that
    away: tuple[Away, ...] = ()  # one an appointment
    settled: int = 0  # appointments that are decided


def place_of(condition: Located) -> Place:
    """Give the place that a condition is about."""
    match condition:
        case Curfew() | Attendance():
            return condition.place
        case ExclusionZone() | InclusionZone():
            return condition.area


def buffer_m(condition: Located) -> float:
    """Tell by how much the edge is moved outward."""
    return 0.0 if isinstance(condition, Curfew | Attendance) else condition.buffer_m


def side_of(condition: Located) -> float:
    """Tell which side of the edge is against the wearer: 1 outside, -1 inside.

    A buffer moves the edge as ordered: outward in both kinds of zone.
    """
    return -1.0 if isinstance(condition, ExclusionZone) else 1.0


def due(condition: Located, watched: Watched) -> Micros | None:
    """Tell when time alone changes something."""
    if isinstance(condition, Attendance):
        left = dates_of(condition)[watched.settled :]
        return left[0].during.end if left else None
    return watched.open_until if watched.open is not None else None


def pass_time(
    condition: Located,
    watched: Watched,
    seen: Seen,
    free: tuple[Interval, ...],
    to: Micros,
    *,
    bound_from: Micros,
    longest: int,
) -> list[Matter]:
    """Let time pass up to an instant; tells the matters that changed.

    Nothing that began before `bound_from`, when the condition was recorded, is decided. After
    `longest` µs without a position nobody knows where the wearer is.
    """
    if isinstance(condition, Attendance):
        spend(condition, watched, seen.at)
        return settle(condition, watched, free, to, bound_from)
    if watched.open is None or to < watched.open_until:
        return []
    is_span_over = watched.open_until == watched.span_until
    return end_at(watched, seen, watched.open_until, is_span_over=is_span_over, longest=longest)


def end_at(
    watched: Watched, seen: Seen, at: Micros, *, is_span_over: bool, longest: int
) -> list[Matter]:
    """End what is open because the duty ends, and say what that means for the window."""
    if watched.open is None:
        return []
    known = _known_until(watched.open, seen)
    done = watched.open.end(at, decided=at)
    done.known_until = known if at - known > longest else None
    watched.open = None
    curfew = done.kind in (Kind.CURFEW_LATE_START, Kind.CURFEW_LEFT, Kind.CURFEW_LATE_RETURN)
    if not (curfew and is_span_over):
        return [done]
    if done.known_until is not None and not watched.was_kept:
        return [done]  # nobody knows that the wearer was absent for the whole of it
    kind = Kind.CURFEW_OUT_AT_END if watched.was_kept else Kind.CURFEW_ABSENT_WHOLE
    part = msgspec.structs.replace(done, kind=kind, part_of=(done.kind, done.began_at))
    return [done, part]


def _known_until(matter: Matter, seen: Seen) -> Micros:
    """Tell up to when positions say that an open matter goes on; after it they say other things."""
    last = seen.at if seen.side is Side.AGAINST else seen.run_from
    return Micros(max(matter.began_at, last or 0))


def observe(
    condition: Binding, watched: Watched, seen: Seen, duty: Duty | None, at: Micros
) -> list[Matter]:
    """Look at the belief after a position at this instant; tells the matters that changed."""
    if watched.duty_from is not None and _is_since(seen.kept_before, watched.duty_from):
        watched.was_kept = True
    if duty is None:
        watched.duty_from = None
        return []
    if watched.duty_from != duty.during.start:
        _enter(watched, seen, duty)
    watched.span_until = duty.span.end
    if seen.side is Side.KEPT:
        watched.was_kept = True
        return _close(watched, seen, at)
    if seen.side is Side.AGAINST and seen.is_sure and watched.open is None:
        return _open(condition, watched, seen, duty, at)
    return []


def _is_since(instant: Micros | None, start: Micros) -> bool:
    return instant is not None and instant >= start


def _enter(watched: Watched, seen: Seen, duty: Duty) -> None:
    """Go into a stretch of duty: another window, or what an absence leaves of one."""
    is_kept = _was_kept_at(seen, duty.during.start)
    is_same = watched.span_from == duty.span.start
    watched.was_kept = is_kept or (is_same and watched.was_kept)
    watched.kept_at = duty.during.start if is_kept else None
    watched.span_from, watched.duty_from = duty.span.start, duty.during.start


def _was_kept_at(seen: Seen, start: Micros) -> bool:
    """Tell whether the wearer was in place when the duty began, by the last fix before it."""
    before = seen.before
    is_near = before is not None and start - LONGEST_STEP <= before < start
    return is_near and seen.side_before is Side.KEPT


def fit(watched: Watched, duty: Duty | None, now: Micros) -> None:
    """Set when an open matter ends after absences, suspensions or the order's end changed."""
    if duty is not None:
        watched.span_until = duty.span.end
    if watched.open is not None:
        watched.open_until = now if duty is None else duty.during.end


def _close(watched: Watched, seen: Seen, at: Micros) -> list[Matter]:
    if watched.open is None:
        return []
    done = watched.open.end(seen.run_from, decided=at)
    watched.open = None
    return [done]


def _open(condition: Binding, watched: Watched, seen: Seen, duty: Duty, at: Micros) -> list[Matter]:
    began = Micros(max(seen.run_from, duty.during.start))
    kind, wait = _kind(condition, watched, seen, duty)
    if not _is_due(kind, wait, began, duty.during.start, at):
        return []
    watched.open = Matter(
        kind=kind,
        condition_id=condition.id,
        began_at=began,
        certainty=seen.certainty,
        evidence=seen.evidence,
    )
    watched.open_until = duty.during.end
    return [watched.open]


def _is_due(kind: Kind, wait: int, began: Micros, start: Micros, at: Micros) -> bool:
    """Tell whether the grace is over.

    Source: contract §5. Who was first seen outside later than that has the grace from there.
    """
    match kind:
        case Kind.CURFEW_LATE_START:
            return at >= (start if began <= start + wait else began) + wait
        case Kind.CURFEW_LATE_RETURN | Kind.CURFEW_LEFT:
            return at > began + wait  # 'after an absence's end', 'longer than'
        case _:
            return True


def _kind(condition: Binding, watched: Watched, seen: Seen, duty: Duty) -> tuple[Kind, int]:
    match condition:
        case ExclusionZone():
            return Kind.ZONE_ENTERED, 0
        case InclusionZone():
            return Kind.ZONE_LEFT, 0
        case Curfew():
            grace = condition.grace_min * MINUTE
            start = duty.during.start
            is_back = _is_since(watched.kept_at, start) or _is_since(seen.kept_at, start)
            watched.was_kept = watched.was_kept or is_back
            if duty.after_absence and not is_back:
                return Kind.CURFEW_LATE_RETURN, grace
            return (Kind.CURFEW_LEFT if watched.was_kept else Kind.CURFEW_LATE_START), grace
