"""Hand-made positions round a curfew that begins on Monday at 19:00, GMT, and orders for them.

Units: minutes after 19:00; metres north of home; seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as changed
from typing import Any

from tests.property.lives import BEGIN, DEGREE_M, END, LAT, LON, START, ruling

from fairtag.intake.messages import Event, EventCode, Position, Source, StatusReport
from fairtag.orders.model import Activation, Condition, DeviceType, Ruling
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

NINETEEN = Micros(BEGIN + 2 * HOUR)
AWAY_M = 900.0


def at(minute: float) -> Micros:
    return Micros(NINETEEN + round(minute * MINUTE))


def span(start_min: float, end_min: float) -> Interval:
    return Interval(start=at(start_min), end=at(end_min))


def _told(minute: float, after_s: float, more: dict[str, Any]) -> dict[str, Any]:
    arrived = Micros(at(minute) + round(after_s * SECOND))
    return {"device_id": DeviceId("D-1"), "at": at(minute), "received_at": arrived} | more


def fix(minute: float, north_m: float = 0.0, *, after_s: float = 1.0, **more: Any) -> Position:
    """Be somewhere, seen by satellite; a receiver is never still."""
    shake = round(minute * 4) % 7 * 1e-6
    place = {"lat": LAT + north_m / DEGREE_M + shake, "lon": LON, "accuracy_m": 6.0}
    return Position(**_told(minute, after_s, place | {"source": Source.GNSS} | more))


def fixes(minutes: Iterable[float], north_m: float = 0.0, **more: Any) -> list[Position]:
    return [fix(minute, north_m, **more) for minute in minutes]


def event(minute: float, code: EventCode, *, after_s: float = 1.0, **more: Any) -> Event:
    return Event(code=code, **_told(minute, after_s, more))


def status(minute: float, *, after_s: float = 1.0, **more: Any) -> StatusReport:
    return StatusReport(**_told(minute, after_s, more))


def worn(device_id: str = "D-1", during: Interval | None = None, **more: Any) -> Activation:
    told: dict[str, Any] = {"fix_every_s": 60, "report_every_s": 60, "charged_by_wearer": True}
    told["type"] = DeviceType.FITTED
    whole = Interval(start=START, end=END)
    return Activation(
        device_id=DeviceId(device_id),
        during=whole if during is None else during,
        **(told | more),
    )


def order(*conditions: Condition, **more: Any) -> Ruling:
    """Give an order with these conditions only."""
    return changed(ruling(), conditions=conditions, **more)
