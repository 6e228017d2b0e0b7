"""Which rows of a device's positions show a sign?

The loop uses numbers and arrays alone, and of the maths libraries only the square root, which IEEE
754 rounds alike everywhere: compiled or not, and on every machine, it gives the same bits.
Units: instants in µs UTC; metres; metres a second; degrees WGS 84.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions
from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.holds import held, leapt
from fairtag.rules.doubt.memory import Floats
from fairtag.rules.doubt.metres import measure
from fairtag.rules.doubt.sign import Sign
from fairtag.rules.doubt.steps import moved

_MOCK, _FROZEN, _LEAP = int(Sign.MOCK), int(Sign.FROZEN), int(Sign.LEAP)


def signs(state: Floats, limits: Floats, rows: Positions) -> list[tuple[int, Sign]]:
    """List the rows of one device, in event order, that show a sign; `state` goes along."""
    out_row = np.empty(len(rows), np.int64)
    out_sign = np.empty(len(rows), np.int8)
    count = look(
        state,
        limits,
        rows.at,
        rows.lon,
        rows.lat,
        rows.accuracy_m,
        rows.source,
        rows.speed_mps,
        rows.is_mock,
        out_row,
        out_sign,
    )
    return [(int(out_row[n]), Sign(int(out_sign[n]))) for n in range(count)]


def look(  # noqa: PLR0913, PLR0917 - columns, for a compiler that takes no objects
    state: Floats,
    limits: Floats,
    at: NDArray[np.int64],
    lon: Floats,
    lat: Floats,
    accuracy_m: Floats,
    source: NDArray[np.int8],
    speed_mps: Floats,
    is_mock: NDArray[np.bool_],
    out_row: NDArray[np.int64],
    out_sign: NDArray[np.int8],
) -> int:
    """Write the rows that show a sign, one sign a row, and tell how many there are.

    Shapes: columns and outs (n,), in event order; any split of them gives the same signs.
    """
    count = 0
    for row in range(len(at)):
        state[m.AT] = at[row]
        state[m.LON] = lon[row]
        state[m.LAT] = lat[row]
        state[m.CLAIM_M] = accuracy_m[row]
        state[m.SOURCE] = source[row]
        state[m.TOLD_MPS] = speed_mps[row]
        sign = _seen(state, limits)
        if is_mock[row]:
            sign = _MOCK
        if sign > 0:
            out_row[count] = row
            out_sign[count] = sign
            count += 1
    return count


def _seen(state: Floats, limits: Floats) -> int:
    """Let each memory take the position; tells the first sign."""
    measure(state)
    of_steps = moved(state, limits)
    is_held = held(state, limits)
    is_leap = leapt(state, limits)
    if of_steps > 0:
        return of_steps
    if is_held:
        return _FROZEN
    return _LEAP if is_leap else 0
