"""What does the writing half cost alone? Prepared requests, read and committed; nobody judges.

In this process first, group by group, the processor time of each stage told apart; then over HTTP,
the door in a process of its own on core 0. Units: µs of processor time a request.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

from sender import Job

from fairtag.adapters.clock import ScaledClock
from fairtag.adapters.sqlite import writer
from fairtag.adapters.sqlite.journal import SqliteJournal
from fairtag.adapters.sqlite.taking.plain import SqlitePlain
from fairtag.adapters.vault import KeyVault
from fairtag.app.add_device import add_device
from fairtag.app.house import House
from fairtag.app.put_order import put_order
from fairtag.app.taking.take import take
from fairtag.bootstrap import open_house
from fairtag.intake.together.plain import plain
from fairtag.orders.scheme import seed_scheme
from fairtag.sim.cast import player
from fairtag.sim.papers import order_of
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, Micros, text
from fairtag.terms.local import Interval

HERE = Path(__file__).parent
_SERVICE_CORE, _SENDER_CORE = "0", "1"
_SEED = 1
_BACK_S = 1_800  # the first position happened so long ago, so that none is ahead of the clock
_HANDS = 32
_GROUPS = (1, 10, 100, 500)  # requests in flight
_FOR_S = 4.0  # each
_PLACES = 65_536  # as in the sender: numbers after which the instants begin anew
_TICKS = os.sysconf("SC_CLK_TCK")
_LINE = (
    b'{"type":"position","seq":%d,"at":"%s","lat":%.7f,"lon":%.7f,"accuracy_m":8,"source":"gnss"}'
)
# What each counts holds what is beneath it: rows hold seals, `all` holds everything.
_STAGES: tuple[tuple[Any, str], ...] = (
    (SqlitePlain, "look"),
    (SqlitePlain, "_rows"),
    (SqlitePlain, "_note"),
    (SqlitePlain, "store"),
    (SqliteJournal, "insert_sealed"),
    (KeyVault, "seal_many"),
    (writer, "_do"),
    (writer, "_commit"),
)


@dataclass
class _Crew:
    """Wearers in turn, and how far each has counted."""

    devices: list[DeviceId]
    tokens: list[str]
    homes: list[tuple[float, float]]
    upto: list[int]
    turn: int = 0

    def asked(self, number: int, batch: int) -> list[tuple[DeviceId, bytes]]:
        """Give the next requests, one of each wearer."""
        found = []
        for n in ((self.turn + k) % len(self.devices) for k in range(number)):
            first = self.upto[n] + 1
            self.upto[n] += batch
            lon, lat = self.homes[n]
            lines = [_LINE % (seq, _at(seq), lat, lon) for seq in range(first, first + batch)]
            found.append((self.devices[n], b"\n".join(lines)))
        self.turn += number
        return found


def told(wearers: int) -> dict[str, Any]:
    """Measure both ways, requests of one position and of fifteen."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        crew = _registered(folder, wearers)
        found: dict[str, Any] = {}
        with open_house(folder) as house:
            _group(house, crew, wearers, 1)  # keys are opened, numbers begin
            for batch in (1, 15):
                for many in (min(one, wearers) for one in _GROUPS):
                    found[f"{batch}_in_{many}"] = _inside(house, crew, many, batch)
        for batch in (1, 15):
            found[f"http_{batch}"] = _over_http(folder, crew, batch)
    return found


def _inside(house: House, crew: _Crew, number: int, batch: int) -> dict[str, Any]:
    with _timed() as spent:
        done, cpu_s, begun = 0, 0.0, time.perf_counter()
        while time.perf_counter() - begun < _FOR_S:
            reading_s, all_s = _group(house, crew, number, batch)
            spent["read"] += reading_s
            cpu_s += all_s
            done += number
    each = {name.strip("_"): round(1e6 * one / done, 1) for name, one in sorted(spent.items())}
    return {"all": round(1e6 * cpu_s / done, 1), **each}


def _group(house: House, crew: _Crew, number: int, batch: int) -> tuple[float, float]:
    """Take one group; tells what reading and what all of it cost."""
    asked = crew.asked(number, batch)
    begun = time.process_time()
    now = house.clock.now()
    found = plain(asked, received_at=now)
    read_s = time.process_time() - begun
    pieces = [(one[0], each) for one, each in zip(asked, found, strict=True) if each is not None]
    answers = house.store.submit(lambda tx: take(tx, pieces, received_at=now)).result()
    all_s = time.process_time() - begun
    assert len(answers) == number and all(answers)  # noqa: S101, PT018 - all of it is plain
    return read_s, all_s


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Count the processor time of each stage while the block lasts."""
    spent: dict[str, float] = defaultdict(float)
    kept = [(owner, name, getattr(owner, name)) for owner, name in _STAGES if hasattr(owner, name)]
    for owner, name, work in kept:
        setattr(owner, name, _counted(work, name, spent))
    try:
        yield spent
    finally:
        for owner, name, work in kept:
            setattr(owner, name, work)


def _counted(work: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    @wraps(work)
    def counted(*words: Any, **named: Any) -> Any:
        begun = time.thread_time()
        try:
            return work(*words, **named)
        finally:
            spent[name] += time.thread_time() - begun

    return counted


def _over_http(folder: Path, crew: _Crew, batch: int) -> dict[str, Any]:
    """Serve the door alone on its core, ask it from the other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    first = 1 + _PLACES * (1 + max(crew.upto) // _PLACES)
    job = Job(port, crew.tokens, crew.homes, batch, 2.0, _began_s(), first_seq=first)
    command = ["taskset", "-c", _SERVICE_CORE, sys.executable, str(HERE / "door.py")]
    with subprocess.Popen([*command, str(folder), str(port)]) as door:  # noqa: S603
        try:
            _wait(port)
            # A gap in the numbers is told one by one; then what is slow at first is over.
            upto = _sent(folder, job)["upto"]
            upto = _sent(folder, replace(job, first_seq=upto + 1))["upto"]
            before = _cpu_s(door.pid)
            found = _sent(folder, replace(job, first_seq=upto + 1, for_s=6.0))
            cpu_s = _cpu_s(door.pid) - before
        finally:
            door.terminate()
    crew.upto = [found["upto"]] * len(crew.upto)
    _demand_none_refused(folder)
    requests = found["positions"] / batch
    return {
        "requests_per_s": found["requests_per_s"],
        "refused": found["refused"],
        "all": round(1e6 * cpu_s / requests, 1),
        "wait_p99_ms": found["wait_p99_ms"],
        "sender_cores": found["sender_cpu_share"],
    }


def _demand_none_refused(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        refused = db.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    assert not refused, f"{refused} went to quarantine"  # noqa: S101 - another path was measured


def _sent(folder: Path, job: Job) -> dict[str, Any]:
    path = folder.parent / "job.json"
    path.write_text(json.dumps(asdict(job)))
    command = [sys.executable, str(HERE / "sender.py"), str(path), _SENDER_CORE]
    told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(told.stdout))


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _registered(folder: Path, wearers: int) -> _Crew:
    now = Micros(time.time_ns() // 1000)
    span = Interval(start=Micros(now - DAY), end=Micros(now + DAY))
    clock = ScaledClock(start=span.start, since=now, speed=1)  # recorded before it is judged
    with open_house(folder, kind="service", clock=clock) as house:

        def one(number: int) -> tuple[DeviceId, str, tuple[float, float]]:
            who = player(number, "calm_at_home", span=span, seed=_SEED)
            put_order(house, json.dumps(order_of(who)).encode(), scheme=seed_scheme(), by="bench")
            token = add_device(house, who.device_id, by="bench").token
            return who.device_id, token, (who.person.home.lon, who.person.home.lat)

        with ThreadPoolExecutor(_HANDS) as hands:  # they share the commits
            devices, tokens, homes = zip(*hands.map(one, range(1, wearers + 1)), strict=True)
    return _Crew(list(devices), list(tokens), list(homes), [0] * wearers)


def _began_s() -> int:
    return int(time.time()) - _BACK_S  # noqa: TID251


def _at(seq: int) -> bytes:
    return text(Micros(1_000_000 * (_BEGAN_S + seq % _BACK_S))).encode()


_BEGAN_S = _began_s()


def _cpu_s(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / _TICKS
