"""Which version counts at an instant, and who wore which device when?

A version judges nothing before it was recorded (charter). What a device sends of the time between
the order's start and its recording is kept, and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fairtag.orders.model import Ruling
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A suspension, its end, or the end of an order, by event time."""

    what: Literal["suspend", "resume", "end"]
    at: Micros
    recorded_at: Micros


def ruling_at(rulings: Sequence[Ruling], at: Micros) -> Ruling | None:
    """Give the version in force; None outside the order."""
    found = None
    for ruling in rulings:
        if ruling.recorded_at <= at:
            found = ruling
    return found if found is not None and found.during.holds(at) else None


def with_marks(rulings: Iterable[Ruling], marks: Sequence[Mark]) -> tuple[Ruling, ...]:
    """Apply ends and suspensions to each version."""
    ends = [mark.at for mark in marks if mark.what == "end"]
    return tuple(_with_marks(ruling, marks, ends) for ruling in rulings)


def mark_refusal(during: Interval, marks: Sequence[Mark], new: Mark) -> str | None:
    """Tell why a suspension, its end, or the end of an order makes no sense here; None: it does.

    `during` is the newest version's time; an end only ever comes earlier.
    """
    end = min([during.end, *(mark.at for mark in marks if mark.what == "end")])
    if new.what == "end":
        return None if new.at < end else "the order has ended by then; a later end is a new version"
    if not during.start <= new.at < end:
        return f"the order is not in force then; {new.what} it at an instant inside"
    pauses = sorted(
        (mark for mark in (*marks, new) if mark.what != "end"),
        key=lambda one: (one.at, one.recorded_at),
    )
    wanted = ("suspend", "resume")
    if any(mark.what != wanted[n % 2] for n, mark in enumerate(pauses)):
        state = "suspended" if new.what == "suspend" else "not suspended"
        return f"the order is {state} then"
    return None


def worn(rulings: Sequence[Ruling]) -> list[tuple[DeviceId, Interval]]:
    """List who wore what when, by the version in force, without suspended times."""
    spans: dict[DeviceId, list[Interval]] = {}
    for n, ruling in enumerate(rulings):
        start = ruling.during.start if n == 0 else ruling.recorded_at
        end = rulings[n + 1].recorded_at if n + 1 < len(rulings) else ruling.during.end
        force = _overlap(ruling.during, start, end)
        for device in ruling.devices:
            span = force and _overlap(device.during, force.start, force.end)
            if span:
                spans.setdefault(device.device_id, []).extend(_without(span, ruling.suspended))
    return [(device, span) for device, found in spans.items() for span in merged(found)]


def _with_marks(ruling: Ruling, marks: Sequence[Mark], ends: list[Micros]) -> Ruling:
    start, end = ruling.during.start, min([ruling.during.end, *ends])
    during = Interval(start=start, end=Micros(max(start, end)))
    return replace(ruling, during=during, suspended=_suspended(marks, during))


def _suspended(marks: Sequence[Mark], during: Interval) -> tuple[Interval, ...]:
    found: list[Interval] = []
    since: Micros | None = None
    for mark in sorted(marks, key=lambda one: (one.at, one.recorded_at)):
        if mark.what == "suspend" and since is None:
            since = mark.at
        elif mark.what == "resume" and since is not None:
            found.append(Interval(start=since, end=Micros(max(since, mark.at))))
            since = None
    if since is not None:
        found.append(Interval(start=since, end=Micros(max(since, during.end))))
    return merged(span for span in found if span.end > span.start)


def _overlap(span: Interval, start: Micros, end: Micros) -> Interval | None:
    first, last = Micros(max(span.start, start)), Micros(min(span.end, end))
    return Interval(start=first, end=last) if first < last else None


def _without(span: Interval, holes: Iterable[Interval]) -> list[Interval]:
    left, start = [], span.start
    for hole in holes:
        before = _overlap(span, start, hole.start)
        if before is not None:
            left.append(before)
        start = Micros(max(start, hole.end))
    rest = _overlap(span, start, span.end)
    return [*left, rest] if rest is not None else left
