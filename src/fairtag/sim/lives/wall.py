"""What does a wall clock show at many instants? The offset is looked up once a day.

Units: µs since 1970 on the wall clock, as if it were UTC; instants in µs UTC.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.instants import DAY, MINUTE, Micros, parse
from fairtag.terms.local import wall_minute

# Source: the tz database; every change since 1972 falls on a quarter of an hour UTC.
_QUARTER = 15 * MINUTE


def wall_of(instants: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Give the wall clock's time; in an hour that comes twice, the same twice.

    Shapes: (n,) gives (n,).
    """
    if not len(instants):
        return instants
    pieces = (piece for day in days_of(instants) for piece in _pieces(day, zone))
    starts, offsets = zip(*pieces, strict=True)
    found = np.searchsorted(np.array(starts), instants, side="right") - 1
    shown: NDArray[np.int64] = instants + np.array(offsets)[found]
    return shown


def days_of(times: NDArray[np.int64]) -> range:
    """List the days from the first of some times to the last, counted from 1970-01-01."""
    if not len(times):
        return range(0)
    return range(int(times.min()) // DAY, int(times.max()) // DAY + 1)


@lru_cache(maxsize=4096)
def _pieces(day: int, zone: str) -> tuple[tuple[int, int], ...]:
    """List from which instants of a UTC day on which offset holds."""
    begins, ends = day * DAY, (day + 1) * DAY
    if _offset(begins, zone) == _offset(ends, zone):
        return ((begins, _offset(begins, zone)),)
    return tuple((at, _offset(at, zone)) for at in range(begins, ends, _QUARTER))


def _offset(at: int, zone: str) -> int:
    """Give how far the wall clock is ahead of UTC at a whole minute."""
    day, minute = wall_minute(Micros(at), zone)
    return parse(f"{day}T00:00:00Z") + minute * MINUTE - at
