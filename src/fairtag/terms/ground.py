"""How far are many points from the edges of many places?

Each row is answered as terms/geometry.py answers for one place, bit for bit.
Units: degrees in, metres out; negative is inside. Longitudes of points are -180 to 180.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.flat import Ground, Numbers, signed_m, to_mm
from fairtag.terms.geometry import Place, column_of, geodesics_m

__all__ = ["Ground", "distances", "ground_of", "joined"]

_NOTHING = [np.zeros(0)] * len(Ground._fields)


def ground_of(places: Sequence[Place]) -> Ground:
    """Write down places as columns, in their order; there may be none."""
    return joined([column_of(place) for place in places])


def joined(rows: Sequence[Ground]) -> Ground:
    """Put grounds of one place each behind one another."""
    columns = [np.concatenate(columns) for columns in zip(*rows, strict=True)] if rows else _NOTHING
    ground = Ground._make(columns)
    stretches = np.array([len(one.cut) - 1 for one in rows], np.int64)
    sides = np.array([one.cut[-1] for one in rows], np.int64)
    begin = np.cumsum(stretches) - stretches
    before = np.repeat(np.cumsum(sides) - sides, stretches)
    # The last cut of each row is the first of the next: where its sides begin.
    cut = np.concatenate([np.zeros(0, np.int64), *(one.cut[:-1] for one in rows)]) + before
    return ground._replace(begin=begin, end=begin + stretches, cut=np.append(cut, sides.sum()))


def distances(
    ground: Ground,
    place: NDArray[np.int32],
    lon_deg: Numbers,
    lat_deg: Numbers,
    enough_m: Numbers,
) -> Numbers:
    """Tell for each row the distance of a point to the edge of a place; negative inside.

    Whoever is told that it is more than `enough_m` outside may be told less than it is.
    Shapes: (n,) all; `place` counts the places of the ground from 0. Coordinates are finite.
    Raises: IndexError for a place that is not there, ValueError for columns of different lengths.
    """
    # One type for each column, or machine code is made again: a read-only one is copied.
    place = np.require(place, np.int32, ["C", "W"])
    lon_deg = np.require(lon_deg, np.float64, ["C", "W"])
    lat_deg = np.require(lat_deg, np.float64, ["C", "W"])
    enough_m = np.require(enough_m, np.float64, ["C", "W"])
    shapes = {place.shape, lon_deg.shape, lat_deg.shape, enough_m.shape}
    if shapes != {(place.size,)}:
        raise ValueError("the columns have one row for each point")
    if len(place) and not 0 <= place.min() <= place.max() < len(ground.lon):
        raise IndexError("a row asks for a place that is not there")
    found = np.empty(len(place))
    signed_m(ground, place, lon_deg, lat_deg, enough_m, found)
    # Where a circle is too far off or too near a pole for flat arithmetic.
    (rows,) = np.nonzero(np.isnan(found))
    if len(rows):
        at = place[rows]
        far_m = geodesics_m(ground.lon[at], ground.lat[at], lon_deg[rows], lat_deg[rows])
        found[rows] = to_mm(far_m - ground.radius_m[at])
    return found
