"""May this person open this now? The only door to what is sealed; closed by default.

Source: charter G3: one named officer from 60 minutes before an urgent alert until it is closed, in
leases of 60 minutes; every other window needs a second person. Free text about a wearer (what was
said, why an alert was closed) holds no trail: it opens for a purpose, also after the closing.
Units: µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fairtag.terms.errors import OpeningRefused
from fairtag.terms.instants import HOUR, Micros
from fairtag.terms.local import Interval

BEFORE = HOUR
LEASE = HOUR


class Purpose(StrEnum):
    """Why positions are opened; a closed list."""

    HANDLE_ALERT = "handle_alert"
    PROTECT_PERSON = "protect_person"
    CHECK_EQUIPMENT = "check_equipment"
    REVIEW_HANDLING = "review_handling"  # texts of a closed alert; opens no position


OF_POSITIONS = (Purpose.HANDLE_ALERT, Purpose.PROTECT_PERSON, Purpose.CHECK_EQUIPMENT)
OF_TEXTS = tuple(Purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asks to open, in the light of one alert."""

    began_at: Micros  # of the matter: late data may raise an alert hours after it
    closed_at: Micros | None
    purpose: str
    window: Interval
    now: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What may be opened, for how long."""

    window: Interval
    purpose: Purpose
    until: Micros


def grant(request: Request) -> Grant:
    """Decide about positions, and the name that goes with them.

    Raises: OpeningRefused.
    Fails: closed.
    """
    purpose = _purpose(request.purpose, OF_POSITIONS)
    if request.closed_at is not None:
        raise OpeningRefused("the alert is closed; a second person must agree to open it again")
    earliest = request.began_at - BEFORE
    if request.window.start < earliest or request.window.end > request.now:
        raise OpeningRefused("this window is wider than the alert; a second person must agree")
    return Grant(
        window=request.window,
        purpose=purpose,
        until=Micros(request.now + LEASE),
    )


def grant_texts(purpose: str) -> Purpose:
    """Decide about notes and reasons of an alert: no place and no name is opened with them.

    Raises: OpeningRefused.
    Fails: closed.
    """
    return _purpose(purpose, OF_TEXTS)


def _purpose(told: str, allowed: tuple[Purpose, ...]) -> Purpose:
    if told not in allowed:
        raise OpeningRefused("choose a purpose from the list")
    return Purpose(told)
