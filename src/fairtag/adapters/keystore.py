"""Where are the keys? In a file of their own, each wrapped in the one above it.

Root → authority → wearer → data key per kind and period. A key that is destroyed is gone with what
it sealed, and with every key below it. Source: design.md §5.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.custody import envelope
from fairtag.terms.errors import SealBroken, StoreRefused

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, above TEXT, wrapped BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS keys_above ON keys (above);
"""
_BELOW = """
WITH RECURSIVE below(name) AS (
  VALUES (?) UNION SELECT keys.name FROM keys JOIN below ON keys.above = below.name
)
DELETE FROM keys WHERE name IN (SELECT name FROM below)
"""


class KeyStore:
    """Keys by name; a name is a path such as `wearer/W-1` or `data/W-1/trail/2026-11`.

    Each is wrapped in the one `above` it, the uppermost in the root key.
    """

    def __init__(self, folder: Path, *, chance: Callable[[int], bytes]) -> None:
        """Open or create the keystore in a folder that only its owner may read.

        Raises: StoreRefused when keys are there and the root key is not.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "keys.db"
        self._chance = chance
        self._lock = threading.Lock()
        self._root = AESGCM(self._read_root(folder / "root.key"))
        self._db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        self._path.chmod(0o600)
        for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}").close()
        self._db.execute("PRAGMA busy_timeout=10000").close()
        self._db.executescript(_SCHEMA).close()

    def key(self, name: str, *, above: str | None = None, create: bool) -> bytes:
        """Give a key, made on first use when `create`: then the one above it must be there.

        Raises: SealBroken when it is not there, or was changed.
        """
        with self._lock:
            return self._key(name, above, create=create)

    def is_there(self, name: str) -> bool:
        """Tell whether there is such a key."""
        with self._lock:
            return self._found(name) is not None

    def destroy(self, name: str) -> int:
        """Destroy a key and all below it; tells how many there were."""
        return self.destroy_many([name])

    def names(self, under: str) -> list[str]:
        """List the keys whose name begins so."""
        told = (under, under, len(under))
        asked = "SELECT name FROM keys WHERE name >= ? AND ? = substr(name, 1, ?) ORDER BY name"
        with self._lock, closing(self._db.execute(asked, told)) as found:
            return [row[0] for row in found]

    def lock(self, run: str, names: Iterable[str]) -> int:
        """Move keys under a wrapper of the run's own; tells how many.

        Nobody finds them by their names any more, nor what lies below them, and none is made in
        their place. What is moved is what was wrapped: no key is unwrapped for it.
        """
        with self._lock:
            wrapper = _wrapper(run)
            cipher = AESGCM(self._key(wrapper, None, create=True))
            moved = 0
            for name in names:
                found = self._found(name)
                if found is not None:
                    plain = f"{found[0] or ''}\0".encode() + found[1]
                    nonce = self._chance(envelope.NONCE_BYTES)
                    bound = _bound(locked_name(run, name), wrapper)
                    sealed = envelope.seal(cipher, plain, nonce=nonce, bound=bound)
                    moved += self._rename(name, locked_name(run, name), wrapper, sealed)
            return moved

    def unlock(self, run: str, names: Iterable[str]) -> int:
        """Put keys back where they were; tells how many."""
        with self._lock:
            moved = 0
            for name in names:
                there, wrapper = locked_name(run, name), _wrapper(run)
                found = self._found(there)
                if found is not None:
                    cipher = AESGCM(self._key(wrapper, None, create=False))
                    plain = envelope.unseal(cipher, found[1], bound=_bound(there, wrapper))
                    above, _, wrapped = plain.partition(b"\0")
                    moved += self._rename(there, name, above.decode() or None, wrapped)
            return moved

    def destroy_many(self, names: Iterable[str]) -> int:
        """Destroy keys and all below them, in one commit; tells how many there were."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE").close()
            try:
                before = self._db.total_changes  # a DELETE behind WITH tells no count of its own
                for name in names:
                    self._db.execute(_BELOW, (name,)).close()
                gone = self._db.total_changes - before
                self._db.execute("COMMIT").close()
            except BaseException:
                self._db.execute("ROLLBACK").close()
                raise
            return gone

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _key(self, name: str, above: str | None, *, create: bool) -> bytes:
        found = self._found(name)
        if found is None and create:
            self._demand_free(name)
            self._make(name, above)
            found = self._found(name)
        if found is None:
            detail = "the key of this record is gone"
            raise SealBroken(detail)
        over, wrapped = found
        return envelope.unseal(self._cipher(over), wrapped, bound=_bound(name, over))

    def _cipher(self, name: str | None) -> AESGCM:
        return self._root if name is None else AESGCM(self._key(name, None, create=False))

    def _found(self, name: str) -> tuple[str | None, bytes] | None:
        asked = self._db.execute("SELECT above, wrapped FROM keys WHERE name = ?", (name,))
        with closing(asked) as found:
            row = found.fetchone()
        return None if row is None else (row[0], bytes(row[1]))

    def _rename(self, name: str, to: str, above: str | None, wrapped: bytes) -> int:
        row = (to, above, wrapped, name)
        told = "UPDATE keys SET name = ?, above = ?, wrapped = ? WHERE name = ?"
        with closing(self._db.execute(told, row)) as done:
            return done.rowcount

    def _demand_free(self, name: str) -> None:
        """Refuse to make a key anew whose namesake waits to be destroyed, or to be put back."""
        asked = self._db.execute(
            "SELECT name FROM keys WHERE name >= 'locked/' AND name < 'locked0'"
        )
        with closing(asked) as found:
            if any(row[0].split("/", 2)[2] == name for row in found):
                raise SealBroken("this record is locked: it waits to be erased")

    def _make(self, name: str, above: str | None) -> None:
        fresh, nonce = self._chance(envelope.KEY_BYTES), self._chance(envelope.NONCE_BYTES)
        cipher = self._cipher(above)
        wrapped = envelope.seal(cipher, fresh, nonce=nonce, bound=_bound(name, above))
        # Another process may have made it meanwhile: the first one counts.
        self._db.execute(
            "INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (name, above, wrapped)
        ).close()

    def _read_root(self, path: Path) -> bytes:
        if path.exists():
            return path.read_bytes()
        if self._path.exists():
            detail = f"{path} is missing, but there are keys that it wraps; restore it first"
            raise StoreRefused(detail)
        root = self._chance(envelope.KEY_BYTES)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(root)
            file.flush()
            os.fsync(file.fileno())
        return root


def locked_name(run: str, name: str) -> str:
    """Name a key while it is locked."""
    return f"locked/{run}/{name}"


def _wrapper(run: str) -> str:
    return f"lock/{run}"


def _bound(name: str, above: str | None) -> bytes:
    return envelope.bound_to("key", name, above or "root")
