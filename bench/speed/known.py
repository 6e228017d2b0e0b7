"""What does a service know by heart of so many wearers who have all spoken, and in how many bytes?

The service's own books, one after the other in one process, given what a store would give them; no
HTTP and no file. Units: bytes a wearer; MB; seconds of processor time.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import fill
import spoken

from fairtag.adapters.clock import MachineClock
from fairtag.adapters.sqlite.engine import in_memory
from fairtag.adapters.sqlite.taking.plain import SqlitePlain
from fairtag.app.books import ActivationFacts, Bearer
from fairtag.app.judging.book import Head
from fairtag.app.judging.memory import Judges
from fairtag.app.taking.registry import Registry
from fairtag.custody.stack import Row
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

_HOMES = 50
_AT_ONCE = 1_000
_AN_HOUR_AGO = HOUR


class _Store:
    """Gives what a store would; every name leads to itself."""

    def __init__(self, said: list[fill.Said], at: Micros) -> None:
        self.store = self.verdicts = self.devices = self
        self._said, self._at = said, at

    def read(self, work: Callable[[Any], Any]) -> Any:
        return work(self)

    def changes(self) -> int:
        return 0

    def news(self, after: int) -> tuple[int, list[DeviceId]]:
        return after, []

    def bearer(self, token_hash: bytes) -> Bearer:
        n = int.from_bytes(token_hash, "big")
        return Bearer(device_id=DeviceId(f"D-{n:07}"), kind="device")

    def serving(self, device_id: DeviceId) -> list[ActivationFacts]:
        during = Interval(start=self._at, end=Micros(self._at + 30 * DAY))
        name = device_id[2:]
        return [
            ActivationFacts(
                device_id=device_id,
                order_id=OrderId(f"ORD-{name}"),
                wearer_id=WearerId(f"W-{name}"),
                during=during,
                order_ends_at=Micros(int(during.end)),
            )
        ]

    def upto(self, device_id: DeviceId, epoch: int) -> tuple[int, list[tuple[int, int]]]:
        return 1_000 + 15 * int(device_id[2:]) + epoch, []

    def heads(self, wearers: int) -> Iterator[Head]:
        for n in range(1, wearers + 1):
            due = Micros(self._at + HOUR + n)
            yield Head(OrderId(f"ORD-{n:07}"), WearerId(f"W-{n:07}"), 3 * n, due)

    def stills(self, orders: list[OrderId]) -> list[tuple[OrderId, bytes]]:
        found = []
        for name in orders:
            told = self._said[int(name[4:]) % _HOMES]
            number = name[4:].encode()
            found.append((name, (told.state.still or b"").replace(told.number, number)))
        return found


def told(wearers: int) -> dict[str, Any]:
    """Measure each book, and all of them."""
    fill.HOMES = _HOMES
    at = Micros(MachineClock().now() - _AN_HOUR_AGO)
    store: Any = _Store(spoken.spoken(at), at)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    judges, registry = Judges(cast("Any", store)), Registry(store)
    plain = SqlitePlain(in_memory(), store, store, store)
    begun = _resident()
    stages: dict[str, Callable[[], object]] = {
        "orders known at the start": lambda: judges.begin(store.heads(wearers)),
        "credentials": lambda: _each(wearers, lambda n: registry.bearer(n.to_bytes(32, "big"))),
        "devices of the writer": lambda: _each(wearers, lambda n: _heard(plain, n)),
        "orders that lie among many": lambda: _woken(judges, wearers, at),
    }
    found: dict[str, Any] = {"wearers": wearers, "before_mb": begun // 1_000_000}
    for name, work in stages.items():
        before, cpu = _resident(), time.process_time()
        work()
        found[name] = {
            "bytes_a_wearer": round((_resident() - before) / wearers),
            "cpu_s": round(time.process_time() - cpu, 2),
        }
    found["all_mb"] = (_resident() - begun) // 1_000_000
    found["resident_mb"], found["peak_mb"] = _resident() // 1_000_000, _peak() // 1_000_000
    return found


def _each(wearers: int, work: Callable[[int], object]) -> None:
    for n in range(1, wearers + 1):
        work(n)


def _heard(plain: SqlitePlain, n: int) -> None:
    """Ask what is asked of a device whenever it speaks, as the writer does."""
    device_id = DeviceId(f"D-{n:07}")
    plain.serving(device_id)
    plain.top(device_id, 0)


def _woken(judges: Judges, wearers: int, at: Micros) -> None:
    for first in range(1, wearers + 1, _AT_ONCE):
        rows = [_row(n, at) for n in range(first, min(first + _AT_ONCE, wearers + 1))]
        judges.take(rows)


def _row(n: int, at: Micros) -> Row:
    """Give a row that says nothing: it wakes its order."""
    whose = (OrderId(f"ORD-{n:07}"), WearerId(f"W-{n:07}"), DeviceId(f"D-{n:07}"))
    return Row(n, "tick", *whose, Micros(at + 10 * MINUTE), b"")


def _resident() -> int:
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    found = Path("/proc/self/status").read_text().partition(f"{name}:")[2]
    return 1_024 * int(found.split()[0])


if __name__ == "__main__":
    print(told(int(sys.argv[1])))  # noqa: T201
