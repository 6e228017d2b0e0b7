"""What does judging alone cost? A journal that is full already, judged by one engine right here.

The same wearers and positions as `whole` sends, stored beforehand; then an engine takes steps until
nothing waits. Told by stage in µs of processor time a request, and how requests fell to a judge.
Units: µs a request; requests of `BATCH` positions.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fairtag.adapters.clock import ScaledClock
from fairtag.app.house import House
from fairtag.app.judging import Engine, clean_replay
from fairtag.app.judging import engine as the_engine
from fairtag.app.judging.memory import Judges
from fairtag.app.ports import JournalEntry
from fairtag.app.put_order import put_order
from fairtag.bootstrap import open_house
from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Source
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.many import loop, quiet
from fairtag.sim.cast import Player, player
from fairtag.sim.papers import order_of
from fairtag.terms.instants import DAY, HOUR, SECOND, Micros
from fairtag.terms.local import Interval

BATCH = 15
_SEED = 1
_HANDS = 32
_A_COMMIT = 2_000
_FIRST = 3  # rows of an order: its version, and two requests
_NOISE_DEG = 6 / 111_320  # source: research on phones lying still; as `sender` draws it


def told(wearers: int, *, requests: int, every_s: int) -> dict[str, Any]:
    """Measure; `every_s` is the time from one position of a wearer to the next."""
    os.environ["FAIRTAG_COMPILED"] = "always"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        filled(folder, wearers, requests, every_s)
        return measured(folder, wearers)


def measured(folder: Path, wearers: int) -> dict[str, Any]:
    """Judge what a store holds, and compare with a clean replay.

    Told apart: an order's version and its first requests, when it is read; and what follows.
    """
    with open_house(folder) as house:
        _warm()
        engine = Engine(house)
        found = {"first": _stepped(engine, _FIRST * wearers), "steady": _stepped(engine)}
        assert engine.digest_input() == clean_replay(house)  # noqa: S101 - the bench's check
    return found


def _stepped(engine: Engine, most: float = math.inf) -> dict[str, Any]:
    stages, count = Stages(), 0
    with stages.watched():
        cpu = time.process_time()
        while count < most and (done := engine.step()):
            count += done
        used = time.process_time() - cpu
    return {
        "requests": count,
        "us_a_request": round(1e6 * used / count, 1),
        "positions_a_core_s": round(BATCH * count / used),
        "stages_us_a_request": stages.told(count),
        "left_by_the_loop": dict(stages.fell),
    }


class Stages:
    """Processor time by function, those that it calls included."""

    def __init__(self) -> None:
        self._us: Counter[str] = Counter()
        self.fell: Counter[str] = Counter()

    def told(self, requests: int) -> dict[str, float]:
        """Give each stage's time a request, the greatest first."""
        return {name: round(us / requests, 2) for name, us in self._us.most_common()}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count while the block lasts."""
        kept = [(owner, name, getattr(owner, name)) for owner, name in _STAGES]
        for owner, name, work in kept:
            setattr(owner, name, self._counted(f"{owner.__name__.split('.')[-1]}.{name}", work))
        take = loop.take_many

        def many(*args: Any) -> int:
            begun = time.thread_time_ns()
            found = take(*args)
            self._us["loop"] += (time.thread_time_ns() - begun) / 1_000  # type: ignore[assignment]
            self.fell.update(loop.WHY[code] for code in args[-1].tolist() if code <= 0)
            return found

        quiet.loop.take_many = many  # type: ignore[assignment]
        try:
            yield
        finally:
            quiet.loop.take_many = take
            for owner, name, work in kept:
                setattr(owner, name, work)

    def _counted(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **more: Any) -> Any:
            begun = time.thread_time_ns()
            try:
                return work(*args, **more)
            finally:
                self._us[name] += (time.thread_time_ns() - begun) / 1_000  # type: ignore[assignment]

        return counted


_STAGES: list[tuple[Any, str]] = [
    (Engine, "step"),
    (Engine, "_judge"),
    (Engine, "_write"),
    (Judges, "take"),
    (Judges, "calm"),
    (Judges, "late"),
    (quiet.QuietOrders, "take"),
    (the_engine.OrderJudge, "take"),
]


def _warm() -> None:
    """Compile on a small house of its own, of more than a step's requests, and count nothing."""
    with tempfile.TemporaryDirectory() as made:
        filled(Path(made), 2, 150, 1)
        with open_house(Path(made)) as house:
            engine = Engine(house)
            while engine.step():
                pass


def filled(folder: Path, wearers: int, requests: int, every_s: int) -> None:
    """Make a store whose journal holds so many requests of each wearer, taking turns."""
    now = Micros(time.time_ns() // 1_000)
    began = Micros(now - (requests * BATCH * every_s + 60) * SECOND)
    # Recorded before: a version judges nothing that happened before it was recorded.
    start = Micros(began - HOUR)
    span = Interval(start=start, end=Micros(now + DAY))
    clock = ScaledClock(start=start, since=now, speed=1)
    players = [player(n + 1, "calm_at_home", span=span, seed=_SEED) for n in range(wearers)]
    with open_house(folder, kind="service", clock=clock) as house:

        def order(who: Player) -> None:
            told = json.dumps(order_of(who)).encode()
            put_order(house, told, scheme=seed_scheme(), by="bench")

        with ThreadPoolExecutor(_HANDS) as hands:  # they share the commits
            list(hands.map(order, players))
        _store(house, players, requests, began, every_s)


def _store(house: House, players: list[Player], requests: int, began: Micros, every_s: int) -> None:
    noise = np.random.default_rng(_SEED).normal(0, _NOISE_DEG, (16, 2))
    entries: list[JournalEntry] = []
    for turn in range(requests):
        for who in players:
            entries.append(_request(who, turn, began, every_s, noise))
            if len(entries) == _A_COMMIT:
                _append(house, entries)
                entries = []
    _append(house, entries)


def _append(house: House, entries: list[JournalEntry]) -> None:
    house.store.transact(lambda tx: [tx.journal.append(one) for one in entries])


def _request(who: Player, turn: int, began: Micros, every_s: int, noise: Any) -> JournalEntry:
    seq = np.arange(1 + turn * BATCH, 1 + (turn + 1) * BATCH)
    at = began + seq * every_s * SECOND
    received_at = Micros(int(at[-1]) + SECOND)
    place = noise[(seq + 7 * who.number) % len(noise)]
    unknown = np.full(BATCH, np.nan)
    columns = Positions(
        device_id=who.device_id,
        epoch=0,
        seq=seq,
        at=at,
        received_at=np.full(BATCH, received_at),
        lon=(who.person.home.lon + place[:, 0]).round(7),
        lat=(who.person.home.lat + place[:, 1]).round(7),
        accuracy_m=np.full(BATCH, 8.0),
        accuracy_level=unknown,
        source=np.full(BATCH, SOURCES.index(Source.GNSS), np.int8),
        speed_mps=unknown,
        battery_pct=unknown,
        is_mock=np.zeros(BATCH, np.bool_),
    )
    return JournalEntry(
        what="messages",
        order_id=f"ORD-{who.number:04}",
        wearer_id=who.wearer_id,
        device_id=who.device_id,
        received_at=received_at,
        columns=columns,
    )
