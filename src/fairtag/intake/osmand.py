"""What does an OsmAnd or Traccar Client request say: query, form body or JSON?

Units: speed is in knots in query and form, in m/s in JSON; charge is percent there, 0..1 here.
Names of GPSLogger's template stand beside those of OsmAnd: its `spd` is in m/s.
Source: Traccar's OsmAnd protocol; facts in the project's protocol notes.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from fairtag.intake import fix, stamps
from fairtag.intake.alarms import codes_of
from fairtag.intake.messages import Decoded, Event, Message, Refused, Source
from fairtag.intake.request import (
    BadPiece,
    Request,
    Why,
    an_object,
    known,
    known_of_text,
    maybe_object,
    number,
    number_of_text,
    read_json,
)
from fairtag.terms.instants import Micros

KNOT_MPS = 1852 / 3600  # Source: the international nautical mile, 1,852 m
_REPEATED = ("cell", "wifi")
_IDS = ("id", "deviceid", "device_id")
# A request with none of these says nothing that we know: it is kept apart, not taken for a sign
# of life.
_NAMES = frozenset(
    {
        *_IDS,
        *_REPEATED,
        "acc",
        "accuracy",
        "alarm",
        "batt",
        "battery",
        "charge",
        "lat",
        "location",
        "lon",
        "time",
        "timestamp",
        "valid",
    }
)
_YES = ("true", "1")  # Source: Traccar reads every other word of `valid` as no
_MOST_FIELDS = 200
_OLDEST_MS = 10**12  # decades: an age that no fix has


def decode(request: Request) -> Decoded:
    """Read one request; whatever it says, the answer is a 2xx."""
    read = _json if _is_json(request) else _pairs
    if not (request.query.strip() or request.body.strip()):
        return Decoded(ignored=1)
    try:
        return Decoded(messages=read(request))
    except BadPiece as bad:
        raw = request.query.encode("latin-1", errors="replace") + b"\n" + request.body
        return Decoded(refused=(Refused(why=bad.why, raw=raw),))


def _is_json(request: Request) -> bool:
    body = request.body.lstrip()
    return body[:1] in (b"{", b"[") or (
        bool(body) and request.content_type.startswith("application/json")
    )


def _pairs(request: Request) -> tuple[Message, ...]:
    fields = _fields(request)
    if not all(request.is_claimed(fields.get(name)) for name in _IDS):
        raise BadPiece(Why.FOREIGN_ID)
    if _NAMES.isdisjoint(fields):
        raise BadPiece(Why.UNKNOWN_FORM)
    told_at = fields.get("timestamp", fields.get("time"))
    # Without a time of its own a message is of now: a resend can't be told from a new one.
    at = request.received_at if told_at is None else stamps.of_field(told_at)
    at = fix.checked_at(at, request.received_at)
    said = _placed(fields, request, at)
    if said is None:
        battery_pct = _battery(fields)
        said = fix.alive(request.device_id, at, request.received_at, battery_pct=battery_pct)
    return (said, *_events(request, at, fields.get("alarm")))


def _placed(fields: dict[str, str], request: Request, at: Micros) -> Message | None:
    place = _place(fields)
    accuracy_m = known_of_text(fields.get("accuracy", fields.get("acc")))
    if place is None or fix.is_nowhere(*place, accuracy_m):
        return None
    return fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=place[0],
        lon=place[1],
        accuracy_m=accuracy_m,
        source=Source.GNSS if fields.get("prov") == "gps" else Source.UNKNOWN,
        speed_mps=_speed(fields),
        battery_pct=_battery(fields),
        is_mock=True if fields.get("mock") in _YES else None,
    )


def _fields(request: Request) -> dict[str, str]:
    """Join the pairs of query and form body; the same pair twice says the same once."""
    try:
        query = _pairs_of(request.query)
        pairs = query if not request.body else [*query, *_pairs_of(request.body.decode())]
    except ValueError as error:
        raise BadPiece(Why.UNKNOWN_FORM) from error
    pairs = list(dict.fromkeys(pairs))
    once = [pair for pair in pairs if pair[0] not in _REPEATED]
    if len(dict(once)) != len(once):
        raise BadPiece(Why.DUPLICATE_KEY)
    return dict(pairs)


def _pairs_of(told: str) -> list[tuple[str, str]]:
    return parse_qsl(told.strip(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)


def _place(fields: dict[str, str]) -> tuple[float, float] | None:
    """Give latitude and longitude; a heartbeat and a place that is called invalid have none."""
    if fields.get("valid", "true").lower() not in _YES:
        return None
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


def _speed(fields: dict[str, str]) -> float | None:
    knots = known_of_text(fields.get("speed"))
    return known_of_text(fields.get("spd")) if knots is None else knots * KNOT_MPS


def _battery(fields: dict[str, str]) -> float | None:
    return known_of_text(fields.get("batt", fields.get("battery")))


def _json(request: Request) -> tuple[Message, ...]:
    told = an_object(read_json(request.body))
    if not request.is_claimed(told.get("device_id")):
        raise BadPiece(Why.FOREIGN_ID)
    location = an_object(told.get("location"))
    at = fix.checked_at(stamps.of_told(location.get("timestamp")), request.received_at)
    level = known(maybe_object(location, "battery").get("level"))
    battery_pct = None if level is None else level * 100
    # The app's emergency button tells its alarm in `extras`.
    alarms = (where.get("alarm") for where in (told, location, maybe_object(location, "extras")))
    events = _events(request, at, next((one for one in alarms if one), None))
    place = None
    if location.get("coords") is not None:
        place = _json_position(request, at, location, battery_pct)
    if place is None:
        life = fix.alive(request.device_id, at, request.received_at, battery_pct=battery_pct)
        return (life, *events)
    return (*place, *events)


def _json_position(
    request: Request, at: Micros, location: dict[str, object], battery_pct: float | None
) -> tuple[Message, ...] | None:
    coords = an_object(location["coords"])
    if "latitude" not in coords or "longitude" not in coords:
        raise BadPiece(Why.MISSING)
    lat, lon = number(coords["latitude"]), number(coords["longitude"])
    accuracy_m = known(coords.get("accuracy"))
    if fix.is_nowhere(lat, lon, accuracy_m):
        return None
    place = fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        speed_mps=known(coords.get("speed")),
        battery_pct=battery_pct,
        is_mock=True if location.get("mock") is True else None,
    )
    age_ms = known(location.get("age"))  # how old the fix was when the app wrote the message
    if age_ms is None or not 0 <= age_ms < _OLDEST_MS:
        return (place,)
    return fix.told_at(place, Micros(at + round(age_ms * 1000)))


def _events(request: Request, at: Micros, alarm: object) -> tuple[Event, ...]:
    return tuple(
        Event(device_id=request.device_id, at=at, received_at=request.received_at, code=code)
        for code in codes_of(alarm)
    )
