"""How does a column of whole numbers lie in few bits? As what a simple guess leaves over.

The guess is the column's middle, the number before, or the line through the two before. What is
left is divided by what all of it shares, made positive by turns (0, -1, 1, -2 …), and written with
a Rice or an exponential Golomb code: a count of ones, a zero, then the low bits; these by
themselves, so that arrays and no loops over numbers read them.
Units: bits. Shapes: columns are (n,).
Source: Rice and Plaunt 1971; Teuhola 1978 (exponential Golomb).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail import pen
from fairtag.custody.trail.pen import Reader
from fairtag.terms.errors import TrailBroken

Ints = NDArray[np.int64]
_Naturals = NDArray[np.uint64]

_MIDDLE, _BEFORE, _LINE, _PLAIN = range(4)
_NOTHING, _RICE, _GOLOMB, _SPARSE = range(4)
_IN_BLOCKS = 0x80
_BLOCK = 64  # rows whose low bits are counted together: about an hour of fixes
# What left-overs often share: fewer decimals than 1e-7 degree, whole ms, seconds, minutes.
_SHARED = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 60_000_000)
_MOST_LEFT = 2**52  # floats count bits up to here exactly
_MOST_LOW = 56  # bits: they fit into eight bytes wherever they begin
_RARE = 6  # one in so many is worth naming by its place


@dataclass(frozen=True, slots=True)
class _Code:
    coding: int
    lows: Ints  # how many low bits, one for all or one a block
    bits: float  # what it costs, about


def write(values: Ints, *, is_part: bool = False) -> bytes:
    """Write a column; the reader has to know its length."""
    if not len(values):
        return b""
    least, most = int(values.min()), int(values.max())
    if least == most:
        return bytes([_MIDDLE | _NOTHING << 2]) + pen.whole(least)
    if most - least >= _MOST_LEFT // 4:
        return bytes([_PLAIN]) + values.astype("<i8").tobytes()
    order, left = _guessed(values)
    shared = int(np.gcd.reduce(left)) if len(left) else 0
    factor = max(n for n, one in enumerate(_SHARED) if shared % one == 0)
    turned = _turned(left // _SHARED[factor])
    way, body = _body(turned, is_part=is_part)
    return bytes([order | factor << 4 | way]) + _bases(values, order) + body


def read(reader: Reader, count: int, *, is_part: bool = False) -> Ints:
    """Read a column of `count` numbers.

    Raises: TrailBroken.
    """
    if not count:
        return np.zeros(0, np.int64)
    head = reader.byte()
    order, coding, factor = head & 3, head >> 2 & 3, head >> 4 & 7
    if order == _PLAIN:
        return np.frombuffer(reader.take(8 * count), "<i8").astype(np.int64)
    if factor >= len(_SHARED) or count < order:
        raise TrailBroken("a column is of no known kind")
    bases = [reader.whole() for _ in range(max(1, order))]
    if coding == _NOTHING and order == _MIDDLE:
        return np.full(count, bases[0], np.int64)
    left = _read_left(reader, count - order, coding, head & _IN_BLOCKS, is_part=is_part)
    return _guess_again(left * _SHARED[factor], order, bases)


def _guessed(values: Ints) -> tuple[int, Ints]:
    """Choose the guess that leaves least; gives what it leaves."""
    steps = values[1:] - values[:-1]
    middle = values - np.sort(values)[len(values) // 2]
    found = [(_MIDDLE, middle), (_BEFORE, steps), (_LINE, steps[1:] - steps[:-1])]
    return min(found, key=lambda one: int(_lengths(_turned(one[1])).sum()) + _COST[one[0]])


_COST = (24, 24, 40)  # bits of the first numbers, about


def _bases(values: Ints, order: int) -> bytes:
    if order == _MIDDLE:
        return pen.whole(int(np.sort(values)[len(values) // 2]))
    told = pen.whole(int(values[0]))
    return told if order == _BEFORE else told + pen.whole(int(values[1] - values[0]))


def _guess_again(left: Ints, order: int, bases: list[int]) -> Ints:
    if order == _MIDDLE:
        return left + np.int64(bases[0])
    if order == _LINE:
        left = np.cumsum(np.concatenate([np.array([bases[1]], np.int64), left]))
    return np.cumsum(np.concatenate([np.array([bases[0]], np.int64), left]))


def _turned(left: Ints) -> _Naturals:
    return ((left << 1) ^ (left >> 63)).view(np.uint64)


def _turned_back(told: _Naturals) -> Ints:
    whole = told.view(np.int64)
    return (whole >> 1) ^ -(whole & 1)


def _lengths(told: _Naturals) -> NDArray[np.int32]:
    """Tell how many bits each number has; 0 has none."""
    return np.frexp(told.astype(np.float64))[1]


def _body(told: _Naturals, *, is_part: bool) -> tuple[int, bytes]:
    """Write what the guess left, in the cheapest way; gives the way as the head's bits."""
    if not told.any():
        return _NOTHING << 2, b""
    some = np.flatnonzero(told)
    best = min((_rice(told), _golomb(told)), key=lambda one: one.bits)
    body = _coded(told, best)
    way = best.coding << 2 | (_IN_BLOCKS if len(best.lows) > 1 else 0)
    if is_part or len(some) * _RARE > len(told):
        return way, body
    places = write(np.diff(some, prepend=-1).astype(np.int64), is_part=True)
    named = write(told[some].view(np.int64), is_part=True)
    sparse = pen.natural(len(some)) + places + named
    return (_SPARSE << 2, sparse) if len(sparse) < len(body) else (way, body)


def _read_left(reader: Reader, count: int, coding: int, blocks: int, *, is_part: bool) -> Ints:
    if coding == _NOTHING:
        return np.zeros(count, np.int64)
    if coding == _SPARSE:
        if is_part:
            raise TrailBroken("a column is of no known kind")
        return _turned_back(_read_sparse(reader, count))
    lows = read(reader, -(-count // _BLOCK), is_part=True) if blocks else None
    low = np.array([reader.byte()], np.int64) if lows is None else lows
    if (low < 0).any() or (low > _MOST_LOW).any():
        raise TrailBroken("a column is of no known kind")
    each = np.repeat(low, _BLOCK)[:count] if blocks else np.full(count, low[0])
    return _turned_back(_read_coded(reader, coding, each))


def _read_sparse(reader: Reader, count: int) -> _Naturals:
    some = reader.natural()
    if some > count:
        raise TrailBroken("a column names more places than it has")
    gaps = read(reader, some, is_part=True)
    told = read(reader, some, is_part=True)
    if (gaps < 1).any() or (gaps > count).any() or int(gaps.sum()) > count:
        raise TrailBroken("a column names places that it has not")
    found = np.zeros(count, np.uint64)
    found[np.cumsum(gaps) - 1] = told.view(np.uint64)
    return found


def _rice(told: _Naturals) -> _Code:
    lows, shifted = _shifted(told)
    return _cheapest(_RICE, shifted.astype(np.float64) + (1 + lows))


def _golomb(told: _Naturals) -> _Code:
    lows, shifted = _shifted(told)
    classes = _lengths(shifted + np.uint64(1)) - 1
    return _cheapest(_GOLOMB, (2 * classes + (1 + lows)).astype(np.float64))


def _shifted(told: _Naturals) -> tuple[Ints, _Naturals]:
    lows = np.arange(int(_lengths(told).max()) + 1)
    return lows, told[:, None] >> lows.astype(np.uint64)[None, :]


def _cheapest(coding: int, bits: NDArray[np.float64]) -> _Code:
    """Choose how many low bits; `bits` tells the cost, a row a number, a column a choice."""
    whole = bits.sum(axis=0)
    one = _Code(coding, np.array([whole.argmin()], np.int64), float(whole.min()) + 8)
    if len(bits) <= 2 * _BLOCK:
        return one
    blocks = np.add.reduceat(bits, np.arange(0, len(bits), _BLOCK), axis=0)
    lows = blocks.argmin(axis=1).astype(np.int64)
    cost = float(blocks.min(axis=1).sum()) + 8 * len(write(lows, is_part=True))
    return one if one.bits <= cost else _Code(coding, lows, cost)


def _coded(told: _Naturals, code: _Code) -> bytes:
    is_one = len(code.lows) == 1
    head = bytes([int(code.lows[0])]) if is_one else write(code.lows, is_part=True)
    lows = np.repeat(code.lows, len(told) if is_one else _BLOCK)[: len(told)]
    high = told >> lows.astype(np.uint64)
    low = told & ((np.uint64(1) << lows.astype(np.uint64)) - np.uint64(1))
    if code.coding == _GOLOMB:
        ones = _lengths(high + np.uint64(1)).astype(np.int64) - 1
        rest = high + np.uint64(1) - (np.uint64(1) << ones.astype(np.uint64))
        low, lows = (rest << lows.astype(np.uint64)) | low, lows + ones
    else:
        ones = high.astype(np.int64)
    bits = np.concatenate([_unary(ones), _low_bits(low, lows)])
    return head + np.packbits(bits).tobytes()


def _unary(ones: Ints) -> NDArray[np.uint8]:
    ends = np.cumsum(ones + 1) - 1
    bits = np.ones(int(ends[-1]) + 1, np.uint8)
    bits[ends] = 0
    return bits


def _low_bits(low: _Naturals, lows: Ints) -> NDArray[np.uint8]:
    ends = np.cumsum(lows)
    bits = np.zeros(int(ends[-1]), np.uint8)
    for place in range(int(lows.max())):  # from the lowest
        there = lows > place
        bits[ends[there] - 1 - place] = low[there] >> np.uint64(place) & np.uint64(1)
    return bits


def _read_coded(reader: Reader, coding: int, lows: Ints) -> _Naturals:
    ends = _read_unary(reader, len(lows))
    ones = ends.copy()
    ones[1:] -= ends[:-1] + 1
    if coding == _GOLOMB:
        if int((ones + lows).max()) > _MOST_LOW:
            raise TrailBroken("a number is too large")
        low, begun = _read_low(reader, int(ends[-1]) + 1, lows + ones)
        one = np.uint64(1)
        bias = ((one << ones.astype(np.uint64)) - one) << lows.astype(np.uint64)
        told = low + bias
    else:
        if (lows + _lengths(ones.view(np.uint64))).max() > _MOST_LOW:
            raise TrailBroken("a number is too large")
        low, begun = _read_low(reader, int(ends[-1]) + 1, lows)
        told = (ones.view(np.uint64) << lows.astype(np.uint64)) | low
    reader.take(-(-begun // 8))
    return told


def _read_unary(reader: Reader, count: int) -> Ints:
    """Find the zeros that end the counts; looks no further than needed."""
    most, whole = 4 * count + 512, 8 * len(reader.rest())
    while True:
        ends = np.flatnonzero(reader.bits(most) == 0)
        if len(ends) >= count:
            return ends[:count]
        if most >= whole:
            raise TrailBroken("it ends too soon")
        most *= 4


def _read_low(reader: Reader, begins: int, lows: Ints) -> tuple[_Naturals, int]:
    """Read low bits, each count from where the one before ended; tells where the last ends."""
    ends = begins + np.cumsum(lows)
    last = int(ends[-1])
    rest = reader.rest()
    if last > 8 * len(rest):
        raise TrailBroken("it ends too soon")
    padded = rest[: -(-last // 8)] + bytes(8)
    # Eight bytes from every byte on, as one number each; nothing is copied.
    words = np.ndarray((len(padded) - 7,), ">u8", padded, strides=(1,))
    starts = ends - lows
    found = words[starts >> 3].astype(np.uint64)
    shifts = np.where(lows > 0, 64 - (starts & 7) - lows, 0).astype(np.uint64)
    masks = (np.uint64(1) << lows.astype(np.uint64)) - np.uint64(1)
    return (found >> shifts) & masks, last
