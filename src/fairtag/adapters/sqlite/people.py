"""Who works here? Accounts, sessions and one-time links; secrets are stored as hashes only."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.books import Person
from fairtag.app.ports import Vault
from fairtag.terms.errors import UsageError
from fairtag.terms.instants import Micros

people = Table(
    "people",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("authority_id", String, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("disabled_at", Integer),
    Column("password_hash", String),
    Column("made_by", String, nullable=False),
    Column("made_at", Integer, nullable=False),
)
setups = Table(
    "setups",
    metadata,
    Column("setup_hash", LargeBinary, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("expires_at", Integer, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("idle_until", Integer),
)
attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("name", String, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("not_before", Integer, nullable=False),
)


class SqlitePeopleBook:
    """Keeps `fairtag.app.books.PeopleBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        del vault  # staff are named on what they did; nothing of a wearer is here
        self._db = connection

    def add(self, person: Person, *, setup_hash: bytes, expires_at: Micros) -> None:
        """Create an account, or give a known one a new one-time set-up link.

        Raises: UsageError when the account was closed.
        """
        known = self.by_name(person.name)
        if known is not None and known[0].disabled_at is not None:
            raise UsageError(f"the account of {person.name} was closed; choose another name")
        user_id = person.user_id if known is None else known[0].user_id
        if known is None:
            self._db.execute(
                insert(people).values(
                    user_id=user_id,
                    name=person.name,
                    role=person.role,
                    authority_id=person.authority_id,
                    created_at=person.created_at,
                    made_by=person.made_by,
                    made_at=person.made_at,
                )
            )
        else:
            renewed = update(people).where(people.c.user_id == user_id)
            self._db.execute(renewed.values(made_by=person.made_by, made_at=person.made_at))
        self._db.execute(delete(setups).where(setups.c.user_id == user_id))
        self._db.execute(
            insert(setups).values(setup_hash=setup_hash, user_id=user_id, expires_at=expires_at)
        )

    def finish_setup(self, setup_hash: bytes, *, password_hash: str, at: Micros) -> Person | None:
        """Spend a set-up link."""
        row = self._db.execute(
            select(setups.c.user_id).where(
                setups.c.setup_hash == setup_hash, setups.c.expires_at > at
            )
        ).first()
        if row is None:
            return None
        self._db.execute(delete(setups).where(setups.c.user_id == row.user_id))
        self._db.execute(
            update(people)
            .where(people.c.user_id == row.user_id)
            .values(password_hash=password_hash)
        )
        self._db.execute(delete(sessions).where(sessions.c.user_id == row.user_id))
        found = self._db.execute(select(people).where(people.c.user_id == row.user_id)).one()
        return _person(found)

    def by_name(self, name: str) -> tuple[Person, str] | None:
        """Find a person and the password hash."""
        row = self._db.execute(select(people).where(people.c.name == name)).first()
        return None if row is None else (_person(row), row.password_hash or "")

    def listed(self) -> list[Person]:
        """List staff by name."""
        return [_person(row) for row in self._db.execute(select(people).order_by(people.c.name))]

    def disable(self, user_id: str, *, at: Micros) -> None:
        """Close an account for good: its sessions, tokens and set-up links end."""
        closed = update(people).where(people.c.user_id == user_id, people.c.disabled_at.is_(None))
        self._db.execute(closed.values(disabled_at=at, password_hash=None))
        for table in (sessions, setups):
            self._db.execute(delete(table).where(table.c.user_id == user_id))

    def start_session(
        self,
        token_hash: bytes,
        *,
        user_id: str,
        expires_at: Micros,
        kind: Literal["page", "api"],
        idle_until: Micros | None = None,
    ) -> None:
        """Open a session."""
        self._db.execute(
            insert(sessions).values(
                token_hash=token_hash,
                user_id=user_id,
                expires_at=expires_at,
                kind=kind,
                idle_until=idle_until,
            )
        )

    def is_idle(self, token_hash: bytes, *, before: Micros) -> bool:
        """Tell whether a session's idle time ends before an instant."""
        wanted = select(sessions.c.idle_until).where(sessions.c.token_hash == token_hash)
        until = self._db.execute(wanted).scalar()
        return until is not None and until < before

    def keep_session(self, token_hash: bytes, *, idle_until: Micros) -> None:
        """Say that a session is in use."""
        self._db.execute(
            update(sessions)
            .where(sessions.c.token_hash == token_hash, sessions.c.idle_until.is_not(None))
            .values(idle_until=idle_until)
        )

    def session(
        self, token_hash: bytes, *, at: Micros, kind: Literal["page", "api"]
    ) -> Person | None:
        """Find whose session this is, unless it is over."""
        row = self._db.execute(
            select(people)
            .join(sessions, sessions.c.user_id == people.c.user_id)
            .where(
                sessions.c.token_hash == token_hash,
                sessions.c.kind == kind,
                sessions.c.expires_at > at,
                or_(sessions.c.idle_until.is_(None), sessions.c.idle_until > at),
                people.c.disabled_at.is_(None),
            )
        ).first()
        return None if row is None else _person(row)

    def end_session(self, token_hash: bytes) -> None:
        """Sign out."""
        self._db.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def attempts(self, name: str) -> tuple[int, Micros]:
        """Tell the failed sign-ins under a name and when to let it in again."""
        row = self._db.execute(select(attempts).where(attempts.c.name == name)).first()
        return (0, Micros(0)) if row is None else (row.failed, row.not_before)

    def set_attempts(self, name: str, failed: int, *, not_before: Micros) -> None:
        """Remember failed sign-ins."""
        values = {"failed": failed, "not_before": not_before}
        fresh = insert(attempts).values(name=name, **values)
        self._db.execute(fresh.on_conflict_do_update(index_elements=["name"], set_=values))


def _person(row: Row[Any]) -> Person:
    return Person(
        user_id=row.user_id,
        name=row.name,
        role=row.role,
        authority_id=row.authority_id,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        made_by=row.made_by,
        made_at=row.made_at,
    )
