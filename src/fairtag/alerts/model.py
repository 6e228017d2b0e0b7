"""What is an alert? One open matter that a person handles; its state never says 'breach'.

Units: instants in µs UTC.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.rules.finding import Kind
from fairtag.terms.ids import AlertId, ConditionId, DeviceId, FindingId, OrderId, WearerId
from fairtag.terms.instants import Micros


class AlertState(StrEnum):
    """How an alert stands; it moves forward only."""

    RAISED = "raised"  # nobody has taken it yet
    ACKNOWLEDGED = "acknowledged"  # a named person has it
    CLOSED = "closed"  # with a cause and a reason


class Cause(StrEnum):
    """Why an alert was closed. None of them says that the wearer broke the order (charter G2)."""

    FALSE_LOCATION = "false_location"  # drift, reflection, indoors
    EQUIPMENT = "equipment"  # battery, strap sensor, network, device
    EXCUSED = "excused"  # known reason: medical, emergency, permission
    RESOLVED_WITH_WEARER = "resolved_with_wearer"  # spoken to, back in place
    REFERRED = "referred"  # handed to the authority for a person's decision
    WELFARE_DONE = "welfare_done"  # the wearer is safe
    DUPLICATE = "duplicate"  # the same matter as another alert
    TEST = "test"  # a rehearsal
    RECOVERED = "recovered"  # closed itself: contact or battery came back
    REVIEWED = "reviewed"  # ended with what people said of the pictures, or with a better one


class AlertPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding as it stands inside an alert."""

    finding_id: FindingId
    kind: str
    rev: int  # the newest revision that was taken: the same one twice changes nothing
    began_at: Micros
    ended_at: Micros | None = None
    is_over: bool = False
    is_withdrawn: bool = False
    late_at: Micros | None = None  # when late data told it; None: live data told it, or do by now
    words: dict[str, str] = {}  # kept while it goes on


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One matter for one recipient; findings gather in it while it is open."""

    alert_id: AlertId
    order_id: OrderId | None  # None for matters of the house (empty roster, device without order)
    wearer_id: WearerId | None
    condition_id: ConditionId | None
    device_id: DeviceId | None
    kind: str  # of its gravest finding, a `Kind`; or of the house, such as "duty.roster_empty"
    recipient: Literal["authority", "support"]
    priority: Literal["urgent", "normal", "low"]
    state: AlertState
    raised_at: Micros
    began_at: Micros
    findings: tuple[FindingId, ...] = ()
    words: dict[str, str] = {}
    acknowledged_by: str | None = None
    acknowledged_at: Micros | None = None
    closed_by: str | None = None  # None and closed: it closed itself
    closed_at: Micros | None = None
    cause: Cause | None = None
    owner: str | None = None  # whose matter it is now: who took it, or who has a support matter
    escalated: int = 0  # steps of the roster told so far
    is_over: bool = False  # every finding in it is closed, corrected away or withdrawn
    withdrawn: bool = False  # every finding in it was withdrawn
    parts: tuple[AlertPart, ...] = ()  # the findings one by one
    urgent_at: Micros | None = None  # since when it calls: the steps of the roster count from it
    stirred_at: Micros | None = None  # something urgent came after it was acknowledged
    reminded: int = 0  # times its owner was reminded that it is still open
    follows: AlertId | None = None  # the closed alert that later data changed


class AlertAct(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an alert."""

    alert_id: AlertId
    at: Micros
    what: Literal["raised", "joined", "acknowledged", "closed", "escalated", "notified", "assigned"]
    by: str | None = None  # user id, or None for the machine
    cause: Cause | None = None
    reason: str = ""  # sealed at rest
    finding_id: FindingId | None = None
    finding_kind: Kind | None = None


class ContactNote(msgspec.Struct, frozen=True, kw_only=True):
    """A call or visit; the text is sealed at rest."""

    order_id: OrderId
    alert_id: AlertId | None
    at: Micros
    by: str
    how: Literal["phone", "visit", "message", "other"]
    reached: bool
    text: str


class DutyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the roster."""

    step: Literal["first", "second", "supervisor"]
    user_id: str
    to: str  # "mailto:…" or "https://…": gets a random reference, urgency and a link, nothing else
