"""The power goes under load: what was acknowledged is on the disk, not in its cache.

Killing a process proves nothing about that: the system's cache survives it. So the store stands on
a file system in an image; at the cut the service is frozen and the image copied, as a disk would
be found; the copy is mounted and must hold everything that was acknowledged.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.lab import Load, check, mounted, registered, run, serve, served
from tests.ports import free_port

from fairtag.adapters.sqlite import engine
from fairtag.terms.errors import SealBroken

CUTS = 4
BATCHES = 20  # acknowledged at least before the cut


def formatted(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(256 * 2**20)
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("NO mkfs.ext4 HERE: the power-cut test did not run")
    run("mkfs.ext4", "-q", "-F", path)
    return path


def cut(
    tmp_path: Path, serving: Callable[[Path, str, int], None], chance: random.Random
) -> tuple[Path, Load]:
    """Serve under load, cut the power; gives the image as the disk holds it, and what was said."""
    image, copy, port = formatted(tmp_path / "disk"), tmp_path / "found", free_port()
    with mounted(tmp_path / "before", "-o", "loop", image) as disk:
        load = Load(registered(disk / "data"), port)
        run("sync", "-f", disk)
        with served(disk / "data", port, serving) as process:
            load.start()
            load.comes_through(BATCHES)
            time.sleep(chance.uniform(0.0, 0.5))
            assert process.pid is not None
            os.kill(process.pid, signal.SIGSTOP)
            load.stop.set()
            run("cp", "--sparse=always", image, copy)
        load.join()
    return copy, load


def checked(tmp_path: Path, serving: Callable[[Path, str, int], None]) -> None:
    seed = int.from_bytes(os.urandom(4))  # a failure shows it among the locals
    copy, load = cut(tmp_path, serving, random.Random(seed))
    with mounted(tmp_path / "after", "-o", "loop", copy) as disk:
        check(disk / "data", load)


def careless(folder: Path, host: str, port: int) -> None:
    """Serve as if a commit in the system's cache were on the disk."""
    engine._WRITER = tuple(
        "synchronous=NORMAL" if told == "synchronous=FULL" else told for told in engine._WRITER
    )
    # Who moves pages would bring the log to the disk every few milliseconds.
    engine._MOVER = ("synchronous=OFF", *engine._MOVER[1:])
    serve(folder, host, port)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(CUTS))
def test_the_power_goes_and_nothing_acknowledged_is_lost(tmp_path: Path, number: int) -> None:
    del number
    checked(tmp_path, serve)


@pytest.mark.slow
def test_negative_control_without_waiting_for_the_disk_it_is_lost(tmp_path: Path) -> None:
    # What is lost shows as a gap, or as rows that came back after their key was ended.
    with pytest.raises((AssertionError, SealBroken)):
        checked(tmp_path, careless)
