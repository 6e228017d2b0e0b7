"""How does a device move? Steps from one position to the next, and whether they hold together.

A movement is what the reported speed explains, or two long steps in one direction. A way whose
every step the speed explains is tracked: its positions are right to some metres, whatever they
claim. A step that nobody can take is a jump.
Units: µs UTC; degrees; metres; metres a second.
"""

from __future__ import annotations

import math

import numpy as np

from fairtag.rules.places import numbers as by
from fairtag.rules.places.numbers import Floats, Numbers
from fairtag.terms.flat import turn_deg
from fairtag.terms.instants import SECOND

NEVER = -1  # no instant

# What is remembered about a way: places in a row of numbers.
LAST_AT, LAST_LON, LAST_LAT, LAST_WIDTH, SAME_SINCE = 0, 1, 2, 3, 4
IS_REPEATED, IS_BETTER = 5, 6  # the last position: the same again; the better one of a second
STEP_AT, STEP_LON, STEP_LAT, STEP_SPEED = 7, 8, 9, 10
MOVED_AT, STEP_EAST, STEP_NORTH, STEP_LENGTH = 11, 12, 13, 14
TRACKED, JUMPED_AT = 15, 16
SIZE = 17


def new_way() -> Floats:
    """Know nothing of a device's way."""
    found = np.zeros(SIZE)
    found[[LAST_AT, STEP_AT, MOVED_AT, JUMPED_AT]] = NEVER
    return found


def go(at: int, fix: Floats, way: Floats, numbers: Numbers) -> float:
    """Take a position; tells how far a movement went since the step before, or -1.

    That is for no observation: the wider one of two positions in a second, and one that a moving
    device gives again and again, which is an old one told as new.
    """
    is_first = way[LAST_AT] == NEVER
    is_twin = not is_first and at - way[LAST_AT] < SECOND
    if is_twin and fix[by.WIDTH_M] >= way[LAST_WIDTH]:
        return -1.0
    is_same = fix[by.LON] == way[LAST_LON] and fix[by.LAT] == way[LAST_LAT] and not is_first
    if not is_same:
        way[SAME_SINCE] = at
    is_old = is_same and at - way[SAME_SINCE] >= numbers.counts[by.COPIED]
    if is_old and fix[by.SPEED] >= numbers.reals[by.MOVING_MPS]:
        return -1.0
    way[LAST_AT], way[LAST_LON], way[LAST_LAT] = at, fix[by.LON], fix[by.LAT]
    way[LAST_WIDTH] = fix[by.WIDTH_M]
    way[IS_REPEATED] = 1.0 if is_same and fix[by.IS_SATELLITE] == 0.0 else 0.0
    way[IS_BETTER] = 1.0 if is_twin else 0.0
    return _step(at, fix, way, numbers)


def _step(at: int, fix: Floats, way: Floats, numbers: Numbers) -> float:
    """Take a step when the last one is some seconds old; tells how far a movement went."""
    speed = fix[by.SPEED] if fix[by.SPEED] == fix[by.SPEED] else 0.0
    moved = 0.0
    if way[STEP_AT] != NEVER:
        if at - way[STEP_AT] < numbers.counts[by.STEP]:
            return 0.0
        lasted_s = (at - way[STEP_AT]) / SECOND
        turn = fix[by.LON] - way[STEP_LON]
        east = (turn + turn_deg(turn)) * fix[by.LON_M]
        north = (fix[by.LAT] - way[STEP_LAT]) * fix[by.LAT_M]
        length = math.sqrt(east * east + north * north)
        moved = _moved(at, fix, way, east, north, length, lasted_s, speed, numbers)
        _track(way, length, lasted_s, speed, numbers)
        if length > numbers.reals[by.JUMP_M] and length > numbers.reals[by.JUMP_MPS] * lasted_s:
            way[JUMPED_AT] = at
        if length > 0.0:
            way[MOVED_AT], way[STEP_LENGTH] = at, length
            way[STEP_EAST], way[STEP_NORTH] = east, north
    way[STEP_AT], way[STEP_LON], way[STEP_LAT] = at, fix[by.LON], fix[by.LAT]
    way[STEP_SPEED] = speed
    return moved


def _moved(
    at: int,
    fix: Floats,
    way: Floats,
    east: float,
    north: float,
    length: float,
    lasted_s: float,
    speed: float,
    numbers: Numbers,
) -> float:
    """Tell how much of a step is a movement: what the speed explains, or all if it goes on.

    A satellite that tells a speed needs no second witness.
    """
    counted_s = min(lasted_s, numbers.reals[by.COUNTED_STEP_S])
    moved = 0.0
    if min(speed, way[STEP_SPEED]) >= numbers.reals[by.MOVING_MPS]:  # one alone may be an error
        moved = min(length, 0.5 * (speed + way[STEP_SPEED]) * counted_s)
    if fix[by.IS_SATELLITE] != 0.0 and fix[by.SPEED] == fix[by.SPEED]:
        return moved
    is_long = length > numbers.reals[by.STEP_M] and way[STEP_LENGTH] > numbers.reals[by.STEP_M]
    is_possible = (
        lasted_s <= numbers.reals[by.LONGEST_STEP_S]
        and length < numbers.reals[by.FASTEST_MPS] * lasted_s
    )
    is_next = at - way[MOVED_AT] <= numbers.reals[by.LONGEST_STEP_S] * SECOND
    along = east * way[STEP_EAST] + north * way[STEP_NORTH]
    if is_long and is_possible and is_next and along > 0.5 * length * way[STEP_LENGTH]:
        return length
    return moved


def _track(way: Floats, length: float, lasted_s: float, speed: float, numbers: Numbers) -> None:
    """Count steps on end that the reported speed explains; a way once tracked may rest."""
    fastest, slowest = max(speed, way[STEP_SPEED]), min(speed, way[STEP_SPEED])
    explained_m = (
        numbers.reals[by.EXPLAINED_M] + numbers.reals[by.EXPLAINED_TIMES] * fastest * lasted_s
    )
    if length > explained_m or lasted_s > 2 * numbers.reals[by.LONGEST_STEP_S]:
        way[TRACKED] = 0.0
    elif length >= numbers.reals[by.STEP_M] and slowest >= numbers.reals[by.MOVING_MPS]:
        way[TRACKED] += 1.0
    elif way[TRACKED] < numbers.reals[by.TRACKED_STEPS]:
        way[TRACKED] = 0.0


CALLS = (go, _step, _moved, _track, turn_deg)
