"""Where is the access log? A hash-chained table, and a spool that is on disk before the act."""

from __future__ import annotations

import sqlite3

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.schema import metadata
from fairtag.audit.entries import NOTHING_BEFORE, Entry, Line, LoggedEntry, chain, read
from fairtag.terms.errors import LogUnavailable

log = Table(
    "log",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)


keep_as_written(log, "an entry")


class SqliteAudit:
    """Keeps `fairtag.app.books.AuditBook`."""

    def __init__(self, connection: Connection, spool: Spool) -> None:
        self._db = driver(connection)
        self._spool = spool

    def append(self, entry: Entry) -> LoggedEntry:
        """Write an entry to the spool, then to the chain; the table alone does while it can.

        Raises: LogUnavailable when neither takes it.
        """
        found = self._db.execute("SELECT n, hash FROM log ORDER BY n DESC LIMIT 1").fetchone()
        last, before = (0, NOTHING_BEFORE) if found is None else (int(found[0]), bytes(found[1]))
        line = chain(last + 1, entry, before)
        try:
            self._spool.write(line)
        except LogUnavailable:
            entry = msgspec.structs.replace(entry, is_alone=True)
            line = chain(last + 1, entry, before)
        self._insert(line)
        return LoggedEntry(n=line.n, entry=entry, before=line.before, hash=line.hash)

    def last(self) -> int:
        """Tell the number of the newest entry."""
        found = self._db.execute("SELECT max(n) FROM log").fetchone()
        return int(found[0] or 0)

    def entries(self, *, after: int = 0, limit: int = 1000) -> list[LoggedEntry]:
        """List entries in order; what can't be read is left out here and found by `lines`."""
        found = ((line, read(line)) for line in self.lines(after=after, limit=limit))
        return [
            LoggedEntry(n=line.n, entry=entry, before=line.before, hash=line.hash)
            for line, entry in found
            if entry is not None
        ]

    def lines(self, *, after: int, limit: int) -> list[Line]:
        """List what stands in the table, byte for byte, beyond a number."""
        found = self._db.execute(
            "SELECT n, CAST(body AS BLOB), CAST(before AS BLOB), CAST(hash AS BLOB)"
            " FROM log WHERE n > ? ORDER BY n LIMIT ?",
            (after, limit),
        )
        return [
            Line(n=n, body=body, before=before, hash=digest)
            for n, body, before, digest in found.fetchall()
        ]

    def _insert(self, line: Line) -> None:
        try:
            self._db.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?)", (line.n, line.body, line.before, line.hash)
            ).close()
        except sqlite3.DatabaseError as error:
            detail = f"log table: {error}"
            raise LogUnavailable(detail) from error
