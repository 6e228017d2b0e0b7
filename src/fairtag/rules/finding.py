"""What is a finding? A record of contract §5 that replaces the former of the same id.

Units: instants in µs UTC; certainty is a probability.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.terms.ids import ConditionId, DeviceId, FindingId, OrderId
from fairtag.terms.instants import Micros, text

FORMAT = "fairtag-finding/1"
MOST_CERTAIN = 0.999  # whatever the numbers say: positions have erred in ways that nobody foresaw


class Kind(StrEnum):
    """What may be found (contract §5). No kind says 'breach'."""

    CURFEW_LATE_START = "curfew.late_start"
    CURFEW_LATE_RETURN = "curfew.late_return"
    CURFEW_LEFT = "curfew.left"
    CURFEW_OUT_AT_END = "curfew.out_at_end"
    CURFEW_ABSENT_WHOLE = "curfew.absent_whole"
    ZONE_ENTERED = "zone.entered"
    ZONE_LEFT = "zone.left"
    ATTENDANCE_MISSED = "attendance.missed"
    TAMPER_STRAP = "tamper.strap"
    TAMPER_CASE = "tamper.case"
    BODY_OFF_LONG = "body.off_long"
    CHECKIN_MISSED = "checkin.missed"
    CHECKIN_IDENTITY_UNCONFIRMED = "checkin.identity_unconfirmed"
    CONTACT_LOST = "contact.lost"
    LOCATION_LOST = "location.lost"
    LOCATION_DOUBTFUL = "location.doubtful"
    BATTERY_LOW = "battery.low"
    BATTERY_DEAD = "battery.dead"
    EQUIPMENT_FAULT = "equipment.fault"
    CHECKIN_NEEDS_REVIEW = "checkin.needs_review"
    WEARER_HELP = "wearer.help"
    MONITORING_NOT_STARTED = "monitoring.not_started"
    MONITORING_SILENT_24H = "monitoring.silent_24h"
    MONITORING_SILENT_72H = "monitoring.silent_72h"
    MONITORING_NO_ORDER = "monitoring.no_order"
    MONITORING_NEVER_FIXED = "monitoring.never_fixed"
    INPUT_QUARANTINED = "input.quarantined"
    INPUT_TOO_LATE = "input.too_late"


AGAINST_WEARER = frozenset(
    {
        Kind.CURFEW_LATE_START,
        Kind.CURFEW_LATE_RETURN,
        Kind.CURFEW_LEFT,
        Kind.CURFEW_OUT_AT_END,
        Kind.CURFEW_ABSENT_WHOLE,
        Kind.ZONE_ENTERED,
        Kind.ZONE_LEFT,
        Kind.ATTENDANCE_MISSED,
        Kind.TAMPER_STRAP,
        Kind.TAMPER_CASE,
        Kind.BODY_OFF_LONG,
        Kind.CHECKIN_MISSED,
        Kind.CHECKIN_IDENTITY_UNCONFIRMED,
    }
)
SILENCES = frozenset(  # of a device that says nothing at all
    {Kind.CONTACT_LOST, Kind.MONITORING_SILENT_24H, Kind.MONITORING_SILENT_72H}
)
URGENT = frozenset({Kind.ZONE_ENTERED, Kind.TAMPER_STRAP, Kind.WEARER_HELP})


class State(StrEnum):
    """How a finding stands."""

    OPENED = "opened"  # evidence passed the budget, or a timer fell due
    CLOSED = "closed"  # hysteresis passed, or span, order or absence ended
    CORRECTED = "corrected"  # late evidence changed it
    WITHDRAWN = "withdrawn"  # no longer supported; final


class Cause(StrEnum):
    """Why a matter is seen in another light; the sign of a doubt is a cause, too."""

    EXCUSED = "excused"  # an absence recorded afterwards covers it
    OFFLINE = "offline_data_arrived"  # the device was silent, and had kept what it saw


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message a finding rests on: by sequence number, or by content hash."""

    seq: int | None = None
    ref: str | None = None
    at: Micros


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One whole record about one matter."""

    finding_id: FindingId
    rev: int
    order_id: OrderId
    condition_id: ConditionId | None  # None for matters of the device or of the monitoring itself
    device_id: DeviceId | None = None  # set for matters of one device
    kind: Kind
    state: State
    cause: str | None = None
    part_of: FindingId | None = None
    began_at: Micros
    ended_at: Micros | None = None
    decided_at: Micros
    late: bool = False
    certainty: float | None = None
    evidence: tuple[Evidence, ...] = ()
    rule: str
    settings: str
    tzdata: str
    words: dict[str, str]

    @property
    def recipient(self) -> Literal["authority", "support"]:
        """Tell who must be told; support matters never count against the wearer."""
        return "authority" if self.kind in AGAINST_WEARER else "support"

    @property
    def priority(self) -> Literal["urgent", "normal", "low"]:
        """Tell how soon."""
        if self.kind in URGENT:
            return "urgent"
        return "low" if self.kind is Kind.BATTERY_LOW else "normal"


def id_of(
    order_id: OrderId,
    condition_id: ConditionId | None,
    kind: Kind,
    began_at: Micros,
    *,
    again: int = 0,
) -> FindingId:
    """Name a matter so that every replay gives it the same name.

    `again` counts earlier matters of the same name: a withdrawn one is final, so that one which
    begins at the same instant afterwards, or on another device, needs a name of its own.
    Source: contract §5: `f_` and 26 base32 characters of SHA-256.
    """
    told = "\n".join(
        (order_id, condition_id or "", kind, text(began_at), *[str(again)] * (again > 0))
    )
    digest = hashlib.sha256(told.encode()).digest()
    return FindingId("f_" + base64.b32encode(digest).decode().lower()[:26])


def sort_key(finding: Finding) -> tuple[int, str, str, int]:
    """Order findings as contract §5 says."""
    return (finding.decided_at, finding.condition_id or "", finding.kind, finding.began_at)


def as_json(finding: Finding) -> bytes:
    """Write the contract's line, without a newline."""
    line = {
        "format": FORMAT,
        "finding_id": finding.finding_id,
        "rev": finding.rev,
        "order_id": finding.order_id,
        "condition_id": finding.condition_id,
        "device_id": finding.device_id,
        "kind": finding.kind,
        "state": finding.state,
        "cause": finding.cause,
        "part_of": finding.part_of,
        "began_at": text(finding.began_at),
        "ended_at": None if finding.ended_at is None else text(finding.ended_at),
        "decided_at": text(finding.decided_at),
        "late": finding.late,
        "certainty": finding.certainty,
        "evidence": [_evidence(item) for item in finding.evidence],
        "rule": finding.rule,
        "settings": finding.settings,
        "tzdata": finding.tzdata,
        "for": finding.recipient,
        "priority": finding.priority,
        "words": finding.words,
    }
    return msgspec.json.encode(line)


def _evidence(item: Evidence) -> dict[str, object]:
    if item.seq is not None:
        return {"seq": item.seq, "at": text(item.at)}
    return {"ref": item.ref, "at": text(item.at)}
