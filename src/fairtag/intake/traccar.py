"""What does a Traccar server forward? Positions and events of the devices that it speaks for.

A gateway's credential is not a device's: the device named inside is a claim that the caller
compares with the gateway's list.
Units: knots; metres with 0 for unknown; percent.
"""

from __future__ import annotations

import msgspec

from fairtag.intake import fix, stamps
from fairtag.intake.alarms import codes_of
from fairtag.intake.messages import Decoded, Event, Message, Position, Refused
from fairtag.intake.osmand import KNOT_MPS
from fairtag.intake.request import (
    BadPiece,
    Request,
    Why,
    an_object,
    known,
    maybe_object,
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
        read = _of_position if told.get("event") is None else _of_event
        messages = read(told, device_id, request.received_at)
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    return Decoded(messages=messages, ignored=0 if messages else 1)


def _device(told: dict[str, object]) -> DeviceId:
    name = an_object(told.get("device")).get("uniqueId")
    if not isinstance(name, str) or not is_id(name):
        raise BadPiece(Why.MISSING)
    return DeviceId(name)


def _of_event(
    told: dict[str, object], device_id: DeviceId, received_at: Micros
) -> tuple[Message, ...]:
    """Read a device's alarm; the rest is the gateway's opinion: 'offline' is no sign of life."""
    event = an_object(told["event"])
    at_told = event.get("eventTime", event.get("serverTime"))
    at = fix.checked_at(stamps.of_told(at_told), received_at)
    if event.get("type") != "alarm":
        return ()
    return _alarms(maybe_object(event, "attributes"), device_id, at, received_at)


def _of_position(
    told: dict[str, object], device_id: DeviceId, received_at: Micros
) -> tuple[Message, ...]:
    position = an_object(told.get("position"))
    about = maybe_object(position, "attributes")
    fixed_at = fix.checked_at(stamps.of_told(position.get("fixTime")), received_at)
    built_at = _built_at(position, fixed_at, received_at)
    events = _alarms(about, device_id, built_at, received_at)
    place = _place(position, device_id, fixed_at, received_at)
    battery_pct = fix.charge(known(about.get("batteryLevel")))
    if place is None:
        life = fix.alive(device_id, built_at, received_at, battery_pct=battery_pct)
        return (life, *events)
    is_mock = True if about.get("mock") is True else None
    place = msgspec.structs.replace(place, battery_pct=battery_pct, is_mock=is_mock)
    return (*fix.told_at(place, built_at), *events)


def _built_at(position: dict[str, object], fixed_at: Micros, received_at: Micros) -> Micros:
    """Tell when the device spoke: later than its fix when it repeats the last one."""
    built_at = stamps.maybe_of_told(position.get("deviceTime"))
    if built_at is None or not fixed_at <= built_at <= received_at + fix.MAX_AHEAD:
        return fixed_at
    return built_at


def _place(
    position: dict[str, object], device_id: DeviceId, at: Micros, received_at: Micros
) -> Position | None:
    """Read the place; the last known one with a new time, and an invalid one, are none."""
    if position.get("outdated") is True or position.get("valid") is False:
        return None
    if "latitude" not in position or "longitude" not in position:
        raise BadPiece(Why.MISSING)
    lat, lon = number(position["latitude"]), number(position["longitude"])
    accuracy_m, knots = known(position.get("accuracy")), known(position.get("speed"))
    if fix.is_nowhere(lat, lon, accuracy_m):
        return None
    return fix.position(
        device_id,
        at,
        received_at,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        speed_mps=None if knots is None else knots * KNOT_MPS,
    )


def _alarms(
    about: dict[str, object], device_id: DeviceId, at: Micros, received_at: Micros
) -> tuple[Message, ...]:
    """Read alarms; a server tells each twice, with the position and as an event, at one time."""
    return tuple(
        Event(device_id=device_id, at=at, received_at=received_at, code=code)
        for code in codes_of(about.get("alarm"))
    )
