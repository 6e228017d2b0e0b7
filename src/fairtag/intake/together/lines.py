"""How are many plain requests read in one look at their bytes? In a compiled loop.

It knows only what nearly every device writes: the fields of `plain`, each once, numbers with at
most fifteen digits and no exponent, places with at most seven decimals, texts without an escape, no
space but after a colon or a comma. A request that says anything else is left to `plain`, which
knows more and is slower. What it does read is, to the last bit, what `intake.native` reads.
Units: µs UTC; degrees WGS 84; metres; metres a second; percent; NaN is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isnan, nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.intake import fix
from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Source
from fairtag.intake.together import signs
from fairtag.intake.together.said import Plain
from fairtag.intake.together.signs import ODD, Bytes, Ints, Words
from fairtag.terms.compiled import compiled
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import EARLIEST, Micros

Floats = NDArray[np.float64]

_KEYS: Final = (
    *("type", "seq", "at", "lat", "lon"),
    *("accuracy_m", "source", "speed_mps", "battery_pct", "epoch", "device_id", "accuracy_level"),
    "is_mock",
)
_TYPE, _SEQ, _AT, _LAT, _LON = range(5)
_ACCURACY, _SOURCE, _SPEED, _BATTERY, _EPOCH, _DEVICE, _LEVEL, _MOCK = range(5, len(_KEYS))
_NEEDED: Final = 0b11111  # bits of the first five
_POSITION: Final = len(_KEYS)  # the place of the word that a type must be; then the sources
_OTHERS: Final = DeviceId("")  # the columns of several devices name none
_UNKNOWN: Final = SOURCES.index(Source.UNKNOWN)
_CELL: Final = SOURCES.index(Source.CELL)
_SHORTEST: Final = 64  # bytes; a line with the five needed fields has more

_PLACES: Final = 7  # decimals of a degree
_COMMA, _COLON, _OPEN, _CLOSE, _LINE = (ord(one) for one in ",:{}\n")
_T, _R, _U, _E = b"true"
_FASTEST: Final = fix.MAX_SPEED_MPS
_STOP: Final = bytes(64)  # no word, number or instant goes on through it


class _Rows(NamedTuple):
    """Lines side by side: shapes (n, 5) and (n, 6)."""

    ints: Ints
    floats: Floats


# Columns of a line: whole numbers, then real ones.
_I_SEQ, _I_EPOCH, _I_AT, _I_SOURCE, _I_MOCK = range(5)
_F_LAT, _F_LON, _F_ACCURACY, _F_LEVEL, _F_SPEED, _F_BATTERY = range(6)
# Of a request: where it lies and whose it is, then whether it is plain, and what `Plain` says.
_BODY_END, _NAME, _NAME_END = range(3)
_IS_PLAIN, _FIRST, _END, _OF_EPOCH, _SEQ_1, _SEQ_N, _AT_1, _AT_N, _FIX_1, _FIX_N = range(3, 13)


def read(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> list[Plain | None] | None:
    """Read requests; None stands for one that is left to `plain`.

    Gives None altogether where the loop would run as plain Python: that takes far longer.
    """
    told = _room(bodies, names, received_at)
    if not _read_all.is_fast(*told):
        return None
    _read_all(*told)
    _, _, _, rows, requests, charges = told
    return _shares(rows, requests, charges, received_at)


def load() -> None:
    """Load the loop's machine code from the disk, if it is there."""
    _read_all.load(*_room([b""], [_OTHERS], EARLIEST))


def _room(
    bodies: Sequence[bytes], names: Sequence[DeviceId], received_at: Micros
) -> tuple[Bytes, Words, Ints, _Rows, Ints, Floats]:
    """Lay out what is read, the words that are known, and room for what is found."""
    told = [one.encode() for one in names]
    raw = b"".join([*bodies, *told, _STOP])
    ends = np.cumsum(np.fromiter(map(len, [*bodies, *told]), np.int64, 2 * len(told)))
    requests = np.zeros((len(bodies), _FIX_N + 1), np.int64)
    requests[:, _BODY_END] = ends[: len(bodies)]
    requests[:, _NAME] = ends[len(bodies) - 1 : -1]
    requests[:, _NAME_END] = ends[len(bodies) :]
    most = int(ends[len(bodies) - 1]) // _SHORTEST + 1
    limits = np.array([EARLIEST, received_at + fix.MAX_AHEAD], np.int64)
    rows = _Rows(np.empty((most, _I_MOCK + 1), np.int64), np.empty((most, _F_BATTERY + 1)))
    raws = np.frombuffer(raw, np.uint8)
    return raws, _known(), limits, rows, requests, np.empty(len(bodies))


@cache
def _known() -> Words:
    """Write the words that are known side by side."""
    words = [f'{one}"' for one in (*_KEYS, "position", *SOURCES)]
    ends = np.cumsum([len(one) for one in words]).astype(np.int64)
    return Words(np.frombuffer("".join(words).encode(), np.uint8), ends)


def _shares(
    rows: _Rows, requests: Ints, charges: Floats, received_at: Micros
) -> list[Plain | None]:
    """Give each request its rows."""
    many = int(requests[:, _END].max())
    seq, _, at, source, is_mock = rows.ints[:many].T.copy()
    lat, lon, accuracy_m, accuracy_level, speed_mps, battery_pct = rows.floats[:many].T.copy()
    columns = Positions(
        device_id=_OTHERS,
        epoch=0,
        seq=seq,
        at=at,
        received_at=np.full(many, received_at, np.int64),
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        accuracy_level=accuracy_level,
        source=source.astype(np.int8),
        speed_mps=speed_mps,
        battery_pct=battery_pct,
        is_mock=is_mock.astype(np.bool_),
    )
    told = zip(requests[:, _IS_PLAIN:].tolist(), charges.tolist(), strict=True)
    return [_share(columns, said, charge) if said[0] else None for said, charge in told]


def _share(columns: Positions, said: list[int], charge: float) -> Plain:
    _, first, end, epoch, first_seq, last_seq, first_at, last_at, first_fix, last_fix = said
    return Plain(
        columns,
        first,
        end,
        epoch,
        first_seq,
        last_seq,
        Micros(first_at),
        Micros(last_at),
        None if last_fix < 0 else (Micros(first_fix), Micros(last_fix)),
        None if isnan(charge) else charge,
    )


def _request(
    raw: Bytes, words: Words, limits: Ints, rows: _Rows, told: Ints, n: int, first: int
) -> int:
    """Read the lines of one request; gives the row after them, or that it is odd."""
    at = told[n - 1, _BODY_END] if n else 0
    end, row = told[n, _BODY_END], first
    name, name_end = told[n, _NAME], told[n, _NAME_END]
    while at < end:
        at = _line(raw, words, rows, at, row, name, name_end)
        if at == ODD or at > end or (at < end and raw[at] != _LINE):
            return ODD
        if not limits[0] <= rows.ints[row, _I_AT] <= limits[1]:
            return ODD
        at += 1  # the newline; behind the last line there is none
        if row > first and not _follows(rows.ints, row):
            return ODD
        row += 1
    return row


def _follows(ints: Ints, row: int) -> bool:
    """Tell whether a line has the number after that of the line before."""
    is_next = ints[row, _I_SEQ] == ints[row - 1, _I_SEQ] + 1
    return bool(is_next and ints[row, _I_EPOCH] == ints[row - 1, _I_EPOCH])


def _sum_up(rows: _Rows, told: Ints, charges: Floats, n: int, first: int, end: int) -> None:
    """Say of a request what its lines say together."""
    ints, floats = rows.ints, rows.floats
    charge, first_fix, last_fix = nan, 0, -1
    first_at = last_at = ints[first, _I_AT]
    for row in range(first, end):
        at = ints[row, _I_AT]
        first_at, last_at = min(first_at, at), max(last_at, at)
        if ints[row, _I_SOURCE] != _CELL and ints[row, _I_MOCK] == 0:
            first_fix = at if last_fix < 0 else min(first_fix, at)
            last_fix = max(last_fix, at)
        if floats[row, _F_BATTERY] >= 0:
            charge = floats[row, _F_BATTERY]
    told[n, _IS_PLAIN] = 1
    told[n, _FIRST] = first
    told[n, _END] = end
    told[n, _OF_EPOCH] = ints[first, _I_EPOCH]
    told[n, _SEQ_1] = ints[first, _I_SEQ]
    told[n, _SEQ_N] = ints[end - 1, _I_SEQ]
    told[n, _AT_1] = first_at
    told[n, _AT_N] = last_at
    told[n, _FIX_1] = first_fix
    told[n, _FIX_N] = last_fix
    charges[n] = charge


def _line(
    raw: Bytes, words: Words, rows: _Rows, begin: int, row: int, name: int, name_end: int
) -> int:
    """Read one object into a row; gives the place after it, or that it is odd."""
    _begin_row(rows, row)
    at, seen, sign = begin, 0, _COMMA
    if raw[at] != _OPEN:
        return ODD
    while sign == _COMMA:
        at = signs.spaces(raw, at + 1)
        key, at = signs.word(raw, at, words, 0, _POSITION)
        if key == ODD or seen >> key & 1 or raw[at] != _COLON:
            return ODD
        seen |= 1 << key
        at = signs.spaces(raw, at + 1)
        if key == _AT:
            rows.ints[row, _I_AT], at = signs.instant(raw, at)
        elif key == _DEVICE:
            at = signs.same(raw, at, name, name_end)
        elif key in (_TYPE, _SOURCE, _MOCK):
            at = _named(raw, words, rows.ints, key, at, row)
        else:
            at = _figure(raw, rows, key, at, row)
        if at == ODD:
            return ODD
        sign = raw[at]
    return at + 1 if sign == _CLOSE and seen & _NEEDED == _NEEDED else ODD


def _begin_row(rows: _Rows, row: int) -> None:
    ints, floats = rows.ints, rows.floats
    ints[row, _I_EPOCH] = 0
    ints[row, _I_SOURCE] = _UNKNOWN
    ints[row, _I_MOCK] = 0
    for column in range(_F_ACCURACY, _F_BATTERY + 1):
        floats[row, column] = nan


def _figure(raw: Bytes, rows: _Rows, key: int, at: int, row: int) -> int:
    """Read a number into its column; gives the place after it, or that it is odd."""
    whole, places, after = signs.number(raw, at)
    if after == ODD:
        return ODD
    if key in (_SEQ, _EPOCH):
        rows.ints[row, _I_SEQ if key == _SEQ else _I_EPOCH] = whole
        return after if places == 0 and whole >= 0 else ODD
    scale = 1.0
    for _ in range(places):
        scale *= 10.0
    value = whole / scale
    if key in (_LAT, _LON):  # Source: `fix.coordinate`
        rows.floats[row, _F_LAT if key == _LAT else _F_LON] = value
        most = 90 if key == _LAT else 180
        return after if places <= _PLACES and -most <= value <= most else ODD
    _measure(rows.floats, key, value, row)
    return after


def _measure(floats: Floats, key: int, value: float, row: int) -> None:
    """Keep what is believed. Source: `intake.fix`."""
    if key == _ACCURACY and value > 0:
        floats[row, _F_ACCURACY] = value
    elif key == _LEVEL and 0 < value < 1:
        floats[row, _F_LEVEL] = value
    elif key == _SPEED and 0 <= value <= _FASTEST:
        floats[row, _F_SPEED] = value
    elif key == _BATTERY and 0 <= value <= 100:  # noqa: PLR2004
        floats[row, _F_BATTERY] = value


def _named(raw: Bytes, words: Words, ints: Ints, key: int, at: int, row: int) -> int:
    """Read what is one of some words; gives the place after it, or that it is odd."""
    if key == _MOCK:  # `false` and nothing are told apart the slow way
        is_true = raw[at] == _T and raw[at + 1] == _R and raw[at + 2] == _U and raw[at + 3] == _E
        ints[row, _I_MOCK] = 1
        return at + 4 if is_true else ODD
    word, after = signs.word(raw, at, words, _POSITION, len(words.ends))
    if key == _SOURCE and word > _POSITION:
        ints[row, _I_SOURCE] = word - _POSITION - 1
        return after
    return after if key == _TYPE and word == _POSITION else ODD


@compiled(
    work=lambda *_: 0,  # a command reads too little; a service loads what a child has compiled
    calls=(*signs.PARTS, _measure, _named, _figure, _begin_row, _line, _sum_up, _follows, _request),
)
def _read_all(
    raw: Bytes, words: Words, limits: Ints, rows: _Rows, told: Ints, charges: Floats
) -> None:
    row = 0
    for n in range(len(told)):
        after = _request(raw, words, limits, rows, told, n, row)
        if after != ODD:
            _sum_up(rows, told, charges, n, row, after)
            row = after
