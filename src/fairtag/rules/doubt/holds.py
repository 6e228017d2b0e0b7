"""Does a device hold a place as no receiver does?

Units: spans in seconds (_s); metres; degrees WGS 84.
"""

from __future__ import annotations

from fairtag.intake.columns import SOURCES
from fairtag.intake.messages import Source
from fairtag.rules.doubt import limits as by
from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.memory import Floats
from fairtag.rules.doubt.metres import from_here_m

_GNSS, _CELL, _RF = (SOURCES.index(one) for one in (Source.GNSS, Source.CELL, Source.RF))

_SECOND = 1e6
_GRAIN = 1e5  # a receiver whose last digit is a metre repeats itself when it lies still
_WHOLE = 1e-3  # of that last digit: what a binary number leaves of a decimal


def held(state: Floats, limits: Floats) -> bool:
    """Tell whether a satellite receiver repeats place and error to the last digit.

    Its noise never lets both stand still. A receiver that holds its place at rest tells new errors,
    one that rounds to metres repeats itself, and network positions are repeated for hours.
    """
    if state[m.SOURCE] != _GNSS:
        return False
    is_same = (
        state[m.LON] == state[m.HELD_LON]
        and state[m.LAT] == state[m.HELD_LAT]
        and state[m.CLAIM_M] == state[m.HELD_CLAIM_M]
    )
    if not is_same:
        state[m.HELD_AT] = state[m.HELD_LAST_AT] = state[m.AT]
        state[m.HELD_LON] = state[m.LON]
        state[m.HELD_LAT] = state[m.LAT]
        state[m.HELD_CLAIM_M] = state[m.CLAIM_M]
        state[m.HELDS] = 1.0
        return False
    if state[m.AT] > state[m.HELD_LAST_AT]:  # a copy of one fix is no second one
        state[m.HELDS] += 1
        state[m.HELD_LAST_AT] = state[m.AT]
    since_s = (state[m.AT] - state[m.HELD_AT]) / _SECOND
    is_long = state[m.HELDS] >= limits[by.HELD_FIXES] and since_s >= limits[by.HELD_S]
    return bool(is_long and not (_is_round(state[m.LON]) and _is_round(state[m.LAT])))


def leapt(state: Floats, limits: Floats) -> bool:
    """Tell whether the device holds a place that it came to without a way.

    Wrong positions of networks look like this. A wearer who drives off shows places in between, or
    was silent for longer.
    """
    source = state[m.SOURCE]
    if source in (_CELL, _RF) or not state[m.CLAIM_M] <= limits[by.LEAP_CLAIM_M]:
        return False
    is_same = state[m.LON] == state[m.STAY_LON] and state[m.LAT] == state[m.STAY_LAT]
    off_m = 0.0 if is_same else from_here_m(state, m.STAY_LON, m.STAY_LAT)
    stayed_s = (state[m.AT] - state[m.STAY_AT]) / _SECOND
    if not off_m < limits[by.LEAP_M]:
        is_quick = _is_quick(state, limits, off_m)
        was_rest = stayed_s >= limits[by.LEAP_HELD_S]
        state[m.IS_LEAP] = 1.0 if is_quick and was_rest else 0.0
        state[m.STAY_AT] = state[m.AT]
        state[m.STAY_LON] = state[m.LON]
        state[m.STAY_LAT] = state[m.LAT]
    elif not is_same:
        state[m.IS_LEAP] = 0.0  # it moves: it is no copy
    state[m.STAY_LAST_AT] = state[m.AT]
    return bool(is_same and state[m.IS_LEAP] > 0 and stayed_s >= limits[by.LEAP_HELD_S])


def _is_quick(state: Floats, limits: Floats, off_m: float) -> bool:
    """Tell whether the place was left faster than on foot, between two reports, at rest."""
    step_s = (state[m.AT] - state[m.STAY_LAST_AT]) / _SECOND
    is_moving = state[m.TOLD_MPS] > limits[by.STILL_MPS]
    is_fast = off_m > limits[by.LEAP_MPS] * step_s
    return bool(is_fast and step_s <= limits[by.LEAP_WITHIN_S] and not is_moving)


def _is_round(degrees: float) -> bool:
    """Tell whether a number of degrees ends before the sixth decimal."""
    grains = degrees * _GRAIN
    off = grains - int(grains)
    return abs(off) < _WHOLE or abs(off) > 1 - _WHOLE


CALLS = (held, leapt, _is_quick, _is_round)
