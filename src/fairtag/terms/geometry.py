"""How far is a point from the edge of a place, and on which side?

GeoJSON edges are straight in longitude and latitude (RFC 7946 §3.1.1). Scaling both axes keeps
them straight, so
containment is exact; the scale is that of the WGS 84 ellipsoid at the point's own latitude, so
distances near the
edge are right to about 0.1 % for places up to some 100 km.
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

    def signed_m(self, lon_deg: float, lat_deg: float) -> float:
        """Tell the distance to the edge; negative inside."""
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

    def signed_m(self, lon_deg: float, lat_deg: float) -> float:
        far = distance_m(self._circle.lon_deg, self._circle.lat_deg, lon_deg, lat_deg)
        return round(far - self._circle.radius_m, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    """All segments of all rings, as columns of shape (n,) in degrees."""

    start_lon: NDArray[np.float64]
    start_lat: NDArray[np.float64]
    step_lon: NDArray[np.float64]
    step_lat: NDArray[np.float64]
    middle_deg: float  # a point is asked about on this side of the antimeridian

    def near(self, lon_deg: float) -> float:
        """Give a longitude on the shape's own turn of the globe."""
        return self.middle_deg + math.remainder(lon_deg - self.middle_deg, _FULL_TURN_DEG)


def _segments(shape: BaseGeometry) -> _Segments:
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    chains = [np.asarray(ring.coords)[:, :2] for ring in rings]
    starts = np.concatenate([chain[:-1] for chain in chains])
    steps = np.concatenate([chain[1:] for chain in chains]) - starts
    west, _, east, _ = shape.bounds
    return _Segments(
        start_lon=starts[:, 0].copy(),
        start_lat=starts[:, 1].copy(),
        step_lon=steps[:, 0].copy(),
        step_lat=steps[:, 1].copy(),
        middle_deg=(west + east) / 2,
    )


class ManySided:
    """Works on all segments at once."""

    def __init__(self, segments: _Segments) -> None:
        self._segments = segments

    def signed_m(self, lon_deg: float, lat_deg: float) -> float:
        """Tell the distance to the edge; negative inside."""
        lon = self._segments.near(lon_deg)
        away_m = self._distance_m(lon, lat_deg)
        return round(-away_m if self._is_inside(lon, lat_deg) else away_m, 3)

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
        crosses = (told.start_lat > lat_deg) != (told.start_lat + told.step_lat > lat_deg)
        share = (lat_deg - told.start_lat[crosses]) / told.step_lat[crosses]
        crossed = told.start_lon[crosses] + share * told.step_lon[crosses]
        return bool(np.count_nonzero(crossed > lon_deg) % 2)


class FewSided:
    """Gives the same answers, bit for bit; for few segments plain numbers are faster."""

    def __init__(self, segments: _Segments) -> None:
        columns = (segments.start_lon, segments.start_lat, segments.step_lon, segments.step_lat)
        self._sides = list(zip(*(column.tolist() for column in columns), strict=True))
        self._near = segments.near

    def signed_m(self, lon_deg: float, lat_deg: float) -> float:
        """Tell the distance to the edge; negative inside."""
        lon = self._near(lon_deg)
        lon_m, lat_m = metres_a_degree(lat_deg)
        nearest, is_inside = math.inf, False
        for start_lon, start_lat, step_lon, step_lat in self._sides:
            to_x, to_y = (start_lon - lon) * lon_m, (start_lat - lat_deg) * lat_m
            step_x, step_y = step_lon * lon_m, step_lat * lat_m
            length = step_x * step_x + step_y * step_y
            along = -(to_x * step_x + to_y * step_y) / length if length > 0 else 0.0
            along = 0.0 if along < 0.0 else min(along, 1.0)
            x, y = to_x + along * step_x, to_y + along * step_y
            nearest = min(nearest, x * x + y * y)
            if (start_lat > lat_deg) != (start_lat + step_lat > lat_deg):
                crossed = start_lon + (lat_deg - start_lat) / step_lat * step_lon
                is_inside ^= crossed > lon
        away_m = math.sqrt(nearest)
        return round(-away_m if is_inside else away_m, 3)


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
