"""What does a line of fairtag's own traffic say (contract §4)?

One bad line never loses the others. From a device, `received_at` is the clock of the service; a
recorded file carries it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fairtag.intake import fix
from fairtag.intake.messages import (
    CheckInReceipt,
    CheckInState,
    Decoded,
    Event,
    EventCode,
    Message,
    Refused,
    Source,
    StatusReport,
)
from fairtag.intake.pieces import MOST_PIECES, Pieces, raw_of
from fairtag.intake.request import BadPiece, Request, Why, an_object, known, number, read_json
from fairtag.terms.ids import ConditionId, DeviceId, is_id
from fairtag.terms.instants import Micros, parse

RESULTS = (None, "match", "refer")
_SOURCES: dict[str, Source] = {one.value: one for one in Source}


def decode(request: Request) -> Decoded:
    """Read the lines that a device posted; a line that names another device is refused."""
    return _lines(request.body, lambda line: _of_device(line, request))


def decode_recorded(raw: bytes) -> Decoded:
    """Read a recorded file: each line carries its device and its time of receipt."""
    return _lines(raw, _recorded)


def recorded(rows: Iterable[dict[str, object]]) -> Decoded:
    """Read rows of a recorded table as lines of a recorded file."""
    pieces = Pieces()
    for row in rows:
        _take(pieces, row, b"", _recorded)
    return pieces.decoded()


def _lines(raw: bytes, read: Callable[[dict[str, object]], Message]) -> Decoded:
    if raw.count(b"\n") > MOST_PIECES:
        return Decoded(refused=(Refused(why=Why.TOO_MANY, raw=raw),))
    pieces = Pieces()
    for line in raw.split(b"\n"):
        if not line.strip():
            continue
        try:
            fields = an_object(read_json(line))
        except BadPiece as bad:
            pieces.refuse(bad.why, line)
            continue
        _take(pieces, fields, line, read)
    return pieces.decoded()


def _take(
    pieces: Pieces,
    fields: dict[str, object],
    raw: bytes,
    read: Callable[[dict[str, object]], Message],
) -> None:
    try:
        pieces.take((read(fields),))
    except BadPiece as bad:
        pieces.refuse(
            bad.why,
            raw or raw_of(fields, raw),
            epoch=_count_or_none(fields, "epoch") or 0,
            seq=_count_or_none(fields, "seq"),
        )


def _of_device(fields: dict[str, object], request: Request) -> Message:
    if not request.is_claimed(fields.get("device_id")):
        raise BadPiece(Why.FOREIGN_ID)
    return _message(fields, request.device_id, request.received_at)


def _recorded(fields: dict[str, object]) -> Message:
    device_id = fields.get("device_id")
    if not isinstance(device_id, str) or not is_id(device_id):
        raise BadPiece(Why.MISSING)
    received_at = _instant(fields, "received_at") if "received_at" in fields else None
    received_at = received_at or _instant(fields, "at")
    if fields.get("type") == "status":
        return _status(fields, DeviceId(device_id), received_at)
    return _message(fields, DeviceId(device_id), received_at)


def _message(fields: dict[str, object], device_id: DeviceId, received_at: Micros) -> Message:
    match fields.get("type"):
        case "position":
            return _position(fields, device_id, received_at)
        case "event":
            return _event(fields, device_id, received_at)
        case "check_in":
            return _check_in(fields, device_id, received_at)
        case _:
            raise BadPiece(Why.UNKNOWN_FORM)


def _position(fields: dict[str, object], device_id: DeviceId, received_at: Micros) -> Message:
    return fix.position(
        device_id,
        _instant(fields, "at"),
        received_at,
        lat=_needed(fields, "lat"),
        lon=_needed(fields, "lon"),
        accuracy_m=known(fields.get("accuracy_m")),
        accuracy_level=known(fields.get("accuracy_level")),
        source=_source(fields.get("source")),
        speed_mps=known(fields.get("speed_mps")),
        battery_pct=known(fields.get("battery_pct")),
        is_mock=_flag(fields.get("is_mock")),
        epoch=_count(fields, "epoch") or 0,
        seq=_count(fields, "seq"),
    )


def _event(fields: dict[str, object], device_id: DeviceId, received_at: Micros) -> Message:
    code = fields.get("code")
    if code not in EventCode.__members__.values():
        raise BadPiece(Why.UNKNOWN_FORM)
    return Event(
        device_id=device_id,
        epoch=_count(fields, "epoch") or 0,
        seq=_count(fields, "seq"),
        at=fix.checked_at(_instant(fields, "at"), received_at),
        received_at=received_at,
        code=EventCode(str(code)),
    )


def _check_in(fields: dict[str, object], device_id: DeviceId, received_at: Micros) -> Message:
    state, result = fields.get("state"), fields.get("result")
    if state not in CheckInState.__members__.values() or result not in RESULTS:
        raise BadPiece(Why.UNKNOWN_FORM)
    return CheckInReceipt(
        device_id=device_id,
        epoch=_count(fields, "epoch") or 0,
        seq=_count(fields, "seq"),
        check_in_id=_id(fields, "check_in_id"),
        condition_id=ConditionId(_id(fields, "condition_id")),
        at=fix.checked_at(_instant(fields, "at"), received_at),
        received_at=received_at,
        state=CheckInState(str(state)),
        window_until=_instant_or_none(fields, "window_until"),
        captured_at=_instant_or_none(fields, "captured_at"),
        result=result if isinstance(result, str) else None,
    )


def _status(fields: dict[str, object], device_id: DeviceId, received_at: Micros) -> Message:
    """Read a sign of life: other protocols have one, and a record of them must keep it."""
    return StatusReport(
        device_id=device_id,
        epoch=_count(fields, "epoch") or 0,
        seq=_count(fields, "seq"),
        at=fix.checked_at(_instant(fields, "at"), received_at),
        received_at=received_at,
        battery_pct=known(fields.get("battery_pct")),
    )


def _instant(fields: dict[str, object], name: str) -> Micros:
    value = fields.get(name)
    if value is None:
        raise BadPiece(Why.MISSING)
    if not isinstance(value, str):
        raise BadPiece(Why.WRONG_TYPE)
    try:
        return parse(value)
    except ValueError as error:
        raise BadPiece(Why.CLOCK) from error


def _instant_or_none(fields: dict[str, object], name: str) -> Micros | None:
    return None if fields.get(name) is None else _instant(fields, name)


def _needed(fields: dict[str, object], name: str) -> float:
    if name not in fields:
        raise BadPiece(Why.MISSING)
    return number(fields[name])


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _source(value: object) -> Source:
    """A word that is not ours is an unknown source."""
    return _SOURCES.get(value, Source.UNKNOWN) if isinstance(value, str) else Source.UNKNOWN


def _count(fields: dict[str, object], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadPiece(Why.WRONG_TYPE)
    if not 0 <= value <= fix.MAX_SEQ:
        raise BadPiece(Why.OUT_OF_RANGE)
    return value


def _count_or_none(fields: dict[str, object], name: str) -> int | None:
    try:
        return _count(fields, name)
    except BadPiece:
        return None


def _id(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not is_id(value):
        raise BadPiece(Why.MISSING)
    return value
