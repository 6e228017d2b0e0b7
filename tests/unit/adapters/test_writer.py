"""Many works, one commit; a work that fails is undone alone; a disk that fails is 'try again'."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairtag.adapters.sqlite.writer import Writer
from fairtag.terms.errors import Busy


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (n INTEGER)")
    db.close()
    return path


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    def connect() -> tuple[sqlite3.Connection, sqlite3.Connection]:
        db = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=0.05)
        opened.append(db)
        return db, db

    opened: list[sqlite3.Connection] = []
    made = Writer(connect)
    yield made
    made.close()
    for db in opened:
        db.close()


def rows(file: Path) -> list[int]:
    db = sqlite3.connect(file)
    found = [n for (n,) in db.execute("SELECT n FROM t ORDER BY n")]
    db.close()
    return found


def put(n: int, fails: bool = False):  # noqa: FBT001, FBT002
    def work(db: sqlite3.Connection) -> int:
        db.execute("INSERT INTO t VALUES (?)", (n,)).close()
        if fails:
            raise KeyError(n)
        return n

    return work


def test_a_work_that_fails_is_undone_alone(writer: Writer, file: Path) -> None:
    gate = threading.Event()
    writer.submit(lambda _: gate.wait(60))  # the three behind it share a commit
    futures = [writer.submit(put(n, fails=n == 2)) for n in (1, 2, 3)]
    gate.set()
    assert futures[0].result(60) == 1
    with pytest.raises(KeyError):
        futures[1].result(60)
    assert futures[2].result(60) == 3
    assert rows(file) == [1, 3]


def test_a_file_that_can_not_be_written_is_try_again_and_nothing_is_kept(
    writer: Writer, file: Path
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        writer.submit(put(1)).result(60)
    other.execute("ROLLBACK")
    other.close()
    assert rows(file) == []
    assert writer.submit(put(2)).result(60) == 2


def test_after_closing_nothing_is_taken(writer: Writer) -> None:
    writer.close()
    with pytest.raises(Busy):
        writer.submit(put(1))
