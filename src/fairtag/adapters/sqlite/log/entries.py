"""Where is the access log? In a table with its tree, and in a file that is on disk before the act.

Entries of one commit go into the file together, just before the commit: one fsync for all. When the
table takes nothing, those that may (`app.log.alone`) go into the file alone, and are merged later.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table

from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.guards import keep_as_written
from fairtag.adapters.sqlite.log.apart import Apart
from fairtag.adapters.sqlite.log.rows import digests, held, note_changes, rows_kept
from fairtag.adapters.sqlite.log.tree import SqliteTree
from fairtag.adapters.sqlite.schema import metadata
from fairtag.adapters.sqlite.writer import Again
from fairtag.app.log.alone import goes_alone
from fairtag.app.ports import Clock
from fairtag.audit.beside import ALONE, ROWS
from fairtag.audit.entries import MACHINE, Entry, Line, LoggedEntry, Receipt, body_of, read
from fairtag.audit.tree import leaf_hash
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.ids import WearerId

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
        self._apart = Apart(self._db)
        self._fresh: set[str] = set()  # what this connection wrote and did not settle yet
        self._needed: set[str] = set()  # of these, what the file must hold
        self._is_shut = False  # the table gave way in this commit: it is done again without it
        self._has_apart = False  # something of this commit may wait for the file
        self._mark: str | None = None  # that the table is behind, as this commit found it

    def append(self, entry: Entry, *, needs_file: bool = False, is_due: bool = True) -> Receipt:
        """Write an entry; one whose `ref` is there already is written once.

        With `needs_file` the commit fails when the file takes nothing; an entry that is not due
        is left out when neither sink takes it.

        Raises: LogUnavailable when the table takes nothing and the file alone will not do.
        """
        is_named = bool(entry.ref)
        if not is_named:
            entry = msgspec.structs.replace(entry, ref=secrets.token_hex(_REF_BYTES))
        if needs_file:
            self._needed.add(entry.ref)
        if not self._is_behind():
            try:
                known = self.number_of(entry.ref) if is_named else None
                return Receipt(ref=entry.ref, n=known or self._kept(entry))
            except sqlite3.IntegrityError:
                pass  # refused, and the transaction is whole
            except sqlite3.DatabaseError as error:
                raise self._again(error) from error
        if not goes_alone(entry):
            raise LogUnavailable(f"the log's table takes nothing, and {entry.what} waits for it")
        self._apart.add(entry, is_due=is_due and entry.what != ROWS)
        self._has_apart = True
        return Receipt(ref=entry.ref, n=None)

    def merge(self, bodies: Sequence[bytes], *, upto: int, behind: str) -> int:
        """Take entries that the table lacks from the file beside it, marked `spooled`.

        Raises: LogUnavailable while the table takes nothing.
        """
        if self._is_shut:
            raise LogUnavailable("log table")
        self._is_behind()  # what comes after in this commit follows what was found before
        try:
            before, told = self.last(), dict[str, str]()
            for entry in map(read, bodies):
                if entry is not None and self.number_of(entry.ref) is None:
                    self._kept(msgspec.structs.replace(entry, spooled=True))
                    told |= entry.details if entry.what == ROWS else {}
            self._confirm(told)
            done = self.last() - before
        except sqlite3.IntegrityError as error:
            raise LogUnavailable(f"log table: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._again(error) from error
        values = (_MERGED, str(upto))
        self._db.execute("INSERT OR REPLACE INTO house VALUES (?, ?)", values).close()
        self._apart.caught_up(behind)
        return done

    def merged_upto(self) -> int:
        """Tell where the file beside the table was read to, in bytes."""
        found = self._db.execute("SELECT value FROM house WHERE name = ?", (_MERGED,)).fetchone()
        return 0 if found is None else int(found[0])

    def behind(self) -> str:
        """Give the newest mark that entries went to the file alone; empty: the table holds all."""
        return self._apart.behind()

    def note_changes(self) -> None:
        """Note from now on which watched rows this connection changes."""
        note_changes(self._db)
        self._apart.prepare()

    def settle(self) -> None:
        """Bring everything that this transaction wrote into the tree and the file, before it ends.

        Raises: LogUnavailable when an entry can't be kept. Digests of rows that the machine wrote
        wait for a better moment: alarms go on. Again when the table gave way.
        """
        self._db.execute("SAVEPOINT settled").close()
        try:
            self._digest_rows()
            self._into_sinks()
        except sqlite3.DatabaseError as error:
            raise self._again(error) from error
        except LogUnavailable:
            self._db.execute("ROLLBACK TO settled").close()
            self._is_shut = False
            if self._fresh_rows() or self._apart.holds_due():
                raise
        finally:
            self._fresh.clear()
            self._needed.clear()
            self._mark, self._has_apart = None, False
        self._apart.clear()
        self._db.execute("RELEASE settled").close()
        self._is_shut = False

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

    def number_of(self, ref: str) -> int | None:
        """Tell the number of an entry; None while it has none."""
        found = self._db.execute("SELECT n FROM log WHERE ref = ?", (ref,)).fetchone()
        return None if found is None else int(found[0])

    def rows_kept(self) -> Iterator[tuple[str, str]]:
        """List the watched rows of the store: their name and the digest of what stands in them."""
        yield from rows_kept(self._db)

    def _digest_rows(self) -> None:
        found = digests(self._db)
        if found:
            self.append(self._told(ROWS, found))

    def _confirm(self, told: dict[str, str]) -> None:
        """Say of rows, which merged digests tell of, that they stand like this; or say nothing.

        A digest that reached the file first was announced; its row may not have been written.
        """
        stands = {name: now for name, now in held(self._db, told).items() if told[name] == now}
        if stands:
            self._kept(self._told(ROWS, stands))

    def _into_sinks(self) -> None:
        """Write the hashes of what is new into the tree, then all of it into the file."""
        fresh, apart = self._fresh_rows(), self._apart.bodies()
        if not fresh and not apart:
            return
        if fresh:
            self._grown()
        try:
            self._spool.write([body for _, body in fresh] + apart)
        except LogUnavailable:
            if apart or any(ref in self._needed for ref, _ in fresh):
                raise
            self._kept(self._told(ALONE, {"refs": " ".join(ref for ref, _ in fresh)}))
            self._grown()
        if apart:
            self._apart.went()

    def _grown(self) -> None:
        bodies = self._db.execute(
            "SELECT CAST(body AS BLOB) FROM log WHERE n > ? ORDER BY n", (self._size(),)
        ).fetchall()
        self.grow([leaf_hash(body) for (body,) in bodies])

    def _told(self, what: str, details: dict[str, str]) -> Entry:
        """Make an entry of the machine's own."""
        return Entry(
            at=self._clock.now(),
            operation="admin",
            actor=MACHINE,
            what=what,
            ref=secrets.token_hex(_REF_BYTES),
            details=dict(sorted(details.items())),
        )

    def _kept(self, entry: Entry) -> int:
        """Write an entry into the table; gives its number.

        Raises: sqlite3.DatabaseError.
        """
        n = self.last() + 1
        self._db.execute(
            "INSERT INTO log VALUES (?, ?, ?, ?)", (n, entry.ref, entry.wearer_id, body_of(entry))
        ).close()
        self._fresh.add(entry.ref)
        return n

    def _is_behind(self) -> bool:
        """Tell whether entries go to the file alone for now: the table keeps their order."""
        if self._is_shut or (self._has_apart and self._apart.holds_some()):
            return True
        if self._mark is None:
            self._mark = self._apart.behind()
        return bool(self._mark)

    def _again(self, error: sqlite3.DatabaseError) -> Exception:
        """Do this commit again without the table; a second time, give up.

        After any fault but a refusal SQLite takes nothing more in the same transaction.
        """
        was_shut, self._is_shut = self._is_shut, not self._is_shut
        self._fresh.clear()
        return LogUnavailable(f"log: {error}") if was_shut else Again()

    def _fresh_rows(self) -> list[tuple[str, bytes]]:
        """List what this transaction wrote and did not undo; no row of somebody else's."""
        if not self._fresh:
            return []
        found = self._db.execute(
            "SELECT ref, CAST(body AS BLOB) FROM log WHERE n > ? ORDER BY n", (self._size(),)
        )
        return [(ref, body) for ref, body in found.fetchall() if ref in self._fresh]


def _read(lines: list[Line]) -> list[LoggedEntry]:
    found = ((line.n, read(line.body)) for line in lines)
    return [LoggedEntry(n=n, entry=entry) for n, entry in found if entry is not None]
