"""Nothing personal is unsealed without an entry on disk: ten thousand reads among faults."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.rig import START, Rig, opened_rig, walk_out

from fairtag.adapters import spool as spools
from fairtag.adapters.sinks import TwoSinks
from fairtag.adapters.spool import Spool
from fairtag.adapters.vault import KeyVault
from fairtag.app import open_record
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.log.tend import merge_spooled
from fairtag.app.open_record import Opened, open_evidence
from fairtag.app.ports import Store
from fairtag.audit.entries import Entry, Receipt
from fairtag.cli.log.audit import _looked
from fairtag.terms.errors import Busy, LogUnavailable
from fairtag.terms.ids import AlertId

READS = 10_000
pytestmark = pytest.mark.slow


class Hanging(Future[Any]):
    """A piece of work that nobody finishes; the wait is cut short."""

    def result(self, timeout: float | None = None) -> Any:
        if self.done():
            return super().result()
        assert timeout is not None
        time.sleep(0.0005)
        raise TimeoutError


@dataclass
class Faulty:
    """Both sinks, each with a fault of its own at each read; counts what got to disk."""

    store: Store
    spool: Spool
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    table_fault: str = "none"
    file_fault: str = "none"

    def roll(self) -> None:
        faults = ("raises", "refuses", "full", "hangs")
        self.table_fault = self.chance.choice((*faults, *faults, "none"))
        self.file_fault = self.chance.choice(("none", "raises", "full", "hangs"))

    def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
        if self.table_fault == "none":
            return self.store.submit(work)
        if self.table_fault == "raises":
            raise Busy
        future: Future[Any] = Hanging()
        if self.table_fault == "full":
            future.set_exception(Busy("database or disk is full"))
        elif self.table_fault == "refuses":
            future.set_exception(LogUnavailable("log table"))
        return future

    def write(self, bodies: Sequence[bytes]) -> None:
        if self.file_fault == "none":
            self.spool.write(bodies)
            return
        if self.file_fault == "hangs":
            time.sleep(0.0005)
        raise LogUnavailable(self.file_fault)


@dataclass
class Spy:
    """Looks at the disk, past the program, whenever something is unsealed."""

    db: sqlite3.Connection
    file: Path
    before: tuple[int, int] = (0, 0)
    unsealed: int = 0
    unlogged: int = 0

    def state(self) -> tuple[int, int]:
        (n,) = self.db.execute("SELECT count(*) FROM log").fetchone()
        return n, self.file.stat().st_size

    def begin(self) -> None:
        self.before = self.state()

    def sees(self) -> None:
        self.unsealed += 1
        self.unlogged += self.state() == self.before


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Rig, AlertId, Person]]:
    with opened_rig(tmp_path / "data") as rig:
        walk_out(rig, rig.wearer())
        alert = AlertId(rig.alerts()[0]["alert_id"])
        (olga,) = rig.house.store.read(lambda tx: tx.people.listed())
        yield rig, alert, olga


@pytest.fixture
def spy(scene: tuple[Rig, AlertId, Person], monkeypatch: pytest.MonkeyPatch) -> Iterator[Spy]:
    rig = scene[0]
    unseal = KeyVault.unseal
    with closing(
        sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None, check_same_thread=False)
    ) as db:
        made = Spy(db, rig.folder / "log" / "access.log")

        def watched(self: KeyVault, *told: Any, **more: Any) -> bytes:
            made.sees()
            return unseal(self, *told, **more)

        monkeypatch.setattr(KeyVault, "unseal", watched)
        yield made


def faulty(rig: Rig) -> tuple[House, Faulty]:
    sinks = Faulty(rig.house.store, rig.house.log._spool)  # type: ignore[attr-defined]
    log = TwoSinks(sinks, sinks, table_s=30)  # type: ignore[arg-type]
    return replace(rig.house, log=log), sinks


def read_all(
    house: House, sinks: Faulty, spy: Spy, alert: AlertId, person: Person, reads: int
) -> tuple[int, int]:
    """Read among faults; tells how many were shown and how many stayed shut."""
    shown = shut = 0
    for _ in range(reads):
        sinks.roll()
        spy.begin()
        try:
            opened = open_evidence(house, alert, person=person, purpose="handle_alert")
        except LogUnavailable:
            assert sinks.file_fault != "none"
            shut += 1
        else:
            assert opened.positions
            assert opened.receipt.n is not None or sinks.file_fault == "none"
            shown += 1
    return shown, shut


def test_ten_thousand_reads_among_faults_show_nothing_unlogged(
    scene: tuple[Rig, AlertId, Person], spy: Spy
) -> None:
    rig, alert, person = scene
    house, sinks = faulty(rig)

    shown, shut = read_all(house, sinks, spy, alert, person, READS)

    assert shown + shut == READS
    assert shown > READS / 4
    assert shut > READS / 4
    assert spy.unsealed >= shown
    assert spy.unlogged == 0
    while merge_spooled(rig.house):
        pass
    assert _looked(rig.folder, None, []).broken is None


def test_negative_control_a_look_that_is_logged_afterwards_is_noticed(
    scene: tuple[Rig, AlertId, Person], spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, person = scene
    house, sinks = faulty(rig)
    waiting: list[Entry] = []

    def later(_: House, entry: Entry) -> Receipt:
        waiting.append(entry)
        return Receipt(ref="", n=0)

    monkeypatch.setattr(open_record, "_write", later)

    read_all(house, sinks, spy, alert, person, 20)

    assert spy.unlogged == spy.unsealed > 0
    assert len(waiting) == 20


def opened(rig: Rig, alert: AlertId, person: Person) -> Opened:
    return open_evidence(rig.house, alert, person=person, purpose="handle_alert")


def test_a_table_that_somebody_locks_leaves_the_file_to_open_with(
    scene: tuple[Rig, AlertId, Person], spy: Spy
) -> None:
    rig, alert, person = scene
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        spy.begin()
        begun = time.monotonic()
        receipt = opened(rig, alert, person).receipt
        took_s = time.monotonic() - begun
        db.execute("ROLLBACK")

    assert receipt.n is None
    assert spy.unlogged == 0
    assert took_s < 5  # half a second of patience, on a machine that has other work
    rig.house.store.transact(lambda tx: tx.journal.last())  # the late entry is in by now
    merge_spooled(rig.house)
    entries = rig.house.store.read(lambda tx: tx.audit.entries())
    assert [one.entry.ref for one in entries].count(receipt.ref) == 1
    assert _looked(rig.folder, None, []).broken is None


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
        with pytest.raises(LogUnavailable):  # break-glass: never without the file
            rig.house.log.look(an_entry(), needs_file=True)

    assert receipt.n is not None
    found = _looked(rig.folder, None, [])
    assert (found.broken, found.alone) == (None, 1)


def an_entry() -> Entry:
    return Entry(at=START, operation="breakglass", actor="olga", what="alert.evidence")


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

    assert "The wearer" not in receipt.text
    with suppress(LogUnavailable):
        rig.house.log.look(an_entry())
    for _ in range(100):
        if rig.house.log._spool._last.done():  # type: ignore[attr-defined]
            break
        time.sleep(0.02)
    merge_spooled(rig.house)
    assert _looked(rig.folder, None, []).broken is None


def test_with_the_table_gone_break_glass_and_the_alert_go_on_by_the_file(
    scene: tuple[Rig, AlertId, Person],
) -> None:
    rig, alert, person = scene
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        assert rig.house.log.look(an_entry(), needs_file=True).n is None
        assert opened(rig, alert, person).receipt.n is None
        rig.client.post(f"/api/v1/alerts/{alert}/acknowledge", headers=rig.staff())
        assert rig.event("D-1", "sos").status_code == 200
        db.execute("DROP TRIGGER full")

    assert merge_spooled(rig.house) == 2
    rig.staff("omar", "officer")  # the next commit brings the digests that had to wait
    found = _looked(rig.folder, None, [])
    assert (found.broken, found.spooled) == (None, 2)
