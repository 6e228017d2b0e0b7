"""How does an alert read on a page? Plain words, local times, numbers with their units.

Units: µs UTC in; texts out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import shapely

from fairtag.alerts.escalate import NOT_REACHED, ROSTER_EMPTY
from fairtag.alerts.later import LATER_DATA
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.alerts.practicable import PRACTICABLE
from fairtag.app.compare_books import (
    DEVICE_LEFT,
    NO_CREDENTIAL,
    NO_DEVICE,
    STARTS_SOON,
    SUSPENDED_LONG,
    TWO_ORDERS,
)
from fairtag.app.open_record import Opened
from fairtag.app.reconcile import JUDGING_BEHIND, UNHEARD
from fairtag.intake.messages import Position
from fairtag.orders.model import Attendance, Condition, Curfew, ExclusionZone, InclusionZone
from fairtag.terms.geometry import Circle, Place
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import wall_text

_GAP = 5 * MINUTE  # a longer silence between two positions is drawn as a gap

KINDS = {
    "curfew.late_start": "Not at the curfew address at the start",
    "curfew.late_return": "Not back after an agreed absence",
    "curfew.left": "Left the curfew address",
    "curfew.out_at_end": "Still away when the curfew ended",
    "curfew.absent_whole": "Not seen at the curfew address",
    "zone.entered": "Inside an exclusion zone",
    "zone.left": "Outside the area to stay in",
    "attendance.missed": "Appointment not kept",
    "tamper.strap": "Strap opened",
    "tamper.case": "Case opened",
    "body.off_long": "Device not worn",
    "checkin.missed": "Check-in not answered",
    "checkin.identity_unconfirmed": "Check-in not confirmed by two people",
    "contact.lost": "No contact with the device",
    "location.lost": "No usable position",
    "location.doubtful": "Positions in doubt",
    "battery.low": "Battery low",
    "battery.dead": "Battery empty",
    "equipment.fault": "Device fault",
    "checkin.needs_review": "Check-in waits for people",
    "wearer.help": "The wearer asks for help",
    "monitoring.not_started": "Monitoring has not started",
    "monitoring.silent_24h": "No data for 24 hours",
    "monitoring.silent_72h": "No data for 72 hours",
    "monitoring.no_order": "Data without an order",
    "monitoring.never_fixed": "Never a position",
    "input.quarantined": "Data could not be read",
    "input.too_late": "Data came too late",
    NO_CREDENTIAL: "Device can't sign in",
    NO_DEVICE: "No device serves the order",
    STARTS_SOON: "Order starts without a device",
    SUSPENDED_LONG: "Order suspended for long",
    TWO_ORDERS: "More than one order in force",
    DEVICE_LEFT: "Device still active after its order",
    UNHEARD: "Device not heard for 24 hours",
    JUDGING_BEHIND: "Data are not judged",
    ROSTER_EMPTY: "Duty roster is empty",
    NOT_REACHED: "Messages reach nobody",
    LATER_DATA: "Later data changed a closed alert",
    PRACTICABLE: "Is monitoring still practicable?",
}
CAUSES = {
    Cause.FALSE_LOCATION: "The position was wrong (drift, reflection, indoors)",
    Cause.EQUIPMENT: "Equipment (battery, strap sensor, network, device)",
    Cause.EXCUSED: "Excused (medical, emergency, permission)",
    Cause.RESOLVED_WITH_WEARER: "Settled with the wearer",
    Cause.REFERRED: "Handed to the authority for a person's decision",
    Cause.WELFARE_DONE: "The wearer is safe",
    Cause.DUPLICATE: "Same matter as another alert",
    Cause.TEST: "Rehearsal",
    Cause.RECOVERED: "Came back by itself",
}
_STATES = {
    AlertState.RAISED: "Nobody has it yet",
    AlertState.ACKNOWLEDGED: "In hand",
    AlertState.CLOSED: "Closed",
}


def kind_name(kind: str) -> str:
    """Name a kind in plain words."""
    return KINDS.get(kind, kind)


def when(at: Micros | None, zone: str = "UTC") -> str:
    """Write an instant as local time; a dash when there is none."""
    return "—" if at is None else wall_text(at, zone)


def ago(at: Micros, now: Micros) -> str:
    """Tell how long ago something was, in its largest unit.

    Example:
        >>> ago(Micros(0), Micros(90 * MINUTE)), ago(Micros(5), Micros(0))
        ('1 h 30 min', 'just now')
    """
    span = now - at
    if span < MINUTE:
        return "just now"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < DAY:
        return f"{span // HOUR} h {span % HOUR // MINUTE} min"
    return f"{span // DAY} d {span % DAY // HOUR} h"


def alert_row(alert: Alert, *, zone: str, now: Micros) -> dict[str, Any]:
    """Show an alert in a list: no place, no name."""
    return {
        "id": alert.alert_id,
        "title": kind_name(alert.kind),
        "kind": alert.kind,
        "words": alert.words.get("en", ""),
        "priority": alert.priority,
        "recipient": alert.recipient,
        "wearer": alert.wearer_id,
        "order": alert.order_id,
        "device": alert.device_id,
        "condition": alert.condition_id,
        "state": alert.state.value,
        "state_words": _STATES[alert.state],
        "owner": alert.owner or alert.acknowledged_by,
        "began": when(alert.began_at, zone),
        "waits": ago(alert.raised_at, now),
        "zone": zone,
        "raised": when(alert.raised_at, zone),
        # A call for help is not over because time went by.
        "is_over": alert.is_over and alert.kind != "wearer.help",
        "withdrawn": alert.withdrawn,
        "escalated": alert.escalated,
        "cause": None if alert.cause is None else CAUSES[alert.cause],
        "closed_by": alert.closed_by,
        "parts": [
            {
                "title": kind_name(part.kind),
                "began": when(part.began_at, zone),
                "ended": when(part.ended_at, zone),
                "is_withdrawn": part.is_withdrawn,
            }
            for part in alert.parts
        ],
    }


def evidence_rows(opened: Opened) -> list[dict[str, str]]:
    """Show positions as a table: newest first, with what is not known said so."""
    return [_evidence_row(one, opened.time_zone) for one in reversed(opened.positions)]


def drawing(opened: Opened) -> dict[str, Any]:
    """Give what the map draws: the place, positions with accuracy, lines, and gaps in them."""
    points = [
        {
            "lat": one.lat,
            "lon": one.lon,
            "accuracy_m": one.accuracy_m,
            "at": when(one.at, opened.time_zone),
        }
        for one in opened.positions
    ]
    legs = [
        {"from": n, "is_gap": later.at - one.at > _GAP}
        for n, (one, later) in enumerate(pairwise(opened.positions))
    ]
    return {"place": _place(opened.condition), "points": points, "legs": legs}


def _evidence_row(one: Position, zone: str) -> dict[str, str]:
    speed = one.speed_mps
    return {
        "at": when(one.at, zone),
        "received": when(one.received_at, zone),
        "lat": f"{one.lat:.5f}",
        "lon": f"{one.lon:.5f}",
        "accuracy": "not known" if one.accuracy_m is None else f"{one.accuracy_m:.0f} m",
        "source": "not known" if one.source.value == "unknown" else one.source.value,
        "speed": "not known" if speed is None else f"{speed * 3.6:.0f} km/h",
        "mock": "set by an app" if one.is_mock else "",
    }


def _place(condition: Condition | None) -> dict[str, Any] | None:
    match condition:
        case Curfew() | Attendance():
            return _shape(condition.place, "must be here")
        case InclusionZone():
            return _shape(condition.area, "must be here")
        case ExclusionZone():
            return _shape(condition.area, "must not be here")
        case _:
            return None


def _shape(place: Place, told: str) -> dict[str, Any]:
    if isinstance(place, Circle):
        at = {"lat": place.lat_deg, "lon": place.lon_deg, "radius_m": place.radius_m}
        return {"told": told, "circle": at, "area": None}
    return {"told": told, "circle": None, "area": shapely.geometry.mapping(place.shape)}
