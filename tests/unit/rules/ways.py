"""Hand-made rows of one device, and numbers of their own that are easy to reckon with.

A degree has a power of two of metres, so that whole metres are exact. A position says one natural
log-odds a width. Units: seconds; metres; metres a second.
"""

from __future__ import annotations

from math import nan

import msgspec
import numpy as np

from fairtag.rules.places import numbers as by
from fairtag.rules.places import walk as w
from fairtag.rules.places.numbers import Floats, Numbers, Rows, fill, numbers_of
from fairtag.rules.settings import CELLS, NAT, Doubt, Settings
from fairtag.terms.instants import SECOND

EAST_M, NORTH_M = 65_536.0, 131_072.0
START_S = 1_000_000

OWN = Settings(
    most=5.0,
    most_moving=6.0,
    most_still=3.0,
    most_network=2.0,
    far_widths=8.0,
    tracked_m=8.0,
    memory_s=64.0,
    moving_memory_s=32.0,
    near_memory_s=128.0,
    repeated_share=0.25,
    reach=3.0,
    reach_moving=4.0,
    drift_s=1000.0,
    longest_drifts=2.0,
    in_favour_counts=2,
    relax=1.0,
    gap_s=800.0,
    fade_s=500.0,
    against=10.0,
    most_against=13.0,
    in_favour=-2.0,
    least_in_favour=0.5,
    most_in_favour=-4.0,
    distinct=3,
    moving_mps=0.5,
    step_s=10.0,
    step_m=16.0,
    longest_step_s=200.0,
    counted_step_s=40.0,
    fastest_mps=64.0,
    way_share=0.25,
    way_least_m=2.0,
    explained_m=24.0,
    explained_times=1.5,
    tracked_steps=2,
    copied_s=600.0,
    jump_doubt_s=300.0,
    doubt=Doubt(jump_m=2048.0, jump_mps=128.0),
)
NUMBERS = numbers_of(OWN)
_REALS = {
    "far_widths",
    "tracked_m",
    "moving_mps",
    "step_m",
    "longest_step_s",
    "counted_step_s",
    "fastest_mps",
    "way_share",
    "way_least_m",
    "explained_m",
    "explained_times",
    "tracked_steps",
    "jump_m",
    "jump_mps",
}


def number(name: str, of: Numbers = NUMBERS) -> float:
    """Tell one of the numbers by its name."""
    column = of.reals if name in _REALS else of.counts
    return column[getattr(by, name.upper())].item()  # type: ignore[no-any-return]


def numbers(**told: float) -> Numbers:
    """Give numbers of which some are others, by their names."""
    found = Numbers(*(column.copy() for column in NUMBERS))
    for name, value in told.items():
        column = found.reals if name in _REALS else found.counts
        column[getattr(by, name.upper())] = value
    return found


TABLE = np.arange(12 * CELLS, dtype=np.int64) * (NAT // CELLS)


class Fix(msgspec.Struct, frozen=True):
    """One position; `against_m` is that of each edge."""

    s: float
    against_m: tuple[float, ...] = (30.0,)
    east_m: float = 0.0
    north_m: float = 0.0
    speed_mps: float = nan
    is_satellite: bool = True
    width_m: float = 10.0
    seq: int = -1


def rows_of(*fixes: Fix) -> Rows:
    def column(name: str, kind: type = np.float64) -> np.ndarray:
        return np.array([getattr(one, name) for one in fixes], kind)

    return Rows(
        at=np.array([round((START_S + one.s) * SECOND) for one in fixes], np.int64),
        lon=column("east_m") / EAST_M,
        lat=column("north_m") / NORTH_M,
        lon_m=np.full(len(fixes), EAST_M),
        lat_m=np.full(len(fixes), NORTH_M),
        speed_mps=column("speed_mps"),
        is_satellite=column("is_satellite", np.bool_),
        width_m=column("width_m"),
        seq=column("seq", np.int64),
        against_m=column("against_m").reshape(len(fixes), -1),
    )


def one(fix: Fix) -> tuple[int, Floats]:
    """Give a position as the functions of the loop take it."""
    rows, found = rows_of(fix), np.zeros(by.FIX_SIZE)
    fill(found, rows, 0)
    return int(rows.at[0]), found


def at(s: float) -> int:
    """Tell the instant of a second."""
    return round((START_S + s) * SECOND)


class Walked(msgspec.Struct):
    """Edges that see positions."""

    state: w.State
    numbers: Numbers = NUMBERS

    def see(self, *fixes: Fix, cuts: tuple[int, ...] = ()) -> list[int]:
        """Let them all be seen, in calls that end at some rows; tells where each call ended."""
        rows, found, first = rows_of(*fixes), [], 0
        edges = len(self.state.moved_m)
        late, none = np.full(edges, at(10**9)), np.zeros(edges, np.int8)
        while first < len(fixes):
            last = min([one for one in cuts if first < one < len(fixes)], default=len(fixes))
            first = w.walk(
                rows, first, last, self.state, self.numbers, TABLE, late, none, none.copy()
            )
            found.append(first)
        return found

    def of(self, place: int, edge: int = 0) -> int:
        return int(self.state.edges[edge, place])

    @property
    def odds(self) -> int:
        return self.of(w.ODDS)

    @property
    def side(self) -> int:
        return self.of(w.SIDE)


def walked(*fixes: Fix, numbers: Numbers = NUMBERS, edges: int = 1) -> Walked:
    """Let new edges see positions."""
    found = Walked(w.new_state(edges), numbers)
    found.see(*fixes)
    return found


def stay(since_s: float, until_s: float, every_s: float = 64.0, **more: object) -> list[Fix]:
    """Give positions that each lie a metre beside the last one: nothing is repeated or moved."""
    count = round((until_s - since_s) / every_s)
    return [Fix(since_s + n * every_s, east_m=n % 2, **more) for n in range(count)]  # type: ignore[arg-type]
