"""Which lives and traces are judged, and what is true of them?

Simulated wearer-months of stories with a known truth, and recorded phones that lay still or went
on a trip. Units: µs UTC; metres; degrees; a wearer-month has 30 days.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position
from fairtag.orders.model import Curfew, Ruling
from fairtag.orders.read import read
from fairtag.rules.conditions import buffer_m, place_of, side_of
from fairtag.rules.duty import Binding
from fairtag.rules.places.leg import Edges, leg_of
from fairtag.rules.places.numbers import Rows
from fairtag.rules.settings import Settings
from fairtag.sim.cast import Player, player, span_of
from fairtag.sim.columns import spoken
from fairtag.sim.papers import order_of
from fairtag.terms.flat import metres_a_degree
from fairtag.terms.ground import distances, ground_of
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import DAY, MINUTE, Micros, parse
from fairtag.terms.local import Interval, merged, occurrences

HOME = Path(__file__).parents[2]
SEED = 20_002  # no test and no tuning used it
DAYS = 30
_START = parse("2026-11-02T12:00:00Z")
_FAR_M = 1e9

# Stories in which everything is kept, but that a receiver makes hard to see.
CALM = (
    "home_at_edge",
    "lives_near_zone",
    "walks_along_fence",
    "sits_at_fence",
    "deep_indoors_good",
    "deep_indoors_poor",
    "frozen_network",
    "flat_accuracy",
    "calm_at_work",
)
# Stories with one true departure a day.
TRUE = ("zone_4_min", "zone_10_min", "inclusion_left", "left_25_min")
STILL, TRIPS = "real_still", "real_trips"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """When one condition binds, and when it truly was broken."""

    windows: tuple[Interval, ...]
    grace: int  # µs
    broken: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes:
    """All that was said, as simple servers take it; columns (n,), `against_m` (n, m)."""

    at: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    against_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One wearer, or one session of a phone."""

    story: str
    months: float
    duties: tuple[Duties, ...]  # one an edge
    columns: Positions  # by event time
    row: NDArray[np.int64]  # the place of each of `rows` in the columns
    rows: Rows  # what may move a belief
    fixes: Fixes


def simulated(months: dict[str, int], settings: Settings) -> Iterator[Case]:
    """Invent so many wearer-months of each story; the same arguments give the same lives."""
    number = 0
    for story, count in months.items():
        for _ in range(count):
            number += 1
            span = span_of(story, start=_START, days=DAYS)
            yield _life(player(number, story, span=span, seed=SEED, is_daily=True), settings)


def _life(one: Player, settings: Settings) -> Case:
    ruling = read(msgspec.json.encode(order_of(one)), scheme=None).ruling
    located = tuple(each for each in ruling.conditions if isinstance(each, Binding))
    return _case(
        one.scenario,
        DAYS / 30,
        tuple((each, _duties(each, one, ruling)) for each in located),
        spoken(one).positions,
        settings,
    )


def _duties(condition: Binding, one: Player, ruling: Ruling) -> Duties:
    windows: tuple[Interval, ...] = (one.span,)
    if condition.timetable:
        windows = occurrences(condition.timetable, ruling.time_zone, within=one.span)
    true = [each.during for each in one.plan.truth if each.condition_id == condition.id]
    grace = condition.grace_min * MINUTE if isinstance(condition, Curfew) else 0
    return Duties(windows=windows, grace=grace, broken=merged(true))


def recorded(settings: Settings) -> Iterator[Case]:
    """Read the recorded phones: at home in circles of 50 and 100 m; on trips in one of 50 m.

    Where a phone lay, and when it truly left, is told as the tests on traces tell it.
    """
    phones = _phones()
    for path in phones.STATIONARY:
        fixes = phones.read(path)
        circles = [phones.bound_to("inclusion_zone", phones.home(), r) for r in (50, 100)]
        yield _session(STILL, fixes, circles, (), settings)
    for path in phones.TRIPS:
        leaving = phones.true_exit(path)
        out = Interval(start=leaving.last_inside, end=leaving.until)
        circle = phones.bound_to("inclusion_zone", leaving.spot, 50)
        # What lies before is no part: a phone that has just been switched on is nowhere yet;
        # what comes after a return is another departure.
        fixes = [one for one in phones.read(path) if one.at <= leaving.until]
        yield _session(TRIPS, fixes, [circle], (out,), settings)


def _phones() -> ModuleType:
    sys.path.insert(0, str(HOME))
    from tests.vectors import phones  # noqa: PLC0415 - the path to it is made above

    return phones


def _session(
    story: str,
    fixes: list[Position],
    conditions: list[Binding],
    broken: tuple[Interval, ...],
    settings: Settings,
) -> Case:
    times = [one.at for one in fixes]
    span = Interval(start=Micros(min(times)), end=Micros(max(times) + 1))
    duties = Duties(windows=(span,), grace=0, broken=broken)
    # By the clock of receipt: some sessions begin with a position that is days old.
    heard = [one.received_at for one in fixes]
    months = (max(heard) - min(heard)) / DAY / 30
    bound = tuple((one, duties) for one in conditions)
    return _case(story, months, bound, positions_of(fixes), settings)


def _case(
    story: str,
    months: float,
    bound: tuple[tuple[Binding, Duties], ...],
    arrived: Positions,
    settings: Settings,
) -> Case:
    columns = _by_time(arrived)
    conditions = [one for one, _ in bound]
    edges = Edges(
        names=tuple(ConditionId(str(n)) for n in range(len(conditions))),
        ground=ground_of([place_of(one) for one in conditions]),
        sign=np.array([side_of(one) for one in conditions]),
        buffer_m=np.array([buffer_m(one) for one in conditions], np.float64),
    )
    metres = metres_a_degree(columns.lat)
    leg = leg_of(columns, metres, (0, len(columns)), 1, edges, settings)
    fixes = _fixes(columns, edges)
    # Where no position at all lies against the wearer, no method can say anything: left out.
    is_near = np.any(fixes.against_m > 0, axis=0) | np.array([bool(one.broken) for _, one in bound])
    return Case(
        story=story,
        months=months,
        duties=tuple(one for (_, one), is_kept in zip(bound, is_near, strict=True) if is_kept),
        columns=columns,
        row=leg.row,
        rows=leg.rows._replace(against_m=_some(leg.rows.against_m, is_near)),
        fixes=replace(fixes, against_m=_some(fixes.against_m, is_near)),
    )


def _some(against_m: NDArray[np.float64], is_kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.ascontiguousarray(against_m[:, is_kept])


def _by_time(columns: Positions) -> Positions:
    order = np.argsort(columns.at, kind="stable")
    arrays = {
        one.name: getattr(columns, one.name)[order]
        for one in fields(columns)
        if isinstance(getattr(columns, one.name), np.ndarray)
    }
    return replace(columns, **arrays)


def _fixes(columns: Positions, edges: Edges) -> Fixes:
    n, m = len(columns), len(edges.names)
    place = np.tile(np.arange(m, dtype=np.int32), n)
    lon, lat = np.repeat(columns.lon, m), np.repeat(columns.lat, m)
    signed_m = distances(edges.ground, place, lon, lat, np.full(n * m, _FAR_M))
    return Fixes(
        at=columns.at,
        lon=columns.lon,
        lat=columns.lat,
        accuracy_m=columns.accuracy_m,
        speed_mps=columns.speed_mps,
        against_m=edges.sign * (signed_m.reshape(n, m) - edges.buffer_m),
    )
