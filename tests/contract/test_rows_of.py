"""Whose a row of the journal is: always all rows of an order, whatever is in the index yet."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fairtag.adapters.sqlite.engine import driver, reading, writing
from fairtag.adapters.sqlite.schema import metadata
from fairtag.adapters.sqlite.taking import rows_of
from fairtag.adapters.sqlite.taking.rows_of import Recent, RowsOf
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros

ORDERS = tuple(OrderId(f"ORD-{n}") for n in range(3))
SINCE = Micros(20)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the index be written for a handful of rows at a time."""
    monkeypatch.setattr(rows_of, "_LEAST", 3)
    monkeypatch.setattr(rows_of, "_MOST", 5)


class Process:
    """One writer, and one reader that shares its memory, as in a house."""

    def __init__(self, path: Path) -> None:
        self.connections = (writing(path), reading(path), reading(path))
        self.db, self.reader, self.old = map(driver, self.connections)
        recent = Recent(most=12)
        self.rows = RowsOf(self.db, recent)
        self.seen = RowsOf(self.reader, recent)
        self.seen_of_old = RowsOf(self.old, recent)
        self.is_looking = False

    def insert(self, told: Sequence[tuple[OrderId, int]]) -> None:
        found = self.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").fetchone()
        first = 1 + (0 if found is None else found[0])
        for n, (order_id, at) in enumerate(told, first):
            row = (n, "messages", order_id, "W", None, at, at, None, None, None, b"")
            self.db.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.rows.add(first, [order_id for order_id, _ in told])


def numbers(db: sqlite3.Connection, rows: RowsOf, order_id: OrderId) -> list[int]:
    """List what a query over the numbers finds."""
    found = db.execute(
        "SELECT n FROM journal WHERE n IN (SELECT value FROM json_each(?)) AND last_at >= ?"
        " ORDER BY n",
        (rows.numbers(order_id, since=SINCE), SINCE),
    )
    return [row[0] for row in found.fetchall()]


def by_looking(db: sqlite3.Connection, order_id: OrderId) -> list[int]:
    found = db.execute(
        "SELECT n FROM journal WHERE order_id = ? AND last_at >= ? ORDER BY n", (order_id, SINCE)
    )
    return [row[0] for row in found.fetchall()]


class RowsMachine(RuleBasedStateMachine):
    """Two processes that write, fail, take rows away, and read now or from an older snapshot."""

    which = st.integers(0, 1)
    told = st.lists(st.tuples(st.sampled_from(ORDERS), st.integers(1, 40)), min_size=1, max_size=6)

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "fairtag.db"
        first = writing(path)
        metadata.create_all(first)
        first.close()
        self.processes = [Process(path), Process(path)]

    def teardown(self) -> None:
        if hasattr(self, "processes"):
            for one in self.processes:
                for each in one.connections:
                    each.close()
            self.folder.cleanup()

    @rule(which=which, told=told)
    def store(self, which: int, told: list[tuple[OrderId, int]]) -> None:
        one = self.processes[which]
        one.db.execute("BEGIN IMMEDIATE")
        one.insert(told)
        one.db.execute("COMMIT")
        one.rows.committed()

    @rule(which=which, told=told, before=told)
    def undo(
        self, which: int, told: list[tuple[OrderId, int]], before: list[tuple[OrderId, int]]
    ) -> None:
        """A work fails; what was done before it in the same commit stays."""
        one = self.processes[which]
        one.db.execute("BEGIN IMMEDIATE")
        one.insert(before)
        one.db.execute("SAVEPOINT work")
        one.insert(told)
        one.db.execute("ROLLBACK TO work")
        one.rows.forget()
        one.db.execute("RELEASE work")
        one.insert(told[:1])
        one.db.execute("COMMIT")
        one.rows.committed()

    @rule(which=which, share=st.integers(1, 4))
    def drop(self, which: int, share: int) -> None:
        one = self.processes[which]
        one.db.execute("BEGIN IMMEDIATE")
        every = one.db.execute("SELECT n FROM journal ORDER BY n").fetchall()
        gone = [(row[0],) for row in every[::share]]
        one.db.executemany("DELETE FROM journal WHERE n = ?", gone)
        one.db.execute("COMMIT")
        one.rows.committed()

    @rule(which=which)
    def begin_to_look(self, which: int) -> None:
        one = self.processes[which]
        if one.is_looking:
            one.old.execute("COMMIT")
        one.old.execute("BEGIN")
        one.old.execute("SELECT count(*) FROM journal").fetchone()
        one.is_looking = True

    @invariant()
    def all_rows_of_an_order_are_found(self) -> None:
        for one in self.processes:
            for order_id in ORDERS:
                assert numbers(one.db, one.rows, order_id) == by_looking(one.db, order_id)
                assert numbers(one.reader, one.seen, order_id) == by_looking(one.reader, order_id)

    @precondition(lambda self: any(one.is_looking for one in self.processes))
    @invariant()
    def an_older_snapshot_finds_what_it_holds(self) -> None:
        for one in self.processes:
            for order_id in ORDERS if one.is_looking else ():
                assert numbers(one.old, one.seen_of_old, order_id) == by_looking(one.old, order_id)

    @invariant()
    def the_index_says_nothing_else(self) -> None:
        """What is in it is in the journal, and all up to where it says."""
        db = self.processes[0].reader
        written = "SELECT n, order_id, last_at FROM journal_orders ORDER BY n"
        upto = "(SELECT coalesce(max(upto), 0) FROM journal_indexed)"
        stored = f"SELECT n, order_id, last_at FROM journal WHERE n <= {upto} ORDER BY n"  # noqa: S608
        assert db.execute(written).fetchall() == db.execute(stored).fetchall()


TestRows = RowsMachine.TestCase
TestRows.settings = settings(
    max_examples=40,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def begun(folder: Path) -> Process:
    first = writing(folder / "fairtag.db")
    metadata.create_all(first)
    first.close()
    one = Process(folder / "fairtag.db")
    one.db.execute("BEGIN IMMEDIATE")
    one.insert([(ORDERS[0], 30), (ORDERS[1], 30)])
    one.db.execute("COMMIT")
    return one


def test_a_refused_work_takes_nothing_from_memory_but_its_own_rows(tmp_path: Path) -> None:
    one = begun(tmp_path)
    one.db.execute("BEGIN IMMEDIATE")
    one.insert([(ORDERS[0], 30)])
    one.db.execute("SAVEPOINT work")
    one.insert([(ORDERS[0], 31)])
    one.db.execute("ROLLBACK TO work")
    one.rows.forget()
    one.db.execute("RELEASE work")
    one.db.execute("COMMIT")
    one.rows.committed()
    one.db.execute("UPDATE journal SET order_id = ?", (ORDERS[2],))  # whoever looks finds nothing
    assert json.loads(one.seen.numbers(ORDERS[0], since=SINCE)) == [1, 3]
    for each in one.connections:
        each.close()


@pytest.mark.parametrize("lie", ["knows_too_much", "index_ahead"])
def test_negative_control_a_row_that_is_lost_is_noticed(
    tmp_path: Path, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begun(tmp_path)
    assert numbers(one.reader, one.seen, ORDERS[0]) == by_looking(one.reader, ORDERS[0]) == [1]
    if lie == "knows_too_much":  # a memory that takes a gap for nothing
        monkeypatch.setattr(Recent, "of", lambda *_, **__: ([], 2))
    else:
        one.db.execute("INSERT OR REPLACE INTO journal_indexed VALUES (1, 2)")
    assert numbers(one.reader, one.seen, ORDERS[0]) != by_looking(one.reader, ORDERS[0])
    for each in one.connections:
        each.close()


def test_what_is_known_is_not_looked_for(tmp_path: Path) -> None:
    one = begun(tmp_path)
    one.rows.committed()
    assert json.loads(one.seen.numbers(ORDERS[0], since=SINCE)) == [1]
    one.db.execute("UPDATE journal SET order_id = ?", (ORDERS[2],))  # whoever looks sees this
    assert json.loads(one.seen.numbers(ORDERS[0], since=SINCE)) == [1]
    assert json.loads(one.seen.numbers(ORDERS[2], since=SINCE)) == []
    for each in one.connections:
        each.close()
