"""Put a body into the register of recipients, or end its standing: two people, each time.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.disclosure.log import write_recipient
from fairtag.app.four_eyes.decide import Question, ask, carry_out
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.recipients import Recipient, Standing, demand_sound
from fairtag.review.four_eyes import Proposal


def propose_recipient(
    house: House, person: Person, recipient: Recipient, *, reason: str
) -> Proposal:
    """Ask a second person to let a body into the register, with exactly this key.

    Raises: NotPermitted, RecipientRefused, ReasonRefused, LogUnavailable.
    """
    demand(person, Act.REGISTER)
    demand_sound(recipient)
    house.parcels.seal({}, recipient.public_key)  # a key that only looks like one is refused now
    about = f"Recipient {recipient.recipient_id}: {recipient.standing}"
    scope = {
        "recipient": msgspec.json.encode(recipient, order="deterministic").decode(),
        "fingerprint": recipient.fingerprint,
    }
    question = Question(matter="disclosure", about=about, scope=scope)
    return ask(house, person, question, reason=reason)


def propose_end(house: House, person: Person, recipient_id: str, *, reason: str) -> Proposal:
    """Ask a second person to end a body's standing.

    Raises: NotPermitted, RecipientRefused, ReasonRefused, LogUnavailable.
    """
    found = house.store.read(lambda tx: tx.disclosures.recipient(recipient_id))
    ended = msgspec.structs.replace(found, standing=Standing.ENDED)
    return propose_recipient(house, person, ended, reason=reason)


def register(house: House, person: Person, proposal_id: str) -> Recipient:
    """Write into the register what two people agreed to.

    Raises: NotPermitted, UnknownProposal, ProposalStateRefused, SecondPersonRefused.
    """
    demand(person, Act.REGISTER)
    now = house.clock.now()

    def work(tx: Transaction) -> Recipient:
        proposal, second = carry_out(tx, proposal_id, "disclosure", by=person.user_id, now=now)
        told = msgspec.json.decode(proposal.scope["recipient"], type=Recipient)
        recipient = msgspec.structs.replace(told, since=now)
        write_recipient(tx, recipient, by=proposal.asked_by, second=second, now=now)
        return recipient

    return house.store.transact(work)
