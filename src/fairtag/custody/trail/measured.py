"""How does a column of measured numbers lie exactly? As whole numbers of a decimal step if it can.

Devices tell decimals, and intake turns their units into ours by one multiplication or division: the
same one turns whole numbers back into the same bits. What no step fits lies as it is, packed.
Shapes: columns are (n,).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail import pen, whole
from fairtag.custody.trail.pen import Reader
from fairtag.intake.osmand import KNOT_MPS
from fairtag.terms.errors import TrailBroken

Floats = NDArray[np.float64]

_AS_IT_IS = 0xFF
_KMH_A_MPS = 3.6
_DECIMALS = (1, 0, 2, 7, 3, 4, 5, 6)  # the likeliest first
_MOST_WHOLE = 2.0**52  # floats hold every whole number up to here
# A place in this list is part of what is stored: add at the end only.
_UNITS: tuple[Callable[[Floats], Floats], ...] = (
    lambda told: told,
    lambda told: told * KNOT_MPS,
    lambda told: told / _KMH_A_MPS,
    lambda told: told * 100,  # a share told as percent
)
_UNIT_OF = (1.0, KNOT_MPS, 1 / _KMH_A_MPS, 100.0)


def write(values: Floats) -> bytes:
    """Write a column; the reader has to know its length."""
    if not len(values):
        return b""
    for unit in range(len(_UNITS)):
        for decimals in _DECIMALS:
            steps = _steps(values, unit, decimals)
            if steps is not None:
                return bytes([unit << 4 | decimals]) + whole.write(steps)
    lying = values.astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes()
    packed = zlib.compress(lying, 9)
    return bytes([_AS_IT_IS]) + pen.natural(len(packed)) + packed


def read(reader: Reader, count: int) -> Floats:
    """Read a column of `count` numbers.

    Raises: TrailBroken.
    """
    if not count:
        return np.zeros(0)
    head = reader.byte()
    if head == _AS_IT_IS:
        return _unpacked(reader.take(reader.natural()), count)
    unit, decimals = head >> 4, head & 0xF
    if unit >= len(_UNITS) or decimals not in _DECIMALS:
        raise TrailBroken("a column is of no known unit")
    return _back(whole.read(reader, count), unit, decimals)


def _steps(values: Floats, unit: int, decimals: int) -> NDArray[np.int64] | None:
    """Count steps, if that gives the same bits back."""
    with np.errstate(all="ignore"):
        counted = np.rint(values / _UNIT_OF[unit] * 10**decimals)
        if not (np.abs(counted) < _MOST_WHOLE).all():
            return None
    steps = counted.astype(np.int64)
    back = _back(steps, unit, decimals)
    return steps if np.array_equal(back.view(np.int64), values.view(np.int64)) else None


def _back(steps: NDArray[np.int64], unit: int, decimals: int) -> Floats:
    return _UNITS[unit](steps / np.float64(10**decimals))


def _unpacked(packed: bytes, count: int) -> Floats:
    opened = zlib.decompressobj()
    try:
        lying = opened.decompress(packed, 8 * count + 1)
    except zlib.error as error:
        raise TrailBroken("a column can't be unpacked") from error
    if len(lying) != 8 * count or opened.unused_data:
        raise TrailBroken("a column has another length")
    told = np.frombuffer(lying, np.uint8).reshape(8, count).T
    return np.ascontiguousarray(told).view("<f8").reshape(count).astype(np.float64)
