"""Ask for a disclosure, refuse it with a reason, or decide for it and ask a second person.

Refused ones are kept as well. Units: µs UTC.
"""

from __future__ import annotations

import base64

import msgspec

from fairtag.app.books import Person
from fairtag.app.disclosure.gather import whole_time
from fairtag.app.disclosure.log import write_asked, write_step
from fairtag.app.four_eyes.decide import LEAST_REASON, Question, ask
from fairtag.app.house import House
from fairtag.app.openings.circles import demand_untied
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.access_clock import prepared
from fairtag.disclosure.course import Asked, State, Step, last, state_of
from fairtag.disclosure.gateways import Kind
from fairtag.disclosure.recipients import Recipient, gateway_for
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused
from fairtag.disclosure.scope import LEAST_WORDS, Category, Scope, demand_scope
from fairtag.review.four_eyes import Proposal
from fairtag.review.four_eyes import state_of as asked_of
from fairtag.terms.errors import ReasonRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros, text
from fairtag.terms.local import Interval


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for, in their words."""

    recipient_id: str
    gateway: str
    order_id: OrderId
    window: Interval
    categories: frozenset[Category]
    asked_by: str
    authority: str
    case_ref: str
    purpose: str


def new_id(house: House) -> str:
    """Name a disclosure so that the name tells nothing."""
    return "x_" + base64.b32encode(house.chance(15)).decode().lower()


def request(house: House, person: Person, wanted: Wanted) -> Asked:
    """Write down who asks for what, on which ground.

    Raises: NotPermitted, RecipientRefused, DisclosureRefused, UnknownOrder, LogUnavailable.
    """
    demand(person, Act.ASK)
    _demand_told(wanted)
    now = house.clock.now()

    def work(tx: Transaction) -> Asked:
        recipient = tx.disclosures.recipient(wanted.recipient_id)
        gateway_for(recipient, wanted.gateway)
        order = whole_time(tx, wanted.order_id)
        wearer_id = tx.orders.facts(order_id=wanted.order_id)[0].wearer_id
        scope = Scope(
            wearer_id=wearer_id,
            order_id=wanted.order_id,
            window=wanted.window,
            categories=wanted.categories,
        )
        demand_scope(scope, kind=recipient.kind, order=order, now=now)
        asked = Asked(
            disclosure_id=new_id(house),
            how="written",
            recipient_id=wanted.recipient_id,
            gateway=wanted.gateway,
            scope=scope,
            at=now,
            by=person.user_id,
            asked_by=wanted.asked_by.strip(),
            authority=wanted.authority.strip(),
            case_ref=wanted.case_ref.strip(),
            purpose=wanted.purpose.strip(),
        )
        write_asked(tx, asked)
        return asked

    return house.store.transact(work)


def refuse(house: House, person: Person, disclosure_id: str, *, reason: str) -> None:
    """Refuse what was asked for; the refusal is kept and shown.

    Raises: NotPermitted, ReasonRefused, UnknownDisclosure, DisclosureStateRefused.
    """
    demand(person, Act.DISCLOSE)
    _demand_reason(reason)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_undecided(tx, steps, now)
        step = Step(
            disclosure_id=disclosure_id,
            what="refused",
            by=person.user_id,
            at=now,
            told={"reason": reason.strip()},
        )
        write_step(tx, asked, step)

    house.store.transact(work)


def propose(
    house: House,
    person: Person,
    disclosure_id: str,
    *,
    reason: str,
    withheld: tuple[tuple[Category, str], ...] = (),
) -> Proposal:
    """Decide for it, with a reason, and ask a second person, who sees exactly what would leave.

    Raises: NotPermitted, ReasonRefused, RecipientRefused, InterestDeclared, UnknownDisclosure,
    DisclosureStateRefused, LogUnavailable, DisclosureRefused when nobody looked who asks for
    their own data.
    """
    demand(person, Act.DISCLOSE)
    _demand_reason(reason)
    now = house.clock.now()
    asked, steps = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    demand_untied(house, person, asked.wearer_id, asked.order_id)
    house.store.read(lambda tx: demand_undecided(tx, steps, now))
    recipient = house.store.read(lambda tx: recipient_of(tx, asked))
    question = Question(
        matter="access" if asked.how == "access" else "disclosure",
        about=f"Disclosure {disclosure_id}",
        scope=bound(asked, recipient, withheld) | prepared(asked, steps, now),
        wearer_id=asked.wearer_id,
        order_id=asked.order_id,
    )
    proposal = ask(house, person, question, reason=reason)
    step = Step(
        disclosure_id=disclosure_id,
        what="proposed",
        by=person.user_id,
        at=proposal.asked_at,
        facts={"proposal": proposal.proposal_id},
        told={"reason": reason.strip()} | {f"withheld.{name}": why for name, why in withheld},
    )
    house.store.transact(lambda tx: _still(tx, asked, step))
    return proposal


def bound(
    asked: Asked, recipient: Recipient, withheld: tuple[tuple[Category, str], ...]
) -> dict[str, str]:
    """Write exactly what would leave to whom: the second person agrees to these words."""
    window = asked.scope.window
    return {
        "disclosure": asked.disclosure_id,
        "recipient": recipient.recipient_id,
        "key": recipient.public_key,
        "fingerprint": recipient.fingerprint,
        "gateway": asked.gateway,
        "wearer": asked.wearer_id,
        "order": asked.order_id,
        "from": text(window.start),
        "until": text(window.end),
        "categories": ", ".join(sorted(asked.scope.told)),
        "withheld": "; ".join(f"{name}: {why}" for name, why in withheld),
    }


def recipient_of(tx: Transaction, asked: Asked) -> Recipient:
    """Give who would get it: the wearer themselves, or whom the register says now.

    Raises: RecipientRefused when the register does not let it any more.
    """
    if asked.how == "access":
        return Recipient(
            recipient_id=asked.recipient_id,
            name="The person whom this is about",
            kind=Kind.WEARER,
            public_key=asked.public_key,
            contact="in person",
            gateways=(asked.gateway,),
        )
    found = tx.disclosures.recipient(asked.recipient_id)
    gateway_for(found, asked.gateway)
    return found


def demand_state(steps: tuple[Step, ...], *wanted: State) -> None:
    """Go on only in one of these states.

    Raises: DisclosureStateRefused.
    """
    state = state_of(steps)
    if state not in wanted:
        raise DisclosureStateRefused(f"this disclosure is {state}")


def demand_undecided(tx: Transaction, steps: tuple[Step, ...], now: Micros) -> None:
    """Go on only when nobody has decided, or no second person agreed and none can any more.

    Raises: DisclosureStateRefused.
    """
    state = state_now(tx, steps, now)
    if state is not State.ASKED:
        raise DisclosureStateRefused(f"this disclosure is {state}")


def state_now(tx: Transaction, steps: tuple[Step, ...], now: Micros) -> State:
    """Tell where a disclosure stands; whose second person said no, or none came, is asked anew."""
    state, proposed = state_of(steps), last(steps, "proposed")
    if state is not State.PROPOSED or proposed is None:
        return state
    question = asked_of(*tx.proposals.get(proposed.facts["proposal"]), now=now)
    return State.ASKED if question in ("refused", "withdrawn", "over") else state


def _still(tx: Transaction, asked: Asked, step: Step) -> None:
    demand_undecided(tx, tx.disclosures.get(asked.disclosure_id)[1], step.at)
    write_step(tx, asked, step)


def _demand_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonRefused(f"write the reason in at least {LEAST_REASON} characters")


def _demand_told(wanted: Wanted) -> None:
    for name, told in (
        ("who asks", wanted.asked_by),
        ("the authority shown", wanted.authority),
        ("the case reference", wanted.case_ref),
    ):
        if not told.strip():
            raise DisclosureRefused(f"say {name}")
    if len(wanted.purpose.strip()) < LEAST_WORDS:
        raise DisclosureRefused(f"say the purpose in at least {LEAST_WORDS} characters")
