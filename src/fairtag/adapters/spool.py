"""Where is an access written down before it happens? In an append-only file, fsynced line by line.

The log table and this spool are two sinks of one entry; the table gets it in the transaction.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec

from fairtag.audit.entries import Entry
from fairtag.terms.errors import LogUnavailable


class Spool:
    """Keeps the access log's second sink."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, entry: Entry) -> None:
        """Write an entry and wait until it is on disk.

        Raises: LogUnavailable; then what it announces must not happen.
        """
        line = msgspec.json.encode(entry, order="sorted") + b"\n"
        try:
            with self._lock:
                handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    os.write(handle, line)
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            detail = f"{self._path}: {error.strerror}"
            raise LogUnavailable(detail) from error

    def check(self) -> None:
        """Open the file as `write` does, and write nothing.

        Raises: LogUnavailable.
        """
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            detail = f"{self._path}: {error.strerror}"
            raise LogUnavailable(detail) from error

    def entries(self) -> list[Entry]:
        """Read what was written."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Entry) for line in lines if line]
