"""The whole service over HTTP: stored, sealed, judged, with alerts and the log on.

A service of its own, its process and its porch on two cores; the senders are pinned to the second
and share it with the porch; what all use is told. After each run the findings are compared with a
clean replay of everything that was stored.
Units: positions a second; milliseconds; shares of one core; bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from fill import Filled, fill
from officer import alert_ms, watching
from sender import Job

from fairtag.adapters.clock import MachineClock
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.ports import Clock
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.sim.load import p99
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import MINUTE, Micros, text

HERE = Path(__file__).parent
_SERVICE_CORES, _SENDER_CORE = "0,1", 1
_BACK_S = 1_800  # the first position happened so long ago, so that none is ahead of the clock
_ALERTS = 101
_RECORDED_BEFORE = 50 * MINUTE  # within the hour in which no row is due to become a chunk
_REPLAYED = 150_000  # requests
_LEAST_COMPARED = 100  # orders
_WARM_ROUNDS = 30
_WARMING = "warming.warm()"  # of the child that makes machine code
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Service:
    """A running service and who may speak to it."""

    folder: Path
    port: int
    pid: int
    tokens: list[str]
    homes: list[tuple[float, float]]
    cookie: str
    began_s: int  # when the first position happens: number n happens n seconds later
    seqs: dict[str, int] = field(default_factory=dict)  # by token: with which each goes on

    def cpu_s(self) -> float:
        """Tell what the service and its children have used."""
        return sum(map(_cpu_s, [self.pid, *_children(self.pid)]))

    def resident_mb(self) -> int:
        """Tell the memory of the service itself."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        return int(told.partition("VmRSS:")[2].split()[0]) // 1_000

    def size(self) -> int:
        """Tell the bytes of the store's files."""
        return sum(path.stat().st_size for path in self.folder.glob("fairtag.db*"))


@contextmanager
def service(wearers: int) -> Iterator[Service]:
    """Run a service with invented wearers while the block lasts, then compare with a replay."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        filled, cookie = _filled(folder, wearers)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        words = ["-m", "fairtag", "serve", "--data", str(folder), "--port", str(port)]
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - ourselves
            ["taskset", "-c", _SERVICE_CORES, sys.executable, *words]  # noqa: S607
        )
        try:
            _wait(port)
            print(f"ready after {time.perf_counter() - began:.1f} s", file=sys.stderr)  # noqa: T201
            began_s = int(time.time()) - _BACK_S  # noqa: TID251
            yield Service(folder, port, process.pid, filled.tokens, filled.homes, cookie, began_s)
        finally:
            process.terminate()
            process.wait(60)
        with closing(sqlite3.connect(folder / "fairtag.db")) as db:
            apart = db.execute("SELECT count(*) FROM quarantine").fetchone()[0]
        assert apart == 0, f"{apart} in quarantine: ahead of the clock?"  # noqa: S101
        print("comparing with a clean replay", file=sys.stderr)  # noqa: T201
        compared(folder)


def compared(
    folder: Path,
    *,
    clock: Clock | None = None,
    of: Callable[[OrderId], bool] = lambda _: True,
    most: int | None = None,
) -> int:
    """Judge everything again from nothing; the states must be those of the service.

    Of millions of requests it is some of the orders, chosen by chance: one by one, as a replay
    judges, a request takes a millisecond. `of` tells which may be chosen, `most` how many at most;
    gives how many were.
    Raises: AssertionError.
    """
    with open_house(folder, clock=clock or MachineClock()) as house:
        engine = Engine(house)
        while engine.step():
            pass
        last, heads = house.store.read(lambda tx: (tx.journal.last(), tx.verdicts.heads()))
        orders = [one.order_id for one in heads if of(one.order_id)]
        share = min(1.0, _REPLAYED / max(1, last))
        count = max(1, round(share * len(heads)), _LEAST_COMPARED)
        count = min(count, len(orders), most or count)
        some = set(random.SystemRandom().sample(orders, count))
        print(f"of {len(heads)} orders {count} are judged again", file=sys.stderr)  # noqa: T201
        found = engine.digest_input(of=some.__contains__)
        assert len(found) == count  # noqa: S101 - that is the bench's check
        assert clean_replay(house, of=some.__contains__) == found  # noqa: S101
        return count


def flood(
    of: Service, *, batch: int, for_s: float, senders: int = 1, **more: Any
) -> dict[str, Any]:
    """Send from some processes on the senders' core; gives rates, waits and what both cost."""
    before = of.size()
    with _senders(of, batch, for_s, senders, more) as running:  # who are ready
        cpu, begun = of.cpu_s(), time.perf_counter()
        for one in running:
            assert one.stdin is not None  # noqa: S101
            print("go", file=one.stdin, flush=True)
        told = [_told(of, n, senders, one) for n, one in enumerate(running)]
    took_s = time.perf_counter() - begun
    judged_s = _until_judged(of.folder)
    positions = sum(one["positions"] for one in told)
    return {
        "positions_per_s": sum(one["positions_per_s"] for one in told),
        "requests_per_s": sum(one["requests_per_s"] for one in told),
        "refused": sum(one["refused"] for one in told),
        "positions": positions,
        "upto": max(one["upto"] for one in told),
        "wait_median_ms": statistics.median(one["wait_median_ms"] for one in told),
        "wait_p99_ms": max(one["wait_p99_ms"] for one in told),
        "wait_max_ms": max(one["wait_max_ms"] for one in told),
        "sender_cores": round(sum(one["sender_cpu_share"] for one in told), 2),
        "service_cores": round((of.cpu_s() - cpu) / (took_s + judged_s), 2),
        "service_us_a_position": round(1e6 * (of.cpu_s() - cpu) / max(positions, 1), 1),
        "judged_after_s": round(judged_s, 1),
        "bytes_a_position": round((of.size() - before) / max(positions, 1)),
        "resident_mb": of.resident_mb(),
    }


def warm(of: Service) -> dict[str, Any]:
    """Let every device speak once and the loops become machine code, as after some minutes."""
    told = heard_once(of)
    for _ in range(_WARM_ROUNDS):  # the service begins with it after some seconds
        is_warming = any(_WARMING in _words(pid) for pid in _children(of.pid))
        flood(of, batch=15, for_s=10.0)
        if is_warming and not any(_WARMING in _words(pid) for pid in _children(of.pid)):
            break
    flood(of, batch=15, for_s=10.0)  # it loads them
    return told


def heard_once(of: Service) -> dict[str, Any]:
    """Let every device speak once, so that what follows is not about waking orders."""
    return flood(of, batch=15, for_s=0.0, is_once=True)


@contextmanager
def _senders(
    of: Service, batch: int, for_s: float, senders: int, more: dict[str, Any]
) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that send once they are told to; very many devices take one a while."""
    running = []
    with contextlib.ExitStack() as stack:
        for n in range(senders):
            job = Job(
                port=of.port,
                tokens=of.tokens[n::senders],
                homes=of.homes[n::senders],
                batch=batch,
                for_s=for_s,
                began_s=of.began_s,
                seqs=[of.seqs.get(one, 1) for one in of.tokens[n::senders]],
                **more,
            )
            path = of.folder.parent / f"job-{n}-{batch}.json"
            path.write_text(json.dumps(asdict(job)))
            words = [sys.executable, str(HERE / "sender.py"), str(path), str(_SENDER_CORE)]
            both = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            running.append(stack.enter_context(subprocess.Popen([*words, "wait"], **both)))  # noqa: S603
        for one in running:
            assert one.stdout is not None  # noqa: S101
            one.stdout.readline()
        yield running


def _told(of: Service, n: int, senders: int, one: subprocess.Popen[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(one.communicate()[0])
    of.seqs.update(zip(of.tokens[n::senders], told.pop("seqs"), strict=True))
    return told


def latency(of: Service, *, load_per_s: float) -> dict[str, Any]:
    """Tell how long an opened strap needs to the officer's list, beside a steady load."""
    quiet, busy = of.tokens[:_ALERTS], of.tokens[_ALERTS:]
    beside = replace(of, tokens=busy, homes=of.homes[_ALERTS:])
    address = f"http://127.0.0.1:{of.port}"
    job = Job(
        port=of.port,
        tokens=beside.tokens,
        homes=beside.homes,
        batch=15,
        for_s=60.0,
        began_s=of.began_s,
        seqs=[of.seqs.get(one, 1) for one in busy],
        per_s=load_per_s,
    )
    path = of.folder.parent / "job-beside.json"
    path.write_text(json.dumps(asdict(job)))
    words = [sys.executable, str(HERE / "sender.py"), str(path), str(_SENDER_CORE)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sending:  # noqa: S603
        time.sleep(3)
        waits = []
        with watching(address, of.cookie) as officer, httpx.Client(base_url=address) as lines:
            for n, token in enumerate(quiet, 1):
                now = text(MachineClock().now())
                event = {"type": "event", "seq": 2_000_000, "at": now, "code": "strap_open"}
                told_of = {"token": token, "event": event, "words": f"W-{n:07}<"}
                waits.append(alert_ms(lines, officer, **told_of))
                time.sleep(0.2)
        told = json.loads(sending.communicate()[0])
    of.seqs.update(zip(busy, told["seqs"], strict=True))
    first, *rest = waits
    return {
        "alert_p99_ms": round(p99(rest), 1),
        "alert_median_ms": round(statistics.median(rest), 1),
        "alert_first_ms": round(first, 1),
        "alert_at_positions_per_s": told["positions_per_s"],
    }


def _filled(folder: Path, wearers: int) -> tuple[Filled, str]:
    """Fill a house, and sign an officer in; gives who may speak, and the officer's cookie."""
    # A version judges nothing that happened before it was recorded.
    recorded_at = Micros(time.time_ns() // 1000 - _RECORDED_BEFORE)
    filled = fill(folder, wearers, recorded_at=recorded_at)
    with open_house(folder) as house:
        link = add_user(house, "bench", role="supervisor", authority="ho", by="bench")
        person = finish_setup(house, link.rpartition("/")[2], "nobody reads this one")
        return filled, start_session(house, person, kind="page").token


def _until_judged(folder: Path) -> float:
    """Tell how long the judge needs for what is stored when the devices fall silent."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        while db.execute(
            "SELECT (SELECT upto FROM judged)"
            " < (SELECT seq FROM sqlite_sequence WHERE name = 'journal')"
        ).fetchone()[0]:
            time.sleep(0.05)
    return time.perf_counter() - begun


def _wait(port: int) -> None:
    for _ in range(1_200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(FileNotFoundError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICKS
    return 0.0


def _words(pid: int) -> str:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            told = path.read_text().rpartition(")")[2].split()
            if int(told[1]) == pid:
                found.append(int(path.parent.name))
    return found
