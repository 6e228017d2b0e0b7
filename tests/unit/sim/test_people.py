"""Invented lives keep every condition, unless their scenario says when they do not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import msgspec
import numpy as np
import pytest

from fairtag.orders.model import Covers
from fairtag.orders.read import read
from fairtag.rules.conditions import LOCATED, buffer_m, place_of, side_of
from fairtag.rules.duty import duty_at, free_times
from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.lives.people import SETTINGS, Go, Setting, Spot, Stay, journey
from fairtag.sim.lives.whereabouts import Whereabouts
from fairtag.sim.papers import order_of
from fairtag.sim.scenarios import SCENARIOS
from fairtag.sim.scenarios.calm import CALM
from fairtag.terms.geometry import edge_of
from fairtag.terms.instants import MINUTE, SECOND, Micros, parse
from fairtag.terms.local import merged

START = parse("2026-11-02T12:00:00Z")
STEP = 2 * MINUTE
HOME = Spot(53.48, -2.24)


def minutes_against(one: Player, condition_id: str) -> int:
    """Count minutes in which the true place is on the wrong side of a condition in force."""
    ruling = read(msgspec.json.encode(order_of(one)), scheme=None).ruling
    condition = next(each for each in ruling.conditions if each.id == condition_id)
    assert isinstance(condition, LOCATED)
    free = free_times(condition_id, Covers.CONDITIONS, ruling.absences, ())
    edge, found = edge_of(place_of(condition)), 0

    @cache  # most looks are at home
    def is_out(lat: float, lon: float) -> bool:
        return side_of(condition) * (edge.signed_m(lon, lat) - buffer_m(condition)) > 0

    times = np.arange(one.span.start, one.span.end, STEP)
    places = Whereabouts(one).at(times).places
    for at, lat, lon in zip(times.tolist(), places.lat, places.lon, strict=True):
        if is_out(lat, lon):
            duty = duty_at(condition, ruling, free, Micros(at), bound_from=ruling.recorded_at)
            found += duty is not None
    return found * STEP // MINUTE


def cast(scenario: str, *, number: int = 3, days: int = 4, seed: int = 5) -> Player:
    return player(number, scenario, span=span_of(scenario, start=START, days=days), seed=seed)


@pytest.mark.parametrize("scenario", CALM)
def test_a_calm_life_truly_keeps_every_condition(scenario: str) -> None:
    one = cast(scenario)  # number 3 has an inclusion zone too
    assert [minutes_against(one, each) for each in ("c1", "x1", "n1")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("scenario", "condition_id", "minutes"),
    [("left_50_min", "c1", 50), ("zone_10_min", "x1", 10), ("inclusion_left", "n1", 32)],
)
def test_a_departure_is_seen_by_the_same_look(
    scenario: str, condition_id: str, minutes: int
) -> None:
    assert abs(minutes_against(cast(scenario), condition_id) - minutes) <= 2


def minutes_told(one: Player, condition_id: str) -> float:
    """Count minutes in which the truth has a condition broken; a stretch has several kinds."""
    told = (each.during for each in one.plan.truth if each.condition_id == condition_id)
    return sum(during.end - during.start for during in merged(told)) / MINUTE


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_played_daily_the_true_path_is_what_the_truth_says(scenario: str) -> None:
    """Also on the days between: no scene comes in the way of another, or of ordinary life."""
    one = player(3, scenario, span=span_of(scenario, start=START, days=4), seed=5, is_daily=True)
    for condition_id in ("c1", "x1", "n1"):
        stretches = sum(each.condition_id == condition_id for each in one.plan.truth)
        off = minutes_against(one, condition_id) - minutes_told(one, condition_id)
        assert abs(off) <= 2 * stretches, condition_id  # a look every two minutes


def test_a_person_has_weekdays_weekends_and_sleep() -> None:
    one = cast("calm_at_work", days=7)
    where = Whereabouts(one)

    def seen(day: int, hours: range) -> set[Spot]:
        times = np.array([START + (24 * (day - 1) + hour - 12) * 60 * MINUTE for hour in hours])
        places = where.at(times).places
        return {Spot(*at) for at in zip(places.lat, places.lon, strict=True)}

    assert one.person.work in seen(3, range(8, 17))  # Wednesday 4 Nov
    assert one.person.work not in seen(7, range(8, 17))  # Sunday 8 Nov
    assert seen(4, range(6)) == {one.person.home}  # Thursday night


def test_a_journey_goes_as_fast_as_it_says() -> None:
    there = HOME.moved(0, 140)
    path = journey(Micros(0), HOME, Go(to=there, speed_mps=1.4), Stay(minutes=2))
    assert path.times[1] == pytest.approx(100 * SECOND, abs=SECOND)
    spot, setting = path.at(Micros(50 * SECOND))
    assert HOME.metres_to(spot) == pytest.approx(70, abs=0.5)
    assert setting is Setting.STREET
    assert path.at(Micros(10**12)) == (there, Setting.INDOORS)


def test_crossings_are_known_to_the_second() -> None:
    path = journey(Micros(0), HOME, Go(to=HOME.moved(0, 400), speed_mps=1.0), Go(to=HOME))
    (out,) = path.spans_where(lambda spot: HOME.metres_to(spot) > 100)
    assert out.start == pytest.approx(100 * SECOND, abs=SECOND)
    assert out.end == pytest.approx((400 + 300 / 1.4) * SECOND, abs=SECOND)
    assert path.spans_where(lambda _: False) == ()


def test_a_path_tells_many_instants_as_it_tells_each() -> None:
    path = journey(Micros(0), HOME, Go(to=HOME.moved(300, 140)), Stay(minutes=2), Go(to=HOME))
    times = np.arange(-MINUTE, path.times[-1] + MINUTE, 7 * SECOND)
    places = path.places(times)
    for at, lat, lon, setting in zip(
        times.tolist(), places.lat, places.lon, places.setting, strict=True
    ):
        spot, told = path.at(Micros(at))
        assert (lat, lon) == pytest.approx((spot.lat, spot.lon), abs=1e-12)
        assert SETTINGS[setting] is told


@pytest.mark.parametrize(
    ("noon", "ahead_min"), [("2026-10-25T12:00:00Z", 0), ("2027-03-28T11:00:00Z", 60)]
)
def test_a_day_goes_by_the_wall_clock_where_clocks_change(noon: str, ahead_min: int) -> None:
    """Sundays, 25 Oct 2026 and 28 Mar 2027: all as for the same person where clocks stay."""
    since_noon = np.arange(-5 * 60, 6 * 60) * MINUTE
    for seed in range(6):
        person = cast("calm_at_work", seed=seed).person
        stays = replace(person, time_zone="UTC", _days={})
        here = person.places(parse(noon) + since_noon)
        there = stays.places(parse(noon) + ahead_min * MINUTE + since_noon)
        assert here.lat.tolist() == there.lat.tolist()
        assert len(set(here.lat.tolist())) > 5  # it is no day at home
