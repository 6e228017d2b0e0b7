"""Make the package that two people agreed to, hand it over once, and remove it when it expires.

The entry is in the log before the package exists. What was cut off half-way is made again through
the same door. Units: µs UTC.
"""

from __future__ import annotations

import hashlib
from functools import partial

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import demand_state, recipient_of
from fairtag.app.disclosure.gather import gather
from fairtag.app.disclosure.log import write_step
from fairtag.app.four_eyes.decide import carry_out
from fairtag.app.house import House
from fairtag.app.openings.circles import demand_untied
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.access_clock import demand_identified
from fairtag.disclosure.account.whole import demand_nothing_left_out
from fairtag.disclosure.course import Asked, State, Step, last, state_of
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.package.bag import name_of, packed
from fairtag.disclosure.package.contents import contents
from fairtag.disclosure.package.gathered import Decision, Gathered
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.refusals import DisclosureStateRefused
from fairtag.disclosure.scope import OPEN_FOR, Category
from fairtag.review.four_eyes import Matter
from fairtag.terms.errors import SecondPersonRefused
from fairtag.terms.instants import Micros, text


def pack(house: House, person: Person, disclosure_id: str) -> None:
    """Carry out what two people agreed to, and put the sealed package into the out folder.

    Raises: NotPermitted, UnknownDisclosure, DisclosureRefused, DisclosureStateRefused,
    ProposalStateRefused, SecondPersonRefused, InterestDeclared, RecipientRefused, LogUnavailable,
    SealBroken.
    """
    demand(person, Act.DISCLOSE)
    now = house.clock.now()
    asked, steps = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    demand_untied(house, person, asked.wearer_id, asked.order_id)
    if not is_unmade(house, disclosure_id, steps):
        house.store.transact(lambda tx: _approve(tx, person, disclosure_id, now))
    make(house, person, disclosure_id)


def is_unmade(house: House, disclosure_id: str, steps: tuple[Step, ...]) -> bool:
    """Tell whether two people agreed, and the package was never made or is not there any more."""
    state = state_of(steps)
    if state is State.APPROVED:
        return True
    is_waiting = state is State.PACKED and not _is_over(steps, house.clock.now())
    return is_waiting and disclosure_id not in house.parcels.names()


def make(house: House, person: Person, disclosure_id: str) -> None:
    """Make the package of an approved disclosure; again, when it was lost before it was fetched.

    Raises: DisclosureStateRefused, RecipientRefused, PackageIncomplete when something that may
    speak for the wearer would not be in it, LogUnavailable, SealBroken.
    """
    now = house.clock.now()
    _, before = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    found = house.store.read(lambda tx: _gathered(tx, disclosure_id, now))
    decision = found.decision
    told = contents(found)
    demand_nothing_left_out(told, found.accounted, found.told)
    files = packed(told, _info(found))
    sealed = house.parcels.seal(files, found.recipient.public_key)
    facts = {
        "package": name_of(files),
        "sealed": hashlib.sha256(sealed).hexdigest(),
        "bytes": str(len(sealed)),
        "files": str(len(files)),
        "fingerprint": found.recipient.fingerprint,
        "second_person": decision.second_person,
        "expires_at": str(decision.expires_at),
        "can_be_judged_again": "yes" if found.is_replayable else "no",
    }
    step = Step(disclosure_id=disclosure_id, what="packed", by=person.user_id, at=now, facts=facts)

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        if steps != before:
            raise DisclosureStateRefused("it was made or removed meanwhile: reload the page")
        write_step(tx, asked, step)

    house.store.transact(work)
    house.parcels.keep(disclosure_id, sealed)


def hand_over(house: House, person: Person, disclosure_id: str) -> bytes:
    """Give the sealed package for its recipient, once; then it is gone from here.

    Raises: NotPermitted, UnknownDisclosure, DisclosureStateRefused, LogUnavailable.
    """
    demand(person, Act.DISCLOSE)
    sealed = house.parcels.take(disclosure_id)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_state(steps, State.PACKED)
        made = last(steps, "packed")
        if made is None or now >= int(made.facts["expires_at"]):
            raise DisclosureStateRefused("this package has expired")
        if made.facts["sealed"] != hashlib.sha256(sealed).hexdigest():
            raise DisclosureStateRefused("the file in the out folder is not what was packed")
        facts = {"sealed": made.facts["sealed"]}
        step = Step(
            disclosure_id=disclosure_id, what="fetched", by=person.user_id, at=now, facts=facts
        )
        write_step(tx, asked, step)

    house.store.transact(work)
    house.parcels.remove(disclosure_id)
    return sealed


def expire(house: House) -> int:
    """Remove packages that nobody fetched in time, and whatever else lies there; tells how many."""
    now = house.clock.now()
    # Before the list: what is packed and kept in between is on the list and stays.
    names = house.parcels.names()
    listed = house.store.read(lambda tx: tx.disclosures.listed())
    waiting = {asked.disclosure_id for asked, steps in listed if state_of(steps) is State.PACKED}
    over = [asked.disclosure_id for asked, steps in listed if _is_over(steps, now)]
    gone = {name for name in over if house.store.transact(partial(_expire, name, now))}
    for name in names:
        if name in gone or name not in waiting:
            house.parcels.remove(name)
    return len(gone)


def _expire(disclosure_id: str, now: Micros, tx: Transaction) -> bool:
    asked, steps = tx.disclosures.get(disclosure_id)
    if not _is_over(steps, now):  # it was fetched meanwhile
        return False
    write_step(tx, asked, Step(disclosure_id=disclosure_id, what="expired", by="machine", at=now))
    return True


def _is_over(steps: tuple[Step, ...], now: Micros) -> bool:
    made = last(steps, "packed")
    is_waiting = state_of(steps) is State.PACKED
    return is_waiting and made is not None and now >= int(made.facts["expires_at"])


def _approve(tx: Transaction, person: Person, disclosure_id: str, now: Micros) -> None:
    asked, steps = tx.disclosures.get(disclosure_id)
    demand_state(steps, State.PROPOSED)
    matter: Matter = "access" if asked.how == "access" else "disclosure"
    _, second = carry_out(tx, _question(steps), matter, by=person.user_id, now=now)
    if asked.how == "access" and demand_identified(steps, now).by == second:
        raise SecondPersonRefused("who agreed can't be who looked who asks: let another look")
    recipient = _agreed_recipient(tx, asked, steps)
    facts = {"second_person": second, "fingerprint": recipient.fingerprint}
    step = Step(
        disclosure_id=disclosure_id, what="approved", by=person.user_id, at=now, facts=facts
    )
    write_step(tx, asked, step)


def _question(steps: tuple[Step, ...]) -> str:
    proposed = last(steps, "proposed")
    return "" if proposed is None else proposed.facts["proposal"]


def _agreed_recipient(tx: Transaction, asked: Asked, steps: tuple[Step, ...]) -> Recipient:
    """Give who gets it. Two people agreed to a key: a register that changed asks them again."""
    recipient = recipient_of(tx, asked)
    proposal, _ = tx.proposals.get(_question(steps))
    if proposal.scope["key"] != recipient.public_key:
        raise DisclosureStateRefused("the recipient's key has changed since it was agreed to")
    return recipient


def _gathered(tx: Transaction, disclosure_id: str, now: Micros) -> Gathered:
    asked, steps = tx.disclosures.get(disclosure_id)
    demand_state(steps, State.APPROVED, State.PACKED)
    approved = last(steps, "approved")
    if approved is None or "second_person" not in approved.facts:
        raise DisclosureStateRefused("no second person agreed to this")
    return gather(
        tx,
        asked.scope,
        decision=_decision(asked, steps, approved, now),
        recipient=_agreed_recipient(tx, asked, steps),
        gateway=GATEWAYS[asked.gateway],
    )


def _decision(asked: Asked, steps: tuple[Step, ...], approved: Step, now: Micros) -> Decision:
    proposed, made = last(steps, "proposed") or approved, last(steps, "packed")
    # What is made again waits no longer for that.
    expires_at = now + OPEN_FOR if made is None else int(made.facts["expires_at"])
    return Decision(
        disclosure_id=asked.disclosure_id,
        asked_by=asked.asked_by,
        authority=asked.authority,
        case_ref=asked.case_ref,
        purpose=asked.purpose,
        reason=proposed.told.get("reason", ""),
        decided_by=proposed.by,
        second_person=approved.facts["second_person"],
        made_at=now,
        expires_at=Micros(expires_at),
        withheld=tuple(
            (Category(name.removeprefix("withheld.")), why)
            for name, why in sorted(proposed.told.items())
            if name.startswith("withheld.")
        ),
    )


def _info(found: Gathered) -> dict[str, str]:
    return {
        "Source-Organization": found.versions[-1].authority.name,
        "External-Identifier": found.decision.disclosure_id,
        "External-Description": f"Disclosure about order {found.scope.order_id}",
        "Bagging-Date": text(found.decision.made_at)[:10],
        "Bag-Software-Agent": f"fairtag {found.program['version']}",
    }
