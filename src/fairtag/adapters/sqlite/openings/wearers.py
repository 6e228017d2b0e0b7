"""Where are wearers' one-time codes and sessions, and what they contest?"""

from __future__ import annotations

import hmac

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.app.wearer.book import Contest
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros

codes = Table(
    "wearer_codes",
    metadata,
    Column("wearer_id", String, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
)
sessions = Table(
    "wearer_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("wearer_id", String, nullable=False),
    Column("expires_at", Integer, nullable=False),
)
contests = Table(
    "contests",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("contest_id", String, nullable=False, unique=True),
    Column("wearer_id", String, nullable=False, index=True),
    Column("alert_id", String, nullable=False, index=True),
    Column("at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
keep_as_written(contests, "what a wearer contests")


class SqliteWearerBook:
    """Keeps `fairtag.app.wearer.book.WearerBook`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def give_code(self, wearer_id: WearerId, code_hash: bytes, *, expires_at: Micros) -> None:
        """Replace the wearer's code."""
        values = {"code_hash": code_hash, "expires_at": expires_at, "tries": 0}
        fresh = insert(codes).values(wearer_id=wearer_id, **values)
        self._db.execute(fresh.on_conflict_do_update(index_elements=["wearer_id"], set_=values))

    def spend_code(self, wearer_id: WearerId, code_hash: bytes, *, at: Micros, most: int) -> bool:
        """Take one try; tells whether it was the code."""
        row = self._db.execute(select(codes).where(codes.c.wearer_id == wearer_id)).first()
        if row is None or at >= row.expires_at or row.tries >= most:
            return False
        if hmac.compare_digest(row.code_hash, code_hash):
            self._db.execute(delete(codes).where(codes.c.wearer_id == wearer_id))
            return True
        tried = update(codes).where(codes.c.wearer_id == wearer_id)
        self._db.execute(tried.values(tries=row.tries + 1))
        return False

    def start(self, token_hash: bytes, wearer_id: WearerId, *, expires_at: Micros) -> None:
        """Begin a session; the wearer's former ones end."""
        self._db.execute(delete(sessions).where(sessions.c.wearer_id == wearer_id))
        values = {"token_hash": token_hash, "wearer_id": wearer_id, "expires_at": expires_at}
        self._db.execute(insert(sessions).values(**values))

    def whose(self, token_hash: bytes, *, at: Micros) -> WearerId | None:
        """Find whose session this is, unless it is over."""
        row = self._db.execute(select(sessions).where(sessions.c.token_hash == token_hash)).first()
        return None if row is None or at >= row.expires_at else WearerId(row.wearer_id)

    def end(self, token_hash: bytes) -> None:
        """Sign out."""
        self._db.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


class SqliteContestBook:
    """Keeps `fairtag.app.wearer.book.ContestBook`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def add(self, contest: Contest, *, text: str) -> None:
        """Store one; its words are sealed."""
        sealed = self._vault.seal(
            text.encode(),
            wearer_id=contest.wearer_id,
            kind=RecordKind.TEXT,
            at=contest.at,
            row=f"contest/{contest.contest_id}",
        )
        self._db.execute(
            insert(contests).values(
                contest_id=contest.contest_id,
                wearer_id=contest.wearer_id,
                alert_id=contest.alert_id,
                at=contest.at,
                body=msgspec.json.encode(contest),
                sealed=sealed,
            )
        )

    def about(self, wearer_id: WearerId | None = None) -> list[Contest]:
        """List contests, oldest first, of one wearer or all; no words."""
        wanted = select(contests.c.body).order_by(contests.c.n)
        if wearer_id is not None:
            wanted = wanted.where(contests.c.wearer_id == wearer_id)
        return [msgspec.json.decode(row.body, type=Contest) for row in self._db.execute(wanted)]

    def of_alert(self, alert_id: AlertId) -> Contest | None:
        """Find the contest that an alert asks to answer."""
        wanted = select(contests.c.body).where(contests.c.alert_id == alert_id)
        row = self._db.execute(wanted).first()
        return None if row is None else msgspec.json.decode(row.body, type=Contest)

    def text(self, contest_id: str) -> str:
        """Open a wearer's words."""
        row = self._db.execute(select(contests).where(contests.c.contest_id == contest_id)).one()
        return self._vault.unseal(
            row.sealed,
            wearer_id=WearerId(row.wearer_id),
            kind=RecordKind.TEXT,
            at=Micros(row.at),
            row=f"contest/{contest_id}",
        ).decode()
