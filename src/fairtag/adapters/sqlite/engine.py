"""How is the database file opened? Durable, erasing what is deleted, one writer beside readers.

Source: design.md §2 (WAL, synchronous=FULL, secure_delete=ON).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine

from fairtag.adapters.sqlite.prompting.hours import teach

_WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "wal_autocheckpoint=4000",
    "cache_size=-65536",
)
# The writer of a service, beside whom a thread moves pages: it moves some itself only when that
# thread fails it, and after a long look of some reader the log's file is cut again.
_BESIDE = ("wal_autocheckpoint=40000", "journal_size_limit=67108864")
# The log is on the disk before a page goes to its place, and the page before the log begins anew.
_MOVER = ("synchronous=FULL", "wal_autocheckpoint=0")
_READER = ("query_only=ON", "temp_store=MEMORY")
_WAIT_MS = 15_000


def writing(path: Path, *, is_moved: bool = False) -> Connection:
    """Open the file for writing; it is made when it is not there.

    `is_moved` says that a thread beside the writer moves pages to their place.
    """
    return _connection(path, _WRITER + (_BESIDE if is_moved else ()))


def moving(path: Path) -> Connection:
    """Open the file for moving pages from the log to their place."""
    return _connection(path, _MOVER)


def reading(path: Path) -> Connection:
    """Open the file for reading only."""
    return _connection(path, _READER)


def driver(connection: Connection) -> sqlite3.Connection:
    """Give the driver's own connection, for hot paths and transactions."""
    found = connection.connection.driver_connection
    if not isinstance(found, sqlite3.Connection):
        raise TypeError(found)
    return found


def in_memory() -> Connection:
    """Open a database that ends with the connection; for tests of one book."""

    def connect() -> sqlite3.Connection:
        found = sqlite3.connect(":memory:", isolation_level=None)
        teach(found)
        return found

    return _opened(connect)


def _connection(path: Path, pragmas: tuple[str, ...]) -> Connection:
    def connect() -> sqlite3.Connection:
        found = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=_WAIT_MS / 1000
        )
        for pragma in pragmas:
            found.execute(f"PRAGMA {pragma}").close()
        teach(found)
        return found

    return _opened(connect)


def _opened(connect: Callable[[], sqlite3.Connection]) -> Connection:
    engine = create_engine(
        "sqlite://", creator=connect, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    return engine.connect()
