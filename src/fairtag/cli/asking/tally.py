"""Was anybody asked too often, or at a protected hour? Counted from what was asked, by no rule.

It knows wall clocks only from the tz database and shares no code with what draws and guards.
Units: instants in µs UTC.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from whenever import Instant

Said = tuple[int, str, tuple[tuple[int, int], ...]]  # since when, time zone, protected hours
_MINUTE = 60_000_000
_DAY = 1440 * _MINUTE
_STEP = 5 * _MINUTE  # no protected stretch is shorter
_MOST = 5


def tally(asked: Sequence[tuple[int, int]], said: Sequence[Said]) -> Counter[str]:
    """Count what must not be: a sixth in a local day, or in any 24 h, or a protected hour.

    `asked` holds from when to when each demand could reach the person, in order.
    """
    found: Counter[str] = Counter(demands=len(asked))
    days: Counter[str] = Counter()
    for at, until in asked:
        zone, protected = _in_force(said, at)
        days[_wall(at, zone)[0]] += 1
        found["protected"] += any(
            _is_in(_wall(one, zone)[1], protected) for one in _moments(at, until)
        )
    found["sixth_of_a_day"] = sum(many > _MOST for many in days.values())
    found["sixth_in_24_h"] = sum(
        last[0] - first[1] < _DAY for first, last in zip(asked, asked[_MOST:], strict=False)
    )
    return found


def _moments(at: int, until: int) -> Iterable[int]:
    yield from range(at, until, _STEP)
    yield until - 1


def _in_force(said: Sequence[Said], at: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    n = bisect.bisect_right([since for since, _, _ in said], at) - 1
    return said[n][1], said[n][2]


def _is_in(minute: int, protected: tuple[tuple[int, int], ...]) -> bool:
    return any(
        start <= minute < end if start < end else minute >= start or minute < end
        for start, end in protected
    )


def _wall(at: int, zone: str) -> tuple[str, int]:
    """Tell the local date and the minute of the day."""
    local = at + _offset(at // (15 * _MINUTE), zone)
    return f"{zone}/{local // _DAY}", local % _DAY // _MINUTE


@lru_cache(maxsize=1_000_000)
def _offset(quarter: int, zone: str) -> int:
    """Tell the offset of a quarter of an hour: zones change at such times only, since 1980."""
    at = Instant.from_timestamp(quarter * 15 * 60)
    return round(at.to_tz(zone).offset.total("seconds")) * 1_000_000
