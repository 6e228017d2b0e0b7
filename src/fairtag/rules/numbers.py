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
    """The published settings as the loop takes them."""

    most: int
    most_moving: int
    most_still: int
    most_network: int
    far_widths: float
    tracked_m: float
    memory: int  # µs, as all times here
    moving_memory: int
    repeated: int  # share, in 1/1024
    reach: int
    drift: int
    longest: int
    in_favour_counts: int
    relax: int
    gap: int
    fade: int
    against: int
    most_against: int
    in_favour: int
    most_in_favour: int
    distinct: int
    moving_mps: float
    step: int
    step_m: float
    longest_step_s: float
    counted_step_s: float
    fastest_mps: float
    way_share: float
    explained_m: float
    explained_times: float
    tracked_steps: float
    copied: int
    jump_m: float
    jump_mps: float
    jump_doubt: int


@lru_cache(maxsize=8)
def numbers_of(settings: Settings) -> Numbers:
    """Turn settings into whole steps."""

    def nats(odds: float) -> int:
        return round(NAT * odds)

    def micros(seconds: float) -> int:
        return round(seconds * SECOND)

    return Numbers(
        most=nats(settings.most),
        most_moving=nats(settings.most_moving),
        most_still=nats(settings.most_still),
        most_network=nats(settings.most_network),
        far_widths=settings.far_widths,
        tracked_m=settings.tracked_m,
        memory=micros(settings.memory_s),
        moving_memory=micros(settings.moving_memory_s),
        repeated=nats(settings.repeated_share),
        reach=nats(settings.reach),
        drift=micros(settings.drift_s),
        longest=micros(settings.drift_s * settings.longest_drifts),
        in_favour_counts=settings.in_favour_counts,
        relax=nats(settings.relax),
        gap=micros(settings.gap_s),
        fade=micros(settings.fade_s),
        against=nats(settings.against),
        most_against=nats(settings.most_against),
        in_favour=nats(settings.in_favour),
        most_in_favour=nats(settings.most_in_favour),
        distinct=settings.distinct,
        moving_mps=settings.moving_mps,
        step=micros(settings.step_s),
        step_m=settings.step_m,
        longest_step_s=settings.longest_step_s,
        counted_step_s=settings.counted_step_s,
        fastest_mps=settings.fastest_mps,
        way_share=settings.way_share,
        explained_m=settings.explained_m,
        explained_times=settings.explained_times,
        tracked_steps=float(settings.tracked_steps),
        copied=micros(settings.copied_s),
        jump_m=settings.doubt.jump_m,
        jump_mps=settings.doubt.jump_mps,
        jump_doubt=micros(settings.jump_doubt_s),
    )


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
