"""What is remembered of a device's positions? An array of numbers with a name for every place.

So a compiler takes it, and a snapshot. NaN is 'none yet'.
Units: instants in µs UTC; metres; metres a second; degrees WGS 84.
"""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# The position looked at.
AT, LON, LAT, CLAIM_M, SOURCE, TOLD_MPS = range(6)
# The precise position before it, since when it was told, and the step that led there.
WAS_AT, WAS_SINCE, WAS_LON, WAS_LAT, WAS_CLAIM_M = range(6, 11)
WAS_EAST_MPS, WAS_NORTH_MPS, WAS_MPS = range(11, 14)
# A jump that waits for a second look, and the last one there and back.
JUMP_LON, JUMP_LAT, JUMP_M, JUMP_MPS, JUMP_IS_FROM_REST, BACK_AT = range(14, 20)
# Steps that turned alike: sums over their quotients.
TURNS, SUM_RE, SUM_IM, SUM_SQUARES = range(20, 24)
# Since when, and from where, the device says that it stands while it moves, and the other way.
STILL_AT, STILL_LON, STILL_LAT, STILLS = range(24, 28)
FAST_AT, FAST_LON, FAST_LAT, FASTS = range(28, 32)
# What a satellite receiver repeats.
HELD_AT, HELD_LON, HELD_LAT, HELD_CLAIM_M, HELD_LAST_AT, HELDS = range(32, 38)
# Where any receiver stays.
STAY_AT, STAY_LON, STAY_LAT, STAY_LAST_AT, IS_LEAP = range(38, 43)
# How long a degree is here.
EAST_M, NORTH_M = range(43, 45)
SIZE = 45
_COUNTS = (JUMP_MPS, TURNS, STILLS, FASTS, HELDS, IS_LEAP)


def new_state() -> Floats:
    """Give the memory of a device that has said nothing; shape (SIZE,)."""
    state = np.full(SIZE, nan)
    state[list(_COUNTS)] = 0.0
    return state
