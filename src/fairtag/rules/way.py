"""How does a device move? Steps from one position to the next, and whether they hold together.

A movement is what the reported speed explains, or two long steps in one direction. A way whose
every step the speed explains is tracked: its positions are right to some metres, whatever they
claim. A step that nobody can take is a jump.
Units: µs UTC; degrees; metres; metres a second.
"""

from __future__ import annotations

import math

import numpy as np

from fairtag.rules.numbers import Floats, Numbers, Rows
from fairtag.terms.instants import SECOND

NEVER = -1  # no instant
_HALF_TURN_DEG = 180.0

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


def go(rows: Rows, r: int, way: Floats, numbers: Numbers) -> float:
    """Take a position; tells how far a movement went since the step before, or -1.

    That is for no observation: the wider one of two positions in a second, and one that a moving
    device gives again and again, which is an old one told as new.
    """
    is_first = way[LAST_AT] == NEVER
    is_twin = not is_first and rows.at[r] - way[LAST_AT] < SECOND
    if is_twin and rows.width_m[r] >= way[LAST_WIDTH]:
        return -1.0
    is_same = rows.lon[r] == way[LAST_LON] and rows.lat[r] == way[LAST_LAT] and not is_first
    if not is_same:
        way[SAME_SINCE] = rows.at[r]
    is_old = is_same and rows.at[r] - way[SAME_SINCE] >= numbers.copied
    if is_old and rows.speed_mps[r] >= numbers.moving_mps:
        return -1.0
    way[LAST_AT], way[LAST_LON], way[LAST_LAT] = rows.at[r], rows.lon[r], rows.lat[r]
    way[LAST_WIDTH] = rows.width_m[r]
    way[IS_REPEATED] = 1.0 if is_same and not rows.is_satellite[r] else 0.0
    way[IS_BETTER] = 1.0 if is_twin else 0.0
    return _step(rows, r, way, numbers)


def _step(rows: Rows, r: int, way: Floats, numbers: Numbers) -> float:
    """Take a step when the last one is some seconds old; tells how far a movement went."""
    speed = rows.speed_mps[r] if rows.speed_mps[r] == rows.speed_mps[r] else 0.0
    moved = 0.0
    if way[STEP_AT] != NEVER:
        if rows.at[r] - way[STEP_AT] < numbers.step:
            return 0.0
        lasted_s = (rows.at[r] - way[STEP_AT]) / SECOND
        east = _short_way(rows.lon[r] - way[STEP_LON]) * rows.lon_m[r]
        north = (rows.lat[r] - way[STEP_LAT]) * rows.lat_m[r]
        length = math.sqrt(east * east + north * north)
        moved = _moved(rows, r, way, east, north, length, lasted_s, speed, numbers)
        _track(way, length, lasted_s, max(speed, way[STEP_SPEED]), numbers)
        if length > numbers.jump_m and length > numbers.jump_mps * lasted_s:
            way[JUMPED_AT] = rows.at[r]
        if length > 0.0:
            way[MOVED_AT], way[STEP_LENGTH] = rows.at[r], length
            way[STEP_EAST], way[STEP_NORTH] = east, north
    way[STEP_AT], way[STEP_LON], way[STEP_LAT] = rows.at[r], rows.lon[r], rows.lat[r]
    way[STEP_SPEED] = speed
    return moved


def _moved(
    rows: Rows,
    r: int,
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
    counted_s = min(lasted_s, numbers.counted_step_s)
    moved: float = min(length, 0.5 * (speed + way[STEP_SPEED]) * counted_s)
    if rows.is_satellite[r] and rows.speed_mps[r] == rows.speed_mps[r]:
        return moved
    is_long = length > numbers.step_m and way[STEP_LENGTH] > numbers.step_m
    is_possible = lasted_s <= numbers.longest_step_s and length < numbers.fastest_mps * lasted_s
    is_next = rows.at[r] - way[MOVED_AT] <= numbers.longest_step_s * SECOND
    along = east * way[STEP_EAST] + north * way[STEP_NORTH]
    if is_long and is_possible and is_next and along > 0.5 * length * way[STEP_LENGTH]:
        return length
    return moved


def _track(way: Floats, length: float, lasted_s: float, fastest: float, numbers: Numbers) -> None:
    """Count steps on end that the reported speed explains."""
    explained_m = numbers.explained_m + numbers.explained_times * fastest * lasted_s
    if length > explained_m or lasted_s > 2 * numbers.longest_step_s:
        way[TRACKED] = 0.0
    elif length >= numbers.step_m and fastest >= numbers.moving_mps:
        way[TRACKED] += 1.0


def _short_way(turn_deg: float) -> float:
    """Cross the antimeridian rather than go around the Earth."""
    if turn_deg > _HALF_TURN_DEG:
        return turn_deg - 2.0 * _HALF_TURN_DEG
    return turn_deg + 2.0 * _HALF_TURN_DEG if turn_deg < -_HALF_TURN_DEG else turn_deg


CALLS = (go, _step, _moved, _track, _short_way)
