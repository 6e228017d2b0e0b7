"""Make the package that two people agreed to, hand it over once, and remove it when it expires.

The entry is in the log before the package exists. Units: µs UTC.
"""

from __future__ import annotations

import hashlib

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import demand_state, recipient_of
from fairtag.app.disclosure.gather import gather
from fairtag.app.disclosure.log import write_step
from fairtag.app.four_eyes.decide import carry_out
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.account.whole import demand_nothing_left_out
from fairtag.disclosure.course import Asked, State, Step, last, state_of
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.package.bag import name_of, packed
from fairtag.disclosure.package.contents import contents
from fairtag.disclosure.package.gathered import Decision, Gathered
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.refusals import DisclosureStateRefused
from fairtag.disclosure.scope import OPEN_FOR, Category
from fairtag.terms.instants import Micros, text


def pack(house: House, person: Person, disclosure_id: str) -> None:
    """Carry out what two people agreed to, and put the sealed package into the out folder.

    Raises: NotPermitted, UnknownDisclosure, DisclosureStateRefused, ProposalStateRefused,
    SecondPersonRefused, RecipientRefused, LogUnavailable, SealBroken.
    """
    demand(person, Act.DISCLOSE)
    now = house.clock.now()
    house.store.transact(lambda tx: _approve(tx, person, disclosure_id, now))
    make(house, person, disclosure_id)


def make(house: House, person: Person, disclosure_id: str) -> None:
    """Make the package of an approved disclosure; again, when it was lost before it was fetched.

    Raises: DisclosureStateRefused, RecipientRefused, PackageIncomplete when something that may
    speak for the wearer would not be in it, LogUnavailable, SealBroken.
    """
    now = house.clock.now()
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
        demand_state(steps, State.APPROVED, State.PACKED)
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
    listed = house.store.read(lambda tx: tx.disclosures.listed())
    waiting = {asked.disclosure_id for asked, steps in listed if state_of(steps) is State.PACKED}
    over = [(asked, steps) for asked, steps in listed if _is_over(steps, now)]
    for asked, _ in over:
        step = Step(disclosure_id=asked.disclosure_id, what="expired", by="machine", at=now)
        house.store.transact(lambda tx, asked=asked, step=step: write_step(tx, asked, step))  # type: ignore[misc]
    gone = {asked.disclosure_id for asked, _ in over}
    for name in house.parcels.names():
        if name in gone or name not in waiting:
            house.parcels.remove(name)
    return len(over)


def _is_over(steps: tuple[Step, ...], now: Micros) -> bool:
    made = last(steps, "packed")
    is_waiting = state_of(steps) is State.PACKED
    return is_waiting and made is not None and now >= int(made.facts["expires_at"])


def _approve(tx: Transaction, person: Person, disclosure_id: str, now: Micros) -> None:
    asked, steps = tx.disclosures.get(disclosure_id)
    demand_state(steps, State.PROPOSED)
    proposed = last(steps, "proposed")
    name = "" if proposed is None else proposed.facts["proposal"]
    matter = "access" if asked.how == "access" else "disclosure"
    proposal, second = carry_out(tx, name, matter, by=person.user_id, now=now)  # type: ignore[arg-type]
    recipient = recipient_of(tx, asked)
    # Two people agreed to this key: a register that changed since asks them again.
    if proposal.scope["key"] != recipient.public_key:
        raise DisclosureStateRefused("the recipient's key has changed since it was agreed to")
    facts = {"second_person": second, "fingerprint": recipient.fingerprint}
    step = Step(
        disclosure_id=disclosure_id, what="approved", by=person.user_id, at=now, facts=facts
    )
    write_step(tx, asked, step)


def _gathered(tx: Transaction, disclosure_id: str, now: Micros) -> Gathered:
    asked, steps = tx.disclosures.get(disclosure_id)
    demand_state(steps, State.APPROVED, State.PACKED)
    recipient: Recipient = recipient_of(tx, asked)
    return gather(
        tx,
        asked.scope,
        decision=_decision(asked, steps, now),
        recipient=recipient,
        gateway=GATEWAYS[asked.gateway],
    )


def _decision(asked: Asked, steps: tuple[Step, ...], now: Micros) -> Decision:
    approved, proposed = last(steps, "approved"), last(steps, "proposed")
    # What one person proposed and no second agreed to counts for nothing.
    if approved is None or "second_person" not in approved.facts:
        proposed = None
    told = {} if proposed is None else proposed.told
    return Decision(
        disclosure_id=asked.disclosure_id,
        asked_by=asked.asked_by,
        authority=asked.authority,
        case_ref=asked.case_ref,
        purpose=asked.purpose,
        reason=told.get("reason", ""),
        decided_by=(proposed or approved or steps[-1]).by,
        second_person="" if approved is None else approved.facts.get("second_person", ""),
        made_at=now,
        expires_at=Micros(now + OPEN_FOR),
        withheld=tuple(
            (Category(name.removeprefix("withheld.")), why)
            for name, why in sorted(told.items())
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
