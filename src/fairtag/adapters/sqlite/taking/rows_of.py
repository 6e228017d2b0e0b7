"""Which rows of the journal are of an order? An index that is written in its time, and what lacks.

Each order that speaks is a page of the index, so the index is written for thousands of rows at a
time, in its own order (docs/decisions/0008). What it lacks is known from memory, or looked through
by whoever has no such memory. Nothing is known here that is not in the journal: an index that was
not written yet is written from it.
Units: µs UTC; `n` are positions in the journal.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros

# Devices wait while the index is written, and as long again for its pages: so many rows at a time
# as take so long.
_STEP_S: Final = 0.015
_LEAST, _MOST = 500, 8_000
_KEPT: Final = 6 * _MOST  # what a reader may lack that began some steps ago; 0.1 kB each


class Recent:
    """Whose the newest rows are; the writer adds what is committed, anybody asks."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._orders: deque[OrderId] = deque()  # of the rows beyond `_after`, one by one
        self._rows: dict[OrderId, list[int]] = {}
        self._after = 0

    def add(self, first: int, orders: Sequence[OrderId]) -> None:
        """Know rows without a gap from `first` on; what has one before it is not known."""
        with self._lock:
            if first != self._after + len(self._orders) + 1:
                self._orders.clear()
                self._rows.clear()
                self._after = first - 1
            self._orders.extend(orders)
            for n, order_id in enumerate(orders, first):
                self._rows.setdefault(order_id, []).append(n)
            while len(self._orders) > self._most:
                self._let_go()

    def _let_go(self) -> None:
        order_id = self._orders.popleft()
        self._after += 1
        rows = self._rows[order_id]
        del rows[0]
        if not rows:
            del self._rows[order_id]

    def of(self, order_id: OrderId, *, after: int) -> tuple[list[int], int]:
        """List an order's rows beyond a position, and tell up to which position all are known."""
        with self._lock:
            if self._after > after:
                return [], after
            rows = self._rows.get(order_id, ())
            last = self._after + len(self._orders)
            return [n for n in rows if n > after], max(after, last)


class RowsOf:
    """The index as one connection sees it."""

    def __init__(self, db: sqlite3.Connection, recent: Recent) -> None:
        self._db, self._recent = db, recent
        self._step = _LEAST  # rows
        self._added: list[tuple[int, list[OrderId]]] = []  # since the last commit

    def numbers(self, order_id: OrderId, *, since: Micros) -> str:
        """List an order's rows that may say something of `since` or later, as JSON."""
        upto = self._upto()
        known, upto_known = self._recent.of(order_id, after=upto)
        found = self._db.execute(
            "SELECT n FROM journal_orders WHERE order_id = ? AND last_at >= ?"
            " UNION ALL SELECT n FROM journal WHERE n > ? AND order_id = ?",
            (order_id, since, upto_known, order_id),
        ).fetchall()
        return json.dumps([*(row[0] for row in found), *known])

    def add(self, first: int, orders: Sequence[OrderId]) -> None:
        """Say that rows were stored; of the writer only."""
        self._added.append((first, list(orders)))
        last = first + len(orders) - 1
        if last - self._upto() >= self._step:
            self._write(last)

    def committed(self) -> None:
        """Leave to readers what is durable now."""
        added, self._added = self._added, []
        for first, orders in added:
            self._recent.add(first, orders)

    def forget(self) -> None:
        """Know nothing of what was undone: one work of a commit, or all of it."""
        stored = 0
        if self._db.in_transaction:
            with suppress(sqlite3.Error):
                stored = self._last()
        self._added = [one for one in self._added if one[0] <= stored]

    def _write(self, last: int) -> None:
        begun, upto = time.monotonic(), self._upto()
        end = min(last, upto + self._step)
        self._db.execute(
            "INSERT INTO journal_orders SELECT order_id, last_at, n FROM journal"
            " WHERE n > ? AND n <= ? ORDER BY order_id, last_at, n",
            (upto, end),
        ).close()
        self._db.execute("INSERT OR REPLACE INTO journal_indexed VALUES (1, ?)", (end,)).close()
        took_s = max(time.monotonic() - begun, 1e-6)
        wanted = min(int(self._step * _STEP_S / took_s), 2 * self._step)
        self._step = max(_LEAST, min(wanted, _MOST))

    def _last(self) -> int:
        found = self._db.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
        ).fetchone()
        return 0 if found is None else int(found[0])

    def _upto(self) -> int:
        found = self._db.execute("SELECT upto FROM journal_indexed").fetchone()
        return 0 if found is None else int(found[0])
