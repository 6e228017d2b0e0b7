"""The evaluation judges columns; files are judged message by message. Both say the same."""

from __future__ import annotations

import pytest

from fairtag.evaluation.case import simulated
from fairtag.rules.finding import as_json
from fairtag.rules.replay import replay, replay_columns


@pytest.mark.parametrize(
    "scenario",
    [
        "calm_at_work",
        "deep_indoors_poor",
        "cell_only_night",
        "offline_evening",
        "offline_and_left",
        "left_25_min",
        "absence_abused",
        "appointment_missed",
        "battery_flat",
        "strap_cut",
        "silent",
        "spoof_teleport",
        "frozen_network",
        "zone_10_min",
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_columns_give_the_findings_of_messages(scenario: str, number: int) -> None:
    case = simulated(scenario, number, seed=5, days=2, is_daily=True)
    heard, rulings = case.heard, (case.ruling,)

    by_message = replay([rulings], list(heard.messages()), until=case.until)
    by_column = replay_columns(rulings, heard.positions, heard.events, until=case.until)

    assert list(map(as_json, by_column.findings)) == list(map(as_json, by_message.findings))
    assert by_column.sides == by_message.sides
