"""Benchmarks: over real HTTP against a service of their own, and places; none is a test."""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.pool
import os
import platform
import socket
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from fairtag.adapters.clock import ScaledClock
from fairtag.app.add_device import add_device
from fairtag.app.put_order import put_order
from fairtag.app.sign_in import add_user, finish_setup, start_session
from fairtag.bootstrap import open_house
from fairtag.cli.asking.bench import prompts
from fairtag.cli.facing.timing import faces
from fairtag.cli.keys.measure import measure
from fairtag.cli.log.bench import audit
from fairtag.cli.measuring.trails import stories, trail
from fairtag.cli.serve import serve
from fairtag.evaluation.case import simulated
from fairtag.evaluation.judges import JUDGES
from fairtag.evaluation.run import run, tasks
from fairtag.evaluation.telling.report import summary
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.judge import OrderJudge
from fairtag.sim.cast import player
from fairtag.sim.load import BATCH, Sender, began_now, flood, p99, until_seen
from fairtag.sim.papers import order_of
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

_DEVICES = 300
_SENDERS = 20
_ROUNDS = 5
_ROUND_S = 8.0
_SAMPLES = 101  # alerts, each of a device of its own; the first is told apart
_QUIET_S = 0.2  # between two alerts
_ALERT_LOAD = 500  # positions a second beside them
_SEED = 1
# Lives in which places are hard to tell, and departures that must be found; three days each.
_LIVES = (
    *("home_at_edge", "lives_near_zone", "walks_along_fence", "deep_indoors_poor"),
    *("frozen_network", "zone_4_min", "left_25_min", "late_return"),
)
_LIFE_DAYS = 3
# Two tags and two phones, a month each; every third wearer has three conditions about places.
_JUDGED = (3, 6, 9, 12)
_JUDGED_DAYS = 30


def bench(
    only: Annotated[
        str,
        typer.Option(
            help="intake, latency, judge, trail, stories, places, faces, keys, audit, prompts;"
            " default: all."
        ),
    ] = "",
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("bench/latest.json"),
) -> None:
    """Measure positions a second, the time from arrival to the officer's list, false findings."""
    told: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "data": f"{_DEVICES} invented wearers, 3 conditions each, seed {_SEED}; batches of {BATCH}",
    }
    for name, work in _ALL.items():
        if only in ("", name):
            told |= work()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=1) + "\n")
    typer.echo(json.dumps(told, indent=1))


def _intake() -> dict[str, Any]:
    with _service() as (folder, port, tokens, _):
        began = began_now()
        senders = [Sender(port, tokens[n::_SENDERS], began) for n in range(_SENDERS)]
        before = _size(folder)
        # The first round is told apart: every wearer's keys are made in it.
        first, *rates = [flood(senders, for_s=_ROUND_S) for _ in range(_ROUNDS + 1)]
        positions = sum(sender.acknowledged for sender in senders)
        waits = [one for sender in senders for one in sender.waits_ms]
        behind_s = _until_judged(folder)
        return {
            "positions_per_s": round(statistics.median(rates)),
            "positions_per_s_rounds": [round(rate) for rate in rates],
            "positions_per_s_first": round(first),
            "positions_acknowledged": positions,
            "request_p99_ms": round(p99(waits), 1),
            "bytes_per_position": round((_size(folder) - before) / positions),
            "judged_after_s": round(behind_s, 1),
        }


def _until_judged(folder: Path) -> float:
    """Tell how long the judge needs for what is stored when the devices fall silent."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        while db.execute(
            "SELECT (SELECT upto FROM judged) < (SELECT max(n) FROM journal)"
        ).fetchone()[0]:
            time.sleep(0.05)
    return time.perf_counter() - begun


def _latency() -> dict[str, Any]:
    with _service() as (_, port, tokens, cookie):
        quiet = tokens[:_SAMPLES]
        senders = [Sender(port, tokens[_SAMPLES:], began_now())]
        sender = Sender(port, quiet, began_now())
        officer = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", cookies={"fairtag_session": cookie}
        )

        def one(number: int) -> float:
            def raised() -> str:
                sender.event(quiet[number], "strap_open")
                return f"W-{number + 1:04}<"

            return until_seen(raised, lambda: officer.get("/queue/rows").text)

        def watch() -> list[float]:
            waits = []
            for number in range(_SAMPLES):
                waits.append(one(number))
                if number == 0:  # each device has spoken once, as in a service that runs
                    for token in quiet:
                        sender.event(token, "charge_stop")
                time.sleep(_QUIET_S)
            return waits

        with multiprocessing.pool.ThreadPool(1) as beside:
            watching = beside.apply_async(watch)
            rate = 0.0
            while not watching.ready():
                rate = flood(senders, for_s=3, per_s=_ALERT_LOAD)
            first, *waits = watching.get()
        return {
            "alert_p99_ms": round(p99(waits), 1),
            "alert_median_ms": round(statistics.median(waits), 1),
            "alert_first_ms": round(first, 1),
            "alert_samples": len(waits),
            "alert_at_positions_per_s": round(rate),
        }


def _judge() -> dict[str, Any]:
    """Measure the judge alone, on one core: a life as columns, and as a device sends it."""
    lives = [simulated("calm_at_work", n, seed=_SEED, days=_JUDGED_DAYS) for n in _JUDGED]

    def columns() -> int:
        for life in lives:
            OrderJudge((life.ruling,)).follow(life.heard.positions, past=lambda _: ())
        return sum(len(life.heard.positions) for life in lives)

    def batches() -> int:
        told = lives[0].heard.positions
        messages = [told.message(row) for row in range(min(len(told), _PLAIN))]
        judge = OrderJudge((lives[0].ruling,))
        for n in range(0, len(messages), BATCH):
            judge.take(messages[n : n + BATCH], past=lambda _: ())
        return len(messages)

    def plain() -> int:
        told = lives[0].heard.positions.part(0, _PLAIN)
        OrderJudge((lives[0].ruling,)).follow(told, past=lambda _: ())
        return len(told)

    rates = _rates(columns, how="always")
    slow = _rates(plain, how="never")
    return {
        "judge_positions_per_s": round(statistics.median(rates)),
        "judge_positions_per_s_rounds": [round(rate) for rate in rates],
        "judge_batches_positions_per_s": round(statistics.median(_rates(batches, how="always"))),
        "judge_plain_positions_per_s": round(statistics.median(slow)),
        "judge_data": f"{len(lives)} wearer-months, 3 conditions each, seed {_SEED}; one core",
    }


_PLAIN = 5_000  # positions; plain Python is slow enough to tell with so few


def _rates(work: Callable[[], int], *, how: str) -> list[float]:
    """Run some work again and again; gives positions a second, without the first time."""
    before = os.environ.get("FAIRTAG_COMPILED")
    os.environ["FAIRTAG_COMPILED"] = how
    try:
        work()
        rates = []
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            done = work()
            rates.append(done / (time.perf_counter() - begun))
        return rates
    finally:
        if before is None:
            del os.environ["FAIRTAG_COMPILED"]
        else:
            os.environ["FAIRTAG_COMPILED"] = before


def _places() -> dict[str, Any]:
    """Give a small table of `fairtag evaluate`: a sign of change, too small for a verdict."""
    wanted = tasks(_LIVES, seeds=[_SEED], months=1, days=_LIFE_DAYS, is_daily=True)
    scores = run(wanted, jobs=os.cpu_count() or 1)
    told = {name: summary([one for one in scores if one.judge == name]) for name in JUDGES}
    return {
        "places_wearer_days": _LIFE_DAYS * len(_LIVES),
        "false_findings_a_month": {
            name: round(one["false_a_month"], 2) for name, one in told.items()
        },
        "departures_found": {name: one["places"]["share"] for name, one in told.items()},
        "finding_delay_p95_s": {
            name: one["places"]["delay_s"]["p95"] for name, one in told.items()
        },
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("fairtag.db*"))


@contextmanager
def _service() -> Iterator[tuple[Path, int, list[str], str]]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        tokens, cookie = _registered(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=serve, args=(folder, "127.0.0.1", port), daemon=True)
        process.start()
        try:
            _wait(port)
            yield folder, port, tokens, cookie
        finally:
            process.terminate()
            process.join(20)


def _registered(folder: Path) -> tuple[list[str], str]:
    now = Micros(time.time_ns() // 1000)
    span = Interval(start=Micros(now - DAY), end=Micros(now + DAY))
    tokens = []
    # Recorded yesterday: a version judges nothing that happened before it was recorded.
    clock = ScaledClock(start=span.start, since=now, speed=1)
    with open_house(folder, kind="service", clock=clock) as house:
        for number in range(1, _DEVICES + 1):
            one = player(number, "calm_at_home", span=span, seed=_SEED)
            document = json.dumps(order_of(one)).encode()
            put_order(house, document, scheme=seed_scheme(), by="bench")
            tokens.append(add_device(house, one.device_id, by="bench").token)
    with open_house(folder) as house:
        link = add_user(house, "bench", role="supervisor", authority="ho", by="bench")
        person = finish_setup(house, link.rpartition("/")[2], "nobody reads this one")
        return tokens, start_session(house, person, kind="page").token


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


_ALL: dict[str, Callable[[], dict[str, Any]]] = {
    "intake": _intake,
    "latency": _latency,
    "judge": _judge,
    "trail": trail,
    "stories": stories,
    "places": _places,
    "faces": faces,
    "keys": measure,
    "audit": audit,
    "prompts": prompts,
}
