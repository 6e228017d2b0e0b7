"""How do the judges do on phones that really lay still, and on trips that were really made?

Stationary: a circle round the session's median is an inclusion zone that always binds; the phone
never moved, so that each alert is false.
Trips: a file is cut into legs where nothing came for ten minutes. A circle of 50 m round a leg's
first position is the zone. The leg leaves for good at the last fix inside before the first stretch
of five fixes and two minutes outside, all of an accuracy of 100 m or better, that reaches 250 m. A
leg without such a stretch is no exit and is not counted. An exit is found by an alert within
30 min, or by one that stands; an alert before the last fix inside is told apart: some may be real
moves of the phone.
A row that was measured before the session began (a phone's cached position of days ago) is of
another place and time, and is left out.
Units: instants in µs UTC; metres.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from fairtag.evaluation.bars import Bar, rated, shared, timed
from fairtag.evaluation.case import Case, Fixes
from fairtag.evaluation.judges import JUDGES, Episode, Judge
from fairtag.intake import csv
from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position
from fairtag.orders.model import Activation, DeviceType, InclusionZone, Ruling
from fairtag.sim.columns import Spoken
from fairtag.terms.errors import UsageError
from fairtag.terms.geometry import Circle
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

RADII_M = (50.0, 100.0)
_SILENCE = 10 * MINUTE
_FAR_M, _FINE_M = 250.0, 100.0  # chosen: beyond any doubt; what network positions claim
_OUT_FIXES, _OUT_FOR = 5, 2 * MINUTE
_IN_TIME = 30 * MINUTE
_LEAST_FIXES = 20
_ZONE = ConditionId("n1")


class Still(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts about a phone that lay still."""

    judge: str
    platform: str
    radius_m: float
    days: float
    alerts: int


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """One true exit."""

    judge: str
    platform: str
    early: int  # alerts before the last fix inside
    delay_s: float | None  # None: not found within 30 min


class Real(msgspec.Struct, frozen=True, kw_only=True):
    """What real traces showed."""

    sessions: int
    legs: int
    still: tuple[Still, ...]
    exits: tuple[Exit, ...]


def real(folder: Path, judges: Mapping[str, Judge] = JUDGES) -> Real:
    """Judge a folder with `stationary/*.csv` and `trips/*.csv`.

    Raises: UsageError.
    """
    sessions = [(_platform(path), _read(path)) for path in _files(folder / "stationary")]
    legs = [
        (_platform(path), leg) for path in _files(folder / "trips") for leg in _legs(_read(path))
    ]
    still = [one for name, told in sessions for one in _still(name, told, judges)]
    exits = [one for name, leg in legs for one in _exits(name, leg, judges)]
    return Real(sessions=len(sessions), legs=len(legs), still=tuple(still), exits=tuple(exits))


def real_bars(told: Real, judge: str) -> list[Bar]:
    """Hold one judge's answers against the bars for real traces."""
    found = []
    for radius_m in RADII_M:
        some = [one for one in told.still if (one.judge, one.radius_m) == (judge, radius_m)]
        count, days = sum(one.alerts for one in some), sum(one.days for one in some)
        name = f"phones lying still, {radius_m:g} m: false findings a device-day"
        found.append(rated(name, count, days, 0.0, wanted="0", of=len(some)))
    exits = [one for one in told.exits if one.judge == judge]
    delays = [one.delay_s for one in exits if one.delay_s is not None]
    name = "trips: exits found"
    found.append(shared(name, len(delays), len(exits), 0.95))
    name = "trips: delay after the last fix inside, median (s)"
    return [*found, timed(name, delays, 0.5, 180.0)]


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.csv"))
    if not found:
        raise UsageError(f"--traces: {folder} holds no CSV file")
    return found


def _platform(path: Path) -> str:
    return path.name.partition("-")[0]


def _read(path: Path) -> list[Position]:
    try:
        decoded = csv.decode(path.read_bytes(), DeviceId(path.stem))
    except OSError as error:
        raise UsageError(f"--traces: {path}: {error.strerror}") from error
    told = [one for one in decoded.messages if isinstance(one, Position)]
    began = min((one.received_at for one in told), default=Micros(0)) - _SILENCE
    found = [one for one in told if one.at >= began]
    if not found:
        raise UsageError(f"--traces: {path}: no row is a position")
    return found


def _still(platform: str, told: list[Position], judges: Mapping[str, Judge]) -> Iterator[Still]:
    columns = positions_of(told)
    middle = (float(np.median(columns.lon)), float(np.median(columns.lat)))
    for radius_m in RADII_M:
        case = _case(told, Circle(lon_deg=middle[0], lat_deg=middle[1], radius_m=radius_m))
        days = (max(columns.at) - min(columns.at)) / DAY
        for name, judge in judges.items():
            alerts = len(judge(case).episodes)
            yield Still(
                judge=name, platform=platform, radius_m=radius_m, days=float(days), alerts=alerts
            )


def _legs(told: list[Position]) -> Iterator[list[Position]]:
    """Cut where nothing came for long; what is too short shows no exit."""
    rows = sorted(told, key=lambda one: one.at)
    starts = [0]
    starts += [n for n in range(1, len(rows)) if rows[n].at - rows[n - 1].at > _SILENCE]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        if end - start >= _LEAST_FIXES:
            yield rows[start:end]


def _exits(platform: str, leg: list[Position], judges: Mapping[str, Judge]) -> Iterator[Exit]:
    first = leg[0]
    case = _case(leg, Circle(lon_deg=first.lon, lat_deg=first.lat, radius_m=RADII_M[0]))
    left_at = exit_of(case.fixes[_ZONE])
    if left_at is None:
        return
    for name, judge in judges.items():
        early, delay_s = _when(judge(case).episodes, left_at)
        yield Exit(judge=name, platform=platform, early=early, delay_s=delay_s)


def _when(episodes: Sequence[Episode], left_at: Micros) -> tuple[int, float | None]:
    """Count alerts before the exit, and tell how long after it the first one came.

    One that stands from before says that the phone is outside: it is told at once.
    """
    early = sum(one.decided < left_at for one in episodes)
    delays = [one.decided - left_at for one in episodes if 0 <= one.decided - left_at <= _IN_TIME]
    standing = [
        one
        for one in episodes
        if one.decided < left_at and (one.ended is None or one.ended > left_at)
    ]
    if standing:
        return early, 0.0
    return early, min(delays) / SECOND if delays else None


def exit_of(fixes: Fixes) -> Micros | None:
    """Give the last fix inside before the way leaves for good, or None."""
    fine = np.nan_to_num(fixes.accuracy_m, nan=np.inf) <= _FINE_M
    at, out_m = fixes.at[fine], fixes.against_m[fine]
    inside = np.flatnonzero(out_m <= 0)
    for place, row in enumerate(inside):
        end = int(inside[place + 1]) if place + 1 < len(inside) else len(at)
        stretch = slice(int(row) + 1, end)
        is_long = end - row - 1 >= _OUT_FIXES and at[end - 1] - at[row + 1] >= _OUT_FOR
        if is_long and out_m[stretch].max() >= _FAR_M - RADII_M[0]:
            return Micros(int(at[row]))
    return None


def _case(told: list[Position], circle: Circle) -> Case:
    rows = sorted(told, key=lambda one: one.received_at)
    start = Micros(min(one.at for one in told) - MINUTE)
    during = Interval(start=start, end=Micros(max(one.at for one in told) + MINUTE))
    device = Activation(
        device_id=told[0].device_id,
        type=DeviceType.NON_FITTED,
        during=replace(during, end=Micros(during.end + DAY)),
        fix_every_s=60,
        report_every_s=60,
        charged_by_wearer=True,
    )
    ruling = Ruling(
        order_id=OrderId("traces"),
        version=1,
        recorded_at=start,
        during=replace(during, end=Micros(during.end + HOUR)),
        suspended=(),
        time_zone="UTC",
        devices=(device,),
        absences=(),
        conditions=(InclusionZone(id=_ZONE, area=circle, buffer_m=0.0, timetable=()),),
    )
    heard = Spoken(positions=positions_of(rows), events=(), places=np.zeros(0, np.int64))
    return Case(
        scenario="traces",
        model="phone",
        ruling=ruling,
        heard=heard,
        departures=(),
        during=during,
    )
