"""What does a receiver make of the true place? Drift, outliers, and claims that are too good.

Figures marked 'measured' are the project's own, from 19.3 device-days of Android and 6.4 of
iOS phones that lay still (MobilityNet's public traces); the others name their source or are
marked 'chosen'.
Units: metres; seconds; instants in µs UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import SOURCES
from fairtag.intake.messages import Source
from fairtag.sim.chance import Chances, normals
from fairtag.sim.devices.drift import Drift
from fairtag.sim.devices.repeats import Looks, Repeats
from fairtag.sim.lives.people import SETTINGS, Places, Setting, degrees_m
from fairtag.terms.instants import SECOND

# Source: NIJ Standard 1004.00, positions within 10 m outdoors and 30 m indoors, read as 95 %
# radii; a round normal error holds 95 % within 2.45 standard deviations.
_STREET_M = 10 / 2.45
_INDOOR_M = 30 / 2.45
_POOR_M = 30.0  # chosen: thick walls, two and a half times a good building
_OPTIMISM = 0.7  # chosen: the radius claimed is 0.7 of the true 68 % radius
_RADIUS_68 = 1.515  # 68 % radius of a round normal error, in standard deviations
_OUTLIERS = 0.004  # chosen: six a day at one fix a minute
_OUTLIER_M = (80.0, 300.0)  # chosen: how far off they lie
_CELL_CLAIMS_M = (600.0, 800.0, 900.0, 1000.0)  # measured: the commonest of wide Android fixes
_CELL_M = 350.0  # measured: their errors reach 314 m at the third quartile, 700 m at the 90 %
_CELL_EVERY_S = 180  # Source: a cell-tower position about once in 3 minutes (MoJ, EMDI pages)
_FROZEN_CLAIM_M = 15.0  # measured: wrong network positions claim this
_FROZEN_M = (80.0, 760.0)  # measured: how far off they lie
_APPLE_CLAIM_M = 65.0  # measured: iOS claims 65 m whatever it sees
_APPLE_M = 6.0  # measured: median error 6.5 m, 95 % within 17 m
_NETWORK_CLAIM_M = 15.0  # measured: the commonest claim of an Android phone indoors
_NETWORK_M = 9.0  # chosen; a still phone repeats the same coordinates for minutes (measured)
_BY_CHANCE = 0.15  # chosen: of the fixes in a poor place, those from satellites
_DRAWS = 11  # shares for each look, whatever is seen: 4 drift, 2 claim, 3 outlier, mast, poor place


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


SKIES = tuple(Sky)  # a column holds the place in this list
_STREET, _TUNNEL = map(SETTINGS.index, (Setting.STREET, Setting.TUNNEL))
_POOR, _CELL_ONLY, _FROZEN, _NO_SKY = map(
    SKIES.index, (Sky.POOR, Sky.CELL_ONLY, Sky.FROZEN, Sky.NONE)
)
_GNSS, _WIFI, _CELL, _FUSED, _UNKNOWN = map(
    SOURCES.index, (Source.GNSS, Source.WIFI, Source.CELL, Source.FUSED, Source.UNKNOWN)
)


# How a look sees: not at all, by masts, in the open, by a frozen network position, below a roof,
# below a thick one.
_BLIND, _MAST, _OPEN, _WRONG, _ROOF, _THICK = range(6)


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a model makes of each way to see; every column has the shape (6,)."""

    sigma_m: NDArray[np.float64]
    claim_m: NDArray[np.float64]
    source: NDArray[np.int8]
    is_claimed: NDArray[np.bool_]  # the claim follows the error, and there are outliers
    is_held: NDArray[np.bool_]  # repeats itself


def _ways(
    *, roof_m: tuple[float, float], source: tuple[int, int], claimed: set[int], held: set[int]
) -> _Ways:
    """Lay out a model by its errors under two roofs, its sources in the open and under a roof."""
    sigma_m = np.array([0.0, _CELL_M, _STREET_M, 0.0, *roof_m])
    flat_m = _APPLE_CLAIM_M if source[0] == _UNKNOWN else _NETWORK_CLAIM_M
    claim_m = np.full(len(sigma_m), flat_m)
    claim_m[_WRONG] = _FROZEN_CLAIM_M
    claims = sorted(claimed)
    claim_m[claims] = _OPTIMISM * _RADIUS_68 * sigma_m[claims]
    open_sky, roof = source
    return _Ways(
        sigma_m=sigma_m,
        claim_m=claim_m,
        source=np.array([_UNKNOWN, _CELL, open_sky, _WIFI, roof, roof], np.int8),
        is_claimed=np.isin(np.arange(len(sigma_m)), claims),
        is_held=np.isin(np.arange(len(sigma_m)), sorted(held)),
    )


_WAYS = {
    Model.TAG: _ways(
        roof_m=(_INDOOR_M, _POOR_M),
        source=(_GNSS, _GNSS),
        claimed={_OPEN, _ROOF, _THICK},
        held={_WRONG},
    ),
    Model.ANDROID: _ways(
        roof_m=(_NETWORK_M, _NETWORK_M),
        source=(_FUSED, _WIFI),
        claimed={_OPEN},
        held={_WRONG, _ROOF, _THICK},
    ),
    Model.APPLE: _ways(
        roof_m=(_APPLE_M, _APPLE_M), source=(_UNKNOWN, _UNKNOWN), claimed=set(), held={_WRONG}
    ),
}


@dataclass(frozen=True, slots=True)
class Fixes:
    """What the receiver reports at each look; every column has the shape (n,)."""

    is_seen: NDArray[np.bool_]  # where not, the other columns mean nothing
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    source: NDArray[np.int8]


class Receiver:
    """One receiver with the memory of its errors, looking again and again after the same time."""

    def __init__(self, chances: Chances, model: Model, *, every_s: float) -> None:
        self._chances = chances
        self._ways = _WAYS[model]
        self._drift = Drift(every_s)
        self._repeats = Repeats()

    def see(self, at: NDArray[np.int64], true: Places, sky: NDArray[np.int8]) -> Fixes:
        """Tell what is reported at looks that follow on those before.

        Shapes: (n,) each.
        """
        chance, ways = self._chances.rows(len(at), _DRAWS), self._ways
        way = _way(true.setting, sky, chance[:, 10])
        is_frozen, is_claimed = way == _WRONG, ways.is_claimed[way]
        error = ways.sigma_m[way] * self._drift.after(chance[:, :4])
        is_far = is_frozen | (is_claimed & (chance[:, 6] < _OUTLIERS))
        error[is_far] += _far(chance[is_far, 7:9], is_frozen[is_far])
        claim_m = ways.claim_m[way]
        claim_m[is_claimed] *= np.exp(0.2 * normals(chance[is_claimed, 4:6]).real)
        is_cell = way == _MAST
        claims_m = np.array(_CELL_CLAIMS_M)
        claim_m[is_cell] = claims_m[(chance[is_cell, 9] * len(claims_m)).astype(np.int64)]
        a_lat, a_lon = degrees_m(true.lat)
        fixes = Fixes(
            is_seen=(way != _BLIND) & ~(is_cell & (at // SECOND % _CELL_EVERY_S >= 60)),  # noqa: PLR2004
            lat=true.lat + error.real / a_lat,
            lon=true.lon + error.imag / a_lon,
            accuracy_m=np.maximum(3.0, claim_m),
            source=ways.source[way],
        )
        freeze = np.where(is_frozen, self._repeats.freezes(sky == _FROZEN), 0)
        held = np.flatnonzero(ways.is_held[way])
        if len(held):
            here = Looks(
                at=at[held],
                freeze=freeze[held],
                lat=true.lat[held],
                lon=true.lon[held],
                seen_lat=fixes.lat[held],
                seen_lon=fixes.lon[held],
            )
            fixes.lat[held], fixes.lon[held] = self._repeats.said(here)
        return fixes


def _way(
    setting: NDArray[np.int8], sky: NDArray[np.int8], chance: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Tell how each look sees."""
    is_poor = sky == _POOR
    return np.select(
        [
            (setting == _TUNNEL) | (sky == _NO_SKY),
            sky == _CELL_ONLY,
            setting == _STREET,
            sky == _FROZEN,
            is_poor & (chance > _BY_CHANCE),
            is_poor,
        ],
        [_BLIND, _MAST, _OPEN, _WRONG, _MAST, _THICK],
        _ROOF,
    )


def _far(chance: NDArray[np.float64], is_frozen: NDArray[np.bool_]) -> NDArray[np.complex128]:
    """Give an error far off: of an outlier, or of a frozen position."""
    low = np.where(is_frozen, _FROZEN_M[0], _OUTLIER_M[0])
    high = np.where(is_frozen, _FROZEN_M[1], _OUTLIER_M[1])
    turn = 2 * math.pi * chance[:, 1]
    far: NDArray[np.complex128] = (low + (high - low) * chance[:, 0]) * (
        np.cos(turn) + 1j * np.sin(turn)
    )
    return far
