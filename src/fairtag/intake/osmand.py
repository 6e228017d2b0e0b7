"""What does an OsmAnd or Traccar Client request say: query, form body or JSON?

Units: speed is in knots in query and form, in m/s in JSON; charge is percent there, 0..1 here.
Source: Traccar's OsmAnd protocol; facts in the project's protocol notes.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from fairtag.intake import fix, stamps
from fairtag.intake.alarms import codes_of
from fairtag.intake.messages import Decoded, Event, Message, Refused, StatusReport
from fairtag.intake.request import (
    BadPiece,
    Request,
    Why,
    an_object,
    number,
    number_of_text,
    read_json,
)
from fairtag.terms.instants import Micros

KNOT_MPS = 1852 / 3600  # Source: the international nautical mile, 1,852 m
_REPEATED = ("cell", "wifi")
_IDS = ("id", "deviceid", "device_id")
_MOST_FIELDS = 200


def decode(request: Request) -> Decoded:
    """Read one request; whatever it says, the answer is a 2xx."""
    is_json = request.content_type.startswith("application/json") and request.body.strip()
    read: Callable[[Request], tuple[Message, ...]] = _json if is_json else _pairs
    try:
        return Decoded(messages=read(request))
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=_raw(request)),))


def _raw(request: Request) -> bytes:
    return request.query.encode() + b"\n" + request.body


def _pairs(request: Request) -> tuple[Message, ...]:
    fields = _fields(request)
    if any(fields.get(name, request.device_id) != request.device_id for name in _IDS):
        raise BadPiece(Why.FOREIGN_ID)
    at = stamps.of_field(fields["timestamp"]) if "timestamp" in fields else request.received_at
    at = fix.checked_at(at, request.received_at)
    battery_pct = _maybe(fields, "batt")
    events = _events(request, at, fields.get("alarm"))
    place = _place(fields)
    if place is None or fields.get("valid") == "false":
        return (_alive(request, at, battery_pct), *events)
    lat, lon = place
    knots = _maybe(fields, "speed")
    position = fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=lat,
        lon=lon,
        accuracy_m=_maybe(fields, "accuracy"),
        speed_mps=None if knots is None else knots * KNOT_MPS,
        battery_pct=battery_pct,
        is_mock=True if fields.get("mock") == "true" else None,
    )
    return (position, *events)


def _fields(request: Request) -> dict[str, str]:
    told = request.query
    if not told.strip():
        try:
            told = request.body.decode()
        except UnicodeDecodeError as error:
            raise BadPiece(Why.UNKNOWN_FORM) from error
    try:
        pairs = parse_qsl(told.strip(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadPiece(Why.UNKNOWN_FORM) from error
    if not pairs:
        raise BadPiece(Why.EMPTY)
    once = [pair for pair in pairs if pair[0] not in _REPEATED]
    if len(dict(once)) != len(once):
        raise BadPiece(Why.DUPLICATE_KEY)
    return dict(pairs)


def _place(fields: dict[str, str]) -> tuple[float, float] | None:
    if "location" in fields:
        lat, comma, lon = fields["location"].partition(",")
        if not comma:
            raise BadPiece(Why.WRONG_TYPE)
        return number_of_text(lat), number_of_text(lon)
    if "lat" not in fields and "lon" not in fields:
        return None
    if "lat" not in fields or "lon" not in fields:
        raise BadPiece(Why.MISSING)
    return number_of_text(fields["lat"]), number_of_text(fields["lon"])


def _maybe(fields: dict[str, str], name: str) -> float | None:
    return number_of_text(fields[name]) if fields.get(name) else None


def _json(request: Request) -> tuple[Message, ...]:
    told = an_object(read_json(request.body))
    if told.get("device_id", request.device_id) not in (request.device_id, ""):
        raise BadPiece(Why.FOREIGN_ID)
    location = an_object(told.get("location"))
    at = fix.checked_at(stamps.of_text(location.get("timestamp")), request.received_at)
    level = an_object(location.get("battery", {})).get("level")
    battery_pct = None if level is None else number(level) * 100
    events = _events(request, at, told.get("alarm", location.get("alarm")))
    coords = location.get("coords")
    if coords is None:
        return (_alive(request, at, battery_pct), *events)
    return (_json_position(request, at, location, an_object(coords), battery_pct), *events)


def _json_position(
    request: Request,
    at: Micros,
    location: dict[str, object],
    coords: dict[str, object],
    battery_pct: float | None,
) -> Message:
    if "latitude" not in coords or "longitude" not in coords:
        raise BadPiece(Why.MISSING)
    speed, accuracy = coords.get("speed"), coords.get("accuracy")
    return fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=number(coords["latitude"]),
        lon=number(coords["longitude"]),
        accuracy_m=None if accuracy is None else number(accuracy),
        speed_mps=None if speed is None else number(speed),
        battery_pct=battery_pct,
        is_mock=True if location.get("mock") is True else None,
    )


def _alive(request: Request, at: Micros, battery_pct: float | None) -> StatusReport:
    return StatusReport(
        device_id=request.device_id,
        at=at,
        received_at=request.received_at,
        battery_pct=fix.charge(battery_pct),
    )


def _events(request: Request, at: Micros, alarm: object) -> tuple[Event, ...]:
    return tuple(
        Event(device_id=request.device_id, at=at, received_at=request.received_at, code=code)
        for code in codes_of(alarm)
    )
