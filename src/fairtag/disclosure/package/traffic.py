"""How is a stored message written down as a line of recorded traffic (contract §4)?

The line says all that was stored: read again, it is the same message, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairtag.intake.messages import CheckInReceipt, Event, Message, Position, StatusReport
from fairtag.terms.instants import Micros, text


def as_line(message: Message) -> bytes:
    """Write one message, without a newline; what is not known is not there."""
    told = _head(message) | _tail(message)
    return msgspec.json.encode({name: one for name, one in told.items() if one is not None})


def as_lines(messages: Iterable[Message]) -> bytes:
    """Write messages in their order, a line each."""
    return b"".join(as_line(one) + b"\n" for one in messages)


def _head(message: Message) -> dict[str, object]:
    return {
        "type": message.__struct_config__.tag,
        "device_id": message.device_id,
        "epoch": message.epoch,
        "seq": message.seq,
        "at": text(message.at),
        "received_at": text(message.received_at),
    }


def _tail(message: Message) -> dict[str, object]:
    match message:
        case Position():
            return {
                "lat": message.lat,
                "lon": message.lon,
                "accuracy_m": message.accuracy_m,
                "accuracy_level": message.accuracy_level,
                "source": message.source,
                "speed_mps": message.speed_mps,
                "battery_pct": message.battery_pct,
                "is_mock": message.is_mock,
            }
        case Event():
            return {"code": message.code}
        case StatusReport():
            return {"battery_pct": message.battery_pct}
        case CheckInReceipt():
            return {
                "check_in_id": message.check_in_id,
                "condition_id": message.condition_id,
                "state": message.state,
                "window_until": _instant(message.window_until),
                "captured_at": _instant(message.captured_at),
                "result": message.result,
            }


def _instant(at: Micros | None) -> str | None:
    return None if at is None else text(at)
