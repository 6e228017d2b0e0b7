"""Every trap of GeoJSON: refused with what to do, or mended where RFC 7946 says so."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import shapely
from tests.unit.orders.specimen import box, changed, paths, polygon, problems

from fairtag.orders.shape import MOST_POINTS, area
from fairtag.orders.structure import MAX_BYTES
from fairtag.terms.geometry import edge_of

Ring = list[list[float]]
PLACE = "$.conditions[1].area"


def told(geojson: Any) -> str:
    """Say what the check advises; empty when the area is fine."""
    found = problems(changed(("conditions", 1, "area"), geojson))
    assert all(one.path.startswith(PLACE) for one in found)
    return " ".join(one.do for one in found)


def circle(points: int, radius: float = 0.05) -> Ring:
    turn = [2 * math.pi * n / points for n in range(points)]
    ring = [[-2.24 + radius * math.cos(a), 53.5 + radius * math.sin(a)] for a in turn]
    return [*ring, ring[0]]


def multi(*polygons: list[Ring]) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(polygons)}


INNER = box(-2.238, 53.502, -2.236, 53.504)
BOW = [[-2.24, 53.5], [-2.23, 53.51], [-2.23, 53.5], [-2.24, 53.51], [-2.24, 53.5]]
BAND = [
    *([lon, 60] for lon in (-180, -60, 60, 180)),
    *([lon, 70] for lon in (180, 60, -60, -180)),
    [-180, 60],
]
REFUSED: dict[str, tuple[Any, str]] = {
    "no ring": (polygon() | {"coordinates": []}, "empty"),
    "an empty ring": (polygon([]), "closed"),
    "no polygon": (multi(), "empty"),
    "an empty polygon": (multi([box()], []), "empty"),
    "unclosed": (polygon(box()[:-1]), "closed"),
    "three points": (polygon([*box()[:2], box()[0]]), "closed"),
    "crossing itself": (polygon(BOW), "crosses itself"),
    "a line there and back": (polygon([[-2.24, 53.5], [-2.2, 53.6], *[[-2.24, 53.5]] * 2]), "ins"),
    "one point": (polygon([[-2.24, 53.5]] * 4), "inside"),
    "a spike": (polygon([*box()[:2], [-2.2, 53.5], *box()[1:]]), "crosses itself"),
    "a hole outside": (polygon(box(), box(-2.0, 53.5, -1.9, 53.6)), "hole lies outside"),
    "a hole half outside": (polygon(box(), box(-2.235, 53.505, -2.2, 53.506)), "hole lies outside"),
    "a hole that is all": (polygon(box(), box()), "nothing"),
    "a hole crossing itself": (
        polygon(box(-2.3, 53.4, -2.1, 53.6), BOW),
        "crosses itself",
    ),
    "holes that overlap": (
        polygon(box(), INNER, box(-2.237, 53.502, -2.235, 53.504)),
        "overlaps itself",
    ),
    "holes along one edge": (
        polygon(box(), INNER, box(-2.236, 53.502, -2.234, 53.504)),
        "overlaps itself",
    ),
    "polygons that overlap": (multi([box()], [box(-2.235, 53.505, -2.22, 53.52)]), "overlaps"),
    "the pole": (polygon([[0, 80], [120, 90], [-120, 80], [0, 80]]), "pole"),
    "round the pole": (polygon([[0, 85], [120, 85], [-120, 85], [0, 85]]), "180°"),
    "round the Earth": (polygon(BAND), "round the whole Earth"),
    "uncut at 180°": (
        polygon([[179.9, -17], [-179.9, -17], [-179.9, -16], [179.9, -16], [179.9, -17]]),
        "Cut it there",
    ),
    "counted on beyond 180°": (polygon(box(179.9, -17, 180.1, -16)), "Cut it there"),
    "latitude first": (polygon(box(53.50, -2.24, 53.51, -2.23)), "exchange"),
    "latitude first, off the Earth": (polygon(box(10, 120, 11, 121)), "longitude first"),
    "metres": (polygon(box(383_000, 398_000, 384_000, 399_000)), "not on Earth"),
    "texts": (polygon([["-2.24", "53.5"], *box()[1:-1], ["-2.24", "53.5"]]), "in numbers"),
    "booleans": (polygon([[True, False], *box()[1:-1], [True, False]]), "in numbers"),
    "nulls": (polygon([[None, None], *box()[1:-1], [None, None]]), "in numbers"),
    "one number": (polygon([[1.0], *box()[1:-1], [1.0]]), "in numbers"),
    "four numbers": (polygon([[*point, 0, 0] for point in box()]), "in numbers"),
    "not nested enough": (polygon() | {"coordinates": box()}, "in numbers"),
    "nested too much": (polygon() | {"coordinates": [[box()]]}, "in numbers"),
    "a MultiPolygon's as a Polygon's": (multi() | {"coordinates": [box()]}, "in numbers"),
    "flat": (polygon() | {"coordinates": [1, 2, 3]}, "nested"),
    "a Point": ({"type": "Point", "coordinates": [-2.24, 53.5]}, "bare geometry"),
    "a LineString": ({"type": "LineString", "coordinates": box()}, "bare geometry"),
    "a Feature": ({"type": "Feature", "properties": {}, "geometry": polygon()}, "bare geometry"),
    "a collection": ({"type": "GeometryCollection", "geometries": [polygon()]}, "bare geometry"),
    "features": ({"type": "FeatureCollection", "features": []}, "bare geometry"),
    "polygon in small letters": (polygon() | {"type": "polygon"}, "bare geometry"),
    "another reference system": (polygon() | {"crs": {"type": "name"}}, "WGS 84"),
    "too many points": (polygon(circle(MOST_POINTS)), "more than 2,000 points"),
}
FINE: dict[str, Any] = {
    "a box": polygon(),
    "the most points": polygon(circle(MOST_POINTS - 1)),
    "clockwise": polygon(box()[::-1]),
    "a hole": polygon(box(), INNER),
    "a hole wound as its polygon": polygon(box(), INNER[::-1]),
    "two holes that touch at a corner": polygon(box(), INNER, box(-2.236, 53.504, -2.234, 53.506)),
    "a hole that touches the edge at a point": polygon(
        box(), [[-2.24, 53.505], [-2.235, 53.504], [-2.235, 53.506], [-2.24, 53.505]]
    ),
    "the same point twice": polygon([box()[0], *box()]),
    "heights": polygon([[*point, 38.0] for point in box()]),
    "a bounding box": polygon() | {"bbox": [-2.24, 53.5, -2.23, 53.51]},
    "two parts": multi([box()], [box(-2.0, 53.5, -1.9, 53.6)]),
    "parts that touch at a corner": multi([box()], [box(-2.23, 53.51, -2.22, 53.52)]),
    "cut at 180°": multi([box(179.9, -17, 180, -16)], [box(-180, -17, -179.9, -16)]),
}


@pytest.mark.parametrize(("geojson", "advice"), REFUSED.values(), ids=REFUSED.keys())
def test_a_trap_is_refused_with_what_to_do(geojson: Any, advice: str) -> None:
    assert advice in told(geojson)


@pytest.mark.parametrize("geojson", FINE.values(), ids=FINE.keys())
def test_what_can_be_judged_is_taken(geojson: Any) -> None:
    assert told(geojson) == ""


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_number_is_told_with_its_place(constant: str) -> None:
    raw = json.dumps(changed(("conditions", 1, "area"), polygon())).replace("53.51", constant)
    found = paths(raw.encode())
    assert "$.conditions[1].area.coordinates[0][2][1]" in found


def test_winding_is_mended_so_that_inside_is_inside() -> None:
    for ring in (box(), box()[::-1]):
        for hole in (INNER, INNER[::-1]):
            drawn = area(polygon(ring, hole))
            assert shapely.is_ccw(drawn.shape.exterior)
            edge = edge_of(drawn)
            assert edge.signed_m(-2.239, 53.501) < 0
            assert edge.signed_m(-2.237, 53.503) > 0  # in the hole


def test_halves_cut_at_180_degrees_are_one_area() -> None:
    edge = edge_of(area(FINE["cut at 180°"]))
    for lon in (179.95, 180.0, -180.0, -179.95):
        assert edge.signed_m(lon, -16.5) < -4_000  # the cut is no edge
    assert edge.signed_m(179.85, -16.5) == pytest.approx(5_337, rel=0.01)
    assert edge.signed_m(-179.85, -16.5) == pytest.approx(5_337, rel=0.01)


@pytest.mark.parametrize("written", ["[1,2],", "[-2.2400000000000002,53.500000000000001],"])
def test_a_million_points_are_refused_at_once(written: str) -> None:
    raw = json.dumps(changed(("conditions", 1, "area"), polygon()))
    head, tail = raw.split("[[[-2.24, 53.5]", 1)
    huge = f"{head}[[{written * 1_000_000}[-2.24, 53.5]{tail}".encode()

    found = paths(huge)

    assert found == ["$"]
    assert len(huge) > MAX_BYTES
