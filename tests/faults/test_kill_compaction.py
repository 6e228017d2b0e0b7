"""Kill -9 while rows become chunks: each entry that was stored can be read, once."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.faults.lab import FORKS
from tests.rig import HOME, HandClock, opened_rig

from fairtag.app.house import House
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.ports import JournalEntry
from fairtag.app.trail import compact as compacting
from fairtag.app.trail.compact import compact
from fairtag.bootstrap import open_house
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros

KILLS = 25
WEARERS = 4


def put_together(folder: Path, at: Micros) -> None:
    """Compact until nothing is due, slowly enough to be killed in the middle."""
    with open_house(folder, clock=HandClock(at)) as house:
        while compact(house):
            pass


def read(house: House) -> list[JournalEntry]:
    return house.store.read(lambda tx: tx.journal.after(0, limit=1_000_000))


@pytest.mark.slow
def test_killed_compactions_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))  # a failure shows it among the locals
    chance = random.Random(seed)
    folder = tmp_path / "data"
    at, before = spoken(folder)
    for kill in range(KILLS):
        later = Micros(at + kill * 2 * HOUR)
        process = FORKS.Process(target=put_together, args=(folder, later), daemon=True)
        process.start()
        time.sleep(chance.uniform(0.0, 0.6))
        process.kill()
        process.join()
        stands(folder, later, before)
    put_together(folder, Micros(at + 4 * DAY))
    stands(folder, at, before)
    with open_house(folder, clock=HandClock(at)) as house:
        assert house.store.read(lambda tx: tx.journal.days()) == []
        engine = Engine(house)
        engine.start()
        assert engine.digest_input() == clean_replay(house)


def stands(folder: Path, at: Micros, before: list[JournalEntry]) -> None:
    """See that each entry can be read, once."""
    with open_house(folder, clock=HandClock(at)) as house:
        found = read(house)
    assert len(found) >= len(before), "an entry was lost"
    assert len(found) <= len(before), "an entry is there twice"
    assert found == before


def in_two_commits(folder: Path, at: Micros, is_dropped_first: bool) -> None:  # noqa: FBT001
    """Put chunks together without one transaction around it, and be killed in the middle."""
    halves = 0

    def write(house: House, batch: Any) -> int:
        nonlocal halves
        drop, put = (lambda tx: tx.journal.drop(batch.rows)), (lambda tx: _put(tx, batch))
        first, second = (drop, put) if is_dropped_first else (put, drop)
        house.store.transact(first)
        halves += 1
        if halves > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        house.store.transact(second)
        return len(batch.chunks)

    compacting._write = write
    compacting._AT_ONCE = 1
    put_together(folder, at)


def _put(tx: Any, batch: Any) -> None:
    tx.chunks.put(batch.chunks)


@pytest.mark.parametrize(
    ("is_dropped_first", "told"), [(True, "lost"), (False, "twice")], ids=["drops", "puts"]
)
def test_negative_control_a_compaction_in_two_commits_is_noticed(
    tmp_path: Path,
    is_dropped_first: bool,  # noqa: FBT001
    told: str,
) -> None:
    folder = tmp_path / "data"
    at, before = spoken(folder, hours=5)
    stands(folder, at, before)
    process = FORKS.Process(target=in_two_commits, args=(folder, at, is_dropped_first))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL

    with pytest.raises(AssertionError, match=told):
        stands(folder, at, before)


def spoken(folder: Path, *, hours: int = 26) -> tuple[Micros, list[JournalEntry]]:
    """Fill a store with some hours of some wearers."""
    chance = random.Random(2)
    with opened_rig(folder) as rig:
        for number in range(1, WEARERS + 1):
            rig.wearer(number)
        for _ in range(0, hours * 60, 10):
            rig.pass_time(10 * MINUTE)
            for number in range(1, WEARERS + 1):
                device = f"D-{number}"
                rig.say(device, rig.line(device, lat=HOME[0] + chance.gauss(0, 3e-5)))
        rig.engine.keep_all()  # what a state lacks is not put together
        return rig.clock.at, read(rig.house)
