"""What does an OwnTracks message say, in clear or in its secret box?

The credential is the identity: `topic` and `tid` are names the app gives itself. What is sealed is
told apart by what it says: a resend is sealed anew, and the outer `_id` is not the inner one.
Whatever would change settings or zones is ignored: a wearer never creates a zone.
Units: `vel` is in km/h, `acc` in metres with 0 for unknown, `tst` in seconds.
"""

from __future__ import annotations

import base64
import binascii

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from fairtag.intake import fix, stamps
from fairtag.intake.messages import Decoded, Message, Refused
from fairtag.intake.pieces import MOST_PIECES, Pieces, raw_of
from fairtag.intake.request import BadPiece, Request, Why, an_object, known, number, read_json
from fairtag.terms.ids import is_id

_KEY_BYTES = SecretBox.KEY_SIZE
_KMH = 3.6
# The broker's word about a lost connection, not the device's: no sign of life.
_WILL = "lwt"
# Of no concern to us, and none of it is kept or acted on: the device lives, that is all.
_LIFE = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "request",
        "status",
        "steps",
        "tour",
        "waypoint",
        "waypoints",
    }
)
# Source: OwnTracks' booklet and its Android app. They go to devices; an echo is harmless.
_COMMANDS = frozenset(
    {
        "action",
        "clearWaypoints",
        "dump",
        "reconnect",
        "reportLocation",
        "reportSteps",
        "restart",
        "setConfiguration",
        "setWaypoints",
        "status",
        "waypoints",
    }
)


def decode(request: Request, *, secret: bytes) -> Decoded:
    """Read one message or a list of them; an empty body is legal and says nothing."""
    if not request.body.strip():
        return Decoded(ignored=1)
    try:
        found = _found(read_json(request.body))
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    pieces = Pieces()
    for piece in found:
        try:
            pieces.take(_piece(piece, request, secret))
        except BadPiece as bad:
            pieces.refuse(bad.why, raw_of(piece, request.body))
    return pieces.decoded()


def _found(told: object) -> list[object]:
    if not isinstance(told, list):
        return [told]
    if len(told) > MOST_PIECES:
        raise BadPiece(Why.TOO_MANY)
    return told


def _piece(piece: object, request: Request, secret: bytes) -> tuple[Message, ...]:
    told = an_object(piece)
    if told.get("_type") == "encrypted":
        told = an_object(read_json(_unboxed(told.get("data"), secret)))
    return _messages(told, request)


def answer(*, is_over: bool) -> bytes:
    """Answer a list of commands: none, or to stop reporting when no order covers the device.

    Source: OwnTracks' `setConfiguration`; monitoring -1 is quiet. The phone's user has to allow it.
    """
    if not is_over:
        return b"[]"
    return (
        b'[{"_type":"cmd","action":"setConfiguration",'
        b'"configuration":{"_type":"configuration","monitoring":-1}}]'
    )


def _messages(told: dict[str, object], request: Request) -> tuple[Message, ...]:
    kind = told.get("_type")
    if kind == _WILL:
        return ()
    if kind in ("location", "transition"):
        return _place(told, request)
    if not isinstance(kind, str) or kind not in _LIFE:
        raise BadPiece(Why.UNKNOWN_FORM)
    if kind == "cmd" and told.get("action") not in _COMMANDS:
        raise BadPiece(Why.UNKNOWN_FORM)
    # Their `tst` is another thing's time: when a waypoint was made, say.
    return (fix.alive(request.device_id, request.received_at, request.received_at),)


def _place(told: dict[str, object], request: Request) -> tuple[Message, ...]:
    if _is_foreign(told, request):
        raise BadPiece(Why.FOREIGN_ID)
    at = fix.checked_at(stamps.of_told(told.get("tst")), request.received_at)
    battery_pct, accuracy_m = known(told.get("batt")), known(told.get("acc"))
    if told.get("_type") == "transition" and (told.get("t") == "b" or "lat" not in told):
        # A beacon of the app's own has no place of its own.
        return (fix.alive(request.device_id, at, request.received_at, battery_pct=battery_pct),)
    if "lat" not in told or "lon" not in told:
        raise BadPiece(Why.MISSING)
    lat, lon, kmh = number(told["lat"]), number(told["lon"]), known(told.get("vel"))
    if fix.is_nowhere(lat, lon, accuracy_m):
        return (fix.alive(request.device_id, at, request.received_at, battery_pct=battery_pct),)
    place = fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        speed_mps=None if kmh is None else kmh / _KMH,
        battery_pct=battery_pct,
    )
    return fix.told_at(place, stamps.maybe_of_told(told.get("created_at")))


def _is_foreign(told: dict[str, object], request: Request) -> bool:
    """Tell whether the phone calls itself by the name of another of our devices.

    Any other name is the phone's own affair: `topic` is owntracks/user/device, `tid` two letters.
    """
    topic = told.get("topic")
    levels = topic.split("/")[1:3] if isinstance(topic, str) else []
    names = [one for one in (*levels, told.get("tid")) if is_id(one)]
    return any(not request.is_claimed(one) and request.is_device(str(one)) for one in names)


def _unboxed(data: object, secret: bytes) -> bytes:
    """Open XSalsa20-Poly1305; the key is the passphrase, cut or padded with zeros to 32 bytes."""
    if not isinstance(data, str):
        raise BadPiece(Why.UNREADABLE_SECRET)
    key = secret[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0")
    try:
        # The app's encoder may wrap lines.
        return SecretBox(key).decrypt(base64.b64decode("".join(data.split()), validate=True))
    except (binascii.Error, CryptoError, ValueError) as error:
        raise BadPiece(Why.UNREADABLE_SECRET) from error
