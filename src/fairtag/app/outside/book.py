"""What does the store promise about addresses outside the house, and notices that go there?

An address is sealed under its wearer's key. Units: µs UTC.
"""

from __future__ import annotations

from typing import Literal, Protocol, get_args

import msgspec

from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

Whom = Literal["wearer", "representative"]
WHOM: tuple[Whom, ...] = get_args(Whom)
# That recording stopped for want of a review; that it goes on; that a complaint's answer is late.
Told = Literal["review.overdue", "review.made", "complaint.late"]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """That an address of somebody was given, or taken back; without the address."""

    n: int = 0  # given by the store
    order_id: OrderId
    wearer_id: WearerId
    whom: Whom
    at: Micros
    by: str
    is_there: bool  # False: it was taken back


class OutsideNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to somebody outside: a random reference, and what it is about, for our eyes only."""

    n: int = 0  # given by the store
    reference: str
    order_id: OrderId
    wearer_id: WearerId
    contact: int  # by which address
    whom: Whom
    what: Told
    since: Micros  # the stop, or the end of the day of an answer, that it is about
    queued_at: Micros
    due_at: Micros
    sent_at: Micros | None = None
    is_sent: bool = False  # handed over, and not only done with
    tries: int = 0


class OutsideBook(Protocol):
    """Addresses, added and never changed; notices, each of which is handed over once."""

    def name(self, contact: Contact, *, address: str) -> None:
        """Store an address, sealed, or that it was taken back."""
        ...

    def named(self) -> frozenset[OrderId]:
        """List orders for which an address was ever named."""
        ...

    def contacts(self, order_id: OrderId) -> list[Contact]:
        """List whose addresses stand for an order, without them."""
        ...

    def address(self, contact: int) -> str:
        """Open an address: only to send there.

        Raises: SealBroken.
        """
        ...

    def queue(self, notice: OutsideNotice) -> None:
        """Put a notice into the outbox."""
        ...

    def notices(self, order_id: OrderId) -> list[OutsideNotice]:
        """List an order's notices, oldest first."""
        ...

    def find(self, reference: str) -> OutsideNotice | None:
        """Find a notice by the reference that its receiver names."""
        ...

    def due(self, *, at: Micros, limit: int = 50) -> list[OutsideNotice]:
        """List notices that are due."""
        ...

    def tried(self, n: int, *, done_at: Micros | None, is_sent: bool, next_at: Micros) -> None:
        """Mark a notice as done with, or say when to try again."""
        ...
