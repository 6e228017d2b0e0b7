"""What does a mock app on a phone invent in the receiver's place? It marks nothing.

Units: metres; degrees; instants in µs UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import SOURCES
from fairtag.intake.messages import Source
from fairtag.sim.devices.receivers import Fixes
from fairtag.sim.lives.people import Spot, degrees_m
from fairtag.terms.instants import MINUTE, SECOND
from fairtag.terms.local import Interval

_MOCK_CLAIM_M = 5.0  # chosen: what a good receiver outdoors claims
_CIRCLE_M, _CIRCLE_S = 40.0, 600.0  # chosen: radius, and time of one round
_JUMP_M, _JUMP_EVERY_MIN = 5000.0, 10  # chosen: away for one minute in ten
_GNSS = SOURCES.index(Source.GNSS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """An app on the phone that gives invented places instead of the receiver's, unmarked."""

    during: Interval
    shape: Literal["circle", "jumps", "frozen"]
    middle: Spot

    def put(self, fixes: Fixes, at: NDArray[np.int64], rows: NDArray[np.bool_]) -> None:
        """Say in some rows what the app invents."""
        since = (at[rows] - self.during.start).astype(np.float64)
        north = east = np.zeros(len(since))
        if self.shape == "circle":
            turn = 2 * math.pi * since / (_CIRCLE_S * SECOND)
            north, east = _CIRCLE_M * np.cos(turn), _CIRCLE_M * np.sin(turn)
        elif self.shape == "jumps":
            is_away = since // MINUTE % _JUMP_EVERY_MIN == _JUMP_EVERY_MIN // 2
            north = np.where(is_away, -_JUMP_M, 0.0)
        a_lat, a_lon = degrees_m(np.full(len(since), self.middle.lat))
        fixes.lat[rows] = self.middle.lat + north / a_lat
        fixes.lon[rows] = self.middle.lon + east / a_lon
        fixes.accuracy_m[rows], fixes.source[rows] = _MOCK_CLAIM_M, _GNSS
        fixes.is_seen[rows] = True
