"""May this person open this wearer alone? Interests, caseload, budgets, and a time to cool off.

Units: µs UTC; counts. Source: research on insiders, kept as numbers of the code: 40 openings of
positions a shift, 200 looks a day; who knows a wearer opens nothing about them. Danger to life has
no budget but its review: three that nobody has looked at yet are what one person has open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fairtag.custody.refusals import (
    BreakGlassPaused,
    CoolingOff,
    InterestDeclared,
    ReviewsOwed,
    SecondPersonNeeded,
)
from fairtag.terms.instants import DAY, HOUR, Micros, text

SHIFT = 12 * HOUR
OPENINGS_A_SHIFT = 40
LOOKS_A_DAY = 200
REPEATS = 3  # openings of one wearer without an open alert, in a day
COOL_OFF = DAY
PAUSED_AFTER = 72 * HOUR
UNREVIEWED = 3  # openings for danger to life, of one person
MOST_CALLS, CALLS_WITHIN = 12, 12 * HOUR  # in an emergency, of one person and not reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts of a person, a wearer and the moment."""

    person: str
    knows_wearer: bool  # declared, or recorded by an administrator
    assigned: frozenset[str]  # officers of the order
    is_on_duty: bool
    is_roster_empty: bool
    handles: bool  # took the open alert
    is_urgent: bool
    with_alert: bool  # an open alert is what is opened
    of_positions: bool
    openings: int  # of positions, alone, in the last 12 hours
    looks: int  # of any kind, in the last 24 hours
    repeats: tuple[Micros, ...]  # openings of this wearer without an open alert, oldest first


def demand_no_interest(standing: Standing) -> None:
    """Stop whoever knows the wearer, alone or with another, by any way.

    Raises: InterestDeclared.
    Fails: closed.
    """
    if standing.knows_wearer:
        raise InterestDeclared("a declared interest stands against it")


def demand_cool(standing: Standing, *, now: Micros) -> None:
    """Stop the same wearer again and again when no alert is open.

    Raises: CoolingOff.
    """
    recent = [at for at in standing.repeats if now - at < COOL_OFF]
    if not standing.with_alert and len(recent) >= REPEATS:
        over = Micros(recent[-REPEATS] + COOL_OFF)
        raise CoolingOff(f"{REPEATS} openings in 24 hours; the next one after {text(over)}")


def demand_alone(standing: Standing, *, now: Micros) -> None:
    """Go on only when one person may open this.

    Raises: InterestDeclared, SecondPersonNeeded, CoolingOff.
    Fails: closed; open for an urgent alert while nobody is on the roster at all, since somebody
    must be able to handle it.
    """
    demand_no_interest(standing)
    why = _not_theirs(standing) or _over_budget(standing)
    if why is not None:
        raise SecondPersonNeeded(why)
    demand_cool(standing, now=now)


def demand_reviewed(waiting: Mapping[str, Micros], *, now: Micros) -> None:
    """Stop whoever acts alone for danger to life when no review came: of three, or for 72 hours.

    `waiting` is what this person did before and nobody has reviewed: its reference, and when.
    Raises: BreakGlassPaused, ReviewsOwed.
    """
    for name, at in waiting.items():
        if now - at >= PAUSED_AFTER:
            raise BreakGlassPaused(f"{name} waits for its review")
    if len(waiting) >= UNREVIEWED:
        raise ReviewsOwed(f"{', '.join(waiting)} wait for their review")


def demand_calls_reviewed(waiting: Mapping[str, Micros], *, now: Micros) -> None:
    """Stop a call to the police only where one person makes more of them than any night needs.

    A review that is late stops no call: life comes first, and a supervisor has heard of each.
    Raises: ReviewsOwed.
    """
    recent = [name for name, at in waiting.items() if now - at < CALLS_WITHIN]
    if len(recent) >= MOST_CALLS:
        raise ReviewsOwed(f"{len(recent)} calls of the last 12 hours wait for their review")


def _not_theirs(standing: Standing) -> str | None:
    if standing.person in standing.assigned:
        return None
    stands_in = standing.is_on_duty or standing.is_roster_empty
    if standing.assigned:
        is_night = standing.is_urgent and standing.with_alert and stands_in
        return None if is_night else "other officers have this wearer"
    if stands_in or standing.handles:
        return None
    return "nobody has this wearer and you are not on duty; take the alert, or ask"


def _over_budget(standing: Standing) -> str | None:
    if standing.of_positions and standing.openings >= OPENINGS_A_SHIFT:
        return f"{OPENINGS_A_SHIFT} openings of positions in 12 hours are what one person opens"
    if standing.looks >= LOOKS_A_DAY:
        return f"{LOOKS_A_DAY} looks in 24 hours are what one person takes alone"
    return None
