"""Tell the police where somebody is when a life is at stake: one person, at once, also by voice.

The entry stands before the first word is shown; what was said is written down after the call; a
second person looks within 24 hours, and a supervisor hears of it at once. Source: charter G10.
Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import demand_state, new_id
from fairtag.app.disclosure.gather import LOOKED_BACK, last_position
from fairtag.app.disclosure.log import write_asked, write_step
from fairtag.app.four_eyes.decide import demand_pair
from fairtag.app.house import House
from fairtag.app.life.alarm import raise_alarm
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.standing import demand_no_ties, facts_of
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.opening import GrantKind
from fairtag.custody.standing import demand_calls_reviewed
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
from fairtag.terms.errors import OpeningRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, wall_text

BY_VOICE = "voice"
KIND = "disclosure.emergency"
_WORDS = (
    "One person was shown a wearer's name and last position, to tell it by phone because a life "
    "may be in danger or a court ordered it. Reference {disclosure}. Another person reviews it "
    "within 24 hours, on the page ‘Disclosures’."
)
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

    Raises: NotPermitted, DisclosureRefused, UnknownOrder, InterestDeclared, ReviewsOwed,
    LogUnavailable, SealBroken.
    """
    demand(person, Act.DISCLOSE)
    demand_call(call.recipient, call.called_back, call.incident)
    now = house.clock.now()
    wearer_id = house.store.read(lambda tx: facts_of(tx, order_id)).wearer_id
    whose = Whose(wearer_id=wearer_id, order_id=order_id)
    asked = _asked(person, whose, call, new_id(house), now)
    try:
        house.store.look(lambda tx: _begin(tx, house, person, asked, call))
    except OpeningRefused as refusal:
        writing.refused(house, person, refusal, kind=GrantKind.BREAK_GLASS, about=whose)
        raise
    house.changes.publish()
    minimum = house.store.read(lambda tx: _minimum(tx, order_id, now))
    fix = minimum.position
    at = "" if fix is None else f"{wall_text(fix.at, minimum.time_zone)} ({minimum.time_zone})"
    words = in_words(minimum, now=now, at=at)
    return Shown(disclosure_id=asked.disclosure_id, minimum=minimum, words=words)


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
        demand_pair(tx, asked.by, person.user_id, now)
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
    listed = house.store.read(lambda tx: tx.disclosures.listed(how="emergency"))
    return [_due(asked, steps, now) for asked, steps in listed]


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


def _asked(person: Person, whose: Whose, call: Call, disclosure_id: str, now: Micros) -> Asked:
    return Asked(
        disclosure_id=disclosure_id,
        how="emergency",
        recipient_id=BY_VOICE,
        gateway=call.ground,
        scope=Scope(
            wearer_id=whose.wearer_id,
            order_id=whose.order_id,
            # As far back as the last position is looked for: that is what may be shown.
            window=Interval(start=Micros(now - LOOKED_BACK), end=now),
            categories=frozenset({Category.IDENTITY, Category.POSITIONS}),
        ),
        at=now,
        by=person.user_id,
        asked_by=call.recipient.strip(),
        case_ref=call.incident.strip(),
        purpose=call.ground,
    )


def _begin(tx: Transaction, house: House, person: Person, asked: Asked, call: Call) -> None:
    demand_no_ties(tx, asked.wearer_id, person.user_id)
    demand_calls_reviewed(_waiting(tx, person), now=asked.at)
    write_asked(tx, asked)
    told = {"recipient": call.recipient.strip(), "called_back": call.called_back.strip()}
    told |= {"incident": call.incident.strip()}
    name, by = asked.disclosure_id, person.user_id
    step = Step(disclosure_id=name, what="opened", by=by, at=asked.at, told=told)
    write_step(tx, asked, step)
    raise_alarm(tx, house, kind=KIND, words=_WORDS.format(disclosure=name), now=asked.at)


def _waiting(tx: Transaction, person: Person) -> dict[str, Micros]:
    return {
        asked.disclosure_id: asked.at
        for asked, steps in tx.disclosures.listed(how="emergency")
        if asked.by == person.user_id and last(steps, "reviewed") is None
    }


def _minimum(tx: Transaction, order_id: OrderId, now: Micros) -> Minimum:
    identity = tx.orders.identity(order_id)
    return Minimum(
        given=identity.given,
        family=identity.family,
        position=last_position(tx, order_id, now=now),
        time_zone=tx.orders.rulings(order_id)[-1].time_zone,
    )
