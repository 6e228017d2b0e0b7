"""A service in a process of its own under load, and what must be true after it was cut off."""

from __future__ import annotations

import json
import multiprocessing
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.rig import HOME, HandClock, order_of

from fairtag.app.add_device import add_device
from fairtag.app.house import House
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.put_order import put_order
from fairtag.app.run_service import Pulse
from fairtag.bootstrap import open_house
from fairtag.cli import serve as serving_room
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros, text
from fairtag.web.device_api.app import DeviceDoor, Receive, Scope, Send
from fairtag.web.site import Site

FORKS = multiprocessing.get_context("forkserver")
# One list for all tests of faults: a process has one such server, and the list set last counts.
FORKS.set_forkserver_preload(["fairtag.cli.serve", "pydantic.v1", "pytest", "tests.rig"])
WEARERS = 3
BATCH = 15
ORDER = OrderId("ORD-1")
CODES = ("strap_open", "strap_closed", "battery_low", "charge_start", "case_open", "fault", "sos")


def check(folder: Path, load: Load) -> None:
    with open_house(folder) as house:
        engine = Engine(house)
        engine.start()
        while engine.step():
            pass
        stored = stored_of(house)
        for device, numbers in load.safe.items():
            assert numbers <= stored[device].keys(), f"{device}: acknowledged and lost"
        assert {n for one in stored.values() for n in one.values()} == {1}, "stored twice"
        assert engine.digest_input() == clean_replay(house), "state differs from a clean replay"
        findings = house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=1_000_000))
        revisions = Counter((one.finding_id, one.rev) for _, one in findings)
        assert set(revisions.values()) == {1}, "a finding was told twice"
        states = ["raised", "acknowledged", "closed"]
        alerts = house.store.read(lambda tx: tx.alerts.listed(states=states, limit=1_000_000))
        held = Counter(name for one in alerts if one.state != "closed" for name in one.findings)
        assert set(held.values()) == {1}, "a finding is in two open alerts"
        told = {name for alert in alerts for name in alert.findings}
        assert told == {one.finding_id for _, one in findings}, "a finding without alert"


def stored_of(house: House) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {f"D-{n}": Counter() for n in range(1, WEARERS + 1)}
    for entry in house.store.read(lambda tx: tx.journal.after(0, limit=10_000_000)):
        for message in entry.messages:
            assert message.seq is not None
            found[message.device_id][message.seq] += 1
    return found


def registered(folder: Path) -> dict[str, str]:
    now = Micros(time.time_ns() // 1000)
    begun, ends = text(Micros(now - 2 * DAY)), text(Micros(now + 30 * DAY))
    review = {"kind": "administrative", "by": text(Micros(now + 20 * DAY))[:10], "instrument": "P"}
    # Recorded two days ago: a version judges nothing that happened before it was recorded.
    with open_house(folder, kind="service", clock=HandClock(Micros(now - 2 * DAY))) as house:
        for number in range(1, WEARERS + 1):
            order = order_of(number, starts_at=begun, ends_at=ends, review=review)
            order["vulnerability_assessed_at"] = begun[:10]
            put_order(house, json.dumps(order).encode(), scheme=seed_scheme(), by="test")
        return {
            f"D-{n}": add_device(house, f"D-{n}", by="test").token for n in range(1, WEARERS + 1)
        }


class LateSite(Site):
    """A site whose pages are made when somebody asks for one; devices have their door at once."""

    def __init__(self, house: House, pulse: Pulse, **told: Any) -> None:
        self.door = DeviceDoor(house)
        self._made = lru_cache(lambda: Site(house, pulse, **told))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_device = scope["type"] == "http" and scope["path"].startswith("/d/")
        await (self.door if is_device else self._made())(scope, receive, send)


def serve(folder: Path, host: str, port: int) -> None:
    """Run `fairtag serve`, which is there a second sooner for each start: devices need no page."""
    serving_room.Site = LateSite  # type: ignore[misc]
    serving_room.serve(folder, host, port)


class Load(threading.Thread):
    """Sends batches as real devices do: the same again until it is acknowledged."""

    def __init__(self, tokens: dict[str, str], port: int) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.safe: dict[str, set[int]] = {device: set() for device in tokens}
        self.acknowledged = 0
        self.sent_away = 0
        self._tokens = tokens
        self._port = port
        self._chance = random.Random(1)
        self._began = time.time_ns() // 1000 - 10 * MINUTE

    def run(self) -> None:
        next_seq = dict.fromkeys(self._tokens, 1)
        waiting: dict[str, str] = {}
        client = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=5)
        while not self.stop.is_set():
            for device, token in self._tokens.items():
                if device not in waiting:
                    waiting[device] = self._batch(next_seq[device])
                if self._is_taken(client, token, waiting[device]):
                    del waiting[device]
                    self.safe[device].update(range(next_seq[device], next_seq[device] + BATCH))
                    self.acknowledged += BATCH
                    next_seq[device] += BATCH
        client.close()

    def comes_through(self, batches: int = 1) -> None:
        """Wait until so many more batches are acknowledged: a busy machine may take its time."""
        wanted = self.acknowledged + batches * BATCH
        for _ in range(1_200):
            if self.acknowledged >= wanted:
                return
            time.sleep(0.05)
        pytest.fail("the load does not come through")

    def _batch(self, first: int) -> str:
        return "\n".join(self._line(n) for n in range(first, first + BATCH))

    def _is_taken(self, client: httpx.Client, token: str, batch: str) -> bool:
        try:
            answer = client.post(
                "/d/v1/messages", content=batch, headers={"Authorization": f"Bearer {token}"}
            )
        except httpx.HTTPError:
            time.sleep(0.02)
            return False
        self.sent_away += answer.status_code == 503
        return answer.status_code == 200

    def _line(self, seq: int) -> str:
        at = Micros(self._began + seq * SECOND // 20)  # in order, and never ahead of the clock
        made: dict[str, object] = {"seq": seq, "at": text(at)}
        if seq % 10 == 0:
            return json.dumps(made | {"type": "event", "code": CODES[seq // 10 % len(CODES)]})
        away = 0.025 if seq // 60 % 2 else 0.0
        lat = HOME[0] + away + self._chance.gauss(0, 3e-5)
        return json.dumps(
            made | {"type": "position", "lat": lat, "lon": HOME[1] + 0.005, "accuracy_m": 8}
        )


@contextmanager
def served(
    folder: Path, port: int, serving: Callable[[Path, str, int], None] = serve
) -> Iterator[BaseProcess]:
    """Run the service in a process of its own; a server that has the modules ready forks it."""
    _awaited(port, is_listening=False, told="what the last service left still listens")
    process = FORKS.Process(target=serving, args=(folder, "127.0.0.1", port), daemon=True)
    process.start()
    try:
        _awaited(port, is_listening=True, told="the service does not come up")
        yield process
    finally:
        process.kill()
        process.join()


def _awaited(port: int, *, is_listening: bool, told: str) -> None:
    for _ in range(1_200):  # a busy machine is no reason to fail
        with socket.socket() as probe:
            if (probe.connect_ex(("127.0.0.1", port)) == 0) is is_listening:
                return
        time.sleep(0.05)
    pytest.fail(told)


def run(*words: str | Path) -> None:
    subprocess.run([str(one) for one in words], check=True, capture_output=True)


@contextmanager
def mounted(folder: Path, *words: str | Path) -> Iterator[Path]:
    """Mount at a folder; where that is not allowed, say so loudly and skip."""
    folder.mkdir()
    try:
        run("mount", *words, folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("MOUNTS ARE NOT ALLOWED HERE: the power and disk faults did not run")
    try:
        yield folder
    finally:
        let_go(folder)


def let_go(folder: Path) -> None:
    """Unmount; a signer whose service was killed needs a moment to notice and to end."""
    for _ in range(100):
        with suppress(subprocess.CalledProcessError):
            run("umount", folder)
            return
        time.sleep(0.1)
    run("umount", folder)
