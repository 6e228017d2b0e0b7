"""When is a wall-clock window, as instants? The only module that knows wall clocks.

A wall time in the spring gap is the first instant after it. In the autumn fold a duty's `from` is
the later instant and its `to` the earlier, in the wearer's favour.
Units: instants in µs UTC; wall times in minutes since local midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

from whenever import Date, Instant, PlainDateTime, Time, ZonedDateTime

from fairtag.terms.instants import EARLIEST, LATEST, SECOND, Micros

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
_MINUTES_A_WEEK = 7 * MINUTES_A_DAY
_HHMM = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")

Edge = Literal["from", "to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A half-open stretch of time: `start` is in it, `end` is not."""

    start: Micros
    end: Micros

    def __post_init__(self) -> None:
        if self.end < self.start:
            message = "an interval can't end before it starts"
            raise ValueError(message)

    def holds(self, at: Micros) -> bool:
        """Tell whether the instant is inside."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySpan:
    """A window that starts on the named days; `to_min` <= `from_min` runs into the next day."""

    days: frozenset[int]  # 0 = Monday; the day the span starts
    from_min: int
    to_min: int

    def __post_init__(self) -> None:
        if not self.days or not all(0 <= day < len(DAYS) for day in self.days):
            message = "a span needs days between 0 (Monday) and 6"
            raise ValueError(message)
        if not (0 <= self.from_min < MINUTES_A_DAY and 0 <= self.to_min < MINUTES_A_DAY):
            message = "a wall time lies between 00:00 and 23:59"
            raise ValueError(message)


def minutes_of(text: str) -> int:
    """Read "HH:MM" as minutes since local midnight.

    Raises: ValueError for anything else.
    Example:
        >>> minutes_of("19:30")
        1170
    """
    found = _HHMM.match(text)
    if found is None or len(text) != len("HH:MM"):
        message = f"not a wall time HH:MM: {text!r}"
        raise ValueError(message)
    return int(found[1]) * 60 + int(found[2])


def is_zone(name: str) -> bool:
    """Tell whether the tz database lists this zone; the machine's own 'localtime' is none.

    Example:
        >>> is_zone("Europe/London"), is_zone("localtime"), is_zone("")
        (True, False, False)
    """
    return name in _zone_names()


def instant_of(day: Date, minute: int, zone: str, *, edge: Edge) -> Micros:
    """Turn a wall time into the instant that is kindest to the wearer.

    Example:
        >>> from fairtag.terms.instants import text
        >>> text(instant_of(Date(2026, 3, 29), 90, "Europe/London", edge="from"))  # Sunday, the gap
        '2026-03-29T01:00:00Z'
        >>> text(instant_of(Date(2026, 10, 25), 90, "Europe/London", edge="to"))  # Sunday, the fold
        '2026-10-25T00:30:00Z'
    """
    plain = day.at(Time(minute // 60, minute % 60))
    first = plain.assume_tz(zone, disambiguation="earlier")
    second = plain.assume_tz(zone, disambiguation="later")
    if first.to_plain() != plain:
        return _end_of_gap(first, second, zone)
    return _micros(second if edge == "from" else first)


def wall_minute(at: Micros, zone: str) -> tuple[Date, int]:
    """Tell the local day and the minute since its midnight."""
    here = _zoned(at, zone)
    return here.date(), here.hour * 60 + here.minute


def wall_text(at: Micros, zone: str, *, with_seconds: bool = False) -> str:
    """Write an instant as a local time for people; where an hour comes twice, say which it is.

    Example:
        >>> wall_text(Micros(1793700000000000), "Europe/London")
        'Tue 3 Nov 2026, 10:00'
        >>> wall_text(Micros(1792888200000000), "Europe/London")
        'Sun 25 Oct 2026, 01:30 (before the clocks went back)'
    """
    here = _zoned(at, zone)
    day = here.date()
    name = DAYS[day.day_of_week().value - 1].capitalize()
    clock = f"{here.hour:02}:{here.minute:02}" + (f":{here.second:02}" if with_seconds else "")
    return f"{name} {day.day} {_MONTHS[day.month - 1]} {day.year}, {clock}{_which(here, zone)}"


def _which(here: ZonedDateTime, zone: str) -> str:
    if not here.is_repeated():
        return ""
    first = here.to_plain().assume_tz(zone, disambiguation="earlier")
    side = "before" if first.offset == here.offset else "after"
    return f" ({side} the clocks went back)"


def local_instant(text: str, zone: str, *, edge: Edge) -> Micros:
    """Read a wall-clock date and time without offset, such as an appointment's "2026-11-03T10:00".

    Raises: ValueError when it has an offset or is no date and time.
    """
    plain = PlainDateTime.parse_iso(text)
    if plain.second or plain.nanosecond:
        message = f"a wall time has whole minutes: {text!r}"
        raise ValueError(message)
    return instant_of(plain.date(), plain.hour * 60 + plain.minute, zone, edge=edge)


def occurrences(
    spans: Iterable[WeeklySpan], zone: str, *, within: Interval
) -> tuple[Interval, ...]:
    """List the windows that touch `within`, merged where they touch on the wall clock, in order.

    They are not clipped: a curfew that began before `within` keeps its true start; one that never
    ends is the whole of time.
    """
    week = _week_of(tuple(spans))
    if week and week[0][1] >= _MINUTES_A_WEEK:
        return (Interval(start=EARLIEST, end=LATEST),)
    first = _zoned(within.start, zone).date().subtract(days=8)
    monday = first.subtract(days=first.day_of_week().value - 1)
    last = _zoned(within.end, zone).date().add(days=8)
    found: list[Interval] = []
    while monday <= last:
        found.extend(_on(monday, start, start + length, zone) for start, length in week)
        monday = monday.add(days=7)
    return tuple(
        span for span in merged(found) if span.start < within.end and span.end > within.start
    )


def merged(spans: Iterable[Interval]) -> tuple[Interval, ...]:
    """Join windows that touch or overlap, and drop empty ones."""
    out: list[Interval] = []
    for span in sorted(spans, key=lambda one: one.start):
        if span.end <= span.start:
            continue
        last = out[-1] if out else None
        if last is None or last.end < span.start:
            out.append(span)
        elif span.end > last.end:
            out[-1] = Interval(start=last.start, end=span.end)
    return tuple(out)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=4096)
def _week_of(spans: tuple[WeeklySpan, ...]) -> list[tuple[int, int]]:
    return _joined(
        (day * MINUTES_A_DAY + span.from_min, _length(span)) for span in spans for day in span.days
    )


def _length(span: WeeklySpan) -> int:
    return (span.to_min - span.from_min - 1) % MINUTES_A_DAY + 1


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches (minute of the week, length) that touch or overlap, also over its end.

    Example:
        >>> _joined([(0, 60), (60, 60), (10_020, 60)])
        [(10020, 180)]
    """
    bound = {(start + n) % _MINUTES_A_WEEK for start, length in spans for n in range(length)}
    if len(bound) == _MINUTES_A_WEEK:
        return [(0, _MINUTES_A_WEEK)]
    found = []
    for start in sorted(one for one in bound if (one - 1) % _MINUTES_A_WEEK not in bound):
        length = 1
        while (start + length) % _MINUTES_A_WEEK in bound:
            length += 1
        found.append((start, length))
    return found


@lru_cache(maxsize=4096)
def _on(monday: Date, from_min: int, to_min: int, zone: str) -> Interval:
    """Place a stretch of a week, in minutes since its Monday."""
    start = _at(monday, from_min, zone, edge="from")
    end = _at(monday, to_min, zone, edge="to")
    return Interval(start=start, end=max(start, end))


def _at(monday: Date, minute: int, zone: str, *, edge: Edge) -> Micros:
    days, rest = divmod(minute, MINUTES_A_DAY)
    return instant_of(monday.add(days=days), rest, zone, edge=edge)


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split()) - {"Factory"}


def _zoned(at: Micros, zone: str) -> ZonedDateTime:
    return Instant.from_timestamp(at * 1000, unit="nanosecond").to_tz(zone)


def _micros(moment: ZonedDateTime | Instant) -> Micros:
    return Micros(moment.timestamp(unit="nanosecond") // 1000)


def _end_of_gap(first: ZonedDateTime, second: ZonedDateTime, zone: str) -> Micros:
    """Find the change of offset between two instants to the second, by halving."""
    low, high = sorted((_micros(first) // SECOND, _micros(second) // SECOND))
    before = _zoned(Micros(low * SECOND), zone).offset
    while high - low > 1:
        middle = (low + high) // 2
        if _zoned(Micros(middle * SECOND), zone).offset == before:
            low = middle
        else:
            high = middle
    return Micros(high * SECOND)
