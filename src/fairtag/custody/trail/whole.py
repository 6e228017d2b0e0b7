"""How does a column of whole numbers lie in few bits? As what a simple guess leaves over.

What its numbers share is taken out first. The guess is the column's middle, the number before and
a usual step, or the line through the two before. What is left, made positive by turns (0, -1, 1,
-2 …), becomes a section of `bits`, or two when little of it is not zero: which, and what.
Many columns of many chunks are worked on at once; each is a slot. Shapes: columns are (n,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail import bits, pen
from fairtag.custody.trail.bits import Ints, Naturals, Section, Sections
from fairtag.custody.trail.pen import Reader

MIDDLE, BEFORE, LINE = range(3)
NOTHING, DENSE, SPARSE, PLAIN = range(4)
# What numbers often share: fewer decimals than 1e-7 degree, whole ms, seconds, minutes; then what
# marks of two sources are apart, and round distances. A place is part of what is stored: add at
# the end only, and at most 15: the place after is for what is told beside.
SHARED = np.array(
    (
        *(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 60_000_000),
        *(3, 6, 9, 12, 15, 50, 500),
    ),
    np.int64,
)
_SHARED: tuple[int, ...] = tuple(SHARED.tolist())
_PLACES = {one: n for n, one in enumerate(_SHARED)}
_LARGEST = 2**63
_TOLD = 15
_LARGEST_FIRST = np.argsort(-SHARED)
_TELLING_BITS = 16  # about: what a list does not hold is told when it saves more
_MOST_APART = 2.0**50  # floats count bits up to here exactly, also of differences
_RARE = 8  # one in so many is worth naming by its place
_COST = (16, 24, 24)  # bits of the first numbers, about


@dataclass(frozen=True, slots=True)
class Guessed:
    """What the best guess leaves of each slot, and how many bits that is, about."""

    order: Ints
    factor: Ints  # what is shared
    base: Ints
    step: Ints
    left: Ints  # of every row; 0 where the guess begins
    counts: Ints
    cost: NDArray[np.float64]
    is_plain: NDArray[np.bool_]  # too far apart for any guess

    def only(self, slots: Ints, rows: Ints) -> Guessed:
        """Give some slots, in the order named; `rows` are theirs."""
        return Guessed(
            order=self.order[slots],
            factor=self.factor[slots],
            base=self.base[slots],
            step=self.step[slots],
            left=self.left[rows],
            counts=self.counts[slots],
            cost=self.cost[slots],
            is_plain=self.is_plain[slots],
        )


def rows_of(counts: Ints, slots: Ints) -> Ints:
    """Give the rows of some slots, one slot after the other."""
    return _each((np.cumsum(counts) - counts)[slots], counts[slots])


def guessed(values: Ints, counts: Ints) -> Guessed:
    """Guess each slot; none is empty."""
    starts = np.cumsum(counts) - counts
    least = np.minimum.reduceat(values, starts)
    most = np.maximum.reduceat(values, starts)
    is_plain = most.astype(np.float64) - least >= _MOST_APART
    apart = values - np.repeat(np.where(is_plain, 0, values[starts]), counts)
    if is_plain.any():
        apart[np.repeat(is_plain, counts)] = 0
    shared = np.gcd.reduceat(apart, starts)
    factor = _factors(shared, counts)
    apart //= np.repeat(factor, counts)
    middle, step, tried = _tried(apart, counts, starts)
    costs = np.array([_cost(one, starts) for one in tried]) + np.array(_COST)[:, None]
    order = np.argmin(costs, axis=0)
    each = np.repeat(order, counts)
    base = values[starts] + np.where(order == MIDDLE, middle * factor, 0)
    second = starts + (counts > 1)
    steps = np.where(order == LINE, apart[second], np.where(order == BEFORE, step, 0))
    return Guessed(
        order=order,
        factor=factor,
        base=base,
        step=steps,
        left=np.where(each == MIDDLE, tried[0], np.where(each == BEFORE, tried[1], tried[2])),
        counts=counts,
        cost=costs.min(axis=0),
        is_plain=is_plain,
    )


def _factors(shared: Ints, counts: Ints) -> Ints:
    """Choose what to take out of each slot: what its numbers share, or the most that is listed."""
    is_listed = shared[:, None] % SHARED[_LARGEST_FIRST] == 0
    listed = SHARED[_LARGEST_FIRST[np.argmax(is_listed, axis=1)]]
    saved = counts * np.log2(np.maximum(shared / listed, 1))
    return np.where(shared > 0, np.where(saved > _TELLING_BITS, shared, listed), 1)


def _tried(apart: Ints, counts: Ints, starts: Ints) -> tuple[Ints, Ints, tuple[Ints, ...]]:
    """Give middles, usual steps, and what each of the guesses leaves."""
    steps = np.diff(apart, prepend=0)
    steps[starts] = 0
    is_step = np.ones(len(apart), np.bool_)
    is_step[starts] = False
    middle = _usual(apart, np.ones(len(apart), np.bool_), counts, starts)
    step = _usual(steps, is_step, counts, starts)
    before = (steps - np.repeat(step, counts)) * is_step
    line = np.diff(steps, prepend=0) * is_step
    line[(starts + 1)[counts > 1]] = 0
    return middle, step, (apart - np.repeat(middle, counts), before, line)


def _usual(values: Ints, counted: NDArray[np.bool_], counts: Ints, starts: Ints) -> Ints:
    """Give the mean of those that are not far from the mean, slot by slot."""
    told = values.astype(np.float64)
    mean = np.zeros(len(counts))
    weight = counted.astype(np.float64)
    for _ in range(3):
        many = np.maximum(np.add.reduceat(weight, starts), 1)
        mean = np.add.reduceat(told * weight, starts) / many
        away = np.abs(told - np.repeat(mean, counts))
        usual = np.add.reduceat(away * weight, starts) / many
        weight = weight * (away <= np.repeat(usual * (1 + 1e-9), counts))
    return np.rint(mean).astype(np.int64)


def _cost(left: Ints, starts: Ints) -> NDArray[np.float64]:
    lengths = np.frexp(left.astype(np.float64))[1]
    return np.add.reduceat(lengths.astype(np.float64) + (left != 0), starts)


def turned(left: Ints) -> Naturals:
    """Make whole numbers positive by turns."""
    return ((left << 1) ^ (left >> 63)).view(np.uint64)


def turned_back(told: Naturals) -> Ints:
    """Undo it."""
    found = told.view(np.int64)
    return (found >> 1) ^ -(found & 1)


def write(values: Ints, of: Guessed, chunk: Ints, chunks: int) -> tuple[list[bytes], list[bytes]]:
    """Write slots, which stand chunk by chunk; gives a head a slot, and each chunk's streams.

    What no guess fits stands in the head, as it is.
    """
    parts, kinds = _parts(of)
    told = np.concatenate([np.zeros(0, np.uint64), *(one for some in parts for one in some)])
    counts = np.array([len(one) for some in parts for one in some], np.int64)
    numbers = np.zeros(chunks, np.int64)
    np.add.at(numbers, chunk, [sum(map(len, some)) for some in parts])
    sections = bits.chosen(told, counts) if len(counts) else []
    codes = Sections()
    for section, count in zip(sections, counts.tolist(), strict=True):
        codes.put(section, count)
    streams = bits.write(told, codes, numbers) if sections else [b""] * 2 * chunks
    bodies = [
        pen.natural(len(unary)) + unary + low
        for unary, low in zip(streams[:chunks], streams[chunks:], strict=True)
    ]
    return _heads(values, of, (parts, kinds), sections), bodies


def _parts(of: Guessed) -> tuple[list[list[Naturals]], list[int]]:
    """Give the sections of each slot, and which kind it is."""
    told = turned(of.left)
    ends = np.cumsum(of.counts)
    starts = ends - of.counts
    some = np.add.reduceat(told != 0, starts)
    parts, kinds = list[list[Naturals]](), list[int]()
    for start, end, order, many, is_plain in zip(
        *(one.tolist() for one in (starts, ends, of.order, some, of.is_plain)), strict=True
    ):
        left = told[start + order : end]
        if is_plain or not many:
            parts.append([])
            kinds.append(PLAIN if is_plain else NOTHING)
        elif many * _RARE <= end - start:
            there = np.flatnonzero(left)
            gaps = np.diff(there, prepend=-1).view(np.uint64) - np.uint64(1)
            parts.append([gaps, left[there] - np.uint64(1)])
            kinds.append(SPARSE)
        else:
            parts.append([left])
            kinds.append(DENSE)
    return parts, kinds


def _heads(
    values: Ints,
    of: Guessed,
    told: tuple[list[list[Naturals]], list[int]],
    sections: Sequence[Section],
) -> list[bytes]:
    found, waiting, first = list[bytes](), iter(sections), 0
    columns = (one.tolist() for one in (of.order, of.factor, of.base, of.step, of.counts))
    for some, kind, order, factor, base, step, count in zip(*told, *columns, strict=True):
        place = _PLACES.get(factor, _TOLD)
        made = bytes([order | kind << 2 | place << 4])
        if kind == PLAIN:
            made += values[first : first + count].astype("<i8").tobytes()
        else:
            made += pen.natural(factor) if place == _TOLD else b""
            made += pen.rounded(base) + (pen.whole(step) if order != MIDDLE else b"")
        if kind == SPARSE:
            made += pen.natural(len(some[0]))
        found.append(made + b"".join(bits.head(next(waiting)) for _ in some))
        first += count
    return found


@dataclass(slots=True)
class Slots:
    """The heads of slots: how their numbers were guessed, and how the rest lies; a row a slot.

    A head is count, kind, order, factor, base and step.
    """

    heads: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    plain: list[bytes] = field(default_factory=list)  # of those slots that are
    sections: Sections = field(default_factory=Sections)
    is_rounded: bool = True  # what is read now: first numbers lie without the zeros at their end

    def read(self, reader: Reader, count: int) -> None:
        """Read the head of a slot of `count` numbers.

        Raises: TrailBroken, StopIteration.
        """
        head = reader.byte()
        order, kind, place = head & 3, head >> 2 & 3, head >> 4
        if order > LINE or count < order:
            raise TrailBroken("a column is of no known kind")
        base, step, factor = 0, 0, 1
        if kind == PLAIN:
            order = MIDDLE
            self.plain.append(reader.take(8 * count))
        else:
            factor = _SHARED[place] if place < _TOLD else _factor(reader)
            base = reader.rounded() if self.is_rounded else reader.whole()
            step = reader.whole() if order else 0
        self.heads.append((count, kind, order, factor, base, step))
        if kind == DENSE:
            self.sections.read(reader, count - order)
        elif kind == SPARSE:
            some = reader.natural()
            if some > count - order:
                raise TrailBroken("a column names more places than it has")
            self.sections.read(reader, some)
            self.sections.read(reader, some)


def _factor(reader: Reader) -> int:
    """Read what a slot's numbers share, where no list holds it.

    Raises: TrailBroken, StopIteration.
    """
    told = reader.natural()
    if not 0 < told < _LARGEST:
        raise TrailBroken("a number is too large")
    return told


def values_of(slots: Slots, told: Naturals) -> tuple[Ints, Ints]:
    """Give the numbers of slots, one after the other, and how many each has; `told` are those of
    their sections.

    Raises: TrailBroken.
    """
    counts, kinds, order, factor, base, step = np.array(slots.heads, np.int64).reshape(-1, 6).T
    starts = np.cumsum(counts) - counts
    left = np.zeros(int(counts.sum()), np.int64)
    _fill(left, kinds, (starts + order, counts - order), (told, slots.sections.counts))
    _walk(left, counts, starts, order, step)
    left *= np.repeat(factor, counts)
    left += np.repeat(base, counts)
    for lying, start in zip(slots.plain, starts[kinds == PLAIN].tolist(), strict=True):
        left[start : start + len(lying) // 8] = np.frombuffer(lying, "<i8")
    return left, counts


def _fill(
    left: Ints, kinds: Ints, of: tuple[Ints, Ints], sections: tuple[Naturals, list[int]]
) -> None:
    """Put what sections tell where it belongs; `of` says where each slot's rest begins, and how
    many it is.

    Raises: TrailBroken.
    """
    (begins, rests), (told, counted) = of, sections
    sizes, is_sparse = np.array(counted, np.int64), kinds == SPARSE
    dense, sparse = np.flatnonzero(kinds == DENSE), np.flatnonzero(is_sparse)
    if not len(sparse):
        left[_each(begins[dense], sizes)] = turned_back(told)
        return
    # A dense slot has one section; a sparse one has its gaps, then what stands behind them.
    first = np.cumsum(np.where(is_sparse, 2, kinds == DENSE)) - np.where(is_sparse, 2, 1)
    there = np.cumsum(sizes) - sizes
    if len(dense):
        rest = sizes[first[dense]]
        left[_each(begins[dense], rest)] = turned_back(told[_each(there[first[dense]], rest)])
    some, of_gaps = sizes[first[sparse]], there[first[sparse]]
    gaps = told[_each(of_gaps, some)]
    rest = np.repeat(rests[sparse], some)
    if (gaps >= rest.view(np.uint64)).any():
        raise TrailBroken("a column names places that it has not")
    passed = np.cumsum(gaps.view(np.int64) + 1)
    ends = np.cumsum(some)
    before = np.concatenate([np.zeros(1, np.int64), passed])[ends - some]
    places = passed - np.repeat(before, some) - 1
    if (places >= rest).any():
        raise TrailBroken("a column names places that it has not")
    named = told[_each(of_gaps + some, some)]
    left[np.repeat(begins[sparse], some) + places] = turned_back(named + np.uint64(1))


def _each(starts: Ints, counts: Ints) -> Ints:
    """Give every place of spans, one span after the other."""
    ends = np.cumsum(counts)
    whole = int(ends[-1]) if len(ends) else 0
    found: Ints = np.arange(whole) + np.repeat(starts - (ends - counts), counts)
    return found


def _walk(left: Ints, counts: Ints, starts: Ints, order: Ints, step: Ints) -> None:
    """Turn steps into places, and steps of steps before."""
    is_before = order == BEFORE
    if is_before.any():
        left += np.repeat(np.where(is_before, step, 0), counts)
        left[starts[is_before]] = 0
    is_line = order == LINE
    if is_line.any():
        left[starts[is_line] + 1] = step[is_line]
        _sum(left, counts, is_line)
    _sum(left, counts, order != MIDDLE)


def _sum(left: Ints, counts: Ints, wanted: NDArray[np.bool_]) -> None:
    """Add up each of the slots that are wanted."""
    there = np.repeat(wanted, counts)
    some = counts[wanted]
    whole = np.cumsum(left[there])
    before = np.concatenate([np.zeros(1, np.int64), whole])[np.cumsum(some) - some]
    left[there] = whole - np.repeat(before, some)
