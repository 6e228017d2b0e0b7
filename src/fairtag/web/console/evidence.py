"""How do opened positions read? A table first, then what the map draws; doubt is said in words.

Units: µs UTC, degrees and metres in; texts out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import shapely

from fairtag.app.open_record import Opened
from fairtag.intake.messages import Position
from fairtag.orders.model import Attendance, Condition, Curfew, ExclusionZone, InclusionZone
from fairtag.terms.geometry import Circle, Edge, Place, edge_of
from fairtag.terms.instants import MINUTE
from fairtag.terms.local import DAYS, WeeklySpan, wall_text
from fairtag.web.console.show import ago, offset, when

_GAP = 5 * MINUTE  # a longer silence between two positions is drawn as a gap
_KM = 1000
_UNKNOWN = "not known"
_COLUMNS = (
    ("at", "Time"),
    ("where", "Distance to the edge"),
    ("accuracy", "Accuracy"),
    ("mock", "Warning"),
    ("source", "Source"),
    ("speed", "Speed"),
    ("received", "Received"),
    ("lat", "Latitude"),
    ("lon", "Longitude"),
)


def evidence_rows(opened: Opened) -> list[dict[str, str]]:
    """Show positions as a table: newest first, with what is not known said so."""
    place = _place(opened.condition)
    edge = None if place is None else edge_of(place)
    clocks = _clocks(opened)
    return [
        _evidence_row(one, clock, edge) for one, clock in zip(opened.positions, clocks, strict=True)
    ][::-1]


def day_of(opened: Opened) -> str:
    """Name the day of all positions; empty when there are several, and each row names its own."""
    days = {_day(one, opened.time_zone) for one in opened.positions}
    return days.pop() if len(days) == 1 else ""


def columns(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Choose the columns that say something; what no row knows is said once, below."""
    always = {"at", "accuracy", "lat", "lon", "received"}
    return [
        (key, name)
        for key, name in _COLUMNS
        if key in always or any(row[key] not in ("", _UNKNOWN) for row in rows)
    ]


def drawing(opened: Opened) -> dict[str, Any]:
    """Give what the map draws: the place, positions with accuracy, lines, and gaps in them."""
    points = [
        {
            "lat": one.lat,
            "lon": one.lon,
            "accuracy_m": one.accuracy_m,
            "at": when(one.at, opened.time_zone),
        }
        for one in opened.positions
    ]
    legs = [
        {"from": n, "is_gap": later.at - one.at > _GAP}
        for n, (one, later) in enumerate(pairwise(opened.positions))
    ]
    place = _place(opened.condition)
    is_out = isinstance(opened.condition, ExclusionZone)
    told = "must not be here" if is_out else "must be here"
    return {
        "place": None if place is None else _shape(place, told),
        "points": points,
        "legs": legs,
    }


def duty_words(condition: Condition | None) -> str:
    """Say what the order asks for, with its numbers and times; empty when there is none."""
    match condition:
        case Curfew():
            grace = f"{condition.grace_min} min of grace"
            return f"Be at the address {_times(condition.timetable)}; {grace}."
        case ExclusionZone():
            return f"Stay out of the area {_times(condition.timetable)}{_buffer(condition)}."
        case InclusionZone():
            return f"Stay in the area {_times(condition.timetable)}{_buffer(condition)}."
        case Attendance():
            return "Be at the place for as long as the appointment says."
        case _:
            return ""


def _evidence_row(one: Position, clock: str, edge: Edge | None) -> dict[str, str]:
    speed = one.speed_mps
    return {
        "at": clock,
        "where": "" if edge is None else _where(edge.signed_m(one.lon, one.lat), one.accuracy_m),
        "received": "at once" if one.received_at - one.at < MINUTE else _late(one),
        "lat": f"{one.lat:.5f}",
        "lon": f"{one.lon:.5f}",
        "accuracy": _UNKNOWN if one.accuracy_m is None else _metres(one.accuracy_m),
        "source": _UNKNOWN if one.source.value == "unknown" else one.source.value,
        "speed": _UNKNOWN if speed is None else f"{speed * 3.6:.0f} km/h",
        "mock": "set by an app" if one.is_mock else "",
    }


def _clocks(opened: Opened) -> list[str]:
    """Write local times to the second, with day and offset where they change in between."""
    zone = opened.time_zone
    offsets = [offset(one.at, zone) for one in opened.positions]
    is_one_day, is_one_offset = day_of(opened) != "", len(set(offsets)) == 1
    return [
        ("" if is_one_day else f"{_day(one, zone)}, ")
        + wall_text(one.at, zone, with_seconds=True).rpartition(", ")[2]
        + ("" if is_one_offset else f" {away}")
        for one, away in zip(opened.positions, offsets, strict=True)
    ]


def _day(one: Position, zone: str) -> str:
    return wall_text(one.at, zone).rpartition(", ")[0]


def _late(one: Position) -> str:
    return f"{ago(one.at, one.received_at)} later"


def _where(signed_m: float, accuracy_m: float | None) -> str:
    side = "inside" if signed_m < 0 else "outside"
    told = f"{_metres(abs(signed_m))} {side}"
    if accuracy_m is None:
        return f"{told}, not sure"
    return f"{told}, not sure" if abs(signed_m) <= accuracy_m else told


def _metres(length_m: float) -> str:
    return f"{length_m / _KM:.1f} km" if length_m >= _KM else f"{length_m:.0f} m"


def _times(spans: tuple[WeeklySpan, ...]) -> str:
    return "at all times" if not spans else "on " + "; ".join(_span(one) for one in spans)


def _span(one: WeeklySpan) -> str:
    days = ", ".join(DAYS[day].capitalize() for day in sorted(one.days))
    return f"{days} from {_hhmm(one.from_min)} to {_hhmm(one.to_min)}"


def _hhmm(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _buffer(condition: ExclusionZone | InclusionZone) -> str:
    return f"; its edge has a buffer of {_metres(condition.buffer_m)}" if condition.buffer_m else ""


def _place(condition: Condition | None) -> Place | None:
    match condition:
        case Curfew() | Attendance():
            return condition.place
        case InclusionZone() | ExclusionZone():
            return condition.area
        case _:
            return None


def _shape(place: Place, told: str) -> dict[str, Any]:
    if isinstance(place, Circle):
        at = {"lat": place.lat_deg, "lon": place.lon_deg, "radius_m": place.radius_m}
        return {"told": told, "circle": at, "area": None}
    return {"told": told, "circle": None, "area": shapely.geometry.mapping(place.shape)}
