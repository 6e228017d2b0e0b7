"""Where is an invented person, and what does a receiver make of it?

Units: metres, seconds, degrees; instants in µs UTC.
Sources of the receiver's figures: `Receiver`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from fairtag.terms.instants import SECOND, Micros
from fairtag.terms.local import wall_minute

METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees."""

    lat: float
    lon: float

    def moved(self, north_m: float, east_m: float) -> Spot:
        """Go some metres; right enough within a town."""
        east = METRES_A_DEGREE * math.cos(math.radians(self.lat))
        lat, lon = self.lat + north_m / METRES_A_DEGREE, self.lon + east_m / east
        return Spot(float(lat), float(lon))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A home, a workplace and habits; times are minutes since local midnight."""

    home: Spot
    work: Spot
    time_zone: str
    leaves_min: int
    returns_min: int
    commute_min: int = 25
    is_homebound: bool = False

    def at(self, instant: Micros) -> tuple[Spot, bool]:
        """Tell the place and whether it is indoors."""
        day, minute = wall_minute(instant, self.time_zone)
        is_weekend = day.day_of_week().value > 5  # noqa: PLR2004 - Saturday and Sunday
        if self.is_homebound or is_weekend or not self.leaves_min <= minute < self.returns_min:
            return self.home, True
        out = (minute - self.leaves_min) / self.commute_min
        back = (self.returns_min - minute) / self.commute_min
        share = min(out, back, 1.0)
        if share >= 1.0:
            return self.work, True
        return _between(self.home, self.work, share), False


def _between(one: Spot, other: Spot, share: float) -> Spot:
    return Spot(one.lat + share * (other.lat - one.lat), one.lon + share * (other.lon - one.lon))


@dataclass(slots=True)
class Receiver:
    """Errors that stay for minutes, are larger indoors, jump now and then, and are told too small.

    The drift is a first-order Gauss-Markov process. The figures are ours, chosen to be no kinder
    than published urban smartphone traces: several metres outdoors, tens indoors, correlated for
    minutes, and a reported accuracy that holds the truth less often than it claims.
    """

    chance: np.random.Generator
    street_m: float = 6.0
    indoor_m: float = 16.0
    correlation_s: float = 180.0
    outlier_share: float = 0.004
    optimism: float = 0.7  # reported accuracy, as a share of the true 68 % radius
    _drift: np.ndarray = field(default_factory=lambda: np.zeros(2))  # in units of sigma
    _last: Micros | None = None

    def see(self, spot: Spot, instant: Micros, *, is_indoors: bool) -> tuple[Spot, float]:
        """Tell the reported place and its reported accuracy in metres."""
        gone_s = 1e9 if self._last is None else (instant - self._last) / SECOND
        self._last = instant
        keep = math.exp(-gone_s / self.correlation_s)
        self._drift = keep * self._drift + math.sqrt(1 - keep**2) * self.chance.normal(size=2)
        sigma = self.indoor_m if is_indoors else self.street_m
        north, east = sigma * self._drift
        if self.chance.random() < self.outlier_share:
            far, turn = self.chance.uniform(80, 300), self.chance.uniform(0, 2 * math.pi)
            north, east = north + far * math.cos(turn), east + far * math.sin(turn)
        accuracy = self.optimism * 1.515 * sigma * self.chance.lognormal(0, 0.2)
        return spot.moved(float(north), float(east)), max(3.0, float(accuracy))
