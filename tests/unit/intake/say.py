"""How a test speaks as a device, straight to a decoder; payloads of our own."""

from __future__ import annotations

import json
from typing import Any

from fairtag.intake import native, osmand, overland, owntracks, traccar
from fairtag.intake.messages import Decoded, Event, Position, StatusReport, ref_of
from fairtag.intake.request import Request, Why
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import SECOND, Micros

AT = 1_793_664_000  # Tuesday 2026-11-03T00:00:00Z, in seconds
ISO = "2026-11-03T00:00:00Z"
FIXED = Micros(AT * SECOND)
NOW = Micros((AT + 30) * SECOND)
LAT, LON = 53.48, -2.24
SECRET = b"a passphrase of the device"


def request(body: bytes | str = b"", **told: Any) -> Request:
    """Make a request of D-1, half a minute after the fix."""
    raw = body.encode() if isinstance(body, str) else body
    fields = {"method": "POST", "received_at": NOW, "device_id": DeviceId("D-1")} | told
    return Request(body=raw, **fields)


def query(**told: Any) -> str:
    """Write OsmAnd pairs; None leaves one out."""
    fields = {"id": "D-1", "lat": LAT, "lon": LON, "timestamp": AT} | told
    return "&".join(f"{name}={value}" for name, value in fields.items() if value is not None)


def osmand_says(**told: Any) -> Decoded:
    return osmand.decode(request(query=query(**told)))


def app_says(*, coords: dict[str, Any] | None = None, **location: Any) -> Decoded:
    """Speak as the Traccar Client that sends JSON."""
    place = {"latitude": LAT, "longitude": LON, "accuracy": 7} | (coords or {})
    inside = {"timestamp": ISO, "coords": place} | location
    body = json.dumps({"location": inside, "device_id": "D-1"})
    return osmand.decode(request(body, content_type="application/json"))


def owntracks_says(*pieces: Any, **request_: Any) -> Decoded:
    body = json.dumps(pieces[0] if len(pieces) == 1 else pieces)
    return owntracks.decode(request(body, **request_), secret=SECRET)


def location(**told: Any) -> dict[str, Any]:
    return {"_type": "location", "lat": LAT, "lon": LON, "tst": AT, "tid": "d1"} | told


def feature(**told: Any) -> dict[str, Any]:
    """Make an Overland feature; `geometry` and `coordinates` may be told."""
    coordinates = told.pop("coordinates", [LON, LAT])
    geometry = told.pop("geometry", {"type": "Point", "coordinates": coordinates})
    return {"type": "Feature", "geometry": geometry, "properties": {"timestamp": ISO} | told}


def overland_says(*features: Any, **beside: Any) -> Decoded:
    return overland.decode(request(json.dumps({"locations": list(features)} | beside)))


def forwarded(**told: Any) -> dict[str, Any]:
    """Make a position as a Traccar server forwards it."""
    return {
        "id": 0,
        "fixTime": "2026-11-03T00:00:00.000+00:00",
        "deviceTime": "2026-11-03T00:00:00.000+00:00",
        "latitude": LAT,
        "longitude": LON,
        "outdated": False,
        "valid": True,
        "attributes": {},
    } | told


def traccar_says(position: dict[str, Any] | None = None, **beside: Any) -> Decoded:
    told = {"position": position, "device": {"id": 1, "uniqueId": "D-1"}} | beside
    return traccar.decode(request(json.dumps(told)))


def native_says(*lines: dict[str, Any]) -> Decoded:
    return native.decode(request("\n".join(map(json.dumps, lines))))


def line(**told: Any) -> dict[str, Any]:
    return {"type": "position", "at": ISO, "lat": LAT, "lon": LON} | told


def the_position(decoded: Decoded) -> Position:
    """Take the only thing said, a position."""
    assert decoded.refused == ()
    (found,) = decoded.messages
    assert isinstance(found, Position)
    return found


def the_life(decoded: Decoded) -> StatusReport:
    """Take the only thing said, a sign of life without a place."""
    assert decoded.refused == ()
    (found,) = decoded.messages
    assert isinstance(found, StatusReport)
    return found


def codes(decoded: Decoded) -> list[str]:
    assert decoded.refused == ()
    return [one.code.value for one in decoded.messages if isinstance(one, Event)]


def kinds(decoded: Decoded) -> list[str]:
    return [type(one).__name__ for one in decoded.messages]


def the_reason(decoded: Decoded) -> Why:
    """Take the reason of the only piece, which is refused with its bytes."""
    assert decoded.messages == ()
    (found,) = decoded.refused
    assert found.raw
    return Why(found.why)


def names(decoded: Decoded) -> list[str]:
    """Name what was said as the journal does: a resend has the same names."""
    assert decoded.refused == ()
    return [ref_of(one) for one in decoded.messages]
