"""What have devices said that spoke a few minutes, and what do judges remember of it?

One wearer of each home says it to a house of its own, over the service's own ways; `fill` then
leaves the same with everybody who lives there. A clean replay of such a house gives its states; but
the few orders whose own time to keep their track falls into these minutes (1 in 180) kept none.
Units: µs UTC; degrees WGS 84.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import fill
import numpy as np
from data import homes

from fairtag.adapters.clock import MachineClock, ScaledClock
from fairtag.app.house import House
from fairtag.app.judging import Engine
from fairtag.app.ports import Transaction
from fairtag.app.taking.take import take
from fairtag.bootstrap import open_house
from fairtag.custody.stack import Row
from fairtag.intake.together.plain import plain
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import MINUTE, SECOND, Micros, text

REQUESTS, _BATCH = 2, 15  # so many, and an order is still
LAST_SEQ = REQUESTS * _BATCH
_EVERY = 4 * SECOND
_FIRST = MINUTE  # after the order began
OVER = 10 * MINUTE  # after the order began all of it is over
_NOISE_DEG = 6 / 111_320
_TOGETHER = 200


def spoken(recorded_at: Micros) -> list[fill.Said]:
    """Let one wearer of each home speak; gives what came of it, in the order of homes.

    Raises: ValueError when that leads to a finding, which would have a name of its own.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        fill.fill(folder, fill.HOMES, recorded_at=recorded_at)
        since = MachineClock().now()
        clock = ScaledClock(start=Micros(recorded_at + OVER), since=since, speed=1)
        with open_house(folder, kind="service", clock=clock) as house:
            for request in range(REQUESTS):
                _say(house, recorded_at, request)
            engine = Engine(house)
            engine.start()
            while engine.step():
                pass
            engine.keep_all()
            return house.store.read(_said)


def _say(house: House, recorded_at: Micros, request: int) -> None:
    """Store a request of each device."""
    asked = [
        (DeviceId(f"D-{n:07}"), _body(home, recorded_at, request))
        for n, home in enumerate(homes(fill.HOMES).round(7).tolist(), 1)
    ]
    last = (request + 1) * _BATCH - 1
    received_at = Micros(recorded_at + _FIRST + last * _EVERY + SECOND)
    for first in range(0, len(asked), _TOGETHER):
        part = asked[first : first + _TOGETHER]
        told = [one for one in plain(part, received_at=received_at) if one is not None]
        both = [(name, one) for (name, _), one in zip(part, told, strict=True)]
        house.store.transact(partial(take, asked=both, received_at=received_at))


def _body(home: Sequence[float], recorded_at: Micros, request: int) -> bytes:
    chance = np.random.default_rng(request)
    noise = chance.normal(0, _NOISE_DEG, (_BATCH, 2)).tolist()
    at = [text(Micros(recorded_at + _FIRST + n * _EVERY)) for n in range(LAST_SEQ)]
    lines = [
        f'{{"type":"position","seq":{n + 1},"at":"{at[n]}",'
        f'"lat":{home[1] + north:.7f},"lon":{home[0] + east:.7f},"accuracy_m":8,"source":"gnss"}}'
        for n, (east, north) in enumerate(noise, request * _BATCH)
    ]
    return "\n".join(lines).encode()


def _said(tx: Transaction) -> list[fill.Said]:
    rows: dict[OrderId, list[tuple[int, int, int, int, int, bytes]]] = {}
    for one in _words(tx):
        n = len(rows.setdefault(one.order_id, []))
        first, last = n * _BATCH + 1, (n + 1) * _BATCH
        at = one.received_at - SECOND
        rows[one.order_id].append((one.received_at, at, 0, first, last, one.plain))
    found = []
    if tx.verdicts.feed(after=0, limit=1):
        message = "these homes give findings"
        raise ValueError(message)
    for n in range(1, fill.HOMES + 1):
        state = tx.verdicts.state(OrderId(f"ORD-{n:07}"))
        if state is None or state.still is None:
            message = "an order is not still after so many requests"
            raise ValueError(message)
        found.append(fill.Said(b"%07d" % n, tuple(rows[state.order_id]), state))
    return found


def _words(tx: Transaction) -> Iterator[Row]:
    after = 0
    while rows := tx.journal.rows_after(after, limit=1_000):
        yield from (one for one in rows if one.what == "messages")
        after = rows[-1].n
