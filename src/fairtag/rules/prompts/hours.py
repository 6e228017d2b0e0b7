"""When, on a local day, may a person be asked at all? Outside protected hours, as instants.

A waking day runs from the end of the night to the beginning of the next one and is named after the
date on which it begins. Whatever the clocks do, at least nine hours lie between two of them, and
none is longer than fifteen. Pieces end at local midnight, so that each lies in one local day.
Units: instants in µs UTC; wall times in minutes since local midnight.
Source: charter G6.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from whenever import Date

from fairtag.orders.model import Ruling
from fairtag.rules.prompts.limits import DEFAULT_PROTECTED, LEAST_QUIET, MOST_OPEN
from fairtag.rules.prompts.refusals import HoursRefused
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import MINUTES_A_DAY, instant_of, minutes_of

Protected = tuple[tuple[int, int], ...]  # from and to; to <= from runs into the next day


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a person may be asked, in one local day."""

    waking_day: str  # YYYY-MM-DD on which the waking day began
    local_day: str  # YYYY-MM-DD in which this stretch lies
    start: Micros
    end: Micros
    day_start: Micros  # of the local day
    day_end: Micros


def protected_of(rulings: Iterable[Ruling]) -> Protected:
    """Gather the protected hours of all orders of a person: each one's hold.

    Example:
        >>> protected_of(())
        ((1260, 480),)
    """
    told = {(span.from_min, span.to_min) for ruling in rulings for span in ruling.protected}
    return tuple(sorted(told)) or DEFAULT_PROTECTED


def written(protected: Protected) -> str:
    """Write protected hours as text.

    Example:
        >>> written(((1260, 480),))
        '21:00-08:00'
    """
    return ",".join(f"{_wall(start)}-{_wall(end)}" for start, end in protected)


def read(text: str) -> Protected:
    """Read them again.

    Raises: ValueError.
    Example:
        >>> read("21:00-08:00,12:00-13:00")
        ((1260, 480), (720, 780))
    """
    told = (one.split("-") for one in text.split(","))
    return tuple((minutes_of(start), minutes_of(end)) for start, end in told)


@lru_cache(maxsize=8192)
def open_hours(waking_day: str, zone: str, protected: Protected) -> tuple[Hours, ...]:
    """List the stretches of a waking day, in order.

    Raises: HoursRefused when less than nine hours in one stretch are protected.
    Example:
        >>> from fairtag.terms.instants import text
        >>> (one,) = open_hours("2026-11-03", "Europe/London", ((1260, 480),))
        >>> text(one.start), text(one.end)
        ('2026-11-03T08:00:00Z', '2026-11-03T21:00:00Z')
    """
    day = Date.parse_iso(waking_day)
    pieces = _pieces(protected)
    first = _first(day, zone, pieces)
    last = Micros(first + MOST_OPEN)
    found = (_hours(day, zone, start, end) for start, end in pieces)
    return tuple(
        msgspec.structs.replace(
            one, start=Micros(max(one.start, first)), end=Micros(min(one.end, last))
        )
        for one in found
        if max(one.start, first) < min(one.end, last)
    )


def is_open(
    waking_day: str, zone: str, protected: str, span: tuple[int, int], day: tuple[int, int, str]
) -> bool:
    """Tell whether a stretch, with its local day's bounds and name, is one of `open_hours`, or
    part of one.

    Fails: closed, for zones and hours that make no sense.
    """
    try:
        hours = open_hours(waking_day, zone, read(protected))
    except (ValueError, HoursRefused):
        return False
    return any(
        one.start <= span[0] < span[1] <= one.end
        and day == (one.day_start, one.day_end, one.local_day)
        for one in hours
    )


def _first(day: Date, zone: str, pieces: tuple[tuple[int, int], ...]) -> Micros:
    """Tell when a waking day begins: nine hours after the former one at the earliest."""
    began = _at(day, pieces[0][0], zone, is_end=False)
    former = _at(day.subtract(days=1), pieces[-1][1], zone, is_end=True)
    return Micros(max(began, former + LEAST_QUIET))


@lru_cache(maxsize=256)
def _pieces(protected: Protected) -> tuple[tuple[int, int], ...]:
    """List the open stretches of a waking day, in minutes since the midnight before it began."""
    closed = {
        minute % MINUTES_A_DAY
        for start, end in protected
        for minute in range(start, end if end > start else end + MINUTES_A_DAY)
    }
    begins, night = _night(closed)
    if night * MINUTE < LEAST_QUIET or night == MINUTES_A_DAY:
        raise HoursRefused("less than nine hours in one stretch are protected, or all are")
    found: list[tuple[int, int]] = []
    for minute in range(begins, begins + MINUTES_A_DAY - night):
        if minute % MINUTES_A_DAY in closed:
            continue
        if found and found[-1][1] == minute and minute % MINUTES_A_DAY:
            found[-1] = (found[-1][0], minute + 1)
        else:
            found.append((minute, minute + 1))
    return tuple(found)


def _night(closed: set[int]) -> tuple[int, int]:
    """Find the longest protected stretch: the minute at which it is over, and how long it is."""
    over, longest, here = 0, 0, 0
    for minute in range(2 * MINUTES_A_DAY):
        here = here + 1 if minute % MINUTES_A_DAY in closed else 0
        if here > longest:
            over, longest = (minute + 1) % MINUTES_A_DAY, min(here, MINUTES_A_DAY)
    return over, longest


def _hours(day: Date, zone: str, start: int, end: int) -> Hours:
    local = day.add(days=start // MINUTES_A_DAY)
    return Hours(
        waking_day=day.format_iso(),
        local_day=local.format_iso(),
        start=_at(day, start, zone, is_end=False),
        end=_at(day, end, zone, is_end=True),
        day_start=_at(local, 0, zone, is_end=True),
        day_end=_at(local, MINUTES_A_DAY, zone, is_end=False),
    )


def _at(day: Date, minute: int, zone: str, *, is_end: bool) -> Micros:
    """Place a minute; where it comes twice, so that less is open."""
    days, rest = divmod(minute, MINUTES_A_DAY)
    return instant_of(day.add(days=days), rest, zone, edge="to" if is_end else "from")


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
