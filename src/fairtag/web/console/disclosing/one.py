"""The page of one disclosure: what is asked, how it stands, what was done, what to do next.

What somebody wrote is sealed; reading it is a consultation and is written down first.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import bound, recipient_of, state_now
from fairtag.app.disclosure.deliver import is_unmade
from fairtag.app.disclosure.log import write_read
from fairtag.app.disclosure.subject_access import request_of
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.disclosure.course import Asked, State, Step, last
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.scope import Category
from fairtag.disclosure.withholding import GROUNDS
from fairtag.review.four_eyes import state_of
from fairtag.terms.errors import FairtagError, NotPermitted
from fairtag.terms.instants import Micros, parse
from fairtag.web.console.disclosing import words
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Shell
from fairtag.web.console.show import when

_WITHHELD = "withheld."
_INSTANTS = ("from", "until")
_ANSWERED = (State.FETCHED, State.EXPIRED, State.REFUSED)


def show(
    shell: Shell,
    request: Request,
    person: Person,
    disclosure_id: str,
    refusal: FairtagError | None = None,
    *,
    typed: dict[str, str] | None = None,
) -> Response:
    """Show everything about one, after the entry that says who read it.

    Raises: NotPermitted, UnknownDisclosure, LogUnavailable.
    """
    demand(person, Act.ASK)
    asked, steps = shell.house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    if not may(person, Act.DISCLOSE) and asked.by != person.user_id:
        raise NotPermitted("somebody else asked for this one")
    now = shell.house.clock.now()
    shell.house.store.look(lambda tx: write_read(tx, asked, by=person.user_id, now=now))
    state = shell.house.store.read(lambda tx: state_now(tx, steps, now))
    zone = shell.house.store.read(lambda tx: zone_of(tx, asked.order_id))
    return shell.page(
        request,
        "disclosing/one.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        asked=asked,
        state=state.value,
        **shell.house.store.read(lambda tx: _stands(tx, steps, state, now)),
        answer_by=_answer_by(shell, asked, state),
        scope=shell.house.store.read(lambda tx: _scope(tx, asked, steps, state, zone)),
        zone=zone,
        is_said_no=state is State.ASKED and last(steps, "proposed") is not None,
        parts=words.CATEGORIES,
        grounds=GROUNDS.get(asked.gateway, {}),
        typed=typed or {},
        gateway=GATEWAYS.get(asked.gateway),
        steps=[_step(one, zone) for one in steps],
        proposal=_proposal(steps) if state is State.PROPOSED else "",
        may_decide=may(person, Act.DISCLOSE),
        may_review=may(person, Act.SECOND) and asked.by != person.user_id,
        is_mine=asked.by == person.user_id,
        is_unmade=is_unmade(shell.house, disclosure_id, steps),
    )


def _withheld(steps: tuple[Step, ...], state: State) -> tuple[tuple[Category, str], ...]:
    """Give what is, or would be, kept from the wearer; nothing when no second person agreed."""
    proposed, approved = last(steps, "proposed"), last(steps, "approved")
    is_agreed = approved is not None and "second_person" in approved.facts
    if proposed is None or not (is_agreed or state is State.PROPOSED):
        return ()
    return tuple(
        (Category(name.removeprefix(_WITHHELD)), why)
        for name, why in sorted(proposed.told.items())
        if name.startswith(_WITHHELD)
    )


def _bound(
    tx: Transaction, asked: Asked, withheld: tuple[tuple[Category, str], ...]
) -> dict[str, str]:
    """Give the very words to which a second person agrees; none for what was told by voice."""
    if asked.how == "emergency":
        return {}
    try:
        return bound(asked, recipient_of(tx, asked), withheld)
    except FairtagError as refusal:
        return {"recipient": f"{asked.recipient_id}: {refusal}"}


def _scope(
    tx: Transaction, asked: Asked, steps: tuple[Step, ...], state: State, zone: str
) -> dict[str, tuple[str, ...]]:
    """Give the same for people: words for codes, and times of the order's zone."""
    found = _bound(tx, asked, _withheld(steps, state))
    return {
        name: (words.local(parse(told), zone),) if name in _INSTANTS else words.in_words(name, told)
        for name, told in found.items()
    }


def _is_agreed(tx: Transaction, steps: tuple[Step, ...], state: State, now: Micros) -> bool:
    """Tell whether a second person agreed to what was asked last, and nobody carried it out."""
    if state is not State.PROPOSED:
        return False
    proposal, marks = tx.proposals.get(_proposal(steps))
    return state_of(proposal, marks, now=now) == "agreed"


def _stands(tx: Transaction, steps: tuple[Step, ...], state: State, now: Micros) -> dict[str, Any]:
    is_agreed = _is_agreed(tx, steps, state, now)
    told = words.AGREED if is_agreed else words.STATES[state]
    is_reviewed = last(steps, "reviewed") is not None
    return {"is_agreed": is_agreed, "is_reviewed": is_reviewed, "state_words": told}


def _answer_by(shell: Shell, asked: Asked, state: State) -> str:
    """Tell by which day a wearer who asks for their data is answered; empty once they are."""
    if asked.how != "access" or state in _ANSWERED:
        return ""
    one = request_of(shell.house, asked.disclosure_id)
    more = ", longer by reason" if one.is_extended else ""
    return f"{one.due_on}{more}{' (late)' if one.is_late else ''}"


def _proposal(steps: tuple[Step, ...]) -> str:
    found = last(steps, "proposed")
    return "" if found is None else found.facts["proposal"]


def _step(step: Step, zone: str) -> dict[str, object]:
    facts = {name: one for name, one in step.facts.items() if name != "expires_at"}
    if "expires_at" in step.facts:
        facts["expires"] = when(Micros(int(step.facts["expires_at"])), zone)
    return {
        "at": when(step.at, zone),
        "by": step.by,
        "what": words.STEPS[step.what],
        "told": {_told(name): one for name, one in (step.told | facts).items()},
    }


def _told(name: str) -> str:
    part = name.removeprefix(_WITHHELD)
    return f"withheld, {words.CATEGORIES[Category(part)].lower()}" if part != name else name
