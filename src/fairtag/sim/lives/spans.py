"""Which of several stretches of time holds at many instants?

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairtag.terms.local import Interval

NONE = -1


class Spans:
    """Finds what holds among stretches that do not overlap; where they do, the later one."""

    def __init__(self, spans: Sequence[Interval]) -> None:
        order = sorted(
            (n for n, one in enumerate(spans) if one.start < one.end),
            key=lambda n: spans[n].start,
        )
        self._places = np.array([*order, NONE], np.int64)
        self._starts = np.array([spans[n].start for n in order], np.int64)
        self._ends = np.array([*(spans[n].end for n in order), 0], np.int64)

    def at(self, instants: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the place in the sequence of what holds, or NONE.

        Shapes: (n,) gives (n,).
        """
        found = np.searchsorted(self._starts, instants, side="right") - 1  # -1 is the last: none
        return np.where(instants < self._ends[found], self._places[found], NONE)

    def hold(self, instants: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell where any of them holds."""
        held: NDArray[np.bool_] = self.at(instants) != NONE
        return held
