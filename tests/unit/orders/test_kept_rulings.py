"""What the judge knows of an order is read again as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from fairtag.orders.inforce import Mark, with_marks
from fairtag.orders.kept import rulings as kept
from fairtag.orders.model import Ruling
from fairtag.orders.read import reopen
from fairtag.terms.instants import DAY, Micros

STORIES = Path(__file__).parents[2] / "golden"
FILES = sorted(STORIES.glob("*/order*.json"))


def of_file(path: Path) -> Ruling:
    return reopen(path.read_bytes(), recorded_at=Micros(1)).ruling


def types_in(told: Any) -> Iterator[object]:
    """Walk through all that a record holds; equal words and numbers may be of unequal types.

    A set has no order of its own: it depends on how the set came to be.
    """
    yield type(told)
    if isinstance(told, frozenset):
        yield sorted((str(type(one)), str(one)) for one in told)
    elif isinstance(told, tuple):
        for one in told:
            yield from types_in(one)
    elif is_dataclass(told):
        for each in fields(told):
            yield from types_in(getattr(told, each.name))


def test_equal_values_of_unequal_types_are_told_apart() -> None:
    one = of_file(FILES[0])
    assert list(types_in((one, 1))) != list(types_in((one, True)))
    assert list(types_in(frozenset({1}))) != list(types_in(frozenset({1.0})))


def test_every_order_of_the_stories_is_read_again_as_it_was() -> None:
    assert len(FILES) > 100
    for path in FILES:
        one = of_file(path)
        again = kept.read(kept.write((one, one)))
        assert again == (one, one)
        assert list(types_in(again)) == list(types_in((one, one)))


def test_suspended_and_lapsed_times_are_too() -> None:
    one = of_file(FILES[0])
    start = one.during.start
    at = (start, Micros(start + DAY // 24), Micros(start + DAY // 12))
    marks = [
        Mark(what=what, at=when, recorded_at=when)
        for what, when in zip(("suspend", "resume", "lapse"), at, strict=True)
    ]
    told = with_marks([one], marks)
    assert told[0].suspended
    assert kept.read(kept.write(told)) == told


def test_what_other_classes_wrote_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    told = kept.write((of_file(FILES[0]),))
    monkeypatch.setattr(kept, "_STAMP", b"x" * kept._STAMP_BYTES)

    assert kept.read(told) is None


def test_every_record_that_a_ruling_may_hold_is_known() -> None:
    held = {type(one) for path in FILES for one in of_file(path).conditions}
    assert held <= set(kept._RECORDS)
    assert all(hasattr(one, "__slots__") and fields(one) for one in kept._RECORDS)
