"""How far is a point from the edge of a place, in plain arithmetic on columns?

GeoJSON edges are straight in longitude and latitude (RFC 7946 §3.1.1). Scaling both axes keeps
them straight, so containment is exact; the scale is that of the WGS 84 ellipsoid at the point's own
latitude, and for circles at the latitude half-way to the centre.
Only + - * /, square roots and comparisons of IEEE 754 doubles are used, each of which has one right
answer: the bits are the same in Python, in machine code and on every machine.
Units: degrees in, metres out; negative is inside. Longitudes of points are -180 to 180.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.compiled import compiled

_NEAR_DEG = 0.1  # some 10 km; measured against geodesics in tests/unit/terms
_STEEP_DEG = 70.0
_HALF_TURN_DEG = 180.0
_FULL_TURN_DEG = 360.0
_RADIANS = math.pi / 180.0
# The shortest degree of latitude, at the equator: 110,574.27 m on WGS 84.
_LEAST_LAT_M = 110_574.0
# A chord is never longer than the way: sin x / x is at least 0.9549 up to 30°.
_CHORD, _CHORD_DEG = 0.954, 30.0
_NO_FRACTION = 6_755_399_441_055_744.0  # 1.5 × 2^52: a double of that size has no fraction

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
_Real = TypeVar("_Real", float, Numbers)


class Ground(NamedTuple):
    """Places as columns: circles, and areas of straight sides.

    Shapes: (p,) for each place; `cut`, `box` and `side` are those of all stretches. A stretch is
    some neighbouring sides of one ring: stretch t has the sides `cut[t]` to before `cut[t + 1]`,
    and a place the stretches `begin` to before `end`; a circle has none.
    """

    # The centre of a circle; the middle of the box around an area, which may lie past 180.
    lon: Numbers
    lat: Numbers
    radius_m: Numbers
    west: Numbers
    east: Numbers
    south: Numbers
    north: Numbers
    begin: Indices
    end: Indices
    cut: Indices
    # west, east, south and north of each stretch, one after the other
    box: Numbers
    # start and step in longitude and latitude, and the end's latitude, of each side. As drawn:
    # start + step may miss the end by a bit, and then a corner is counted twice or never.
    side: Numbers


BOX, SIDE = 4, 5  # how many numbers a stretch has in `box`, and a side in `side`

Point = tuple[float, float]  # longitude, latitude
Scaled = tuple[float, float, float, float]  # longitude, latitude, metres a degree of each
Centre = tuple[float, float, float]  # longitude, latitude, radius in metres
Bounds = tuple[float, float, float, float]  # west, east, south, north
Span = tuple[int, int]  # first, and one past the last


def to_mm(metres: _Real) -> _Real:
    """Round to millimetres, ties to even; the same for a column.

    A huge number is added and taken away again, which leaves no room for a fraction: right up to
    2 × 10^12 m, and what is not a number stays so. Nothing is told as -0.0.
    """
    return (metres * 1000.0 + _NO_FRACTION - _NO_FRACTION) / 1000.0


def metres_a_degree(lat_deg: _Real) -> tuple[_Real, _Real]:
    """Tell the length of one degree of longitude and of latitude here, or in each row.

    Source: series of the WGS 84 ellipsoid, as in NIMA TR8350.2 (2000): 111,412.84 cos φ - 93.5 cos
    3φ + 0.118 cos 5φ and 111,132.954 - 559.822 cos 2φ + 1.175 cos 4φ, here as powers of cos φ.
    Example:
        >>> [round(length) for length in metres_a_degree(53.48)]
        [66390, 111295]
    """
    # cos φ as the sine of the rest to 90° (Taylor up to x^17; the next term is below 5e-14).
    rest = (90.0 - abs(lat_deg)) * _RADIANS
    x = rest * rest
    high = x * (1 / 6_227_020_800 + x * (-1 / 1_307_674_368_000 + x * (1 / 355_687_428_096_000)))
    low = -1 / 5_040 + x * (1 / 362_880 + x * (-1 / 39_916_800 + high))
    cos = rest * (1.0 + x * (-1 / 6 + x * (1 / 120 + x * low)))
    c = cos * cos
    lon_m = cos * (111_693.93 + c * (-376.36 + c * 1.888))
    lat_m = 111_693.951 + c * (-1_129.044 + c * 9.4)
    return lon_m, lat_m


def to_circle_m(point: Point, centre: Centre, enough_m: float) -> float:
    """Tell the distance to a circle; negative inside, rounded to mm.

    Whoever is told that it is more than `enough_m` outside may be told less than it is. Not a
    number means: too far to be flat, and too near to be out of the question; measure a geodesic.
    """
    lon_deg, lat_deg = point
    centre_lon, centre_lat, radius_m = centre
    north, east = lat_deg - centre_lat, lon_deg - centre_lon
    east = east + turn_deg(east)
    if abs(north) < _NEAR_DEG and abs(east) < _NEAR_DEG and abs(lat_deg) < _STEEP_DEG:
        # Around the latitude in between, the ellipsoid is flat to better than 1 in 10^6.
        lon_m, lat_m = metres_a_degree(centre_lat + north / 2)
        x, y = east * lon_m, north * lat_m
        return to_mm(math.sqrt(x * x + y * y) - radius_m)
    # Never shorter than the way between the two latitudes, or than the chord to the meridian.
    lon_m, _ = metres_a_degree(lat_deg)
    to_meridian_m = min(abs(east), _CHORD_DEG) * _CHORD * lon_m
    at_least_m = to_mm(max(abs(north) * _LEAST_LAT_M, to_meridian_m) - radius_m)
    return at_least_m if at_least_m > enough_m else math.nan


def to_sides_m(
    point: Point,
    bounds: Bounds,
    enough_m: float,
    span: Span,
    cut: Indices,
    box: Numbers,
    side: Numbers,
) -> float:
    """Tell the distance to the sides of an area; negative inside, rounded to mm.

    Whoever is told that it is more than `enough_m` outside may be told less than it is.
    """
    lon_deg, lat_deg = point
    west, east, south, north = bounds
    lon_m, lat_m = metres_a_degree(lat_deg)
    lon_deg = lon_deg + turn_deg(lon_deg - (west + east) / 2)
    here = (lon_deg, lat_deg, lon_m, lat_m)
    if east - west > _HALF_TURN_DEG:
        # Parts on both sides of the Earth: the nearest may lie the other way round.
        nearest, is_inside = _nearest(here, math.inf, span, cut, box, side)
        for turn in (-_FULL_TURN_DEG, _FULL_TURN_DEG):
            there = (lon_deg + turn, lat_deg, lon_m, lat_m)
            nearest, is_in = _nearest(there, nearest, span, cut, box, side)
            is_inside = is_inside or is_in
    else:
        at_least_m = to_mm(math.sqrt(_to_box(here, west, east, south, north)))
        if at_least_m > enough_m:
            return at_least_m
        nearest, is_inside = _nearest(here, math.inf, span, cut, box, side)
    away_m = math.sqrt(nearest)
    return to_mm(-away_m if is_inside else away_m)


def turn_deg(away_deg: float) -> float:
    """Tell what turns a longitude so far away to the near side: a turn of the globe or none."""
    if away_deg > _HALF_TURN_DEG:
        return -_FULL_TURN_DEG
    return _FULL_TURN_DEG if away_deg < -_HALF_TURN_DEG else 0.0


def _to_box(here: Scaled, west: float, east: float, south: float, north: float) -> float:
    """Tell the square of the distance to a box in m²: never more than that to what is in it."""
    lon_deg, lat_deg, lon_m, lat_m = here
    x = max(west - lon_deg, lon_deg - east, 0.0) * lon_m
    y = max(south - lat_deg, lat_deg - north, 0.0) * lat_m
    return x * x + y * y


def _nearest(
    here: Scaled, nearest: float, span: Span, cut: Indices, box: Numbers, side: Numbers
) -> tuple[float, bool]:
    """Tell the square of the distance to the sides if it is less than `nearest`; and if inside.

    The stretch whose box is nearest comes first; then most of the others are out of the question.
    """
    lon_deg, lat_deg, _, _ = here
    begin, end = span
    if end - begin == 1:
        return _along(here, nearest, (cut[begin], cut[end]), side)
    best, least = begin, math.inf
    for at in range(begin, end):
        b = at * BOX
        away = _to_box(here, box[b], box[b + 1], box[b + 2], box[b + 3])
        if away < least:
            best, least = at, away
    nearest, is_inside = _along(here, nearest, (cut[best], cut[best + 1]), side)
    for at in range(begin, end):
        b = at * BOX
        west, east, south, north = box[b], box[b + 1], box[b + 2], box[b + 3]
        # A ray to the east crosses sides of this stretch only if it is level with it.
        is_level = south <= lat_deg < north and lon_deg <= east
        if at != best and (is_level or _to_box(here, west, east, south, north) < nearest):
            nearest, is_odd = _along(here, nearest, (cut[at], cut[at + 1]), side)
            is_inside = is_inside != is_odd
    return nearest, is_inside


def _along(here: Scaled, nearest: float, span: Span, side: Numbers) -> tuple[float, bool]:
    """Go along a stretch: the square of the distance if less, and if a ray crosses oddly often."""
    lon_deg, lat_deg, lon_m, lat_m = here
    is_odd = False
    for at in range(span[0] * SIDE, span[1] * SIDE, SIDE):
        start_lon, start_lat, step_lon, step_lat = (
            side[at],
            side[at + 1],
            side[at + 2],
            side[at + 3],
        )
        to_x, to_y = (start_lon - lon_deg) * lon_m, (start_lat - lat_deg) * lat_m
        step_x, step_y = step_lon * lon_m, step_lat * lat_m
        # The nearest point is a corner, or it lies between two: then the cross product tells.
        nearest = min(nearest, to_x * to_x + to_y * to_y)
        along, length = -(to_x * step_x + to_y * step_y), step_x * step_x + step_y * step_y
        cross = to_x * step_y - to_y * step_x
        if 0.0 < along < length and cross * cross < nearest * length:
            nearest = cross * cross / length
        # A ray to the east meets a side that comes from below or from above, if it lies east.
        is_up = side[at + 4] > lat_deg
        is_met = (start_lat > lat_deg) != is_up and (cross if is_up else -cross) > 0.0
        is_odd = is_odd != is_met
    return nearest, is_odd


def _steps(
    ground: Ground,
    place: NDArray[np.int32],
    lon_deg: Numbers,
    lat_deg: Numbers,
    enough_m: Numbers,
    found_m: Numbers,
) -> int:
    """Tell the work of a call: a row of an area costs some ten sides or boxes."""
    del ground, lon_deg, lat_deg, enough_m, found_m
    return 10 * len(place)


CALLS = (to_mm, metres_a_degree, to_circle_m, to_sides_m, turn_deg, _to_box, _nearest, _along)


@compiled(work=_steps, calls=CALLS)
def signed_m(
    ground: Ground,
    place: NDArray[np.int32],
    lon_deg: Numbers,
    lat_deg: Numbers,
    enough_m: Numbers,
    found_m: Numbers,
) -> None:
    """Answer for each row into `found_m`, by `to_circle_m` or `to_sides_m`.

    Shapes: (n,) all; each `place` is a row of the ground.
    """
    lon, lat, radius_m, west, east, south, north, begin, end, cut, box, side = ground
    for row in range(len(place)):
        at, point = place[row], (lon_deg[row], lat_deg[row])
        if begin[at] == end[at]:
            centre = (lon[at], lat[at], radius_m[at])
            found_m[row] = to_circle_m(point, centre, enough_m[row])
        else:
            bounds, span = (west[at], east[at], south[at], north[at]), (begin[at], end[at])
            found_m[row] = to_sides_m(point, bounds, enough_m[row], span, cut, box, side)
