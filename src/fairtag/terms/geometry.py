"""How far is a point from the edge of a place, and on which side?

The arithmetic is that of terms/flat.py, for one place here and for columns of many in
terms/ground.py. Measured against geodesics, distances to the edge of an area are right to 0.1 %
within 10 km up to 70° of latitude, and to 1 % within 100 km; up to 80°, to 0.2 % and 2 %; those
to a circle to 2 in 10^6.
Units: degrees in, metres out; negative is inside. Longitudes of points are -180 to 180.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Protocol, cast

import numpy as np
import shapely
from pyproj import Geod
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from fairtag.terms.flat import Ground, Indices, Numbers, to_circle_m, to_mm, to_sides_m

_WGS84 = Geod(ellps="WGS84")
_FULL_TURN_DEG = 360.0
_HALF_TURN_DEG = 180.0
_STRETCH = 16  # sides; measured: 8 is a little better for 100 sides, 16 for ten and for 1,000


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
    ground = column_of(place)
    return (_Round if isinstance(place, Circle) else _Sided)(ground)


@lru_cache(maxsize=65_536)
def column_of(place: Place) -> Ground:
    """Write down one place as columns."""
    if isinstance(place, Circle):
        return _circle(place)
    return _sided(place.shape)


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


def geodesics_m(lon_a: Numbers, lat_a: Numbers, lon_b: Numbers, lat_b: Numbers) -> Numbers:
    """Measure geodesics between columns of points; the same bits as one by one."""
    return np.asarray(_WGS84.inv(lon_a, lat_a, lon_b, lat_b)[2])


class _Round:
    def __init__(self, ground: Ground) -> None:
        self._centre = (float(ground.lon[0]), float(ground.lat[0]), float(ground.radius_m[0]))

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside."""
        told = to_circle_m((lon_deg, lat_deg), self._centre, enough_m)
        if not math.isnan(told):
            return told
        centre_lon, centre_lat, radius_m = self._centre
        return to_mm(distance_m(centre_lon, centre_lat, lon_deg, lat_deg) - radius_m)


class _Sided:
    def __init__(self, ground: Ground) -> None:
        west, east, south, north = ground.west, ground.east, ground.south, ground.north
        self._bounds = (float(west[0]), float(east[0]), float(south[0]), float(north[0]))
        self._span = (0, int(ground.end[0]))
        # Lists of Python's own numbers are the fastest to ask one by one.
        self._cut = cast("Indices", ground.cut.tolist())
        self._box = cast("Numbers", ground.box.tolist())
        self._side = cast("Numbers", ground.side.tolist())

    def signed_m(self, lon_deg: float, lat_deg: float, enough_m: float = math.inf) -> float:
        """Tell the distance to the edge; negative inside."""
        point, shape = (lon_deg, lat_deg), (self._cut, self._box, self._side)
        return to_sides_m(point, self._bounds, enough_m, self._span, *shape)


def _circle(circle: Circle) -> Ground:
    lon, lat, none = (
        np.array([circle.lon_deg], np.float64),
        np.array([circle.lat_deg], np.float64),
        np.zeros(1, np.int64),
    )
    return Ground(
        lon=lon,
        lat=lat,
        radius_m=np.array([circle.radius_m], np.float64),
        west=lon,
        east=lon,
        south=lat,
        north=lat,
        begin=none,
        end=none,
        cut=none,
        box=np.zeros(0),
        side=np.zeros(0),
    )


def _sided(shape: BaseGeometry) -> Ground:
    parts = shapely.get_parts(shape)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    chains = [np.asarray(ring.coords)[:, :2] for ring in rings]
    starts = np.concatenate([chain[:-1] for chain in chains])
    ends = np.concatenate([chain[1:] for chain in chains])
    cut = _cuts([len(chain) - 1 for chain in chains])
    low = np.minimum.reduceat(np.minimum(starts, ends), cut[:-1])
    high = np.maximum.reduceat(np.maximum(starts, ends), cut[:-1])
    west, south, east, north = (np.array([bound], np.float64) for bound in shape.bounds)
    return Ground(
        lon=(west + east) / 2,
        lat=(south + north) / 2,
        radius_m=np.zeros(1),
        west=west,
        east=east,
        south=south,
        north=north,
        begin=np.zeros(1, np.int64),
        end=np.array([len(cut) - 1], np.int64),
        cut=cut,
        box=np.column_stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]]).ravel(),
        side=np.column_stack([starts, ends - starts, ends[:, 1]]).ravel(),
    )


def _cuts(counts: list[int]) -> Indices:
    """Cut rings of so many sides into stretches: where each begins, and the end of the last."""
    ends = list(accumulate(counts, initial=0))
    begins = [at for first, end in pairwise(ends) for at in range(first, end, _STRETCH)]
    return np.array([*begins, ends[-1]], np.int64)


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
