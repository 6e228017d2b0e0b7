"""How is a store looked at without its keys and without changing it? On one snapshot, read only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairtag.adapters.clock import MachineClock
from fairtag.adapters.keys.shut import ShutVault
from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.engine import driver, reading
from fairtag.adapters.sqlite.schema import HEAD
from fairtag.adapters.sqlite.transaction import SqliteTransaction
from fairtag.app.ports import Transaction
from fairtag.terms.errors import StoreRefused


@contextmanager
def looking(data: Path) -> Iterator[Transaction]:
    """Open the store of a data folder for reading.

    Raises: StoreRefused when there is none, or another version of fairtag wrote it.
    """
    path = data / "fairtag.db"
    if not path.is_file():
        raise StoreRefused(f"{data}: there is no store of fairtag")
    connection = reading(path)
    try:
        db = driver(connection)
        _demand_known(db, path)
        db.execute("BEGIN").close()
        db.execute("SELECT max(n) FROM log").fetchone()  # from here on the snapshot stands
        spool = Spool(data / "log")  # nothing is written
        yield SqliteTransaction(connection, ShutVault(), spool, MachineClock())
    finally:
        connection.close()


def _demand_known(db: sqlite3.Connection, path: Path) -> None:
    try:
        found = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreRefused(f"{path}: {error}") from error
    if found is None or found[0] != HEAD:
        raise StoreRefused(f"{path}: another version of fairtag wrote this store")
