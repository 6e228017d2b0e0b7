"""When does a condition bind now and next, as its wearer may read it: times, never a place?

Units: µs UTC.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from fairtag.orders.model import (
    Attendance,
    CheckIn,
    Condition,
    Covers,
    Curfew,
    DeviceType,
    ExclusionZone,
    InclusionZone,
    Ruling,
    Trail,
)
from fairtag.rules.duty import Binding, duty_at, free_times, idle_until
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

AHEAD = 8 * DAY  # a weekly timetable shows its next time within a week
KINDS = {
    Curfew: "curfew",
    ExclusionZone: "exclusion_zone",
    InclusionZone: "inclusion_zone",
    Attendance: "attendance",
    Trail: "trail",
    CheckIn: "check_in",
}
_COLLECTED = {
    "face_photo": ("photo", "answer"),
    "on_device_result": ("yes_no", "answer"),
    "human_call": ("call", "answer"),
}


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """From when until when."""

    since: Micros
    until: Micros


class ConditionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A condition without its place."""

    id: str
    kind: str
    now_until: Micros | None = None  # it binds now, until then
    next: Times | None = None
    always: bool = False
    most: int | None = None  # check-ins a day


def conditions_shown(ruling: Ruling, now: Micros) -> tuple[ConditionShown, ...]:
    """Tell each condition's times."""
    return tuple(_shown(one, ruling, now) for one in ruling.conditions)


def collected(ruling: Ruling) -> tuple[str, ...]:
    """Name what is collected under an order, as codes."""
    is_fitted = any(one.type is DeviceType.FITTED for one in ruling.devices)
    placed = (Curfew, ExclusionZone, InclusionZone, Attendance, Trail)
    has_place = is_fitted or any(isinstance(one, placed) for one in ruling.conditions)
    found = [*(["place"] if has_place else []), "device"]
    for one in ruling.conditions:
        if isinstance(one, CheckIn):
            found += _COLLECTED[one.modality]
    return tuple(dict.fromkeys(found))


def _shown(condition: Condition, ruling: Ruling, now: Micros) -> ConditionShown:
    told = ConditionShown(id=condition.id, kind=KINDS[type(condition)])
    match condition:
        case Curfew() | ExclusionZone() | InclusionZone():
            held, then = _split(_bound(condition, ruling, now), now)
            always = not condition.timetable
            return replace(told, now_until=held, next=then, always=always)
        case Attendance():
            spans = [one.during for one in condition.appointments if one.during.end > now]
            held, then = _split(sorted(spans, key=lambda one: one.start), now)
            return replace(told, now_until=held, next=then)
        case CheckIn():
            return replace(told, most=condition.max_per_day)
        case Trail():
            return told


def _bound(condition: Binding, ruling: Ruling, now: Micros) -> list[Interval]:
    """List the next two stretches in which a condition binds, absences taken out."""
    free = free_times(condition.id, Covers.CONDITIONS, ruling.absences, ruling.suspended)
    at, found = now, list[Interval]()
    while at < now + AHEAD and len(found) < 2:  # noqa: PLR2004 - now, and next
        duty = duty_at(condition, ruling, free, at, bound_from=ruling.recorded_at)
        if duty is not None:
            found.append(duty.during)
            at = duty.during.end
        else:
            at = idle_until(condition, ruling, free, at, bound_from=ruling.recorded_at)
    return found


def _split(spans: list[Interval], now: Micros) -> tuple[Micros | None, Times | None]:
    held = next((one.end for one in spans if one.holds(now)), None)
    then = next((one for one in spans if one.start > now), None)
    return held, None if then is None else Times(since=then.start, until=then.end)
