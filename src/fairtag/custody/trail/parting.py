"""Which positions lie in columns of their own, beside those of their chunk's commonest source?

A mast tells hundreds of metres in round numbers, a satellite fix tens in tenths: one column for
both takes the widest numbers and the finest steps of either. Rows go by their mark (source and
mock), which a reader knows. Shapes: columns are (n,), counts are (chunks,).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail import bits, measured, whole
from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.form import GAPS, MOCKS, PARTED, SOURCES
from fairtag.custody.trail.gathering import Gathered, sums
from fairtag.custody.trail.measured import AS_IT_IS, Floats
from fairtag.custody.trail.whole import Guessed

MARKS = len(SOURCES) * len(MOCKS)
_FEWEST = 4  # rows of either part: fewer do not pay for a head
# Of one more column, about: how many rows, unit, kind, first number and code.
_HEAD_BITS = {"lat": 72, "lon": 72, "accuracy_m": 40}
Flags = NDArray[np.bool_]


def is_rare(marks: Ints, counts: Ints) -> Flags:
    """Tell which positions are not of the mark that is the commonest of their chunk."""
    chunk = np.repeat(np.arange(len(counts)), counts)
    many = np.bincount(chunk * MARKS + marks, minlength=len(counts) * MARKS)
    common = many.reshape(len(counts), MARKS).argmax(axis=1)
    found: Flags = marks != common[chunk]
    return found


def parts(said: Gathered) -> dict[str, tuple[Ints, Ints, Ints]]:
    """Give steps, counts and units of parted columns, by name, for chunks where parting may pay.

    A column's common rows go by the name in `common_of`, its rare ones by that in `PARTED`; where
    it can't be parted, a chunk's unit is -1 and its count 0.
    """
    marks, counts = said.wholes["marks"], said.counts["marks"]
    rare, found = is_rare(marks, counts), dict[str, tuple[Ints, Ints, Ints]]()
    if not rare.any():
        return found
    for name, name_rare in PARTED.items():
        rows = rare if name not in GAPS else rare[said.wholes[GAPS[name]] == 0]
        many = said.counts[name]
        few = sums(rows, many)
        tried = np.minimum(few, many - few) >= _FEWEST
        is_one, counted = np.repeat(tried, many), np.where(tried, few, 0)
        values = said.floats[name]
        both = (
            (common_of(name), values[is_one & ~rows], np.where(tried, many - few, 0)),
            (name_rare, values[is_one & rows], counted),
        )
        found |= {one: _measured(some, size, name=name) for one, some, size in both}
    return found


def common_of(name: str) -> str:
    """Name the common rows of a column, while it is not chosen yet."""
    return f"{name} of the common"


def _measured(values: Floats, counts: Ints, *, name: str) -> tuple[Ints, Ints, Ints]:
    units = np.full(len(counts), -1)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return np.zeros(0, np.int64), counts, units
    some = counts[filled]
    steps, found = measured.steps_of(values, some, is_coordinate=name in {"lat", "lon"})
    is_told = np.logical_or.reduceat(values.view(np.int64) != 0, np.cumsum(some) - some)
    units[filled] = np.where(is_told & (found != AS_IT_IS), found, -1)
    return steps, counts, units


def parted(columns: Sequence[str], chunks: Ints, of: Guessed, many: int) -> dict[str, Flags]:
    """Tell, column by column, which chunks lie in parts because that takes fewer bits."""
    names = np.array(columns)
    found = dict[str, Flags]()
    for name, name_rare in PARTED.items():
        whole_column, common, rare = (
            _cost(np.flatnonzero(names == one), chunks, of, many)
            for one in (name, common_of(name), name_rare)
        )
        found[name] = common + rare + _HEAD_BITS[name] < whole_column
    return found


def _cost(slots: Ints, chunks: Ints, of: Guessed, many: int) -> NDArray[np.float64]:
    """Tell how many bits each chunk's slot takes; without one, it can't be chosen."""
    found = np.full(many, np.inf)
    if len(slots):
        rows = whole.rows_of(of.counts, slots)
        found[chunks[slots]] = bits.costs(whole.turned(of.left[rows]), of.counts[slots])
    return found


def joined(common: Floats, rare: Floats, rows: Flags) -> Floats:
    """Put the parts together again; `rows` tells which are of the rare one."""
    found = np.zeros(len(rows))
    found[rows], found[~rows] = rare, common
    return found
