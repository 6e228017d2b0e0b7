"""Who may be told anything at all? Bodies in the register, each with its key and its gateways.

The wearer's lawyer stands in it as the police do, on equal terms.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from fairtag.disclosure.gateways import GATEWAYS, Gateway, Kind
from fairtag.disclosure.refusals import RecipientRefused
from fairtag.terms.ids import is_id
from fairtag.terms.instants import Micros

# An X25519 recipient of age: Bech32 with the prefix 'age'. Source: C2SP age.
_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_LEAST_CONTACT = 5


class Standing(StrEnum):
    """Whether a body may still be sent anything."""

    REGISTERED = "registered"
    ENDED = "ended"  # its key or its standing is gone; what was sent stays told


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """A body in the register, as two people put it there."""

    recipient_id: str
    name: str
    kind: Kind
    public_key: str  # age1…; packages open with its counterpart only
    contact: str  # how to call back by a number that we looked up ourselves
    gateways: tuple[str, ...]  # those it may rely on, of those its kind may
    standing: Standing = Standing.REGISTERED
    since: Micros = Micros(0)

    @property
    def fingerprint(self) -> str:
        """Give the end of the key, which two people read to each other."""
        return self.public_key[-16:]


def demand_sound(recipient: Recipient) -> None:
    """Go on only when a body can stand in the register.

    Raises: RecipientRefused.
    """
    of_kind = {name for name, one in GATEWAYS.items() if recipient.kind in one.kinds}
    strange = sorted(set(recipient.gateways) - of_kind)
    problems = (
        (not is_id(recipient.recipient_id), "give it a short reference: letters, digits, dashes"),
        (not recipient.name.strip(), "give its name"),
        (_KEY.fullmatch(recipient.public_key) is None, "give its age key, which begins with age1"),
        (len(recipient.contact.strip()) < _LEAST_CONTACT, "say how to call it back"),
        (not recipient.gateways, "say on which gateways it may rely"),
        (strange, f"this kind of body can't rely on {', '.join(strange)}"),
    )
    for is_so, told in problems:
        if is_so:
            raise RecipientRefused(told)


def gateway_for(recipient: Recipient, told: str) -> Gateway:
    """Give the gateway that a body relies on.

    Raises: RecipientRefused when it is not registered for it, or is registered no more.
    Fails: closed.
    """
    if recipient.standing is not Standing.REGISTERED:
        raise RecipientRefused(f"{recipient.recipient_id} is in the register no more")
    found = GATEWAYS.get(told)
    if found is None or told not in recipient.gateways or recipient.kind not in found.kinds:
        raise RecipientRefused(f"{recipient.recipient_id} is not registered for this gateway")
    return found
