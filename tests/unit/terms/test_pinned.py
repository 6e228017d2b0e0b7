"""Distances worked out by hand, to the millimetre: the short test that a small slip meets first.

A degree is 111,319.458 m of longitude and 110,574.307 m of latitude at the equator, 55,799.979 m
and 111,412.277,5 m at 60°, where all cosines of the published series are 1, ½, or their opposites.
All points of areas therefore lie at 0° or ±60°; circles are half-way there.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from fairtag.terms.flat import metres_a_degree
from fairtag.terms.geometry import Circle, Place, area_of, column_of, distance_m, edge_of
from fairtag.terms.ground import distances, ground_of

SQUARE = area_of(box(0, -0.01, 0.01, 0.01))
SMALL = area_of(box(0, -4e-6, 8e-6, 4e-6))
NORTHERN = area_of(box(0, 60.001, 0.01, 60.02))
BELOW = area_of(box(0, 59.98, 0.01, 59.999))
SOUTHERN = area_of(box(0, -60.02, 0.01, -60.001))
HOLLOW = area_of(box(-0.02, -0.02, 0.02, 0.02).difference(box(-0.01, -0.01, 0.01, 0.01)))
TOUCHING = area_of(MultiPolygon([box(-0.01, -0.01, 0, 0.002), box(0, 0.002, 0.01, 0.01)]))
CUT = area_of(MultiPolygon([box(179.99, -0.1, 180, 0.1), box(-180, -0.1, -179.99, 0.1)]))
HALF_ROUND = area_of(MultiPolygon([box(-90, -0.01, -89, 0.01), box(89, 0.02, 90, 0.03)]))
EASTERN = area_of(box(119.99, -0.01, 120.01, 0.01))
SLANT = area_of(Polygon([(0, -0.01), (0.02, 0.01), (0, 0.01)]))
ROUND = Circle(lon_deg=0, lat_deg=0, radius_m=100)
ROUND_60 = Circle(lon_deg=0.02, lat_deg=59.99, radius_m=100)
ROUND_180 = Circle(lon_deg=179.999, lat_deg=0, radius_m=100)

PINNED: list[tuple[Place, float, float, float]] = [
    (SQUARE, 0.005, 0, -556.597),  # 0.005 × 111,319.458
    (SQUARE, 0.002, 0, -222.639),
    (SQUARE, 0.008, 0, -222.639),
    (SQUARE, 0.013, 0, 333.958),
    (SQUARE, -0.003, 0, 333.958),
    (SQUARE, 0, 0, 0),
    (SQUARE, 0.01, 0, 0),
    (SMALL, 12e-6, 0, 0.445),  # 0.000,004 × 111,319.458: less than a metre off a side of 88 cm
    (SMALL, 4e-6, 0, -0.442),  # 0.000,004 × 110,574.307
    (NORTHERN, 0.005, 60, 111.412),
    (NORTHERN, -0.001, 60, 124.605),  # √(55.799,979² + 111.412,277,5²)
    (NORTHERN, 0.011, 60, 124.605),
    (BELOW, 0.005, 60, 111.412),
    (BELOW, -0.001, 60, 124.605),
    (BELOW, 0.011, 60, 124.605),
    (SOUTHERN, 0.005, -60, 111.412),
    (SOUTHERN, 0.011, -60, 124.605),
    (HOLLOW, 0, 0, 1_105.743),  # in the hole: 0.01 × 110,574.307
    (HOLLOW, 0.009, 0, 111.319),
    (HOLLOW, 0.01, 0, 0),
    (HOLLOW, 0.012, 0, -222.639),
    (HOLLOW, -0.015, 0, -556.597),
    (HOLLOW, 0.025, 0, 556.597),
    (TOUCHING, -0.001, 0, -111.319),
    (TOUCHING, 0.001, 0, 111.319),
    (TOUCHING, 0.005, 0, 221.149),  # 0.002 × 110,574.307
    (CUT, 180, 0, -1_113.195),
    (CUT, -180, 0, -1_113.195),
    (CUT, 179.995, 0, -556.597),
    (CUT, -179.995, 0, -556.597),
    (CUT, 179.985, 0, 556.597),
    (CUT, -179.985, 0, 556.597),
    (EASTERN, -80, 0, 17_810_000.085),  # 159.99 degrees: over 180° it is nearer
    (EASTERN, -30, 0, 16_696_805.505),  # 149.99 degrees
    (SLANT, 0.02, 0, 784.5),  # 0.01 × 111,319.458 × 110,574.307 / 156,903.471
    (SLANT, 0.01, 0, 0),
    (SLANT, 0.005, 0, -392.25),
    (SLANT, 0.025, 0, 1_176.749),  # half as far again as from 0.02
    (ROUND, 0, 0, -100),
    (ROUND, 0.001, 0, 11.319),
    (ROUND, -0.001, 0, 11.319),
    (ROUND_60, 0.02, 60.01, 2_128.246),  # 0.02 × 111,412.277,5 - 100
    (ROUND_60, 0.01, 60.01, 2_197.051),  # √(557.999,79² + 2,228.245,55²) - 100
    (ROUND_60, 0.03, 60.01, 2_197.051),
    (ROUND_180, -179.999, 0, 122.639),
    (ROUND_180, 179.997, 0, 122.639),
    (ROUND_180, 180, 0, 11.319),
    (ROUND_180, -180, 0, 11.319),
]


def test_the_degrees_are_those_of_the_series() -> None:
    assert metres_a_degree(0.0) == pytest.approx((111_319.458, 110_574.307), rel=1e-12)
    for lat in (60.0, -60.0):
        assert metres_a_degree(lat) == pytest.approx((55_799.979, 111_412.277_5), rel=1e-12)


def test_the_bits_of_a_degree_are_these_on_every_machine() -> None:
    assert metres_a_degree(0.0) == (111_319.4580000048, 110_574.3069999999)
    assert metres_a_degree(12.5) == (108_697.7867829114, 110_626.33823748694)
    assert metres_a_degree(-53.48) == (66_390.2531539478, 111_295.28128491441)


@pytest.mark.parametrize(("place", "lon", "lat", "metres"), PINNED)
def test_each_distance_is_as_worked_out(
    place: Place, lon: float, lat: float, metres: float
) -> None:
    assert edge_of(place).signed_m(lon, lat) == metres


def test_columns_tell_the_same() -> None:
    place, lon, lat, metres = zip(*PINNED, strict=True)
    places = list(dict.fromkeys(place))
    at = np.array([places.index(one) for one in place], np.int32)
    columns = np.array(lon, np.float64), np.array(lat, np.float64), np.full(len(at), math.inf)

    found = distances(ground_of(places), at, *columns)

    assert found.tolist() == list(metres)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "enough_m", "metres"),
    [
        (SLANT, 0.025, 0, 500, 556.597),  # as far as the box around it
        (SLANT, 0.025, 0, 556.596, 556.597),
        (SLANT, 0.025, 0, 556.597, 1_176.749),
        (SLANT, 0.025, 0, 2_000, 1_176.749),
        (SLANT, 0.02, 0, 0, 784.5),  # on the box, and outside
        (HALF_ROUND, 90.001, 0, 100, 111.319),  # 180° wide is not yet both sides of the Earth
        (HALF_ROUND, 90.001, 0, 200, 2_214.286),  # √(111.319² + 2,211.486²)
        (ROUND, 0, 0.2, 1_000, 22_014.8),  # 0.2 × 110,574 - 100
        (ROUND, 0, -0.2, 1_000, 22_014.8),
        (ROUND, 0.001, 0, 1, 11.319),  # near by nothing is left out
    ],
)
def test_beyond_enough_less_may_be_told(
    place: Place, lon: float, lat: float, enough_m: float, metres: float
) -> None:
    assert edge_of(place).signed_m(lon, lat, enough_m) == metres


def test_an_area_in_columns_knows_its_middle_and_its_box() -> None:
    ground = column_of(area_of(box(2, 50, 3, 52)))
    assert (ground.lon.tolist(), ground.lat.tolist()) == ([2.5], [51.0])
    assert ground.radius_m.tolist() == [0.0]
    assert (ground.west.tolist(), ground.east.tolist()) == ([2.0], [3.0])
    assert (ground.south.tolist(), ground.north.tolist()) == ([50.0], [52.0])


def test_an_area_that_meets_the_seam_on_one_side_stays_where_it_is() -> None:
    for west in (-180, 170):
        shape = MultiPolygon([box(west, 0, west + 1, 1), box(west + 9, 0, west + 10, 1)])
        assert area_of(shape).shape.bounds == shape.bounds


def test_all_rows_may_ask_for_the_same_place() -> None:
    zeros = np.zeros(2)
    assert distances(ground_of([ROUND]), zeros.astype(np.int32), zeros, zeros, zeros).tolist() == [
        -100.0,
        -100.0,
    ]


def test_heights_of_corners_are_left_out() -> None:
    high = area_of(shapely.force_3d(box(0, -0.01, 0.01, 0.01), 70.0))
    assert edge_of(high).signed_m(0.002, 0) == -222.639
    assert edge_of(high).signed_m(0.013, 0) == 333.958


def test_far_from_a_circle_the_geodesic_is_told() -> None:
    for lon, lat in [(0.0, 0.2), (0.0, -0.2), (0.2, 0.0), (-0.2, 0.0), (90.0, 45.0)]:
        far_m = distance_m(0.0, 0.0, lon, lat)
        assert edge_of(ROUND).signed_m(lon, lat) == round(far_m - 100, 3)


def test_negative_control_a_sphere_is_noticed() -> None:
    """On a ball of the mean radius a degree is 111,195 m: the table is off by a part in 900."""
    on_a_ball = 0.005 * 111_195
    assert round(-on_a_ball, 3) != edge_of(SQUARE).signed_m(0.005, 0)
