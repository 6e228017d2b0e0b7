"""When does a position repeat itself? A network's until there are news, a frozen one till it thaws.

Units: metres; degrees; instants in µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fairtag.sim.lives.people import degrees_m
from fairtag.terms.instants import SECOND

REPEATS_S = 240.0  # measured: the median gap between news is 1 to 5 minutes
MOVED_M = 45.0  # chosen: five times a network position's error, so that a walk is news


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Looks whose answer may repeat itself; every column has the shape (n,)."""

    at: NDArray[np.int64]
    freeze: NDArray[np.int64]  # the number of the freeze; 0: none
    lat: NDArray[np.float64]  # the true place
    lon: NDArray[np.float64]
    seen_lat: NDArray[np.float64]  # what is seen, when it is news
    seen_lon: NDArray[np.float64]

    def lasts(self) -> NDArray[np.int64]:
        """Tell for how many rows each one is said, when it is news."""
        count = len(self.at)
        ends = np.append(np.flatnonzero(np.diff(self.freeze)) + 1, count)
        rows = np.arange(count)
        left = ends[np.searchsorted(ends, rows, side="right")] - rows  # to another freeze
        a_lat, a_lon = degrees_m(self.seen_lat)
        found, still = np.ones(count, np.int64), left > 1
        while still.any():
            from_, to = rows[still], rows[still] + found[still]
            north = (self.lat[to] - self.seen_lat[from_]) * a_lat[from_]
            east = (self.lon[to] - self.seen_lon[from_]) * a_lon[from_]
            still[still] = (
                (self.at[to] - self.at[from_] < REPEATS_S * SECOND)
                & (np.hypot(north, east) < MOVED_M)
                & (self.freeze[from_] == 0)
            )
            found += still
            still &= found < left
        return np.where(self.freeze > 0, left, found)

    def then(self, other: Looks) -> Looks:
        """Put other looks behind."""
        names = (each.name for each in fields(Looks))
        both = {name: np.append(getattr(self, name), getattr(other, name)) for name in names}
        return Looks(**both)

    def only(self, row: int) -> Looks:
        """Give one row."""
        names = (each.name for each in fields(Looks))
        return Looks(**{name: getattr(self, name)[[row]] for name in names})


class Repeats:
    """The position that a receiver holds."""

    def __init__(self) -> None:
        self._held: Looks | None = None  # one row
        self._is_frozen = False  # the sky at the last look
        self._freezes = 0  # how often it froze

    def freezes(self, is_under: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number the stretches of a frozen sky, from 1, also where they are over."""
        former = np.concatenate(([self._is_frozen], is_under))
        freezes = self._freezes + np.cumsum(is_under & ~former[:-1])
        self._is_frozen = bool(former[-1])
        self._freezes = int(freezes[-1]) if len(freezes) else self._freezes
        return freezes

    def said(self, looks: Looks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the latitude and longitude said at each look: the held one, or news."""
        every = looks if self._held is None else self._held.then(looks)
        count, lasts = len(every.at), every.lasts().tolist()
        news = [0] if count else []
        while news and (following := news[-1] + lasts[news[-1]]) < count:
            news.append(following)
        said = np.repeat(np.array(news, np.int64), np.diff([*news, count]) if news else 0)
        if news:
            self._held = every.only(news[-1])
        said = said[count - len(looks.at) :]
        return every.seen_lat[said], every.seen_lon[said]
