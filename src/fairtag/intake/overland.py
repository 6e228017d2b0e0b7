"""What does an Overland batch say? GeoJSON features; the batch is freed only on `{"result":"ok"}`.

Units: m/s with -1 for unknown; metres; charge 0..1.
"""

from __future__ import annotations

import msgspec

from fairtag.intake import fix, stamps
from fairtag.intake.messages import Decoded, Message, Refused, StatusReport
from fairtag.intake.request import (
    BadPiece,
    Request,
    Why,
    an_object,
    maybe_number,
    number,
    read_json,
)

OK = b'{"result":"ok"}'
_MOST_FEATURES = 10_000


def decode(request: Request) -> Decoded:
    """Read a batch; one bad feature never loses the others."""
    try:
        features = _features(request.body)
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    messages: list[Message] = []
    refused: list[Refused] = []
    for feature in features:
        try:
            messages.append(_message(feature, request))
        except BadPiece as bad:
            refused.append(Refused(why=bad.why, raw=msgspec.json.encode(feature)))
    return Decoded(messages=tuple(messages), refused=tuple(refused))


def _features(body: bytes) -> list[object]:
    if not body.strip():
        raise BadPiece(Why.EMPTY)
    told = read_json(body)
    if not isinstance(told, dict):
        raise BadPiece(Why.WRONG_TYPE)
    found = told.get("locations")
    if not isinstance(found, list):
        raise BadPiece(Why.MISSING if found is None else Why.WRONG_TYPE)
    if len(found) > _MOST_FEATURES:
        raise BadPiece(Why.OUT_OF_RANGE)
    # `current` is sent ahead of a backlog and comes again in its place.
    current = told.get("current")
    return [*found, current] if isinstance(current, dict) else found


def _message(feature: object, request: Request) -> Message:
    told = an_object(feature)
    about = an_object(told.get("properties"))
    if about.get("device_id", "") not in ("", request.device_id):
        raise BadPiece(Why.FOREIGN_ID)
    at = fix.checked_at(stamps.of_text(about.get("timestamp")), request.received_at)
    level = maybe_number(about, "battery_level")
    battery_pct = None if level is None else level * 100
    geometry = told.get("geometry")
    if geometry is None:
        return StatusReport(
            device_id=request.device_id,
            at=at,
            received_at=request.received_at,
            battery_pct=fix.charge(battery_pct),
        )
    lon, lat = _point(an_object(geometry))
    return fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=lat,
        lon=lon,
        accuracy_m=maybe_number(about, "horizontal_accuracy"),
        speed_mps=maybe_number(about, "speed"),
        battery_pct=battery_pct,
        is_mock=True if _is_made_up(about) else None,
    )


def _is_made_up(about: dict[str, object]) -> bool:
    """The app's 'Wi-Fi zone' reports typed-in coordinates with exactly these values."""
    named = (about.get("horizontal_accuracy"), about.get("altitude"), about.get("speed"))
    return named == (1, -1, 0)


def _point(geometry: dict[str, object]) -> tuple[float, float]:
    place = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(place, list):
        raise BadPiece(Why.WRONG_TYPE)
    if len(place) < 2:  # noqa: PLR2004 - longitude and latitude
        raise BadPiece(Why.MISSING)
    return number(place[0]), number(place[1])
