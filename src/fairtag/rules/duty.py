"""When does a condition bind? Its timetable, without absences and suspensions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fairtag.orders.model import (
    ALL_CONDITIONS,
    Absence,
    Covers,
    Curfew,
    ExclusionZone,
    InclusionZone,
    Ruling,
)
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval, WeeklySpan, occurrences

Binding = Curfew | ExclusionZone | InclusionZone


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One stretch in which a condition binds without a break."""

    during: Interval
    span: Interval  # the whole window of the timetable, also where the order or version cuts it
    after_absence: bool  # it begins where an absence ends


def duty_at(
    condition: Binding,
    ruling: Ruling,
    free: tuple[Interval, ...],
    at: Micros,
    *,
    bound_from: Micros,
) -> Duty | None:
    """Give the stretch that holds an instant; nothing binds before `bound_from`.

    Source: contract §3: a version judges nothing before it was recorded.
    """
    if at < bound_from or not ruling.during.holds(at):
        return None
    for span in _windows(condition.timetable, ruling.time_zone, ruling.during, at // DAY):
        if span.holds(at):
            return _within(span, free, at, _clipped(span, ruling.during, bound_from))
    return None


def idle_until(
    condition: Binding,
    ruling: Ruling,
    free: tuple[Interval, ...],
    at: Micros,
    *,
    bound_from: Micros,
) -> Micros:
    """Tell until when a condition that does not bind at an instant stays so; perhaps longer."""
    day = at // DAY
    windows = _windows(condition.timetable, ruling.time_zone, ruling.during, day)
    times = [span.start for span in windows] + [hole.end for hole in free]
    times += [ruling.during.start, bound_from, Micros((day + 1) * DAY)]
    return min(one for one in times if one > at)


def free_times(
    condition_id: ConditionId | None,
    covers: Covers,
    absences: Iterable[Absence],
    suspended: Iterable[Interval],
) -> tuple[Interval, ...]:
    """List when something does not count for a condition, or for the device when it is None."""
    names = (condition_id, ALL_CONDITIONS)
    excused = [
        absence.during
        for absence in absences
        if covers in absence.covers and (condition_id is None or absence.condition_id in names)
    ]
    return tuple(sorted([*excused, *suspended], key=lambda one: one.start))


def is_free(free: Iterable[Interval], at: Micros) -> bool:
    """Tell whether an instant does not count."""
    return any(span.holds(at) for span in free)


def counted_from(since: Micros, wait: int, free: Iterable[Interval]) -> Micros:
    """Tell from when a wait of some µs counts, so that it holds no free time.

    `free` is in order of start.
    """
    for span in free:
        if span.start <= since + wait and span.end > since:
            since = span.end
    return since


def _clipped(span: Interval, during: Interval, bound_from: Micros) -> Interval:
    start = Micros(max(span.start, during.start, bound_from))
    return Interval(start=start, end=Micros(min(span.end, during.end)))


def _within(span: Interval, free: tuple[Interval, ...], at: Micros, bound: Interval) -> Duty | None:
    start, end = bound.start, bound.end
    after_absence = False
    for hole in free:
        if hole.holds(at):
            return None
        if hole.end <= at and hole.end > start:
            start, after_absence = hole.end, True
        elif at < hole.start < end:
            end = hole.start
    return Duty(during=Interval(start=start, end=end), span=span, after_absence=after_absence)


@lru_cache(maxsize=65_536)
def _windows(
    timetable: tuple[WeeklySpan, ...], zone: str, during: Interval, day: int
) -> tuple[Interval, ...]:
    if not timetable:
        return (during,)
    start, end = Micros(day * DAY), Micros((day + 1) * DAY)
    return occurrences(timetable, zone, within=Interval(start=start, end=end))
