"""How does an alert read on a page? Local times with their zone, numbers with their units.

Units: µs UTC in; texts out.
"""

from __future__ import annotations

from typing import Any

from fairtag.alerts.live import calls, late_words
from fairtag.alerts.model import Alert, AlertPart, AlertState, ContactNote
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import MINUTES_A_DAY, wall_minute, wall_text
from fairtag.web.console import words


def when(at: Micros | None, zone: str = "UTC") -> str:
    """Write an instant as local time; a dash when there is none."""
    return "—" if at is None else wall_text(at, zone)


def offset(at: Micros, zone: str) -> str:
    """Tell a zone's distance from UTC at an instant: the hour that comes twice has two.

    Example:
        >>> offset(Micros(1793700000000000), "Europe/London"), offset(Micros(0), "Asia/Kolkata")
        ('UTC+00:00', 'UTC+05:30')
    """
    (day, minute), (utc_day, utc_minute) = wall_minute(at, zone), wall_minute(at, "UTC")
    days = (day > utc_day) - (day < utc_day)
    away = minute - utc_minute + days * MINUTES_A_DAY
    return f"UTC{'-' if away < 0 else '+'}{abs(away) // 60:02}:{abs(away) % 60:02}"


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


def since(at: Micros | None, now: Micros) -> str:
    """Tell how long ago something was heard of, as a phrase."""
    told = "never" if at is None else ago(at, now)
    return told if told in ("never", "just now") else f"{told} ago"


def alert_row(alert: Alert, *, zone: str, now: Micros) -> dict[str, Any]:
    """Show an alert in a list: no place, no name."""
    is_waiting = alert.state is AlertState.RAISED
    return {
        "id": alert.alert_id,
        "title": words.title(alert),
        "kind": alert.kind,
        "words": alert.words.get("en", ""),
        "first_words": alert.words.get("en", "").partition(". ")[0].removesuffix(".") + ".",
        "priority": alert.priority,
        "priority_words": words.PRIORITIES[alert.priority],
        "recipient": alert.recipient,
        "wearer": alert.wearer_id,
        "order": alert.order_id,
        "device": alert.device_id,
        "condition": alert.condition_id,
        "state": alert.state.value,
        "owner": None if is_waiting else alert.owner or alert.acknowledged_by,
        "closed_by": alert.closed_by,
        "meant_for": alert.owner if is_waiting else None,
        "is_waiting": is_waiting,
        "is_urgent": calls(alert) and is_waiting,
        "late": late_words(alert, zone),
        "began": when(alert.began_at, zone),
        "began_ago": since(alert.began_at, now),
        "waits": ago(alert.raised_at, now),
        "zone": zone,
        "offset": offset(alert.began_at, zone),
        "raised": when(alert.raised_at, zone),
        "raised_ago": since(alert.raised_at, now),
        # A call for help is not over because time went by.
        "is_over": alert.is_over and alert.kind != "wearer.help",
        "withdrawn": alert.withdrawn,
        "told": words.told_so_far(alert.escalated) if is_waiting else "",
        "cause": None if alert.cause is None else words.CAUSES[alert.cause],
        "closed": when(alert.closed_at, zone),
        "parts": [_part(part, zone) for part in alert.parts],
    }


def _part(part: AlertPart, zone: str) -> dict[str, Any]:
    return {
        "title": words.kind_name(part.kind),
        "began": when(part.began_at, zone),
        "ended": "still going on" if not part.is_over else when(part.ended_at, zone),
        "is_withdrawn": part.is_withdrawn,
    }


def rank(row: dict[str, Any]) -> tuple[bool, bool]:
    """Put what is urgent and waits first, then the other urgent ones; the rest stays as it is."""
    return (not row["is_urgent"], row["priority"] != "urgent")


def contact_row(note: ContactNote, zone: str) -> dict[str, str]:
    """Show a call or visit; what was said only when it was opened."""
    told = f"{note.by}, {note.how}, {'reached' if note.reached else 'not reached'}"
    return {"at": when(note.at, zone), "told": told, "text": note.text}
