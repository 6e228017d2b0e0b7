"""Which row of a device's positions is the next to show a sign?

The loop uses numbers and arrays alone, and of the maths libraries only the square root, which IEEE
754 rounds alike everywhere: compiled or not, and on every machine, it gives the same bits.
Units: instants in µs UTC; metres; metres a second; degrees WGS 84.
"""

from __future__ import annotations

from typing import NamedTuple

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


class Rows(NamedTuple):
    """Columns of shape (n,), in event order."""

    at: NDArray[np.int64]
    lon: Floats
    lat: Floats
    east_m: Floats  # length of a degree here
    north_m: Floats
    accuracy_m: Floats
    source: NDArray[np.int8]
    speed_mps: Floats
    is_mock: NDArray[np.bool_]


def rows_of(columns: Positions) -> Rows:
    """Put what is looked at side by side."""
    east_m, north_m = metres_a_degree(columns.lat)
    return Rows(
        at=columns.at,
        lon=columns.lon,
        lat=columns.lat,
        east_m=east_m,
        north_m=north_m,
        accuracy_m=columns.accuracy_m,
        source=columns.source,
        speed_mps=columns.speed_mps,
        is_mock=columns.is_mock,
    )


def first_sign(
    state: Floats, limits: Floats, rows: Rows, first: int, end: int
) -> tuple[int, Sign | None]:
    """Look at rows of one device, in event order, until one shows a sign; `state` goes along.

    Gives that row and what it shows, or `end` and None.
    """
    told = np.zeros(1, np.int64)
    row = _look(state, limits, rows, first, end, told)
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


def _work(
    state: Floats, limits: Floats, rows: Rows, first: int, end: int, told: NDArray[np.int64]
) -> int:
    """Tell the work of a call."""
    del state, limits, rows, told
    return _STEPS_A_ROW * (end - first)


_STEPS_A_ROW = 20  # of some microsecond in plain Python; measured


@compiled(work=_work, calls=(_seen, *steps.CALLS, *holds.CALLS, *metres.CALLS))
def _look(
    state: Floats, limits: Floats, rows: Rows, first: int, end: int, told: NDArray[np.int64]
) -> int:
    """Give the first row that shows a sign, which goes into `told` (1,); `end` if none does."""
    for row in range(first, end):
        state[m.AT] = rows.at[row]
        state[m.LON] = rows.lon[row]
        state[m.LAT] = rows.lat[row]
        state[m.EAST_M] = rows.east_m[row]
        state[m.NORTH_M] = rows.north_m[row]
        state[m.CLAIM_M] = rows.accuracy_m[row]
        state[m.SOURCE] = rows.source[row]
        state[m.TOLD_MPS] = rows.speed_mps[row]
        sign = _seen(state, limits)
        if rows.is_mock[row]:
            sign = _MOCK
        if sign > 0:
            told[0] = sign
            return row
    return end
