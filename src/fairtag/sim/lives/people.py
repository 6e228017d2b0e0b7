"""Where is an invented person, and when? A home, a workplace, shops, a friend, sleep.

Whatever the curfew's hours are, the person's free time lies outside of them: out after they end,
home well before they begin.
Units: metres, metres a second; instants in µs UTC; minutes since the curfew's end.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fairtag.sim.chance import Chance
from fairtag.sim.lives.wall import days_of, wall_of
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros, text
from fairtag.terms.local import MINUTES_A_DAY, Interval

WALK_MPS = 1.4  # Source: comfortable walking speed of adults, Bohannon 1997
DRIVE_MPS = 13.4  # Source: 30 mph, the limit in British towns
_HOME_BY_MIN = 60  # before the curfew begins
Number = TypeVar("Number", float, NDArray[np.float64])
_COARSE = 15 * SECOND  # half of the shortest stay in a zone: by car, 29 s


class Setting(StrEnum):
    """What is between the receiver and the sky."""

    INDOORS = "indoors"
    STREET = "street"
    TUNNEL = "tunnel"  # no satellite and no network


SETTINGS = tuple(Setting)  # a column holds the place in this list


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees."""

    lat: float
    lon: float

    def moved(self, north_m: float, east_m: float) -> Spot:
        """Go some metres; right to a few centimetres within a town."""
        a_lat, a_lon = _degree_m(self.lat)
        return Spot(self.lat + north_m / a_lat, self.lon + east_m / a_lon)

    def offset_m(self, to: Spot) -> tuple[float, float]:
        """Tell how far north and east another point lies."""
        a_lat, a_lon = _degree_m(self.lat)
        return (to.lat - self.lat) * a_lat, (to.lon - self.lon) * a_lon

    def metres_to(self, other: Spot) -> float:
        """Tell the distance."""
        return math.hypot(*self.offset_m(other))


def _degree_m(lat: float) -> tuple[float, float]:
    """Tell the length of a degree of latitude and of longitude."""
    return _degree_of_cosine_m(math.cos(math.radians(lat)))


def degrees_m(lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tell the lengths of a degree of latitude and of longitude at many latitudes.

    Shapes: (n,) gives (n,), (n,).
    """
    return _degree_of_cosine_m(np.cos(np.radians(lat)))


def _degree_of_cosine_m(cosine: Number) -> tuple[Number, Number]:
    """Tell both lengths from the cosine of the latitude.

    Source: series for the WGS 84 ellipsoid, NGA.STND.0036; the cosines of multiples of an angle
    are Chebyshev's polynomials.
    """
    two, three = 2 * cosine**2 - 1, 4 * cosine**3 - 3 * cosine
    four, five = 2 * two**2 - 1, 2 * two * three - cosine
    a_lat = 111_132.95 - 559.85 * two + 1.18 * four
    a_lon = 111_412.88 * cosine - 93.50 * three + 0.12 * five
    return a_lat, a_lon


@dataclass(frozen=True, slots=True)
class Places:
    """Where someone is at many instants; every column has the shape (n,)."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    setting: NDArray[np.int8]  # places in SETTINGS

    @staticmethod
    def all_at(spot: Spot, setting: Setting, count: int) -> Places:
        """Be at one place all the time."""
        return Places(
            lat=np.full(count, spot.lat),
            lon=np.full(count, spot.lon),
            setting=np.full(count, SETTINGS.index(setting), np.int8),
        )

    def put(self, rows: NDArray[np.bool_] | NDArray[np.int64], those: Places) -> None:
        """Be elsewhere in some rows."""
        self.lat[rows], self.lon[rows], self.setting[rows] = those.lat, those.lon, those.setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Move in a straight line."""

    to: Spot
    speed_mps: float = WALK_MPS
    setting: Setting = Setting.STREET


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Stay where one is."""

    minutes: float
    setting: Setting = Setting.STREET


@dataclass(frozen=True, slots=True)
class Path:
    """A way through time: instants, points, and the setting from each instant on."""

    times: tuple[Micros, ...]
    spots: tuple[Spot, ...]
    settings: tuple[Setting, ...]

    @property
    def during(self) -> Interval:
        """Tell from when to when it goes."""
        return Interval(start=self.times[0], end=self.times[-1])

    def at(self, instant: Micros) -> tuple[Spot, Setting]:
        """Tell the place and the setting; before and after, its ends."""
        n = bisect.bisect_right(self.times, instant) - 1
        if n < 0 or n + 1 >= len(self.times):
            end = 0 if n < 0 else -1
            return self.spots[end], self.settings[end]
        start, end = self.times[n], self.times[n + 1]
        share = (instant - start) / (end - start)
        one, other = self.spots[n], self.spots[n + 1]
        lat, lon = one.lat + share * (other.lat - one.lat), one.lon + share * (other.lon - one.lon)
        return Spot(lat, lon), self.settings[n]

    def places(self, instants: NDArray[np.int64]) -> Places:
        """Tell places and settings at many instants; before and after, the path's ends.

        Shapes: (n,) gives columns of (n,).
        """
        times = np.array(self.times, np.int64)
        lat, lon = np.array([(spot.lat, spot.lon) for spot in self.spots]).T
        codes = np.array([SETTINGS.index(one) for one in self.settings], np.int8)
        last = len(times) - 1
        n = np.clip(np.searchsorted(times, instants, side="right") - 1, 0, last)
        following = np.minimum(n + 1, last)
        lasts = np.maximum(times[following] - times[n], 1)
        share = np.clip((instants - times[n]) / lasts, 0, 1)
        return Places(
            lat=lat[n] + share * (lat[following] - lat[n]),
            lon=lon[n] + share * (lon[following] - lon[n]),
            setting=codes[n],
        )

    def spans_where(self, is_so: Callable[[Spot], bool]) -> tuple[Interval, ...]:
        """List when something holds for the true place, to the second."""
        found: list[Interval] = []
        began: Micros | None = None
        before = self.times[0]
        for now in self._looks():
            holds = is_so(self.at(now)[0])
            if holds and began is None:
                began = self._edge(before, now, is_so) if now > before else now
            elif not holds and began is not None:
                end = self._edge(before, now, lambda spot: not is_so(spot))
                found.append(Interval(start=began, end=end))
                began = None
            before = now
        if began is not None:
            found.append(Interval(start=began, end=self.times[-1]))
        return tuple(found)

    def _looks(self) -> Iterator[Micros]:
        """Give instants to look at: both ends of a stay, and closely along the way."""
        legs = zip(self.times, self.times[1:], self.spots, self.spots[1:], strict=False)
        for start, end, here, there in legs:
            yield start
            if here != there:
                yield from (Micros(at) for at in range(start + _COARSE, end, _COARSE))
        yield self.times[-1]

    def _edge(self, low: Micros, high: Micros, is_so: Callable[[Spot], bool]) -> Micros:
        """Find the second from which on it holds."""
        while high - low > SECOND:
            middle = Micros((low + high) // 2)
            low, high = (low, middle) if is_so(self.at(middle)[0]) else (middle, high)
        return Micros(round(high / SECOND) * SECOND)


def journey(start: Micros, origin: Spot, *steps: Go | Stay) -> Path:
    """Lay out a way from its steps."""
    times, spots, settings = [start], [origin], [Setting.STREET]
    for step in steps:
        here, now = spots[-1], times[-1]
        if isinstance(step, Go):
            took, there = here.metres_to(step.to) / step.speed_mps * SECOND, step.to
        else:
            took, there = step.minutes * MINUTE, here
        settings[-1] = step.setting
        times.append(Micros(now + max(1, round(took))))
        spots.append(there)
        settings.append(Setting.INDOORS)
    return Path(tuple(times), tuple(spots), tuple(settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Places and habits."""

    home: Spot
    work: Spot
    shop: Spot
    friend: Spot
    office: Spot  # where appointments are
    time_zone: str
    curfew_from_min: int  # local wall minutes
    curfew_to_min: int
    habits: tuple[object, ...]  # names of the person's chance
    has_work: bool = True
    _days: dict[int, Path] = field(default_factory=dict, repr=False, compare=False)

    def places(self, instants: NDArray[np.int64]) -> Places:
        """Tell the places and settings of an ordinary life at many instants.

        A day begins when the wall clock shows the curfew's end, also where the clocks change.
        Shapes: (n,) gives columns of (n,).
        """
        since = wall_of(instants, self.time_zone) - self.curfew_to_min * MINUTE
        found = Places.all_at(self.home, Setting.INDOORS, len(instants))
        for day in days_of(since):
            path = self._path(day)
            within = since - day * DAY
            out = (within >= path.times[0]) & (within < min(DAY, path.times[-1]))
            found.put(out, path.places(within[out]))
        return found

    def _path(self, day: int) -> Path:
        """Give one day's free time; the day is counted from 1970-01-01."""
        path = self._days.get(day)
        if path is None:
            name = text(Micros(day * DAY))[:10]
            is_weekend = (day + 3) % 7 > 4  # noqa: PLR2004 - 1970-01-01 was a Thursday
            path = self._days[day] = self._day(name, is_weekend=is_weekend)
        return path

    def _day(self, name: str, *, is_weekend: bool) -> Path:
        """Plan one day's free time; times are µs since the curfew's end."""
        chance = Chance(*self.habits, "day", name)
        free_min = (self.curfew_from_min - self.curfew_to_min) % MINUTES_A_DAY
        until = free_min - _HOME_BY_MIN
        leaves = chance.between(20, 90)
        if is_weekend or not self.has_work:
            return self._day_off(chance, leaves + chance.between(30, 120), until)
        way_min = 2 * self.home.metres_to(self.work) / 5.0 / 60 + 45
        works = max(10.0, min(chance.between(400, 520), until - leaves - way_min))
        return journey(
            Micros(round(leaves * MINUTE)),
            self.home,
            Go(to=self.work, speed_mps=5.0),
            Stay(minutes=works, setting=Setting.INDOORS),
            Go(to=self.shop, speed_mps=5.0),
            Stay(minutes=chance.between(5, 20), setting=Setting.INDOORS),
            Go(to=self.home),
        )

    def _day_off(self, chance: Chance, leaves: float, until: float) -> Path:
        """Visit a friend or only the shop; home in time."""
        to, longest = (
            (self.friend, 180.0) if chance.share() < 0.5 else (self.shop, 30.0)  # noqa: PLR2004
        )
        way_min = 2 * self.home.metres_to(to) / WALK_MPS / 60
        stays = max(1.0, min(longest, until - leaves - way_min))
        return journey(
            Micros(round(leaves * MINUTE)),
            self.home,
            Go(to=to),
            Stay(minutes=stays, setting=Setting.INDOORS),
            Go(to=self.home),
        )
