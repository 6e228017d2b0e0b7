"""Which methods are compared, and over which thresholds?

A method turns a case into the side after each position: -1 kept, 0 unsure, 1 against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from places import loops
from places.cases import Case, Fixes
from places.score import run_starts

from fairtag.rules.places import walk as w
from fairtag.rules.places.evidence import by_satellite, widths_m
from fairtag.rules.places.numbers import AGAINST as BUDGET
from fairtag.rules.places.numbers import Rows, numbers_of
from fairtag.rules.places.walk import AGAINST, KEPT
from fairtag.rules.settings import DEFAULTS, Settings, table
from fairtag.terms.instants import HOUR, MINUTE

Sides = NDArray[np.int8]
_NEVER = np.iinfo(np.int64).max
_NOT_AT_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to decide, at one threshold."""

    name: str
    knob: str  # what is written beside its point
    sides: Callable[[Case], Sides]
    takes_all: bool = False  # it judges `fixes`, not `rows`


def walked(settings: Settings, case: Case, change: Callable[[Rows], Rows] | None = None) -> Sides:
    """Let the product's own loop walk; `against` is only said while belief passes the budget."""
    rows = case.rows if change is None else change(case.rows)
    if settings != DEFAULTS:
        rows = rows._replace(width_m=_widths_m(case, settings))
    edges = rows.against_m.shape[1]
    state, numbers = w.new_state(edges), numbers_of(settings)
    wake = np.full(edges, _NEVER, np.int64)
    looks = np.full(edges, w.LOOK_AGAINST | w.LOOK_TURNS, np.int8)
    stops = np.zeros(edges, np.int8)
    sides = np.zeros(rows.against_m.shape, np.int8)
    first, last, now = 0, len(rows.at), np.zeros(edges, np.int8)
    while first < last:
        stops[:] = 0
        end = w.walk(rows, first, last, state, numbers, table(), wake, looks, stops)
        sides[first:end] = np.minimum(now, 0)  # what is no observation opens nothing
        now = state.edges[:, w.SIDE].astype(np.int8)
        if stops.any():
            is_sure = state.edges[:, w.ODDS] >= numbers.counts[BUDGET]
            sides[end - 1] = np.where(is_sure, now, np.minimum(now, 0))
        first = end
    return sides


def _widths_m(case: Case, settings: Settings) -> NDArray[np.float64]:
    return widths_m(case.columns, by_satellite(case.columns), settings)[case.row]


def budgeted(settings: Settings, against: float) -> Settings:
    """Set the error budget, and the wall behind it as far off as it is by default."""
    room = DEFAULTS.most_against - DEFAULTS.against
    return replace(settings, against=against, most_against=against + room)


# Nothing is taken for a movement: neither speeds, nor steps, nor jumps.
NO_MOVEMENT = replace(
    DEFAULTS,
    moving_mps=float(_NOT_AT_ALL),
    way_share=float(_NOT_AT_ALL),
    tracked_steps=_NOT_AT_ALL,
    jump_doubt_s=0.0,
)


def silent(rows: Rows) -> Rows:
    """Let a device tell no speed: the walk then asks for no movement."""
    return rows._replace(speed_mps=np.full(len(rows.at), np.nan))


def noisy(rows: Rows, error_mps: float) -> Rows:
    """Let a device tell speeds with an error, one sigma; it has no sign."""
    error = np.random.default_rng(2).normal(0.0, error_mps, len(rows.at))
    return rows._replace(speed_mps=abs(rows.speed_mps + error))


def _floored(rows: Rows) -> Rows:
    """Take speeds with an error, but none that is slower than a walk."""
    told = noisy(rows, 0.5)
    is_walk = ~(told.speed_mps < DEFAULTS.moving_mps)  # what is not told stays so
    return told._replace(speed_mps=np.where(is_walk, told.speed_mps, 0.0))


def _filtered(case: Case, *, knows: int, stays_h: tuple[float, float], odds: float) -> Sides:
    rows = case.rows
    sides = np.zeros(rows.against_m.shape, np.int8)
    stay_kept, stay_against = (hours * HOUR for hours in stays_h)
    loops.filter_of_two(
        rows,
        w.new_state(sides.shape[1]),
        numbers_of(DEFAULTS),
        table(),
        knows,
        float(stay_kept),
        float(stay_against),
        float(odds),
        np.zeros(sides.shape[1]),
        sides,
    )
    return sides


def _leaky(case: Case, *, against: float) -> Sides:
    old = replace(DEFAULTS, satellite_bias_m=loops.LEAKY_BIAS_M, network_bias_m=loops.LEAKY_BIAS_M)
    rows = case.rows._replace(width_m=_widths_m(case, old))
    sides = np.zeros(rows.against_m.shape, np.int8)
    loops.leaky(rows, table(), float(against), np.zeros((sides.shape[1], 4)), sides)
    return sides


def _tested(case: Case, *, against: float) -> Sides:
    rows = case.rows
    sides = np.zeros(rows.against_m.shape, np.int8)
    scratch = np.zeros(sides.shape[1])
    loops.sequential_test(rows, numbers_of(DEFAULTS), table(), float(against), scratch, sides)
    return sides


# Rules as others use them. Source: research on the same traces; see docs/decisions/0002.


def _sides(is_against: NDArray[np.bool_], is_kept: NDArray[np.bool_]) -> Sides:
    return np.where(is_against, AGAINST, np.where(is_kept, KEPT, 0)).astype(np.int8)


def _by_margin(case: Case, *, accuracies: float) -> Sides:
    """Take so many times the accuracy off the distance, on each fix."""
    accuracy_m = np.nan_to_num(case.fixes.accuracy_m, nan=0.0)[:, None]
    is_out = case.fixes.against_m - accuracies * accuracy_m > 0
    return _sides(is_out, ~is_out)


_IN_A_ROW = 3


def _in_a_row(
    case: Case, *, accuracies: float = 0.0, most_m: float = np.inf, distinct: int = 1
) -> Sides:
    """Take three fixes over two minutes, none wider than `most_m`, so many of them distinct."""
    fixes, found = case.fixes, np.zeros(case.fixes.against_m.shape, np.int8)
    accuracy_m = np.nan_to_num(fixes.accuracy_m, nan=0.0)
    is_fine = accuracy_m <= most_m
    at = fixes.at[is_fine]
    for c in range(found.shape[1]):
        is_out = (fixes.against_m[:, c] - accuracies * accuracy_m > 0)[is_fine]
        is_long = at - run_starts(at, is_out) >= 2 * MINUTE
        is_enough = is_long & (_counted(is_out, None) >= _IN_A_ROW)
        is_enough &= _counted(is_out, _is_new(fixes, is_fine)) >= distinct
        found[is_fine, c] = _sides(is_out & is_enough, ~is_out)
    return found


def _is_new(fixes: Fixes, is_fine: NDArray[np.bool_]) -> NDArray[np.bool_]:
    spots = np.stack([fixes.lon[is_fine], fixes.lat[is_fine]])
    return np.any(np.diff(spots, axis=1, prepend=np.nan) != 0, axis=0)


def _counted(is_out: NDArray[np.bool_], of: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Count rows of a run of `is_out`; `of` says which of them, the first always."""
    starts = is_out & ~np.concatenate([[False], is_out[:-1]])
    counts = is_out if of is None else is_out & (of | starts)
    total = np.cumsum(counts)
    before = np.maximum.accumulate(np.where(starts, total - counts, 0))
    return total - before


def _moved(case: Case) -> Sides:
    """Ask in addition for a speed of walking, told within 15 min before."""
    found = _in_a_row(case, accuracies=2.0, most_m=100.0, distinct=3)
    fixes = case.fixes
    is_walk = np.nan_to_num(fixes.speed_mps, nan=0.0) >= DEFAULTS.moving_mps
    last = np.maximum.accumulate(np.where(is_walk, fixes.at, 0))
    is_moving = fixes.at - last <= 15 * MINUTE
    found[(found == AGAINST) & ~is_moving[:, None]] = 0
    return found


WALK, UNMOVED, UNASKED = "walk", "walk, no movement known", "walk, no movement asked for"
BUDGETS = (5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
_FILTERS = (
    ("HMM, fixes independent", loops.INDEPENDENT, (4.0, 1.0)),
    ("HMM, news weighed", loops.NEWS, (4.0, 1.0)),
    ("HMM, the walk's evidence", loops.ALL, (4.0, 1.0)),
    ("HMM, the walk's evidence, stays ×10", loops.ALL, (40.0, 10.0)),
)
LEAKY, TEST = "leaky belief (before)", "SPRT, fixes independent"


def swept() -> list[Method]:
    """List every method at every threshold."""
    found = []
    for name, base, change, budgets in (
        (WALK, DEFAULTS, None, BUDGETS),
        (UNMOVED, NO_MOVEMENT, None, BUDGETS[::2]),
        (UNASKED, NO_MOVEMENT, silent, BUDGETS[::2]),
    ):
        for against in budgets:
            run = partial(walked, budgeted(base, against), change=change)
            found.append(Method(name=name, knob=f"{against}", sides=run))
    for name, knows, stays_h in _FILTERS:
        for odds in (2, 4, 5, 6, 7, 8, 9, 10):
            run = partial(_filtered, knows=knows, stays_h=stays_h, odds=odds)
            found.append(Method(name=name, knob=f"{odds}", sides=run))
    for against in (3, 5, 7, 8, 9, 10, 11):
        run = partial(_leaky, against=against)
        found.append(Method(name=LEAKY, knob=f"{against}", sides=run))
    for against in (3, 5, 8, 12, 16, 24, 32, 48, 64):
        run = partial(_tested, against=against)
        found.append(Method(name=TEST, knob=f"{against}", sides=run))
    return [*found, *simple()]


def simple() -> list[Method]:
    """List the rules that have no threshold to sweep."""
    rules: tuple[tuple[str, Callable[[Case], Sides]], ...] = (
        ("each fix in the polygon", partial(_by_margin, accuracies=0.0)),
        ("distance − accuracy", partial(_by_margin, accuracies=1.0)),
        ("3 fixes over 2 min", _in_a_row),
        (
            "≤ 100 m, distance − 2·accuracy, 3 over 2 min",
            partial(_in_a_row, accuracies=2.0, most_m=100.0),
        ),
        ("… 3 distinct", partial(_in_a_row, accuracies=2.0, most_m=100.0, distinct=3)),
        ("… and a movement told", _moved),
    )
    return [Method(name=name, knob="", sides=run, takes_all=True) for name, run in rules]


def strained() -> list[Method]:
    """List the walk with devices that tell speeds badly, or none."""
    changes: list[tuple[str, Callable[[Rows], Rows]]] = [
        (f"speeds ± {error} m/s", partial(noisy, error_mps=error))
        for error in (0.1, 0.25, 0.5, 1.0)
    ]
    changes += [("speeds ± 0.5 m/s, slower than a walk taken as 0", _floored)]
    changes += [("no speeds told", silent)]
    return [
        Method(name=name, knob="", sides=partial(walked, DEFAULTS, change=change))
        for name, change in changes
    ]


# One number at a time, to half and to double of it, or to its neighbours where that means nothing.
CHANGES: dict[str, tuple[float, float]] = {
    "optimism": (1.0, 2.0),
    "satellite_bias_m": (3.0, 12.0),
    "network_bias_m": (12.5, 50.0),
    "tracked_m": (6.0, 24.0),
    "most": (4.0, 6.0),
    "most_moving": (5.0, 7.0),
    "most_still": (2.5, 4.0),
    "far_widths": (4.0, 16.0),
    "most_network": (1.5, 3.5),
    "memory_s": (30.0, 120.0),
    "moving_memory_s": (15.0, 60.0),
    "repeated_share": (0.125, 0.5),
    "reach": (2.0, 4.0),
    "drift_s": (450.0, 1800.0),
    "in_favour_counts": (1, 4),
    "relax": (0.5, 2.0),
    "in_favour": (-1.0, -3.0),
    "distinct": (2, 4),
    "moving_mps": (0.35, 1.4),
    "step_m": (7.5, 30.0),
    "way_share": (0.16, 0.66),
    "explained_times": (1.25, 2.5),
    "tracked_steps": (1, 4),
    "jump_doubt_s": (300.0, 1200.0),
}


def changed() -> list[Method]:
    """List the walk as published, and with one published number changed."""
    published = Method(name="as published", knob="", sides=partial(walked, DEFAULTS))
    return [published, *_changes()]


def _changes() -> list[Method]:
    return [
        Method(
            name=name,
            knob=f"{value:g}",
            sides=partial(walked, replace(DEFAULTS, **{name: value})),
        )
        for name, values in CHANGES.items()
        for value in values
    ]
