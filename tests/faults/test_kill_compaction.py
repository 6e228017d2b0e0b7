"""Kill -9 while rows become chunks: each entry that was stored can be read, once."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from pathlib import Path

import pytest
from tests.rig import HOME, HandClock, opened_rig

from fairtag.app.house import House
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.ports import JournalEntry
from fairtag.app.trail.compact import compact
from fairtag.bootstrap import open_house
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros

KILLS = 25
WEARERS = 4
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["fairtag.bootstrap", "fairtag.app.trail.compact"])


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
        process = _FORKS.Process(target=put_together, args=(folder, later), daemon=True)
        process.start()
        time.sleep(chance.uniform(0.0, 0.6))
        process.kill()
        process.join()
        with open_house(folder, clock=HandClock(later)) as house:
            assert read(house) == before
    put_together(folder, Micros(at + 4 * DAY))
    with open_house(folder, clock=HandClock(at)) as house:
        assert read(house) == before
        assert house.store.read(lambda tx: tx.journal.days()) == []
        engine = Engine(house)
        engine.start()
        assert engine.digest_input() == clean_replay(house)


def spoken(folder: Path) -> tuple[Micros, list[JournalEntry]]:
    """Fill a store with a day and more of some wearers."""
    chance = random.Random(2)
    with opened_rig(folder) as rig:
        for number in range(1, WEARERS + 1):
            rig.wearer(number)
        for _ in range(0, 26 * 60, 10):
            rig.pass_time(10 * MINUTE)
            for number in range(1, WEARERS + 1):
                device = f"D-{number}"
                rig.say(device, rig.line(device, lat=HOME[0] + chance.gauss(0, 3e-5)))
        return rig.clock.at, read(rig.house)
