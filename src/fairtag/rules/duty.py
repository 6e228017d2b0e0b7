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
    span: Interval  # the whole window of the timetable
    after_absence: bool  # it begins where an absence ends


def duty_at(
    condition: Binding, ruling: Ruling, free: tuple[Interval, ...], at: Micros
) -> Duty | None:
    """Give the stretch that holds an instant."""
    for span in _windows(condition.timetable, ruling.time_zone, ruling.during, at // DAY):
        if span.holds(at):
            return _within(span, free, at)
    return None


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


def _within(span: Interval, free: tuple[Interval, ...], at: Micros) -> Duty | None:
    start, end = span.start, span.end
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
    found = occurrences(timetable, zone, within=Interval(start=start, end=end))
    clipped = (
        Interval(start=Micros(max(one.start, during.start)), end=Micros(min(one.end, during.end)))
        for one in found
        if one.start < during.end and one.end > during.start
    )
    return tuple(clipped)
