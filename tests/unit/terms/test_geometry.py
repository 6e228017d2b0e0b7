"""Is a point inside, and how far from the edge? Held against geodesics and against shapely."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from fairtag.terms.flat import metres_a_degree
from fairtag.terms.geometry import Circle, area_of, column_of, distance_m, edge_of

GEOD = Geod(ellps="WGS84")


def by_geodesics(shape: Polygon | MultiPolygon, lon: float, lat: float) -> float:
    """Measure the distance to the edge slowly: along each edge, ever finer, by geodesics."""
    best = math.inf
    for part in getattr(shape, "geoms", [shape]):
        for ring in (part.exterior, *part.interiors):
            for (x0, y0), (x1, y1) in pairwise(ring.coords):
                low, high = 0.0, 1.0
                for _ in range(4):
                    share = np.linspace(low, high, 101)
                    lons, lats = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                    away = GEOD.inv(np.full(101, lon), np.full(101, lat), lons, lats)[2]
                    k = int(np.argmin(away))
                    low, high = share[max(k - 1, 0)], share[min(k + 1, 100)]
                best = min(best, float(away.min()))
    return best


def with_hole(lat: float, size: float) -> Polygon:
    """Draw a crooked area around a latitude, about as wide as high in metres."""
    wide = size / math.cos(math.radians(lat))
    low, high = lat - size / 2, lat + size / 2
    hull = [(-wide, low), (wide * 1.1, low), (wide, high), (-wide * 0.9, high + size / 20)]
    return Polygon(hull, [[(0, lat), (wide / 5, lat), (wide / 5, lat + size / 5)]])


@pytest.mark.parametrize(
    ("lat", "size", "tolerance"),
    [
        # size in degrees of latitude: 0.01 is 1.1 km; the tolerance is the measured error, doubled
        (0, 0.01, 1e-4),
        (53.5, 0.01, 1e-4),
        (-53.5, 0.1, 4e-4),
        (70, 0.1, 6e-4),
        (80, 0.01, 2e-4),
        (80, 0.1, 1e-3),
        (85, 0.1, 3e-3),
        (89, 0.01, 1e-3),
        (53.5, 1.0, 3e-3),
        (70, 1.0, 1e-2),
    ],
)
def test_the_distance_to_the_edge_is_that_of_geodesics(
    lat: float, size: float, tolerance: float
) -> None:
    shape = with_hole(lat, size)
    edge = edge_of(area_of(shape))
    chance = random.Random(7)
    for _ in range(12):
        wide = size / math.cos(math.radians(lat))
        lon, at = chance.uniform(-1.3, 1.3) * wide, lat + chance.uniform(-0.8, 0.8) * size
        found, true = edge.signed_m(lon, at), by_geodesics(shape, lon, at)
        assert abs(found) == pytest.approx(true, rel=tolerance, abs=0.01)
        assert (found < 0) is shape.contains(Point(lon, at))


@pytest.mark.parametrize(
    ("lat", "away_m", "tolerance"),
    [
        # what the module says of itself; neither point nor area lies further from the equator
        (53.5, 10_000, 1e-3),
        (70.0, 10_000, 1e-3),
        (80.0, 10_000, 2e-3),
        (53.5, 100_000, 1e-2),
        (70.0, 100_000, 1e-2),
        (80.0, 100_000, 2e-2),
    ],
)
def test_far_from_an_area_it_is_off_by_no_more_than_it_says(
    lat: float, away_m: float, tolerance: float
) -> None:
    for hemisphere in (1, -1):
        top = lat * hemisphere
        for bearing in range(0, 360, 20):
            lon, at, _ = GEOD.fwd(10.0, top, bearing, away_m)
            too_far = max(abs(at) - lat, 0.0) * hemisphere  # then both move towards the equator
            shape = box(9.99, top - too_far - 0.002, 10.01, top - too_far + 0.002)
            found = edge_of(area_of(shape)).signed_m(lon, at - too_far)
            true = by_geodesics(shape, lon, at - too_far)
            assert found == pytest.approx(true, rel=tolerance)


@settings(max_examples=150, deadline=None)
@given(
    lat=st.floats(-84, 84),
    size=st.floats(0.001, 0.5),
    x=st.floats(-1.5, 1.5),
    y=st.floats(-0.9, 0.9),
)
def test_negative_is_inside_and_holes_are_outside(
    lat: float, size: float, x: float, y: float
) -> None:
    shape = with_hole(lat, size)
    point = Point(x * size / math.cos(math.radians(lat)), lat + y * size)
    found = edge_of(area_of(shape)).signed_m(point.x, point.y)
    if abs(found) > 0.002:  # on the line itself neither is right
        assert (found < 0) is shape.contains(point)


def test_a_point_level_with_a_corner_is_on_its_own_side() -> None:
    """Found by the test above: a corner of a hole, a little off by rounding, was counted once."""
    shape = with_hole(5e-05, 0.25)
    edge = edge_of(area_of(shape))
    assert edge.signed_m(-0.25, 5e-05) == pytest.approx(1_319, rel=0.01)
    corners = [*shape.exterior.coords, *shape.interiors[0].coords]
    for _, lat in corners:
        for lon in np.linspace(-0.4, 0.4, 161):
            found = edge.signed_m(float(lon), lat)
            if abs(found) > 0.002:
                assert (found < 0) is shape.contains(Point(lon, lat)), (lon, lat)


def test_a_step_over_the_edge_changes_the_sign_and_little_else() -> None:
    edge = edge_of(area_of(box(-2.24, 53.50, -2.23, 53.51)))
    lon_m, lat_m = metres_a_degree(53.505)
    for metres in (-50.0, -1.0, 1.0, 50.0):
        assert edge.signed_m(-2.24 - metres / lon_m, 53.505) == pytest.approx(metres, abs=0.01)
        assert edge.signed_m(-2.235, 53.51 + metres / lat_m) == pytest.approx(metres, abs=0.01)


def test_several_parts_are_inside_each_and_outside_between() -> None:
    shape = MultiPolygon([box(0, 50, 1, 51), box(2, 50, 3, 51)])
    edge = edge_of(area_of(shape))
    assert edge.signed_m(0.5, 50.5) < 0
    assert edge.signed_m(2.5, 50.5) < 0
    assert edge.signed_m(1.5, 50.5) == pytest.approx(35_500, rel=0.01)


def moved(shape: Polygon, by: float) -> MultiPolygon:
    """Move a shape around the Earth and cut it at 180° as RFC 7946 §3.1.9 asks."""
    here = Polygon([(lon + by, lat) for lon, lat in shape.exterior.coords])
    east, west = here.intersection(box(0, -90, 180, 90)), here.intersection(box(180, -90, 540, 90))
    back = Polygon([(lon - 360, lat) for lon, lat in west.exterior.coords])
    return MultiPolygon([east, back])


@settings(max_examples=100, deadline=None)
@given(x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_the_antimeridian_is_a_line_like_any_other(x: float, y: float) -> None:
    shape = Polygon([(-1, -17), (1, -17.5), (0.8, -16), (-0.7, -16.2)])
    here, there = edge_of(area_of(shape)), edge_of(area_of(moved(shape, 180.0)))
    lon = math.remainder(x + 180, 360)
    assert there.signed_m(lon, -17 + y) == pytest.approx(here.signed_m(x, -17 + y), abs=0.5)


def test_parts_on_both_sides_of_the_earth_are_seen_from_the_nearer_side() -> None:
    """Fiji: islands that lie beside 180° without touching it, and one far away."""
    shape = MultiPolygon(
        [box(178, -18, 179, -17), box(-179.5, -18, -179, -17), box(-60, -18, -59, -17)]
    )
    edge = edge_of(area_of(shape))
    assert edge.signed_m(-179.2, -17.5) < 0
    assert edge.signed_m(178.5, -17.5) < 0
    for lon in (179.75, 179.75 - 360):  # half-way between the first two
        assert edge.signed_m(lon, -17.5) == pytest.approx(79_600, rel=0.01)


def test_a_cut_area_with_a_far_part_is_seen_from_both_sides() -> None:
    shape = MultiPolygon([box(179.9, -17, 180, -16), box(-180, -17, -179.9, -16), box(0, 0, 1, 1)])
    edge = edge_of(area_of(shape))
    assert edge.signed_m(180, -16.5) < -10_000
    assert edge.signed_m(-180, -16.5) < -10_000
    assert edge.signed_m(0.5, 0.5) < 0
    assert edge.signed_m(-178.9, -16.5) == pytest.approx(106_700, rel=0.01)


@settings(max_examples=150, deadline=None)
@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-89.9, 89.9),
    bearing=st.floats(0, 360),
    away=st.floats(0, 20_000),
    radius=st.floats(1, 10_000),
)
def test_a_circle_is_round_on_the_ellipsoid_everywhere(
    lon: float, lat: float, bearing: float, away: float, radius: float
) -> None:
    """Also over the poles and 180°: a geodesic knows no seam."""
    edge = edge_of(Circle(lon_deg=lon, lat_deg=lat, radius_m=radius))
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, bearing, away)
    assert edge.signed_m(there_lon, there_lat) == pytest.approx(away - radius, abs=0.01)


def test_known_distances() -> None:
    assert distance_m(179.999, 0, -179.999, 0) == pytest.approx(222.64, abs=0.01)
    assert distance_m(0, 89.999, 180, 89.999) == pytest.approx(223.39, abs=0.01)
    # London to Paris, as any atlas says
    assert distance_m(-0.1276, 51.5072, 2.3522, 48.8566) == pytest.approx(344_000, rel=0.005)


@pytest.mark.parametrize("lat", [-80, -53.5, 0, 30, 53.48, 80, 89])
def test_a_degree_is_as_long_as_the_ellipsoid_says(lat: float) -> None:
    lon_m, lat_m = metres_a_degree(lat)
    assert lon_m == pytest.approx(distance_m(-5e-4, lat, 5e-4, lat) * 1000, rel=1e-4)
    assert lat_m == pytest.approx(distance_m(0, lat - 5e-4, 0, lat + 5e-4) * 1000, rel=1e-4)


@pytest.mark.parametrize("shape", [Polygon(), MultiPolygon(), LineString([(0, 0), (1, 1)])])
def test_what_has_no_inside_is_no_area(shape: Polygon) -> None:
    with pytest.raises(ValueError, match="inside"):
        area_of(shape)


def test_negative_control_a_flat_degree_is_noticed() -> None:
    """Take a degree of longitude for one of latitude: the tables above would see it."""
    lon_m, lat_m = metres_a_degree(53.5)
    assert abs(lat_m / lon_m - 1) > 0.5
    shape = with_hole(53.5, 0.01)
    lon, lat = 0.02, 53.5
    naive = shape.exterior.distance(Point(lon, lat)) * lat_m
    assert abs(naive / by_geodesics(shape, lon, lat) - 1) > 0.1


def test_a_circle_has_no_sides() -> None:
    """Columns of many places are put on end: a number too many moves those that follow."""
    round_ = column_of(Circle(lon_deg=0.0, lat_deg=0.0, radius_m=50.0))

    assert (len(round_.box), len(round_.side), round_.cut.tolist()) == (0, 0, [0])
