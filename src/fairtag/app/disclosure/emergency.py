"""Tell the police where somebody is when a life is at stake: one person, at once, also by voice.

The entry stands before the first word is shown; what was said is written down after the call; a
second person looks within 24 hours. Source: charter G10. Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import demand_state, new_id
from fairtag.app.disclosure.gather import last_position
from fairtag.app.disclosure.log import write_asked, write_step
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.course import Asked, State, Step, last, state_of
from fairtag.disclosure.emergency import (
    LEAST_SAID,
    Ground,
    Minimum,
    ReviewState,
    demand_call,
    in_words,
    review_state,
)
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused
from fairtag.disclosure.scope import Category, Scope
from fairtag.terms.errors import SecondPersonRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval, wall_text

BY_VOICE = "voice"
_VERDICTS = ("right", "not right")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one is about to tell, and why one person is enough."""

    recipient: str  # the body and whom of it
    called_back: str  # on which number, looked up by us and not given by the caller
    incident: str  # their reference
    ground: Ground


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told now."""

    disclosure_id: str
    minimum: Minimum
    words: str  # to be read out


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """An emergency disclosure and how its review stands; no personal data."""

    disclosure_id: str
    order_id: OrderId
    by: str
    at: Micros
    ground: str
    is_told: bool
    state: ReviewState
    verdict: str


def open_minimum(house: House, person: Person, order_id: OrderId, call: Call) -> Shown:
    """Write down who is about to be told, then show the minimum.

    Raises: NotPermitted, DisclosureRefused, UnknownOrder, LogUnavailable, SealBroken.
    """
    demand(person, Act.DISCLOSE)
    demand_call(call.recipient, call.called_back, call.incident)
    now = house.clock.now()
    disclosure_id = new_id(house)
    house.store.look(lambda tx: _begin(tx, person, order_id, call, disclosure_id, now))
    minimum = house.store.read(lambda tx: _minimum(tx, order_id, now))
    fix = minimum.position
    at = "" if fix is None else f"{wall_text(fix.at, minimum.time_zone)} ({minimum.time_zone})"
    words = in_words(minimum, now=now, at=at)
    return Shown(disclosure_id=disclosure_id, minimum=minimum, words=words)


def record_said(house: House, person: Person, disclosure_id: str, *, said: str, to: str) -> None:
    """Write down what was said, and to whom it was said in the end.

    Raises: NotPermitted, DisclosureRefused, UnknownDisclosure, DisclosureStateRefused.
    """
    demand(person, Act.DISCLOSE)
    if len(said.strip()) < LEAST_SAID or not to.strip():
        raise DisclosureRefused("write down what was said, and to whom")
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_state(steps, State.OPENED)
        opened = last(steps, "opened")
        if opened is None or opened.by != person.user_id:
            raise DisclosureStateRefused("only who made the call writes down what was said")
        told = {"said": said.strip(), "to": to.strip()}
        step = Step(disclosure_id=disclosure_id, what="told", by=person.user_id, at=now, told=told)
        write_step(tx, asked, step)

    house.store.transact(work)


def review(house: House, person: Person, disclosure_id: str, *, verdict: str, note: str) -> None:
    """Say as another person whether it was right.

    Raises: NotPermitted, SecondPersonRefused, DisclosureRefused, UnknownDisclosure,
    DisclosureStateRefused.
    """
    demand(person, Act.SECOND)
    if verdict not in _VERDICTS or len(note.strip()) < LEAST_SAID:
        raise DisclosureRefused("say whether it was right, and why")
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_state(steps, State.OPENED, State.TOLD)
        if asked.by == person.user_id:
            raise SecondPersonRefused("nobody reviews their own call")
        if last(steps, "reviewed") is not None:
            raise DisclosureStateRefused("somebody has reviewed this already")
        step = Step(
            disclosure_id=disclosure_id,
            what="reviewed",
            by=person.user_id,
            at=now,
            facts={"verdict": verdict},
            told={"note": note.strip()},
        )
        write_step(tx, asked, step)

    house.store.transact(work)


def reviews(house: House) -> list[Due]:
    """List emergency disclosures, newest first, with the state of their review."""
    now = house.clock.now()
    listed = house.store.read(lambda tx: tx.disclosures.listed())
    return [_due(asked, steps, now) for asked, steps in listed if asked.how == "emergency"]


def _due(asked: Asked, steps: tuple[Step, ...], now: Micros) -> Due:
    done = last(steps, "reviewed")
    reviewed_at = None if done is None else done.at
    return Due(
        disclosure_id=asked.disclosure_id,
        order_id=asked.order_id,
        by=asked.by,
        at=asked.at,
        ground=asked.gateway,
        is_told=state_of(steps) is State.TOLD,
        state=review_state(asked.at, reviewed_at=reviewed_at, now=now),
        verdict="" if done is None else done.facts["verdict"],
    )


def _begin(
    tx: Transaction,
    person: Person,
    order_id: OrderId,
    call: Call,
    disclosure_id: str,
    now: Micros,
) -> None:
    newest = tx.orders.version(order_id)
    asked = Asked(
        disclosure_id=disclosure_id,
        how="emergency",
        recipient_id=BY_VOICE,
        gateway=call.ground,
        scope=Scope(
            wearer_id=newest.wearer_id,
            order_id=order_id,
            window=Interval(start=Micros(now - DAY), end=now),
            categories=frozenset({Category.IDENTITY, Category.POSITIONS}),
        ),
        at=now,
        by=person.user_id,
        asked_by=call.recipient.strip(),
        case_ref=call.incident.strip(),
        purpose=call.ground,
    )
    write_asked(tx, asked)
    told = {"recipient": call.recipient.strip(), "called_back": call.called_back.strip()}
    told |= {"incident": call.incident.strip()}
    step = Step(disclosure_id=disclosure_id, what="opened", by=person.user_id, at=now, told=told)
    write_step(tx, asked, step)


def _minimum(tx: Transaction, order_id: OrderId, now: Micros) -> Minimum:
    identity = tx.orders.identity(order_id)
    return Minimum(
        given=identity.given,
        family=identity.family,
        position=last_position(tx, order_id, now=now),
        time_zone=tx.orders.rulings(order_id)[-1].time_zone,
    )
