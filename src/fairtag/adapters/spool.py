"""Where is an access written down before it happens? In a file that only grows, on disk before it.

The log table and this file are two sinks of one entry. The file may lie on another filesystem. A
disk that hangs is given up on: whoever waits is told within `PATIENCE_S`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from fairtag.adapters.roots.file import sync_folder
from fairtag.audit.beside import Spooled, read_file, written
from fairtag.terms.errors import LogUnavailable

PATIENCE_S = 0.4  # two of these and a write fit into the second that a look may take
_FILE = "access.log"
_AT_ONCE = 16 * 1024 * 1024  # bytes read in one go


class Spool:
    """Keeps the access log's second sink."""

    def __init__(self, folder: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._path = folder / _FILE
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._last: Future[None] = Future()
        self._last.set_result(None)

    def write(self, bodies: Sequence[bytes]) -> None:
        """Write entries, all or none, and wait until they are on disk.

        Raises: LogUnavailable; then an entry may still get there when a hanging disk comes back.
        """
        told = b"".join(map(written, bodies))

        def work() -> None:
            with self._opened() as handle:
                _append(handle, told)

        self._within_patience(work)

    def check(self) -> None:
        """Open the file as `write` does, and write nothing.

        Raises: LogUnavailable.
        """

        def work() -> None:
            with self._opened() as handle:
                os.fsync(handle)

        self._within_patience(work)

    def held(self) -> Spooled:
        """Read what was written.

        Raises: LogUnavailable.
        """
        with self._translated():
            return read_file(self._path.read_bytes() if self._path.exists() else b"")

    def tail(self, upto: int) -> tuple[list[bytes], int]:
        """Read whole lines beyond a place; gives the entries and the place to go on from.

        Raises: LogUnavailable.
        """
        with self._translated():
            if not self._path.exists():
                return [], 0
            with self._path.open("rb") as file:
                # A file that is shorter than what was read is another file: read from its start.
                start = upto if upto <= os.fstat(file.fileno()).st_size else 0
                file.seek(start)
                held = file.read(_AT_ONCE)
        whole = held[: held.rfind(b"\n") + 1]
        return list(read_file(whole).bodies), start + len(whole)

    def _within_patience(self, work: Callable[[], None]) -> None:
        """Do a work on a thread that can be left behind; while one hangs no other is begun."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                done.set_exception(error)
            else:
                done.set_result(None)

        with self._lock:
            if not self._last.done():
                raise LogUnavailable(f"{self._path}: an earlier write hangs")
            self._last = done
            threading.Thread(target=run, name="fairtag-spool", daemon=True).start()
            try:
                done.result(self._patience_s)
            except TimeoutError as error:
                raise LogUnavailable(f"{self._path}: the disk does not answer") from error

    @contextmanager
    def _opened(self) -> Iterator[int]:
        with self._translated():
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if not os.fstat(handle).st_size:  # it may be new: its name has to last, too
                    sync_folder(self._path.parent)
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
    """Append whole lines or none: a full disk leaves no half of one behind."""
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
