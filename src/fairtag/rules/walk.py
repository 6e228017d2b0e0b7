"""How does evidence about edges add up, position after position?

Belief about an edge is a walk between two walls: every position moves it towards a few times what
it says itself, by how much of it is news. So positions with one common drift never say more than a
few of them would, and every step only adds, multiplies and compares: the same bits everywhere.
A movement that explains where the wearer is lets a position say more; without one it says less.

One loop over rows and edges serves one wearer's replay and everybody's live data. It works on
plain arrays, so that a compiler may carry it. Units: µs UTC; degrees; metres; metres a second;
evidence in 1/1024 natural log-odds, positive against the wearer.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.rules.settings import CELLS, NAT, Settings
from fairtag.terms.compiled import compiled
from fairtag.terms.instants import SECOND

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bytes = NDArray[np.int8]

KEPT, UNSURE, AGAINST = -1, 0, 1
NEVER = -1  # no instant
MOST_EVIDENCE = 8
_HALF_TURN_DEG = 180.0

# What is remembered about one edge: places in a row of whole numbers.
ODDS, SIDE, SIDE_BEFORE, AT, BEFORE = 0, 1, 2, 3, 4
RUN_SIGN, RUN_FROM, RUN_DISTINCT = 5, 6, 7
KEPT_AT, KEPT_BEFORE = 8, 9
NAMED = 10  # how many positions of the run are named in the two lists that follow
NAMED_AT = 11
NAMED_SEQ = NAMED_AT + MOST_EVIDENCE
WIDTH = NAMED_SEQ + MOST_EVIDENCE

# What is remembered about the way of a device: places in a row of numbers.
LAST_AT, LAST_LON, LAST_LAT = 0, 1, 2
STEP_AT, STEP_LON, STEP_LAT, STEP_SPEED = 3, 4, 5, 6
STEP_EAST, STEP_NORTH, STEP_LENGTH, TRACKED = 7, 8, 9, 10
WAY_WIDTH = 11


class Numbers(NamedTuple):
    """The published settings as the loop takes them."""

    most: int
    most_moving: int
    most_still: int
    most_network: int
    far_widths: float
    tracked_m: float
    memory: int  # µs, as all times here
    moving_memory: int
    repeated: int  # share, in 1/1024
    reach: int
    drift: int
    longest: int
    in_favour_counts: int
    relax: int
    gap: int
    fade: int
    against: int
    most_against: int
    in_favour: int
    most_in_favour: int
    distinct: int
    moving_mps: float
    step: int
    step_m: float
    longest_step_s: float
    counted_step_s: float
    fastest_mps: float
    way_share: float
    explained_m: float
    explained_times: float
    tracked_steps: float


@lru_cache(maxsize=8)
def numbers_of(settings: Settings) -> Numbers:
    """Turn settings into whole steps."""

    def nats(odds: float) -> int:
        return round(NAT * odds)

    def micros(seconds: float) -> int:
        return round(seconds * SECOND)

    return Numbers(
        most=nats(settings.most),
        most_moving=nats(settings.most_moving),
        most_still=nats(settings.most_still),
        most_network=nats(settings.most_network),
        far_widths=settings.far_widths,
        tracked_m=settings.tracked_m,
        memory=micros(settings.memory_s),
        moving_memory=micros(settings.moving_memory_s),
        repeated=nats(settings.repeated_share),
        reach=nats(settings.reach),
        drift=micros(settings.drift_s),
        longest=micros(settings.drift_s * settings.longest_drifts),
        in_favour_counts=settings.in_favour_counts,
        relax=nats(settings.relax),
        gap=micros(settings.gap_s),
        fade=micros(settings.fade_s),
        against=nats(settings.against),
        most_against=nats(settings.most_against),
        in_favour=nats(settings.in_favour),
        most_in_favour=nats(settings.most_in_favour),
        distinct=settings.distinct,
        moving_mps=settings.moving_mps,
        step=micros(settings.step_s),
        step_m=settings.step_m,
        longest_step_s=settings.longest_step_s,
        counted_step_s=settings.counted_step_s,
        fastest_mps=settings.fastest_mps,
        way_share=settings.way_share,
        explained_m=settings.explained_m,
        explained_times=settings.explained_times,
        tracked_steps=float(settings.tracked_steps),
    )


class Rows(NamedTuple):
    """Positions in the order in which they happened; columns of shape (n,), `against_m` (n, m)."""

    at: Ints
    lon: Floats
    lat: Floats
    lon_m: Floats  # length of a degree here
    lat_m: Floats
    speed_mps: Floats
    is_satellite: NDArray[np.bool_]
    width_m: Floats
    seq: Ints
    against_m: Floats  # metres on the side against the wearer


class State(NamedTuple):
    """What is remembered about m edges: shapes (m, WIDTH), (m,) and (WAY_WIDTH,)."""

    edges: Ints
    moved_m: Floats  # since the wearer was last seen on the right side
    way: Floats


def new_state(edges: int) -> State:
    """Know nothing about some edges."""
    found = State(
        edges=np.zeros((edges, WIDTH), np.int64),
        moved_m=np.zeros(edges),
        way=np.zeros(WAY_WIDTH),
    )
    found.edges[:, (AT, BEFORE, RUN_FROM, KEPT_AT, KEPT_BEFORE)] = NEVER
    found.way[LAST_AT] = found.way[STEP_AT] = NEVER
    return found


def _is_turn(edges: Ints, c: int, is_hot: int, numbers: Numbers) -> bool:
    """Tell whether an edge has another side now, or is hot, or unheard of for long, against."""
    if edges[c, SIDE] != edges[c, SIDE_BEFORE]:
        return True
    if edges[c, SIDE] != AGAINST:
        return False
    return bool(is_hot != 0 or edges[c, AT] - edges[c, BEFORE] > numbers.gap)


def _is_repeated(rows: Rows, r: int, way: Floats) -> bool:
    """Tell whether a network gives the same coordinates again, and note these."""
    is_same = rows.lon[r] == way[LAST_LON] and rows.lat[r] == way[LAST_LAT]
    found = way[LAST_AT] != NEVER and is_same and not rows.is_satellite[r]
    way[LAST_AT], way[LAST_LON], way[LAST_LAT] = rows.at[r], rows.lon[r], rows.lat[r]
    return bool(found)


def _step(rows: Rows, r: int, way: Floats, numbers: Numbers) -> float:
    """Tell how far a movement went since the last step; steps are some seconds long at least.

    What the reported speed explains is a movement, and so are two long steps in one direction.
    """
    speed = rows.speed_mps[r] if rows.speed_mps[r] == rows.speed_mps[r] else 0.0
    moved = 0.0
    if way[STEP_AT] != NEVER:
        if rows.at[r] - way[STEP_AT] < numbers.step:
            return 0.0
        lasted_s = (rows.at[r] - way[STEP_AT]) / SECOND
        turn = _short_way(rows.lon[r] - way[STEP_LON])
        east, north = turn * rows.lon_m[r], (rows.lat[r] - way[STEP_LAT]) * rows.lat_m[r]
        length = math.sqrt(east * east + north * north)
        if length > 0.0:
            counted_s = min(lasted_s, numbers.counted_step_s)
            moved = min(length, 0.5 * (speed + way[STEP_SPEED]) * counted_s)
            if _is_straight(rows, r, way, east, north, length, lasted_s, numbers):
                moved = length
        fastest = max(speed, way[STEP_SPEED])
        explained_m = numbers.explained_m + numbers.explained_times * fastest * lasted_s
        if length > explained_m or lasted_s > 2 * numbers.longest_step_s:
            way[TRACKED] = 0.0
        elif length >= numbers.step_m and fastest >= numbers.moving_mps:
            way[TRACKED] += 1.0
        if length > 0.0:
            way[STEP_EAST], way[STEP_NORTH], way[STEP_LENGTH] = east, north, length
    way[STEP_AT], way[STEP_LON], way[STEP_LAT] = rows.at[r], rows.lon[r], rows.lat[r]
    way[STEP_SPEED] = speed
    return moved


def _short_way(turn_deg: float) -> float:
    """Cross the antimeridian rather than go around the Earth."""
    if turn_deg > _HALF_TURN_DEG:
        return turn_deg - 2.0 * _HALF_TURN_DEG
    return turn_deg + 2.0 * _HALF_TURN_DEG if turn_deg < -_HALF_TURN_DEG else turn_deg


def _is_straight(
    rows: Rows,
    r: int,
    way: Floats,
    east: float,
    north: float,
    length: float,
    lasted_s: float,
    numbers: Numbers,
) -> bool:
    """Tell whether a step goes on in the direction of the one before; a satellite tells a speed."""
    if rows.is_satellite[r] and rows.speed_mps[r] == rows.speed_mps[r]:
        return False
    is_long = length > numbers.step_m and way[STEP_LENGTH] > numbers.step_m
    is_possible = lasted_s <= numbers.longest_step_s and length < numbers.fastest_mps * lasted_s
    along = east * way[STEP_EAST] + north * way[STEP_NORTH]
    return bool(is_long and is_possible and along > 0.5 * length * way[STEP_LENGTH])


def _see(
    rows: Rows,
    r: int,
    c: int,
    edges: Ints,
    moved_m: float,
    tracked: float,
    is_repeated: bool,
    numbers: Numbers,
    table: Ints,
) -> None:
    """Let one position move the belief about one edge."""
    is_tracked = tracked >= numbers.tracked_steps
    away_m = rows.against_m[r, c]
    is_moving = is_tracked or (away_m > 0.0 and 0.0 < moved_m >= numbers.way_share * away_m)
    said = _said(rows, r, away_m, is_moving, is_tracked, numbers, table)
    silence = rows.at[r] - edges[c, AT] if edges[c, AT] != NEVER else numbers.memory
    is_first = edges[c, AT] == NEVER
    memory = numbers.memory
    speed = rows.speed_mps[r]
    if not is_repeated and (is_moving or speed >= numbers.moving_mps):
        memory = numbers.moving_memory
    news = NAT if is_first or silence >= memory else silence * NAT // memory
    if is_repeated:
        news = news * numbers.repeated // NAT
    if silence > numbers.gap:
        edges[c, ODDS] = _faded(edges[c, ODDS], (silence - numbers.gap) * NAT // numbers.fade)
    _run(rows, r, c, edges, said, is_repeated, silence > numbers.gap)
    lasted = min(rows.at[r] - edges[c, RUN_FROM], numbers.longest)
    goal = said * numbers.reach // NAT
    if is_moving or rows.is_satellite[r] or speed != speed:
        goal += said * lasted // numbers.drift
    goal = max(numbers.most_in_favour, min(numbers.most_against, goal))
    if edges[c, ODDS] < goal:
        edges[c, ODDS] = min(goal, edges[c, ODDS] + max(said, numbers.relax) * news // NAT)
    else:
        by = max(-said, numbers.relax) * news // NAT
        edges[c, ODDS] = max(goal, _lowered(edges[c, ODDS], by, numbers.in_favour_counts))
    _decide(rows, r, c, edges, numbers)


def _said(
    rows: Rows,
    r: int,
    away_m: float,
    is_moving: bool,
    is_tracked: bool,
    numbers: Numbers,
    table: Ints,
) -> int:
    """Tell what a position says by itself: its distance in widths, up to what it may say."""
    width_m = min(rows.width_m[r], numbers.tracked_m) if is_tracked else rows.width_m[r]
    widths = abs(away_m) / width_m
    cell = int(min(widths * CELLS, len(table) - 1.0))
    if away_m <= 0.0:
        return -int(min(table[cell], numbers.most_moving if is_tracked else numbers.most))
    if is_moving:
        most = numbers.most_moving
    elif rows.speed_mps[r] != rows.speed_mps[r]:  # a device that tells no speed
        most = numbers.most
    elif not rows.is_satellite[r]:
        most = numbers.most_network
    else:
        most = numbers.most if widths >= numbers.far_widths else numbers.most_still
    return int(min(table[cell], most))


def _faded(odds: int, by: int) -> int:
    """Forget a little: belief goes towards nothing, not past it."""
    return max(0, odds - by) if odds > 0 else min(0, odds + by)


def _lowered(odds: int, by: int, times: int) -> int:
    """Move belief in the wearer's favour, faster down to nothing than from there on."""
    if odds <= 0:
        return odds - by
    return odds - times * by if odds >= times * by else odds // times - by


def _run(
    rows: Rows,
    r: int,
    c: int,
    edges: Ints,
    said: int,
    is_repeated: bool,
    is_broken: bool,
) -> None:
    """Note since when positions agree, and name the first of those against the wearer."""
    sign = 1 if said > 0 else -1
    if sign != edges[c, RUN_SIGN] or is_broken:
        edges[c, RUN_SIGN], edges[c, RUN_FROM] = sign, rows.at[r]
        edges[c, RUN_DISTINCT], edges[c, NAMED] = 0, 0
    if edges[c, RUN_DISTINCT] == 0 or not is_repeated:
        edges[c, RUN_DISTINCT] += 1
    if sign > 0 and edges[c, NAMED] < MOST_EVIDENCE:
        edges[c, NAMED_AT + edges[c, NAMED]] = rows.at[r]
        edges[c, NAMED_SEQ + edges[c, NAMED]] = rows.seq[r]
        edges[c, NAMED] += 1


def _decide(rows: Rows, r: int, c: int, edges: Ints, numbers: Numbers) -> None:
    """Tell the side: it takes much to accuse, and less to end an accusation."""
    least = 2 if rows.is_satellite[r] else numbers.distinct
    side = KEPT if edges[c, ODDS] <= numbers.in_favour else UNSURE
    if (
        edges[c, RUN_SIGN] > 0
        and edges[c, RUN_DISTINCT] >= least
        and edges[c, ODDS] >= numbers.against
    ) or (edges[c, SIDE] == AGAINST and edges[c, RUN_SIGN] > 0 and side == UNSURE):
        side = AGAINST
    edges[c, SIDE_BEFORE], edges[c, SIDE] = edges[c, SIDE], side
    edges[c, BEFORE], edges[c, AT] = edges[c, AT], rows.at[r]
    edges[c, KEPT_BEFORE] = edges[c, KEPT_AT]
    if side == KEPT:
        edges[c, KEPT_AT] = rows.at[r]


_CALLS = (
    _is_turn,
    _is_repeated,
    _step,
    _short_way,
    _is_straight,
    _see,
    _said,
    _faded,
    _lowered,
    _run,
    _decide,
)
_STEPS_AN_EDGE = 6  # of some microsecond in plain Python; measured


def _work(
    rows: Rows,
    first: int,
    last: int,
    state: State,
    numbers: Numbers,
    table: Ints,
    wake: Ints,
    is_hot: Bytes,
    stops: Bytes,
) -> int:
    """Tell the work of a call."""
    del rows, state, numbers, table, wake, is_hot
    return (last - first) * (1 + len(stops)) * _STEPS_AN_EDGE


@compiled(work=_work, calls=_CALLS)
def walk(
    rows: Rows,
    first: int,
    last: int,
    state: State,
    numbers: Numbers,
    table: Ints,
    wake: Ints,
    is_hot: Bytes,
    stops: Bytes,
) -> int:
    """Walk rows `first` to `last`, without that one; stop after one that the rules must look at.

    That is a row after which an edge has another side, or that comes at or after `wake` (m,), or
    lies against the wearer where `is_hot` (m,), or follows a silence in such a place. `stops` (m,)
    tells for which edges. Gives the row after the last one taken.
    """
    edges, moved_m, way = state
    for r in range(first, last):
        is_repeated = _is_repeated(rows, r, way)
        moved = _step(rows, r, way, numbers)
        is_notable = False
        for c in range(len(moved_m)):
            moved_m[c] += moved
            _see(rows, r, c, edges, moved_m[c], way[TRACKED], is_repeated, numbers, table)
            if edges[c, SIDE] == KEPT:
                moved_m[c] = 0.0
            stops[c] = 0
            if rows.at[r] >= wake[c] or _is_turn(edges, c, is_hot[c], numbers):
                stops[c] = 1
                is_notable = True
        if is_notable:
            return r + 1
    return last
