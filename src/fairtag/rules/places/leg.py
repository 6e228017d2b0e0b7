"""What do positions say about the edges of an order's places, ready for the walk?

Shapes: n positions, m edges. Units: metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions
from fairtag.rules.places.evidence import by_satellite, widths_m, witnesses
from fairtag.rules.places.numbers import Floats, Rows
from fairtag.rules.settings import Settings
from fairtag.terms.ground import Ground, distances
from fairtag.terms.ids import ConditionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The edges of a version's places, as columns."""

    names: tuple[ConditionId, ...]
    ground: Ground
    sign: NDArray[np.float64]  # 1: outside is against the wearer; -1: inside is
    buffer_m: NDArray[np.float64]  # by how much the edge is moved outward


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Positions under one version, ready to walk; `row` is each one's place in the columns."""

    version: int
    end: int  # the first row of the columns that is not part of it
    row: NDArray[np.int64]
    rows: Rows


def leg_of(
    columns: Positions,
    metres: tuple[Floats, Floats],
    span: tuple[int, int],
    version: int,
    edges: Edges,
    settings: Settings,
) -> Leg:
    """Prepare the rows of a span that say where the wearer is; `metres` are those of a degree."""
    part = columns.part(*span)
    (row,) = np.nonzero(witnesses(part, settings))
    is_satellite = by_satellite(part)
    width_m = widths_m(part, is_satellite, settings)[row]
    lon, lat = part.lon[row], part.lat[row]
    rows = Rows(
        at=part.at[row],
        lon=lon,
        lat=lat,
        lon_m=metres[0][span[0] : span[1]][row],
        lat_m=metres[1][span[0] : span[1]][row],
        speed_mps=part.speed_mps[row],
        is_satellite=is_satellite[row],
        width_m=width_m,
        seq=part.seq[row],
        against_m=_against_m(lon, lat, width_m, edges),
    )
    return Leg(version=version, end=span[1], row=row + span[0], rows=rows)


FAR_WIDTHS = 12.0  # as wide as the table of evidence: beyond, nothing more is said


def _against_m(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    width_m: NDArray[np.float64],
    edges: Edges,
) -> NDArray[np.float64]:
    """Tell how far each position lies against the wearer of each edge; shape (n, m)."""
    n, m = len(lon), len(edges.names)
    place = np.tile(np.arange(m, dtype=np.int32), n)
    enough_m = np.add.outer(FAR_WIDTHS * width_m, edges.buffer_m).ravel()
    signed_m = distances(edges.ground, place, np.repeat(lon, m), np.repeat(lat, m), enough_m)
    return edges.sign * (signed_m.reshape(n, m) - edges.buffer_m)
