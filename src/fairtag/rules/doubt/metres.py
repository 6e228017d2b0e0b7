"""How far is it from a remembered place to this one, with the same bits on every machine?

A degree is as long as at the position looked at: below 60° of latitude, right to 0.2 % within 10 km
and to 2 % within 100. Units: degrees in, metres out.
"""

from __future__ import annotations

import math

from fairtag.rules.doubt.memory import EAST_M, LAT, LON, NORTH_M, Floats
from fairtag.terms.flat import turn_deg


def from_here_m(state: Floats, lon: int, lat: int) -> float:
    """Measure from a remembered place, named by its two places in the memory, to this one."""
    east, north = east_m(state, lon), north_m(state, lat)
    return math.sqrt(east * east + north * north)


def east_m(state: Floats, lon: int) -> float:
    """Tell how far east of a remembered longitude this place lies, the short way round."""
    turn = state[LON] - state[lon]
    return float((turn + turn_deg(turn)) * state[EAST_M])


def north_m(state: Floats, lat: int) -> float:
    """Tell how far north of a remembered latitude this place lies."""
    return float((state[LAT] - state[lat]) * state[NORTH_M])


CALLS = (from_here_m, east_m, north_m, turn_deg)
