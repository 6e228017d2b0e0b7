"""Very many wearers in one house: its start, its memory, alerts beside a load, an hour's outage.

    python bench/speed/million.py fill FOLDER --wearers 1000000
    python bench/speed/million.py measure FOLDER --only start,heard,latency,rate,drain,compare

A house is filled once, which takes minutes, with wearers who have spoken (`spoken`), and measured
as often as wanted: each run's clock goes on after the last word of the one before.
Units: seconds; MB; µs of processor time.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import whole
from fill import HOMES, fill
from officer import alert_ms, watching
from sender import Job
from shifted import clock_from
from spoken import OVER, spoken

from fairtag.adapters.clock import MachineClock
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.rules.view import PAUSE
from fairtag.sim.load import p99
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros, text

HERE = Path(__file__).parent
_STEP = 25_000
_RATE = 16_700  # positions a second: a million wearers, a fix a minute
_ALERTS = 101
_BACK = 6 * MINUTE  # the first position of a run, before it; after the last that was filled in
_WHO = "who.npz"
_LATER_S = 60.0  # after which a state is written
_FEW = 2_000  # rows


@dataclass(frozen=True)
class House:
    """A filled house, and where its clock stands."""

    folder: Path

    @property
    def data(self) -> Path:
        """Give the data folder."""
        return self.folder / "data"

    def who(self) -> tuple[list[str], list[tuple[float, float]]]:
        """List tokens and homes."""
        told = np.load(self.folder / _WHO)
        return [one.decode() for one in told["tokens"]], [(x, y) for x, y in told["homes"].tolist()]

    def next(self) -> tuple[Micros, dict[str, int]]:
        """Tell when the next run begins, after the last word, and how each token goes on."""
        asked = (
            "SELECT device_id, coalesce(upto, (SELECT max(last) FROM held"
            " WHERE held.device_id = devices.device_id)), heard_at FROM devices"
        )
        with closing(sqlite3.connect(f"file:{self.data / 'fairtag.db'}?mode=ro", uri=True)) as db:
            told = {name: (upto, heard_at) for name, upto, heard_at in db.execute(asked)}
        last = max(heard_at or 0 for _, heard_at in told.values())
        start = max(last, int(np.load(self.folder / _WHO)["at"]) + OVER)
        tokens = enumerate(self.who()[0], 1)
        return Micros(start + SECOND), {one: told[f"D-{n:07}"][0] + 1 for n, one in tokens}


def filled(folder: Path, wearers: int) -> None:
    """Fill a house, part by part; who may speak is kept beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    at, begun, cpu = Micros(MachineClock().now() - HOUR), time.perf_counter(), time.process_time()
    said = spoken(at)
    tokens: list[str] = []
    homes: list[tuple[float, float]] = []
    for first in range(0, wearers, _STEP):
        some = min(_STEP, wearers - first)
        told = fill(folder / "data", some, recorded_at=at, after=first, said=said)
        tokens += told.tokens
        homes += told.homes
        np.savez(folder / _WHO, tokens=np.array(tokens, "S32"), homes=np.array(homes), at=at)
        each = (time.perf_counter() - begun, time.process_time() - cpu)
        wall, used = (f"{1e3 * one / len(tokens):.2f} ms" for one in each)
        print(f"{len(tokens)}: {wall} a wearer, {used} of processor time", file=sys.stderr)  # noqa: T201


class Run(NamedTuple):
    """A running service, after how many seconds it was ready, and by what its clock is behind."""

    of: whole.Service
    ready_s: float
    behind: int  # µs, and some more: what happens now has happened by its clock


@contextmanager
def served(house: House, *, most: int | None = None) -> Iterator[Run]:
    """Run the service while the block lasts.

    `most` is how many of the wearers may speak.
    """
    start, seqs = house.next()
    tokens, homes = house.who()
    cookie = _officer(house, start)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.perf_counter()
    words = [str(HERE / "shifted.py"), str(house.data), str(port), str(start)]
    told = ["taskset", "-c", whole._SERVICE_CORES, sys.executable, *words]  # noqa: SLF001
    with subprocess.Popen(told) as process:  # noqa: S603
        try:
            whole._wait(port)  # noqa: SLF001
            ready = time.perf_counter() - began
            began_s = (start - _BACK) // SECOND
            known = {one: seqs[one] for one in tokens[:most]}
            told = (house.data, port, process.pid, tokens[:most], homes[:most], cookie)
            of = whole.Service(*told, began_s=began_s, seqs=known)
            yield Run(of, ready, MachineClock().now() - start + SECOND)
        finally:
            process.terminate()
            process.wait(120)


def _officer(house: House, now: Micros) -> str:
    with open_house(house.data, clock=clock_from(now)) as opened:
        name = f"bench{now}"
        link = add_user(opened, name, role="supervisor", authority="ho", by="bench")
        person = finish_setup(opened, link.rpartition("/")[2], "nobody reads this one")
        return start_session(opened, person, kind="page").token


def _memory(of: whole.Service) -> dict[str, int]:
    told = Path(f"/proc/{of.pid}/status").read_text()
    names = {"VmRSS": "resident_mb", "VmHWM": "peak_mb"}
    return {
        ours: int(told.partition(f"{name}:")[2].split()[0]) // 1_000 for name, ours in names.items()
    }


def started(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Tell how long a start takes, and in how much memory."""
    del words
    with served(house) as run:
        told = {"ready_s": round(run.ready_s, 1), "cpu_s": run.of.cpu_s()}
        return told | _memory(run.of)


def heard(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Let every device speak once, and tell the memory then."""
    with served(house, most=words.most) as run:
        of = run.of
        told = whole.heard_once(of)
        return told | _memory(of)


def latency(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Tell how long an opened strap needs to the officer's list, beside a steady load."""
    with served(house, most=words.most) as run:
        of = run.of
        found = {"woken": whole.heard_once(of)} if words.wake else {}
        (house.folder / "stops.json").unlink()  # those of a start, and of waking everybody
        cpu, begun = of.cpu_s(), time.perf_counter()
        with _sending(of, for_s=words.seconds, batch=words.batch) as told:
            time.sleep(3)
            waits = _waits(of, words.seconds - 5, run.behind)
        first, *rest = waits
        return found | {
            "batch": words.batch,
            "alerts": len(rest),
            "alert_p99_ms": round(p99(rest), 1),
            "alert_max_ms": round(max(rest), 1),
            "alert_median_ms": round(statistics.median(rest), 1),
            "alert_first_ms": round(first, 1),
            "service_cores": round((of.cpu_s() - cpu) / (time.perf_counter() - begun), 2),
            **told,
            **_memory(of),
            **json.loads((house.folder / "stops.json").read_text()),
        }


@contextmanager
def _sending(of: whole.Service, *, for_s: float, batch: int) -> Iterator[dict[str, Any]]:
    """Send steadily while the block lasts; what came of it is in what is given, after it."""
    busy = of.tokens[_ALERTS:]
    job = Job(
        port=of.port,
        tokens=busy,
        homes=of.homes[_ALERTS:],
        batch=batch,
        for_s=for_s,
        began_s=of.began_s,
        seqs=[of.seqs[one] for one in busy],
        per_s=_RATE,
    )
    path = of.folder.parent / "job-beside.json"
    path.write_text(json.dumps(asdict(job)))
    found: dict[str, Any] = {}
    words = [sys.executable, str(HERE / "sender.py"), str(path), "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sending:  # noqa: S603
        yield found
        found |= json.loads(sending.communicate()[0])
    of.seqs.update(zip(busy, found.pop("seqs"), strict=True))


def _waits(of: whole.Service, for_s: float, behind: int) -> list[float]:
    """Open one strap after the other; gives ms from each one's first byte to the list."""
    address = f"http://127.0.0.1:{of.port}"
    waits: list[float] = []
    until = time.perf_counter() + for_s
    with watching(address, of.cookie) as officer, httpx.Client(base_url=address) as lines:
        for n, token in enumerate(of.tokens[:_ALERTS], 1):
            if time.perf_counter() > until:
                break
            now, seq = Micros(MachineClock().now() - behind), of.seqs[token]
            event = {"type": "event", "seq": seq, "at": text(now), "code": "strap_open"}
            told = {"token": token, "event": event, "words": f"W-{n:07}<"}
            waits.append(alert_ms(lines, officer, **told))
            time.sleep(0.2)
    return waits


def rate(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Tell what the rate costs from a tenth of the wearers, and from all, when all have spoken."""
    found = {}
    every = words.most or len(house.who()[0])
    for many in (every // 10, every):
        with served(house, most=many) as run:
            of = run.of
            whole.heard_once(of)
            _until_kept(of.folder)
            whole.flood(of, batch=15, for_s=_LATER_S + 15, per_s=_RATE)
            told = whole.flood(of, batch=15, for_s=words.seconds, per_s=_RATE)
            found[f"from_{len(of.tokens)}"] = told | _memory(of)
    return found


def _until_kept(folder: Path) -> None:
    """Wait until nearly every state is written that waking everybody made anew."""
    asked = "SELECT (SELECT max(n) FROM journal) - (SELECT whole FROM judged)"
    with closing(sqlite3.connect(f"file:{folder / 'fairtag.db'}?mode=ro", uri=True)) as db:
        while db.execute(asked).fetchone()[0] > _FEW:
            time.sleep(1)


def drain(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Let devices bring what they kept in an hour, and compare what was answered with the journal.

    Raises: AssertionError when something is lost, or there twice.
    """
    with served(house, most=words.most) as run:
        of = run.of
        before = _stored(of.folder)
        told = whole.flood(of, batch=words.batch, for_s=0.0, kept=60)
        stored = _stored(of.folder) - before
        assert stored == told["positions"] == 60 * len(of.tokens), stored  # noqa: S101
        return told | {"stored": stored} | _memory(of)


def _stored(folder: Path) -> int:
    """Count the positions of the journal, by the numbers that its rows name."""
    asked = "SELECT sum(last_seq - first_seq + 1) FROM journal WHERE what = 'messages'"
    with closing(sqlite3.connect(f"file:{folder / 'fairtag.db'}?mode=ro", uri=True)) as db:
        return int(db.execute(asked).fetchone()[0] or 0)


def compared(house: House, words: argparse.Namespace) -> dict[str, Any]:
    """Judge some orders again from nothing, chosen by chance; the states must be the same.

    Not those whose time to keep their track came since they were filled in, theirs or that of
    whoever spoke for their home: nobody kept it in the minutes that were filled in (`spoken`).
    """
    at, now = int(np.load(house.folder / _WHO)["at"]), house.next()[0]

    def paused(number: int) -> bool:
        since = zlib.crc32(f"ORD-{number:07}".encode()) * PAUSE >> 32
        return (at - since) // PAUSE != (now - since) // PAUSE

    def of(order_id: OrderId) -> bool:
        number = int(order_id.removeprefix("ORD-"))
        return not paused(number) and not paused((number - 1) % HOMES + 1)

    return {
        "same": whole.compared(house.data, clock=clock_from(now), of=of, most=words.compared),
    }


_PARTS: dict[str, Callable[[House, argparse.Namespace], dict[str, Any]]] = {
    "start": started,
    "heard": heard,
    "latency": latency,
    "rate": rate,
    "drain": drain,
    "compare": compared,
}


def main() -> None:
    """Read the words, fill or measure, print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", choices=("fill", "measure"))
    words.add_argument("folder", type=Path)
    words.add_argument("--wearers", type=int, default=1_000_000)
    words.add_argument("--only", default="start")
    words.add_argument("--most", type=int, default=None, help="of the wearers who speak")
    words.add_argument("--seconds", type=float, default=60.0)
    words.add_argument("--batch", type=int, default=15)
    words.add_argument("--compared", type=int, default=2_000, help="orders, of `compare`")
    words.add_argument("--wake", action="store_true", help="let all speak once before")
    told = words.parse_args()
    if told.what == "fill":
        filled(told.folder, told.wearers)
        return
    house = House(told.folder)
    for name in told.only.split(","):
        print(json.dumps({name: _PARTS[name](house, told)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
