"""Where is the truth? One SQLite file: one writer with group commit, readers beside it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Column, Connection, String, Table

from fairtag.adapters.clock import MachineClock
from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.engine import driver, reading, writing
from fairtag.adapters.sqlite.pages.checkpoints import Checkpoints, move
from fairtag.adapters.sqlite.schema import HEAD, metadata
from fairtag.adapters.sqlite.taking.memory import Memory
from fairtag.adapters.sqlite.transaction import SqliteTransaction
from fairtag.adapters.sqlite.writer import Writer
from fairtag.app.ports import Clock, Transaction, Vault
from fairtag.terms.errors import LogUnavailable, NotInTime, StoreRefused

T = TypeVar("T")
House = Literal["service", "demo"]
_CLOCK = MachineClock()
LOOK_S = 0.9  # design.md §5: without a place to write to, nothing opens within a second

house = Table(
    "house",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)


class SqliteStore:
    """Keeps `fairtag.app.ports.Store`."""

    def __init__(
        self,
        folder: Path,
        *,
        vault: Vault,
        kind: House | None,
        clock: Clock = _CLOCK,
        spool: Path | None = None,
        look_s: float = LOOK_S,
    ) -> None:
        """Open the store of a data folder; `kind` None takes whatever is there.

        `spool` is the folder of the log's file, which may lie on another filesystem; `look_s` how
        long a look waits to be written down.

        Raises: StoreRefused when the store is a demo's and the caller serves, or the other way
        round, or a newer fairtag wrote it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "fairtag.db"
        self._vault, self._clock, self._look_s = vault, clock, look_s
        beside = folder / "log" if spool is None else spool
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.spool = Spool(beside)
        self._mine = threading.local()
        self._open: list[Connection] = []
        self._lock = threading.Lock()
        os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600))
        self.kind = _prepare(self._path, kind)
        self._memory = Memory.of(vault)
        self._writer = Writer(
            partial(self._connect, is_moved=kind == "service"),
            settle=SqliteTransaction.settle,
            committed=SqliteTransaction.committed,
            forget=SqliteTransaction.forget,
        )
        # What works for a moment, such as a command, moves its few pages itself.
        self._pages = Checkpoints(self._path, self._close_gap) if kind == "service" else None

    def submit(
        self, work: Callable[[Transaction], T], *, is_plain: bool = False, is_urgent: bool = False
    ) -> Future[T]:
        """Queue work; the future is done after the commit is on disk."""
        return self._writer.submit(work, is_plain=is_plain, is_urgent=is_urgent)

    def changes(self) -> int:
        """Count the commits of this process that changed more than what devices said plainly."""
        return self._writer.changes()

    def behind_s(self) -> float:
        """Tell for how long the oldest work of the queue has waited."""
        return self._writer.behind_s()

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Do work and wait until it is durable."""
        return self._writer.submit(work).result()

    def look(self, work: Callable[[Transaction], T]) -> T:
        """Do work that lets somebody see something personal, soon or not at all.

        Raises: LogUnavailable when it is not durable in time; what began late may be written down
        though nothing was shown.
        """
        try:
            return self._in_time(work, or_later=False)
        except TimeoutError as error:
            raise LogUnavailable("the store does not answer in time") from error

    def soon(self, work: Callable[[Transaction], T], *, or_later: bool = False) -> T:
        """Do work that somebody waits for, as long as a look waits and no longer.

        Raises: NotInTime; with `or_later` the work is still done when the store lets it.
        """
        try:
            return self._in_time(work, or_later=or_later)
        except TimeoutError as error:
            raise NotInTime("the store is locked or overloaded") from error

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run a reading work on a snapshot, on a connection of the calling thread."""
        connection, transaction = self._reader()
        connection.execute("BEGIN").close()
        try:
            return work(transaction)
        finally:
            connection.execute("COMMIT").close()

    def close(self) -> None:
        """Finish what is queued and close the files."""
        self._writer.close()
        if self._pages is not None:
            self._pages.close()
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    def _in_time(self, work: Callable[[Transaction], T], *, or_later: bool) -> T:
        waiting = self._writer.submit(work, may_cancel=not or_later)
        try:
            return waiting.result(self._look_s)
        except TimeoutError:
            waiting.cancel()
            raise

    def _close_gap(self) -> None:
        self._writer.between(move)

    def _connect(self, *, is_moved: bool) -> tuple[sqlite3.Connection, SqliteTransaction]:
        connection = writing(self._path, is_moved=is_moved)
        with self._lock:
            self._open.append(connection)
        transaction = self._transaction(connection)
        transaction.audit.note_changes()
        return driver(connection), transaction

    def _transaction(self, connection: Connection) -> SqliteTransaction:
        told = (self._vault, self.spool, self._clock, self._memory)
        return SqliteTransaction(connection, *told)

    def _reader(self) -> tuple[sqlite3.Connection, Transaction]:
        found: tuple[sqlite3.Connection, Transaction] | None = getattr(self._mine, "pair", None)
        if found is None:
            connection = reading(self._path)
            with self._lock:
                self._open.append(connection)
            transaction = self._transaction(connection)
            found = self._mine.pair = (driver(connection), transaction)
        return found


def kind_in(folder: Path) -> House | None:
    """Tell whose store is in a folder, without opening it for use; None when there is none yet."""
    path = folder / "fairtag.db"
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            row = db.execute("SELECT value FROM house WHERE name = 'kind'").fetchone()
        except sqlite3.Error:
            return None
    return "demo" if row is not None and row[0] == "demo" else "service"


def holds_live(folder: Path) -> bool:
    """Tell whether the store in a folder ever took an order of a real person."""
    path = folder / "fairtag.db"
    if not path.is_file():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            return db.execute("SELECT 1 FROM house WHERE name = 'orders'").fetchone() is not None
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # a file that no fairtag wrote yet
                return False
            raise StoreRefused(f"whose orders are in this store can't be read: {error}") from error


def is_begun(folder: Path) -> bool:
    """Tell whether anything was ever done in a folder's store: whatever is done has an entry.

    Fails: a log that can't be read counts as begun.
    """
    if kind_in(folder) is None:
        return False
    with closing(sqlite3.connect(f"file:{folder / 'fairtag.db'}?mode=ro", uri=True)) as db:
        try:
            return db.execute("SELECT 1 FROM log LIMIT 1").fetchone() is not None
        except sqlite3.DatabaseError:
            return True


def _prepare(path: Path, kind: House | None) -> House:
    connection = writing(path)
    try:
        return _marked(connection, kind)
    finally:
        connection.close()


def _marked(connection: Connection, kind: House | None) -> House:
    _forward(connection)
    db = driver(connection)
    db.execute("INSERT OR IGNORE INTO house VALUES ('kind', ?)", (kind or "service",)).close()
    marks = dict(db.execute("SELECT name, value FROM house").fetchall())
    stored: House = "demo" if marks["kind"] == "demo" else "service"
    if kind is not None and stored != kind:
        detail = f"this is the store of a {stored}; start a {kind} in a folder of its own"
        raise StoreRefused(detail)
    return stored


def _forward(connection: Connection) -> None:
    """Bring the tables to what this fairtag knows; mostly they are there already."""
    step = _step(connection)
    if step == HEAD:
        return
    from fairtag.adapters.sqlite import migrations  # noqa: PLC0415 - slow to load, rarely needed

    if step is not None and not migrations.is_known(step):
        detail = f"a newer fairtag wrote this store (step {step}); this one knows up to {HEAD}"
        raise StoreRefused(detail)
    migrations.bring_forward(connection)


def _step(connection: Connection) -> str | None:
    """Tell the newest step that a store has seen; None for an empty file."""
    db = driver(connection)
    known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if db.execute(known).fetchone() is None:
        return None
    found = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])
