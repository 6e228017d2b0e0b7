"""What is wrong with an order, where, and what should its author do?"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, cast

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

# An order is written by people; a megabyte holds any lawful one, a million vertices none.
MAX_BYTES = 2_000_000
MOST_PROBLEMS = 200


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing to mend."""

    path: str  # JSON path, such as $.conditions[0].timetable[1].from
    do: str  # a sentence that says what to do; never repeats what the order says of the person


class Unreadable(Exception):
    """The document is no JSON that means one thing; never leaves the room."""

    def __init__(self, do: str) -> None:
        self.do = do
        super().__init__(do)


def load(document: bytes) -> Any:
    """Read the document.

    Raises: Unreadable.
    """
    if len(document) > MAX_BYTES:
        raise Unreadable(
            "The file is larger than 2 MB. Simplify the zones to at most 2,000 points."
        )
    try:
        text = document.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not UTF-8 text. Save it as UTF-8.") from error
    except RecursionError as error:
        raise Unreadable("The file is nested too deeply. Check how it was made.") from error
    except ValueError as error:
        raise Unreadable("The file is not valid JSON. Check it with a JSON editor.") from error


def schema_bytes() -> bytes:
    """Give the JSON Schema of the order file."""
    return resources.files("fairtag.orders").joinpath("order.schema.json").read_bytes()


def structure(order: Any) -> list[Problem]:
    """List where the document differs from the schema."""
    checker = Draft202012Validator(
        json.loads(schema_bytes()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    found: set[Problem] = set()
    for error in checker.iter_errors(order):
        found.update(_problems(error))
        if len(found) >= MOST_PROBLEMS:
            break
    return sorted(found)


def path_of(*steps: str | int) -> str:
    """Write a JSON path.

    Example:
        >>> path_of("conditions", 0, "from")
        '$.conditions[0].from'
    """
    return "$" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)


def _problems(error: ValidationError) -> list[Problem]:
    if error.context:
        deepest = max(error.context, key=lambda one: len(one.absolute_path))
        return _problems(deepest)
    steps = list(error.absolute_path)
    if error.validator == "required":
        wanted = cast("list[str]", error.validator_value)
        missing = [name for name in wanted if name not in cast("dict[str, Any]", error.instance)]
        return [Problem(path=path_of(*steps, name), do=_missing(name)) for name in missing]
    return [Problem(path=path_of(*steps), do=_advice(error))]


def _missing(name: str) -> str:
    return NEEDED.get(name, f"'{name}' is missing. Add it.")


def _advice(error: ValidationError) -> str:
    told = cast("Any", error.validator_value)
    match error.validator:
        case "additionalProperties":
            return "There is a field here that the format doesn't know. Remove it or mend its name."
        case "enum" | "const":
            allowed = told if isinstance(told, list) else [told]
            return f"Use one of: {', '.join(map(str, allowed))}."
        case "type":
            return f"This must be of type {told if isinstance(told, str) else ' or '.join(told)}."
        case "pattern" | "format":
            return "This is not written as the format asks. Look at the example in the contract."
        case _:
            return f"This is outside the limit ({error.validator}: {told}). Change it."


NEEDED = {
    "legal_basis": "The legal basis is missing. Name the act and paragraph that allow this order.",
    "necessity": "The reason is missing. Say why monitoring is necessary for this person.",
    "proportionality": "Say why this order is in proportion to its aim.",
    "less_intrusive_considered": "Say which less intrusive option was considered, and why not.",
    "ends_at": "The end is missing. An order without an end is not monitored.",
    "review": "Say who must review the order, by which date, under which instrument.",
    "by": "The date of the review is missing. Add it.",
    "vulnerability_assessed_at": "Add the date on which the person's vulnerability was assessed.",
}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("A field stands twice in one place. Remove one of the two.")
    return found


def _no_constant(_name: str) -> Any:
    raise Unreadable("NaN and Infinity are no numbers here. Use real numbers.")
