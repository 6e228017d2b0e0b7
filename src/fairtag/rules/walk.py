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

from fairtag.rules import way as by_way
from fairtag.rules.numbers import Bytes, Floats, Ints, Numbers, Rows
from fairtag.rules.settings import CELLS, NAT
from fairtag.rules.way import IS_BETTER, IS_REPEATED, JUMPED_AT, NEVER, TRACKED, go, new_way
from fairtag.terms.compiled import compiled

KEPT, UNSURE, AGAINST = -1, 0, 1
MOST_EVIDENCE = 8

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
    moved_m: Floats  # since the wearer was last seen on the right side
    way: Floats


def new_state(edges: int) -> State:
    """Know nothing about some edges."""
    found = State(
        edges=np.zeros((edges, WIDTH), np.int64),
        moved_m=np.zeros(edges),
        way=new_way(),
    )
    found.edges[:, (AT, BEFORE, RUN_FROM, KEPT_AT, KEPT_BEFORE)] = NEVER
    return found


def _is_turn(edges: Ints, c: int, is_hot: int, numbers: Numbers) -> bool:
    """Tell whether an edge has another side now, or is hot, or unheard of for long, against."""
    if edges[c, SIDE] != edges[c, SIDE_BEFORE]:
        return True
    if edges[c, SIDE] != AGAINST:
        return False
    return bool(is_hot != 0 or edges[c, AT] - edges[c, BEFORE] > numbers.gap)


def _see(
    rows: Rows,
    r: int,
    c: int,
    edges: Ints,
    moved_m: float,
    way: Floats,
    numbers: Numbers,
    table: Ints,
) -> None:
    """Let one position move the belief about one edge."""
    away_m = rows.against_m[r, c]
    is_explained = away_m > 0.0 and 0.0 < moved_m >= numbers.way_share * away_m
    is_moving = way[TRACKED] >= numbers.tracked_steps or is_explained
    said = _said(rows, r, away_m, is_moving, way, numbers, table)
    silence = rows.at[r] - edges[c, AT] if edges[c, AT] != NEVER else numbers.memory
    news = _news(rows, r, c, edges, is_moving, way, numbers)
    if silence > numbers.gap:
        by = (silence - numbers.gap) * NAT // numbers.fade
        edges[c, ODDS] = _faded(edges[c, ODDS], by)
    _run(rows, r, c, edges, said, way[IS_REPEATED] != 0.0, silence > numbers.gap)
    goal = said * numbers.reach // NAT
    if is_moving or rows.is_satellite[r] or rows.speed_mps[r] != rows.speed_mps[r]:
        goal += said * min(rows.at[r] - edges[c, RUN_FROM], numbers.longest) // numbers.drift
    goal = max(numbers.most_in_favour, min(numbers.most_against, goal))
    if edges[c, ODDS] < goal:
        edges[c, ODDS] = min(goal, edges[c, ODDS] + max(said, numbers.relax) * news // NAT)
    else:
        by = max(-said, numbers.relax) * news // NAT
        edges[c, ODDS] = max(goal, _lowered(edges[c, ODDS], by, numbers.in_favour_counts))
    _decide(rows, r, c, edges, numbers)


def _news(
    rows: Rows,
    r: int,
    c: int,
    edges: Ints,
    is_moving: bool,
    way: Floats,
    numbers: Numbers,
) -> int:
    """Tell how much of a position is news, in 1/1024: errors of one minute are one error."""
    since = edges[c, BEFORE] if way[IS_BETTER] != 0.0 else edges[c, AT]
    is_repeated = way[IS_REPEATED] != 0.0
    memory = numbers.memory
    if not is_repeated and (is_moving or rows.speed_mps[r] >= numbers.moving_mps):
        memory = numbers.moving_memory
    silence = rows.at[r] - since if since != NEVER else memory
    news = NAT if silence >= memory else silence * NAT // memory
    return int(news * numbers.repeated // NAT if is_repeated else news)


def _said(
    rows: Rows,
    r: int,
    away_m: float,
    is_moving: bool,
    way: Floats,
    numbers: Numbers,
    table: Ints,
) -> int:
    """Tell what a position says by itself: its distance in widths, up to what it may say."""
    is_tracked = way[TRACKED] >= numbers.tracked_steps
    width_m = min(rows.width_m[r], numbers.tracked_m) if is_tracked else rows.width_m[r]
    widths = abs(away_m) / width_m
    cell = int(min(widths * CELLS, len(table) - 1.0))
    if away_m <= 0.0:
        return -int(min(table[cell], numbers.most_moving if is_tracked else numbers.most))
    most = numbers.most
    if way[JUMPED_AT] != NEVER and rows.at[r] - way[JUMPED_AT] < numbers.jump_doubt:
        most = numbers.most_network
    elif is_moving:
        most = numbers.most_moving
    elif rows.speed_mps[r] == rows.speed_mps[r]:  # a device that tells its speed
        if not rows.is_satellite[r]:
            most = numbers.most_network
        elif widths < numbers.far_widths:
            most = numbers.most_still
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


_CALLS = (*by_way.CALLS, _is_turn, _see, _news, _said, _faded, _lowered, _run, _decide)
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
        moved = go(rows, r, way, numbers)
        if moved < 0.0:
            continue  # no observation
        is_notable = False
        for c in range(len(moved_m)):
            moved_m[c] += moved
            _see(rows, r, c, edges, moved_m[c], way, numbers, table)
            if edges[c, SIDE] == KEPT:
                moved_m[c] = 0.0
            stops[c] = 0
            if rows.at[r] >= wake[c] or _is_turn(edges, c, is_hot[c], numbers):
                stops[c] = 1
                is_notable = True
        if is_notable:
            return r + 1
    return last
