"""How are an order's versions written down as the judge was told them, to be read again quickly?

As records of known classes, in the order of their fields. Reading the order file anew takes its
places apart and draws them again, some milliseconds; this takes none of it. Whoever wrote other
classes or fields is not understood, and the order file is read.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec

from fairtag.orders import model
from fairtag.orders.model import Ruling
from fairtag.terms.geometry import Area, Circle
from fairtag.terms.local import Interval, WeeklySpan

_RECORDS: tuple[type[Any], ...] = (
    *(Ruling, model.Lapse, model.Absence, model.Activation, Interval, WeeklySpan, Circle, Area),
    *(model.Curfew, model.ExclusionZone, model.InclusionZone, model.Attendance, model.Appointment),
    *(model.Trail, model.CheckIn),
)
_WORDS: tuple[type[StrEnum], ...] = (model.Covers, model.DeviceType)
_NAMES = [tuple(one.name for one in fields(record)) for record in _RECORDS]
# What a list begins with: the number of a record, of a word beyond them, or one of these.
_TUPLE, _SET = -1, -2
_STAMP_BYTES = 16
_STAMP = hashlib.blake2b(
    repr(
        (
            importlib.metadata.version("fairtag"),
            [(one.__name__, names) for one, names in zip(_RECORDS, _NAMES, strict=True)],
            [(one.__name__, list(one)) for one in _WORDS],
        )
    ).encode(),
    digest_size=_STAMP_BYTES,
).digest()


def write(rulings: tuple[Ruling, ...]) -> bytes:
    """Write versions down."""
    return _STAMP + msgspec.msgpack.encode(_told(rulings))


def read(told: bytes) -> tuple[Ruling, ...] | None:
    """Read them again; None when other classes were written."""
    if told[:_STAMP_BYTES] != _STAMP:
        return None
    found: tuple[Ruling, ...] = _made(msgspec.msgpack.decode(told[_STAMP_BYTES:]))
    return found


def _told(one: Any) -> Any:
    kind = type(one)
    if kind is tuple:
        return [_TUPLE, *map(_told, one)]
    if kind is frozenset:
        return [_SET, *map(_told, sorted(one))]
    if kind in _RECORDS:
        n = _RECORDS.index(kind)
        return [n, *(_told(getattr(one, name)) for name in _NAMES[n])]
    if kind in _WORDS:
        return [len(_RECORDS) + _WORDS.index(kind), one.value]
    return one


def _made(told: Any) -> Any:
    return _MAKERS[told[0]](told) if type(told) is list else told


def _record(record: type[Any], names: Sequence[str]) -> Callable[[list[Any]], Any]:
    """Fill the fields as they are: what they say was checked when the record was made."""
    put = [getattr(record, name).__set__ for name in names]

    def made(told: list[Any]) -> Any:
        one = object.__new__(record)
        for set_field, value in zip(put, islice(told, 1, None), strict=True):
            set_field(one, _made(value))
        return one

    return made


def _word(word: type[StrEnum]) -> Callable[[list[Any]], Any]:
    words = {one.value: one for one in word}
    return lambda told: words[told[1]]


_MAKERS: dict[int, Callable[[list[Any]], Any]] = {
    **{n: _record(*told) for n, told in enumerate(zip(_RECORDS, _NAMES, strict=True))},
    **{n: _word(word) for n, word in enumerate(_WORDS, len(_RECORDS))},
    _TUPLE: lambda told: tuple([_made(one) for one in told[1:]]),
    _SET: lambda told: frozenset([_made(one) for one in told[1:]]),
}
