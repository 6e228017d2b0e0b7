"""Is an order that is well formed also lawful, necessary, reviewed and free of contradictions?

Source: charter G6 and G9; contract §3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from whenever import Date

from fairtag.orders.problem import NEEDED, Problem, path_of
from fairtag.orders.scheme import MOST_REVIEW_MONTHS, Scheme
from fairtag.orders.shape import BadShape, area
from fairtag.terms.instants import Micros, parse
from fairtag.terms.local import DAYS, is_zone, local_instant, minutes_of, wall_minute

MOST_CHECK_INS = 5
MOST_ZONES = 20
OF_AGE = 18
LEAST_PROTECTED_MIN = 9 * 60
_DAY_MIN = 24 * 60
_WEEK_MIN = 7 * _DAY_MIN
_SAYS_NOTHING = re.compile(r"^[\W_]*(n/?a|none|null|tbc|tbd|unknown|-|x+)?[\W_]*$", re.IGNORECASE)
_REASONS = ("legal_basis", "necessity", "proportionality", "less_intrusive_considered")
DEFAULT_PROTECTED = [{"from": "21:00", "to": "08:00"}]

Problems = Iterator[Problem]


def meaning(order: dict[str, Any], scheme: Scheme | None) -> list[Problem]:
    """List what a well-formed order gets wrong; without a scheme, only what no scheme allows."""
    found = [*_reasons(order), *_time(order), *_devices(order), *_conditions(order)]
    if scheme is not None:
        found += [*_scheme(order, scheme), *_radii(order, scheme), *_minor(order, scheme)]
    if _instants_hold(order):
        found += [*_review(order, scheme), *_intervals(order)]
    return sorted(set(found))


def _problem(do: str, *steps: str | int) -> Problem:
    return Problem(path=path_of(*steps), do=do)


def _reasons(order: dict[str, Any]) -> Problems:
    for name in _REASONS:
        if _SAYS_NOTHING.match(order[name]):
            yield _problem(NEEDED[name], name)
    if _SAYS_NOTHING.match(order["review"]["instrument"]):
        yield _problem("Name the instrument of the review.", "review", "instrument")


def _scheme(order: dict[str, Any], scheme: Scheme) -> Problems:
    kind, basis, cohort = order["authority"]["kind"], order["legal_basis"], order["cohort"]
    if not scheme.allows(authority_kind=kind, legal_basis=basis, cohort=cohort):
        do = (
            "The scheme of this deployment doesn't allow this authority, legal basis and cohort "
            "together. Don't monitor this person here, or have the scheme changed."
        )
        yield _problem(do, "cohort")


def _minor(order: dict[str, Any], scheme: Scheme) -> Problems:
    path = ("wearer", "date_of_birth")
    start = _instant(order["starts_at"])
    if start is None or not is_zone(order["time_zone"]):
        return
    born = Date.parse_iso(order["wearer"]["date_of_birth"])
    day, _ = wall_minute(start, order["time_zone"])
    if born >= day:
        yield _problem("The date of birth lies after the order's start. Correct it.", *path)
    elif born.add(years=OF_AGE) > day and not scheme.minors.admitted:
        yield _problem("The scheme admits no one under 18. Don't monitor this person here.", *path)
    elif born.add(years=OF_AGE) > day and "responsible_adult" not in order:
        yield _problem("Name the responsible adult of this child.", "responsible_adult")


def _time(order: dict[str, Any]) -> Problems:
    if not is_zone(order["time_zone"]):
        yield _problem(
            "This time zone is not known. Use a name such as Europe/London.", "time_zone"
        )
    for name in ("starts_at", "ends_at", "recorded_at"):
        if name in order and _instant(order[name]) is None:
            yield _problem("Give the instant with its offset, as 2026-11-03T10:00:00Z.", name)
    start, end = _instant(order["starts_at"]), _instant(order["ends_at"])
    if start is not None and end is not None and end <= start:
        yield _problem("The order must end after it starts.", "ends_at")
    if order["version"] > 1 and order.get("supersedes") != order["version"] - 1:
        yield _problem("Name the version before this one.", "supersedes")
    if order["version"] == 1 and order.get("supersedes") is not None:
        yield _problem("A first version supersedes nothing. Use null.", "supersedes")


def _review(order: dict[str, Any], scheme: Scheme | None) -> Problems:
    zone = order["time_zone"]
    start, _ = wall_minute(parse(order["starts_at"]), zone)
    by, asked = Date.parse_iso(order["review"]["by"]), order["vulnerability_assessed_at"]
    if Date.parse_iso(asked) > start:
        do = "Vulnerability must be assessed before the order starts. Assess it, then send again."
        yield _problem(do, "vulnerability_assessed_at")
    if by <= start:
        yield _problem("The review must lie after the order's start.", "review", "by")
    months = MOST_REVIEW_MONTHS if scheme is None else scheme.review_months
    if order["review"]["kind"] == "administrative" and by > start.add(months=months):
        do = f"An administrative order is reviewed within {months} months. Give an earlier date."
        yield _problem(do, "review", "by")


def _devices(order: dict[str, Any]) -> Problems:
    spans: dict[str, list[tuple[Micros, Micros]]] = {}
    for i, device in enumerate(order["devices"]):
        start = _instant(device.get("from") or order["starts_at"])
        end = _instant(device.get("to") or order["ends_at"])
        if start is None or end is None or end <= start:
            do = "The device must be on from an instant to a later one, each with an offset."
            yield _problem(do, "devices", i, "from")
            continue
        others = spans.setdefault(device["device_id"], [])
        if any(start < other[1] and other[0] < end for other in others):
            yield _problem("This device is listed twice for the same time.", "devices", i)
        others.append((start, end))


def _conditions(order: dict[str, Any]) -> Problems:
    ids = [condition["id"] for condition in order["conditions"]]
    for i, condition in enumerate(order["conditions"]):
        if condition["id"] in ids[:i]:
            yield _problem("Two conditions have this id. Rename one.", "conditions", i, "id")
        yield from _places(condition, i)
        yield from _timetable(condition, i)
        if condition["kind"] == "check_in":
            yield from _check_in(order, condition, i)
    zones = [c for c in order["conditions"] if c["kind"] in ("exclusion_zone", "inclusion_zone")]
    if len(zones) > MOST_ZONES:
        yield _problem(f"An order has at most {MOST_ZONES} zones. Remove some.", "conditions")


def _places(condition: dict[str, Any], i: int) -> Problems:
    place = condition.get("place", {})
    holder = condition if "area" in condition else place
    if "area" in holder:
        steps = ("conditions", i) if holder is condition else ("conditions", i, "place")
        try:
            area(holder["area"])
        except BadShape as bad:
            yield _problem(bad.do, *steps, "area")
    elif "center" in place:
        lon, lat = place["center"]
        if not (abs(lon) <= 180 and abs(lat) < 90):  # noqa: PLR2004
            do = "The centre is not on Earth. The order is longitude first, then latitude."
            yield _problem(do, "conditions", i, "place", "center")


def _radii(order: dict[str, Any], scheme: Scheme) -> Problems:
    types = {device["type"] for device in order["devices"]}
    least = scheme.min_radius_m
    smallest_m = least.non_fitted if "non_fitted" in types else least.fitted
    for i, condition in enumerate(order["conditions"]):
        radius_m = condition.get("place", {}).get("radius_m", smallest_m)
        if radius_m < smallest_m:
            do = f"These devices can't tell a circle under {smallest_m:g} m. Make it larger."
            yield _problem(do, "conditions", i, "place", "radius_m")


def _timetable(condition: dict[str, Any], i: int) -> Problems:
    spans = condition.get("timetable", [])
    on_clock = sorted(
        (*_minutes(span, DAYS.index(day)), n)
        for n, span in enumerate(spans)
        for day in span["days"]
    )
    wrapped = [*on_clock, *((a + _WEEK_MIN, b + _WEEK_MIN, n) for a, b, n in on_clock[:1])]
    for (_, end, _n), (start, _, n) in pairwise(wrapped):
        if start < end:
            do = "This span overlaps another one. Join them or move one; touching is fine."
            yield _problem(do, "conditions", i, "timetable", n)


def _check_in(order: dict[str, Any], condition: dict[str, Any], i: int) -> Problems:
    if condition["max_per_day"] > MOST_CHECK_INS:
        do = f"At most {MOST_CHECK_INS} check-ins a day are allowed. Lower the number."
        yield _problem(do, "conditions", i, "max_per_day")
    protected = order.get("protected_hours") or DEFAULT_PROTECTED
    shielded = [_minutes(span) for span in protected]
    if sum(end - start for start, end in shielded) < LEAST_PROTECTED_MIN:
        yield _problem("Protected hours are at least 9 hours a night.", "protected_hours")
    for n, span in enumerate(condition.get("allowed", [])):
        start, end = _minutes(span)
        if any(_meet(start, end, *hours) for hours in shielded):
            do = "Check-ins must lie outside the protected hours. Move this window."
            yield _problem(do, "conditions", i, "allowed", n)


def _meet(start: int, end: int, other_start: int, other_end: int) -> bool:
    return any(
        start + turn < other_end and other_start < end + turn for turn in (-_DAY_MIN, 0, _DAY_MIN)
    )


def _minutes(span: dict[str, Any], day: int = 0) -> tuple[int, int]:
    start, end = minutes_of(span["from"]), minutes_of(span["to"])
    return start + day * _DAY_MIN, end + (day + (end <= start)) * _DAY_MIN


def _intervals(order: dict[str, Any]) -> Problems:
    ids = {condition["id"] for condition in order["conditions"]}
    for i, absence in enumerate(order.get("absences", [])):
        if absence["condition_id"] not in ids | {"*"}:
            yield _problem("No condition has this id.", "absences", i, "condition_id")
        start, end = _instant(absence["from"]), _instant(absence["to"])
        if start is None or end is None or end <= start or _instant(absence["recorded_at"]) is None:
            yield _problem("Give instants with offsets, the end after the start.", "absences", i)
    for i, condition in enumerate(order["conditions"]):
        for n, one in enumerate(condition.get("appointments", [])):
            if not _appointment_holds(one, order):
                do = "Give local times without offset, inside the order, long enough for the stay."
                yield _problem(do, "conditions", i, "appointments", n)


def _appointment_holds(one: dict[str, Any], order: dict[str, Any]) -> bool:
    try:
        start = local_instant(one["from"], order["time_zone"], edge="from")
        end = local_instant(one["to"], order["time_zone"], edge="to")
    except ValueError:
        return False
    long_enough = end - start >= one.get("stay_min", 0) * 60_000_000 and end > start
    return long_enough and parse(order["starts_at"]) <= start and end <= parse(order["ends_at"])


def _instants_hold(order: dict[str, Any]) -> bool:
    names = ("starts_at", "ends_at")
    return is_zone(order["time_zone"]) and all(_instant(order[name]) is not None for name in names)


def _instant(text: str) -> Micros | None:
    try:
        return parse(text)
    except ValueError:
        return None
