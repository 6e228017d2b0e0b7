"""What do a person's orders ask for on a day, and in which times may it be asked?

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from fairtag.orders.model import ALL_CONDITIONS, CheckIn, Covers, DeviceType, Ruling
from fairtag.rules.prompts.draw import Modality, Wanted
from fairtag.rules.prompts.hours import Hours, open_hours, protected_of
from fairtag.rules.prompts.limits import LEAST_QUIET, LEAST_WINDOW, MOST_A_DAY
from fairtag.rules.prompts.spans import within, without
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval, occurrences

_MODALITIES: dict[str, Modality] = {
    "face_photo": "face_photo",
    "on_device_result": "on_device_result",
    "human_call": "human_call",
}


def zone_of(rulings: Sequence[Ruling]) -> str:
    """Tell in which time zone a person lives: the newest version of any order says it."""
    return max(rulings, key=lambda one: one.recorded_at).time_zone


def hours_of(
    rulings: Sequence[Ruling], waking_day: str, stored: Iterable[Hours]
) -> tuple[Hours, ...]:
    """List when a person may be asked on a waking day: nine hours from what is stored of others.

    Raises: HoursRefused.
    """
    kept = list(stored)
    mine = [one for one in kept if one.waking_day == waking_day]
    if mine:
        return ()
    near = [
        Interval(start=Micros(one.start - LEAST_QUIET), end=Micros(one.end + LEAST_QUIET))
        for one in kept
    ]
    return tuple(
        replace(one, start=left.start, end=left.end)
        for one in open_hours(waking_day, zone_of(rulings), protected_of(rulings))
        for left in without((Interval(start=one.start, end=one.end),), near)
    )


def wanted_of(
    rulings: Sequence[Ruling], hours: Iterable[Interval], *, since: Micros
) -> list[Wanted]:
    """List what each condition asks for in some open hours, from an instant on.

    Nothing is asked for before the newest version was recorded, whatever a clock says that is
    behind: what the orders say now did not hold then.
    """
    said = max([since, *(one.recorded_at for one in rulings)])
    open_spans = without(hours, (Interval(start=Micros(0), end=said),))
    if not open_spans:
        return []
    whole = Interval(start=open_spans[0].start, end=open_spans[-1].end)
    quiet = [
        span
        for ruling in rulings
        for span in occurrences(ruling.protected, ruling.time_zone, within=whole)
    ]
    left = without(open_spans, quiet)
    found = (
        _wanted(ruling, condition, left, whole)
        for ruling in rulings
        for condition in ruling.conditions
        if isinstance(condition, CheckIn)
    )
    return [one for one in found if one is not None]


def is_wanted(ruling: Ruling, condition_id: ConditionId, window: Interval) -> bool:
    """Tell whether an order still asks for a condition's check-in in a window."""
    for one in ruling.conditions:
        if isinstance(one, CheckIn) and one.id == condition_id:
            return within((window,), _times(ruling, one, (window,), window)) == (window,)
    return False


def asks(ruling: Ruling) -> bool:
    """Tell whether an order has a check-in condition at all."""
    return any(isinstance(one, CheckIn) for one in ruling.conditions)


def _wanted(
    ruling: Ruling, condition: CheckIn, left: tuple[Interval, ...], whole: Interval
) -> Wanted | None:
    times = _times(ruling, condition, left, whole)
    device = device_of(ruling, times)
    if device is None:
        return None
    worn = [one.during for one in ruling.devices if one.device_id == device]
    return Wanted(
        order_id=ruling.order_id,
        condition_id=condition.id,
        device_id=device,
        modality=_MODALITIES.get(condition.modality, "face_photo"),
        most=min(condition.max_per_day, MOST_A_DAY),
        window=max(condition.answer_within_min * MINUTE, LEAST_WINDOW),
        gap=condition.min_gap_min * MINUTE,
        free=within(times, worn),
    )


def _times(
    ruling: Ruling, condition: CheckIn, left: tuple[Interval, ...], whole: Interval
) -> tuple[Interval, ...]:
    """List when a condition may be asked for: allowed, in force, and nothing excuses from it."""
    spans = within(left, (ruling.during,))
    if condition.allowed:
        spans = within(spans, occurrences(condition.allowed, ruling.time_zone, within=whole))
    names = (condition.id, ALL_CONDITIONS)
    free = [
        one.during
        for one in ruling.absences
        if Covers.CHECK_INS in one.covers and one.condition_id in names
    ]
    lapsed = [one.during for one in ruling.lapsed if condition.id not in one.standing]
    return without(spans, [*free, *lapsed, *ruling.suspended])


def device_of(ruling: Ruling, times: Sequence[Interval]) -> DeviceId | None:
    """Choose the device that shows a prompt: one that is not fitted, and worn in these times."""
    worn = [one for one in ruling.devices if within((one.during,), times)]
    chosen = sorted(worn, key=lambda one: (one.type is DeviceType.FITTED, one.device_id))
    return chosen[0].device_id if chosen else None
