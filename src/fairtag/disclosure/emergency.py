"""What may one person tell at once, when a life is at stake? The minimum, and another looks after.

Source: charter G10: threat to life or an urgent court order; reviewed within 24 hours.
Units: µs UTC; degrees; metres.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.intake.messages import Position
from fairtag.terms.instants import DAY, HOUR, Micros

REVIEWED_WITHIN = DAY
FRESH = HOUR  # an older last position is told with its age, in words that can't be missed
LEAST_SAID = 10


class Ground(StrEnum):
    """Why one person is enough."""

    LIFE = "threat_to_life"
    COURT = "urgent_court_order"


class Minimum(msgspec.Struct, frozen=True, kw_only=True):
    """All that leaves in an emergency: who, and where last, how surely, when."""

    given: str
    family: str
    position: Position | None
    time_zone: str


ReviewState = Literal["not due", "due", "overdue", "done"]


def demand_call(recipient: str, called_back: str, incident: str) -> None:
    """Go on only with what a reviewer will need.

    `called_back` is the number, which we looked up ourselves: a caller's own number proves nothing.
    Raises: DisclosureRefused.
    """
    problems = (
        (recipient, "say who is told: the body and the person's name or number"),
        (called_back, "say on which number you call them back"),
        (incident, "say their incident or case number"),
    )
    for told, missing in problems:
        if not told.strip():
            raise DisclosureRefused(missing)


def review_state(opened_at: Micros, *, reviewed_at: Micros | None, now: Micros) -> ReviewState:
    """Tell whether another person has looked, or must by now."""
    if reviewed_at is not None:
        return "done"
    return "overdue" if now >= opened_at + REVIEWED_WITHIN else "due"


def in_words(minimum: Minimum, *, now: Micros, at: str) -> str:
    """Write the sentence that is read to the police; `at` is the position's local time.

    Example:
        >>> in_words(Minimum(given="A", family="B", position=None, time_zone="UTC"),
        ...     now=Micros(0), at="")
        'A B. No position is known. Do not take this as a sign of anything.'
    """
    name = f"{minimum.given} {minimum.family}."
    fix = minimum.position
    if fix is None:
        return f"{name} No position is known. Do not take this as a sign of anything."
    age_min = (now - fix.at) // (60 * 1_000_000)
    old = " This is old: the device may be somewhere else." if now - fix.at > FRESH else ""
    return (
        f"{name} Last known position of the device: latitude {fix.lat:.5f}, longitude "
        f"{fix.lon:.5f}, {_sure(fix)}, at {at}, {age_min} minutes ago.{old} "
        "It is where the device was, not proof of where the person is."
    )


def _sure(fix: Position) -> str:
    if fix.accuracy_m is None:
        return "how exact is not known"
    level = 68 if fix.accuracy_level is None else round(fix.accuracy_level * 100)
    return f"within about {fix.accuracy_m:.0f} metres in {level} of 100 cases"
