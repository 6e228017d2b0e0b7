"""What does an Overland batch say? GeoJSON features; the batch is freed only on `{"result":"ok"}`.

Units: m/s with -1 for unknown; metres; charge 0..1.
"""

from __future__ import annotations

from fairtag.intake import fix, stamps
from fairtag.intake.messages import Decoded, Message, Refused
from fairtag.intake.pieces import MOST_PIECES, Pieces, raw_of
from fairtag.intake.request import BadPiece, Request, Why, an_object, known, number, read_json

# Nothing else: a member `set` would change the phone's settings.
OK = b'{"result":"ok"}'


def decode(request: Request) -> Decoded:
    """Read a batch; one bad feature never loses the others."""
    if not request.body.strip():
        return Decoded(ignored=1)
    try:
        features = _features(request.body)
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    pieces = Pieces()
    for feature in features:
        try:
            pieces.take((_message(feature, request),))
        except BadPiece as bad:
            pieces.refuse(bad.why, raw_of(feature, request.body))
    return pieces.decoded()


def _features(body: bytes) -> list[object]:
    told = read_json(body)
    if not isinstance(told, dict):
        raise BadPiece(Why.WRONG_TYPE)
    found = told.get("locations")
    if not isinstance(found, list):
        raise BadPiece(Why.MISSING if found is None else Why.WRONG_TYPE)
    if len(found) > MOST_PIECES:
        raise BadPiece(Why.TOO_MANY)
    # `current` is sent ahead of a backlog and comes again in its place.
    current = told.get("current")
    return found if current is None else [*found, current]


def _message(feature: object, request: Request) -> Message:
    told = an_object(feature)
    about = an_object(told.get("properties"))
    if not request.is_claimed(about.get("device_id")):
        raise BadPiece(Why.FOREIGN_ID)
    at = fix.checked_at(stamps.of_told(about.get("timestamp")), request.received_at)
    level = known(about.get("battery_level"))
    battery_pct = None if level is None else level * 100
    accuracy_m = known(about.get("horizontal_accuracy"))
    geometry = told.get("geometry")
    place = None if geometry is None else _point(an_object(geometry))
    if place is None or fix.is_nowhere(*place, accuracy_m):
        return fix.alive(request.device_id, at, request.received_at, battery_pct=battery_pct)
    return fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=place[0],
        lon=place[1],
        accuracy_m=accuracy_m,
        speed_mps=known(about.get("speed")),
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
    return number(place[1]), number(place[0])
