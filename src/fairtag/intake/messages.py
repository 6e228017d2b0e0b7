"""What can a device say? Positions, events and check-in receipts, with "don't know" as a value.

Units: instants in µs UTC; degrees WGS 84; metres; metres a second; percent. `None` is unknown,
never zero.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros


class Source(StrEnum):
    """Where a position came from."""

    GNSS = "gnss"
    WIFI = "wifi"
    CELL = "cell"
    RF = "rf"
    FUSED = "fused"
    UNKNOWN = "unknown"


class EventCode(StrEnum):
    """What a device noticed about itself (contract §4)."""

    STRAP_OPEN = "strap_open"
    STRAP_CLOSED = "strap_closed"
    CASE_OPEN = "case_open"
    OFF_BODY = "off_body"
    ON_BODY = "on_body"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    CHARGE_START = "charge_start"
    CHARGE_STOP = "charge_stop"
    POWER_OFF = "power_off"
    POWER_ON = "power_on"
    GNSS_LOST = "gnss_lost"
    GNSS_BACK = "gnss_back"
    JAMMING = "jamming"
    MOCK_LOCATION = "mock_location"
    CLOCK_CHANGED = "clock_changed"
    FAULT = "fault"
    SOS = "sos"


class CheckInState(StrEnum):
    """How far a prompt came (contract §4)."""

    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    SHOWN = "shown"
    ANSWERED = "answered"
    EXPIRED_SHOWN = "expired_shown"
    NOT_DELIVERED = "not_delivered"
    DEVICE_OFF = "device_off"
    REFUSED_BY_LIMIT = "refused_by_limit"


class Position(msgspec.Struct, frozen=True, kw_only=True, tag="position", tag_field="type"):
    """A place at a time; within `accuracy_m` with probability `accuracy_level`."""

    device_id: DeviceId
    epoch: int = 0
    seq: int | None = None
    at: Micros
    received_at: Micros
    lat: float
    lon: float
    accuracy_m: float | None = None
    accuracy_level: float | None = None
    source: Source = Source.UNKNOWN
    speed_mps: float | None = None
    battery_pct: float | None = None
    is_mock: bool | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, tag="event", tag_field="type"):
    """Something the device noticed about itself."""

    device_id: DeviceId
    epoch: int = 0
    seq: int | None = None
    at: Micros
    received_at: Micros
    code: EventCode


class CheckInReceipt(msgspec.Struct, frozen=True, kw_only=True, tag="check_in", tag_field="type"):
    """How far a prompt came on the device."""

    device_id: DeviceId
    epoch: int = 0
    seq: int | None = None
    check_in_id: str
    condition_id: ConditionId
    at: Micros
    received_at: Micros
    state: CheckInState
    window_until: Micros | None = None
    captured_at: Micros | None = None
    result: str | None = None


class StatusReport(msgspec.Struct, frozen=True, kw_only=True, tag="status", tag_field="type"):
    """A message without a position or an event: the device is alive, and that is all it says."""

    device_id: DeviceId
    epoch: int = 0
    seq: int | None = None
    at: Micros
    received_at: Micros
    battery_pct: float | None = None


Said = Event | CheckInReceipt | StatusReport  # what comes one by one
Message = Position | Said


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of traffic that goes to quarantine: stored, sealed, acknowledged, never judged."""

    why: str  # a word from a closed list in the decoder, for people: no payload in it
    raw: bytes  # the piece itself, sealed before it is stored
    epoch: int = 0
    seq: int | None = None


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """What one request said."""

    messages: tuple[Message, ...] = ()
    refused: tuple[Refused, ...] = ()
    ignored: int = 0  # things of no concern to us (waypoints, cards, keep-alives without time)


def content_of(message: Message) -> bytes:
    """Write what the device said, without the time of receipt: a resend says the same."""
    return msgspec.json.encode(msgspec.structs.replace(message, received_at=Micros(0)))


def naming_of(message: Message) -> bytes:
    """Write what names a message that has no sequence number: a resend has the same name.

    The charge that comes with a position is that of the moment of sending, not of the fix: it is
    left out.
    """
    if isinstance(message, Position):
        message = msgspec.structs.replace(message, battery_pct=None)
    return content_of(message)


def ref_of(message: Message) -> str:
    """Name a message that has no sequence number by its content."""
    return "h_" + hashlib.sha256(naming_of(message)).hexdigest()[:32]
