"""Invented lives whose devices are honest give no sign; one that is wrong for 20 minutes does."""

from __future__ import annotations

import msgspec
import pytest
from tests.doubts import signs

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position
from fairtag.intake.native import decode_recorded
from fairtag.rules.doubt import Sign, limits_of, new_state
from fairtag.rules.settings import DEFAULTS
from fairtag.sim.cast import player, span_of
from fairtag.sim.scenarios.calm import CALM
from fairtag.sim.traffic import traffic_of
from fairtag.terms.instants import parse

START = parse("2026-11-02T12:00:00Z")  # a Monday noon, GMT
NUMBERS = (4, 6, 7)  # a tag, a phone of Android, one of Apple
HONEST = sorted(set(CALM) - {"frozen_network"})


def track(scenario: str, number: int, *, days: int) -> Positions:
    """Give the positions of an invented wearer by event time, one a minute."""
    one = player(number, scenario, span=span_of(scenario, start=START, days=days), seed=9)
    raw = b"\n".join(msgspec.json.encode(told) for told in traffic_of(one))
    said = decode_recorded(raw).messages
    return positions_of(
        sorted((each for each in said if isinstance(each, Position)), key=lambda each: each.at)
    )


def kinds(rows: Positions) -> set[Sign]:
    return {sign for _, sign in signs(new_state(), limits_of(DEFAULTS), rows)}


@pytest.mark.parametrize("scenario", HONEST)
def test_an_honest_device_gives_no_sign(scenario: str) -> None:
    numbers = NUMBERS[:1] if CALM[scenario].model else NUMBERS
    for number in numbers:
        assert kinds(track(scenario, number, days=2)) == set()


def test_a_network_that_is_wrong_for_a_while_is_told() -> None:
    assert kinds(track("frozen_network", 1, days=1)) == {Sign.LEAP}
