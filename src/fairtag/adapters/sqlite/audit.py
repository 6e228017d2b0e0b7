"""Where is the access log? A hash-chained table, and a spool that is on disk before the act."""

from __future__ import annotations

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.audit.entries import NOTHING_BEFORE, Entry, LoggedEntry, chain

log = Table(
    "log",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)


class SqliteAudit:
    """Keeps `fairtag.app.books.AuditBook`."""

    def __init__(self, connection: Connection, spool: Spool) -> None:
        self._db = driver(connection)
        self._spool = spool

    def append(self, entry: Entry) -> LoggedEntry:
        """Write an entry to the spool, then to the chain.

        Raises: LogUnavailable.
        """
        self._spool.write(entry)
        found = self._db.execute("SELECT n, hash FROM log ORDER BY n DESC LIMIT 1").fetchone()
        last, before = (0, NOTHING_BEFORE) if found is None else (int(found[0]), bytes(found[1]))
        logged = chain(last + 1, entry, before)
        self._db.execute(
            "INSERT INTO log VALUES (?, ?, ?, ?)",
            (logged.n, msgspec.json.encode(entry, order="sorted"), logged.before, logged.hash),
        ).close()
        return logged

    def last(self) -> int:
        """Tell the number of the newest entry."""
        found = self._db.execute("SELECT max(n) FROM log").fetchone()
        return int(found[0] or 0)

    def entries(self, *, after: int = 0, limit: int = 1000) -> list[LoggedEntry]:
        """List entries in order."""
        found = self._db.execute(
            "SELECT n, body, before, hash FROM log WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
        )
        return [
            LoggedEntry(
                n=n, entry=msgspec.json.decode(body, type=Entry), before=before, hash=digest
            )
            for n, body, before, digest in found.fetchall()
        ]
