"""Two ways to ask a polygon, one answer."""

from __future__ import annotations

import math
import random

import pytest
from shapely.geometry import Point, Polygon

from fairtag.terms.geometry import (
    Circle,
    FewSided,
    ManySided,
    _segments,
    area_of,
    distance_m,
    edge_of,
)


def star(corners: int, seed: int = 1) -> Polygon:
    chance = random.Random(seed)
    turns = [2 * math.pi * n / corners for n in range(corners)]
    hull = [(0.01 * math.cos(t) * (1 + chance.random()), 53 + 0.006 * math.sin(t)) for t in turns]
    hole = [(0.002, 53.001), (0.003, 53.001), (0.003, 53.002)]
    return Polygon(hull, [hole])


@pytest.mark.parametrize("corners", [4, 9, 28, 60])
def test_plain_numbers_and_columns_agree_to_the_last_bit(corners: int) -> None:
    shape = star(corners)
    segments = _segments(area_of(shape).shape)
    chance = random.Random(2)
    for _ in range(500):
        lon, lat = chance.gauss(0, 0.01), chance.gauss(53, 0.006)
        plain = FewSided(segments).signed_m(lon, lat)
        assert plain == ManySided(segments).signed_m(lon, lat)
        assert (plain < 0) == shape.contains(Point(lon, lat))


def test_few_and_many_sides_are_told_apart() -> None:
    assert isinstance(edge_of(area_of(star(4))), FewSided)
    assert isinstance(edge_of(area_of(star(60))), ManySided)


@pytest.mark.parametrize("lat", [0.0, 53.48, -33.9, 69.5])
def test_a_circle_is_as_round_as_the_geodesics_say(lat: float) -> None:
    edge = edge_of(Circle(lon_deg=179.99, lat_deg=lat, radius_m=100))
    chance = random.Random(3)
    for _ in range(300):
        there = (179.99 + chance.uniform(-0.15, 0.15), lat + chance.uniform(-0.15, 0.15))
        far_m = distance_m(179.99, lat, *there)
        assert edge.signed_m(*there) == pytest.approx(far_m - 100, rel=2e-6, abs=0.002)


def test_whoever_has_heard_enough_is_told_no_more_than_the_distance() -> None:
    edge = edge_of(area_of(star(6)))
    chance = random.Random(4)
    for _ in range(500):
        lon, lat = chance.gauss(0, 0.05), chance.gauss(53, 0.03)
        exact, short = edge.signed_m(lon, lat), edge.signed_m(lon, lat, 300)
        assert short == exact or 300 < short <= exact
