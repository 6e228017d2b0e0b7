"""How far a question came: forward only, never longer than it is there, and when silence counts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.rules.asked import prompt, span

from fairtag.intake.messages import CheckInState as S
from fairtag.rules.prompts.course import (
    contradiction,
    is_worth_showing,
    lengthened,
    may_be_missed,
    moves,
)
from fairtag.terms.instants import MINUTE, Micros

ENDS = (S.EXPIRED_SHOWN, S.NOT_DELIVERED, S.DEVICE_OFF, S.REFUSED_BY_LIMIT)
STEPS = ((S.SCHEDULED,), (S.DELIVERED,), (S.SHOWN,), ENDS, (S.ANSWERED,))


@pytest.mark.parametrize("n", range(len(STEPS)))
def test_a_prompt_goes_forward_and_never_back_and_from_one_end_to_no_other(n: int) -> None:
    for before in STEPS[n]:
        later = {one for step in STEPS[n + 1 :] for one in step}
        assert {to for to in S if moves(before, to)} == later


def test_every_state_has_its_place() -> None:
    assert {one for step in STEPS for one in step} == set(S)


def minutes(*outages: tuple[int, int], at: int = 0, until: int = 30) -> float:
    spans = [span(*one) for one in outages]
    return lengthened(Micros(at * MINUTE), Micros(until * MINUTE), spans) / MINUTE


def test_what_an_outage_of_ours_took_comes_on_top() -> None:
    assert minutes() == 30
    assert minutes((20, 25)) == 35
    assert minutes((-10, 5)) == 35
    assert minutes((-10, 5), at=-4) == 39
    assert minutes((25, 90)) == 95
    assert minutes((5, 7), (20, 23)) == 35
    assert minutes((20, 23), (5, 7)) == 35


def test_an_outage_in_the_time_that_came_on_top_counts_too() -> None:
    assert minutes((20, 30), (35, 37)) == 42
    assert minutes((20, 25), (35, 50)) == 35


def test_outages_before_and_after_take_nothing() -> None:
    assert minutes((-10, -5)) == 30
    assert minutes((-10, 0)) == 30
    assert minutes((30, 40)) == 30
    assert minutes((-10, 0), (5, 7)) == 32


def test_outages_that_overlap_count_once() -> None:
    assert minutes((10, 20), (15, 25)) == 45


def test_nobody_is_asked_without_a_quarter_of_an_hour_to_answer() -> None:
    asked = prompt(0, 30)

    assert is_worth_showing(asked, Micros(15 * MINUTE))
    assert not is_worth_showing(asked, Micros(15 * MINUTE + 1))


def test_time_that_came_on_top_is_no_time_to_be_asked_in() -> None:
    """It may lie in protected hours."""
    asked = replace(prompt(0, 50), lengthened_by=20 * MINUTE)

    assert is_worth_showing(asked, Micros(15 * MINUTE))
    assert not is_worth_showing(asked, Micros(15 * MINUTE + 1))


@pytest.mark.parametrize("state", S)
def test_what_never_left_us_was_not_shown(state: S) -> None:
    told = contradiction(prompt(0, 30), state, Micros(99 * MINUTE), was_sent=False)

    assert told == ("never_sent" if state in (S.SHOWN, S.EXPIRED_SHOWN) else None)


def test_no_prompt_expires_before_its_time_but_clocks_differ_by_two_minutes() -> None:
    def told(at: int, lengthened_by: int = 0) -> str | None:
        asked = replace(prompt(0, 30), lengthened_by=lengthened_by)
        return contradiction(asked, S.EXPIRED_SHOWN, Micros(at), was_sent=True)

    assert told(30 * MINUTE) is None
    assert told(28 * MINUTE) is None
    assert told(28 * MINUTE - 1) == "expired_too_early"
    assert told(18 * MINUTE, 10 * MINUTE) is None  # the device may know nothing of what came on top
    assert told(18 * MINUTE - 1, 10 * MINUTE) == "expired_too_early"


def test_early_states_may_be_told_early() -> None:
    for state in set(S) - {S.EXPIRED_SHOWN}:
        assert contradiction(prompt(0, 30), state, Micros(1), was_sent=True) is None


def test_what_was_answered_did_not_expire() -> None:
    answered = replace(prompt(0, 30), state=S.ANSWERED)

    at = Micros(31 * MINUTE)
    assert contradiction(answered, S.EXPIRED_SHOWN, at, was_sent=True) == "already_answered"
    assert contradiction(answered, S.SHOWN, at, was_sent=True) is None


@pytest.mark.parametrize("state", S)
def test_only_what_was_shown_to_the_end_and_is_not_void_may_be_missed(state: S) -> None:
    asked = replace(prompt(0, 30), state=state)

    assert may_be_missed(asked) is (state is S.EXPIRED_SHOWN)
    assert not may_be_missed(replace(asked, is_void=True))
