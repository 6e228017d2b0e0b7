"""How are many rows written with few statements?

The driver lets other threads run at each step of a statement, and `executemany` steps once a row:
beside a busy thread that takes three times as long as one statement of many rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

_SIZES: Final = (64, 16, 4, 1)  # rows; few, so that the driver remembers each statement
Row = tuple[Any, ...]


def write(db: sqlite3.Connection, told: Callable[[str], str], rows: Sequence[Row]) -> int:
    """Run a statement over rows of one width; gives how many rows it changed.

    `told` writes the statement around `(?, ?), (?, ?)`, with a pair of brackets a row.
    """
    changed = 0
    for some in _pieces(rows):
        done = db.execute(told(_places(len(some), len(some[0]))), list(chain.from_iterable(some)))
        changed += done.rowcount
        done.close()
    return changed


@cache
def _places(rows: int, columns: int) -> str:
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)


def _pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    at = 0
    for size in _SIZES:
        while len(rows) - at >= size:
            yield rows[at : at + size]
            at += size
