"""Where are the keys? In a file of their own, each wrapped in the one above it.

Root → wearer → data key per kind and month. A key that is destroyed is gone with what it sealed.
Source: design.md §5.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.custody import envelope
from fairtag.terms.errors import SealBroken, StoreRefused

_SCHEMA = "CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT"


class KeyStore:
    """Keys by name; a name is a path such as `wearer/W-1` or `data/W-1/trail/2026-11`."""

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
        self._db.execute(_SCHEMA).close()

    def key(self, name: str, *, under: AESGCM | None = None, create: bool) -> bytes:
        """Give a key, made on first use when `create`; wrapped under the root by default.

        Raises: SealBroken when it is not there, or was changed.
        """
        cipher = self._root if under is None else under
        with self._lock:
            wrapped = self._wrapped(name)
            if wrapped is None and create:
                wrapped = self._make(name, cipher)
        if wrapped is None:
            detail = "the key of this record is gone"
            raise SealBroken(detail)
        return envelope.unseal(cipher, wrapped, bound=envelope.bound_to("key", name))

    def destroy(self, name: str) -> bool:
        """Destroy a key and all below it in name; tells whether there was one."""
        with self._lock, closing(self._db.cursor()) as cursor:
            cursor.execute("DELETE FROM keys WHERE name = ?", (name,))
            return cursor.rowcount > 0

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _wrapped(self, name: str) -> bytes | None:
        with closing(self._db.execute("SELECT wrapped FROM keys WHERE name = ?", (name,))) as found:
            row = found.fetchone()
        return None if row is None else bytes(row[0])

    def _make(self, name: str, cipher: AESGCM) -> bytes:
        fresh, nonce = self._chance(envelope.KEY_BYTES), self._chance(envelope.NONCE_BYTES)
        wrapped = envelope.seal(cipher, fresh, nonce=nonce, bound=envelope.bound_to("key", name))
        # Another process may have made it meanwhile: the first one counts.
        self._db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, wrapped)).close()
        return self._wrapped(name) or wrapped

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
