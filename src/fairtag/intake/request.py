"""What did a device send, unpacked and read without surprises?

Units: bytes; instants in µs UTC.
"""

from __future__ import annotations

import json
import math
import zlib
from enum import StrEnum
from typing import NoReturn

import msgspec

from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

MAX_UNPACKED_BYTES = 16 * 1024 * 1024  # contract §6


class Why(StrEnum):
    """Why a piece of traffic went to quarantine; the words are for people."""

    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    TOO_DEEP = "too_deep"
    NOT_A_NUMBER = "not_a_number"
    WRONG_TYPE = "wrong_type"
    MISSING = "missing_field"
    OUT_OF_RANGE = "out_of_range"
    CLOCK = "clock"
    FOREIGN_ID = "foreign_id"
    BROKEN_PACKING = "broken_packing"
    UNREADABLE_SECRET = "unreadable_secret"  # noqa: S105
    UNKNOWN_FORM = "unknown_form"
    EMPTY = "empty"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an authenticated device."""

    method: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    received_at: Micros
    device_id: DeviceId  # of the credential: the identity


class BadPiece(Exception):
    """A piece can't be read; never leaves a decoder."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


def unpack(body: bytes, encoding: str) -> bytes | Why | None:
    """Undo gzip or deflate.

    Returns the bytes, a reason when they are broken, or None when they would exceed 16 MiB.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate", "x-gzip"):
        return Why.BROKEN_PACKING
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpacker.decompress(body, MAX_UNPACKED_BYTES + 1)
    except zlib.error:
        return Why.BROKEN_PACKING
    if len(plain) > MAX_UNPACKED_BYTES:
        return None
    return plain if unpacker.eof else Why.BROKEN_PACKING


def read_json(raw: bytes | str) -> object:
    """Read JSON that means one thing only: no duplicate keys, no NaN, no Infinity.

    Raises: BadPiece.
    """
    try:
        return json.loads(raw, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise BadPiece(Why.TOO_DEEP) from error
    except ValueError as error:
        raise BadPiece(Why.NOT_JSON) from error


def number(value: object) -> float:
    """Take a finite number; a bool is none.

    Raises: BadPiece.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPiece(Why.WRONG_TYPE)
    try:
        real = float(value)
    except OverflowError as error:
        raise BadPiece(Why.OUT_OF_RANGE) from error
    if not math.isfinite(real):
        raise BadPiece(Why.NOT_A_NUMBER)
    return real


def an_object(told: object) -> dict[str, object]:
    """Take a JSON object.

    Raises: BadPiece.
    """
    if told is None:
        raise BadPiece(Why.MISSING)
    if not isinstance(told, dict):
        raise BadPiece(Why.WRONG_TYPE)
    return told


def maybe_number(told: dict[str, object], name: str) -> float | None:
    """Take a number that may be absent.

    Raises: BadPiece.
    """
    value = told.get(name)
    return None if value is None else number(value)


def number_of_text(value: str) -> float:
    """Read a finite decimal number from a query or form field.

    Raises: BadPiece.
    """
    try:
        real = float(value)
    except ValueError as error:
        raise BadPiece(Why.WRONG_TYPE) from error
    if not math.isfinite(real):
        raise BadPiece(Why.NOT_A_NUMBER)
    return real


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadPiece(Why.DUPLICATE_KEY)
    return found


def _no_constant(_name: str) -> NoReturn:
    raise BadPiece(Why.NOT_A_NUMBER)
