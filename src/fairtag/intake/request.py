"""What did a device send, unpacked and read without surprises?

Units: bytes; instants in µs UTC.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable
from enum import StrEnum

import msgspec

from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

MAX_UNPACKED_BYTES = 16 * 1024 * 1024  # contract §6
_MOST_MEMBERS = 16  # a body packed in more parts than a log file has is an attack
_NO_NUMBER = re.compile(rb"[\[:,]\s*-?(NaN|Infinity)")
_CONTAINERS = (dict, list)


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
    TOO_MANY = "too_many"


def _nobody(_name: str) -> bool:
    return False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an authenticated device."""

    method: str
    query: str = ""
    content_type: str = ""
    body: bytes = b""
    received_at: Micros
    device_id: DeviceId  # of the credential: the identity
    is_device: Callable[[str], bool] = _nobody  # whether a name is that of a known device

    def is_claimed(self, name: object) -> bool:
        """Tell whether an id in the payload agrees with the credential; none claims nothing."""
        return name is None or name in ("", self.device_id)


class BadPiece(Exception):
    """A piece can't be read; never leaves a decoder."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)


def unpack(body: bytes, encoding: str) -> bytes | Why | None:
    """Undo gzip or deflate, also of several members.

    Returns the bytes, a reason when they are broken, or None when they would exceed 16 MiB.
    """
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "deflate", "x-gzip"):
        return Why.BROKEN_PACKING
    plain = b""
    for _ in range(_MOST_MEMBERS):
        member, rest = _member(body, MAX_UNPACKED_BYTES + 1 - len(plain))
        plain += member
        if len(plain) > MAX_UNPACKED_BYTES:
            return None
        if not rest:
            return Why.BROKEN_PACKING if rest is None else plain
        body = rest
    return Why.BROKEN_PACKING


def _member(body: bytes, most: int) -> tuple[bytes, bytes | None]:
    """Unpack one member; gives what follows it, or None when it is cut or broken."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpacker.decompress(body, most)
    except zlib.error:
        return b"", None
    return plain, unpacker.unused_data if unpacker.eof else None


def read_json(raw: bytes) -> object:
    """Read JSON that means one thing only: no duplicate keys, no NaN, no Infinity.

    Raises: BadPiece.
    """
    try:
        told: object = msgspec.json.decode(raw)
        is_sure = _is_sure(raw, told)
    except RecursionError as error:
        raise BadPiece(Why.TOO_DEEP) from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadPiece(_why_not(raw, error)) from error
    if not is_sure:
        _check_once(raw)
    return told


def _why_not(raw: bytes, error: Exception) -> Why:
    is_too_big = isinstance(error, msgspec.ValidationError)
    return Why.NOT_A_NUMBER if is_too_big or _NO_NUMBER.search(raw) else Why.NOT_JSON


def _is_sure(raw: bytes, told: object) -> bool:
    """Tell by counting that no key came twice; False when only a closer look can tell."""
    if b" :" in raw or b"\n:" in raw or b"\t:" in raw or b"\r:" in raw:
        return False  # a key that stands apart from its colon, or a text
    return raw.count(b'":') == _keys(told)


def _keys(told: object) -> int:
    """Count the keys that were kept: fewer than were written when one came twice."""
    found, inner = 0, told
    if isinstance(told, dict):
        found, inner = len(told), list(told.values())
    if isinstance(inner, list):
        for one in inner:
            if type(one) in _CONTAINERS:
                found += _keys(one)
    return found


def _check_once(raw: bytes) -> None:
    """Look at every key: the quick count can't tell, because a text holds a quoted colon."""
    try:
        json.loads(raw, object_pairs_hook=_once)
    except RecursionError as error:
        raise BadPiece(Why.TOO_DEEP) from error
    except ValueError as error:
        raise BadPiece(Why.NOT_JSON) from error


def number(value: object) -> float:
    """Take a finite number; a bool is none.

    Raises: BadPiece.
    """
    if type(value) is float and math.isfinite(value):
        return value
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


def maybe_object(told: dict[str, object], name: str) -> dict[str, object]:
    """Take an object that may be absent; anything else tells nothing."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def known(value: object) -> float | None:
    """Take a number that a position can do without: what can't be one is unknown."""
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        real = float(value)
    except OverflowError:
        return None
    return real if math.isfinite(real) else None


def number_of_text(value: str) -> float:
    """Read a finite decimal number from a query or form field.

    Raises: BadPiece.
    """
    if "_" in value:  # Python would read 1_0 as ten
        raise BadPiece(Why.WRONG_TYPE)
    try:
        real = float(value)
    except ValueError as error:
        raise BadPiece(Why.WRONG_TYPE) from error
    if not math.isfinite(real):
        raise BadPiece(Why.NOT_A_NUMBER)
    return real


def known_of_text(value: str | None) -> float | None:
    """Read a number that a position can do without: what can't be one is unknown."""
    try:
        return None if value is None else number_of_text(value)
    except BadPiece:
        return None


def _once(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise BadPiece(Why.DUPLICATE_KEY)
