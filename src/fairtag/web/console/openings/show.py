"""How does what was opened read? The positions, and where the device is now, with doubt in words.

Units: µs UTC, degrees and metres in; texts out.
"""

from __future__ import annotations

from typing import Any

from fairtag.app.house import House
from fairtag.app.openings.book import ApartNote
from fairtag.app.openings.read import Current, Opened
from fairtag.custody.delay import DelayReason
from fairtag.custody.opening import Grant, GrantKind
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.web.console import words
from fairtag.web.console.evidence import columns, day_of, drawing, duty_words, evidence_rows
from fairtag.web.console.show import since, when

_OLD = 15 * MINUTE  # after this long somebody on foot is a kilometre away, and by car ten
_SHUT: dict[str, Any] = {
    "evidence": [],
    "columns": [],
    "drawing": None,
    "duty": "",
    "lease": "",
    "current": [],
    "again": "",
}
KINDS = {
    GrantKind.URGENT_ALERT: "positions around an urgent alert",
    GrantKind.ALERT_COPY: "the positions of an alert",
    GrantKind.TEXTS: "notes and reasons",
    GrantKind.THIRD_PERSON: "a note about a third person",
    GrantKind.WINDOW: "positions of another time",
    GrantKind.BREAK_GLASS: "positions, for danger to life",
    GrantKind.PHOTOS: "a few pictures of a wearer, without a name",
}
DELAYS = {
    DelayReason.DANGER: "telling now could put somebody in danger",
    DelayReason.INQUIRY: "telling now would undo a lawful inquiry",
    DelayReason.STAFF: "telling now could put staff in danger",
}


def delay_reasons() -> list[tuple[str, str]]:
    """List the reasons for which a notice may wait."""
    return [(one.value, DELAYS[one]) for one in DelayReason]


def opened_view(house: House, opened: Opened | None, *, again: str) -> dict[str, Any]:
    """Give what the part of a page shows that holds opened positions; all shut without any."""
    if opened is None:
        return _SHUT
    rows = evidence_rows(opened)
    left = (opened.grant.until - house.clock.now()) / house.speed
    return {
        "evidence": rows,
        "columns": columns(rows),
        "day": day_of(opened),
        "drawing": drawing(opened),
        "duty": duty_words(opened.condition),
        "lease": when(opened.grant.until, opened.time_zone),
        "lease_s": max(0, int(left // SECOND)),
        "current": current_words(opened.current, opened.time_zone),
        "again": again,
    }


def current_words(current: Current | None, zone: str) -> list[str]:
    """Say where the device is now, how exact and how old that is; 'we don't know' is an answer."""
    if current is None:
        return []
    one, now = current.position, current.now
    if one is None:
        heard = f"The device last spoke {since(current.heard_at, now)}."
        return ["We don't know where the device is.", "No position is in this window.", heard]
    age = since(one.at, now)
    said = [
        f"{one.lat:.5f}, {one.lon:.5f}, {age} ({when(one.at, zone)}).",
        _exact(one.accuracy_m),
    ]
    if now - one.at >= _OLD:
        said.append("This is old: where the device is now, we don't know.")
    if one.is_mock:
        said.append("The device says that an app set this position.")
    return said


def grant_row(grant: Grant, now: Micros) -> dict[str, Any]:
    """Show a grant in a list: no place, no name."""
    return {
        "id": grant.grant_id,
        "what": KINDS[grant.kind],
        "kind": grant.kind.value,
        "person": grant.person,
        "wearer": grant.wearer_id,
        "order": grant.order_id,
        "alert": grant.alert_id,
        "why": words.PURPOSES[grant.purpose],
        "case": grant.case_ref,
        "since": when(grant.since),
        "upto": "now" if grant.upto >= now else when(grant.upto),
        "at": when(grant.granted_at),
        "until": when(grant.until),
        "is_live": grant.granted_at <= now < grant.until,
        "second": grant.second_person,
    }


def note_row(note: ApartNote, zone: str) -> dict[str, str]:
    """Show a note that is kept apart, once it was opened."""
    return {"at": when(note.at, zone), "by": note.by, "text": note.text}


def _exact(accuracy_m: float | None) -> str:
    if accuracy_m is None:
        return "How exact that is, the device did not say."
    return (
        f"It says this is right within {accuracy_m:.0f} m; that holds most of the time, not always."
    )
