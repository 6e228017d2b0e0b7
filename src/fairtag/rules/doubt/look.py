"""Which row of a device's positions is the next to show a sign?

The loop uses numbers and arrays alone, and of the maths libraries only the square root, which IEEE
754 rounds alike everywhere: compiled or not, and on every machine, it gives the same bits.
Units: instants in µs UTC; metres; metres a second; degrees WGS 84.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions
from fairtag.rules.doubt import holds, metres, steps
from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.holds import held, leapt
from fairtag.rules.doubt.memory import Floats
from fairtag.rules.doubt.sign import Sign
from fairtag.rules.doubt.steps import moved
from fairtag.terms.compiled import compiled
from fairtag.terms.flat import metres_a_degree

_MOCK, _FROZEN, _LEAP = int(Sign.MOCK), int(Sign.FROZEN), int(Sign.LEAP)


def first_sign(
    state: Floats, limits: Floats, rows: Positions, first: int, end: int
) -> tuple[int, Sign | None]:
    """Look at rows of one device, in event order, until one shows a sign; `state` goes along.

    Gives that row and what it shows, or `end` and None.
    """
    part = rows.part(first, end)
    east_m, north_m = metres_a_degree(part.lat)
    told = np.zeros(1, np.int64)
    row = first + _look(
        state,
        limits,
        part.at,
        part.lon,
        part.lat,
        east_m,
        north_m,
        part.accuracy_m,
        part.source,
        part.speed_mps,
        part.is_mock,
        told,
    )
    return (row, Sign(int(told[0]))) if told[0] else (end, None)


def _seen(state: Floats, limits: Floats) -> int:
    """Let each memory take the position; tells the first sign."""
    of_steps = moved(state, limits)
    is_held = held(state, limits)
    is_leap = leapt(state, limits)
    if of_steps > 0:
        return of_steps
    if is_held:
        return _FROZEN
    return _LEAP if is_leap else 0


def _work(*columns: NDArray[np.float64]) -> int:
    return 5 * len(columns[2])


@compiled(work=_work, calls=(_seen, *steps.CALLS, *holds.CALLS, *metres.CALLS))
def _look(
    state: Floats,
    limits: Floats,
    at: NDArray[np.int64],
    lon: Floats,
    lat: Floats,
    east_m: Floats,
    north_m: Floats,
    accuracy_m: Floats,
    source: NDArray[np.int8],
    speed_mps: Floats,
    is_mock: NDArray[np.bool_],
    told: NDArray[np.int64],
) -> int:
    """Give the first row that shows a sign, which goes into `told`; the number of rows if none.

    Shapes: columns (n,), in event order; told (1,).
    """
    for row in range(len(at)):
        state[m.AT] = at[row]
        state[m.LON] = lon[row]
        state[m.LAT] = lat[row]
        state[m.EAST_M] = east_m[row]
        state[m.NORTH_M] = north_m[row]
        state[m.CLAIM_M] = accuracy_m[row]
        state[m.SOURCE] = source[row]
        state[m.TOLD_MPS] = speed_mps[row]
        sign = _seen(state, limits)
        if is_mock[row]:
            sign = _MOCK
        if sign > 0:
            told[0] = sign
            return row
    return len(at)
