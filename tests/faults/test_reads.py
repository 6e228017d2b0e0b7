"""Nothing personal is unsealed without an entry on disk: ten thousand reads among faults."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from tests.rig import START, Rig, opened_rig, walk_out

from fairtag.adapters import spool as spools
from fairtag.adapters.spool import Spool
from fairtag.adapters.vault import KeyVault
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.log.tend import merge_spooled
from fairtag.app.open_record import Opened, open_evidence
from fairtag.app.openings import writing
from fairtag.app.ports import Store
from fairtag.audit.entries import Entry
from fairtag.cli.log.audit import _looked
from fairtag.terms.errors import Busy, LogUnavailable
from fairtag.terms.ids import AlertId

READS = 10_000
pytestmark = pytest.mark.slow


@dataclass
class Faulty:
    """A store with a fault of its own at each read, and the file beside it with another."""

    store: Store
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    table_fault: str = "none"
    file_fault: str = "none"

    def roll(self) -> None:
        self.table_fault = self.chance.choice(("busy", "refuses", "none", "none"))
        self.file_fault = self.chance.choice(("none", "raises", "none", "hangs"))

    def transact(self, work: Callable[[Any], Any]) -> Any:
        if self.table_fault == "busy":
            raise Busy("database or disk is full")
        if self.table_fault == "refuses":
            raise LogUnavailable("log table")
        return self.store.transact(work)

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


def faulty(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> tuple[House, Faulty]:
    store = Faulty(rig.house.store)
    write = Spool.write

    def written(self: Spool, bodies: Sequence[bytes]) -> None:
        if store.file_fault == "hangs":
            time.sleep(0.0005)
        if store.file_fault != "none":
            raise LogUnavailable(store.file_fault)
        write(self, bodies)

    monkeypatch.setattr(Spool, "write", written)
    return replace(rig.house, store=store), store  # type: ignore[arg-type]


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
        except (LogUnavailable, Busy):
            assert sinks.table_fault != "none"
            shut += 1
        else:
            assert opened.positions
            assert opened.receipt > 0
            shown += 1
    return shown, shut


def test_ten_thousand_reads_among_faults_show_nothing_unlogged(
    scene: tuple[Rig, AlertId, Person], spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, alert, person = scene
    house, sinks = faulty(rig, monkeypatch)

    shown, shut = read_all(house, sinks, spy, alert, person, READS)
    sinks.file_fault = "none"

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
    house, sinks = faulty(rig, monkeypatch)
    monkeypatch.setattr(writing, "looked", lambda *_: 1)

    read_all(house, sinks, spy, alert, person, 20)

    assert spy.unlogged > 0


def opened(rig: Rig, alert: AlertId, person: Person) -> Opened:
    return open_evidence(rig.house, alert, person=person, purpose="handle_alert")


def test_a_table_that_somebody_locks_leaves_the_file_to_write_to(
    scene: tuple[Rig, AlertId, Person],
) -> None:
    rig = scene[0]
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        receipt = rig.house.log.look(an_entry())
        took_s = time.monotonic() - begun
        db.execute("ROLLBACK")

    assert receipt.n is None
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

    assert receipt > 0
    found = _looked(rig.folder, None, [])
    assert (found.broken, found.alone > 0) == (None, True)


def an_entry() -> Entry:
    return Entry(at=START, operation="breakglass", actor="olga", what="log.tried")


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

    assert receipt > 0
    with suppress(LogUnavailable):
        rig.house.log.look(an_entry())
    for _ in range(100):
        if rig.house.log._spool._last.done():  # type: ignore[attr-defined]
            break
        time.sleep(0.02)
    merge_spooled(rig.house)
    assert _looked(rig.folder, None, []).broken is None


def test_with_the_table_gone_places_stay_shut_and_alarms_go_on(
    scene: tuple[Rig, AlertId, Person],
) -> None:
    rig, alert, person = scene
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute(
            "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        assert rig.house.log.look(an_entry(), needs_file=True).n is None
        with pytest.raises(LogUnavailable):
            opened(rig, alert, person)
        rig.client.post(f"/api/v1/alerts/{alert}/acknowledge", headers=rig.staff())
        assert rig.event("D-1", "sos").status_code == 200
        db.execute("DROP TRIGGER full")

    assert merge_spooled(rig.house) == 1
    rig.staff("omar", "officer")  # the next commit brings the digests that had to wait
    found = _looked(rig.folder, None, [])
    assert (found.broken, found.spooled) == (None, 1)
