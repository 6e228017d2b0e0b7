"""When were many things, written as text? The plain form alone, side by side.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND

_SHAPE: Final = np.frombuffer(b"0000-00-00T00:00:00", np.uint8)
_ZERO: Final = np.uint8(48)  # the digit
_SHORT: Final = len(_SHAPE) + 1  # with the Z
_LONG: Final = _SHORT + 7  # with a point and six decimals
_SIGNS: Final = np.flatnonzero(_SHAPE != _ZERO)
_DIGITS: Final = np.flatnonzero(_SHAPE == _ZERO)
# Place values of the digits, in the order of `_DIGITS`: year, month, day, hour, minute, second.
_PARTS: Final = np.zeros((14, 6))  # real numbers: they are multiplied faster
for _n, (_part, _worth) in enumerate(
    [(0, 1000), (0, 100), (0, 10), (0, 1), *[(1 + n // 2, 10 - 9 * (n % 2)) for n in range(10)]]
):
    _PARTS[_n, _part] = _worth
_DECIMALS: Final = 10.0 ** np.arange(5, -1, -1)
_DAYS: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)


def instants(told: Sequence[str]) -> NDArray[np.int64] | None:
    """Read instants such as `2026-11-25T10:00:00Z`, with up to six decimals of a second.

    Gives None when one of them is written in another way, or can't be: `terms.instants.parse` says
    what it means.
    """
    lengths = np.fromiter(map(len, told), np.int64, len(told))
    joined = "".join(told)
    if not joined.isascii() or lengths.min() < _SHORT or lengths.max() > _LONG:
        return None
    ends = np.cumsum(lengths)
    written = np.frombuffer(joined.encode() + bytes(_LONG), np.uint8)
    if lengths.min() == lengths.max():
        rows = written[: ends[-1]].reshape(len(told), -1)
    else:
        rows = written[(ends - lengths)[:, None] + np.arange(_LONG)]
    if (rows[:, _SIGNS] != _SHAPE[_SIGNS]).any() or (written[ends - 1] != ord("Z")).any():
        return None
    digits = rows[:, _DIGITS].astype(np.float64) - _ZERO
    fraction = _fraction(rows, lengths)
    if fraction is None or (digits < 0).any() or (digits > 9).any():  # noqa: PLR2004
        return None
    return _counted((digits @ _PARTS).astype(np.int64), fraction)


def _fraction(rows: NDArray[np.uint8], lengths: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Read decimals, as µs; those that are not written are zero."""
    if lengths.max() == _SHORT:
        return np.zeros(len(rows), np.int64)
    is_whole = lengths == _SHORT
    if (lengths == _SHORT + 1).any() or (~is_whole & (rows[:, _SHORT - 1] != ord("."))).any():
        return None
    places = np.arange(_SHORT, min(_LONG - 1, rows.shape[1]))
    digits = rows[:, _SHORT : _LONG - 1].astype(np.float64) - _ZERO
    digits[places >= lengths[:, None] - 1] = 0
    if (digits < 0).any() or (digits > 9).any():  # noqa: PLR2004
        return None
    return (digits @ _DECIMALS[: len(places)]).astype(np.int64)


def _counted(parts: NDArray[np.int64], fraction: NDArray[np.int64]) -> NDArray[np.int64] | None:
    year, month, day, hour, minute, second = parts.T.copy()
    if month.min() < 1 or month.max() > 12 or day.min() < 1:  # noqa: PLR2004
        return None
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    if (day > _DAYS[month - 1] + (is_leap & (month == 2))).any():  # noqa: PLR2004
        return None
    if hour.max() > 23 or minute.max() > 59 or second.max() > 59:  # noqa: PLR2004
        return None
    days = _days(year, month, day)
    found = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction
    return np.asarray(found, np.int64)


def _days(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count days since 1970-01-01 in the Gregorian calendar.

    The year begins in March, so that the leap day is its last.
    """
    is_early = month <= 2  # noqa: PLR2004
    year = year - is_early
    of_year = (153 * (month + np.where(is_early, 9, -3)) + 2) // 5 + day - 1
    leaps = year // 4 - year // 100 + year // 400
    found = 365 * year + leaps + of_year
    return np.asarray(found - 719_468, np.int64)  # days from 0000-03-01 to 1970-01-01
