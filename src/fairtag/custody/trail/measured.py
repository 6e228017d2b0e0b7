"""How does a column of measured numbers lie exactly? As whole numbers of a decimal step if it can.

Devices tell decimals, and intake turns their units into ours by one multiplication or division: the
same one turns whole numbers back into the same bits. What no step fits lies as it is, packed.
Many slots are worked on at once. Shapes: columns are (n,).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail.bits import Ints
from fairtag.intake.osmand import KNOT_MPS

Floats = NDArray[np.float64]

AS_IT_IS = 0xFF
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
_COORDINATE = 7  # decimals of 1e-7 degree


def steps_of(values: Floats, counts: Ints, *, is_coordinate: bool) -> tuple[Ints, Ints]:
    """Count steps of each slot, and tell which: a byte of unit and decimals, or `AS_IT_IS`.

    No slot is empty.
    """
    steps = np.zeros(len(values), np.int64)
    units = np.full(len(counts), AS_IT_IS)
    waiting = np.arange(len(counts))
    starts = np.cumsum(counts) - counts
    for unit, decimals in _ways(is_coordinate=is_coordinate):
        if not len(waiting):
            break
        rows = _rows(starts, counts, waiting, len(values))
        told = values[rows]
        counted, is_exact = _counted(told, unit, decimals)
        some = counts[waiting]
        fits = np.logical_and.reduceat(is_exact, np.cumsum(some) - some)
        units[waiting[fits]] = unit << 4 | decimals
        steps[rows] = counted * np.repeat(fits, some)
        waiting = waiting[~fits]
    return steps, units


def _ways(*, is_coordinate: bool) -> list[tuple[int, int]]:
    ways = [(unit, decimals) for unit in range(len(_UNITS)) for decimals in _DECIMALS]
    return [(0, _COORDINATE), *ways] if is_coordinate else ways


def _rows(starts: Ints, counts: Ints, wanted: Ints, whole: int) -> Ints | slice:
    """Give the rows of some slots."""
    if len(wanted) == len(counts):
        return slice(0, whole)
    some = counts[wanted]
    inside = np.arange(int(some.sum())) - np.repeat(np.cumsum(some) - some, some)
    return np.repeat(starts[wanted], some) + inside


def _counted(told: Floats, unit: int, decimals: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Count steps, and tell where that gives the same bits back."""
    with np.errstate(all="ignore"):
        counted = np.rint(told / _UNIT_OF[unit] * 10**decimals)
        is_whole = np.abs(counted) < _MOST_WHOLE
        steps = np.where(is_whole, counted, 0.0).astype(np.int64)
    back = _back(steps, unit, decimals)
    return steps, is_whole & (back.view(np.int64) == told.view(np.int64))


def _back(steps: Ints, unit: int, decimals: int) -> Floats:
    return _UNITS[unit](steps / np.float64(10**decimals))


# Bytes that name a unit and decimals, or numbers as they are.
KNOWN = frozenset(
    {AS_IT_IS, *(unit << 4 | decimals for unit in range(len(_UNITS)) for decimals in _DECIMALS)}
)


def floats_of(steps: Ints, units: Mapping[int, int], counts: Ints) -> Floats:
    """Turn the steps of chunks back, `units` by chunk; what lies as it is stays 0.

    A chunk that names no unit has no steps but 0, which is 0 in any.
    """
    kinds = set(units.values()) or {0}
    if len(kinds) == 1 and AS_IT_IS not in kinds:
        unit = kinds.pop()
        return _back(steps, unit >> 4, unit & 0xF)
    found = np.zeros(len(steps))
    each = np.repeat(np.array([units.get(n, 0) for n in range(len(counts))], np.int64), counts)
    for unit in kinds - {AS_IT_IS}:
        there = each == unit
        found[there] = _back(steps[there], unit >> 4, unit & 0xF)
    return found


def packed(values: Floats) -> bytes:
    """Write numbers as they are."""
    return zlib.compress(values.astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes(), 9)


def unpacked(told: bytes, count: int) -> Floats:
    """Read them again.

    Raises: TrailBroken.
    """
    opened = zlib.decompressobj()
    try:
        lying = opened.decompress(told, 8 * count + 1)
    except zlib.error as error:
        raise TrailBroken("a column can't be unpacked") from error
    if len(lying) != 8 * count or opened.unused_data:
        raise TrailBroken("a column has another length")
    bytes_of = np.frombuffer(lying, np.uint8).reshape(8, count).T
    return np.ascontiguousarray(bytes_of).view("<f8").reshape(count).astype(np.float64)
