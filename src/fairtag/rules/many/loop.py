"""How do requests of many orders move what is remembered of them? One loop, in order of arrival.

A request is taken whole or not at all: what it would change is changed in a copy first. One that is
not taken, and all later ones of its order, are left to the order's own judge. The arithmetic is
that of `places.walk`, `doubt.look` and `terms.flat`, position by position: the same bits.
Units: µs UTC; degrees; metres; metres a second; percent.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from fairtag.rules.doubt import holds, metres, steps
from fairtag.rules.doubt import memory as m
from fairtag.rules.doubt.look import _seen
from fairtag.rules.places import numbers as by
from fairtag.rules.places import walk as by_walk
from fairtag.rules.places import way as by_way
from fairtag.rules.places.leg import FAR_WIDTHS
from fairtag.rules.places.numbers import Bytes, Floats, Ints, Numbers
from fairtag.rules.places.walk import WIDTH, _is_looked_at, _see
from fairtag.rules.places.way import go
from fairtag.terms import flat
from fairtag.terms.compiled import compiled
from fairtag.terms.flat import Ground, metres_a_degree, to_circle_m, to_sides_m

# What is remembered of an order: places in a row of whole numbers, then in one of reals.
IS_LEFT, CLOCK, NOW, LAST_AT, LAST_SEQ, EPOCH = range(6)
HEARD, FIXED, HOLD, WAIT, SILENT, IS_LOW = range(6, 12)
PAUSE, EDGE, EDGES, INTS = 12, 13, 14, 15  # the first of its edges, and how many
# What came of a request. It was taken; or its order is not still, one before it was left, a timer
# or the order of time is in the way, a rule must look at it.
TAKEN, NOT_STILL, LEFT, TIME, LOOKED_AT = range(1, -4, -1)
WAY, HONESTY, BATTERY = 0, by_way.SIZE, by_way.SIZE + m.SIZE
REALS = BATTERY + 1


class Requests(NamedTuple):
    """Requests in order of arrival; rows `first[e]` to before `end[e]` are those of one."""

    order: Ints  # (e,): the order's row; -1: of none that is still
    received_at: Ints
    epoch: Ints
    first: Ints
    end: Ints
    at: Ints  # (n,) this one and those that follow
    seq: Ints
    lon: Floats
    lat: Floats
    width_m: Floats
    is_satellite: Bytes
    speed_mps: Floats
    battery_pct: Floats
    source: Bytes
    accuracy_m: Floats
    is_plain: Bytes  # a numbered witness; all else is left to the judge


class Orders(NamedTuple):
    """What is remembered of orders: shapes (o, INTS), (o, REALS), (c, WIDTH), and (c,)."""

    ints: Ints
    reals: Floats
    edges: Ints
    moved_m: Floats
    place: Ints  # in the ground
    sign: Floats
    buffer_m: Floats
    wake: Ints
    looks: Ints


class Rules(NamedTuple):
    """The published settings as the loop takes them."""

    numbers: Numbers
    table: Ints
    limits: Floats
    low_pct: Floats  # (2,): low, and back again
    rejudged: Ints  # (1,) µs


class Copy(NamedTuple):
    """What a request changes, until it is taken."""

    edges: Ints
    moved_m: Floats
    way: Floats
    honesty: Floats
    fix: Floats


def _is_timely(e: int, o: int, told: Requests, orders: Orders, rules: Rules) -> bool:
    """Tell whether a request comes, and happened, before anything that time alone brings."""
    ints, first, end = orders.ints, told.first[e], told.end[e]
    received_at = told.received_at[e]
    if first == end or received_at < ints[o, CLOCK]:
        return False
    due = min(ints[o, HOLD], ints[o, HEARD] + ints[o, WAIT])
    if received_at >= due or told.at[first] <= ints[o, SILENT]:
        return False
    if received_at - told.at[first] > rules.rejudged[0]:
        return False
    before = ints[o, NOW]
    for r in range(first, end):
        if told.is_plain[r] == 0 or told.at[r] <= before:
            return False
        before = told.at[r]
    return bool(before < ints[o, HOLD] and before < ints[o, PAUSE])


def _copy(o: int, orders: Orders, copy: Copy) -> None:
    for n in range(by_way.SIZE):
        copy.way[n] = orders.reals[o, WAY + n]
    for n in range(m.SIZE):
        copy.honesty[n] = orders.reals[o, HONESTY + n]
    for c in range(orders.ints[o, EDGES]):
        at = orders.ints[o, EDGE] + c
        copy.moved_m[c] = orders.moved_m[at]
        for n in range(WIDTH):
            copy.edges[c, n] = orders.edges[at, n]


def _keep(e: int, o: int, told: Requests, orders: Orders, copy: Copy) -> None:
    for n in range(by_way.SIZE):
        orders.reals[o, WAY + n] = copy.way[n]
    for n in range(m.SIZE):
        orders.reals[o, HONESTY + n] = copy.honesty[n]
    for c in range(orders.ints[o, EDGES]):
        at = orders.ints[o, EDGE] + c
        orders.moved_m[at] = copy.moved_m[c]
        for n in range(WIDTH):
            orders.edges[at, n] = copy.edges[c, n]
    for r in range(told.first[e], told.end[e]):
        if not math.isnan(told.battery_pct[r]):
            orders.reals[o, BATTERY] = told.battery_pct[r]
    ints, last = orders.ints, told.end[e] - 1
    ints[o, CLOCK] = ints[o, HEARD] = ints[o, FIXED] = told.received_at[e]
    ints[o, NOW] = ints[o, LAST_AT] = told.at[last]
    ints[o, LAST_SEQ], ints[o, EPOCH] = told.seq[last], told.epoch[e]


def _is_honest(
    r: int, told: Requests, east_m: float, north_m: float, copy: Copy, rules: Rules
) -> bool:
    """Let the look for signs of doubt take a position; tells whether it shows none."""
    state = copy.honesty
    state[m.AT] = told.at[r]
    state[m.LON], state[m.LAT] = told.lon[r], told.lat[r]
    state[m.EAST_M], state[m.NORTH_M] = east_m, north_m
    state[m.CLAIM_M], state[m.SOURCE] = told.accuracy_m[r], told.source[r]
    state[m.TOLD_MPS] = told.speed_mps[r]
    return bool(_seen(state, rules.limits) == 0)


def _away_m(r: int, at: int, told: Requests, orders: Orders, ground: Ground) -> float:
    """Tell how far a position lies against the wearer of an edge; NaN: only a geodesic tells."""
    place, point = orders.place[at], (told.lon[r], told.lat[r])
    enough_m = FAR_WIDTHS * told.width_m[r] + orders.buffer_m[at]
    begin, end = ground.begin[place], ground.end[place]
    if begin == end:
        centre = (ground.lon[place], ground.lat[place], ground.radius_m[place])
        signed_m = to_circle_m(point, centre, enough_m)
    else:
        bounds = (ground.west[place], ground.east[place], ground.south[place], ground.north[place])
        span = (begin, end)
        signed_m = to_sides_m(point, bounds, enough_m, span, ground.cut, ground.box, ground.side)
    return float(orders.sign[at] * (signed_m - orders.buffer_m[at]))


def _is_charged(r: int, o: int, told: Requests, orders: Orders, rules: Rules) -> bool:
    """Tell whether the battery tells nothing new."""
    if orders.ints[o, IS_LOW] == 0:
        return not told.battery_pct[r] <= rules.low_pct[0]
    return not told.battery_pct[r] >= rules.low_pct[1]


def _fill(r: int, told: Requests, east_m: float, north_m: float, fix: Floats) -> None:
    fix[by.LON], fix[by.LAT] = told.lon[r], told.lat[r]
    fix[by.LON_M], fix[by.LAT_M] = east_m, north_m
    fix[by.SPEED], fix[by.WIDTH_M] = told.speed_mps[r], told.width_m[r]
    fix[by.IS_SATELLITE] = 1.0 if told.is_satellite[r] != 0 else 0.0
    fix[by.SEQ] = told.seq[r]


def _is_quiet_row(
    r: int, o: int, told: Requests, orders: Orders, ground: Ground, rules: Rules, copy: Copy
) -> bool:
    """Let one position move the copy; tells whether no rule and no person must look at it."""
    east_m, north_m = metres_a_degree(told.lat[r])
    if not _is_honest(r, told, east_m, north_m, copy, rules):
        return False
    if not _is_charged(r, o, told, orders, rules):
        return False
    _fill(r, told, east_m, north_m, copy.fix)
    moved = go(told.at[r], copy.fix, copy.way, rules.numbers)
    if moved < 0.0:
        return True  # no observation
    for c in range(orders.ints[o, EDGES]):
        if not _is_quiet_edge(
            r, c, orders.ints[o, EDGE] + c, moved, told, orders, ground, rules, copy
        ):
            return False
    return True


def _is_quiet_edge(
    r: int,
    c: int,
    edge: int,
    moved: float,
    told: Requests,
    orders: Orders,
    ground: Ground,
    rules: Rules,
    copy: Copy,
) -> bool:
    """Let it move the belief about one edge."""
    at, edges, numbers = told.at[r], copy.edges, rules.numbers
    away_m = _away_m(r, edge, told, orders, ground)
    if math.isnan(away_m):
        return False
    copy.moved_m[c] += moved
    _see(at, copy.fix, away_m, c, edges, copy.moved_m[c], copy.way, numbers, rules.table)
    if edges[c, by_walk.ODDS] <= numbers.counts[by.IN_FAVOUR]:
        copy.moved_m[c] = 0.0
    return not (at >= orders.wake[edge] or _is_looked_at(edges, c, orders.looks[edge], numbers))


_OWN = (_is_timely, _copy, _keep, _is_honest, _is_charged, _fill, _away_m, _is_quiet_edge)
_CALLS = (
    *_OWN,
    _is_quiet_row,
    *by_walk.CALLS,
    *flat.CALLS,
    _seen,
    *steps.CALLS,
    *holds.CALLS,
    *metres.CALLS,
)
_STEPS_A_ROW = 60  # of some microsecond in plain Python


def _work(
    told: Requests, orders: Orders, ground: Ground, rules: Rules, copy: Copy, taken: Bytes
) -> int:
    """Tell the work of a call."""
    del orders, ground, rules, copy, taken
    return _STEPS_A_ROW * len(told.at)


@compiled(work=_work, calls=_CALLS)
def take_many(
    told: Requests, orders: Orders, ground: Ground, rules: Rules, copy: Copy, taken: Bytes
) -> int:
    """Take requests that do nothing but move beliefs; tells how many.

    `taken` (e,) tells which, and why not the others.
    """
    many = 0
    for e in range(len(taken)):
        o = told.order[e]
        taken[e] = NOT_STILL
        if o < 0:
            continue
        taken[e] = LEFT
        if orders.ints[o, IS_LEFT] != 0:
            continue
        is_quiet = _is_timely(e, o, told, orders, rules)
        taken[e] = LOOKED_AT if is_quiet else TIME
        if is_quiet:
            _copy(o, orders, copy)
            for r in range(told.first[e], told.end[e]):
                if is_quiet:
                    is_quiet = _is_quiet_row(r, o, told, orders, ground, rules, copy)
        if is_quiet:
            _keep(e, o, told, orders, copy)
            taken[e] = TAKEN
            many += 1
        else:
            orders.ints[o, IS_LEFT] = 1
    return many
