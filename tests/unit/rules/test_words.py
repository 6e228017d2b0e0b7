"""A frightened wearer can read each sentence, and it promises nothing false."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fairtag.rules.doubt import Sign
from fairtag.rules.finding import AGAINST_WEARER, Cause, Kind, State
from fairtag.rules.matter import Matter
from fairtag.rules.words import words
from fairtag.terms.instants import HOUR, Micros, parse

BEGAN = parse("2026-07-02T18:00:00Z")
LONDON = "Europe/London"


def told(kind: Kind, state: State = State.OPENED, **more: object) -> str:
    matter = Matter(kind=kind, began_at=BEGAN, ended_at=Micros(BEGAN + HOUR), **more)
    return words(matter, state, LONDON)["en"]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_each_kind_tells_local_time_and_no_verdict(kind: Kind, state: State) -> None:
    text = told(kind, state)

    assert "Thu 2 Jul 2026, 19:00" in text  # 18:00 UTC is 19:00 BST
    assert LONDON in text
    assert not {"breach", "violation", "offender", "guilty"} & set(text.lower().split())


@pytest.mark.parametrize("kind", Kind)
def test_only_support_matters_say_that_they_do_not_count(kind: Kind) -> None:
    is_support = kind not in AGAINST_WEARER

    assert ("does not count against the wearer" in told(kind)) == is_support
    assert ("not a decision" in told(kind)) != is_support


def test_what_was_excused_or_withdrawn_does_not_count() -> None:
    assert "does not count" in told(Kind.CURFEW_LEFT, State.CORRECTED, cause=Cause.EXCUSED)
    assert "does not count" in told(Kind.CURFEW_LEFT, State.WITHDRAWN)
    assert "does not count" not in told(Kind.CURFEW_LEFT, State.CORRECTED)


def test_ends_are_told_where_there_is_one_that_somebody_saw() -> None:
    assert "It ended at Thu 2 Jul 2026, 20:00." in told(Kind.CURFEW_LEFT, State.CLOSED)
    assert "it ended at Thu 2 Jul 2026, 20:00." in told(Kind.CURFEW_LEFT, State.CORRECTED)
    assert "20:00" not in told(Kind.CURFEW_LEFT, State.OPENED)
    assert "20:00" not in told(Kind.WEARER_HELP, State.CLOSED)


def test_an_hour_that_comes_twice_says_which_one() -> None:
    first, second = parse("2026-10-25T00:30:00Z"), parse("2026-10-25T01:30:00Z")
    texts = [
        words(Matter(kind=Kind.CURFEW_LEFT, began_at=at), State.OPENED, LONDON)["en"]
        for at in (first, second, Micros(second + HOUR))
    ]

    assert "01:30 (before the clocks went back)" in texts[0]
    assert "01:30 (after the clocks went back)" in texts[1]
    assert "clocks" not in texts[2]


@pytest.mark.parametrize("cause", [*(one.cause for one in Sign), "jamming"])
def test_a_doubt_tells_what_was_seen_that_it_does_not_count_and_what_helps(cause: str) -> None:
    matter = Matter(kind=Kind.LOCATION_DOUBTFUL, began_at=BEGAN, cause=cause)
    plain = words(replace(matter, cause=None), State.OPENED, LONDON)["en"]

    text = words(matter, State.OPENED, LONDON)["en"]

    began, _, rest = text.partition(": ")
    seen, counts, helps = rest.partition(" This does not count against the wearer. ")
    assert plain.startswith(began)
    assert len(seen) > 20
    assert counts
    assert helps.split()[0] in {"Ask", "Check", "Look", "Speak", "Start"}
    assert not {"fake", "cheat", "spoofing", "lie"} & set(text.lower().split())


def test_a_doubt_that_is_over_asks_for_nothing() -> None:
    text = told(Kind.LOCATION_DOUBTFUL, State.CLOSED, cause="frozen")

    assert "to the last digit. It ended at Thu 2 Jul 2026, 20:00. This does not count" in text
    assert "exchange" not in text
