"""Which positions say where a wearer is, and how wide may their errors be?

Units: metres; shapes (n,), one row a position.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Position, Source
from fairtag.rules.settings import Settings

_CELL = SOURCES.index(Source.CELL)
_BY_SATELLITE = (SOURCES.index(Source.GNSS), SOURCES.index(Source.RF))


def is_witness(fix: Position, settings: Settings) -> bool:
    """Tell whether a position may move a belief; a mast says where the mast is.

    Network positions stay on the same wrong mast for hours: no number of them is evidence.
    """
    is_wide = fix.accuracy_m is not None and fix.accuracy_m > settings.usable_m
    return not fix.is_mock and not is_wide and fix.source is not Source.CELL


def witnesses(columns: Positions, settings: Settings) -> NDArray[np.bool_]:
    """Tell the same for columns."""
    is_wide = columns.accuracy_m > settings.usable_m  # what is not known is not wide
    found: NDArray[np.bool_] = ~columns.is_mock & ~is_wide & (columns.source != _CELL)
    return found


def by_satellite(columns: Positions) -> NDArray[np.bool_]:
    """Tell which positions were seen by satellite, or by a beacon at home."""
    gnss, rf = _BY_SATELLITE
    found: NDArray[np.bool_] = (columns.source == gnss) | (columns.source == rf)
    return found


def widths_m(
    columns: Positions, is_satellite: NDArray[np.bool_], settings: Settings
) -> NDArray[np.float64]:
    """Tell how wide the error of each position may be; unknown accuracy is wide.

    A radius that holds a share of a round normal error is turned into its standard deviation;
    claims are taken for too good, and an error that no claim shows is added.
    """
    sigma_m = columns.accuracy_m / _deviations(columns.accuracy_level, settings)
    claimed_m = np.maximum(sigma_m * settings.optimism, settings.least_m)
    bias_m = np.where(is_satellite, settings.satellite_bias_m, settings.network_bias_m)
    told_m = np.sqrt(claimed_m * claimed_m + bias_m * bias_m)
    vague_m = math.sqrt(settings.unknown_m**2 + settings.network_bias_m**2)
    return np.where(columns.accuracy_m > 0, told_m, vague_m)


def _deviations(levels: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Tell how many standard deviations hold the share named; there are few different ones."""
    known = np.where(levels > 0, levels, settings.level)
    found = np.empty(len(known))
    for share in set(known.tolist()):
        within = min(max(share, _LEAST_SHARE), _MOST_SHARE)
        found[known == share] = math.sqrt(-2 * math.log(1 - within))
    return found


_LEAST_SHARE, _MOST_SHARE = 0.05, 0.99  # beyond, a level is no level
