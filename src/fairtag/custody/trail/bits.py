"""How do many small numbers lie in few bits? In sections, each with the code that suits it.

Each number has a count of ones, a zero, and low bits: a Rice code, or an exponential Golomb code
whose low bits grow with the count. All counts of a chunk come first, then all low bits, so that
arrays and no loops over numbers read them, for many chunks at once.
Units: bits. Shapes: columns are (n,); sections, blocks and chunks have their own.
Source: Rice and Plaunt 1971; Teuhola 1978 (exponential Golomb).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail.pen import Reader

Ints = NDArray[np.int64]
Naturals = NDArray[np.uint64]

BLOCK = 64  # rows whose low bits are counted together: about an hour of fixes
MOST_LOW = 56  # bits: they fit into eight bytes wherever they begin
_GOLOMB = 0x80  # in a section's first byte; the rest is the first block's count of low bits
_BELOW, _ABOVE = 3, 2  # tried around the mean length
_NIBBLE = 16  # a further block tells its count as one of so many around the first one's


class Section(NamedTuple):
    """How the numbers of a section lie: which code, and how many low bits, block by block."""

    is_golomb: bool
    lows: list[int]


def blocks_of(count: int) -> int:
    """Tell how many blocks so many numbers make."""
    return -(-count // BLOCK)


def head(section: Section) -> bytes:
    """Write what a reader must know of a section."""
    first, *more = section.lows
    told = bytes([section.is_golomb * _GOLOMB | first])
    if not more:
        return told
    nibbles = [low - first + _NIBBLE // 2 for low in more] + [0] * (len(more) % 2)
    return told + bytes(a << 4 | b for a, b in zip(nibbles[::2], nibbles[1::2], strict=True))


@dataclass(slots=True)
class Sections:
    """How the numbers of many sections lie, as a reader finds them."""

    counts: list[int] = field(default_factory=list)
    is_golomb: list[bool] = field(default_factory=list)
    lows: list[int] = field(default_factory=list)  # block by block, section after section

    def put(self, section: Section, count: int) -> None:
        """Take one."""
        self.counts.append(count)
        self.is_golomb.append(section.is_golomb)
        self.lows += section.lows

    def read(self, reader: Reader, count: int) -> None:
        """Read the head of a section of so many numbers.

        Raises: TrailBroken.
        """
        told = reader.byte()
        first = told & ~_GOLOMB
        if first > MOST_LOW or count < 1:
            raise TrailBroken("a column is of no known kind")
        self.counts.append(count)
        self.is_golomb.append(told >= _GOLOMB)
        self.lows.append(first)
        if count > BLOCK:
            more = reader.take(blocks_of(count) // 2)
            halves = [half for byte in more for half in (byte >> 4, byte & 0xF)]
            lows = [first + half - _NIBBLE // 2 for half in halves[: blocks_of(count) - 1]]
            if not 0 <= min(lows) <= max(lows) <= MOST_LOW:
                raise TrailBroken("a column is of no known kind")
            self.lows += lows


def chosen(told: Naturals, counts: Ints) -> list[Section]:
    """Choose the cheapest code for each section; none is empty."""
    rice, golomb, first_block, blocks = _weighed(told, counts)
    is_golomb = (golomb[0] < rice[0]).tolist()
    lows = (rice[1].tolist(), golomb[1].tolist())
    ends = (first_block + blocks).tolist()
    return [
        _section(lows[0][first:end], lows[1][first:end], is_golomb=golomb)
        for golomb, first, end in zip(is_golomb, first_block.tolist(), ends, strict=True)
    ]


def costs(told: Naturals, counts: Ints) -> Ints:
    """Tell how many bits each section takes with the code that suits it, without its head."""
    rice, golomb, _, _ = _weighed(told, counts)
    return np.minimum(rice[0], golomb[0])


_Weighed = tuple[tuple[Ints, Ints], tuple[Ints, Ints], Ints, Ints]


def _weighed(told: Naturals, counts: Ints) -> _Weighed:
    """Give each section's bits and each block's low bits, with one code and with the other; then
    each section's first block, and how many it has.
    """
    blocks = -(-counts // BLOCK)
    section_of = np.repeat(np.arange(len(counts)), blocks)
    first_block = np.cumsum(blocks) - blocks
    inside = np.arange(len(section_of)) - first_block[section_of]
    starts = (np.cumsum(counts) - counts)[section_of] + BLOCK * inside
    lengths = bit_lengths(told)
    mean = np.add.reduceat(lengths, starts) // np.diff(starts, append=len(told))
    # A further block stays within reach of the first one's count.
    around = np.clip(mean, None, mean[first_block][section_of] + _NIBBLE // 2 - 1 - _ABOVE)
    around = np.maximum(around, mean[first_block][section_of] - 1)
    rice, golomb = (
        (np.add.reduceat(cost, first_block), lows) for cost, lows in _tried(told, starts, around)
    )
    return rice, golomb, first_block, blocks


def _section(rice: list[int], golomb: list[int], *, is_golomb: bool) -> Section:
    """Keep further blocks within reach; a Golomb code bears too few low bits, a Rice code not."""
    if not is_golomb and _near(rice) == rice:
        return Section(is_golomb=False, lows=rice)
    return Section(is_golomb=True, lows=_near(golomb))


def _near(lows: list[int]) -> list[int]:
    least, most = lows[0] - _NIBBLE // 2, lows[0] + _NIBBLE // 2 - 1
    return [max(0, min(max(low, least), most)) for low in lows]


def _tried(told: Naturals, starts: Ints, around: Ints) -> tuple[tuple[Ints, Ints], ...]:
    """Give cost and low bits of each block, with one code and with the other."""
    sizes = np.diff(starts, append=len(told))
    best = [(np.full(len(starts), 2**62), np.zeros(len(starts), np.int64)) for _ in range(2)]
    for beside in range(-_BELOW, _ABOVE + 1):
        lows = np.clip(around + beside, 0, MOST_LOW)
        high = told >> np.repeat(lows, sizes).view(np.uint64)
        each = sizes * (1 + lows)
        rice = np.add.reduceat(high, starts).view(np.int64) + each
        golomb = 2 * np.add.reduceat(bit_lengths(high + np.uint64(1)) - 1, starts) + each
        for n, cost in enumerate((rice, golomb)):
            is_better = cost < best[n][0]
            best[n] = (np.where(is_better, cost, best[n][0]), np.where(is_better, lows, best[n][1]))
    return tuple(best)


def bit_lengths(told: Naturals) -> Ints:
    """Tell how many bits each number has; 0 has none. Numbers are below 2^53."""
    return np.frexp(told.astype(np.float64))[1].astype(np.int64)


def write(told: Naturals, sections: Sections, numbers: Ints) -> list[bytes]:
    """Write numbers; `numbers` tells how many are of each chunk. Gives two streams a chunk, the
    counts of ones and the low bits: first all of the former, then all of the latter.
    """
    lows, is_golomb = _each(sections)
    wide = lows.view(np.uint64)
    high = told >> wide
    ones = high.view(np.int64)
    low = told & ((np.uint64(1) << wide) - np.uint64(1))
    if is_golomb.any():
        grown = bit_lengths(high + np.uint64(1)) - 1
        rest = high + np.uint64(1) - (np.uint64(1) << grown.view(np.uint64))
        low = np.where(is_golomb, rest << wide | low, low)
        ones = np.where(is_golomb, grown, ones)
        lows = np.where(is_golomb, lows + grown, lows)
    ends = np.cumsum(numbers)
    return _unary(ones, ends) + _low(low, lows, ends)


def _each(sections: Sections) -> tuple[Ints, NDArray[np.bool_]]:
    """Give low bits and code of each number."""
    counts = np.array(sections.counts, np.int64)
    sizes = np.full(len(sections.lows), BLOCK)
    sizes[np.cumsum(-(-counts // BLOCK)) - 1] -= -counts % BLOCK
    lows = np.array(sections.lows, np.int64)
    return np.repeat(lows, sizes), np.repeat(sections.is_golomb, counts)


def _unary(ones: Ints, ends: Ints) -> list[bytes]:
    """Write counts, chunk by chunk; what fills a chunk's last byte are ones, and end no count."""
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(ones + 1)])
    bits = np.diff(whole[ends], prepend=0)
    starts, spans = _in_bytes(bits)
    places = whole[1:] - 1
    numbers = np.diff(ends, prepend=0)
    places += np.repeat(8 * starts - (np.cumsum(bits) - bits), numbers)
    stream = np.ones(8 * int(spans.sum()), np.uint8)
    stream[places] = 0
    return _cut(np.packbits(stream).tobytes(), spans)


def _low(low: Naturals, lows: Ints, ends: Ints) -> list[bytes]:
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(lows)])
    bits = np.diff(whole[ends], prepend=0)
    starts, spans = _in_bytes(bits)
    numbers = np.diff(ends, prepend=0)
    places = whole[1:] + np.repeat(8 * starts - (np.cumsum(bits) - bits), numbers)
    stream = np.zeros(8 * int(spans.sum()), np.uint8)
    for place in range(int(lows.max(initial=0))):  # from the lowest
        there = lows > place
        stream[places[there] - 1 - place] = low[there] >> np.uint64(place) & np.uint64(1)
    return _cut(np.packbits(stream).tobytes(), spans)


def _in_bytes(bits: Ints) -> tuple[Ints, Ints]:
    spans = -(-bits // 8)
    return np.cumsum(spans) - spans, spans


def _cut(stream: bytes, spans: Ints) -> list[bytes]:
    ends = np.cumsum(spans).tolist()
    return [stream[end - span : end] for end, span in zip(ends, spans.tolist(), strict=True)]


def read(
    unary: Sequence[bytes], low: Sequence[bytes], sections: Sections, numbers: Ints
) -> Naturals:
    """Read the numbers of all chunks.

    Raises: TrailBroken when a stream holds more or fewer.
    """
    if not sections.counts:
        if any(unary) or any(low):
            raise TrailBroken("something follows its end")
        return np.zeros(0, np.uint64)
    ones = _read_unary(unary, numbers)
    lows, is_golomb = _each(sections)
    grown = np.where(is_golomb, ones, 0)
    if int(ones.max()) + int(lows.max()) > MOST_LOW:  # mostly not, and no number is looked at
        highest = np.where(is_golomb, 0, bit_lengths(ones.view(np.uint64)))
        if int((lows + grown + highest).max()) > MOST_LOW:
            raise TrailBroken("a number is too large")
    told = _read_low(low, lows + grown, numbers)
    one = np.uint64(1)
    wide = lows.view(np.uint64)
    high = np.where(is_golomb, (one << grown.view(np.uint64)) - one, ones.view(np.uint64))
    return told + (high << wide)


def _read_unary(unary: Sequence[bytes], numbers: Ints) -> Ints:
    bits = np.unpackbits(np.frombuffer(b"".join(unary), np.uint8))
    ends = np.flatnonzero(bits == 0)
    spans = 8 * np.array([len(one) for one in unary], np.int64)
    found = np.searchsorted(ends, np.cumsum(spans))
    if not np.array_equal(found, np.cumsum(numbers)):
        raise TrailBroken("it holds another number of numbers")
    ones = np.diff(ends, prepend=-1) - 1
    firsts = (np.cumsum(numbers) - numbers)[numbers > 0]
    ones[firsts] = ends[firsts] - (np.cumsum(spans) - spans)[numbers > 0]
    return ones


def _read_low(low: Sequence[bytes], lows: Ints, numbers: Ints) -> Naturals:
    """Read low bits, each number's from where those of the one before ended."""
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(lows)])
    bits = np.diff(whole[np.cumsum(numbers)], prepend=0)
    starts, spans = _in_bytes(bits)
    if [len(one) for one in low] != spans.tolist():
        raise TrailBroken("it is of another length")
    padded = b"".join(low) + bytes(8)
    # Eight bytes from every byte on, as one number each; nothing is copied.
    words = np.ndarray((len(padded) - 7,), ">u8", padded, strides=(1,))
    begins = whole[:-1] + np.repeat(8 * starts - (np.cumsum(bits) - bits), numbers)
    found = words[begins >> 3].astype(np.uint64)
    shifts = np.where(lows > 0, 64 - (begins & 7) - lows, 0).view(np.uint64)
    masks = (np.uint64(1) << lows.view(np.uint64)) - np.uint64(1)
    low_bits: Naturals = (found >> shifts) & masks
    return low_bits
