"""Between two positions, when may the wearer have been at the edge, unseen?

That a condition was kept is a claim about a time. Between two positions it holds only for as long
as nobody could have been at the edge: who was 40 m away a minute ago and is 40 m away now may have
gone there and back. This is the space-time prism of time geography (Hägerstrand 1970; Pfoser and
Jensen 1999), with distances less two widths of their error. And it holds only when the two
positions agree: a step that the told speeds don't explain says that one of them is wrong. Of
somebody who moves, a position with such times on both sides shows nothing alone: now and then one
is a hundred metres off.
Shapes: n positions in order of time. Units: µs UTC; metres; metres a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairtag.rules.settings import Settings
from fairtag.terms.instants import SECOND

# Source: R. W. Bohannon, Age and Ageing 26 (1997) 15-19: the fastest group's fastest walk.
WALK_MPS = 2.5
_WIDTHS = 2.0  # what a distance may be wrong by
# Chosen: steps longer than so many times the told speed are odd, give or take so many widths of
# both positions. Stricter than for a finding, since a claim too few harms nobody.
_ODD_TIMES, _ODD_WIDTHS = 1.25, 1.0

_Floats = NDArray[np.float64]


def unseen(
    at: NDArray[np.int64],
    kept_m: _Floats,
    width_m: _Floats,
    speed_mps: _Floats,
    step_m: _Floats,
    settings: Settings,
) -> NDArray[np.int64]:
    """List the spans in which the wearer may have been at the edge; shape (k, 2), in order.

    `kept_m` (n,) is how far each position lies on the side that keeps the condition, negative on
    the other; `speed_mps` (n,) what the device told, NaN when it did not; `step_m` (n - 1,) the
    way from each to the next.
    """
    lasted_s = np.diff(at) / SECOND
    told_mps = np.fmax(speed_mps[:-1], speed_mps[1:])
    is_told = ~np.isnan(told_mps)
    seen_mps = step_m / np.maximum(lasted_s, 1e-6)
    fastest_mps = np.where(is_told, told_mps, seen_mps) * settings.explained_times
    reach_mps = np.maximum(WALK_MPS, fastest_mps)
    surely_m = np.maximum(0.0, kept_m - _WIDTHS * width_m)
    begins = at[:-1] + (surely_m[:-1] / reach_mps * SECOND).astype(np.int64)
    ends = at[1:] - (surely_m[1:] / reach_mps * SECOND).astype(np.int64)
    loose_m = np.maximum(settings.explained_m, _ODD_WIDTHS * (width_m[:-1] + width_m[1:]))
    is_odd = is_told & (step_m > loose_m + _ODD_TIMES * told_mps * lasted_s)
    begins, ends = np.where(is_odd, at[:-1], begins), np.where(is_odd, at[1:], ends)
    is_moving = np.where(is_told, told_mps, seen_mps) >= settings.moving_mps
    is_alone = (begins < ends) & is_moving
    is_alone = is_alone[:-1] & is_alone[1:]  # the position between two such steps
    ends[:-1][is_alone], begins[1:][is_alone] = at[1:-1][is_alone], at[1:-1][is_alone]
    spans = np.stack((begins, ends), axis=1)
    return spans[begins < ends]
