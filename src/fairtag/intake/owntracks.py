"""What does an OwnTracks message say, in clear or in its secret box?

The credential is the identity: `topic` and `tid` are names the app gives itself and are not read.
Whatever would change settings or zones is ignored: a wearer never creates a zone.
Units: `vel` is in km/h, `acc` in metres with 0 for unknown, `tst` in seconds.
"""

from __future__ import annotations

import base64
import binascii

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

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

_KEY_BYTES = SecretBox.KEY_SIZE
_KMH = 3.6
_MOST_PIECES = 10_000
_IGNORED = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "lwt",
        "request",
        "status",
        "steps",
        "tour",
        "waypoint",
        "waypoints",
    }
)


def decode(request: Request, *, secret: bytes) -> Decoded:
    """Read one message; an empty body is legal and says nothing."""
    if not request.body.strip():
        return Decoded(ignored=1)
    try:
        told = read_json(request.body)
    except BadPiece as bad:
        return Decoded(refused=(Refused(why=bad.why, raw=request.body),))
    pieces = told if isinstance(told, list) else [told]
    return _each(pieces[:_MOST_PIECES], request, secret)


def _each(pieces: list[object], request: Request, secret: bytes) -> Decoded:
    messages: list[Message] = []
    refused: list[Refused] = []
    ignored = 0
    for piece in pieces:
        try:
            message = _piece(piece, request, secret)
        except BadPiece as bad:
            refused.append(Refused(why=bad.why, raw=msgspec.json.encode(piece)))
            continue
        if message is None:
            ignored += 1
        else:
            messages.append(message)
    return Decoded(messages=tuple(messages), refused=tuple(refused), ignored=ignored)


def _piece(piece: object, request: Request, secret: bytes) -> Message | None:
    told = an_object(piece)
    if told.get("_type") == "encrypted":
        told = an_object(read_json(_unboxed(told.get("data"), secret)))
    return _message(told, request)


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


def _message(told: dict[str, object], request: Request) -> Message | None:
    kind = told.get("_type")
    if kind in _IGNORED:
        return None
    if kind not in ("location", "transition"):
        raise BadPiece(Why.UNKNOWN_FORM)
    if "tst" not in told:
        raise BadPiece(Why.MISSING)
    at = fix.checked_at(stamps.of_number(number(told["tst"])), request.received_at)
    battery = maybe_number(told, "batt")
    if kind == "transition":
        # A region of the app itself, or a beacon at 0,0: a sign of life, no position.
        return StatusReport(
            device_id=request.device_id,
            at=at,
            received_at=request.received_at,
            battery_pct=fix.charge(battery),
        )
    if "lat" not in told or "lon" not in told:
        raise BadPiece(Why.MISSING)
    speed = maybe_number(told, "vel")
    return fix.position(
        request.device_id,
        at,
        request.received_at,
        lat=number(told["lat"]),
        lon=number(told["lon"]),
        accuracy_m=maybe_number(told, "acc"),
        speed_mps=None if speed is None else speed / _KMH,
        battery_pct=battery,
    )


def _unboxed(data: object, secret: bytes) -> bytes:
    """Open XSalsa20-Poly1305; the key is the passphrase, cut or padded with zeros to 32 bytes."""
    if not isinstance(data, str):
        raise BadPiece(Why.UNREADABLE_SECRET)
    key = secret[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0")
    try:
        return SecretBox(key).decrypt(base64.b64decode(data, validate=True))
    except (binascii.Error, CryptoError, ValueError) as error:
        raise BadPiece(Why.UNREADABLE_SECRET) from error
