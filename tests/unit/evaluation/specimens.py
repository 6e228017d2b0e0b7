"""One small order and a few fixes, so that every number can be checked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fairtag.evaluation.case import Case, Departure, departures
from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position, Source
from fairtag.orders.model import (
    Absence,
    Activation,
    Appointment,
    Attendance,
    Condition,
    Covers,
    Curfew,
    DeviceType,
    ExclusionZone,
    Ruling,
)
from fairtag.sim.columns import Spoken
from fairtag.sim.scenarios.scene import Truth
from fairtag.terms.geometry import Circle
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros, parse
from fairtag.terms.local import Interval, WeeklySpan

NOON = parse("2026-11-03T12:00:00Z")  # a Tuesday; GMT, so that wall time is UTC
EVENING = Micros(NOON + 7 * HOUR)  # 19:00, when the curfew begins
LON, LAT = -2.24, 53.48
A_DEGREE_M = 66_390.0  # of longitude, at this latitude
HOME = Circle(lon_deg=LON, lat_deg=LAT, radius_m=100.0)
NIGHTLY = (WeeklySpan(days=frozenset(range(7)), from_min=19 * 60, to_min=7 * 60),)
CURFEW = Curfew(id=ConditionId("c1"), place=HOME, grace_min=5, timetable=NIGHTLY)
ZONE = ExclusionZone(id=ConditionId("x1"), area=HOME, buffer_m=0.0, timetable=())


def attendance(start_min: int, end_min: int, stay_min: int) -> Attendance:
    """Be there between two minutes after noon."""
    one = Appointment(during=span(start_min, end_min, since=NOON), stay_min=stay_min)
    return Attendance(id=ConditionId("a1"), place=HOME, appointments=(one,))


def span(start_min: float, end_min: float, since: Micros = EVENING) -> Interval:
    """Give a stretch in minutes."""
    return Interval(start=minute(start_min, since), end=minute(end_min, since))


def minute(after: float, since: Micros = EVENING) -> Micros:
    """Give an instant some minutes after the curfew began."""
    return Micros(since + round(after * MINUTE))


def ruling(*conditions: Condition, leave: Interval | None = None, every_s: int = 60) -> Ruling:
    """Make an order from Tuesday noon for two days."""
    during = Interval(start=NOON, end=Micros(NOON + 2 * DAY))
    device = Activation(
        device_id=DeviceId("D-1"),
        type=DeviceType.FITTED,
        during=during,
        fix_every_s=60,
        report_every_s=every_s,
        charged_by_wearer=True,
    )
    absences = () if leave is None else (_absence(leave),)
    return Ruling(
        order_id=OrderId("O-1"),
        version=1,
        recorded_at=NOON,
        during=during,
        suspended=(),
        time_zone="Europe/London",
        devices=(device,),
        absences=absences,
        conditions=conditions,
    )


def _absence(leave: Interval) -> Absence:
    return Absence(
        condition_id=ConditionId("c1"),
        covers=frozenset({Covers.CONDITIONS}),
        during=leave,
        recorded_at=NOON,
        reason="medical",
        by="officer",
    )


def fixes(told: Sequence[tuple[float, float]], since: Micros = EVENING, **more: Any) -> Positions:
    """Make fixes from (minutes, metres east of the middle), received 2 s later unless told."""
    return positions_of([fix(at, east_m, since, **more) for at, east_m in told])


def fix(at_min: float, east_m: float, since: Micros = EVENING, **more: Any) -> Position:
    """Make one."""
    at = minute(at_min, since)
    named = {"accuracy_m": 10.0, "source": Source.GNSS, "received_at": Micros(at + 2 * SECOND)}
    return Position(
        device_id=DeviceId("D-1"),
        at=at,
        lon=LON + east_m / A_DEGREE_M,
        lat=LAT,
        **(named | more),
    )


def every_minute(*legs: tuple[int, float]) -> list[tuple[float, float]]:
    """Stand for some minutes at each of several distances, one fix a minute."""
    found: list[tuple[float, float]] = []
    for minutes, east_m in legs:
        found += [(float(len(found) + n), east_m) for n in range(minutes)]
    return found


def case(
    order: Ruling, told: Positions, *truths: Departure, scenario: str = "by hand", days: int = 1
) -> Case:
    """Put an order, fixes and the truth together."""
    return Case(
        scenario=scenario,
        model="tag",
        ruling=order,
        heard=Spoken(positions=told, events=(), places=np.zeros(0, np.int64)),
        departures=truths,
        during=Interval(start=NOON, end=Micros(NOON + days * DAY)),
    )


def truth(kind: str, condition_id: str | None, during: Interval, order: Ruling) -> Departure:
    """Make one departure, due when the order says so."""
    (found,) = departures([Truth(kind=kind, condition_id=condition_id, during=during)], order)
    return found
