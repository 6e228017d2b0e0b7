"""Who moves pages from the write-ahead log to their place? A thread beside the writer.

The writer would do it itself after every so many pages, and every device of that group would wait
for all of them. Here they are moved some at a time. What is acknowledged is in the log, on disk, as
before; moving it changes nothing of that.
Source: sqlite.org/wal.html, sqlite.org/c3ref/wal_checkpoint_v2.html (PASSIVE waits for nobody).
Units: pages of 4 kB; seconds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

from fairtag.adapters.sqlite.engine import driver, moving

EVERY_S: Final = 0.02  # measured, decision 5: the longest group fell to a half
# From so many pages on the log is to begin anew; the same as a writer without such a thread.
LONG: Final = 4_000
# What may be left for the writer, which closes the gap between two groups: some milliseconds.
_NEAR: Final = 500


class Log(NamedTuple):
    """How long the log is, and how much of it is in its place."""

    pages: int
    moved: int


class Checkpoints:
    """Moves pages until it is closed; `ask` is called when the writer is to close the gap."""

    def __init__(self, path: Path, ask: Callable[[], None], *, every_s: float = EVERY_S) -> None:
        self._path, self._ask, self._every_s = path, ask, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fairtag-pages", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread after the pages that it moves just now."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(moving(self._path)) as connection:
            db = driver(connection)
            while not self._over.wait(self._every_s):
                # A full disk or a lock: the log only grows, and the next round tries again.
                with suppress(sqlite3.Error):
                    found = move(db)
                    if found.pages >= LONG and found.pages - found.moved <= _NEAR:
                        self._ask()


def move(db: sqlite3.Connection) -> Log:
    """Move what no reader stands in the way of; waits for nobody.

    The log begins anew when nothing is left and no reader looks at it, at the next write. Beside
    a writer that never rests there is always a little left: that is for the writer itself.
    """
    _, pages, moved = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return Log(max(0, pages), max(0, moved))
