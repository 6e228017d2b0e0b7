"""Pages come to their place beside the writer: the log stays short, and nothing is lost by it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.sqlite import engine
from fairtag.adapters.sqlite.engine import driver, moving
from fairtag.adapters.sqlite.pages import checkpoints
from fairtag.adapters.sqlite.pages.checkpoints import Log, move
from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.adapters.vault import KeyVault
from fairtag.app.ports import Transaction

PAGE, LONG = 4_096, 100  # bytes; pages after which the log is to begin anew, here
MANY = 20 * LONG
NAME = "fairtag-pages"


def opened(folder: Path, kind: str | None = "service") -> SqliteStore:
    keys = KeyStore(folder / "keys", chance=bytes)
    vault = KeyVault(keys, chance=bytes)
    return SqliteStore(folder, vault=vault, kind=kind)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "LONG", LONG)


def write(store: SqliteStore, n: int) -> None:
    """Fill some ten pages in a commit of their own."""

    def work(tx: Transaction) -> None:
        db: sqlite3.Connection = tx.journal._db  # type: ignore[attr-defined]
        told = (f"test/{n}", "x" * 10 * PAGE)
        db.execute("INSERT OR REPLACE INTO house VALUES (?, ?)", told).close()

    store.transact(work)


def written(store: SqliteStore) -> None:
    """Write many pages, as often as a busy service commits."""
    for n in range(MANY // 10):
        write(store, n)
        time.sleep(0.002)


def log_pages(folder: Path) -> int:
    return (folder / "fairtag.db-wal").stat().st_size // PAGE


def looked(folder: Path) -> Log:
    with closing(moving(folder / "fairtag.db")) as connection:
        return move(driver(connection))


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it never came so")


def movers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == NAME]


def test_the_log_begins_anew_beside_a_writer_that_hardly_rests(tmp_path: Path) -> None:
    store = opened(tmp_path)

    written(store)

    assert log_pages(tmp_path) < MANY // 2
    store.close()


def test_negative_control_without_the_thread_the_log_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints.Checkpoints, "_run", lambda _: None)
    store = opened(tmp_path)

    written(store)

    assert log_pages(tmp_path) > MANY // 2
    store.close()


def test_after_a_long_look_the_log_begins_anew_and_its_file_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BESIDE", ("journal_size_limit=409600",))
    store = opened(tmp_path)
    looking, may_end = threading.Event(), threading.Event()

    def look(tx: Transaction) -> None:
        tx.journal.last()
        looking.set()
        assert may_end.wait(60)

    reader = threading.Thread(target=partial(store.read, look))
    reader.start()
    assert looking.wait(60)
    written(store)
    assert log_pages(tmp_path) > MANY // 2  # nothing may be taken away under a reader

    may_end.set()
    reader.join()

    def is_short() -> bool:
        write(store, 0)
        return log_pages(tmp_path) <= 2 * LONG

    until(is_short)
    store.close()


def test_what_was_written_is_there_after_the_log_began_anew_many_times(tmp_path: Path) -> None:
    store = opened(tmp_path)
    written(store)
    store.close()

    with closing(sqlite3.connect(tmp_path / "fairtag.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        asked = "SELECT count(*) FROM house WHERE name LIKE 'test/%'"
        assert db.execute(asked).fetchone() == (MANY // 10,)


def test_a_quiet_house_has_everything_in_its_place(tmp_path: Path) -> None:
    store = opened(tmp_path)

    write(store, 1)

    until(lambda: (found := looked(tmp_path)).pages == found.moved)
    store.close()


def test_a_checkpoint_of_somebody_else_comes_through(tmp_path: Path) -> None:
    store = opened(tmp_path)
    written(store)

    with closing(sqlite3.connect(tmp_path / "fairtag.db")) as db:
        # SQLite refuses one while another is at work, and does not wait for it.
        until(lambda: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0))

    assert log_pages(tmp_path) == 0
    store.close()


def test_the_thread_ends_with_the_house_and_only_a_service_has_one(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert len(movers()) == 1
    store.close()
    assert not movers()

    command = opened(tmp_path, None)
    assert not movers()
    command.close()


def test_pages_are_on_the_disk_before_the_log_begins_anew(tmp_path: Path) -> None:
    opened(tmp_path).close()

    with closing(moving(tmp_path / "fairtag.db")) as connection:
        (level,) = driver(connection).execute("PRAGMA synchronous").fetchone()

    assert level == 2  # FULL; sqlite.org/pragma.html


def test_a_fault_while_pages_are_moved_stops_neither_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def broken(_: sqlite3.Connection) -> Log:
        tried.append(1)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpoints, "move", broken)
    store = opened(tmp_path)
    store._writer.between(broken)

    write(store, 1)

    until(lambda: len(tried) > 3)
    write(store, 2)
    assert len(movers()) == 1
    store.close()
