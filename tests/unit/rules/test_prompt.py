"""A list of prompts has a name that stands for all that never changes; and the limits of G6."""

from __future__ import annotations

import hashlib
import json

import pytest
from msgspec.structs import astuple, replace
from tests.unit.rules.asked import minute, prompt

from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts import limits
from fairtag.rules.prompts.model import Prompt, commitment
from fairtag.terms.instants import MINUTE

ONE = prompt(0, 30)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("check_in_id", "CI-2"),
        ("wearer_id", "W-2"),
        ("order_id", "ORD-2"),
        ("condition_id", "cj"),
        ("device_id", "D-2"),
        ("modality", "human_call"),
        ("kind", "retry"),
        ("local_day", "2026-11-04"),
        ("time_zone", "Europe/Paris"),
        ("at", minute(1)),
        ("nonce", "1" * 32),
        ("until", minute(31)),
    ],
)
def test_nobody_can_change_what_was_drawn_and_keep_the_name(name: str, other: object) -> None:
    assert commitment([replace(ONE, **{name: other})]) != commitment([ONE])


def test_how_far_a_prompt_came_changes_no_name() -> None:
    later = replace(
        ONE,
        state=CheckInState.ANSWERED,
        is_void=True,
        until=minute(40),
        lengthened_by=10 * MINUTE,
        drawn="x",
    )

    assert commitment([later]) == commitment([ONE])


def test_the_order_of_a_list_is_no_matter_and_its_length_is() -> None:
    two = replace(ONE, check_in_id="CI-2")

    assert commitment([ONE, two]) == commitment(iter([two, ONE]))
    assert len({commitment(some) for some in ([], [ONE], [two], [ONE, two], [ONE, ONE])}) == 5


def test_a_name_can_be_told_again_by_anybody_with_the_list() -> None:
    """SHA-256 of the JSON text of the rows: what is fixed, in order of the record, and the end."""
    row = ["CI-1", "W-1", "ORD-1", "ci", "D-1", "face_photo", "drawn"]
    row += ["2026-11-03", "Europe/London", "0", "0" * 32, str(30 * MINUTE)]
    text = json.dumps([row], separators=(",", ":"))

    assert commitment([ONE]) == hashlib.sha256(text.encode()).hexdigest()


def test_a_prompt_is_told_by_name_and_does_not_change() -> None:
    with pytest.raises(AttributeError):
        ONE.at = minute(5)  # type: ignore[misc]
    with pytest.raises(TypeError):
        Prompt(*astuple(ONE))
    assert (ONE.is_void, ONE.gap_min, ONE.lengthened_by, ONE.drawn) == (False, 60, 0, "")


def test_the_limits_are_those_of_guarantee_6() -> None:
    """Five a day, nine hours of quiet, a quarter of an hour; at night nobody is asked."""
    day_min = 24 * 60
    assert limits.MOST_A_DAY == 5
    assert limits.ANY_DAY == limits.HELP_PAUSE == day_min * MINUTE
    assert limits.LEAST_QUIET == 9 * 60 * MINUTE
    assert limits.MOST_OPEN == 15 * 60 * MINUTE
    assert limits.LEAST_WINDOW == limits.LEAST_GAP == 15 * MINUTE
    assert (limits.DEFAULT_WINDOW_MIN, limits.DEFAULT_GAP_MIN) == (30, 60)
    assert limits.DEFAULT_PROTECTED == ((21 * 60, 8 * 60),)
    assert limits.HEALTH_REVIEW_DAYS == 5
