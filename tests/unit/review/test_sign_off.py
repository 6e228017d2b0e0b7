"""A sign-off is one person's, of one digest, and fresh."""

from __future__ import annotations

import pytest

from fairtag.review.sign_off import FRESH, SignOff, digest_of, is_of
from fairtag.terms.instants import Micros

NOW = Micros(10**15)
RIGHT = {"by": "olga", "method": "password", "digest": "d", "at": NOW}


@pytest.mark.parametrize(
    ("told", "is_good"),
    [
        ({}, True),
        ({"at": Micros(NOW - FRESH)}, True),
        ({"at": Micros(NOW - FRESH - 1)}, False),
        ({"at": Micros(NOW + 1)}, False),
        ({"by": "otto"}, False),
        ({"by": ""}, False),
        ({"digest": "e"}, False),
    ],
)
def test_a_sign_off_is_of_one_thing(told: dict[str, object], *, is_good: bool) -> None:
    made = SignOff(**(RIGHT | told))  # type: ignore[arg-type]
    assert is_of(made, by="olga", digest="d", now=NOW) is is_good


def test_none_and_nobody_sign_nothing() -> None:
    assert not is_of(None, by="olga", digest="d", now=NOW)
    empty = SignOff(**(RIGHT | {"by": ""}))  # type: ignore[arg-type]
    assert not is_of(empty, by="", digest="d", now=NOW)


def test_words_do_not_move_from_one_field_into_another() -> None:
    assert digest_of("x", a="bc", d="") != digest_of("x", a="b", d="c")
    assert digest_of("x", a="1") != digest_of("y", a="1")
    assert digest_of("x", a="1", b="2") == digest_of("x", b="2", a="1")
