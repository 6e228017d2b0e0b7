"""Where are addresses outside the house, and notices to them? Addresses are sealed."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.outside.book import Contact, OutsideNotice
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

contacts = Table(
    "outside_contacts",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("whom", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the address
)
keep_as_written(contacts, "an address outside")
notices = Table(
    "outside_notices",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("reference", String, nullable=False, unique=True),
    Column("order_id", String, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),  # what never changes
    Column("due_at", Integer, nullable=False),
    Column("sent_at", Integer),
    Column("is_sent", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
)
Index("outside_waiting", notices.c.sent_at, notices.c.due_at)


class SqliteOutsideBook:
    """Keeps `fairtag.app.outside.book.OutsideBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def name(self, contact: Contact, *, address: str) -> None:
        """Store an address, sealed, or that it was taken back."""
        sealed = self._vault.seal(
            address.encode(),
            wearer_id=contact.wearer_id,
            kind=RecordKind.TEXT,
            at=contact.at,
            row=_row(contact.order_id, contact.whom),
        )
        row = {"order_id": contact.order_id, "owner": contact.wearer_id, "whom": contact.whom}
        body = msgspec.json.encode(contact)
        self._db.execute(insert(contacts).values(**row, at=contact.at, body=body, sealed=sealed))

    def named(self) -> frozenset[OrderId]:
        """List orders for which an address was ever named."""
        found = self._db.execute(select(contacts.c.order_id).distinct())
        return frozenset(OrderId(row.order_id) for row in found)

    def contacts(self, order_id: OrderId) -> list[Contact]:
        """List whose addresses stand for an order, without them."""
        newest = select(func.max(contacts.c.n)).where(contacts.c.order_id == order_id)
        wanted = select(contacts.c.n, contacts.c.body).order_by(contacts.c.n)
        wanted = wanted.where(contacts.c.n.in_(newest.group_by(contacts.c.whom)))
        found = (
            msgspec.structs.replace(msgspec.json.decode(row.body, type=Contact), n=row.n)
            for row in self._db.execute(wanted)
        )
        return [one for one in found if one.is_there]

    def address(self, contact: int) -> str:
        """Open an address."""
        row = self._db.execute(select(contacts).where(contacts.c.n == contact)).one()
        return self._vault.unseal(
            row.sealed,
            wearer_id=WearerId(row.owner),
            kind=RecordKind.TEXT,
            at=Micros(row.at),
            row=_row(row.order_id, row.whom),
        ).decode()

    def queue(self, notice: OutsideNotice) -> None:
        """Put a notice into the outbox."""
        self._db.execute(
            insert(notices).values(
                reference=notice.reference,
                order_id=notice.order_id,
                body=msgspec.json.encode(notice),
                due_at=notice.due_at,
                is_sent=0,
                tries=0,
            )
        )

    def notices(self, order_id: OrderId) -> list[OutsideNotice]:
        """List an order's notices, oldest first."""
        wanted = select(notices).where(notices.c.order_id == order_id).order_by(notices.c.n)
        return [_notice(row) for row in self._db.execute(wanted)]

    def find(self, reference: str) -> OutsideNotice | None:
        """Find a notice by the reference that its receiver names."""
        row = self._db.execute(select(notices).where(notices.c.reference == reference)).first()
        return None if row is None else _notice(row)

    def due(self, *, at: Micros, limit: int = 50) -> list[OutsideNotice]:
        """List notices that are due."""
        wanted = select(notices).where(notices.c.sent_at.is_(None), notices.c.due_at <= at)
        return [_notice(row) for row in self._db.execute(wanted.order_by(notices.c.n).limit(limit))]

    def tried(self, n: int, *, done_at: Micros | None, is_sent: bool, next_at: Micros) -> None:
        """Mark a notice as done with, or say when to try again."""
        values = {"sent_at": done_at, "is_sent": int(is_sent), "due_at": next_at}
        tried = update(notices).where(notices.c.n == n)
        self._db.execute(tried.values(**values, tries=notices.c.tries + 1))


def _row(order_id: str, whom: str) -> str:
    return f"outside/{order_id}/{whom}"


def _notice(row: Row[Any]) -> OutsideNotice:
    return msgspec.structs.replace(
        msgspec.json.decode(row.body, type=OutsideNotice),
        n=row.n,
        due_at=row.due_at,
        sent_at=row.sent_at,
        is_sent=bool(row.is_sent),
        tries=row.tries,
    )
