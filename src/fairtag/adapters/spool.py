"""Where is an access written down before it happens? In an append-only file, fsynced line by line.

The log table and this spool are two sinks of one entry; the table gets it in the transaction.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairtag.audit.beside import Spooled, read_file, written
from fairtag.audit.entries import Line
from fairtag.terms.errors import LogUnavailable


class Spool:
    """Keeps the access log's second sink."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, line: Line) -> None:
        """Write a line and wait until it is on disk.

        Raises: LogUnavailable; then nothing of the line counts.
        """
        with self._lock, self._opened() as handle:
            _append(handle, written(line))

    def check(self) -> None:
        """Open the file as `write` does, and write nothing.

        Raises: LogUnavailable.
        """
        with self._opened() as handle:
            os.fsync(handle)

    def held(self) -> Spooled:
        """Read what was written.

        Raises: LogUnavailable.
        """
        with self._translated():
            return read_file(self._path.read_bytes() if self._path.exists() else b"")

    @contextmanager
    def _opened(self) -> Iterator[int]:
        with self._translated():
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                yield handle
            finally:
                os.close(handle)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            detail = f"{self._path}: {error.strerror}"
            raise LogUnavailable(detail) from error


def _append(handle: int, told: bytes) -> None:
    """Append a whole line or none: a full disk leaves no half of one behind."""
    size = os.fstat(handle).st_size
    is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    wanted = (b"\n" if is_torn else b"") + told
    try:
        done = os.write(handle, wanted)
    except OSError:
        os.ftruncate(handle, size)
        raise
    if done < len(wanted):
        os.ftruncate(handle, size)
        raise OSError(None, "the disk is full")
    os.fsync(handle)
