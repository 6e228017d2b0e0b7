"""What goes to the file alone, because the log's table takes nothing? It waits here for the commit.

What a work that is undone wrote here is undone with it: the rows are temporary ones of the writer's
connection. That something went to the file alone stands in the store, in the act's own commit:
until the merge has caught up nothing else goes into the table, so that entries keep their order.
"""

from __future__ import annotations

import secrets
import sqlite3

from fairtag.audit.entries import Entry, body_of

_BEHIND = "log_behind"


class Apart:
    """Keeps entries for the file, and the mark that some went there alone."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def prepare(self) -> None:
        """Make room on this connection, which is the writer's."""
        self._db.execute(
            "CREATE TEMP TABLE apart (n INTEGER PRIMARY KEY, body BLOB, is_due INTEGER)"
        ).close()

    def add(self, entry: Entry, *, is_due: bool) -> None:
        """Take an entry; without one that is not due the commit goes on."""
        self._db.execute(
            "INSERT INTO apart (body, is_due) VALUES (?, ?)", (body_of(entry), is_due)
        ).close()

    def bodies(self) -> list[bytes]:
        """List what waits, in order."""
        return [body for (body,) in self._db.execute("SELECT body FROM apart ORDER BY n")]

    def holds_some(self) -> bool:
        """Tell whether anything waits."""
        return self._db.execute("SELECT 1 FROM apart").fetchone() is not None

    def holds_due(self) -> bool:
        """Tell whether something waits that an act depends on."""
        return self._db.execute("SELECT 1 FROM apart WHERE is_due").fetchone() is not None

    def clear(self) -> None:
        """Forget what waits."""
        self._db.execute("DELETE FROM apart").close()

    def behind(self) -> str:
        """Give the newest mark that something went to the file alone; empty: nothing is missing."""
        found = self._db.execute("SELECT value FROM house WHERE name = ?", (_BEHIND,)).fetchone()
        return "" if found is None else str(found[0])

    def went(self) -> None:
        """Write down that something went to the file alone, each time with another mark."""
        told = (_BEHIND, secrets.token_hex(8))
        self._db.execute("INSERT OR REPLACE INTO house VALUES (?, ?)", told).close()

    def caught_up(self, behind: str) -> None:
        """Write down that the table holds all, unless more went to the file after the mark."""
        told = (_BEHIND, behind)
        self._db.execute("DELETE FROM house WHERE name = ? AND value = ?", told).close()
