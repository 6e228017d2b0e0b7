"""What do the loops over positions take? Published settings in whole steps, and columns.

Units: µs UTC; degrees; metres; metres a second; evidence in 1/1024 natural log-odds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.rules.settings import NAT, Settings
from fairtag.terms.instants import SECOND

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bytes = NDArray[np.int8]


class Numbers(NamedTuple):
    """The published settings as the loops take them: whole steps and µs; metres and the like."""

    counts: Ints
    reals: Floats


# Places in `counts`, then in `reals`.
MOST, MOST_MOVING, MOST_STILL, MOST_NETWORK, MEMORY, MOVING_MEMORY, NEAR_MEMORY = range(7)
REPEATED, REACH, REACH_MOVING, DRIFT, LONGEST, IN_FAVOUR_COUNTS = range(7, 13)
RELAX, GAP, FADE, AGAINST, MOST_AGAINST, IN_FAVOUR = range(13, 19)
LEAST_IN_FAVOUR, MOST_IN_FAVOUR, DISTINCT, STEP, COPIED, JUMP_DOUBT = range(19, 25)
FAR_WIDTHS, TRACKED_M, MOVING_MPS, STEP_M, LONGEST_STEP_S, COUNTED_STEP_S = range(6)
FASTEST_MPS, WAY_SHARE, WAY_LEAST_M, EXPLAINED_M, EXPLAINED_TIMES, TRACKED_STEPS = range(6, 12)
JUMP_M, JUMP_MPS = range(12, 14)


@lru_cache(maxsize=8)
def numbers_of(settings: Settings) -> Numbers:
    """Turn settings into what the loops take."""
    return Numbers(
        counts=np.array(_counts(settings), np.int64), reals=np.array(_reals(settings), np.float64)
    )


def _counts(settings: Settings) -> list[int]:
    return [
        _nats(settings.most),
        _nats(settings.most_moving),
        _nats(settings.most_still),
        _nats(settings.most_network),
        _micros(settings.memory_s),
        _micros(settings.moving_memory_s),
        _micros(settings.near_memory_s),
        _nats(settings.repeated_share),
        _nats(settings.reach),
        _nats(settings.reach_moving),
        _micros(settings.drift_s),
        _micros(settings.drift_s * settings.longest_drifts),
        settings.in_favour_counts,
        _nats(settings.relax),
        _micros(settings.gap_s),
        _micros(settings.fade_s),
        _nats(settings.against),
        _nats(settings.most_against),
        _nats(settings.in_favour),
        _nats(settings.least_in_favour),
        _nats(settings.most_in_favour),
        settings.distinct,
        _micros(settings.step_s),
        _micros(settings.copied_s),
        _micros(settings.jump_doubt_s),
    ]


def _reals(settings: Settings) -> list[float]:
    return [
        settings.far_widths,
        settings.tracked_m,
        settings.moving_mps,
        settings.step_m,
        settings.longest_step_s,
        settings.counted_step_s,
        settings.fastest_mps,
        settings.way_share,
        settings.way_least_m,
        settings.explained_m,
        settings.explained_times,
        float(settings.tracked_steps),
        settings.doubt.jump_m,
        settings.doubt.jump_mps,
    ]


def _nats(odds: float) -> int:
    return round(NAT * odds)


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)


class Rows(NamedTuple):
    """Positions in the order in which they happened; columns of shape (n,), `against_m` (n, m)."""

    at: Ints
    lon: Floats
    lat: Floats
    lon_m: Floats  # length of a degree here
    lat_m: Floats
    speed_mps: Floats
    is_satellite: NDArray[np.bool_]
    width_m: Floats
    seq: Ints
    against_m: Floats  # metres on the side against the wearer


# One position, on its way through the functions of a loop: places in a row of numbers. A compiler
# hands one array on, where it would copy ten.
LON, LAT, LON_M, LAT_M = range(4)
SPEED, IS_SATELLITE, WIDTH_M, SEQ = range(4, 8)
FIX_SIZE = 8


def fill(fix: Floats, rows: Rows, r: int) -> None:
    """Put one row of the columns side by side."""
    fix[LON], fix[LAT] = rows.lon[r], rows.lat[r]
    fix[LON_M], fix[LAT_M] = rows.lon_m[r], rows.lat_m[r]
    fix[SPEED], fix[WIDTH_M] = rows.speed_mps[r], rows.width_m[r]
    fix[IS_SATELLITE] = 1.0 if rows.is_satellite[r] else 0.0
    fix[SEQ] = rows.seq[r]
