"""Ask a second person, and let that person agree or refuse: each time with a fresh password.

A proposal names exactly what would be done; whoever agrees, agrees to its digest, and it is
carried out once. Units: µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Literal

import msgspec

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings.circles import demand_untied
from fairtag.app.openings.standing import demand_no_ties
from fairtag.app.permissions import ROLES, Act
from fairtag.app.ports import Transaction
from fairtag.app.sign_in import confirm
from fairtag.audit.entries import Entry
from fairtag.review.four_eyes import (
    Account,
    Mark,
    Matter,
    Proposal,
    State,
    demand_no_hand,
    demand_two,
    state_of,
)
from fairtag.terms.errors import NotPermitted, ProposalStateRefused, ReasonRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

LEAST_REASON = 10  # characters
# Whose role lets them ask, and be the second person.
ASKS: dict[Matter, Act] = {
    "opening": Act.OPEN,
    "delay": Act.OPEN,
    "hold": Act.ORDERS,
    "erasure": Act.ERASE,
    "limit": Act.ERASE,
    "disclosure": Act.DISCLOSE,
    "access": Act.DISCLOSE,
    "profile": Act.PROFILE,
}
AGREES: dict[Matter, Act] = dict.fromkeys(ASKS, Act.SECOND)
# What shows a wearer's record to somebody: who knows the wearer doesn't agree to it.
_SHOWS: frozenset[Matter] = frozenset({"opening", "disclosure", "access"})


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done, exactly."""

    matter: Matter
    about: str  # one line for the list: no name, no place
    scope: dict[str, str]
    wearer_id: WearerId | None = None
    order_id: OrderId | None = None


def ask(house: House, person: Person, question: Question, *, reason: str) -> Proposal:
    """Put a question to a second person.

    Raises: NotPermitted, ReasonRefused, LogUnavailable.
    """
    _demand(person, ASKS[question.matter])
    _demand_reason(reason)
    proposal = Proposal(
        proposal_id="p_" + base64.b32encode(house.chance(15)).decode().lower(),
        matter=question.matter,
        about=question.about,
        wearer_id=question.wearer_id,
        order_id=question.order_id,
        asked_by=person.user_id,
        asked_at=house.clock.now(),
        scope=question.scope,
        reason=reason.strip(),
    )

    def work(tx: Transaction) -> None:
        _log(tx, proposal, "asked", person.user_id, proposal.asked_at)
        tx.proposals.ask(proposal)

    house.store.transact(work)
    house.changes.publish()
    return proposal


def decide(
    house: House,
    person: Person,
    proposal_id: str,
    *,
    state: Literal["agreed", "refused"],
    digest: str,
    password: str,
    reason: str = "",
) -> Proposal:
    """Agree or refuse as the second person, having seen the proposal of this digest.

    Raises: UnknownProposal, ProposalStateRefused, SecondPersonRefused, NotPermitted,
    InterestDeclared, SignInRefused, ReasonRefused when a refusal says too little.
    """
    confirm(house, person, password)
    if state == "refused":
        _demand_reason(reason)
    else:
        _demand_untied(house, person, proposal_id)
    now = house.clock.now()

    def work(tx: Transaction) -> Proposal:
        proposal, marks = tx.proposals.get(proposal_id)
        _demand(person, AGREES[proposal.matter])
        _demand_state(proposal, marks, "asked", now)
        if proposal.digest != digest:
            raise ProposalStateRefused("this is not what you were shown; read it again")
        if state == "agreed":
            _demand_second(tx, proposal, person.user_id, now)
        _log(tx, proposal, state, person.user_id, now)
        told = Mark(
            proposal_id=proposal_id,
            state=state,
            by=person.user_id,
            at=now,
            digest=digest,
            reason=reason.strip(),
        )
        tx.proposals.mark(told)
        return proposal

    proposal = house.store.transact(work)
    house.changes.publish()
    return proposal


def withdraw(house: House, person: Person, proposal_id: str) -> None:
    """Take a question back.

    Raises: UnknownProposal, ProposalStateRefused, NotPermitted when another person asked.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        proposal, marks = tx.proposals.get(proposal_id)
        if proposal.asked_by != person.user_id:
            raise NotPermitted("only who asked takes a question back")
        _demand_state(proposal, marks, "asked", now)
        _log(tx, proposal, "withdrawn", person.user_id, now)
        _put(tx, proposal, "withdrawn", person.user_id, now)

    house.store.transact(work)
    house.changes.publish()


def carry_out(
    tx: Transaction, proposal_id: str, matter: Matter, *, by: str, now: Micros
) -> tuple[Proposal, str]:
    """Spend an agreed proposal, once; gives it and the second person. The act follows in `tx`.

    The two are looked at again: an account that was closed meanwhile decides nothing.

    Raises: UnknownProposal, ProposalStateRefused, SecondPersonRefused, InterestDeclared.
    """
    proposal, marks = tx.proposals.get(proposal_id)
    if proposal.matter != matter:
        raise ProposalStateRefused("this was agreed for something else")
    _demand_state(proposal, marks, "agreed", now)
    second = marks[-1]
    if second.digest != proposal.digest:
        raise ProposalStateRefused("what was agreed to is not what is asked")
    _demand_second(tx, proposal, second.by, now)
    _log(tx, proposal, "done", by, now)
    _put(tx, proposal, "done", by, now)
    return proposal, second.by


def waiting(house: House, person: Person) -> list[tuple[Proposal, tuple[Mark, ...], State]]:
    """List what waits for a second person, and what this person asked for."""
    now = house.clock.now()
    is_second = Act.SECOND in ROLES.get(person.role, frozenset())
    found = house.store.read(lambda tx: tx.proposals.listed())
    told = [(one, marks, state_of(one, marks, now=now)) for one, marks in found]
    return [
        (one, marks, state)
        for one, marks, state in told
        if state != "over" and (is_second or one.asked_by == person.user_id)
    ]


def _demand(person: Person, act: Act) -> None:
    if person.disabled_at is not None or act not in ROLES.get(person.role, frozenset()):
        raise NotPermitted(f"the role {person.role} may not {act}")


def _demand_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonRefused(f"write the reason in at least {LEAST_REASON} characters")


def _demand_state(proposal: Proposal, marks: Sequence[Mark], wanted: State, now: Micros) -> None:
    state = state_of(proposal, tuple(marks), now=now)
    if state != wanted:
        raise ProposalStateRefused(f"this question is {state}, not {wanted}")


def _demand_untied(house: House, person: Person, proposal_id: str) -> None:
    """Stop whoever knows the wearer before they agree: then it still waits for somebody else."""
    proposal, _ = house.store.read(lambda tx: tx.proposals.get(proposal_id))
    wearer_id, order_id = proposal.wearer_id, proposal.order_id
    if proposal.matter in _SHOWS and wearer_id is not None and order_id is not None:
        demand_untied(house, person, wearer_id, order_id)


def _demand_second(tx: Transaction, proposal: Proposal, second: str, now: Micros) -> None:
    demand_pair(tx, proposal.asked_by, second, now)
    demand_no_hand(proposal, second)
    if proposal.wearer_id is not None and proposal.matter in _SHOWS:
        demand_no_ties(tx, proposal.wearer_id, proposal.asked_by, second)


def demand_pair(tx: Transaction, first: str, second: str, now: Micros) -> None:
    """Go on only when these two accounts are two people.

    Raises: SecondPersonRefused.
    """
    people = {one.user_id: one for one in tx.people.listed()}
    makers = {one.user_id: one.made_by for one in people.values()}
    accounts = [_account(people.get(name), name) for name in (first, second)]
    demand_two(accounts[0], accounts[1], makers=makers, now=now)


def _account(person: Person | None, name: str) -> Account:
    if person is None:
        return Account(user_id=name, made_by="", made_at=Micros(0), is_open=False)
    return Account(
        user_id=person.user_id,
        made_by=person.made_by,
        made_at=person.made_at,
        is_open=person.disabled_at is None,
    )


def _put(
    tx: Transaction, proposal: Proposal, state: Literal["withdrawn", "done"], by: str, now: Micros
) -> None:
    tx.proposals.mark(
        Mark(proposal_id=proposal.proposal_id, state=state, by=by, at=now, digest=proposal.digest)
    )


def _log(tx: Transaction, proposal: Proposal, what: str, actor: str, now: Micros) -> None:
    tx.audit.append(
        Entry(
            at=now,
            operation="policy",
            actor=actor,
            what=f"second-person.{what}",
            wearer_id=proposal.wearer_id,
            order_id=proposal.order_id,
            details={
                "proposal": proposal.proposal_id,
                "matter": proposal.matter,
                "digest": proposal.digest,
            },
        )
    )
