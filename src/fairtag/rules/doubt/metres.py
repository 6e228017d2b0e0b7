"""How far is it from a remembered place to this one, with the same bits on every machine?

Maths libraries differ in the last bit of a cosine, so it is a series here. A degree is as long as
at the position looked at: below 60° of latitude, right to 0.2 % within 10 km and to 2 % within 100.
Units: degrees in, metres out.
"""

from __future__ import annotations

import math

from fairtag.rules.doubt.memory import EAST_M, LAT, LON, NORTH_M, Floats

_RADIAN = 0.017453292519943295  # of a degree
# Of the series 1 - x/2! + x²/4! - …: eight digits at the pole.
_C1, _C2, _C3, _C4 = -1 / 2, 1 / 24, -1 / 720, 1 / 40_320
_C5, _C6, _C7, _C8 = -1 / 3_628_800, 1 / 479_001_600, -1 / 87_178_291_200, 1 / 20_922_789_888_000


def measure(state: Floats) -> None:
    """Keep the length of a degree here.

    Source: series of the WGS 84 ellipsoid, as in NIMA TR8350.2 (2000).
    """
    cosine = _cosine(state[LAT])
    square = cosine * cosine
    state[EAST_M] = cosine * (111_692.99 - 373.5 * square)
    state[NORTH_M] = 111_692.8 - 1_119.64 * square


def from_here_m(state: Floats, lon: int, lat: int) -> float:
    """Measure from a remembered place, named by its two places in the memory, to this one."""
    east, north = east_m(state, lon), north_m(state, lat)
    return math.sqrt(east * east + north * north)


def east_m(state: Floats, lon: int) -> float:
    """Tell how far east of a remembered longitude this place lies, the short way round."""
    turn = state[LON] - state[lon]
    if turn > 180:  # noqa: PLR2004 - half of a full turn
        turn -= 360
    elif turn < -180:  # noqa: PLR2004
        turn += 360
    return float(turn * state[EAST_M])


def north_m(state: Floats, lat: int) -> float:
    """Tell how far north of a remembered latitude this place lies."""
    return float((state[LAT] - state[lat]) * state[NORTH_M])


def _cosine(lat: float) -> float:
    x = lat * _RADIAN
    x *= x
    high = _C5 + x * (_C6 + x * (_C7 + x * _C8))
    return 1 + x * (_C1 + x * (_C2 + x * (_C3 + x * (_C4 + x * high))))
