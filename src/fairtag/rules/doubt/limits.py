"""By which of the published numbers is a device's honesty looked at? An array, with their names.

Units: as in the settings.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fairtag.rules.doubt.memory import Floats
from fairtag.rules.settings import Settings

_NAMES: list[str] = []


def _place(name: str) -> int:
    _NAMES.append(name)
    return len(_NAMES) - 1


UNKNOWN_M = _place("unknown_m")
GAP_S = _place("gap_s")
PRECISE_M = _place("precise_m")
STEP_S = _place("step_s")
JUMP_M = _place("jump_m")
JUMP_MPS = _place("jump_mps")
NO_CRAFT_MPS = _place("no_craft_mps")
SLOW_MPS = _place("slow_mps")
AGAIN_S = _place("again_s")
CIRCLE_STEPS = _place("circle_steps")
CIRCLE_LAPS = _place("circle_laps")
CIRCLE_SPREAD = _place("circle_spread")
CIRCLE_M = _place("circle_m")
LIE_S = _place("lie_s")
LIE_FIXES = _place("lie_fixes")
STILL_MPS = _place("still_mps")
MOVING_MPS = _place("moving_mps")
FAST_MPS = _place("fast_mps")
STOOD_M = _place("stood_m")
HELD_S = _place("held_s")
HELD_FIXES = _place("held_fixes")
LEAP_CLAIM_M = _place("leap_claim_m")
LEAP_M = _place("leap_m")
LEAP_MPS = _place("leap_mps")
LEAP_WITHIN_S = _place("leap_within_s")
LEAP_HELD_S = _place("leap_held_s")


@lru_cache(maxsize=8)
def limits_of(settings: Settings) -> Floats:
    """Put the numbers of the settings side by side, as they are named here."""
    return np.array([float(getattr(settings.doubt, name)) for name in _NAMES])
