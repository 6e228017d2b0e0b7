"""Is an order that is well formed also lawful, necessary, reviewed and free of contradictions?

Every check reads only what is well formed, so that all problems are told at once.
Source: charter G6 and G9; contract §3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whenever import Date

from fairtag.orders.duties import duties
from fairtag.orders.problem import NEEDED, Flaw, Sound
from fairtag.orders.scheme import MOST_REVIEW_MONTHS, Scheme
from fairtag.terms.instants import EARLIEST, Micros, parse
from fairtag.terms.local import is_zone, wall_minute

OF_AGE = 18
LATEST_END = parse("2100-01-01T00:00:00Z")  # a date beyond is a stand-in for 'no end'
_SAYS_NOTHING = re.compile(
    r"^[\W_]*(n/?a|none|null|nil|tbc|tbd|todo|unknown|see above|as above|x+)?[\W_]*$", re.IGNORECASE
)
_REASONS = ("legal_basis", "necessity", "proportionality", "less_intrusive_considered")

Flaws = Iterator[Flaw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """When and where an order is meant to hold; None where that can't be read."""

    start: Micros | None
    end: Micros | None
    zone: str | None

    @property
    def first_day(self) -> Date | None:
        """The local day on which the order starts."""
        if self.start is None or self.zone is None:
            return None
        return wall_minute(self.start, self.zone)[0]

    def meets(self, start: Micros, end: Micros) -> bool:
        """Tell whether a stretch shares time with the order, as far as its time can be read."""
        return self.start is None or self.end is None or (start < self.end and self.start < end)


def meaning(sound: Sound, scheme: Scheme | None, recorded_at: Micros | None) -> list[Flaw]:
    """List what an order gets wrong; without a scheme, only what no scheme allows."""
    order = sound.order
    frame = Frame(
        start=_instant(sound, "starts_at"),
        end=_instant(sound, "ends_at"),
        zone=order["time_zone"] if sound.has("time_zone") and is_zone(order["time_zone"]) else None,
    )
    found = [*_reasons(sound), *_time(sound, frame), *_versions(sound), *_asked(sound, frame)]
    found += [*_review(sound, frame, scheme, recorded_at), *_devices(sound, frame)]
    found += [*_absences(sound, frame), *duties(sound, frame.zone, frame.start, frame.end)]
    if scheme is not None:
        found += [*_scheme(sound, scheme), *_radii(sound, scheme), *_minor(sound, frame, scheme)]
    return found


def _reasons(sound: Sound) -> Flaws:
    for name in _REASONS:
        if sound.has(name) and _SAYS_NOTHING.match(sound.order[name]):
            yield Flaw((name,), NEEDED[name])
    steps = ("review", "instrument")
    if sound.has(*steps) and _SAYS_NOTHING.match(sound.order["review"]["instrument"]):
        yield Flaw(steps, NEEDED["instrument"])


def _scheme(sound: Sound, scheme: Scheme) -> Flaws:
    if not all(sound.has(*one) for one in (("authority", "kind"), ("legal_basis",), ("cohort",))):
        return
    order = sound.order
    kind, basis, cohort = order["authority"]["kind"], order["legal_basis"], order["cohort"]
    if not scheme.allows(authority_kind=kind, legal_basis=basis, cohort=cohort):
        do = (
            "The scheme of this deployment doesn't allow this authority, legal basis and cohort "
            "together. Don't monitor this person here, or have the scheme changed."
        )
        yield Flaw(("cohort",), do)


def _minor(sound: Sound, frame: Frame, scheme: Scheme) -> Flaws:
    steps, day = ("wearer", "date_of_birth"), frame.first_day
    if day is None or not sound.has(*steps):
        return
    born = Date.parse_iso(sound.order["wearer"]["date_of_birth"])
    if born >= day:
        yield Flaw(steps, "The date of birth lies after the order's start. Correct it.")
    elif born.add(years=OF_AGE) > day and not scheme.minors.admitted:
        yield Flaw(steps, "The scheme admits no one under 18. Don't monitor this person here.")
    elif born.add(years=OF_AGE) > day and "responsible_adult" not in sound.order:
        yield Flaw(("responsible_adult",), "Name the responsible adult of this child.")


def _time(sound: Sound, frame: Frame) -> Flaws:
    if sound.has("time_zone") and frame.zone is None:
        do = "This time zone is not known. Use a name such as Europe/London."
        yield Flaw(("time_zone",), do)
    for name in ("starts_at", "ends_at", "recorded_at"):
        if sound.has(name) and _instant(sound, name) is None:
            yield Flaw((name,), _NO_INSTANT)
    if frame.start is not None and frame.end is not None and frame.end <= frame.start:
        yield Flaw(("ends_at",), "The order must end after it starts. Correct one of the two.")


def _versions(sound: Sound) -> Flaws:
    if not sound.has("version") or ("supersedes" in sound.order and not sound.has("supersedes")):
        return
    version, before = sound.order["version"], sound.order.get("supersedes")
    if version > 1 and before != version - 1:
        yield Flaw(("supersedes",), "Name the version before this one.")
    if version == 1 and before is not None:
        yield Flaw(("supersedes",), "A first version supersedes nothing. Use null.")


def _asked(sound: Sound, frame: Frame) -> Flaws:
    """A variation may follow a new assessment; the first version never goes before one."""
    name = "vulnerability_assessed_at"
    is_first = sound.has("version") and sound.order["version"] == 1
    last = frame.first_day if is_first else _day(frame.end, frame.zone)
    if last is not None and sound.has(name) and Date.parse_iso(sound.order[name]) > last:
        do = "Vulnerability must be assessed before the order starts. Assess it, then send again."
        yield Flaw((name,), do)


def _review(sound: Sound, frame: Frame, scheme: Scheme | None, recorded_at: Micros | None) -> Flaws:
    steps, order = ("review", "by"), sound.order
    is_told_twice = "review_by" in order and sound.has("review_by") and sound.has(*steps)
    if is_told_twice and order["review_by"] != order["review"]["by"]:
        yield Flaw(("review_by",), "Two review dates differ. Give one of them only.")
    first_day = frame.first_day
    if first_day is None or not sound.has(*steps):
        return
    by = Date.parse_iso(order["review"]["by"])
    if by <= first_day:
        yield Flaw(steps, "The review must lie after the order's start. Correct the date.")
    since = _reviewed_from(sound, frame, recorded_at)
    if since is None or not sound.has("review", "kind") or order["review"]["kind"] == "court":
        return
    months = MOST_REVIEW_MONTHS if scheme is None else scheme.review_months
    if by > since.add(months=months):
        do = f"An administrative order is reviewed within {months} months. Give an earlier date."
        yield Flaw(steps, do)


def _reviewed_from(sound: Sound, frame: Frame, recorded_at: Micros | None) -> Date | None:
    """The time to the first review runs from the start; to later ones, from the new version."""
    if not sound.has("version") or sound.order["version"] == 1 or frame.start is None:
        return frame.first_day
    recorded = _instant(sound, "recorded_at") if recorded_at is None else recorded_at
    return None if recorded is None else _day(Micros(max(frame.start, recorded)), frame.zone)


def _devices(sound: Sound, frame: Frame) -> Flaws:
    spans: dict[str, list[tuple[Micros, Micros]]] = {}
    for i, device in sound.items("devices"):
        if not sound.has("devices", i):
            continue
        unread = [
            name
            for name in ("from", "to")
            if device.get(name) is not None and _bounded(device[name]) is None
        ]
        yield from (Flaw(("devices", i, name), _NO_INSTANT) for name in unread)
        start = _bounded(device.get("from")) or frame.start
        end = _bounded(device.get("to")) or frame.end
        if unread or start is None or end is None:
            continue
        yield from _worn(i, start, end, frame)
        others = spans.setdefault(device["device_id"], [])
        if any(start < other[1] and other[0] < end for other in others):
            do = "This device is listed twice for the same time. Remove or shorten one of the two."
            yield Flaw(("devices", i), do)
        others.append((start, end))


def _worn(i: int, start: Micros, end: Micros, frame: Frame) -> Flaws:
    has_order = frame.start is None or frame.end is None or frame.start < frame.end
    if end <= start and has_order:
        do = "The device's time must end after it begins. Correct 'from' or 'to'."
        yield Flaw(("devices", i, "to"), do)
    elif has_order and not frame.meets(start, end):
        yield Flaw(("devices", i), "The device's time lies outside the order. Correct it.")


def _radii(sound: Sound, scheme: Scheme) -> Flaws:
    types = {device.get("type") for _, device in sound.items("devices")}
    least = scheme.min_radius_m
    smallest_m = least.non_fitted if "non_fitted" in types else least.fitted
    for i, condition in sound.items("conditions"):
        place = condition.get("place", {}) if "kind" in condition else {}
        if place.get("radius_m", smallest_m) < smallest_m:
            do = f"These devices can't tell a circle under {smallest_m:g} m. Make it larger."
            yield Flaw(("conditions", i, "place", "radius_m"), do)


def _absences(sound: Sound, frame: Frame) -> Flaws:
    named = {"*", *(one.get("id") for _, one in sound.items("conditions"))}
    for i, absence in sound.items("absences"):
        if len(named) > 1 and absence.get("condition_id", "*") not in named:
            yield Flaw(("absences", i, "condition_id"), "No condition has this id. Correct it.")
        told = {name: _bounded(absence.get(name)) for name in ("from", "to", "recorded_at")}
        for name in (name for name, at in told.items() if at is None and name in absence):
            yield Flaw(("absences", i, name), _NO_INSTANT)
        start, end = told["from"], told["to"]
        if start is None or end is None:
            continue
        if end <= start:
            yield Flaw(("absences", i, "to"), "The absence must end after it begins. Correct it.")
        elif not frame.meets(start, end):
            yield Flaw(("absences", i), "This absence lies outside the order. Remove it.")


def _instant(sound: Sound, name: str) -> Micros | None:
    return _bounded(sound.order[name]) if sound.has(name) else None


def _bounded(told: str | None) -> Micros | None:
    try:
        at = None if told is None else parse(told)
    except ValueError:
        return None
    return at if at is not None and EARLIEST <= at <= LATEST_END else None


def _day(at: Micros | None, zone: str | None) -> Date | None:
    return None if at is None or zone is None else wall_minute(at, zone)[0]


_NO_INSTANT = (
    "This is no instant between 2015 and 2100. Write it with its offset, as 2026-11-03T10:00:00Z."
)
