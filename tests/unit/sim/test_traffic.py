"""What devices say arrives late, in the order in which it arrives, and not at all while dead."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.traffic import traffic_of
from fairtag.terms.instants import MINUTE, SECOND, parse

START = parse("2026-11-02T12:00:00Z")


def cast(scenario: str, number: int = 4) -> Player:
    return player(number, scenario, span=span_of(scenario, start=START, days=1), seed=3)


def lag_s(message: dict[str, Any]) -> float:
    return (parse(message["received_at"]) - parse(message["at"])) / SECOND


def test_messages_come_in_order_of_arrival_and_each_number_once() -> None:
    told = traffic_of(cast("offline_evening"))
    arrivals = [parse(one["received_at"]) for one in told]
    assert arrivals == sorted(arrivals)
    assert sorted(one["seq"] for one in told) == list(range(1, len(told) + 1))


def test_an_offline_device_uploads_the_newest_first() -> None:
    late = [one for one in traffic_of(cast("offline_evening")) if lag_s(one) > 60]
    assert len(late) > 250
    assert len({one["received_at"] for one in late}) == 1
    assert all(one["seq"] > other["seq"] for one, other in pairwise(late))


def test_a_connected_device_uploads_in_order() -> None:
    told = traffic_of(cast("calm_at_home"))
    assert [one["seq"] for one in told] == list(range(1, len(told) + 1))
    assert all(-3 <= lag_s(one) <= 5 for one in told)


def test_a_phone_reports_in_batches() -> None:
    told = traffic_of(cast("flat_accuracy"))
    assert len({one["received_at"] for one in told}) < len(told) / 4


def test_a_flat_device_says_nothing_and_comes_back() -> None:
    one = cast("battery_flat")
    dead = next(truth.during for truth in one.plan.truth if truth.kind == "battery.dead")
    at = [parse(each["at"]) for each in traffic_of(one)]
    assert not [each for each in at if dead.start + MINUTE < each < dead.end - MINUTE]
    before = [each["battery_pct"] for each in traffic_of(one) if each["type"] == "position"]
    assert min(before) < 5
    assert cast("battery_flat").plan == one.plan


def test_a_battery_is_charged_every_night() -> None:
    told = traffic_of(cast("calm_at_home"))
    codes = [one["code"] for one in told if one["type"] == "event"]
    assert codes == ["charge_start", "charge_stop"]
    levels = [one["battery_pct"] for one in told if one["type"] == "position"]
    assert 30 < min(levels) < max(levels) <= 100


def test_a_device_that_never_starts_says_nothing() -> None:
    assert traffic_of(cast("never_started")) == []


def test_a_tunnel_is_a_gap_without_loss_of_what_was_noticed() -> None:
    told = traffic_of(cast("tunnel"))
    codes = [one["code"] for one in told if one["type"] == "event"]
    assert {"gnss_lost", "gnss_back"} <= set(codes)
    at = sorted(parse(one["at"]) for one in told if one["type"] == "position")
    assert max(later - earlier for earlier, later in pairwise(at)) > 10 * MINUTE
