"""Where is the access log? In a table with its tree, and in a file that is on disk before the act.

Entries of one commit go into the file together, just before the commit: one fsync for all.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.log.rows import digests, note_changes, rows_kept
from fairtag.adapters.sqlite.log.tree import SqliteTree
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Clock
from fairtag.audit.beside import ALONE
from fairtag.audit.entries import MACHINE, Entry, Line, LoggedEntry, body_of, read
from fairtag.audit.tree import leaf_hash
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.ids import WearerId

ROWS = "rows"  # an entry that tells digests of rows
_REF_BYTES = 16
_MERGED = "log_merged_upto"

log = Table(
    "log",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("ref", String, nullable=False, unique=True),
    Column("wearer_id", String, index=True),
    Column("body", LargeBinary, nullable=False),
)


keep_as_written(log, "an entry")


class SqliteAudit(SqliteTree):
    """Keeps `fairtag.app.log.book.AuditBook`."""

    def __init__(self, connection: Connection, spool: Spool, clock: Clock) -> None:
        super().__init__(connection)
        self._spool, self._clock = spool, clock
        self._fresh: set[str] = set()  # what this connection wrote and did not settle yet

    def append(self, entry: Entry) -> LoggedEntry:
        """Write an entry; one whose `ref` is there already is written once.

        Raises: LogUnavailable when the table does not take it.
        """
        if entry.ref:
            known = self._numbered(entry.ref)
            if known is not None:
                return known
        else:
            entry = msgspec.structs.replace(entry, ref=secrets.token_hex(_REF_BYTES))
        n = self.last() + 1
        try:
            self._db.execute(
                "INSERT INTO log VALUES (?, ?, ?, ?)",
                (n, entry.ref, entry.wearer_id, body_of(entry)),
            ).close()
        except sqlite3.DatabaseError as error:
            raise LogUnavailable(f"log table: {error}") from error
        self._fresh.add(entry.ref)
        return LoggedEntry(n=n, entry=entry)

    def merge(self, bodies: Sequence[bytes], *, upto: int) -> int:
        """Take entries that the table lacks from the file beside it, marked `spooled`."""
        before = self.last()
        for entry in map(read, bodies):
            if entry is not None:
                self.append(msgspec.structs.replace(entry, spooled=True))
        self._db.execute("INSERT OR REPLACE INTO house VALUES (?, ?)", (_MERGED, str(upto))).close()
        return self.last() - before

    def merged_upto(self) -> int:
        """Tell where the file beside the table was read to, in bytes."""
        found = self._db.execute("SELECT value FROM house WHERE name = ?", (_MERGED,)).fetchone()
        return 0 if found is None else int(found[0])

    def note_changes(self) -> None:
        """Note from now on which watched rows this connection changes."""
        note_changes(self._db)

    def settle(self) -> None:
        """Bring everything that this transaction wrote into the tree and the file, before it ends.

        Raises: LogUnavailable when an entry can't be kept. Digests of rows that the machine wrote
        wait for a better moment: alarms go on.
        """
        self._db.execute("SAVEPOINT settled").close()
        try:
            self._digest_rows()
            self._root_in()
        except (LogUnavailable, sqlite3.DatabaseError) as error:
            self._db.execute("ROLLBACK TO settled").close()
            if self._fresh_rows():
                raise LogUnavailable(f"log: {error}") from error
        finally:
            self._fresh.clear()
            self._db.execute("RELEASE settled").close()

    def last(self) -> int:
        """Tell the number of the newest entry."""
        found = self._db.execute("SELECT max(n) FROM log").fetchone()
        return int(found[0] or 0)

    def entries(self, *, after: int = 0, limit: int = 1000) -> list[LoggedEntry]:
        """List entries in order; what can't be read is left out here and found by `lines`."""
        return _read(self.lines(after=after, limit=limit))

    def about(self, wearer_id: WearerId, *, limit: int = 10_000) -> list[LoggedEntry]:
        """List the newest entries about a wearer, oldest first."""
        found = self._db.execute(
            "SELECT n, CAST(body AS BLOB) FROM log WHERE wearer_id = ? ORDER BY n DESC LIMIT ?",
            (wearer_id, limit),
        )
        return _read([Line(n=n, body=body) for n, body in found.fetchall()[::-1]])

    def lines(self, *, after: int, limit: int) -> list[Line]:
        """List what stands in the table, byte for byte, beyond a number."""
        found = self._db.execute(
            "SELECT n, CAST(body AS BLOB) FROM log WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
        )
        return [Line(n=n, body=body) for n, body in found.fetchall()]

    def owners(self) -> Iterator[tuple[int, str, str | None]]:
        """List what the table says beside each entry: its number, ref and wearer."""
        yield from self._db.execute("SELECT n, ref, wearer_id FROM log ORDER BY n")

    def keys(self, what: str) -> list[str]:
        """List the public keys that entries of this code name."""
        found = self._db.execute(
            "SELECT n, CAST(body AS BLOB) FROM log WHERE ref >= ? AND ref < ? ORDER BY n",
            (f"{what}/", f"{what}0"),  # '0' follows '/'
        )
        entries = _read([Line(n=n, body=body) for n, body in found.fetchall()])
        return [one.entry.details.get("key", "") for one in entries]

    def rows_kept(self) -> Iterator[tuple[str, str]]:
        """List the watched rows of the store: their name and the digest of what stands in them."""
        yield from rows_kept(self._db)

    def _digest_rows(self) -> None:
        found = digests(self._db)
        if found:
            told = dict(sorted(found.items()))
            at = self._clock.now()
            self.append(Entry(at=at, operation="admin", actor=MACHINE, what=ROWS, details=told))

    def _root_in(self) -> None:
        """Write what is new into the file, then the hashes of all of it into the tree."""
        fresh = self._fresh_rows()
        if not fresh:
            return
        try:
            self._spool.write([body for _, body in fresh])
        except LogUnavailable:
            refs = " ".join(ref for ref, _ in fresh)
            at = self._clock.now()
            told = Entry(
                at=at, operation="admin", actor=MACHINE, what=ALONE, details={"refs": refs}
            )
            self.append(told)
        bodies = self._db.execute(
            "SELECT CAST(body AS BLOB) FROM log WHERE n > ? ORDER BY n", (self.size(),)
        ).fetchall()
        self.grow([leaf_hash(body) for (body,) in bodies])

    def _fresh_rows(self) -> list[tuple[str, bytes]]:
        """List what this transaction wrote and did not undo; no row of somebody else's."""
        if not self._fresh:
            return []
        found = self._db.execute(
            "SELECT ref, CAST(body AS BLOB) FROM log WHERE n > ? ORDER BY n", (self.size(),)
        )
        return [(ref, body) for ref, body in found.fetchall() if ref in self._fresh]

    def _numbered(self, ref: str) -> LoggedEntry | None:
        found = self._db.execute(
            "SELECT n, CAST(body AS BLOB) FROM log WHERE ref = ?", (ref,)
        ).fetchone()
        if found is None:
            return None
        return next(iter(_read([Line(n=found[0], body=found[1])])), None)


def _read(lines: list[Line]) -> list[LoggedEntry]:
    found = ((line.n, read(line.body)) for line in lines)
    return [LoggedEntry(n=n, entry=entry) for n, entry in found if entry is not None]
