"""The edge of an area, held against slow counting over all of its sides at once."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from shapely.affinity import rotate, scale, translate
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from fairtag.terms.flat import SIDE, metres_a_degree, to_sides_m
from fairtag.terms.geometry import (
    Circle,
    area_of,
    column_of,
    distance_m,
    edge_of,
    geodesics_m,
)


def star(corners: int, seed: int = 1) -> Polygon:
    chance = random.Random(seed)
    turns = [2 * math.pi * n / corners for n in range(corners)]
    hull = [(0.01 * math.cos(t) * (1 + chance.random()), 53 + 0.006 * math.sin(t)) for t in turns]
    hole = [(0.002, 53.001), (0.003, 53.001), (0.003, 53.002)]
    return Polygon(hull, [hole])


def comb(teeth: int) -> Polygon:
    """Draw an area whose edge is long: a ray to the east crosses it often."""
    low = [(n * 0.001, 53.0 if n % 2 else 53.01) for n in range(teeth)]
    return Polygon([*low, (teeth * 0.001, 52.99), (0, 52.99)])


def slowly(shape: BaseGeometry, lon: float, lat: float) -> float:
    """Tell the distance from all sides by columns; nothing is left out."""
    lon_m, lat_m = metres_a_degree(lat)
    parts = getattr(shape, "geoms", [shape])
    chains = [np.array(r.coords) for p in parts for r in (p.exterior, *p.interiors)]
    start = np.concatenate([one[:-1] for one in chains]) - (lon, lat)
    step = np.concatenate([one[1:] for one in chains]) - (lon, lat) - start
    to, by = start * (lon_m, lat_m), step * (lon_m, lat_m)
    along = np.clip(-(to * by).sum(1) / np.maximum((by * by).sum(1), 1e-30), 0, 1)
    away = float(np.sqrt(((to + along[:, None] * by) ** 2).sum(1).min()))
    return -away if shape.contains(Point(lon, lat)) else away


@pytest.mark.parametrize(
    "shape",
    [
        *(star(corners) for corners in (4, 9, 15, 16, 17, 33, 60, 400)),
        comb(80),
        MultiPolygon([star(40), translate(star(25), 0.05, 0.01), box(0.1, 53, 0.101, 53.3)]),
    ],
)
def test_no_side_is_left_out(shape: BaseGeometry) -> None:
    edge = edge_of(area_of(shape))
    chance = random.Random(2)
    west, south, east, north = shape.bounds
    for _ in range(400):
        lon = chance.uniform(1.2 * west - 0.2 * east, 1.2 * east - 0.2 * west)
        lat = chance.uniform(1.2 * south - 0.2 * north, 1.2 * north - 0.2 * south)
        assert edge.signed_m(lon, lat) == pytest.approx(slowly(shape, lon, lat), abs=0.000_51)


@pytest.mark.parametrize("shape", [star(60), comb(80), box(0, 53, 1, 54)])
def test_on_a_corner_the_distance_is_nothing_and_level_with_it_the_side_is_right(
    shape: Polygon,
) -> None:
    edge = edge_of(area_of(shape))
    for ring in (shape.exterior, *shape.interiors):
        for lon, lat in ring.coords:
            assert edge.signed_m(lon, lat) == 0.0
            for away in (-0.5, -0.002, -0.0003, 0.0003, 0.002, 0.5):
                found = edge.signed_m(lon + away, lat)
                assert found == pytest.approx(slowly(shape, lon + away, lat), abs=0.000_51)


def test_on_a_side_the_distance_is_nothing() -> None:
    edge = edge_of(area_of(box(1.0, 53.0, 1.25, 53.5)))
    for lon, lat in [(1.0, 53.2), (1.25, 53.2), (1.1, 53.0), (1.1, 53.5)]:
        assert edge.signed_m(lon, lat) == 0.0
        assert edge.signed_m(lon, lat) >= 0  # nothing is outside


def test_a_side_without_length_is_a_corner() -> None:
    twice = Polygon([(0, 53), (0, 53), (0.01, 53), (0.01, 53.01), (0.01, 53.01), (0, 53.01)])
    once = edge_of(area_of(box(0, 53, 0.01, 53.01)))
    for lon, lat in [(-0.01, 52.99), (0.005, 53.002), (0.02, 53.01), (0.0, 53.0)]:
        assert edge_of(area_of(twice)).signed_m(lon, lat) == once.signed_m(lon, lat)


@pytest.mark.parametrize("lat", [0.0, 53.48, -33.9, 69.5])
def test_a_circle_is_as_round_as_the_geodesics_say(lat: float) -> None:
    edge = edge_of(Circle(lon_deg=179.99, lat_deg=lat, radius_m=100))
    chance = random.Random(3)
    for _ in range(300):
        there = (179.99 + chance.uniform(-0.15, 0.15), lat + chance.uniform(-0.15, 0.15))
        far_m = distance_m(179.99, lat, *there)
        assert edge.signed_m(*there) == pytest.approx(far_m - 100, rel=2e-6, abs=0.002)


def test_whoever_has_heard_enough_is_told_no_more_than_the_distance() -> None:
    shapes = [area_of(star(6)), area_of(star(60)), Circle(lon_deg=0, lat_deg=53, radius_m=400)]
    chance = random.Random(4)
    for edge in map(edge_of, shapes):
        shorter = 0
        for _ in range(500):
            lon, lat = chance.gauss(0, 0.1), chance.gauss(53, 0.06)
            exact, short = edge.signed_m(lon, lat), edge.signed_m(lon, lat, 300)
            assert short == exact or 300 < short <= exact
            shorter += short != exact
        assert shorter > 20


def test_as_far_as_the_box_is_what_is_told_beyond_enough() -> None:
    """A triangle whose long side faces the point: the box around it is much nearer."""
    edge = edge_of(area_of(Polygon([(0, 53), (0.1, 53), (0.1, 53.1)])))
    lon, lat = -0.001, 53.05
    to_box_m = 0.001 * metres_a_degree(lat)[0]
    assert edge.signed_m(lon, lat, 60) == pytest.approx(to_box_m, abs=0.001)
    assert edge.signed_m(lon, lat, 70) > 2_000
    told = edge.signed_m(lon, lat, 60)
    assert edge.signed_m(lon, lat, told) > 2_000  # as much as enough is not more than enough
    assert edge.signed_m(lon, lat, told - 0.001) == told


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [1, -1])
def test_a_shape_turned_or_mirrored_around_a_point_is_as_far(turn: int, mirror: int) -> None:
    """At the equator a degree is nearly as long both ways; quarter turns are exact."""
    shape = translate(star(20), 0, -53)
    moved = rotate(scale(shape, xfact=mirror, origin=(0, 0)), turn, origin=(0, 0))
    here, there = edge_of(area_of(shape)), edge_of(area_of(moved))
    chance = random.Random(5)
    for _ in range(60):
        spot = Point(chance.gauss(0, 0.01), chance.gauss(0, 0.006))
        to = rotate(scale(spot, xfact=mirror, origin=(0, 0)), turn, origin=(0, 0))
        found = there.signed_m(to.x, to.y)
        assert found == pytest.approx(here.signed_m(spot.x, spot.y), rel=0.01, abs=0.02)


@pytest.mark.parametrize("by", [-120.0, 90.0, 179.0])
def test_a_shape_moved_to_another_longitude_is_as_far(by: float) -> None:
    shape = star(20)
    here, there = edge_of(area_of(shape)), edge_of(area_of(translate(shape, by)))
    chance = random.Random(6)
    for _ in range(60):
        lon, lat = chance.gauss(0, 0.01), chance.gauss(53, 0.006)
        assert there.signed_m(lon + by, lat) == pytest.approx(here.signed_m(lon, lat), abs=0.001)


def test_half_a_turn_is_wide_only_beyond() -> None:
    """Exactly 180° wide, the near side of the globe is enough; more, and both are tried."""
    half = edge_of(area_of(MultiPolygon([box(-90, 0, -89, 1), box(89, 0, 90, 1)])))
    more = edge_of(area_of(MultiPolygon([box(-91, 0, -90, 1), box(90, 0, 91, 1)])))
    assert half.signed_m(179.5, 0.5, 1_000_000.0) > 9_000_000
    assert more.signed_m(-179.9, 0.5) == pytest.approx(88.9 * 111_320, rel=0.01)
    assert more.signed_m(179.9, 0.5) == more.signed_m(-179.9, 0.5)
    assert more.signed_m(0.0, 0.5, 0.0) == pytest.approx(90 * 111_320, rel=0.01)


@pytest.mark.parametrize("side", [1, -1])
def test_the_nearest_part_may_lie_the_other_way_round(side: int) -> None:
    """The part on the point's own side is far north; the level one is nearer past 180°."""
    level, north = box(-100, 0, -99, 1), box(99, 60, 100, 61)
    shape = scale(MultiPolygon([level, north]), xfact=side, origin=(0, 0))
    found = edge_of(area_of(shape)).signed_m(175.0 * side, 0.5)
    assert found == pytest.approx(85 * 111_315, rel=1e-4)


def test_stretches_are_sixteen_sides_at_most_and_end_with_their_ring() -> None:
    ground = column_of(area_of(star(40)))
    assert ground.cut.tolist() == [0, 16, 32, 40, 43]
    assert (ground.begin.tolist(), ground.end.tolist()) == ([0], [4])
    assert column_of(area_of(box(0, 0, 1, 2))).box.tolist() == [0, 1, 0, 2]
    circle = column_of(Circle(lon_deg=1, lat_deg=2, radius_m=3))
    assert (circle.begin.tolist(), circle.end.tolist(), circle.cut.tolist()) == ([0], [0], [0])
    # Whole numbers in an order are no other type, or machine code would be made anew.
    area = column_of(area_of(star(40)))
    assert [one.dtype for one in circle] == [one.dtype for one in area]
    assert {one.dtype for one in circle} == {np.dtype(np.float64), np.dtype(np.int64)}


class Counted(list[float]):
    """Numbers that count how often they were asked for."""

    asked = 0

    def __getitem__(self, at: int) -> float:  # type: ignore[override]
        self.asked += 1
        return super().__getitem__(at)


def looked_at(shape: BaseGeometry, seed: int) -> tuple[float, float]:
    """Tell how many sides, and boxes of stretches, are looked at for a point, on average."""
    ground = column_of(area_of(shape))
    box, side = Counted(ground.box.tolist()), Counted(ground.side.tolist())
    west, south, east, north = shape.bounds
    chance, points = random.Random(seed), 100
    for _ in range(points):
        point = (chance.uniform(west, east), chance.uniform(south, north))
        span = (0, len(ground.cut) - 1)
        to_sides_m(point, (west, east, south, north), math.inf, span, ground.cut, box, side)
    return side.asked / SIDE / points, box.asked / 4 / points


@pytest.mark.parametrize(
    ("corners", "sides", "boxes"),
    [
        # measured; of 403 sides in 26 stretches, each of whose boxes is asked for twice
        (400, 32.8, 52.0),
        (60, 30.5, 10.0),
        (33, 21.4, 8.0),
    ],
)
def test_most_sides_are_never_looked_at(corners: int, sides: float, boxes: float) -> None:
    """The nearest stretch comes first: it puts most of the others out of the question."""
    found = looked_at(star(corners), 8)
    assert found[0] <= sides
    assert found[1] <= boxes


@pytest.mark.parametrize("first", [0, 1, 2])
def test_one_stretch_needs_no_box(first: int) -> None:
    ground = column_of(area_of(box(0, 53, 0.01, 53.01)))
    cut = np.arange(4) * 4
    side = np.concatenate([np.zeros(first * 4 * SIDE), ground.side])
    bounds, nothing = (0.0, 0.01, 53.0, 53.01), np.zeros(0)
    point, span = (0.005, 53.005), (first, first + 1)
    found = to_sides_m(point, bounds, math.inf, span, cut, nothing, side)
    assert found == pytest.approx(slowly(box(0, 53, 0.01, 53.01), *point), abs=0.001)


def test_geodesics_of_columns_are_those_of_single_points() -> None:
    rng = np.random.default_rng(1)
    lon_a, lon_b = rng.uniform(-180, 180, (2, 300))
    lat_a, lat_b = rng.uniform(-90, 90, (2, 300))
    columns = geodesics_m(lon_a, lat_a, lon_b, lat_b)
    rows = zip(lon_a, lat_a, lon_b, lat_b, strict=True)
    assert columns.tolist() == [distance_m(*map(float, row)) for row in rows]


def test_negative_control_a_side_left_out_is_noticed() -> None:
    shape = star(60)
    less = Polygon(shape.exterior.coords[:-3], [ring.coords for ring in shape.interiors])
    edge, chance = edge_of(area_of(less)), random.Random(2)
    spots = [(chance.uniform(-0.02, 0.02), chance.uniform(52.99, 53.01)) for _ in range(400)]
    assert any(abs(edge.signed_m(*one) - slowly(shape, *one)) > 1 for one in spots)
