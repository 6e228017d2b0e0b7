"""Columns, messages and pieces are one and the same traffic."""

from __future__ import annotations

from dataclasses import fields

import msgspec
import numpy as np
import pytest

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position
from fairtag.intake.native import decode_recorded
from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.columns import ROW, arrivals, spoken
from fairtag.sim.scenarios import SCENARIOS
from fairtag.sim.traffic import stream_of, traffic_of
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, parse

START = parse("2026-11-02T12:00:00Z")
TELLING = ("offline_evening", "tunnel", "battery_flat", "flat_accuracy", "frozen_network")
TELLING += ("spoof_teleport", "deep_indoors_poor", "calm_at_work", "offline_and_left")


def cast(scenario: str, *, days: int = 2) -> Player:
    span = span_of(scenario, start=START, days=days)
    return player(4, scenario, span=span, seed=3, is_daily=True)


@pytest.mark.parametrize("scenario", TELLING)
def test_columns_say_what_the_messages_say(scenario: str) -> None:
    one = cast(scenario)
    told = decode_recorded(b"\n".join(map(msgspec.json.encode, traffic_of(one))))
    assert told.refused == ()
    assert tuple(spoken(one).messages()) == told.messages


@pytest.mark.parametrize("scenario", TELLING)
def test_columns_are_those_of_the_messages(scenario: str) -> None:
    said = spoken(cast(scenario))
    same = positions_of([one for one in said.messages() if isinstance(one, Position)])
    for each in fields(Positions):
        ours, theirs = getattr(said.positions, each.name), getattr(same, each.name)
        np.testing.assert_array_equal(ours, theirs, strict=isinstance(ours, np.ndarray))


@pytest.mark.parametrize("scenario", TELLING)
def test_pieces_of_any_length_give_the_same_rows(scenario: str) -> None:
    one = cast(scenario)
    whole = np.concatenate([*arrivals(one, piece=10 * DAY)])
    for piece in (6 * HOUR, 37 * MINUTE + 11 * SECOND):
        parts = np.concatenate([*arrivals(one, piece=piece)])
        for name in ROW.names or ():
            assert parts[name].tolist() == whole[name].tolist(), name
    assert [message for _, message in stream_of(one)] == traffic_of(one)


def test_a_piece_a_minute_loses_nothing_at_its_edges() -> None:
    """Charging begins at the first look of some piece then."""
    one = cast("offline_evening", days=1)
    parts, (whole, *rest) = [*arrivals(one, piece=MINUTE)], [*arrivals(one, piece=DAY)]
    assert np.concatenate(parts).tolist() == np.concatenate([whole, *rest]).tolist()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_arrives_before_it_is_measured_or_out_of_order(scenario: str) -> None:
    said = spoken(cast(scenario)).positions
    assert np.all(np.diff(said.received_at) >= 0)
    assert np.all(said.received_at - said.at >= 0)
    assert len(set(said.seq.tolist())) == len(said)


def test_who_never_speaks_has_empty_columns() -> None:
    said = spoken(cast("never_started"))
    assert (len(said.positions), said.events, list(said.messages())) == (0, (), [])
