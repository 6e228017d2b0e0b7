"""Where do the places of many orders lie side by side?

Places are added and never taken away while the process runs; equal conditions share theirs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.rules.places.leg import Edges
from fairtag.terms.flat import BOX, SIDE, Ground

_ROOM = 256  # numbers that a column has room for at first
_OF_PLACES = Ground._fields.index("cut")  # the columns before this one have a number a place


class Grounds:
    """Places as columns that grow; beyond what is used there is room."""

    def __init__(self) -> None:
        whole = {"begin", "end", "cut"}
        self.columns = Ground._make(
            np.zeros(_ROOM, np.int64 if name in whole else np.float64) for name in Ground._fields
        )
        self._first: dict[int, tuple[Edges, int]] = {}  # by identity, which holds while it is kept
        self._places = self._stretches = self._sides = 0

    def places(self, edges: Edges) -> NDArray[np.int64]:
        """Tell where the places of edges lie, in their order."""
        found = self._first.get(id(edges))
        if found is None:
            found = self._first[id(edges)] = (edges, self._add(edges.ground))
        return found[1] + np.arange(len(edges.names), dtype=np.int64)

    def _add(self, ground: Ground) -> int:
        first, stretches = self._places, self._stretches
        moved = ground._replace(
            begin=ground.begin + stretches,
            end=ground.end + stretches,
            # The last cut of a ground is the first of the next: where its sides begin.
            cut=ground.cut + self._sides,
        )
        of_place = [first] * _OF_PLACES
        starts = [*of_place, stretches, stretches * BOX, self._sides * SIDE]
        self.columns = Ground._make(map(_written, self.columns, starts, moved))
        self._places += len(ground.lon)
        self._stretches += len(ground.cut) - 1
        self._sides += int(ground.cut[-1])
        return first


def _written(
    column: NDArray[np.generic], start: int, more: NDArray[np.generic]
) -> NDArray[np.generic]:
    """Write numbers behind others, where there is room or after making some."""
    end = start + len(more)
    if end > len(column):
        room = np.zeros(end + end // 2, column.dtype)
        room[:start] = column[:start]
        column = room
    column[start:end] = more
    return column
