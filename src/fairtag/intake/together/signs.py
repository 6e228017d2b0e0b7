"""What stands at a place in some bytes: a word, a number, an instant?

Parts of a compiled loop (`lines`). Each gives the place after what it read, or ODD. The bytes end
in zeros, so that nothing is read beyond them. Units: µs UTC.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

ODD: Final = -1
_QUOTE: Final = ord('"')
_MOST_DIGITS: Final = 15  # fewer than 2**53: a whole number and a power of ten divide exactly
_SPACE, _POINT, _MINUS, _ZERO, _NINE, _Z = (ord(one) for one in " .-09Z")
_DECIMALS: Final = 6  # of a second, at most
_SIGNS: Final = tuple(  # of an instant, with the quote before it
    (n, ord(one)) for n, one in enumerate('"0000-00-00T00:00:00') if one != "0"
)
_FIRST_DAY: Final = 719_468  # days from 0000-03-01 to 1970-01-01


class Words(NamedTuple):
    """Words side by side, each with the quote behind it, and where they end."""

    letters: Bytes
    ends: Ints


def spaces(raw: Bytes, at: int) -> int:
    """Go on behind spaces."""
    while raw[at] == _SPACE:
        at += 1
    return at


def word(raw: Bytes, at: int, words: Words, first: int, last: int) -> tuple[int, int]:
    """Find which of some words stands here between quotes, and the place after it."""
    letters, ends = words.letters, words.ends
    if raw[at] != _QUOTE:
        return ODD, at
    begin = ends[first - 1] if first else 0
    for k in range(first, last):
        n = begin
        while n < ends[k] and raw[at + 1 + n - begin] == letters[n]:
            n += 1
        if n == ends[k]:
            return k, at + 1 + n - begin
        begin = ends[k]
    return ODD, at


def same(raw: Bytes, at: int, name: int, end: int) -> int:
    """Find between quotes what stands from `name` on; gives the place after it."""
    if raw[at] != _QUOTE:
        return ODD
    at += 1
    while name < end and raw[at] == raw[name]:
        at, name = at + 1, name + 1
    return at + 1 if name == end and raw[at] == _QUOTE else ODD


def number(raw: Bytes, at: int) -> tuple[int, int, int]:
    """Read a number: its digits as a whole number, how many are decimals, the place after it."""
    is_negative = raw[at] == _MINUS
    first = at + 1 if is_negative else at
    whole, after = _digits(raw, first, 0)
    places = 0
    if after == first or (raw[first] == _ZERO and after > first + 1):
        return 0, 0, ODD
    if raw[after] == _POINT:
        whole, end = _digits(raw, after + 1, whole)
        places = end - after - 1
        after = end
        if places == 0:
            return 0, 0, ODD
    is_long = after - first > _MOST_DIGITS
    if is_long or (is_negative and whole == 0):  # a negative zero is not a zero
        return 0, 0, ODD
    return -whole if is_negative else whole, places, after


def instant(raw: Bytes, at: int) -> tuple[int, int]:
    """Read an instant between quotes, and the place after it."""
    for k, sign in _SIGNS:
        if raw[at + k] != sign:
            return 0, ODD
    year = 100 * _two(raw, at + 1) + _two(raw, at + 3)
    month, day = _two(raw, at + 6), _two(raw, at + 9)
    hour, minute, second = _two(raw, at + 12), _two(raw, at + 15), _two(raw, at + 18)
    is_date = year >= 0 and 1 <= month <= 12 and day >= 1  # noqa: PLR2004
    is_time = 0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59  # noqa: PLR2004
    if not (is_date and is_time):
        return 0, ODD
    if day > _length(year, month):
        return 0, ODD
    fraction, after = _fraction(raw, at + 20)
    if after == ODD or raw[after] != _Z or raw[after + 1] != _QUOTE:
        return 0, ODD
    of_day = hour * HOUR + minute * MINUTE + second * SECOND + fraction
    return _days(year, month, day) * DAY + of_day, after + 2


def _digits(raw: Bytes, at: int, before: int) -> tuple[int, int]:
    """Read digits behind others; no more than fit."""
    whole, end = before, at + _MOST_DIGITS + 1
    while at < end and _ZERO <= raw[at] <= _NINE:
        whole = 10 * whole + raw[at] - _ZERO
        at += 1
    return whole, at


def _two(raw: Bytes, at: int) -> int:
    """Read two digits; far below zero when they are none."""
    is_good = _ZERO <= raw[at] <= _NINE and _ZERO <= raw[at + 1] <= _NINE
    return 10 * (raw[at] - _ZERO) + raw[at + 1] - _ZERO if is_good else -1_000_000


def _fraction(raw: Bytes, at: int) -> tuple[int, int]:
    """Read up to six decimals of a second, if there are any, as µs."""
    if raw[at] != _POINT:
        return 0, at
    micros, after = _digits(raw, at + 1, 0)
    places = after - at - 1
    if not 1 <= places <= _DECIMALS:
        return 0, ODD
    for _ in range(_DECIMALS - places):
        micros *= 10
    return micros, after


def _length(year: int, month: int) -> int:
    """Tell how many days a month has."""
    if month != 2:  # noqa: PLR2004
        return 30 + (month + month // 8) % 2
    return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28


def _days(year: int, month: int, day: int) -> int:
    """Count days since 1970-01-01; see `stamped`."""
    if month <= 2:  # noqa: PLR2004
        year, month = year - 1, month + 12
    of_year = (153 * (month - 3) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + of_year - _FIRST_DAY


PARTS: Final = (spaces, word, same, number, _digits, _two, _fraction, _length, _days, instant)
