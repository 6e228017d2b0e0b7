"""The arithmetic of one place, held against trigonometry, geodesics and slow counting."""

from __future__ import annotations

import hashlib
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon

from fairtag.terms.flat import (
    _steps,
    _to_box,
    metres_a_degree,
    signed_m,
    to_circle_m,
    to_mm,
    turn_deg,
)
from fairtag.terms.geometry import Circle, area_of, edge_of
from fairtag.terms.ground import ground_of

GEOD = Geod(ellps="WGS84")


def by_trigonometry(lat_deg: float) -> tuple[float, float]:
    lat = math.radians(lat_deg)
    lon_m = 111_412.84 * math.cos(lat) - 93.5 * math.cos(3 * lat) + 0.118 * math.cos(5 * lat)
    return lon_m, 111_132.954 - 559.822 * math.cos(2 * lat) + 1.175 * math.cos(4 * lat)


def test_a_degree_is_that_of_the_published_series() -> None:
    for lat in np.linspace(-89.99, 89.99, 5_001).tolist():
        # next to a pole it is the cosine of a rounded angle that is off
        near = 1e-12 if abs(lat) < 85 else 1e-9
        assert metres_a_degree(lat) == pytest.approx(by_trigonometry(lat), rel=near, abs=0)
        assert metres_a_degree(lat) == metres_a_degree(-lat)


def test_degrees_of_longitude_end_at_the_poles_and_never_turn_round() -> None:
    assert metres_a_degree(90.0) == (0.0, 111_693.951)
    assert metres_a_degree(-90.0)[0] == 0.0
    assert metres_a_degree(math.nextafter(90.0, 0.0))[0] > 0
    # as long as the ellipsoid's polar radius of curvature says: 6,399,593.6 m
    round_m = math.radians(1e-6) * 6_399_593.6 * math.radians(1.0)
    assert metres_a_degree(90 - 1e-6)[0] == pytest.approx(round_m, rel=1e-5)


def test_millimetres_are_the_nearest_and_ties_go_to_even() -> None:
    assert [to_mm(x) for x in (0.0015, 0.0025, 0.0625e-3, -0.0015)] == [0.002, 0.002, 0.0, -0.002]
    assert to_mm(1234.5678) == 1234.568
    assert to_mm(-1234.5674) == -1234.567
    assert to_mm(20_003_931.4586) == 20_003_931.459
    assert math.copysign(1, to_mm(-0.0001)) == 1
    assert math.isnan(to_mm(math.nan))
    assert to_mm(math.inf) == math.inf


@given(st.floats(-2.1e7, 2.1e7))
def test_millimetres_are_within_half_of_one_and_the_same_for_a_column(metres: float) -> None:
    told = to_mm(metres)
    assert abs(Fraction(told) - Fraction(metres)) <= Fraction(1, 2_000) + Fraction(1, 10**8)
    assert told == round(told, 3)
    assert to_mm(np.array([metres])).tolist() == [told]


@pytest.mark.parametrize(
    ("away", "turn"),
    [(0, 0), (180, 0), (-180, 0), (180.001, -360), (-180.001, 360), (359, -360), (-359, 360)],
)
def test_a_longitude_turns_to_the_near_side(away: float, turn: float) -> None:
    assert turn_deg(away) == turn


@pytest.mark.parametrize(
    ("lon", "lat", "squared"),
    [
        (2, 6, 0),
        (1, 5, 0),
        (0, 6, 100),
        (5, 6, 400),
        (2, 4, 10_000),
        (2, 9, 40_000),
        (0, 4, 10_100),
        (5, 9, 40_400),
    ],
)
def test_the_way_to_a_box_is_straight_or_to_its_corner(
    lon: float, lat: float, squared: float
) -> None:
    assert _to_box((lon, lat, 10.0, 100.0), 1.0, 3.0, 5.0, 7.0) == squared


def far_m(point: tuple[float, float], centre: tuple[float, float, float]) -> float:
    return float(GEOD.inv(*point, *centre[:2])[2])


@pytest.mark.parametrize("lat", [-69.8, 0.0, 53.48, 69.8])
@pytest.mark.parametrize("lon", [0.0, 179.99, -179.95])
def test_near_a_circle_the_ground_is_flat(lat: float, lon: float) -> None:
    for north in (-0.0999, -0.03, 0.0, 0.05, 0.0999):
        for east in (-0.0999, -0.02, 0.0, 0.04, 0.0999):
            point = (math.remainder(lon + east, 360), lat + north)
            found = to_circle_m(point, (lon, lat, 100.0), math.inf)
            assert found == pytest.approx(far_m(point, (lon, lat)) - 100, rel=2e-6, abs=0.002)


@pytest.mark.parametrize(
    ("point", "centre"),
    [
        ((0.0, 0.1), (0.0, 0.0, 5.0)),
        ((0.0, -0.1), (0.0, 0.0, 5.0)),
        ((0.1, 0.0), (0.0, 0.0, 5.0)),
        ((-0.1, 0.0), (0.0, 0.0, 5.0)),
        ((0.0, 70.0), (0.0, 69.95, 5.0)),
        ((0.0, -70.0), (0.0, -69.95, 5.0)),
    ],
)
def test_flat_ends_at_a_tenth_of_a_degree_and_at_seventy(
    point: tuple[float, float], centre: tuple[float, float, float]
) -> None:
    assert math.isnan(to_circle_m(point, centre, math.inf))
    nearer = tuple(p + (c - p) * 1e-9 for p, c in zip(point, centre, strict=False))
    assert to_circle_m(nearer, centre, math.inf) == pytest.approx(far_m(point, centre) - 5, 2e-6)


@settings(max_examples=300, deadline=None)
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    lon_b=st.floats(-180, 180),
    lat_b=st.floats(-90, 90),
    near=st.floats(0.001, 1),
    radius=st.floats(1, 10_000),
    share=st.floats(0, 1.2),
)
def test_less_than_the_distance_is_told_only_beyond_what_is_enough(
    lon: float, lat: float, lon_b: float, lat_b: float, near: float, radius: float, share: float
) -> None:
    point = (math.remainder(lon + (lon_b - lon) * near, 360), lat + (lat_b - lat) * near)
    centre, true = (lon, lat, radius), far_m(point, (lon, lat, radius)) - radius
    told = to_circle_m(point, centre, true * share)
    if not math.isnan(told):
        off = 0.002 + (true + radius) * 2e-6  # what flat ground may be off, see above
        assert told <= true + off
        assert told > true * share or abs(told - true) <= off


def test_how_much_is_told_far_from_a_circle() -> None:
    """The longer of the way between the latitudes and the chord to the meridian."""
    centre, lon_m = (10.0, 0.0, 500.0), metres_a_degree(0.0)[0]
    assert to_circle_m((10.0, 0.15), centre, 100) == to_mm(0.15 * 110_574 - 500)
    assert to_circle_m((10.15, 0.0), centre, 100) == pytest.approx(0.15 * 0.954 * lon_m - 500)
    assert to_circle_m((9.85, 0.0), centre, 100) == pytest.approx(0.15 * 0.954 * lon_m - 500)
    assert to_circle_m((160.0, 0.0), centre, 100) == pytest.approx(30 * 0.954 * lon_m - 500)
    assert to_circle_m((-100.0, 0.0), centre, 100) == pytest.approx(30 * 0.954 * lon_m - 500)
    assert to_circle_m((-160.0, 50.0), centre, 100) == pytest.approx(50 * 110_574.0 - 500)


def test_as_much_as_is_enough_is_not_more_than_enough() -> None:
    told = to_circle_m((10.0, 0.15), (10.0, 0.0, 500.0), 100)
    assert math.isnan(to_circle_m((10.0, 0.15), (10.0, 0.0, 500.0), told))
    assert to_circle_m((10.0, 0.15), (10.0, 0.0, 500.0), told - 0.001) == told


def bits() -> str:
    """Answer many questions whose numbers are made by arithmetic alone, and hash the bits."""
    chance, told = random.Random(11), []
    for n in range(400):
        lon, lat = -179.0 + 358 * chance.random(), -84.0 + 168 * chance.random()
        size = (0.001, 0.02, 0.5)[n % 3]
        beside = [(2 * chance.random() - 1) * size * by for by in (1, 1, 2, 2)]
        lons, lats = sorted(beside[:2]), sorted(beside[2:])
        slope = [lon + one for one in (*lons, *reversed(lons))]
        hull = [(x, lat + y * size) for x, y in zip(slope, (0, 0.5, 2, 1), strict=True)]
        ragged = [(x, lat - size * (1 + chance.random())) for x in np.linspace(lon, lon + size, 40)]
        both = MultiPolygon([Polygon(hull), Polygon([*ragged, (lon + size, lat - 3 * size)])])
        circle = Circle(lon_deg=lon, lat_deg=lat * 0.8, radius_m=1000 * chance.random())
        for one in (both, circle):
            edge = edge_of(circle if one is circle else area_of(both))
            for by in (0.01, 0.1):
                spot = (lon + by * lons[0], (lat * 0.8 if one is circle else lat) + by * lats[0])
                told += [edge.signed_m(*spot), edge.signed_m(*spot, 100.0)]
    return hashlib.sha256(np.array(told).astype("<f8").tobytes()).hexdigest()[:16]


def test_the_bits_are_these_on_every_machine() -> None:
    assert bits() == "f089c6bbca72d059"


def test_the_work_of_a_call_grows_with_its_rows() -> None:
    ground, place, column = ground_of([]), np.zeros(7, np.int32), np.zeros(7)
    assert _steps(ground, place, column, column, column, column) == 70


def test_negative_control_a_flat_earth_far_away_is_noticed() -> None:
    """Were the flat window ten times as wide, the first table would fail at its edge."""
    lon_m, lat_m = metres_a_degree(69.3)
    x, y = 1.0 * lon_m, 1.0 * lat_m
    true = far_m((1.0, 69.8), (0.0, 68.8))
    assert math.hypot(x, y) != pytest.approx(true, rel=2e-6)


def test_a_circle_that_is_far_enough_is_not_measured() -> None:
    """Three degrees off: at least as far as the latitudes lie apart is all that is told."""
    home = ground_of([Circle(lon_deg=-2.24, lat_deg=53.48, radius_m=100)])
    place, lon, lat = np.zeros(2, np.int32), np.full(2, -2.24), np.full(2, 56.48)
    found = np.zeros(2)

    signed_m(home, place, lon, lat, np.array([1_000.0, math.inf]), found)

    assert found[0] == pytest.approx(3 * 111_000, rel=0.01)
    assert math.isnan(found[1])
