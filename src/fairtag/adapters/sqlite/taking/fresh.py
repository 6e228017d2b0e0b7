"""What did devices say in the last commits? Still open in memory, for the judge of this process.

It need not be read and opened again a moment after it was sealed. Nothing is here that is not
committed, nothing when no judge asks, and nothing after any key was destroyed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Final

from fairtag.custody.stack import Row

_MOST: Final = 64 << 20  # bytes, when the judge is behind: some 40,000 rows of fifteen positions
_ROW: Final = 1_000  # bytes that a row takes beside what it says


class Fresh:
    """Rows of the journal without a gap, the newest; one thread adds, another asks."""

    def __init__(self, generation: Callable[[], int]) -> None:
        """`generation` changes when any key is destroyed."""
        self._generation = generation
        self._lock = threading.Lock()
        self._rows: deque[Row] = deque()
        self._size = 0  # bytes
        self._known = -1  # the generation that the rows are of
        self._is_asked = False

    def add(self, rows: Sequence[Row]) -> None:
        """Keep what is committed, in the order of the journal; what has a gap is not kept."""
        if not self._is_asked or not rows:
            return
        first, last = rows[0].n, rows[-1].n
        with self._lock:
            self._let_go()
            is_whole = last - first == len(rows) - 1
            if not is_whole or (self._rows and self._rows[-1].n != first - 1):
                self._clear()
            if is_whole:
                self._rows.extend(rows)
                self._size += sum(map(_size, rows))
            while self._size > _MOST:
                self._pop()

    def after(self, n: int, *, limit: int) -> list[Row]:
        """Give rows from the one that follows `n`; none when that one is not here.

        What came before is let go: it was judged.
        """
        self._is_asked = True
        with self._lock:
            self._let_go()
            while self._rows and self._rows[0].n <= n:
                self._pop()
            if not self._rows or self._rows[0].n != n + 1:
                return []
            return list(islice(self._rows, limit))

    def _let_go(self) -> None:
        now = self._generation()
        if now != self._known:
            self._clear()
            self._known = now

    def _pop(self) -> None:
        self._size -= _size(self._rows.popleft())

    def _clear(self) -> None:
        self._rows.clear()
        self._size = 0


def _size(row: Row) -> int:
    return _ROW + len(row.plain)
