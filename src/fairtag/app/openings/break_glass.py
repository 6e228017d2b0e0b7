"""Open one wearer for threat to life: one person, 30 minutes; told at once, reviewed by another.

A supervisor and the inspector are told at once. Source: charter G3. Units: µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import LEAST_REASON, demand_pair
from fairtag.app.house import House
from fairtag.app.life.alarm import raise_alarm
from fairtag.app.openings import writing
from fairtag.app.openings.book import Review, Whose
from fairtag.app.openings.grants import new_grant
from fairtag.app.openings.standing import demand_no_ties, facts_of
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.sign_in import confirm
from fairtag.custody.opening import Grant, GrantKind, for_life
from fairtag.custody.refusals import UnknownGrant
from fairtag.custody.standing import demand_reviewed
from fairtag.terms.errors import OpeningRefused, ReasonRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import HOUR, Micros

REVIEW_WITHIN = 24 * HOUR
KIND = "opening.break_glass"
_WORDS = (
    "Positions of one wearer were opened because a life may be in danger. Reference "
    "{grant}. Another person reviews it within 24 hours, on the page ‘Life in danger’."
)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A break-glass opening and whether it was reviewed."""

    grant: Grant
    review: Review | None
    due_at: Micros


def break_glass(
    house: House, person: Person, order_id: OrderId, *, incident: str, reason: str, password: str
) -> Grant:
    """Open one wearer for threat to life, with a fresh password; never without the log's file.

    Raises: NotPermitted, UnknownOrder, SignInRefused, ReasonRefused, InterestDeclared,
    BreakGlassPaused, ReviewsOwed, LogUnavailable.
    """
    demand(person, Act.OPEN)
    facts = house.store.read(lambda tx: facts_of(tx, order_id))
    confirm(house, person, password)
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonRefused(f"say who is in danger and how, in at least {LEAST_REASON} characters")
    now, whose = house.clock.now(), Whose(wearer_id=facts.wearer_id, order_id=order_id)

    def work(tx: Transaction) -> Grant:
        demand_no_ties(tx, facts.wearer_id, person.user_id)
        demand_reviewed(_waiting(tx, person), now=now)
        grant = new_grant(house, person, for_life(now=now), about=whose, now=now)
        grant = msgspec.structs.replace(grant, case_ref=incident.strip())
        writing.granted(tx, person, grant, reason=reason.strip(), what="opening.break-glass")
        raise_alarm(tx, house, kind=KIND, words=_WORDS.format(grant=grant.grant_id), now=now)
        return grant

    try:
        given = house.store.look(work)
    except OpeningRefused as refusal:
        writing.refused(house, person, refusal, kind=GrantKind.BREAK_GLASS, about=whose)
        raise
    house.changes.publish()
    return given


def tasks(tx: Transaction) -> list[Task]:
    """List every break-glass opening, what waits for a review first, the oldest of these first."""
    reviews = tx.openings.reviewed()
    found = [
        Task(
            grant=one,
            review=reviews.get(one.grant_id),
            due_at=Micros(one.granted_at + REVIEW_WITHIN),
        )
        for one in tx.openings.granted(kinds=(GrantKind.BREAK_GLASS,))
    ]
    waiting = [one for one in found if one.review is None]
    return waiting + [one for one in found[::-1] if one.review is not None]


def read_reason(house: House, person: Person, grant_id: str) -> str:
    """Open why somebody broke the glass, for whoever reviews it.

    Raises: NotPermitted, UnknownGrant, LogUnavailable.
    """
    demand(person, Act.REVIEW)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        grant = _break_glass(tx, grant_id)
        entry = writing.entry_of(
            person,
            "break-glass.read",
            now,
            wearer_id=grant.wearer_id,
            order_id=grant.order_id,
            grant=grant_id,
        )
        writing.write(tx, entry)

    house.store.look(work)
    return house.store.read(lambda tx: tx.openings.reason(grant_id))


def review(
    house: House,
    person: Person,
    grant_id: str,
    *,
    verdict: Literal["justified", "not_justified"],
    reason: str,
) -> None:
    """Say, as another person, whether an opening for danger to life was right.

    Raises: NotPermitted, UnknownGrant, ReasonRefused, SecondPersonRefused, OpeningRefused when it
    was reviewed before, LogUnavailable.
    """
    demand(person, Act.REVIEW)
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonRefused(f"write what you found in at least {LEAST_REASON} characters")
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        grant = _break_glass(tx, grant_id)
        if grant_id in tx.openings.reviewed():
            raise OpeningRefused("this opening was reviewed before")
        demand_pair(tx, grant.person, person.user_id, now)
        entry = writing.entry_of(
            person,
            "break-glass.review",
            now,
            operation="breakglass",
            wearer_id=grant.wearer_id,
            order_id=grant.order_id,
            grant=grant_id,
            verdict=verdict,
        )
        writing.write(tx, entry)
        told = Review(grant_id=grant_id, by=person.user_id, at=now, verdict=verdict)
        tx.openings.review(told, reason=reason.strip(), wearer_id=grant.wearer_id)

    house.store.transact(work)
    house.changes.publish()


def _waiting(tx: Transaction, person: Person) -> dict[str, Micros]:
    reviewed = tx.openings.reviewed()
    found = tx.openings.granted(person=person.user_id, kinds=(GrantKind.BREAK_GLASS,))
    return {one.grant_id: one.granted_at for one in found if one.grant_id not in reviewed}


def _break_glass(tx: Transaction, grant_id: str) -> Grant:
    grant = tx.openings.get(grant_id)
    if grant.kind is not GrantKind.BREAK_GLASS:
        raise UnknownGrant(grant_id)
    return grant
