"""Is the document an order in form: JSON that means one thing, with the fields of the schema?

Everything here is bounded, so that a hostile file costs little: bytes, depth, number of values.
Source: contract §3; JSON Schema 2020-12; RFC 8259.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from fairtag.orders.problem import NEEDED, Flaw, Step
from fairtag.terms.errors import UsageError

# Twenty zones of two thousand points, written with a line for each number, fit twice.
MAX_BYTES = 4 * 1024 * 1024
MOST_FLAWS = 200
MOST_DEPTH = 16  # the deepest lawful value, a number in a MultiPolygon of a place, stands at 10
MOST_VALUES = 20_000  # outside of coordinates
MOST_NUMBERS = 250_000  # in coordinates
_LONGEST_INT = 18
# Half of a surrogate pair can't be written as UTF-8; controls have no place in a reason.
_BROKEN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class _Twice(dict[str, Any]):
    """An object in which a field stands twice."""

    names: tuple[str, ...] = ()


def load(document: bytes) -> tuple[Any, list[Flaw]]:
    """Read the document; gives what no schema can see: repeated fields, no numbers, broken text.

    Raises: UsageError when it is no JSON.
    """
    if len(document) > MAX_BYTES:
        return None, [Flaw((), "The file is larger than 4 MB. Simplify its zones.")]
    try:
        told = json.loads(document.decode("utf-8-sig"), object_pairs_hook=_object, parse_int=_whole)
    except UnicodeDecodeError as error:
        raise UsageError("the file is not UTF-8 text; save it as UTF-8") from error
    except RecursionError:
        return None, [Flaw((), "The file is nested too deeply. Check how it was made.")]
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"the file is not valid JSON ({where}); mend it there") from error
    return _walked(told)


def schema_bytes() -> bytes:
    """Give the JSON Schema of the order file."""
    return resources.files("fairtag.orders").joinpath("order.schema.json").read_bytes()


def structure(order: Any) -> list[Flaw]:
    """List where the document differs from the schema."""
    found: dict[Flaw, None] = {}
    for error in _checker().iter_errors(order):
        found.update(dict.fromkeys(_flaws(error)))
        if len(found) >= MOST_FLAWS:
            break
    return list(found)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    twice.names = tuple(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
    return twice


def _whole(digits: str) -> int | float:
    """Read a whole number; one too long to be meant is as good as infinite."""
    return int(digits) if len(digits) <= _LONGEST_INT else math.inf


def _walked(told: Any) -> tuple[Any, list[Flaw]]:
    flaws: list[Flaw] = []
    values = numbers = 0
    waiting: list[tuple[Any, tuple[Step, ...], bool]] = [(told, (), False)]
    while waiting:
        value, steps, is_drawn = waiting.pop()
        values, numbers = values + (not is_drawn), numbers + is_drawn
        if values > MOST_VALUES or numbers > MOST_NUMBERS:
            do = "This is more than an order may hold. Simplify its zones, or remove entries."
            return None, [Flaw((), do)]
        if len(steps) > MOST_DEPTH:
            return None, [Flaw((), "The file is nested too deeply. Check how it was made.")]
        flaws += _seen(value, steps)
        waiting += _inner(value, steps, is_drawn=is_drawn)
    return told, flaws[:MOST_FLAWS]


def _inner(
    value: Any, steps: tuple[Step, ...], *, is_drawn: bool
) -> Iterator[tuple[Any, tuple[Step, ...], bool]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield one, (*steps, name), is_drawn or name == "coordinates"
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield one, (*steps, n), is_drawn


def _seen(value: Any, steps: tuple[Step, ...]) -> Iterator[Flaw]:
    if isinstance(value, float) and not math.isfinite(value):
        do = "NaN and Infinity are no numbers here. Use real numbers."
        yield Flaw(_public(steps), do, steps)
    elif isinstance(value, str) and _BROKEN_TEXT.search(value):
        do = "This text holds broken or hidden characters. Write it again."
        yield Flaw(_public(steps), do, steps)
    elif isinstance(value, _Twice):
        for name in value.names:
            do = "A field stands twice here. Remove one of the two."
            yield Flaw(_public((*steps, name)), do, (*steps, name))


def _public(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Cut a path before a field that the format doesn't know: its name might be a person's."""
    for n, step in enumerate(steps):
        if isinstance(step, str) and step not in _vocabulary():
            return steps[:n]
    return steps


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    found: set[str] = set()
    waiting: list[Any] = [json.loads(schema_bytes())]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            found.update(here.get("properties", ()))
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return frozenset(found)


@lru_cache(maxsize=1)
def _checker() -> Any:
    """Read the schema strictly: 5.0 is no whole number, and '$' is the end and not a line's."""
    types = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, one: isinstance(one, int) and not isinstance(one, bool)
    )
    strict = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}, type_checker=types
    )
    told = json.loads(schema_bytes())
    return strict(told, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _pattern(_checker: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and re.fullmatch(pattern, instance) is None:
        yield ValidationError("pattern")


def _flaws(error: ValidationError) -> Iterator[Flaw]:
    steps = tuple(error.absolute_path)
    if error.validator == "required":
        for name in cast("list[str]", error.validator_value):
            if name not in cast("dict[str, Any]", error.instance):
                yield Flaw((*steps, name), NEEDED.get(name, f"'{name}' is missing. Add it."))
    elif error.validator == "additionalProperties":
        yield from _unknown(error, steps)
    else:
        yield Flaw(steps, _advice(error, steps))


def _unknown(error: ValidationError, steps: tuple[Step, ...]) -> Iterator[Flaw]:
    known = cast("dict[str, Any]", error.schema)["properties"]
    instance = cast("dict[str, Any]", error.instance)
    for n, name in enumerate(instance, start=1):
        if name in known:
            continue
        close = difflib.get_close_matches(name[:64], known, n=1)
        meant = f" If '{close[0]}' was meant, write that." if close else ""
        do = f"Field number {n} here is not known to the format. Remove it.{meant}"
        yield Flaw(steps, do, (*steps, name))


def _advice(error: ValidationError, steps: tuple[Step, ...]) -> str:
    name = steps[-1] if steps else ""
    if error.instance in (None, "") and name in NEEDED:
        return NEEDED[str(name)]
    if steps[-2:] == ("area", "type"):
        return "Give the bare geometry: a Polygon or MultiPolygon, no Feature, collection or point."
    wanted = cast("dict[str, Any]", error.schema).get("description")
    if wanted is not None and error.validator in ("pattern", "format", "type", "minLength"):
        return f"This is not as the format asks. Write {wanted}."
    told = cast("Any", error.validator_value)
    if error.validator == "type":
        told = " or ".join(_KINDS[kind] for kind in ([told] if isinstance(told, str) else told))
    elif error.validator == "enum":
        told = ", ".join(map(str, told))
    return _SAYINGS[str(error.validator)].format(told)


_KINDS = {
    "object": "an object {…}",
    "array": "a list […]",
    "string": "a text in quotes",
    "integer": "a whole number without quotes or decimals",
    "number": "a number without quotes",
    "boolean": "true or false",
    "null": "null",
}
_SAYINGS = {
    "type": "This is of the wrong kind. Write {}.",
    "enum": "Use one of: {}.",
    "const": "Write {}.",
    "pattern": "This is not written as the format asks. Look at the example in the contract.",
    "minLength": "This is empty. Fill it in.",
    "maxLength": "This is too long. Write at most {} characters.",
    "minimum": "This is too small. Write {} or more.",
    "exclusiveMinimum": "This is too small. Write more than {}.",
    "maximum": "This is too large. Write {} or less.",
    "minItems": "There are too few entries. Give at least {}.",
    "maxItems": "There are too many entries. Give at most {}.",
    "uniqueItems": "An entry stands twice. Remove one of the two.",
}
