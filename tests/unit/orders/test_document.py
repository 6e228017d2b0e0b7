"""What is read as JSON at all, and what a hostile file costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.orders.specimen import changed, paths, problems, whole

from fairtag.orders.read import check
from fairtag.orders.scheme import seed_scheme
from fairtag.orders.structure import MAX_BYTES, MOST_FLAWS, MOST_VALUES
from fairtag.terms.errors import UsageError

RAW = json.dumps(whole()).encode()
UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "cut off": RAW[:-20],
    "two documents": RAW + RAW,
    "a trailing comma": b'{"format": "fairtag-order/1",}',
    "a comment": b"// order\n" + RAW,
    "no text": b"\xff\xfe\x00\x01",
    "UTF-16": json.dumps(whole()).encode("utf-16"),
    "Latin-1": RAW.replace(b"Policy 1", b"Verf\xfcgung"),
    "YAML": b"format: fairtag-order/1\n",
}
NO_ORDER: dict[str, bytes] = {
    "a list": b"[]",
    "a word": b'"order"',
    "a number": b"1",
    "nothing": b"null",
    "nested lists": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "moderately nested": b'{"wearer":' + b"[" * 400 + b"]" * 400 + b"}",
    "too large": RAW[:-1] + b" " * MAX_BYTES + b"}",
    "a list of a million": b'{"conditions":[' + b"{}," * 1_000_000 + b"{}]}",
    "an object of many fields": json.dumps({f"f{n}": n for n in range(50_000)}).encode(),
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_json_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UsageError, match="file is not"):
        check(raw, scheme=seed_scheme())


@pytest.mark.parametrize("raw", NO_ORDER.values(), ids=NO_ORDER.keys())
def test_json_that_is_no_order_has_a_problem_at_its_root(raw: bytes) -> None:
    assert paths(raw) == ["$"]


def test_a_byte_order_mark_is_no_problem() -> None:
    assert problems(b"\xef\xbb\xbf" + RAW) == []


@pytest.mark.parametrize(
    ("once", "twice", "path"),
    [
        (b'"version": 1', b'"version": 1, "version": 2', "$.version"),
        (b'"given":', b'"given": "A", "given":', "$.wearer.names.given"),
        (b'"radius_m": 50', b'"radius_m": 50, "radius_m": 50', "$.conditions[0].place.radius_m"),
        (b'"kind": "trail"', b'"kind": "trail", "kind": "curfew"', "$.conditions[4].kind"),
    ],
)
def test_a_field_that_stands_twice_is_told_with_its_place(
    once: bytes, twice: bytes, path: str
) -> None:
    assert RAW.count(once) == 1
    assert path in paths(RAW.replace(once, twice))


def test_a_field_that_stands_twice_and_may_be_a_name_is_not_repeated() -> None:
    assert set(paths(RAW[:-1] + b', "Canaryella": 1, "Canaryella": 2}')) == {"$"}


@pytest.mark.parametrize("broken", ["\ud800", "a\x00b", "a\x1b[31mb"])
@pytest.mark.parametrize("path", [("necessity",), ("wearer", "names", "given")])
def test_text_that_can_not_be_shown_is_refused(broken: str, path: Any) -> None:
    assert paths(changed(path, broken)) == ["$." + ".".join(path)]


def test_a_file_full_of_problems_lists_a_bounded_number() -> None:
    order = whole() | {"absences": [{"covers": 1} for _ in range(1000)]}
    assert 0 < len(paths(order)) <= 2 * MOST_FLAWS


def test_a_long_lawful_order_is_within_the_bounds() -> None:
    """Three months with an appointment a day, absences every week and all zones."""
    order = whole()
    days = [f"2026-12-{n:02}" for n in range(1, 32)]
    order["conditions"][3]["appointments"] = [
        {"from": f"{day}T10:00", "to": f"{day}T11:00", "stay_min": 30} for day in days
    ]
    order["absences"] *= 100
    assert problems(order) == []
    assert len(json.dumps(order)) < MAX_BYTES
    assert MOST_VALUES > 100 * 10
