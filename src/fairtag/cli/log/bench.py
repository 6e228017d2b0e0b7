"""How fast is the access log: entries on disk a second, and proofs in a tree of a million?"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.sqlite.engine import driver, writing
from fairtag.adapters.sqlite.log.tree import SqliteTree
from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.adapters.vault import KeyVault
from fairtag.audit import tree
from fairtag.audit.entries import Entry
from fairtag.sim.load import p99
from fairtag.terms.errors import LogUnavailable
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_ENTRIES = 20_000
_SINGLE = 500
_TREE = 1_000_000
_AT_ONCE = 50_000
_PROOFS = 300
_SEED = 1


def audit() -> dict[str, Any]:
    """Measure entries in groups and one by one, both sinks fsynced, and proofs."""
    with tempfile.TemporaryDirectory() as made:
        return _entries(Path(made) / "data") | _proofs(Path(made) / "tree.db")


def _entries(folder: Path) -> dict[str, Any]:
    with closing(KeyStore(folder / "keys", chance=os.urandom)) as keys:
        vault = KeyVault(keys, chance=os.urandom)
        with closing(SqliteStore(folder, vault=vault, kind="service")) as store:
            for waiting in [store.submit(_append(n)) for n in range(_SINGLE * 2)]:
                waiting.result()  # the first are told apart: files grow, pages are new
            begun = time.perf_counter()
            waiting_all = [store.submit(_append(n)) for n in range(_ENTRIES)]
            for waiting in waiting_all:
                waiting.result()
            grouped_s = time.perf_counter() - begun
            begun = time.perf_counter()
            for n in range(_SINGLE):
                store.transact(_append(n))
            single_s = time.perf_counter() - begun
            shut_s = _shut_after(store, folder / "fairtag.db")
            apart_s = _apart(store, folder / "fairtag.db")
    return {
        "audit_entries_per_s": round(_ENTRIES / grouped_s),
        "audit_entries_per_s_one_by_one": round(_SINGLE / single_s),
        "audit_entries_per_s_one_by_one_file_alone": round(_SINGLE / apart_s),
        "look_at_a_locked_store_shut_after_s": round(shut_s, 3),
    }


def _shut_after(store: SqliteStore, path: Path) -> float:
    """Tell how long a look waits before it is told no, while another program holds the store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE").close()
        begun = time.perf_counter()
        with suppress(LogUnavailable):
            store.look(_append(0))
        took_s = time.perf_counter() - begun
        other.execute("ROLLBACK").close()
    return took_s


def _apart(store: SqliteStore, path: Path) -> float:
    """Tell how long entries take one by one while the log's table takes nothing."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"
        ).close()
    begun = time.perf_counter()
    for n in range(_SINGLE):
        store.transact(_append(n))
    return time.perf_counter() - begun


def _append(n: int) -> Callable[[Any], Any]:
    entry = Entry(
        at=Micros(n),
        operation="consultation",
        actor="bench",
        what="alert.evidence",
        role="officer",
        authority="ho",
        wearer_id=WearerId(f"W-{n % 1000:04}"),
        order_id=f"ORD-{n % 1000:04}",
        purpose="handle_alert",
        window=(Micros(n), Micros(n + 1)),
    )
    return lambda tx: tx.audit.append(entry)


def _proofs(path: Path) -> dict[str, Any]:
    chance = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
    connection = writing(path)
    driver(connection).execute(
        "CREATE TABLE log_tiles (level, n, hashes, PRIMARY KEY (level, n)) WITHOUT ROWID"
    )
    kept = SqliteTree(connection)
    for start in range(0, _TREE, _AT_ONCE):
        kept.grow([hashlib.sha256(b"%d" % n).digest() for n in range(start, start + _AT_ONCE)])
    root = kept.root(_TREE)
    included, continued = [], []
    for _ in range(_PROOFS):
        n = chance.randint(1, _TREE)
        begun = time.thread_time(), time.perf_counter()
        proof = kept.inclusion(n, size=_TREE)
        included.append(_ms(begun))
        leaf = hashlib.sha256(b"%d" % (n - 1)).digest()
        if not tree.holds_inclusion(leaf, index=n - 1, size=_TREE, proof=proof, root=root):
            raise AssertionError(n)
        begun = time.thread_time(), time.perf_counter()
        kept.consistency(n, size=_TREE)
        continued.append(_ms(begun))
    connection.close()
    return {
        "audit_tree_entries": _TREE,
        **_told("inclusion", included),
        **_told("consistency", continued),
    }


def _ms(begun: tuple[float, float]) -> tuple[float, float]:
    """Tell the time since then, of this thread and on the wall: others may use the machine."""
    return (time.thread_time() - begun[0]) * 1000, (time.perf_counter() - begun[1]) * 1000


def _told(name: str, took: list[tuple[float, float]]) -> dict[str, float]:
    own, wall = [one for one, _ in took], [one for _, one in took]
    return {
        f"{name}_median_ms": round(statistics.median(wall), 2),
        f"{name}_p99_ms": round(p99(wall), 2),
        f"{name}_p99_ms_of_cpu": round(p99(own), 2),
    }
