"""Where are the keys of the keystore's copies, and the list of what may never come back?

One file, `epochs.db`, apart from the keystore and in no backup: a key a week that opens the copies
of that week, and the ids of destroyed keys that such a copy may still hold. They stand together on
purpose: a copy can only be opened where the list is. Ids are random and tell nothing of a wearer.
Source: `fairtag.custody.epochs`; age (C2SP) for the sealing of copies. Units: µs UTC.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pyrage

from fairtag.adapters.keys.file import opened
from fairtag.custody.epochs import ends_at, week_of
from fairtag.terms.instants import Micros

VERSION, MARK = 1, 0x66744570  # "ftEp"
SCHEMA = """
CREATE TABLE IF NOT EXISTS epoch (
  n INTEGER PRIMARY KEY AUTOINCREMENT, week INTEGER NOT NULL UNIQUE, secret TEXT NOT NULL,
  made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS gone (id BLOB PRIMARY KEY, upto INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT
"""
# A destroyed key may be in the copies of every week that was there by then.
_FORGET = "DELETE FROM gone WHERE NOT EXISTS (SELECT 1 FROM epoch WHERE epoch.n <= gone.upto)"


class Epochs:
    """Keys of weeks, and what was destroyed since they were made."""

    def __init__(self, path: Path, *, fresh: bytes) -> None:
        """Open or create the file; `fresh` are 16 bytes that name a new one.

        Raises: StoreRefused.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._lock = threading.Lock()
        self._db = opened(path, SCHEMA, version=VERSION, mark=MARK)
        self._db.execute("INSERT OR IGNORE INTO mark VALUES ('id', ?)", (fresh,)).close()
        self.id = bytes(self._rows("SELECT value FROM mark WHERE name = 'id'")[0][0])

    def recipient(self, now: Micros) -> pyrage.x25519.Recipient:
        """Give what seals a copy of this week; its key is made with the week's first copy."""
        week = week_of(now)
        told = (week, str(pyrage.x25519.Identity.generate()), now, ends_at(week))
        with self._lock:
            self._db.execute(
                "INSERT OR IGNORE INTO epoch (week, secret, made_at, ends_at) VALUES (?, ?, ?, ?)",
                told,
            ).close()
            secret = self._rows("SELECT secret FROM epoch WHERE week = ?", week)[0][0]
        return pyrage.x25519.Identity.from_str(secret).to_public()

    def identities(self, now: Micros) -> list[pyrage.x25519.Identity]:
        """List the keys that may still open a copy; one past its end opens nothing any more."""
        with self._lock:
            rows = self._rows("SELECT secret FROM epoch WHERE ends_at > ? ORDER BY week", now)
        return [pyrage.x25519.Identity.from_str(secret) for (secret,) in rows]

    def overdue(self, now: Micros) -> list[int]:
        """List the weeks whose keys must go."""
        with self._lock:
            rows = self._rows("SELECT week FROM epoch WHERE ends_at <= ? ORDER BY week", now)
        return [int(week) for (week,) in rows]

    def end(self, now: Micros) -> int:
        """Destroy the keys that are past their end; tells how many.

        What is gone needs no remembering once no copy can hold it.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE").close()
            with closing(self._db.execute("DELETE FROM epoch WHERE ends_at <= ?", (now,))) as done:
                ended = done.rowcount
            self._db.execute(_FORGET).close()
            self._db.execute("COMMIT").close()
        return ended

    def final_at(self, destroyed_at: Micros) -> Micros:
        """Tell when no copy can hold a key any more that was destroyed at an instant."""
        asked = "SELECT max(ends_at) FROM epoch WHERE made_at <= ?"
        with self._lock:
            found = self._rows(asked, destroyed_at)[0][0]
        return Micros(max(destroyed_at, found or destroyed_at))

    def gone(self) -> set[bytes]:
        """List the ids of keys that may never come back."""
        with self._lock:
            return {bytes(one) for (one,) in self._rows("SELECT id FROM gone")}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _rows(self, asked: str, *told: object) -> list[sqlite3.Row]:
        with closing(self._db.execute(asked, told)) as found:
            return found.fetchall()
