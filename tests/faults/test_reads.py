"""Nothing personal is unsealed without an entry on disk: ten thousand reads among faults."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.rig import PASSWORD, Rig, opened_rig, walk_out
from tests.seals import watch_unsealing

from fairtag.adapters import spool as spools
from fairtag.adapters.spool import Spool
from fairtag.adapters.sqlite.log.entries import SqliteAudit
from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.log.tend import merge_spooled
from fairtag.app.open_record import Opened, open_evidence
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.break_glass import break_glass
from fairtag.app.ports import Store
from fairtag.audit.entries import Entry, Receipt
from fairtag.cli.log.audit import _looked
from fairtag.custody.opening import GrantKind
from fairtag.terms.errors import Busy, LogUnavailable, NotInTime, OpeningRefused
from fairtag.terms.ids import AlertId, OrderId, WearerId

READS = 10_000
pytestmark = pytest.mark.slow

WAITS_S = 10.0  # less than the 15 s that a locked store is waited for


@dataclass
class Faulty:
    """A store whose log has a fault of its own at each read, and the file beside it another."""

    store: Store
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    table_fault: str = "none"
    file_fault: str = "none"

    def roll(self) -> None:
        self.table_fault = self.chance.choice(("busy", "refuses", "none", "none"))
        self.file_fault = self.chance.choice(("none", "raises", "none", "hangs"))

    @property
    def takes_nothing(self) -> bool:
        """Tell whether nothing can be written down: the store is full, or both sinks fail."""
        is_behind = bool(self.store.read(lambda tx: tx.audit.behind()))
        no_table = self.table_fault != "none" or is_behind
        return self.table_fault == "busy" or (no_table and self.file_fault != "none")

    def look(self, work: Callable[[Any], Any]) -> Any:
        if self.table_fault == "busy":
            raise Busy("database or disk is full")
        return self.store.look(work)

    def transact(self, work: Callable[[Any], Any]) -> Any:
        return self.store.transact(work)

    def soon(self, work: Callable[[Any], Any], *, or_later: bool = False) -> Any:
        return self.store.soon(work, or_later=or_later)

    def read(self, work: Callable[[Any], Any]) -> Any:
        return self.store.read(work)


@dataclass
class Spy:
    """Looks at the disk, past the program, whenever something is unsealed."""

    db: sqlite3.Connection
    file: Path
    before: tuple[int, int] = (0, 0)
    unsealed: int = 0
    unlogged: int = 0
    against_all: int = 0  # shown although nothing could be written down

    def state(self) -> tuple[int, int]:
        (n,) = self.db.execute("SELECT max(n) FROM log").fetchone()
        return n, self.file.stat().st_size

    def begin(self) -> None:
        self.before = self.state()

    def sees(self) -> None:
        self.unsealed += 1
        self.unlogged += self.state() == self.before


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Rig, AlertId, Person]]:
    with opened_rig(tmp_path / "data") as rig:
        yield rig, *alerted(rig)


def alerted(rig: Rig) -> tuple[AlertId, Person]:
    walk_out(rig, rig.wearer())
    return AlertId(rig.alerts()[0]["alert_id"]), rig.person()


@pytest.fixture
def spy(scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    rig = scene[0]
    with closing(
        sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None, check_same_thread=False)
    ) as db:
        made = Spy(db, rig.folder / "log" / "access.log")

        watch_unsealing(monkeypatch, lambda _: made.sees())
        yield made


def faulty(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> tuple[House, Faulty]:
    store = Faulty(rig.house.store)
    write = Spool.write

    def written(self: Spool, bodies: Sequence[bytes]) -> None:
        if store.file_fault == "hangs":
            time.sleep(0.0005)
        if store.file_fault != "none":
            raise LogUnavailable(store.file_fault)
        write(self, bodies)

    keep = SqliteAudit._kept

    def kept(self: SqliteAudit, entry: Entry) -> int:
        if store.table_fault == "refuses":
            raise sqlite3.IntegrityError("the table takes nothing")
        return keep(self, entry)

    monkeypatch.setattr(Spool, "write", written)
    monkeypatch.setattr(SqliteAudit, "_kept", kept)
    return replace(rig.house, store=store), store  # type: ignore[arg-type]


def read_all(
    house: House, sinks: Faulty, spy: Spy, alert: AlertId, person: Person, reads: int
) -> tuple[int, int]:
    """Read among faults; tells how many were shown and how many stayed shut."""
    shown = shut = 0
    for number in range(reads):
        sinks.roll()
        is_shut = sinks.takes_nothing
        spy.begin()
        try:
            opened = open_evidence(house, alert, person=person, purpose="handle_alert")
        except (LogUnavailable, Busy):
            assert is_shut
            shut += 1
        else:
            assert opened.positions
            assert opened.receipt.ref
            spy.against_all += is_shut
            shown += 1
        if number % 5 == 0:
            with suppress(LogUnavailable):
                merge_spooled(house)
    return shown, shut


def test_ten_thousand_reads_among_faults_show_nothing_unlogged(
    scene: tuple[Rig, AlertId, Person], spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, person = scene
    house, sinks = faulty(rig, monkeypatch)

    shown, shut = read_all(house, sinks, spy, alert, person, READS)
    sinks.file_fault = sinks.table_fault = "none"

    assert shown + shut == READS
    assert shown > READS / 4
    assert shut > READS / 4
    assert spy.unsealed >= shown
    assert (spy.unlogged, spy.against_all) == (0, 0)
    while merge_spooled(rig.house):
        pass
    assert _looked(rig.folder, None, []).broken is None


def test_negative_control_a_look_that_is_logged_afterwards_is_noticed(
    scene: tuple[Rig, AlertId, Person], spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, person = scene
    house, sinks = faulty(rig, monkeypatch)
    monkeypatch.setattr(writing, "looked", lambda *_: Receipt(ref="-", n=1))

    read_all(house, sinks, spy, alert, person, 20)

    assert spy.unlogged > 0
    assert spy.against_all > 0


def opened(rig: Rig, alert: AlertId, person: Person) -> Opened:
    return open_evidence(rig.house, alert, person=person, purpose="handle_alert")


@contextmanager
def locked(rig: Rig) -> Iterator[None]:
    """Hold the store as another program does: nothing can be written meanwhile."""
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


def test_a_store_that_somebody_locks_is_given_up_on_and_the_look_is_never_made(
    tmp_path: Path,
) -> None:
    with opened_rig(tmp_path / "data", look_s=0.1) as rig:
        alert, olga = alerted(rig)
        with locked(rig):
            with pytest.raises(LogUnavailable):
                opened(rig, alert, olga)
            waits = rig.house.store.submit(lambda tx: tx.journal.last())

        assert waits.result() > 0  # what may wait longer than a look goes on
        assert rig.house.store.read(lambda tx: tx.openings.granted()) == []
        said = [one.entry.what for one in rig.house.store.read(lambda tx: tx.audit.entries())]
        assert "opening.granted" not in said


def test_negative_control_a_look_that_waits_like_anybody_is_noticed(
    scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, olga = scene
    monkeypatch.setattr(SqliteStore, "look", SqliteStore.transact)
    with ThreadPoolExecutor(1) as pool:
        with locked(rig):
            waits = pool.submit(opened, rig, alert, olga)
            with pytest.raises(TimeoutError):
                waits.result(1)
        assert waits.result().positions


def said(rig: Rig) -> list[str]:
    return [one.entry.what for one in rig.house.store.read(lambda tx: tx.audit.entries())]


def life(rig: Rig, person: Person, password: str = PASSWORD) -> None:
    break_glass(
        rig.house,
        person,
        OrderId("ORD-1"),
        incident="GMP-1",
        reason="the family rang: in danger",
        password=password,
    )


def test_a_password_before_danger_to_life_is_given_up_on_fast_and_costs_no_try(
    tmp_path: Path,
) -> None:
    with opened_rig(tmp_path / "data", look_s=0.1) as rig:
        _, olga = alerted(rig)
        with locked(rig), pytest.raises(NotInTime) as refusal:
            life(rig, olga)

        assert "Try again now" in refusal.value.officer
        assert rig.house.store.read(lambda tx: tx.people.attempts(olga.name)) == (0, 0)
        assert rig.house.store.read(lambda tx: tx.openings.granted()) == []
        life(rig, olga)  # and when it is free, it goes
        assert "opening.break-glass" in said(rig)


def test_a_refusal_is_told_at_once_and_written_when_the_store_lets_it(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data", look_s=0.1) as rig:
        alert, olga = alerted(rig)
        about = Whose(wearer_id=WearerId("W-1"), order_id=OrderId("ORD-1"), alert_id=alert)
        with locked(rig):
            began = time.monotonic()
            writing.refused(
                rig.house, olga, OpeningRefused("no"), kind=GrantKind.URGENT_ALERT, about=about
            )
            assert time.monotonic() - began < WAITS_S
        rig.house.store.transact(lambda tx: tx.journal.last())  # all that was queued is done

        assert "alert.evidence.refused" in said(rig)


def test_negative_control_a_password_that_waits_like_anybody_is_noticed(
    scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, _, olga = scene
    monkeypatch.setattr(SqliteStore, "soon", lambda self, work, **_: self.transact(work))
    with ThreadPoolExecutor(1) as pool:
        with locked(rig):
            waits = pool.submit(life, rig, olga)
            with pytest.raises(TimeoutError):
                waits.result(1)
        waits.result()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_file_that_fails_leaves_the_table_to_open_with_and_the_log_says_so(
    scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    rig, alert, person = scene

    def fails(*_: Any) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(spools.os, "write", fails)
        receipt = opened(rig, alert, person).receipt

    assert receipt.n is not None
    found = _looked(rig.folder, None, [])
    assert (found.broken, found.alone > 0) == (None, True)


def test_a_file_that_hangs_stops_neither_openings_nor_intake(
    scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, person = scene
    free = threading.Event()
    fsync = os.fsync

    def hangs(handle: int) -> None:
        free.wait(20)
        fsync(handle)

    with monkeypatch.context() as broken:
        broken.setattr(spools.os, "fsync", hangs)
        receipt = opened(rig, alert, person).receipt
        assert rig.event("D-1", "sos").status_code == 200
    free.set()

    assert receipt.n is not None
    for _ in range(3_000):
        if rig.house.log._last.done():  # type: ignore[attr-defined]
            break
        time.sleep(0.02)
    merge_spooled(rig.house)
    assert _looked(rig.folder, None, []).broken is None
