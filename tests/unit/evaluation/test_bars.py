from __future__ import annotations

from typing import Any

import pytest

from fairtag.evaluation.bars import Bar, bars
from fairtag.evaluation.scoring import Outcome, Score, Wrong
from fairtag.evaluation.telling.report import report
from fairtag.evaluation.telling.tables import tables


def result(**more: Any) -> Outcome:
    named: dict[str, Any] = {
        "family": "curfew",
        "length_s": 1500.0,
        "past_due_s": 1200.0,
        "answer": "found",
        "delay_s": 120.0,
        "heard_s": 60.0,
        "is_clear": True,
        "is_prompt": True,
    }
    return Outcome(**(named | more))


def scored(*outcomes: Outcome, wrong: int = 0, **more: Any) -> Score:
    named: dict[str, Any] = {
        "scenario": "by_hand",
        "model": "tag",
        "judge": "fairtag",
        "days": 30.0,
        "positions": 43_200,
        "alerts": wrong,
        "wrong": tuple(Wrong(kind="curfew.left", is_withdrawn=False) for _ in range(wrong)),
        "blind": 0,
        "outcomes": outcomes,
        "tells_sides": False,
    }
    return Score(**(named | more))


def held(scores: list[Score]) -> list[Bar]:
    return bars(scores)


def bar(scores: list[Score], words: str) -> Bar:
    (found,) = [one for one in held(scores) if one.name.startswith(words)]
    return found


def test_the_average_and_the_worst_scenario_are_told_apart() -> None:
    calm = [scored(scenario="calm") for _ in range(9)]
    edge = scored(scenario="edge", wrong=1)

    average = bar([*calm, edge], "false findings a wearer-month, on average")
    worst = bar([*calm, edge], "false findings a wearer-month, worst scenario")

    assert (average.value, average.is_met) == (0.1, False)
    assert (worst.value, worst.is_met) == (1.0, False)
    assert "(edge)" in worst.name


def test_none_in_two_hundred_months_meets_the_bar_and_shows_it() -> None:
    """0 in 200: the upper end is 3.689 / 200 = 0.018."""
    one = bar([scored() for _ in range(200)], "false findings a wearer-month, on average")

    assert (one.value, one.is_met, one.is_shown) == (0.0, True, True)
    assert one.interval is not None
    assert one.interval[1] == pytest.approx(0.01844, abs=1e-5)


def test_none_in_two_months_meets_the_bar_and_does_not_show_it() -> None:
    one = bar([scored(), scored()], "false findings a wearer-month, on average")

    assert (one.is_met, one.is_shown) == (True, False)


def test_one_that_shows_and_is_missed_fails_the_bar() -> None:
    missed = result(answer="unknown", delay_s=None)
    unclear = result(answer="kept", delay_s=None, is_clear=False)
    short = result(answer="kept", delay_s=None, length_s=500.0)

    assert bar([scored(result(), missed)], "departures of 10 min").is_met is False
    assert bar([scored(result(), unclear, short)], "departures of 10 min").is_met is True


def test_said_to_be_kept_fails_and_unknown_does_not() -> None:
    unknown = result(answer="unknown", is_clear=False)
    kept = result(answer="kept", is_clear=False)

    assert bar([scored(unknown)], "all other departures").is_met is True
    assert bar([scored(unknown, kept)], "all other departures").value == 0.5


def test_four_minutes_in_a_zone_have_bars_of_their_own() -> None:
    entry = result(family="zone.entered", length_s=241.0, past_due_s=241.0, delay_s=239.0)
    slow = result(family="zone.entered", length_s=241.0, past_due_s=241.0, delay_s=400.0)
    gathered = result(
        family="zone.entered", length_s=241.0, past_due_s=241.0, delay_s=900.0, is_prompt=False
    )

    def delay(*outcomes: Outcome) -> Bar:
        return next(b for b in bars([scored(*outcomes)]) if b.wanted == "<= 240")

    assert bar([scored(entry, result())], "entries of an exclusion zone").of == 1
    assert (delay(entry, gathered).value, delay(entry, gathered).is_met) == (239.0, True)
    assert delay(entry, slow).is_met is False


def test_what_is_not_measured_is_neither_met_nor_failed() -> None:
    assert all(one.is_met is None for one in bars([]))


def test_a_blind_alert_fails_its_bar() -> None:
    assert bar([scored(blind=1)], "findings from silence").is_met is False
    assert bar([scored()], "findings from silence").is_met is True


def test_tampering_is_no_departure_from_a_place() -> None:
    strap = result(family="tamper.strap", answer="kept")

    assert bar([scored(strap)], "all other departures").of == 0


def test_the_tables_say_what_the_report_holds() -> None:
    scores = [scored(result(), wrong=2), scored(result(answer="kept", delay_s=None))]

    told = report(scores, None, {"seeds": [1]})
    text = tables(told)

    one = told["judges"]["fairtag"]["all"]
    assert (one["false"], one["false_a_month"], one["months"]) == (2, 1.0, 2.0)
    assert (one["places"]["true"], one["places"]["found"], one["places"]["said_kept"]) == (2, 1, 1)
    assert told["about"]["wearer_months"] == 2.0
    assert "by_hand" in text
    assert "not measured" in text
