"""Do the steps between precise positions look like a person's?

Jumps, perfect circles, and speeds that contradict the way gone.
Units: spans in seconds (_s); metres; metres a second; degrees WGS 84.
"""

from __future__ import annotations

import math

from fairtag.intake.columns import SOURCES
from fairtag.intake.messages import Source
from fairtag.rules.doubt import limits as by
from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.memory import Floats
from fairtag.rules.doubt.metres import east_m, from_here_m, north_m
from fairtag.rules.doubt.sign import Sign

_GNSS, _FUSED, _UNKNOWN = (
    SOURCES.index(one) for one in (Source.GNSS, Source.FUSED, Source.UNKNOWN)
)
_TELEPORT, _CIRCLE, _SPEED = int(Sign.TELEPORT), int(Sign.CIRCLE), int(Sign.SPEED)

_SECOND = 1e6
_LAP = 2 * math.pi
_SURE = 2.0  # claims are 68 % radii; twice as far holds 95 % and more of a round error
_BACK_SHARE = 0.25  # of the way gone; who comes back so close has gone there and back
_STRAY = 3.0  # one step may stray so many spreads before the circle is over


def moved(state: Floats, limits: Floats) -> int:
    """Take a precise position as the end of a step; tells the sign, or 0."""
    if not _is_precise(state, limits):
        return 0
    silent_s = (state[m.AT] - state[m.WAS_AT]) / _SECOND
    if silent_s < limits[by.STEP_S]:
        return 0
    sign = 0
    if silent_s >= limits[by.STEP_S]:  # false for the first one, which ends no step
        sign = _step(state, limits, silent_s)
    # Apps tell an old place with a new time, under the ground or when they start: it stays old.
    is_copy = state[m.LON] == state[m.WAS_LON] and state[m.LAT] == state[m.WAS_LAT]
    if not is_copy:
        state[m.WAS_SINCE] = state[m.AT]
        state[m.WAS_LON] = state[m.LON]
        state[m.WAS_LAT] = state[m.LAT]
    state[m.WAS_AT] = state[m.AT]
    state[m.WAS_CLAIM_M] = state[m.CLAIM_M]
    return sign


def _is_precise(state: Floats, limits: Floats) -> bool:
    """Tell whether a jump or a shape of such positions says something.

    Networks' positions jump: a phone on a train made steps of 240 and 394 m/s that claimed up to
    100 m, and of 63 m/s that claimed up to 50 m (MobilityNet's traces).
    """
    source = state[m.SOURCE]
    if source == _GNSS:
        return not state[m.CLAIM_M] > limits[by.UNKNOWN_M]
    is_open = source in (_FUSED, _UNKNOWN)
    return bool(is_open and state[m.CLAIM_M] <= limits[by.PRECISE_M])


def _step(state: Floats, limits: Floats, silent_s: float) -> int:
    step_s = (state[m.AT] - state[m.WAS_SINCE]) / _SECOND
    east, north = east_m(state, m.WAS_LON), north_m(state, m.WAS_LAT)
    gone_m = math.sqrt(east * east + north * north)
    error_m = _error_m(state[m.WAS_CLAIM_M], limits) + _error_m(state[m.CLAIM_M], limits)
    sure_m = max(0.0, gone_m - _SURE * error_m)
    is_jump = _jumped(state, limits, step_s, sure_m)
    is_circle = _circled(state, limits, step_s, east, north)
    is_still = _stood(state, limits, step_s, sure_m)
    is_fast = _raced(state, limits, silent_s)
    state[m.WAS_EAST_MPS] = east / step_s
    state[m.WAS_NORTH_MPS] = north / step_s
    # After a silence a lone error looks like a way: nobody knows whether it was at rest.
    state[m.WAS_MPS] = sure_m / step_s if step_s <= limits[by.GAP_S] else math.nan
    if is_jump:
        return _TELEPORT
    if is_circle:
        return _CIRCLE
    return _SPEED if is_still or is_fast else 0


def _error_m(claim_m: float, limits: Floats) -> float:
    return claim_m if claim_m > 0 else float(limits[by.UNKNOWN_M])


def _jumped(state: Floats, limits: Floats, step_s: float, sure_m: float) -> bool:
    """Tell whether the jump before this step was none that a person makes.

    An airliner gathers speed over several steps, keeps it and loses it again: its first fast step
    follows or precedes another fast one. In a longer silence it may have flown: then only a speed
    that no airliner has is a jump. A lone jump there and back is a receiver's error; a second one
    within the hour is a sign.
    """
    mps = sure_m / step_s
    told = False
    is_back = False
    if state[m.JUMP_MPS] > 0:
        is_back = from_here_m(state, m.JUMP_LON, m.JUMP_LAT) < _BACK_SHARE * (
            state[m.JUMP_M] + sure_m
        )
        told = _again(state, limits) if is_back else _landed(state, limits, mps)
    state[m.JUMP_MPS] = 0.0
    is_fast = mps > limits[by.JUMP_MPS] and step_s <= limits[by.GAP_S]
    if sure_m >= limits[by.JUMP_M] and not is_back and (is_fast or mps > limits[by.NO_CRAFT_MPS]):
        state[m.JUMP_LON] = state[m.WAS_LON]
        state[m.JUMP_LAT] = state[m.WAS_LAT]
        state[m.JUMP_M] = sure_m
        state[m.JUMP_MPS] = mps
        state[m.JUMP_IS_FROM_REST] = 1.0 if state[m.WAS_MPS] < limits[by.SLOW_MPS] else 0.0
    return told


def _landed(state: Floats, limits: Floats, mps: float) -> bool:
    """Tell whether the step after a jump shows it to be one."""
    is_slow = mps < limits[by.SLOW_MPS] and state[m.JUMP_IS_FROM_REST] > 0
    return bool(is_slow or state[m.JUMP_MPS] > limits[by.NO_CRAFT_MPS])


def _again(state: Floats, limits: Floats) -> bool:
    """Tell whether a jump there and back is the second within the time."""
    is_again = state[m.AT] - state[m.BACK_AT] <= limits[by.AGAIN_S] * _SECOND
    state[m.BACK_AT] = state[m.AT]
    return bool(is_again)


def _circled(state: Floats, limits: Floats, step_s: float, east: float, north: float) -> bool:
    """Tell whether many steps had one length and one turn, over whole laps.

    The quotient of two steps as complex numbers holds both; on a circle it is constant. Receivers'
    noise alone spreads it by 4 to 10 % at a walk, a road by its bends, and two laps leave out every
    straight one.
    """
    was_east, was_north = state[m.WAS_EAST_MPS] * step_s, state[m.WAS_NORTH_MPS] * step_s
    was_square = was_east * was_east + was_north * was_north
    gone_square = east * east + north * north
    is_step = was_square > 0 and gone_square > 0 and step_s <= limits[by.GAP_S]
    if not is_step:
        state[m.TURNS] = 0.0
        return False
    re = (east * was_east + north * was_north) / was_square
    im = (north * was_east - east * was_north) / was_square
    _add_turn(state, limits, re, im)
    return _is_circle(state, limits, gone_square)


def _is_circle(state: Floats, limits: Floats, gone_square: float) -> bool:
    turns = state[m.TURNS]
    # The sine of a turn is no larger than the turn: so many laps at least.
    if turns < limits[by.CIRCLE_STEPS] or abs(state[m.SUM_IM]) < limits[by.CIRCLE_LAPS] * _LAP:
        return False
    re, im = state[m.SUM_RE] / turns, state[m.SUM_IM] / turns
    square = re * re + im * im
    spread_square = state[m.SUM_SQUARES] / turns - square
    # A chord is 2 R sin(turn / 2), and sin² of half a turn is (1 - cos) / 2.
    radius_square = gone_square / (2 * (1 - re / math.sqrt(square)))
    is_small = radius_square <= limits[by.CIRCLE_M] * limits[by.CIRCLE_M]
    return bool(is_small and spread_square <= limits[by.CIRCLE_SPREAD] * limits[by.CIRCLE_SPREAD])


def _add_turn(state: Floats, limits: Floats, re: float, im: float) -> None:
    """Add a step's turn to the circle, or begin another with it."""
    turns = state[m.TURNS]
    if turns > 0:
        off_re, off_im = re - state[m.SUM_RE] / turns, im - state[m.SUM_IM] / turns
        most = _STRAY * limits[by.CIRCLE_SPREAD]
        if off_re * off_re + off_im * off_im > most * most:
            turns = 0.0
    if turns == 0:
        state[m.SUM_RE] = state[m.SUM_IM] = state[m.SUM_SQUARES] = 0.0
    state[m.TURNS] = turns + 1
    state[m.SUM_RE] += re
    state[m.SUM_IM] += im
    state[m.SUM_SQUARES] += re * re + im * im


def _stood(state: Floats, limits: Floats, step_s: float, sure_m: float) -> bool:
    """Tell whether the device says that it stands while it goes on and on.

    Phones do so for a while: one on a bus told 0 m/s ten times in 100 s (MobilityNet's traces).
    """
    is_odd = (
        state[m.TOLD_MPS] <= limits[by.STILL_MPS]
        and sure_m > limits[by.MOVING_MPS] * step_s
        and step_s <= limits[by.GAP_S]
    )
    if not is_odd:
        state[m.STILLS] = 0.0
        return False
    if state[m.STILLS] == 0:
        state[m.STILL_AT] = state[m.WAS_AT]
        state[m.STILL_LON] = state[m.WAS_LON]
        state[m.STILL_LAT] = state[m.WAS_LAT]
    state[m.STILLS] += 1
    since_s = (state[m.AT] - state[m.STILL_AT]) / _SECOND
    is_long = state[m.STILLS] >= limits[by.LIE_FIXES] and since_s >= limits[by.LIE_S]
    # There and back is a receiver's error and no way.
    net_m = from_here_m(state, m.STILL_LON, m.STILL_LAT)
    return bool(is_long and net_m > limits[by.MOVING_MPS] * since_s)


def _raced(state: Floats, limits: Floats, silent_s: float) -> bool:
    """Tell whether the device says that it goes fast while it stays where it is."""
    if not state[m.TOLD_MPS] >= limits[by.FAST_MPS] or silent_s > limits[by.GAP_S]:
        state[m.FASTS] = 0.0
        return False
    is_near = (
        state[m.FASTS] > 0 and from_here_m(state, m.FAST_LON, m.FAST_LAT) <= limits[by.STOOD_M]
    )
    if not is_near:
        state[m.FAST_AT] = state[m.AT]
        state[m.FAST_LON] = state[m.LON]
        state[m.FAST_LAT] = state[m.LAT]
        state[m.FASTS] = 0.0
    state[m.FASTS] += 1
    since_s = (state[m.AT] - state[m.FAST_AT]) / _SECOND
    return bool(state[m.FASTS] >= limits[by.LIE_FIXES] and since_s >= limits[by.LIE_S])


CALLS = (
    moved,
    _is_precise,
    _step,
    _error_m,
    _jumped,
    _landed,
    _again,
    _circled,
    _is_circle,
    _add_turn,
    _stood,
    _raced,
)
