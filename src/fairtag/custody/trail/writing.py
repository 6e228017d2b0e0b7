"""How is what was said in many spans written into few bytes each?

Coordinates lie as multiples of 1e-7 degree when they are, which intake sees to. All chunks are
worked on at once: what arrays cost to call is paid once, not a chunk. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fairtag.custody.trail import measured, parting, pen, whole
from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.form import (
    BEHIND,
    BY_RECEIPT,
    COLUMNS,
    EACH,
    GAPS,
    KINDS,
    PACED,
    PARTED,
    VERSION,
)
from fairtag.custody.trail.gathering import Gathered, Pile, gathered
from fairtag.custody.trail.laying import told_of
from fairtag.custody.trail.measured import AS_IT_IS, Floats
from fairtag.custody.trail.whole import Guessed

_PLACE = {name: n for n, name in enumerate(COLUMNS)}
# Ways to tell a time by the other, and numbers by times; the column that then takes the place of
# another.
_INSTEAD = {"at_by_receipt": ("at", BY_RECEIPT), "behind": ("received_at", BEHIND)}
_RISE_BITS = 32  # about: what an even pace has to save
_STANDS_FOR = (
    {"n_by_pace": "n"}
    | {name: told for name, (told, _) in _INSTEAD.items()}
    | {parting.common_of(name): name for name in PARTED}
)
_PART_OF = {rare: name for name, rare in PARTED.items()}
_BESIDE = {BY_RECEIPT: "received_at", BEHIND: "at", EACH: ""}


@dataclass(slots=True)
class _Slots:
    """Columns of chunks that say something, column by column; a row a slot."""

    values: list[Ints] = field(default_factory=list)
    counts: list[Ints] = field(default_factory=list)
    chunks: list[Ints] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    units: list[Ints] = field(default_factory=list)

    def put(self, name: str, values: Ints, counts: Ints, unit: Ints | None = None) -> None:
        """Take those chunks in which the column is not all zero, or has a unit."""
        filled = counts > 0
        is_told = np.zeros(len(counts), np.bool_)
        if not filled.any():
            return
        some = counts[filled]
        if unit is None:
            is_told[filled] = np.logical_or.reduceat(values != 0, np.cumsum(some) - some)
        else:
            is_told = unit >= 0
        there = np.flatnonzero(is_told)
        self.values.append(values if is_told.all() else values[np.repeat(is_told, counts)])
        self.counts.append(counts[there])
        self.chunks.append(there)
        self.columns += [name] * len(there)
        self.units.append(np.full(len(there), -1) if unit is None else unit[there])


def encode(piles: Sequence[Pile]) -> list[bytes]:
    """Write chunks: each of entries of one order, at least one and at most `MOST`, with as many
    messages.
    """
    if not piles:
        return []
    said = gathered(piles)
    slots, lying = _Slots(), dict[tuple[int, str], bytes]()
    for name, values in said.wholes.items():
        slots.put(name, values, said.counts[name])
    for name, floats in said.floats.items():
        _measure(slots, lying, name, floats, said.counts[name])
    for name, (steps, counts, unit) in parting.parts(said).items():
        said.counts[name] = counts
        slots.put(name, steps, counts, unit)
    heads = [dict[str, bytes]() for _ in piles]
    for (chunk, name), told in lying.items():
        heads[chunk][name] = told
    for chunk, told in enumerate(said.receipts):
        if told:
            heads[chunk]["receipts"] = pen.natural(len(told)) + told
    ways, bodies = _written(slots, heads)
    return [
        _chunk(said, n, way, head, body)
        for n, (way, head, body) in enumerate(zip(ways, heads, bodies, strict=True))
    ]


def _measure(
    slots: _Slots, lying: dict[tuple[int, str], bytes], name: str, values: Floats, counts: Ints
) -> None:
    """Turn measured numbers into steps; what is all zero is not told, what has no step lies."""
    filled = np.flatnonzero(counts)
    if not len(filled):
        return
    some = counts[filled]
    starts = np.cumsum(some) - some
    is_told = np.logical_or.reduceat(values.view(np.int64) != 0, starts)  # -0.0 is told
    steps, units = measured.steps_of(values, some, is_coordinate=name in {"lat", "lon"})
    unit = np.full(len(counts), -1)
    unit[filled] = np.where(is_told & (units != AS_IT_IS), units, -1)
    slots.put(name, steps, counts, unit)
    for place in np.flatnonzero(units == AS_IT_IS).tolist():
        told = measured.packed(values[starts[place] : starts[place] + some[place]])
        head = bytes([AS_IT_IS]) + pen.natural(len(told))
        lying[int(filled[place]), name] = head + told


def _written(slots: _Slots, heads: list[dict[str, bytes]]) -> tuple[list[int], list[bytes]]:
    """Write the slots' heads to their chunks; gives how times are told, and the streams."""
    if not slots.columns:
        return [EACH] * len(heads), [pen.natural(0)] * len(heads)
    values, counts = np.concatenate(slots.values), np.concatenate(slots.counts)
    chunks, units = np.concatenate(slots.chunks), np.concatenate(slots.units)
    guessed = whole.guessed(values, counts)
    ways = _ways(slots.columns, chunks, guessed, len(heads))
    parted = parting.parted(slots.columns, chunks, guessed, len(heads))
    kept = [
        n
        for n, (name, chunk) in enumerate(zip(slots.columns, chunks.tolist(), strict=True))
        if _is_kept(name, ways[chunk]) and _is_part(name, chunk, parted)
    ]
    place = np.array([_PLACE[_STANDS_FOR.get(slots.columns[n], slots.columns[n])] for n in kept])
    order = np.array(kept, np.int64)[np.lexsort((place, chunks[kept]))]
    rows = whole.rows_of(counts, order)
    told, bodies = whole.write(values[rows], guessed.only(order, rows), chunks[order], len(heads))
    for slot, chunk, unit, head in zip(
        order.tolist(), chunks[order].tolist(), units[order].tolist(), told, strict=True
    ):
        mark = bytes([unit]) if unit >= 0 else b""
        name = slots.columns[slot]
        heads[chunk][_STANDS_FOR.get(name, name)] = mark + head
    return ways.tolist(), bodies


def _ways(columns: Sequence[str], chunks: Ints, of: Guessed, many: int) -> Ints:
    """Choose, chunk by chunk, how times and numbers are told: the cheapest way."""
    cost = {name: np.zeros(many) for name in ("n", "n_by_pace", "at", "received_at", *_INSTEAD)}
    names = np.array(columns)
    for name, told in cost.items():
        there = names == name
        told[chunks[there]] = of.cost[there]
    tried = (
        cost["received_at"] + cost["at"],
        cost["received_at"] + cost["at_by_receipt"],
        cost["behind"] + cost["at"],
    )
    is_paced = cost["n_by_pace"] + _RISE_BITS < cost["n"]
    found: Ints = np.argmin(tried, axis=0) | np.where(is_paced, PACED, 0)
    return found


def _is_kept(name: str, way: int) -> bool:
    if name in {"n", "n_by_pace"}:
        return (name == "n") == (way < PACED)
    way %= PACED
    if name in _INSTEAD:
        return _INSTEAD[name][1] == way
    return name not in {"at", "received_at"} or way == EACH or name == _BESIDE[way]


def _is_part(name: str, chunk: int, parted: dict[str, parting.Flags]) -> bool:
    """Tell whether a column is what its chunk chose: whole, or in parts."""
    if name in parted:
        return not parted[name][chunk]
    told = _PART_OF.get(name) or _STANDS_FOR.get(name, "")
    return told not in parted or bool(parted[told][chunk])


def _chunk(said: Gathered, n: int, way: int, heads: dict[str, bytes], body: bytes) -> bytes:
    flags = sum(1 << _PLACE[name] for name in heads)
    made = [bytes([VERSION | way << 4]), pen.natural(told_of(flags))]
    made += [pen.whole(int(said.rises[n]))] if way >= PACED else []
    made += [pen.natural(int(said.counts[name][n])) for name in ("count", "kind")]
    if "kind" in heads:
        made += map(pen.natural, said.kinds[n][: len(KINDS) - 1])
    for name, gap in GAPS.items():
        if gap in heads:
            made.append(pen.natural(int(said.counts[gap][n] - said.counts[name][n])))
    made += [pen.natural(int(said.counts[one][n])) for one in PARTED.values() if one in heads]
    if "device" in heads or "other_device" in heads:
        names = [one.encode() for one in said.names[n]]
        made += [pen.natural(len(names)), *(pen.natural(len(one)) + one for one in names)]
    return b"".join([*made, *(heads[name] for name in COLUMNS if name in heads), body])
