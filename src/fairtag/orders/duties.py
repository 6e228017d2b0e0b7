"""Can the conditions of an order be kept, and judged: places, timetables, appointments, prompts?

Source: charter G6 (at most five prompts a person; nine protected hours) and 'at most 20 zones';
contract §3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fairtag.orders.problem import Flaw, Sound, Step
from fairtag.orders.shape import BadShape, area, looks_swapped
from fairtag.terms.geometry import Area
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import DAYS, local_instant, minutes_of

MOST_CHECK_INS = 5
MOST_ZONES = 20
LEAST_PROTECTED_MIN = 9 * 60
DEFAULT_PROTECTED = [{"from": "21:00", "to": "08:00"}]
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
_ANSWER_MIN, _GAP_MIN = 30, 60  # when the order says nothing: contract §3

Flaws = Iterator[Flaw]


def duties(sound: Sound, zone: str | None, start: Micros | None, end: Micros | None) -> Flaws:
    """List what is wrong with the conditions, one by one and together."""
    # What a condition of no known kind holds was not looked at: it may be anything.
    conditions = [(i, one) for i, one in sound.items("conditions") if "kind" in one]
    yield from _together(conditions)
    yield from _protected(sound)
    for i, condition in conditions:
        yield from _place(condition, ("conditions", i), zone)
        yield from _timetable(condition, ("conditions", i))
        if condition["kind"] == "check_in":
            yield from _check_in(sound, condition, ("conditions", i))
        if zone is not None and start is not None and end is not None:
            yield from _appointments(condition, ("conditions", i), zone, (start, end))


def _together(conditions: list[tuple[int, dict[str, Any]]]) -> Flaws:
    seen: set[str] = set()
    zones = prompts = 0
    for i, condition in conditions:
        if condition.get("id") in seen:
            do = "Two conditions have this id. Rename one."
            yield Flaw(("conditions", i, "id"), do)
        seen |= {condition["id"]} if "id" in condition else set()
        zones += condition["kind"] in ("exclusion_zone", "inclusion_zone")
        if zones > MOST_ZONES:
            do = f"An order has at most {MOST_ZONES} zones. Remove this one or another."
            yield Flaw(("conditions", i), do)
        asked = condition.get("max_per_day", 0)
        prompts += asked
        if asked and prompts > MOST_CHECK_INS:
            do = (
                f"At most {MOST_CHECK_INS} check-ins a day are allowed, over all conditions "
                "together. Lower this number or another."
            )
            yield Flaw(("conditions", i, "max_per_day"), do)


def _place(condition: dict[str, Any], steps: tuple[Step, ...], zone: str | None) -> Flaws:
    place = condition.get("place", {})
    if "center" in place:
        yield from _centre(place["center"], (*steps, "place", "center"), zone)
        return
    holder = condition if "area" in condition else place
    if "area" not in holder:
        return
    where = (*steps, "area") if holder is condition else (*steps, "place", "area")
    try:
        drawn = area(holder["area"])
    except BadShape as bad:
        yield Flaw(where, bad.do)
    else:
        if zone is not None and looks_swapped(*_middle(drawn), zone):
            yield Flaw((*where, "coordinates"), _SWAPPED)


def _centre(center: list[float], steps: tuple[Step, ...], zone: str | None) -> Flaws:
    lon, lat = center
    if not (abs(lon) <= 180 and abs(lat) < 90):  # noqa: PLR2004 - degrees
        do = "The centre is not on Earth. The order is longitude first, then latitude."
        yield Flaw(steps, do)
    elif zone is not None and looks_swapped(lon, lat, zone):
        yield Flaw(steps, _SWAPPED)


def _middle(drawn: Area) -> tuple[float, float]:
    west, south, east, north = drawn.shape.bounds
    return (west + east) / 2, (south + north) / 2


def _timetable(condition: dict[str, Any], steps: tuple[Step, ...]) -> Flaws:
    on_clock = sorted(
        (*_minutes(span, DAYS.index(day)), n)
        for n, span in enumerate(condition.get("timetable", []))
        for day in span["days"]
    )
    again = [(start + _WEEK_MIN, end + _WEEK_MIN, n) for start, end, n in on_clock]
    latest, bad = 0, set[int]()
    for start, end, n in [*on_clock, *again]:
        if start < latest:
            bad.add(n)
        latest = max(latest, end)
    for n in sorted(bad):
        do = "This span overlaps another one. Join them or move one; touching is fine."
        yield Flaw((*steps, "timetable", n), do)


def _appointments(
    condition: dict[str, Any],
    steps: tuple[Step, ...],
    zone: str,
    order: tuple[Micros, Micros],
) -> Flaws:
    for n, one in enumerate(condition.get("appointments", [])):
        here = (*steps, "appointments", n)
        try:
            start = local_instant(one["from"], zone, edge="from")
            end = local_instant(one["to"], zone, edge="to")
        except ValueError:
            yield Flaw(here, "This is no local date and time. Write it as 2026-11-03T10:00.")
            continue
        if end <= start:
            yield Flaw(here, "The appointment must end after it begins. Correct it.")
        elif end - start < one.get("stay_min", 0) * MINUTE:
            yield Flaw(here, "The appointment is shorter than the stay. Shorten 'stay_min'.")
        elif start < order[0] or end > order[1]:
            yield Flaw(here, "The appointment lies outside the order. Move or remove it.")


def _protected(sound: Sound) -> Flaws:
    shielded = _shielded(sound)
    if shielded is not None and _longest(shielded) < LEAST_PROTECTED_MIN:
        do = "Protected hours are at least 9 hours in one stretch. Make them longer."
        yield Flaw(("protected_hours",), do)


def _check_in(sound: Sound, condition: dict[str, Any], steps: tuple[Step, ...]) -> Flaws:
    shielded = _shielded(sound)
    if shielded is None:
        return
    answer = condition.get("answer_within_min", _ANSWER_MIN)
    free: set[int] = set() if condition.get("allowed") else set(range(_DAY_MIN)) - shielded
    for n, span in enumerate(condition.get("allowed", [])):
        window = _of_day([span])
        free |= window
        if window & shielded:
            do = "Check-ins must lie outside the protected hours. Move this window."
            yield Flaw((*steps, "allowed", n), do)
        elif len(window) < answer:
            do = "This window is shorter than the time to answer. Make it longer."
            yield Flaw((*steps, "allowed", n), do)
    gaps = (condition.get("max_per_day", 1) - 1) * condition.get("min_gap_min", _GAP_MIN)
    if gaps + answer > len(free):
        do = "So many check-ins with this gap don't fit into a day. Lower the number or the gap."
        yield Flaw((*steps, "max_per_day"), do)


def _shielded(sound: Sound) -> set[int] | None:
    if "protected_hours" in sound.order and not sound.has("protected_hours"):
        return None
    return _of_day(sound.order.get("protected_hours") or DEFAULT_PROTECTED)


def _of_day(spans: list[dict[str, Any]]) -> set[int]:
    """List the minutes of a day that windows hold."""
    return {minute % _DAY_MIN for span in spans for minute in range(*_minutes(span))}


def _longest(minutes: set[int]) -> int:
    """Tell the longest stretch of a day, also over midnight."""
    longest = here = 0
    for minute in range(2 * _DAY_MIN):
        here = here + 1 if minute % _DAY_MIN in minutes else 0
        longest = max(longest, here)
    return min(longest, _DAY_MIN)


def _minutes(span: dict[str, Any], day: int = 0) -> tuple[int, int]:
    start, end = minutes_of(span["from"]), minutes_of(span["to"])
    return start + day * _DAY_MIN, end + (day + (end <= start)) * _DAY_MIN


_SWAPPED = (
    "This place lies far from the time zone and would be near it with its two numbers exchanged. "
    "The order is longitude first, then latitude: exchange them."
)
