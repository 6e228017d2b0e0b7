"""Is the drawn area one that can be judged?

Wrong winding is mended, as RFC 7946 §3.1.6 asks of readers. Everything else that is doubtful is
refused: a place decides about a person's freedom.
Units: degrees WGS 84, [longitude, latitude].
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.polygon import orient
from shapely.validation import explain_validity

from fairtag.terms.geometry import Area, area_of, distance_m

MOST_POINTS = 2_000
_CLOSED_RING = 4  # RFC 7946 §3.1.6: four or more positions, the first repeated as the last
_POLE_DEG = 89.9
_HALF_TURN_DEG = 180.0
_QUARTER_TURN_DEG = 90.0
# Few places lie further from their time zone's named city than the one, few nearer than the other
# by chance.
_FAR_M = 2_500_000
_NEAR_M = 1_500_000
_ZONE_LINE = re.compile(r"^\S+\t([+-]\d{4,6})([+-]\d{5,7})\t(\S+)", re.MULTILINE)


class BadShape(Exception):
    """The area can't be judged; never leaves the room."""

    def __init__(self, do: str) -> None:
        self.do = do
        super().__init__(do)


def area(geojson: dict[str, Any]) -> Area:
    """Read a Polygon or MultiPolygon.

    Raises: BadShape with what to do.
    """
    if "crs" in geojson:
        raise BadShape("Remove 'crs' and give longitude and latitude in WGS 84 degrees.")
    coordinates = geojson["coordinates"]
    polygons = [coordinates] if geojson["type"] == "Polygon" else coordinates
    if not polygons or not coordinates:
        raise BadShape("The area is empty. Draw it.")
    if _points(polygons) > MOST_POINTS:
        raise BadShape(f"The area has more than {MOST_POINTS:,} points. Simplify it.")
    parts = [_polygon(rings) for rings in polygons]
    shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    if not shape.is_valid:
        raise BadShape(f"The area crosses or overlaps itself ({_kind(shape)}). Draw it again.")
    if any(part.bounds[2] - part.bounds[0] >= 2 * _HALF_TURN_DEG for part in parts):
        raise BadShape("The area goes round the whole Earth. Draw the part that is meant.")
    return area_of(shape)


def looks_swapped(lon_deg: float, lat_deg: float, zone: str) -> bool:
    """Tell whether a place is far from its time zone and would be near with the two exchanged.

    Source: the cities of the tz database, zone.tab.
    """
    city = _cities().get(zone)
    if city is None or abs(lon_deg) > _QUARTER_TURN_DEG:
        return False
    here, swapped = distance_m(lon_deg, lat_deg, *city), distance_m(lat_deg, lon_deg, *city)
    return here > _FAR_M and swapped < _NEAR_M


@lru_cache(maxsize=1)
def _cities() -> dict[str, tuple[float, float]]:
    told = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    return {name: (_degrees(lon), _degrees(lat)) for lat, lon, name in _ZONE_LINE.findall(told)}


def _degrees(told: str) -> float:
    """Read ±DDMM, ±DDMMSS, ±DDDMM or ±DDDMMSS.

    Example:
        >>> _degrees("+5130"), _degrees("-0003000")
        (51.5, -0.5)
    """
    sign, digits = (-1 if told[0] == "-" else 1), told[1:]
    whole = 2 if len(digits) in (4, 6) else 3
    minutes, seconds = digits[whole : whole + 2], digits[whole + 2 :] or "0"
    return sign * (int(digits[:whole]) + int(minutes) / 60 + int(seconds) / 3600)


def _points(polygons: Any) -> int:
    if not all(_is_list(rings) and all(_is_list(ring) for ring in rings) for rings in polygons):
        raise BadShape("The coordinates are not nested as GeoJSON asks. Export the area again.")
    return sum(len(ring) for rings in polygons for ring in rings)


def _polygon(rings: list[Any]) -> Polygon:
    if not rings:
        raise BadShape("A polygon of the area is empty. Draw it or remove it.")
    outer, *holes = [_ring(ring) for ring in rings]
    hull = Polygon(outer)
    if hull.convex_hull.area == 0:
        raise BadShape("The area has no inside. Draw it with at least three corners.")
    for part in (hull, *map(Polygon, holes)):
        if not part.is_valid:
            raise BadShape(f"A ring crosses itself ({_kind(part)}). Draw it again.")
    if not all(hull.covers(Polygon(hole)) for hole in holes):
        raise BadShape("A hole lies outside its polygon. Move the hole inside or remove it.")
    whole = Polygon(outer, holes)
    if whole.area <= 0:
        raise BadShape("The holes leave nothing of the area. Draw it again.")
    return orient(whole)


def _ring(ring: list[Any]) -> list[tuple[float, float]]:
    points = [_point(point) for point in ring]
    if len(points) < _CLOSED_RING or points[0] != points[-1]:
        raise BadShape("A ring is not closed. Give at least four points, the last like the first.")
    if any(abs(a[0] - b[0]) > _HALF_TURN_DEG for a, b in pairwise(points)):
        raise BadShape("The area crosses 180° of longitude. Cut it there into a MultiPolygon.")
    return points


def _point(point: Any) -> tuple[float, float]:
    if not _is_list(point) or len(point) not in (2, 3) or not all(_is_real(n) for n in point):
        raise BadShape("A point is not [longitude, latitude] in numbers. Export the area again.")
    lon, lat = float(point[0]), float(point[1])
    if _HALF_TURN_DEG < abs(lon) <= 2 * _HALF_TURN_DEG and abs(lat) <= _QUARTER_TURN_DEG:
        raise BadShape("The area crosses 180° of longitude. Cut it there into a MultiPolygon.")
    if abs(lon) > _HALF_TURN_DEG or abs(lat) > _QUARTER_TURN_DEG:
        raise BadShape("A point is not on Earth. The order is longitude first, then latitude.")
    if abs(lat) > _POLE_DEG:
        raise BadShape("A point lies at a pole, where no area can be judged. Draw it elsewhere.")
    return lon, lat


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_real(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _kind(shape: shapely.Geometry) -> str:
    return explain_validity(shape).partition("[")[0].lower()
