"""What would a user pick instead? Shapely's tree on each position, rows in SQLite, Parquet.

None of them knows accuracy, time or order; they tell inside from outside, or keep rows in clear.
Units: positions a second on one core; bytes a position.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from data import ZONES, Fixes, World

ROUNDS = 5
_FEW = 4_000  # positions looked at one by one


def told(world: World) -> dict[str, Any]:
    """Measure each on the same world and minutes."""
    minutes = [world.minute(n) for n in range(ROUNDS)]
    return {
        "strtree_each": _rates(_tree(world), [_first(one, _FEW) for one in minutes]),
        "shapely_pairs": _rates(_pairs(world), minutes),
        "sqlite_rows": _stored(_Rows, minutes),
        "parquet": _stored(_Parquet, minutes),
    }


def _first(fixes: Fixes, many: int) -> Fixes:
    return Fixes(*(column[:many] for column in fixes))


def _rates(work: Callable[[Fixes], int], minutes: list[Fixes]) -> dict[str, Any]:
    found, hits = [], 0
    for one in minutes:
        begun = time.process_time()
        hits += work(one)
        found.append(len(one.at) / (time.process_time() - begun))
    return {**spread(found), "hits": hits}


def spread(rates: list[float]) -> dict[str, int]:
    """Give the median with the least and the most."""
    return {
        "per_s": round(statistics.median(rates)),
        "least": round(min(rates)),
        "most": round(max(rates)),
    }


def _tree(world: World) -> Callable[[Fixes], int]:
    """Ask the tree of all zones at each position, then keep the wearer's own."""
    tree = shapely.STRtree([shapely.Polygon(ring) for ring in world.rings])

    def work(fixes: Fixes) -> int:
        hits = 0
        for wearer, lon, lat in zip(
            fixes.wearer.tolist(), fixes.lon.tolist(), fixes.lat.tolist(), strict=True
        ):
            found = tree.query(shapely.Point(lon, lat), predicate="covered_by")
            hits += int((found // ZONES == wearer).sum())
        return hits

    return work


def _pairs(world: World) -> Callable[[Fixes], int]:
    """Ask for pairs of position and own zone, all at once: the fastest use of the library."""
    zones = np.array([shapely.Polygon(ring) for ring in world.rings])

    def work(fixes: Fixes) -> int:
        return sum(
            int(shapely.contains_xy(zones[fixes.wearer * ZONES + n], fixes.lon, fixes.lat).sum())
            for n in range(ZONES)
        )

    return work


class _Rows:
    """A row a position, by wearer and time, each thousand in a durable commit."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rows.db"
        self._db = sqlite3.connect(self._path)
        self._db.execute("PRAGMA journal_mode = wal")
        self._db.execute("PRAGMA synchronous = full")
        self._db.execute(
            "CREATE TABLE positions (wearer INTEGER, at INTEGER, lon REAL, lat REAL,"
            " accuracy_m REAL, PRIMARY KEY (wearer, at)) WITHOUT ROWID"
        )

    def put(self, fixes: Fixes) -> None:
        rows = list(zip(*(column.tolist() for column in fixes), strict=True))
        for n in range(0, len(rows), 1_000):
            with self._db:
                self._db.executemany(
                    "INSERT INTO positions VALUES (?, ?, ?, ?, ?)", rows[n : n + 1_000]
                )

    def size(self) -> int:
        self._db.execute("PRAGMA wal_checkpoint(truncate)")
        self._db.close()
        return self._path.stat().st_size


class _Parquet:
    """A file a minute, by wearer, packed; neither sealed nor to be added to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, fixes: Fixes) -> None:
        order = np.argsort(fixes.wearer, kind="stable")
        table = pa.table({name: getattr(fixes, name)[order] for name in fixes._fields})
        path = self._folder / f"{int(fixes.at[0])}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=3)

    def size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.glob("*.parquet"))


def _stored(kind: type[_Rows | _Parquet], minutes: list[Fixes]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        store = kind(Path(folder))
        found = []
        for one in minutes:
            begun = time.process_time()
            store.put(one)
            found.append(len(one.at) / (time.process_time() - begun))
        count = sum(len(one.at) for one in minutes)
        return {**spread(found), "bytes_a_position": round(store.size() / count, 1)}
