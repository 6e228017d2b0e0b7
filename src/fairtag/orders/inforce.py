"""Which version counts at an instant, and who wore which device when?

A version judges nothing before it was recorded (charter). What a device sends of the time between
the order's start and its recording is kept, and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fairtag.orders.model import Lapse, Ruling
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import LATEST, Micros
from fairtag.terms.local import Interval, merged

MarkWhat = Literal["suspend", "resume", "end", "lapse", "reviewed"]
_PAUSES = ("suspend", "resume")
_LAPSES = ("lapse", "reviewed")
_Lapse = tuple[Micros, Micros, frozenset[ConditionId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A suspension, its end, the end of an order, or a lapsed review and its end, by event time."""

    what: MarkWhat
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
    """Apply ends, suspensions and lapsed reviews to each version."""
    told = list(rulings)
    ends = [mark.at for mark in marks if mark.what == "end"]
    lapses = _lapses(told, marks)
    return tuple(_with_marks(ruling, marks, ends, lapses) for ruling in told)


def is_kept(ruling: Ruling, at: Micros) -> bool:
    """Tell whether a position of an instant may be kept beyond judging, save those of an alert.

    Not while the review is overdue: then messages are journaled to be judged, and go with the
    journal's key of the day.
    """
    return not any(one.during.holds(at) for one in ruling.lapsed)


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
        (mark for mark in (*marks, new) if mark.what in _PAUSES),
        key=lambda one: (one.at, one.recorded_at),
    )
    wanted = ("suspend", "resume")
    if new.what in _PAUSES and any(mark.what != wanted[n % 2] for n, mark in enumerate(pauses)):
        state = "suspended" if new.what == "suspend" else "not suspended"
        return f"the order is {state} then"
    if new.what not in _PAUSES and is_lapsed(marks) == (new.what == "lapse"):
        return "the review is overdue already" if new.what == "lapse" else "no review is overdue"
    return None


def is_lapsed(marks: Sequence[Mark]) -> bool:
    """Tell whether a review is overdue that nobody has made since."""
    told = [one for one in marks if one.what in _LAPSES]
    newest = max(told, key=lambda one: (one.recorded_at, one.at), default=None)
    return newest is not None and newest.what == "lapse"


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


def _with_marks(
    ruling: Ruling, marks: Sequence[Mark], ends: list[Micros], lapses: Sequence[_Lapse]
) -> Ruling:
    start, end = ruling.during.start, min([ruling.during.end, *ends])
    during = Interval(start=start, end=Micros(max(start, end)))
    paused = _spans(marks, _PAUSES, during.end)
    paused += [_cut(since, until, during.end) for since, until, standing in lapses if not standing]
    lapsed = [
        Lapse(during=span, standing=standing)
        for since, until, standing in lapses
        if standing and (span := _cut(since, until, during.end)).end > span.start
    ]
    return replace(ruling, during=during, suspended=merged(paused), lapsed=tuple(lapsed))


def _spans(marks: Sequence[Mark], whats: tuple[str, str], last: Micros) -> list[Interval]:
    """List the times between a mark and the one that ends it; what nothing ends goes on."""
    found: list[Interval] = []
    since: Micros | None = None
    for mark in sorted(marks, key=lambda one: (one.at, one.recorded_at)):
        if mark.what == whats[0] and since is None:
            since = mark.at
        elif mark.what == whats[1] and since is not None:
            found.append(Interval(start=since, end=Micros(max(since, mark.at))))
            since = None
    if since is not None:
        found.append(Interval(start=since, end=Micros(max(since, last))))
    return [span for span in found if span.end > span.start]


def _lapses(rulings: Sequence[Ruling], marks: Sequence[Mark]) -> list[_Lapse]:
    """List overdue times with what stood in them: as the version said that was in force then."""
    found = _spans(marks, _LAPSES, LATEST)
    return [(span.start, span.end, _standing(rulings, span.start)) for span in found]


def _standing(rulings: Sequence[Ruling], at: Micros) -> frozenset[ConditionId]:
    known = [one.standing for one in rulings if one.recorded_at <= at]
    return known[-1] if known else frozenset()


def _cut(since: Micros, until: Micros, last: Micros) -> Interval:
    return Interval(start=since, end=Micros(max(since, min(until, last))))


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
