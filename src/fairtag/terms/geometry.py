"""How far is a point from the edge of a place, and on which side?

GeoJSON edges are straight in longitude and latitude (RFC 7946 §3.1.1). Scaling both axes keeps
them straight, so containment is exact; the scale is that of the WGS 84 ellipsoid at the point's own
latitude. Measured against geodesics, distances to the edge are right to 0.1 % within 10 km up to
80° of latitude, and to 1 % within 100 km.
Units: degrees in, metres out; negative is inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

_WGS84 = Geod(ellps="WGS84")
_FULL_TURN_DEG = 360.0
_HALF_TURN_DEG = 180.0
_NEAR_DEG = 0.1  # some 10 km; measured against geodesics in tests/unit/terms
_STEEP_DEG = 70.0
_FEW = 32  # segments; measured: columns win from about 40 on


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """All points within `radius_m` of a centre."""

    lon_deg: float
    lat_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Polygons in WGS 84 longitude and latitude, with holes, checked and normalised."""

    wkb: bytes

    @property
    def shape(self) -> BaseGeometry:
        """The shapely geometry; longitudes pass 180 where it crosses the antimeridian."""
        return shapely.from_wkb(self.wkb)


Place = Circle | Area


class Edge(Protocol):
    """The edge of a place: one method wide."""

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside.

        Whoever is told that it is more than `enough_m` outside may be told less than it is.
        """
        ...


@lru_cache(maxsize=65_536)
def edge_of(place: Place) -> Edge:
    """Prepare a place for many questions."""
    if isinstance(place, Circle):
        return _Round(place)
    segments = _segments(place.shape)
    return (FewSided if len(segments.start_lon) <= _FEW else ManySided)(segments)


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Measure the geodesic between two points on WGS 84."""
    return float(_WGS84.inv(lon_a, lat_a, lon_b, lat_b)[2])


def area_of(shape: BaseGeometry) -> Area:
    """Close the seam at the antimeridian and keep the shape.

    RFC 7946 §3.1.9 asks for shapes cut at 180°; both halves are moved together so that the cut is
    no edge.
    Raises: ValueError when the shape is empty or not polygonal.
    """
    if shape.is_empty or not isinstance(shape, Polygon | MultiPolygon):
        message = "an area is a Polygon or MultiPolygon with an inside"
        raise ValueError(message)
    return Area(wkb=shapely.to_wkb(_seamless(shape), byte_order=1))


def metres_a_degree(lat_deg: float) -> tuple[float, float]:
    """Tell the length of one degree of longitude and of latitude here.

    Source: series of the WGS 84 ellipsoid, as in NIMA TR8350.2 (2000).
    Example:
        >>> [round(length) for length in metres_a_degree(53.48)]
        [66390, 111295]
    """
    lat = math.radians(lat_deg)
    lon_m = 111_412.84 * math.cos(lat) - 93.5 * math.cos(3 * lat) + 0.118 * math.cos(5 * lat)
    lat_m = 111_132.954 - 559.822 * math.cos(2 * lat) + 1.175 * math.cos(4 * lat)
    return max(lon_m, 0.0), lat_m


class _Round:
    def __init__(self, circle: Circle) -> None:
        self._circle = circle

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside."""
        del enough_m
        here = self._circle
        north, east = lat_deg - here.lat_deg, lon_deg - here.lon_deg
        if abs(north) < _NEAR_DEG and abs(east) < _NEAR_DEG and abs(lat_deg) < _STEEP_DEG:
            # Around the latitude in between, the ellipsoid is flat to better than 1 in 10^6.
            lon_m, lat_m = metres_a_degree(here.lat_deg + north / 2)
            return round(math.hypot(north * lat_m, east * lon_m) - here.radius_m, 3)
        far = distance_m(here.lon_deg, here.lat_deg, lon_deg, lat_deg)
        return round(far - here.radius_m, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    """All segments of all rings, as columns of shape (n,) in degrees."""

    start_lon: NDArray[np.float64]
    start_lat: NDArray[np.float64]
    step_lon: NDArray[np.float64]
    step_lat: NDArray[np.float64]
    # As drawn: start + step may miss it by a bit, and then a corner is counted twice or never.
    end_lat: NDArray[np.float64]
    middle_deg: float  # a point is asked about on this side of the antimeridian
    is_wide: bool  # parts on both sides of the Earth: the nearest may lie the other way round

    def ways(self, lon_deg: float) -> tuple[float, ...]:
        """Give a longitude on the shape's own turn of the globe, and on the next ones if wide."""
        near = self.middle_deg + math.remainder(lon_deg - self.middle_deg, _FULL_TURN_DEG)
        return (near, near - _FULL_TURN_DEG, near + _FULL_TURN_DEG) if self.is_wide else (near,)


def _segments(shape: BaseGeometry) -> _Segments:
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    chains = [np.asarray(ring.coords)[:, :2] for ring in rings]
    starts = np.concatenate([chain[:-1] for chain in chains])
    ends = np.concatenate([chain[1:] for chain in chains])
    west, _, east, _ = shape.bounds
    return _Segments(
        start_lon=starts[:, 0].copy(),
        start_lat=starts[:, 1].copy(),
        step_lon=ends[:, 0] - starts[:, 0],
        step_lat=ends[:, 1] - starts[:, 1],
        end_lat=ends[:, 1].copy(),
        middle_deg=(west + east) / 2,
        is_wide=east - west > _HALF_TURN_DEG,
    )


class ManySided:
    """Works on all segments at once."""

    def __init__(self, segments: _Segments) -> None:
        self._segments = segments

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside."""
        del enough_m
        ways = self._segments.ways(lon_deg)
        away_m = min(self._distance_m(one, lat_deg) for one in ways)
        is_inside = any(self._is_inside(one, lat_deg) for one in ways)
        return round(-away_m if is_inside else away_m, 3)

    def _distance_m(self, lon_deg: float, lat_deg: float) -> float:
        told = self._segments
        lon_m, lat_m = metres_a_degree(lat_deg)
        to_x, to_y = (told.start_lon - lon_deg) * lon_m, (told.start_lat - lat_deg) * lat_m
        step_x, step_y = told.step_lon * lon_m, told.step_lat * lat_m
        along = _share(-(to_x * step_x + to_y * step_y), step_x**2 + step_y**2)
        return math.sqrt(float(np.min((to_x + along * step_x) ** 2 + (to_y + along * step_y) ** 2)))

    def _is_inside(self, lon_deg: float, lat_deg: float) -> bool:
        """Count the edges crossed by a ray to the east: odd is inside."""
        told = self._segments
        crosses = (told.start_lat > lat_deg) != (told.end_lat > lat_deg)
        share = (lat_deg - told.start_lat[crosses]) / told.step_lat[crosses]
        crossed = told.start_lon[crosses] + share * told.step_lon[crosses]
        return bool(np.count_nonzero(crossed > lon_deg) % 2)


class FewSided:
    """Gives the same answers, bit for bit; for few segments plain numbers are faster."""

    def __init__(self, segments: _Segments) -> None:
        told = (
            segments.start_lon,
            segments.start_lat,
            segments.step_lon,
            segments.step_lat,
            segments.end_lat,
        )
        self._sides = list(zip(*(column.tolist() for column in told), strict=True))
        self._ways = segments.ways
        ends = segments.start_lon + segments.step_lon
        lons = (*segments.start_lon.tolist(), *ends.tolist())
        lats = (*segments.start_lat.tolist(), *segments.end_lat.tolist())
        self._box = (min(lons), max(lons), min(lats), max(lats))
        self._is_wide = segments.is_wide

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside."""
        metres = metres_a_degree(lat_deg)
        if not self._is_wide and enough_m < math.inf:
            at_least_m = self._from_box_m(self._ways(lon_deg)[0], lat_deg, metres)
            if at_least_m > enough_m:
                return round(at_least_m, 3)
        told = [self._squared(one, lat_deg, metres) for one in self._ways(lon_deg)]
        away_m = math.sqrt(min(nearest for nearest, _ in told))
        return round(-away_m if any(is_inside for _, is_inside in told) else away_m, 3)

    def _from_box_m(self, lon_deg: float, lat_deg: float, metres: tuple[float, float]) -> float:
        """Tell the distance to the box around the shape: never more than that to the shape."""
        west, east, south, north = self._box
        lon_m, lat_m = metres
        x = max(west - lon_deg, lon_deg - east, 0.0) * lon_m
        y = max(south - lat_deg, lat_deg - north, 0.0) * lat_m
        return math.hypot(x, y)

    def _squared(
        self, lon_deg: float, lat_deg: float, metres: tuple[float, float]
    ) -> tuple[float, bool]:
        """Tell the square of the distance in m², and whether the point is inside."""
        lon_m, lat_m = metres
        nearest, is_inside = math.inf, False
        for start_lon, start_lat, step_lon, step_lat, end_lat in self._sides:
            to_x, to_y = (start_lon - lon_deg) * lon_m, (start_lat - lat_deg) * lat_m
            step_x, step_y = step_lon * lon_m, step_lat * lat_m
            length = step_x * step_x + step_y * step_y
            along = -(to_x * step_x + to_y * step_y) / length if length > 0 else 0.0
            along = 0.0 if along < 0.0 else min(along, 1.0)
            x, y = to_x + along * step_x, to_y + along * step_y
            nearest = min(nearest, x * x + y * y)
            if (start_lat > lat_deg) != (end_lat > lat_deg):
                crossed = start_lon + (lat_deg - start_lat) / step_lat * step_lon
                is_inside ^= crossed > lon_deg
        return nearest, is_inside


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, clipped to 0..1; an edge without length counts as its start."""
    return np.clip(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), 0.0, 1.0)


def _seamless(shape: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = shape.bounds
    if not (west == -_HALF_TURN_DEG and east == _HALF_TURN_DEG) or isinstance(shape, Polygon):
        return shape
    parts = shapely.get_parts(shape)
    cut = [part.bounds[0] == -_HALF_TURN_DEG for part in parts]
    moved = [
        translate(p, _FULL_TURN_DEG) if is_cut else p for p, is_cut in zip(parts, cut, strict=True)
    ]
    return shapely.union_all(moved)
