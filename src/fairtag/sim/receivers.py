"""What does a receiver make of the true place? Drift, outliers, and claims that are too good.

Figures marked 'measured' are the project's own, from 19.3 device-days of Android and 6.4 of
iOS phones that lay still (MobilityNet's public traces); the others name their source or are
marked 'chosen'.
Units: metres; seconds; instants in µs UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

from fairtag.sim.chance import Chance
from fairtag.sim.people import Setting, Spot
from fairtag.terms.instants import SECOND, Micros

# Source: NIJ Standard 1004.00, positions within 10 m outdoors and 30 m indoors, read as 95 %
# radii; a round normal error holds 95 % within 2.45 standard deviations.
_STREET_M = 10 / 2.45
_INDOOR_M = 30 / 2.45
_POOR_M = 30.0  # chosen: thick walls, two and a half times a good building
# Measured: errors of a phone that lies still agree to 0.85 after 1 min, 0.29 after 5 min, 0.19
# after 10 min, 0.15 after 20 min; two Gauss-Markov processes of these shares come close.
_FAST_S, _SLOW_S, _SLOW_SHARE = 150.0, 1800.0, 0.3
_OPTIMISM = 0.7  # chosen: the radius claimed is 0.7 of the true 68 % radius
_RADIUS_68 = 1.515  # 68 % radius of a round normal error, in standard deviations
_OUTLIERS = 0.004  # chosen: six a day at one fix a minute
_CELL_CLAIMS_M = (600.0, 800.0, 900.0, 1000.0)  # measured: the commonest of wide Android fixes
_CELL_M = 350.0  # measured: their errors reach 314 m at the third quartile, 700 m at the 90 %
_CELL_EVERY_S = 180  # Source: a cell-tower position about once in 3 minutes (MoJ, EMDI pages)
_FROZEN_CLAIM_M = 15.0  # measured: wrong network positions claim this
_FROZEN_M = (80.0, 760.0)  # measured: how far off they lie
_APPLE_CLAIM_M = 65.0  # measured: iOS claims 65 m whatever it sees
_APPLE_M = 6.0  # measured: median error 6.5 m, 95 % within 17 m
_NETWORK_CLAIM_M = 15.0  # measured: the commonest claim of an Android phone indoors
_NETWORK_M = 9.0  # chosen; a still phone repeats the same coordinates for minutes (measured)
_REPEATS_S = 240.0  # measured: the median gap between news is 1 to 5 minutes


class Model(StrEnum):
    """Whose receiver it is."""

    TAG = "tag"
    ANDROID = "android"
    APPLE = "apple"


class Sky(StrEnum):
    """How well the place of a plan lets a receiver see."""

    GOOD = "good"
    POOR = "poor"  # a few wide positions, satellites by chance
    CELL_ONLY = "cell_only"
    FROZEN = "frozen"  # a wrong network position again and again
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Fix:
    """What the receiver reports."""

    spot: Spot
    accuracy_m: float
    source: str


@dataclass(slots=True)
class Receiver:
    """One receiver with the memory of its errors."""

    chance: Chance
    model: Model
    _fast: tuple[float, float] = (0.0, 0.0)  # in standard deviations
    _slow: tuple[float, float] = (0.0, 0.0)
    _last: Micros | None = None
    _held: tuple[Micros, Fix] | None = None  # a network position that repeats itself
    _is_frozen: bool = field(default=False)

    def see(self, spot: Spot, instant: Micros, setting: Setting, sky: Sky) -> Fix | None:
        """Tell the reported place, or None when nothing could be seen."""
        self._drift(instant)
        if sky is not Sky.FROZEN:
            self._is_frozen = False
        if setting is Setting.TUNNEL or sky is Sky.NONE:
            return None
        if sky is Sky.CELL_ONLY:
            return self._cell(spot, instant)
        if setting is Setting.STREET:
            return self._claimed(spot, _STREET_M, "gnss")
        if sky is Sky.FROZEN:
            return self._frozen(spot)
        if sky is Sky.POOR and self.chance.share() > 0.15:  # noqa: PLR2004 - chosen
            return self._cell(spot, instant)
        return self._indoors(spot, instant, _POOR_M if sky is Sky.POOR else _INDOOR_M)

    def _indoors(self, spot: Spot, instant: Micros, sigma_m: float) -> Fix:
        match self.model:
            case Model.TAG:
                return self._claimed(spot, sigma_m, "gnss")
            case Model.APPLE:
                return Fix(self._erred(spot, _APPLE_M), _APPLE_CLAIM_M, "unknown")
            case Model.ANDROID:
                return self._network(spot, instant)

    def _claimed(self, spot: Spot, sigma_m: float, source: str) -> Fix:
        if self.model is Model.APPLE:
            return Fix(self._erred(spot, sigma_m), _APPLE_CLAIM_M, "unknown")
        seen = self._erred(spot, sigma_m)
        if self.chance.share() < _OUTLIERS:
            far, turn = self.chance.between(80, 300), self.chance.between(0, 2 * math.pi)
            seen = seen.moved(far * math.cos(turn), far * math.sin(turn))
        claim = _OPTIMISM * _RADIUS_68 * sigma_m * math.exp(0.2 * self.chance.normal())
        return Fix(seen, max(3.0, claim), source if self.model is Model.TAG else "fused")

    def _network(self, spot: Spot, instant: Micros) -> Fix:
        if self._held is not None and instant - self._held[0] < _REPEATS_S * SECOND:
            held = self._held[1]
            if held.spot.metres_to(spot) < 5 * _NETWORK_M:
                return held
        fix = Fix(self._erred(spot, _NETWORK_M), _NETWORK_CLAIM_M, "wifi")
        self._held = (instant, fix)
        return fix

    def _frozen(self, spot: Spot) -> Fix:
        if not self._is_frozen or self._held is None:
            self._is_frozen = True
            far, turn = self.chance.between(*_FROZEN_M), self.chance.between(0, 2 * math.pi)
            wrong = spot.moved(far * math.cos(turn), far * math.sin(turn))
            self._held = (Micros(0), Fix(wrong, _FROZEN_CLAIM_M, "wifi"))
        return self._held[1]

    def _cell(self, spot: Spot, instant: Micros) -> Fix | None:
        if instant // SECOND % _CELL_EVERY_S >= 60:  # noqa: PLR2004 - one of three minutes
            return None
        return Fix(self._erred(spot, _CELL_M), self.chance.pick(_CELL_CLAIMS_M), "cell")

    def _erred(self, spot: Spot, sigma_m: float) -> Spot:
        slow, fast = math.sqrt(_SLOW_SHARE), math.sqrt(1 - _SLOW_SHARE)
        north, east = (
            sigma_m * (slow * late + fast * soon)
            for late, soon in zip(self._slow, self._fast, strict=True)
        )
        return spot.moved(north, east)

    def _drift(self, instant: Micros) -> None:
        gone_s = math.inf if self._last is None else (instant - self._last) / SECOND
        self._last = instant
        self._fast = self._stepped(self._fast, gone_s / _FAST_S)
        self._slow = self._stepped(self._slow, gone_s / _SLOW_S)

    def _stepped(self, drift: tuple[float, float], steps: float) -> tuple[float, float]:
        keep = math.exp(-steps)
        news = math.sqrt(1 - keep * keep)
        north, east = drift
        return (
            keep * north + news * self.chance.normal(),
            keep * east + news * self.chance.normal(),
        )
