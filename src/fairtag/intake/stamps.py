"""Which instant does a foreign time field name?

Units: µs UTC out; seconds or milliseconds in, told apart by size.
"""

from __future__ import annotations

import re

from fairtag.intake.request import BadPiece, Why, number
from fairtag.terms.instants import Micros, parse

# Source: Traccar's OsmAnd decoder: below 2^31 - 1 a number counts seconds, from there on ms.
_LAST_SECOND = 2**31 - 1
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
# An unescaped '+' of a query comes as a space.
_LOST_PLUS = re.compile(r"(T\S+) (\d{2}:?\d{2})$")
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?")


def of_number(value: float) -> Micros:
    """Read a count of seconds or milliseconds since 1970.

    Raises: BadPiece.
    """
    if not abs(value) < 10**15:
        raise BadPiece(Why.CLOCK)
    return Micros(round(value * (1_000_000 if value < _LAST_SECOND else 1_000)))


def of_text(told: object) -> Micros:
    """Read ISO 8601 with an offset, with or without its colon.

    Raises: BadPiece.
    """
    if told is None:
        raise BadPiece(Why.MISSING)
    if not isinstance(told, str):
        raise BadPiece(Why.WRONG_TYPE)
    try:
        return parse(told if told.endswith("Z") else _OFFSET.sub(r"\1:\2", told))
    except ValueError as error:
        raise BadPiece(Why.CLOCK) from error


def of_told(told: object) -> Micros:
    """Read a JSON field: a number, a number in quotes, or ISO 8601 with an offset.

    Raises: BadPiece.
    """
    if isinstance(told, str):
        return of_number(float(told)) if _NUMBER.fullmatch(told) else of_text(told)
    if told is None:
        raise BadPiece(Why.MISSING)
    return of_number(number(told))


def maybe_of_told(told: object) -> Micros | None:
    """Read a time that a message can do without: what can't be one is unknown."""
    try:
        return of_told(told)
    except BadPiece:
        return None


def of_field(told: str) -> Micros:
    """Read a query or form field: a number, ISO 8601, or date and time in UTC.

    Raises: BadPiece.
    """
    if _NUMBER.fullmatch(told):
        return of_number(float(told))
    if "T" not in told and "+" not in told and not told.endswith("Z"):
        told = told.strip().replace(" ", "T") + "Z"
    return of_text(_LOST_PLUS.sub(r"\1+\2", told))
