"""Where is who knows whom, whose wearer it is, and what is kept apart about third persons?"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table, func, select
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.openings.book import ApartNote
from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

interests = Table(
    "interests",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
)
Index("interests_of", interests.c.user_id, interests.c.wearer_id)
assignments = Table(
    "assignments",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("user_id", String, nullable=False),
    Column("is_assigned", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
)
apart = Table(
    "third_person_notes",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("order_id", String, nullable=False, index=True),
    Column("owner", String, nullable=False),
    Column("at", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
keep_as_written(interests, "an interest")
keep_as_written(assignments, "an assignment")
keep_as_written(apart, "a note kept apart")


class SqliteCircleBook:
    """Keeps `fairtag.app.openings.book.CircleBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def know(self, user_id: str, wearer_id: WearerId, *, at: Micros, by: str) -> None:
        """Record that a member of staff knows a wearer; it stays."""
        self._db.execute(
            insert(interests).values(user_id=user_id, wearer_id=wearer_id, at=at, by=by)
        )

    def knows(self, user_id: str, wearer_id: WearerId) -> bool:
        """Tell whether it was declared or recorded."""
        wanted = select(interests.c.n).where(
            interests.c.user_id == user_id, interests.c.wearer_id == wearer_id
        )
        return self._db.execute(wanted.limit(1)).first() is not None

    def known(self, user_id: str | None = None) -> list[tuple[str, WearerId, Micros, str]]:
        """List who knows whom, since when, recorded by whom."""
        wanted = select(interests).order_by(interests.c.n)
        if user_id is not None:
            wanted = wanted.where(interests.c.user_id == user_id)
        found = self._db.execute(wanted)
        return [(row.user_id, WearerId(row.wearer_id), Micros(row.at), row.by) for row in found]

    def assign(
        self, order_id: OrderId, user_id: str, *, is_assigned: bool, at: Micros, by: str
    ) -> None:
        """Give an officer an order, or take it back."""
        told = {"order_id": order_id, "user_id": user_id, "is_assigned": int(is_assigned)}
        self._db.execute(insert(assignments).values(at=at, by=by, **told))

    def assigned(self, order_id: OrderId) -> frozenset[str]:
        """Tell whose order it is; empty: whoever is on duty."""
        wanted = select(assignments).where(assignments.c.order_id == order_id)
        newest = {
            row.user_id: row.is_assigned
            for row in self._db.execute(wanted.order_by(assignments.c.n))
        }
        return frozenset(name for name, is_assigned in newest.items() if is_assigned)


class SqliteApartBook:
    """Keeps `fairtag.app.openings.book.ApartBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add(self, note: ApartNote, *, wearer_id: WearerId) -> None:
        """Store a note; its text is sealed under the wearer's key for third persons."""
        sealed = self._vault.seal(
            note.text.encode(),
            wearer_id=wearer_id,
            kind=RecordKind.THIRD_PERSON,
            at=note.at,
            row=f"apart/{note.order_id}/{note.at}",
        )
        told = {"order_id": note.order_id, "owner": wearer_id, "at": note.at, "by": note.by}
        self._db.execute(insert(apart).values(sealed=sealed, **told))

    def count(self, order_id: OrderId) -> int:
        """Tell how many there are, without opening any."""
        wanted = select(func.count()).where(apart.c.order_id == order_id)
        return int(self._db.execute(wanted).scalar() or 0)

    def opened(self, order_id: OrderId) -> list[ApartNote]:
        """Open an order's notes, newest first."""
        wanted = select(apart).where(apart.c.order_id == order_id).order_by(apart.c.n.desc())
        return [
            ApartNote(
                order_id=order_id,
                at=Micros(row.at),
                by=row.by,
                text=self._vault.unseal(
                    row.sealed,
                    wearer_id=WearerId(row.owner),
                    kind=RecordKind.THIRD_PERSON,
                    at=Micros(row.at),
                    row=f"apart/{order_id}/{row.at}",
                ).decode(),
            )
            for row in self._db.execute(wanted)
        ]
