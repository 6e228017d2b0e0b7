"""Four eyes are two people: every way in which they are not is refused by its own sentence."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from fairtag.review.four_eyes import (
    STANDS,
    Account,
    Mark,
    Proposal,
    demand_two,
    state_of,
)
from fairtag.terms.errors import SecondPersonRefused
from fairtag.terms.instants import DAY, MINUTE, Micros

NOW = Micros(10 * DAY)
OTTO = Account(user_id="otto", made_by="adam", made_at=Micros(NOW - DAY), is_open=True)
SARA = Account(user_id="sara", made_by="eve", made_at=Micros(NOW - DAY), is_open=True)
MAKERS = {"otto": "adam", "sara": "eve", "adam": "cli", "eve": "cli"}


def test_two_people_may() -> None:
    demand_two(OTTO, SARA, makers=MAKERS, now=NOW)
    demand_two(SARA, OTTO, makers=MAKERS, now=NOW)


@pytest.mark.parametrize(
    ("first", "second", "makers", "why"),
    [
        (OTTO, OTTO, MAKERS, "themselves"),
        (OTTO, replace(SARA, is_open=False), MAKERS, "sara is closed"),
        (replace(OTTO, is_open=False), SARA, MAKERS, "otto is closed"),
        (OTTO, replace(SARA, made_at=Micros(NOW - DAY + 1)), MAKERS, "sara was made less than 24"),
        (replace(OTTO, made_at=NOW), SARA, MAKERS, "otto was made less than 24"),
        (OTTO, replace(SARA, made_by="otto"), MAKERS, "made the other's account"),
        (replace(OTTO, made_by="sara"), SARA, MAKERS, "made the other's account"),
        (OTTO, replace(SARA, made_by="adam"), MAKERS, "same administrator"),
        (replace(OTTO, made_by=""), SARA, MAKERS, "same administrator"),
        (OTTO, replace(SARA, made_by=""), MAKERS, "same administrator"),
        (OTTO, SARA, {"adam": "cli", "eve": "adam"}, "go back to one administrator"),
        (OTTO, SARA, {"adam": "eve", "eve": "cli"}, "go back to one administrator"),
        (OTTO, SARA, {"eve": "amy", "amy": "adam", "adam": "cli"}, "go back to one administrator"),
        (OTTO, SARA, {"adam": "amy", "eve": "amy", "amy": "cli"}, "go back to one administrator"),
        (OTTO, SARA, {"eve": "otto", "otto": "adam"}, "go back to one administrator"),
    ],
)
def test_one_person_with_two_accounts_may_not(
    first: Account, second: Account, makers: dict[str, str], why: str
) -> None:
    with pytest.raises(SecondPersonRefused, match=why):
        demand_two(first, second, makers=makers, now=NOW)


PROPOSAL = Proposal(
    proposal_id="p_1",
    matter="opening",
    about="A window of 2 hours",
    wearer_id=None,
    order_id=None,
    asked_by="otto",
    asked_at=NOW,
    scope={"from": "a"},
    reason="to find out what happened",
)


def marked(*states: str) -> tuple[Mark, ...]:
    return tuple(
        Mark(proposal_id="p_1", state=state, by="sara", at=NOW, digest=PROPOSAL.digest)  # type: ignore[arg-type]
        for state in states
    )


@pytest.mark.parametrize(
    ("states", "after", "state"),
    [
        ((), 0, "asked"),
        ((), 15 * MINUTE - 1, "asked"),
        ((), 15 * MINUTE, "over"),
        (("agreed",), 0, "agreed"),
        (("agreed",), 15 * MINUTE, "over"),
        (("agreed", "done"), DAY, "done"),
        (("refused",), DAY, "refused"),
        (("withdrawn",), DAY, "withdrawn"),
    ],
)
def test_a_question_stands_where_its_marks_and_the_clock_say(
    states: tuple[str, ...], after: int, state: str
) -> None:
    assert state_of(PROPOSAL, marked(*states), now=Micros(NOW + after)) == state


def test_every_matter_lapses() -> None:
    assert all(0 < one <= 14 * DAY for one in STANDS.values())


def test_who_agrees_agrees_to_every_byte() -> None:
    changed = msgspec.structs.replace(PROPOSAL, scope={"from": "b"})
    reasoned = msgspec.structs.replace(PROPOSAL, reason="to find out what happens")
    assert len({PROPOSAL.digest, changed.digest, reasoned.digest}) == 3
