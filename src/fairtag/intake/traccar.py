"""What does a Traccar server forward? Positions and events of the devices that it speaks for.

A gateway's credential is not a device's: the device named inside is a claim that the caller
compares with the gateway's list.
Units: knots; metres with 0 for unknown; percent.
"""

from __future__ import annotations

from fairtag.intake import fix, stamps
from fairtag.intake.alarms import codes_of
from fairtag.intake.messages import Decoded, Event, EventCode, Message, Refused, StatusReport
from fairtag.intake.osmand import KNOT_MPS
from fairtag.intake.request import (
    BadPiece,
    Request,
    Why,
    an_object,
    maybe_number,
    number,
    read_json,
)
from fairtag.terms.ids import DeviceId, is_id
from fairtag.terms.instants import Micros


def decode(request: Request) -> Decoded:
    """Read one forwarded record."""
    if not request.body.strip():
        return Decoded(ignored=1)
    try:
        told = an_object(read_json(request.body))
        device_id = _device(told)
        messages = _of_event(told, device_id, request) or _of_position(told, device_id, request)
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    return Decoded(messages=messages, ignored=0 if messages else 1)


def _device(told: dict[str, object]) -> DeviceId:
    name = an_object(told.get("device")).get("uniqueId")
    if not isinstance(name, str) or not is_id(name):
        raise BadPiece(Why.MISSING)
    return DeviceId(name)


def _of_event(
    told: dict[str, object], device_id: DeviceId, request: Request
) -> tuple[Message, ...]:
    if "event" not in told:
        return ()
    event = an_object(told["event"])
    at_told = event.get("eventTime", event.get("serverTime"))
    at = fix.checked_at(stamps.of_text(at_told), request.received_at)
    codes = codes_of(an_object(event.get("attributes", {})).get("alarm"))
    if event.get("type") != "alarm" or not codes:
        # Online, offline, geofence…: the gateway's own opinion. The position comes by itself.
        return (StatusReport(device_id=device_id, at=at, received_at=request.received_at),)
    return _events(codes, device_id, at, request)


def _of_position(
    told: dict[str, object], device_id: DeviceId, request: Request
) -> tuple[Message, ...]:
    position = an_object(told.get("position"))
    attributes = an_object(position.get("attributes", {}))
    at = fix.checked_at(stamps.of_text(position.get("fixTime")), request.received_at)
    events = _events(codes_of(attributes.get("alarm")), device_id, at, request)
    battery_pct = maybe_number(attributes, "batteryLevel")
    is_old = position.get("outdated") is True or position.get("valid") is False
    if is_old:
        # The last known place with a new time: alive, but no position.
        status = StatusReport(
            device_id=device_id,
            at=at,
            received_at=request.received_at,
            battery_pct=fix.charge(battery_pct),
        )
        return (status, *events)
    if "latitude" not in position or "longitude" not in position:
        raise BadPiece(Why.MISSING)
    knots = maybe_number(position, "speed")
    place = fix.position(
        device_id,
        at,
        request.received_at,
        lat=number(position["latitude"]),
        lon=number(position["longitude"]),
        accuracy_m=maybe_number(position, "accuracy"),
        speed_mps=None if knots is None else knots * KNOT_MPS,
        battery_pct=battery_pct,
    )
    return (place, *events)


def _events(
    codes: list[EventCode], device_id: DeviceId, at: Micros, request: Request
) -> tuple[Message, ...]:
    return tuple(
        Event(device_id=device_id, at=at, received_at=request.received_at, code=code)
        for code in codes
    )
