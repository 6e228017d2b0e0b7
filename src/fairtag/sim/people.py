"""Where is an invented person, and when? A home, a workplace, shops, a friend, sleep.

Whatever the curfew's hours are, the person's free time lies outside of them: out after they end,
home well before they begin.
Units: metres, metres a second; instants in µs UTC; minutes since the curfew's end.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from fairtag.sim.chance import Chance
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import MINUTES_A_DAY, Interval, wall_minute

WALK_MPS = 1.4  # Source: comfortable walking speed of adults, Bohannon 1997
DRIVE_MPS = 13.4  # Source: 30 mph, the limit in British towns
_HOME_BY_MIN = 60  # before the curfew begins
_COARSE = 15 * SECOND  # half of the shortest stay in a zone: by car, 29 s


class Setting(StrEnum):
    """What is between the receiver and the sky."""

    INDOORS = "indoors"
    STREET = "street"
    TUNNEL = "tunnel"  # no satellite and no network


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
    """Tell the length of a degree of latitude and of longitude.

    Source: series for the WGS 84 ellipsoid, NGA.STND.0036.
    """
    turn = math.radians(lat)
    a_lat = 111_132.95 - 559.85 * math.cos(2 * turn) + 1.18 * math.cos(4 * turn)
    a_lon = 111_412.88 * math.cos(turn) - 93.50 * math.cos(3 * turn) + 0.12 * math.cos(5 * turn)
    return a_lat, a_lon


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

    def spans_where(self, is_so: Callable[[Spot], bool]) -> tuple[Interval, ...]:
        """List when something holds for the true place, to the second."""
        found: list[Interval] = []
        began: Micros | None = None
        before = self.times[0]
        for told in range(self.times[0], self.times[-1] + _COARSE, _COARSE):
            now = Micros(min(told, self.times[-1]))
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
    _days: dict[str, Path] = field(default_factory=dict, repr=False, compare=False)

    def at(self, instant: Micros) -> tuple[Spot, Setting]:
        """Tell the place and the setting of an ordinary life."""
        shifted = Micros(instant - self.curfew_to_min * MINUTE)
        day, minute = wall_minute(shifted, self.time_zone)
        since = Micros(minute * MINUTE + instant % MINUTE)
        name = str(day)
        path = self._days.get(name)
        if path is None:
            path = self._days[name] = self._day(name, is_weekend=day.day_of_week().value > 5)  # noqa: PLR2004
        if not path.during.holds(since):
            return self.home, Setting.INDOORS
        return path.at(since)

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
