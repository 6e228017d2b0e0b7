"""Columns of points and places: each row as the edge of its place says, to the last bit."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from fairtag.terms import flat
from fairtag.terms.geometry import Area, Circle, Place, area_of, edge_of
from fairtag.terms.ground import distances, ground_of

WAYS = ["never", "always"]


def polygon(chance: random.Random, lon: float, lat: float, corners: int) -> Polygon:
    size = chance.choice([0.001, 0.01, 0.3])
    wide = size / max(math.cos(math.radians(lat)), 0.05)
    turns = [2 * math.pi * n / corners for n in range(corners)]
    hull = [
        (lon + wide * math.cos(t), lat + size * (0.7 + 0.3 * chance.random()) * math.sin(t))
        for t in turns
    ]
    hole = [(lon, lat), (lon + wide / 9, lat), (lon + wide / 9, lat + size / 9)]
    return Polygon(hull, [hole] if corners > 5 else [])


def world(seed: int) -> list[Place]:
    """Draw places of every kind: at any latitude, over 180°, in parts, on both sides."""
    chance = random.Random(seed)
    places: list[Place] = [
        area_of(MultiPolygon([box(179.9, -17, 180, -16), box(-180, -17, -179.9, -16)])),
        area_of(MultiPolygon([box(178, -18, 179, -17), box(-60, -18, -59, -17)])),
        area_of(MultiPolygon([box(-179.5, 60, -179, 61), box(178, 60, 179, 61)])),
    ]
    for lat in (0.0, 53.5, -33.9, 69.9, 70.05, -78.0, 85.0, 89.6):
        lon = chance.choice([-179.98, chance.uniform(-170, 170), 179.97])
        places.append(Circle(lon_deg=lon, lat_deg=lat, radius_m=chance.choice([50.0, 9_000.0])))
        inland = chance.uniform(-150, 150)
        at = min(lat, 89.0)
        places.append(area_of(polygon(chance, inland, at, chance.choice([4, 7, 20, 150]))))
        pair = [polygon(chance, inland + n, at - 0.2, 5 + n) for n in (0, 25)]
        places.append(area_of(MultiPolygon(pair)))
    return places


def corners(place: Place) -> list[tuple[float, float]]:
    if isinstance(place, Circle):
        return [(place.lon_deg, place.lat_deg)]
    parts = getattr(place.shape, "geoms", [place.shape])
    return [
        (math.remainder(x, 360), y)
        for part in parts
        for ring in (part.exterior, *part.interiors)
        for x, y in ring.coords
    ]


def rows_of(places: list[Place], seed: int) -> list[tuple[int, float, float, float]]:
    """Ask on corners, on and beside sides, near, and far away, with more or less to be enough."""
    chance = random.Random(seed)
    rows = []
    for at, place in enumerate(places):
        known = corners(place)
        for _ in range(30):
            lon, lat = chance.choice(known)
            other = chance.choice(known)
            spread = chance.choice([0.0, 0.0, 1e-7, 0.003, 0.2, 20.0])
            if chance.random() < 0.3:  # on the straight line between two corners
                lon, lat = (lon + other[0]) / 2, (lat + other[1]) / 2
            lon = math.remainder(lon + chance.gauss(0, spread), 360)
            lat = max(-90.0, min(90.0, lat + chance.gauss(0, spread)))
            rows.append((at, lon, lat, chance.choice([0.0, 500.0, 20_000.0, math.inf])))
    return rows


def asked(places: list[Place], rows: list[tuple[int, float, float, float]]) -> np.ndarray:
    place, lon, lat, enough = (np.array(column) for column in zip(*rows, strict=True))
    return distances(ground_of(places), place.astype(np.int32), lon, lat, enough)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_row_is_what_the_edge_says_to_the_last_bit(
    way: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "always":
        pytest.importorskip("numba")
    monkeypatch.setenv("FAIRTAG_COMPILED", way)
    places = world(seed)
    rows = rows_of(places, seed)

    found = asked(places, rows)

    edges = [edge_of(place) for place in places]
    alone = [edges[at].signed_m(lon, lat, enough) for at, lon, lat, enough in rows]
    assert found.tobytes() == np.array(alone).tobytes()
    assert np.isfinite(found).all()
    if way == "always":
        assert flat.signed_m.is_machine_code


def test_signs_and_reach_hold_in_columns() -> None:
    places: list[Place] = [
        Circle(lon_deg=0.0, lat_deg=53.0, radius_m=100.0),
        area_of(box(1, 53, 1.01, 53.01)),
    ]
    rows = [
        (0, 0.0, 53.0, math.inf),
        (1, 1.005, 53.005, math.inf),
        (0, 0.0, 53.01, math.inf),
        (1, 1.005, 53.02, math.inf),
        (0, 0.0, 55.0, 1_000.0),
    ]
    centre, inside, out, above, far = asked(places, rows)
    assert centre == -100.0
    assert inside == pytest.approx(-335, abs=1)
    assert out == pytest.approx(1_012.8, abs=0.2)
    assert above == pytest.approx(1_112.9, abs=0.2)
    assert 1_000 < far < 222_600


def test_circles_beyond_the_flat_ground_are_measured_by_geodesics() -> None:
    places: list[Place] = [
        Circle(lon_deg=20.0, lat_deg=89.9, radius_m=100.0),
        Circle(lon_deg=-0.1, lat_deg=51.5, radius_m=1_000.0),
    ]
    rows = [(0, -160.0, 89.9, math.inf), (1, 2.35, 48.86, math.inf), (1, -0.1, 51.5, math.inf)]
    pole, paris, centre = asked(places, rows)
    assert pole == pytest.approx(22_338.8 - 100, abs=0.2)
    assert paris == pytest.approx(342_000, rel=0.01)
    assert centre == -1_000.0


def test_places_keep_their_order_and_there_may_be_none() -> None:
    ground = ground_of(world(1))
    assert len(ground.lon) == len(world(1))
    assert (ground.end[:-1] == ground.begin[1:]).all()
    assert ground.cut[0] == 0
    assert ground.cut[-1] * flat.SIDE == len(ground.side)
    assert (len(ground.cut) - 1) * flat.BOX == len(ground.box)
    none, nothing = ground_of([]), np.zeros(0)
    assert distances(none, nothing.astype(np.int32), nothing, nothing, nothing).tolist() == []
    types = [column.dtype for column in ground]
    assert [column.dtype for column in none] == types
    assert [
        column.dtype for column in ground_of([Circle(lon_deg=0, lat_deg=0, radius_m=1)])
    ] == types


def test_a_place_that_is_not_there_is_refused() -> None:
    ground, one = ground_of([Circle(lon_deg=0, lat_deg=0, radius_m=1)]), np.zeros(1)
    for place in (1, -1):
        with pytest.raises(IndexError, match="not there"):
            distances(ground, np.array([place], np.int32), one, one, one)
    with pytest.raises(IndexError, match="not there"):
        distances(ground_of([]), np.zeros(1, np.int32), one, one, one)


def test_columns_of_different_lengths_are_refused() -> None:
    ground, one, two = (
        ground_of([Circle(lon_deg=0, lat_deg=0, radius_m=1)]),
        np.zeros(1),
        np.zeros(2),
    )
    place = np.zeros(1, np.int32)
    for columns in [(two, one, one), (one, two, one), (one, one, two)]:
        with pytest.raises(ValueError, match="one row"):
            distances(ground, place, *columns)
    with pytest.raises(ValueError, match="one row"):
        distances(ground, np.zeros((1, 1), np.int32), *[np.zeros((1, 1))] * 3)


def test_columns_of_any_kind_are_taken_and_left_as_they_are() -> None:
    places: list[Place] = [area_of(box(0, 50, 1, 51)), Circle(lon_deg=5, lat_deg=80, radius_m=9)]
    ground = ground_of(places)
    lon, lat = np.array([0.5, 9.0, 5.0, 9.0])[::2], np.array([50.5, 80.0])
    lat.flags.writeable = False
    found = distances(ground, np.array([0, 1]), lon, lat, np.array([9, 9]))
    assert found.tolist() == [edge_of(places[0]).signed_m(0.5, 50.5), -9.0]
    assert lon.tolist() == [0.5, 5.0]


def test_no_kind_of_column_makes_machine_code_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setenv("FAIRTAG_COMPILED", "always")
    ground = ground_of([Circle(lon_deg=0, lat_deg=0, radius_m=1)])
    place, number = np.zeros(6, np.int32), np.zeros(6)
    usual = [place[:3], number[:3], number[:3], number[:3]]
    expected = distances(ground, *usual)
    (made,) = flat.signed_m._machine.signatures
    for at, column in enumerate(usual):
        fixed = column.copy()
        fixed.flags.writeable = False
        for odd in (fixed, np.zeros(6, column.dtype)[::2], column.astype(np.int16)):
            found = distances(ground, *usual[:at], odd, *usual[at + 1 :])
            assert found.tobytes() == expected.tobytes()
    assert flat.signed_m._machine.signatures == [made]


@pytest.mark.parametrize("way", WAYS)
def test_threads_do_not_disturb_one_another(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRTAG_COMPILED", way)
    places = world(4)
    sets = [rows_of(places, seed) for seed in range(4)]
    alone = [asked(places, rows).tobytes() for rows in sets]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda rows: asked(places, rows).tobytes(), sets))
    assert together == alone


def test_negative_control_a_distance_of_another_place_is_noticed() -> None:
    places = world(1)
    rows = rows_of(places, 1)
    wrong = [((at + 1) % len(places), *rest) for at, *rest in rows]
    assert asked(places, rows).tobytes() != asked(places, wrong).tobytes()
    assert isinstance(places[0], Area)
