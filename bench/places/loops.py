"""How do other methods let evidence about an edge add up? Loops over the walk's own rows.

They take positions, and what these say, as the walk does (`fairtag.rules.places`), and write the
side after each row into `sides`, shape (n, m). Units as there.
"""

from __future__ import annotations

import math
from typing import Any

from fairtag.rules.places import numbers as by
from fairtag.rules.places import way as by_way
from fairtag.rules.places.numbers import Bytes, Floats, Ints, Numbers, Rows, fill
from fairtag.rules.places.walk import (
    AGAINST,
    AT,
    BEFORE,
    KEPT,
    RUN_DISTINCT,
    RUN_SIGN,
    UNSURE,
    State,
    _is_moving,
    _news,
    _run,
    _said,
)
from fairtag.rules.places.way import IS_REPEATED, NEVER, go
from fairtag.rules.settings import CELLS, NAT
from fairtag.terms.compiled import compiled

_UNMOVED = False
_TINY = 1e-300
INDEPENDENT, NEWS, ALL = 0, 1, 2  # what a filter knows of correlated errors and of movements


def _always(*_: Any, **__: Any) -> int:
    """Let a loop be machine code from its first call."""
    return 10**9


def _plain(rows: Rows, r: int, c: int, table: Ints, most: int) -> float:
    """Tell what a position says by its distance alone, in natural log-odds."""
    away_m = rows.against_m[r, c]
    cell = int(min(abs(away_m) / rows.width_m[r] * CELLS, len(table) - 1.0))
    said = float(min(table[cell], most)) / NAT
    return said if away_m > 0.0 else -said


def _full(
    at: int, away_m: float, c: int, state: State, numbers: Numbers, table: Ints
) -> tuple[float, float]:
    """Tell what a position says to the walk and how much of it is news; keeps its run."""
    edges, moved_m, way, fix = state
    is_moving = _is_moving(away_m, moved_m[c], way, numbers)
    said = _said(at, fix, away_m, is_moving, way, numbers, table)
    news = _news(at, fix, away_m, c, edges, is_moving, way, numbers)
    silence = at - edges[c, AT] if edges[c, AT] != NEVER else numbers.counts[by.MEMORY]
    _run(at, fix, c, edges, said, way[IS_REPEATED] != 0.0, silence > numbers.counts[by.GAP])
    return said / NAT, news / NAT


def _weighed(
    rows: Rows, r: int, c: int, state: State, numbers: Numbers, table: Ints, knows: int
) -> float:
    """Tell by how much a position moves a filter that knows so much."""
    if knows == ALL:
        said, news = _full(rows.at[r], rows.against_m[r, c], c, state, numbers, table)
        return said * news
    said = _plain(rows, r, c, table, numbers.counts[by.MOST])
    if knows == NEWS:
        away_m = rows.against_m[r, c]
        news = _news(rows.at[r], state.fix, away_m, c, state.edges, _UNMOVED, state.way, numbers)
        return said * news / NAT
    return said


def _enough(rows: Rows, r: int, c: int, edges: Ints, numbers: Numbers) -> bool:
    """Tell whether so many distinct positions agree that the walk might decide."""
    least = 2 if rows.is_satellite[r] else numbers.counts[by.DISTINCT]
    return bool(edges[c, RUN_SIGN] > 0 and edges[c, RUN_DISTINCT] >= least)


_CALLS = (fill, *by_way.CALLS, _is_moving, _said, _news, _run, _plain, _full, _weighed, _enough)


@compiled(work=_always, calls=_CALLS)
def filter_of_two(  # noqa: PLR0913, PLR0917 - compiled loops take numbers and arrays, by place
    rows: Rows,
    state: State,
    numbers: Numbers,
    table: Ints,
    knows: int,
    stay_kept: float,
    stay_against: float,
    odds: float,
    share: Floats,
    sides: Bytes,
) -> None:
    """Filter forward through a hidden Markov chain of two states that are left at constant rates.

    `stay_…` are the mean stays in µs; `odds` is the natural log-odds at which it accuses. `share`
    (m,) is scratch.
    """
    edges, moved_m, way, fix = state
    prior = stay_against / (stay_kept + stay_against)
    for c in range(len(moved_m)):
        share[c] = prior
    rate = 1.0 / stay_kept + 1.0 / stay_against
    for r in range(len(rows.at)):
        fill(fix, rows, r)
        moved = go(rows.at[r], fix, way, numbers)
        for c in range(len(moved_m)):
            if moved < 0.0 and knows != INDEPENDENT:
                sides[r, c] = sides[r - 1, c]
                continue
            moved_m[c] += max(moved, 0.0)
            if edges[c, AT] != NEVER:
                stayed = math.exp(-rate * (rows.at[r] - edges[c, AT]))
                share[c] = prior + (share[c] - prior) * stayed
            times = math.exp(_weighed(rows, r, c, state, numbers, table, knows))
            share[c] = share[c] * times / (share[c] * times + 1.0 - share[c])
            now = math.log(max(share[c], _TINY) / max(1.0 - share[c], _TINY))
            side = KEPT if now * NAT <= numbers.counts[by.IN_FAVOUR] else UNSURE
            if now >= odds and (knows != ALL or _enough(rows, r, c, edges, numbers)):
                side = AGAINST
            sides[r, c] = side
            edges[c, BEFORE], edges[c, AT] = edges[c, AT], rows.at[r]
            if side == KEPT:
                moved_m[c] = 0.0


@compiled(work=_always, calls=_CALLS)
def sequential_test(
    rows: Rows, numbers: Numbers, table: Ints, against: float, found: Floats, sides: Bytes
) -> None:
    """Run Wald's test again and again, as if every position were a witness of its own.

    At a wall it decides and begins again from nothing. `found` (m,) is scratch, zeros.
    """
    for r in range(len(rows.at)):
        for c in range(len(found)):
            found[c] += _plain(rows, r, c, table, numbers.counts[by.MOST])
            side = sides[r - 1, c] if r > 0 else UNSURE
            if found[c] >= against:
                side, found[c] = AGAINST, 0.0
            elif found[c] * NAT <= numbers.counts[by.IN_FAVOUR]:
                side, found[c] = KEPT, 0.0
            sides[r, c] = side


# The belief before the walk (commit dca42bf, rules/place.py), with its numbers of then.
_MOST, _WITNESSES, _LONG_BIAS_S, _DOUBT_S = 5.0, 2.0, 900.0, 3600.0
_MEMORY_S, _FROZEN_S, _RUN_S, _FROZEN_RUN_S, _GAP_S = 60.0, 600.0, 120.0, 1800.0, 900.0
_WALL, _IN_FAVOUR, _DISTINCT = 12.0, -2.0, 3
LEAKY_BIAS_M = 25.0
_SECOND = 1e6


@compiled(work=_always, calls=_CALLS)
def leaky(rows: Rows, table: Ints, against: float, edges: Floats, sides: Bytes) -> None:
    """Let belief drift towards what the newest position says; `edges` (m, 4) is scratch, zeros.

    Its columns: log-odds, sign of the run, its start in s, distinct positions in it.
    """
    for r in range(len(rows.at)):
        at_s = rows.at[r] / _SECOND
        since_s = at_s - rows.at[r - 1] / _SECOND if r > 0 else 0.0
        is_same = r > 0 and rows.lon[r] == rows.lon[r - 1] and rows.lat[r] == rows.lat[r - 1]
        is_repeated = is_same and not rows.is_satellite[r]
        memory_s = _FROZEN_S if is_repeated else _MEMORY_S
        news = 1.0 - math.exp(-since_s / memory_s) if r > 0 else 1.0 - math.exp(-1.0)
        for c in range(len(edges)):
            said = _plain(rows, r, c, table, round(_MOST * NAT))
            sign = 1.0 if said > 0.0 else -1.0
            if sign != edges[c, 1] or since_s > _GAP_S:
                edges[c, 1], edges[c, 2], edges[c, 3] = sign, at_s, 0.0
            if edges[c, 3] == 0.0 or not is_repeated:
                edges[c, 3] += 1.0
            lasted_s = at_s - edges[c, 2]
            goal = _WITNESSES * said * math.sqrt(1.0 + lasted_s / _LONG_BIAS_S)
            odds = edges[c, 0] * math.exp(-since_s / _DOUBT_S)
            odds = max(-_WALL, min(_WALL, odds + (goal - odds) * news))
            edges[c, 0] = odds
            least = (
                edges[c, 3] > 1.0
                if rows.is_satellite[r]
                else (edges[c, 3] >= _DISTINCT or lasted_s >= _FROZEN_RUN_S)
            )
            side = KEPT if odds <= _IN_FAVOUR else UNSURE
            if odds >= against and sign > 0.0 and lasted_s >= _RUN_S and least:
                side = AGAINST
            sides[r, c] = side
