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

from typing import NamedTuple

import numpy as np

from fairtag.rules.places import numbers as by
from fairtag.rules.places import way as by_way
from fairtag.rules.places.numbers import Bytes, Floats, Ints, Numbers, Rows, fill
from fairtag.rules.places.way import IS_BETTER, IS_REPEATED, JUMPED_AT, NEVER, TRACKED, go, new_way
from fairtag.rules.settings import CELLS, NAT
from fairtag.terms.compiled import compiled

KEPT, UNSURE, AGAINST = -1, 0, 1
MOST_EVIDENCE = 8
# What the rules want to look at, added up: every position after which the side is against the
# wearer; one after which it is kept again; any turn, and a silence on the side against.
LOOK_AGAINST, LOOK_KEPT, LOOK_TURNS = 1, 2, 4

# What is remembered about one edge: places in a row of whole numbers.
ODDS, SIDE, SIDE_BEFORE, AT, BEFORE = 0, 1, 2, 3, 4
RUN_SIGN, RUN_FROM, RUN_DISTINCT = 5, 6, 7
KEPT_AT, KEPT_BEFORE = 8, 9
NAMED = 10  # how many positions of the run are named in the two lists that follow
NAMED_AT = 11
NAMED_SEQ = NAMED_AT + MOST_EVIDENCE
WIDTH = NAMED_SEQ + MOST_EVIDENCE


class State(NamedTuple):
    """What is remembered about m edges: shapes (m, WIDTH) and (m,); and about the way."""

    edges: Ints
    moved_m: Floats  # since belief was last in the wearer's favour
    way: Floats
    fix: Floats  # the position looked at; nothing is remembered in it


def new_state(edges: int) -> State:
    """Know nothing about some edges."""
    found = State(
        edges=np.zeros((edges, WIDTH), np.int64),
        moved_m=np.zeros(edges),
        way=new_way(),
        fix=np.zeros(by.FIX_SIZE),
    )
    found.edges[:, (AT, BEFORE, RUN_FROM, KEPT_AT, KEPT_BEFORE)] = NEVER
    return found


def _is_looked_at(edges: Ints, c: int, looks: int, numbers: Numbers) -> bool:
    """Tell whether the rules want to look at an edge as it is now."""
    side, before = edges[c, SIDE], edges[c, SIDE_BEFORE]
    if side == AGAINST and looks & LOOK_AGAINST:
        return True
    if side == KEPT and side != before and looks & LOOK_KEPT:
        return True
    is_broken = side == AGAINST and edges[c, AT] - edges[c, BEFORE] > numbers.counts[by.GAP]
    return bool(looks & LOOK_TURNS and (side != before or is_broken))


def _see(
    at: int,
    fix: Floats,
    away_m: float,
    c: int,
    edges: Ints,
    moved_m: float,
    way: Floats,
    numbers: Numbers,
    table: Ints,
) -> None:
    """Let one position move the belief about one edge."""
    is_moving = _is_moving(away_m, moved_m, way, numbers)
    said = _said(at, fix, away_m, is_moving, way, numbers, table)
    silence = at - edges[c, AT] if edges[c, AT] != NEVER else numbers.counts[by.MEMORY]
    news = _news(at, fix, away_m, c, edges, is_moving, way, numbers)
    if silence > numbers.counts[by.GAP]:
        fades = (silence - numbers.counts[by.GAP]) * NAT // numbers.counts[by.FADE]
        edges[c, ODDS] = _faded(edges[c, ODDS], fades)
    _run(at, fix, c, edges, said, way[IS_REPEATED] != 0.0, silence > numbers.counts[by.GAP])
    goal = said * numbers.counts[by.REACH_MOVING if is_moving else by.REACH] // NAT
    if is_moving or fix[by.IS_SATELLITE] != 0.0 or fix[by.SPEED] != fix[by.SPEED]:
        goal += (
            said
            * min(at - edges[c, RUN_FROM], numbers.counts[by.LONGEST])
            // numbers.counts[by.DRIFT]
        )
    goal = max(numbers.counts[by.MOST_IN_FAVOUR], min(numbers.counts[by.MOST_AGAINST], goal))
    if edges[c, ODDS] < goal:
        edges[c, ODDS] = min(
            goal, edges[c, ODDS] + max(said, numbers.counts[by.RELAX]) * news // NAT
        )
    else:
        falls = max(-said, numbers.counts[by.RELAX]) * news // NAT
        edges[c, ODDS] = max(
            goal, _lowered(edges[c, ODDS], falls, numbers.counts[by.IN_FAVOUR_COUNTS])
        )
    _decide(at, fix, c, edges, said, numbers)


def _is_moving(away_m: float, moved_m: float, way: Floats, numbers: Numbers) -> bool:
    """Tell whether a movement explains a position: a tracked way, or enough of one since."""
    if way[TRACKED] >= numbers.reals[by.TRACKED_STEPS]:
        return True
    least_m = max(numbers.reals[by.WAY_LEAST_M], numbers.reals[by.WAY_SHARE] * away_m)
    return bool(away_m > 0.0 and moved_m >= least_m)


def _news(
    at: int,
    fix: Floats,
    away_m: float,
    c: int,
    edges: Ints,
    is_moving: bool,
    way: Floats,
    numbers: Numbers,
) -> int:
    """Tell how much of a position is news, in 1/1024: errors of one minute are one error."""
    since = edges[c, BEFORE] if way[IS_BETTER] != 0.0 else edges[c, AT]
    is_repeated = way[IS_REPEATED] != 0.0
    memory = numbers.counts[by.MEMORY]
    if 0.0 < away_m < numbers.reals[by.FAR_WIDTHS] * fix[by.WIDTH_M]:
        memory = numbers.counts[by.NEAR_MEMORY]
    if not is_repeated and (is_moving or fix[by.SPEED] >= numbers.reals[by.MOVING_MPS]):
        memory = numbers.counts[by.MOVING_MEMORY]
    silence = at - since if since != NEVER else memory
    news = NAT if silence >= memory else silence * NAT // memory
    return int(news * numbers.counts[by.REPEATED] // NAT if is_repeated else news)


def _said(
    at: int,
    fix: Floats,
    away_m: float,
    is_moving: bool,
    way: Floats,
    numbers: Numbers,
    table: Ints,
) -> int:
    """Tell what a position says by itself: its distance in widths, up to what it may say."""
    is_tracked = way[TRACKED] >= numbers.reals[by.TRACKED_STEPS]
    width_m = min(fix[by.WIDTH_M], numbers.reals[by.TRACKED_M]) if is_tracked else fix[by.WIDTH_M]
    widths = abs(away_m) / width_m
    cell = int(min(widths * CELLS, len(table) - 1.0))
    if away_m <= 0.0:
        return -int(
            min(
                table[cell],
                numbers.counts[by.MOST_MOVING] if is_tracked else numbers.counts[by.MOST],
            )
        )
    most = numbers.counts[by.MOST]
    if way[JUMPED_AT] != NEVER and at - way[JUMPED_AT] < numbers.counts[by.JUMP_DOUBT]:
        most = numbers.counts[by.MOST_NETWORK]
    elif is_moving:
        most = numbers.counts[by.MOST_MOVING]
    elif fix[by.SPEED] == fix[by.SPEED]:  # a device that tells its speed
        if fix[by.IS_SATELLITE] == 0.0:
            most = numbers.counts[by.MOST_NETWORK]
        elif widths < numbers.reals[by.FAR_WIDTHS]:
            most = numbers.counts[by.MOST_STILL]
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
    at: int,
    fix: Floats,
    c: int,
    edges: Ints,
    said: int,
    is_repeated: bool,
    is_broken: bool,
) -> None:
    """Note since when positions agree, and name the first of those against the wearer."""
    sign = 1 if said > 0 else -1
    if sign != edges[c, RUN_SIGN] or is_broken:
        edges[c, RUN_SIGN], edges[c, RUN_FROM] = sign, at
        edges[c, RUN_DISTINCT], edges[c, NAMED] = 0, 0
    if edges[c, RUN_DISTINCT] == 0 or not is_repeated:
        edges[c, RUN_DISTINCT] += 1
    if sign > 0 and edges[c, NAMED] < MOST_EVIDENCE:
        edges[c, NAMED_AT + edges[c, NAMED]] = at
        edges[c, NAMED_SEQ + edges[c, NAMED]] = int(fix[by.SEQ])
        edges[c, NAMED] += 1


def _decide(at: int, fix: Floats, c: int, edges: Ints, said: int, numbers: Numbers) -> None:
    """Tell the side: it takes much to accuse, and less to end an accusation.

    The side is kept only while the newest position says so, too.
    """
    least = 2 if fix[by.IS_SATELLITE] != 0.0 else numbers.counts[by.DISTINCT]
    is_low = edges[c, ODDS] <= numbers.counts[by.IN_FAVOUR]
    is_against = edges[c, RUN_SIGN] > 0
    side = UNSURE
    if is_low and said <= -numbers.counts[by.LEAST_IN_FAVOUR]:
        side = KEPT
    is_long = is_against and edges[c, RUN_DISTINCT] >= least
    if is_long and edges[c, ODDS] >= numbers.counts[by.AGAINST]:
        side = AGAINST
    if side == UNSURE and is_against and not is_low and edges[c, SIDE] == AGAINST:
        side = AGAINST
    edges[c, SIDE_BEFORE], edges[c, SIDE] = edges[c, SIDE], side
    edges[c, BEFORE], edges[c, AT] = edges[c, AT], at
    edges[c, KEPT_BEFORE] = edges[c, KEPT_AT]
    if side == KEPT:
        edges[c, KEPT_AT] = at


_OWN = (_is_looked_at, _see, _is_moving, _news, _said, _faded, _lowered, _run, _decide)
CALLS = (fill, *by_way.CALLS, *_OWN)
_STEPS_AN_EDGE = 6  # of some microsecond in plain Python; measured


def _work(
    rows: Rows,
    first: int,
    last: int,
    state: State,
    numbers: Numbers,
    table: Ints,
    wake: Ints,
    looks: Bytes,
    stops: Bytes,
) -> int:
    """Tell the work of a call."""
    del rows, state, numbers, table, wake, looks
    return (last - first) * (1 + len(stops)) * _STEPS_AN_EDGE


@compiled(work=_work, calls=CALLS)
def walk(
    rows: Rows,
    first: int,
    last: int,
    state: State,
    numbers: Numbers,
    table: Ints,
    wake: Ints,
    looks: Bytes,
    stops: Bytes,
) -> int:
    """Walk rows `first` to `last`, without that one; stop after one that the rules must look at.

    That is a row at or after `wake` (m,), or one after which an edge is as `looks` (m,) asks.
    `stops` (m,) tells for which edges. Gives the row after the last one taken.
    """
    edges, moved_m, way, fix = state
    for r in range(first, last):
        at = rows.at[r]
        fill(fix, rows, r)
        moved = go(at, fix, way, numbers)
        if moved < 0.0:
            continue  # no observation
        is_notable = False
        for c in range(len(moved_m)):
            moved_m[c] += moved
            _see(at, fix, rows.against_m[r, c], c, edges, moved_m[c], way, numbers, table)
            if edges[c, ODDS] <= numbers.counts[by.IN_FAVOUR]:
                moved_m[c] = 0.0
            stops[c] = 0
            if at >= wake[c] or _is_looked_at(edges, c, looks[c], numbers):
                stops[c] = 1
                is_notable = True
        if is_notable:
            return r + 1
    return last
