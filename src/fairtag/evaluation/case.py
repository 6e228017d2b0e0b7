"""What is judged, and what is true? One wearer's order, traffic and departures from the conditions.

A departure is what the simulator did on purpose; the judges are never given it.
Units: instants in µs UTC; metres, positive on the side against the wearer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Source
from fairtag.orders.model import (
    Activation,
    Attendance,
    Curfew,
    ExclusionZone,
    InclusionZone,
    Ruling,
)
from fairtag.orders.read import read
from fairtag.rules.conditions import buffer_m, place_of, side_of
from fairtag.rules.finding import AGAINST_WEARER
from fairtag.sim.cast import player, span_of
from fairtag.sim.columns import Spoken, spoken
from fairtag.sim.papers import order_of
from fairtag.sim.scenarios.scene import Truth
from fairtag.terms.ground import distances, ground_of
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse
from fairtag.terms.local import Interval

Located = Curfew | ExclusionZone | InclusionZone | Attendance
START = parse("2026-11-02T12:00:00Z")  # a Monday noon, as `fairtag simulate` begins
_USABLE_M = 500.0  # chosen: a wider position says the part of a town
_FLOATS = NDArray[np.float64]
_INTS = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One stretch in which a condition was truly not kept, or a device truly tampered with."""

    condition_id: str | None
    kinds: frozenset[str]  # every kind that says so rightly
    during: Interval
    due_at: Micros  # when a judge that knows everything may first say so: grace is over

    @property
    def family(self) -> str:
        """Name what it is a departure from."""
        return family(next(iter(self.kinds)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes:
    """Positions by event time against one condition; every column has the shape (n,)."""

    at: _INTS
    known_at: _INTS  # when this one and all earlier ones had arrived
    against_m: _FLOATS
    accuracy_m: _FLOATS  # NaN is unknown


@dataclass(frozen=True, kw_only=True)
class Case:
    """One wearer for some days."""

    scenario: str
    model: str
    ruling: Ruling
    heard: Spoken
    departures: tuple[Departure, ...]
    during: Interval

    @property
    def until(self) -> Micros:
        """Tell how far the judge's clock goes: late uploads arrive and timers fall due."""
        last = int(self.positions.received_at.max()) if len(self.positions) else 0
        return Micros(max(last, self.during.end) + HOUR)

    @property
    def positions(self) -> Positions:
        """Give the positions in order of arrival."""
        return self.heard.positions

    @property
    def device(self) -> Activation:
        """Give how the device is worn."""
        return self.ruling.devices[0]

    @property
    def interval(self) -> int:
        """Tell how often something new is to be known, in µs."""
        return max(self.device.fix_every_s, self.device.report_every_s) * 1_000_000

    @cached_property
    def located(self) -> tuple[Located, ...]:
        """List the conditions that are about a place."""
        return tuple(one for one in self.ruling.conditions if isinstance(one, Located))

    @cached_property
    def order(self) -> _INTS:
        """Give the rows by event time."""
        return np.argsort(self.positions.at, kind="stable")

    @cached_property
    def fixes(self) -> dict[ConditionId, Fixes]:
        """Measure every position against every condition about a place, once for all judges."""
        told, order = self.positions, self.order
        at = told.at[order]
        known_at = np.maximum.accumulate(told.received_at[order]) if len(at) else at
        lons, lats = told.lon[order], told.lat[order]
        return {
            one.id: Fixes(
                at=at,
                known_at=known_at,
                against_m=_against_m(one, lons, lats),
                accuracy_m=told.accuracy_m[order],
            )
            for one in self.located
        }

    @cached_property
    def usable_at(self) -> _INTS:
        """List when a position came that says where the wearer is: no mast, no wide circle."""
        told = self.positions
        is_wide = np.nan_to_num(told.accuracy_m, nan=0.0) > _USABLE_M
        is_usable = ~told.is_mock & ~is_wide & (told.source != SOURCES.index(Source.CELL))
        return np.sort(told.at[is_usable])


def simulated(scenario: str, number: int, *, seed: int, days: int, is_daily: bool = False) -> Case:
    """Invent one wearer for some days, in which the scenario happens once, or again every day."""
    span = span_of(scenario, start=START, days=days)
    one = player(number, scenario, span=span, seed=seed, is_daily=is_daily)
    ruling = read(msgspec.json.encode(order_of(one)), scheme=None).ruling
    return Case(
        scenario=scenario,
        model=one.model.value,
        ruling=ruling,
        heard=spoken(one),
        departures=departures(one.plan.truth, ruling),
        during=span,
    )


def family(kind: str) -> str:
    """Name kinds that may stand for one another: all of a curfew's, each other one alone."""
    return "curfew" if kind.startswith("curfew.") else kind


def departures(truths: Iterable[Truth], ruling: Ruling) -> tuple[Departure, ...]:
    """Join the rows of truth that are about the same stretch; matters for support are left out."""
    found: list[Departure] = []
    rows = [one for one in truths if one.kind in AGAINST_WEARER]
    for row in sorted(rows, key=lambda one: (one.condition_id or "", one.during.start)):
        last = found[-1] if found else None
        if last is not None and _is_same(last, row):
            found[-1] = _departure(row, last, ruling)
        else:
            found.append(_departure(row, None, ruling))
    return tuple(found)


def _is_same(known: Departure, row: Truth) -> bool:
    is_alike = known.condition_id == row.condition_id and known.family == family(row.kind)
    return is_alike and row.during.start <= known.during.end


def _departure(row: Truth, known: Departure | None, ruling: Ruling) -> Departure:
    during, kinds = row.during, frozenset({row.kind})
    if known is not None:
        end = max(known.during.end, during.end)
        during, kinds = Interval(start=known.during.start, end=end), kinds | known.kinds
    condition = next((one for one in ruling.conditions if one.id == row.condition_id), None)
    match condition:
        case Curfew():
            due_at = Micros(during.start + condition.grace_min * MINUTE)
        case Attendance():
            due_at = during.end
        case _:
            due_at = during.start
    return Departure(condition_id=row.condition_id, kinds=kinds, during=during, due_at=due_at)


def _against_m(condition: Located, lons: _FLOATS, lats: _FLOATS) -> _FLOATS:
    """Give metres on the side against the wearer; a buffer moves the edge outward."""
    ground, place = ground_of([place_of(condition)]), np.zeros(len(lons), np.int32)
    signed_m = distances(ground, place, lons, lats, np.full(len(lons), np.inf))
    return side_of(condition) * (signed_m - buffer_m(condition))
