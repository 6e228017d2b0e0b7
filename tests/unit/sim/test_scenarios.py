"""Each scenario's truth is exact, its order valid, and the judge finds what is clear."""

from __future__ import annotations

import re
from functools import cache

import msgspec
import pytest

from fairtag.intake.native import decode_recorded
from fairtag.orders.read import read
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.finding import Finding
from fairtag.rules.replay import by_order, replay
from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.papers import order_of
from fairtag.sim.scenarios import SCENARIOS
from fairtag.sim.traffic import traffic_of
from fairtag.terms.instants import DAY, MINUTE, SECOND, parse
from fairtag.terms.local import merged

START = parse("2026-11-02T12:00:00Z")
# Wholly inside what any receiver of the rehearsal can tell.
CLEAR = (
    "late_start",
    "late_return",
    "left_25_min",
    "left_50_min",
    "out_at_end",
    "absent_whole_night",
    "zone_25_min",
    "inclusion_left",
    "appointment_missed",
    "offline_and_left",
    "battery_flat",
    "strap_cut",
    "case_opened",
    "off_body_long",
    "sos",
    "silent",
    "never_started",
)
CALM = (
    "calm_at_home",
    "calm_at_work",
    "deep_indoors_good",
    "frozen_network",
    "flat_accuracy",
    "clocks_back",
    "clocks_forward",
    "tunnel",
    "appointment_kept",
    "absence_kept",
)


def cast(scenario: str, *, days: int = 1) -> Player:
    span = span_of(scenario, start=START, days=days)
    return player(4, scenario, span=span, seed=11)  # number 4 wears a tag unless told otherwise


@cache
def found_in(scenario: str, told_of: str) -> tuple[Finding, ...]:
    """Judge the traffic of one scenario under the order of another."""
    one = cast(scenario)
    decoded = decode_recorded(b"\n".join(map(msgspec.json.encode, traffic_of(one))))
    assert decoded.refused == ()
    ruling = read(msgspec.json.encode(order_of(cast(told_of))), scheme=None).ruling
    return tuple(replay(by_order([ruling]), decoded.messages, until=one.span.end).findings)


def misses(scenario: str, findings: tuple[Finding, ...]) -> list[str]:
    """List what is true and has no finding of its kind at its time."""
    return [
        truth.kind
        for truth in cast(scenario).plan.truth
        if not any(
            one.kind == truth.kind
            and one.state != "withdrawn"
            and abs(one.began_at - truth.during.start) <= 10 * MINUTE
            for one in findings
        )
    ]


@pytest.mark.parametrize("scenario", CLEAR)
def test_what_is_clear_is_found(scenario: str) -> None:
    assert cast(scenario).plan.truth != ()
    assert misses(scenario, found_in(scenario, scenario)) == []


def test_a_calm_day_would_not_pass_as_a_departure() -> None:
    """Negative control: the same look at other traffic misses what is true."""
    assert misses("left_50_min", found_in("calm_at_home", "left_50_min")) == ["curfew.left"]


@pytest.mark.parametrize("scenario", CALM)
def test_a_calm_day_gives_the_authority_nothing(scenario: str) -> None:
    assert cast(scenario).plan.truth == ()
    findings = found_in(scenario, scenario)
    assert [one.kind for one in findings if one.recipient == "authority"] == []


def test_the_wearer_is_never_accused_of_what_equipment_does() -> None:
    for scenario in ("battery_flat", "silent", "sos", "never_started"):
        findings = found_in(scenario, scenario)
        assert {one.recipient for one in findings} == {"support"}, scenario


@pytest.mark.parametrize("minutes", [1, 2, 4, 10, 25])
def test_a_stay_in_a_zone_lasts_as_long_as_its_name_says(minutes: int) -> None:
    (truth,) = cast(f"zone_{minutes}_min").plan.truth
    assert truth.during.end - truth.during.start == pytest.approx(minutes * MINUTE, abs=2 * SECOND)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_orders_are_valid_and_truth_lies_inside_the_span(scenario: str) -> None:
    for days in (1, 6):
        one = cast(scenario, days=days)
        read(msgspec.json.encode(order_of(one)), scheme=seed_scheme())
        for truth in one.plan.truth:
            assert one.span.start <= truth.during.start <= truth.during.end <= one.span.end


def test_a_name_is_plain_and_has_one_sentence() -> None:
    for name, story in SCENARIOS.items():
        assert re.fullmatch(r"[a-z0-9_]{3,20}", name)
        assert re.fullmatch(r"[A-Z][^\n]{10,90}\.", story.tells), name


def test_the_truth_is_told_as_the_contract_says() -> None:
    one = cast("zone_25_min")
    (row,) = (truth.row(one.wearer_id, one.scenario) for truth in one.plan.truth)
    assert list(row) == ["wearer_id", "condition_id", "kind", "from", "to", "scenario"]
    assert (row["wearer_id"], row["condition_id"], row["kind"]) == ("W-0004", "x1", "zone.entered")
    assert parse(row["from"]) < parse(row["to"])


def test_over_many_days_a_scenario_happens_once() -> None:
    starts = {
        player(n, "sos", span=span_of("sos", start=START, days=10), seed=1).plan.events[0][0] // DAY
        for n in range(12)
    }
    assert len(starts) > 3


def daily(scenario: str, *, days: int) -> Player:
    span = span_of(scenario, start=START, days=days)
    return player(4, scenario, span=span, seed=11, is_daily=True)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_daily_story_happens_every_day_and_stays_inside_the_span(scenario: str) -> None:
    story, one, days = SCENARIOS[scenario], daily(scenario, days=10), 10
    read(msgspec.json.encode(order_of(one)), scheme=seed_scheme())
    for truth in one.plan.truth:
        assert one.span.start <= truth.during.start <= truth.during.end <= one.span.end
    is_once = story.is_at_once or story.starts is not None
    times = 1 if is_once else days // story.takes_days
    days_once = min(days, story.takes_days)
    assert len(one.plan.truth) == times * len(daily(scenario, days=days_once).plan.truth)


def test_a_daily_silence_lasts_as_long_as_it_should() -> None:
    kinds = [truth.kind for truth in daily("silent", days=10).plan.truth]
    assert kinds.count("monitoring.silent_72h") == 2


@pytest.mark.parametrize("scenario", ["calm_at_home", "deep_indoors_poor", "flat_accuracy"])
def test_a_calm_story_that_is_daily_covers_the_whole_span(scenario: str) -> None:
    one = daily(scenario, days=10)
    assert merged(one.plan.at_home) == (one.span,)


@pytest.mark.parametrize("scenario", ["left_50_min", "zone_25_min", "inclusion_left", "late_start"])
def test_what_happens_daily_is_found_daily(scenario: str) -> None:
    one = daily(scenario, days=4)
    decoded = decode_recorded(b"\n".join(map(msgspec.json.encode, traffic_of(one))))
    ruling = read(msgspec.json.encode(order_of(one)), scheme=None).ruling
    findings = replay(by_order([ruling]), decoded.messages, until=one.span.end).findings
    (kind,) = {truth.kind for truth in one.plan.truth}
    assert len({found.began_at for found in findings if found.kind == kind}) >= 4
