"""How do requests that are in flight at the same time share one reading and one commit?

Whatever came while the last ones were written goes together. Of one event loop's thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

import msgspec

from fairtag.app.house import House
from fairtag.app.receive import Held
from fairtag.app.taking.take import take
from fairtag.intake.together.plain import MOST_BYTES, plain
from fairtag.intake.together.said import Plain
from fairtag.terms.errors import Busy
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros, text
from fairtag.web.device_api.protocols import Answer
from fairtag.web.device_api.urgent import is_urgent
from fairtag.web.device_api.valve import MOST_BEHIND_S, Valve

MOST: Final = 400  # requests together
_MOST_WAITING: Final = 20_000
_FLYING: Final = 2  # pieces of work with the writer: one is written while one is read
# A fuller group costs less a request. So a group waits as long after the last one, unless it is
# full enough; whoever comes alone does not wait.
_PACE_S: Final = 0.01
_ENOUGH: Final = 200
# Fewer lines than these are read sooner one by one.
_FEW: Final = 6

Done = Callable[[Answer | Busy | None], None]


class _Waiting(msgspec.Struct):
    device_id: DeviceId
    body: bytes
    done: Done
    since_s: float


class Lane:
    """Gathers plain requests of `/d/v1/messages`."""

    def __init__(self, house: House, valve: Valve) -> None:
        self._house = house
        self._valve = valve
        self._waiting: list[_Waiting] = []
        self._flying = 0
        self._went_s = float("-inf")
        self._called: asyncio.Handle | None = None

    def offer(
        self, device_id: DeviceId, body: bytes, done: Done, *, urgent: bool | None = None
    ) -> None:
        """Take a request; `done` is told the answer, why not, or None: it must go the other way.

        `urgent` tells whether it says so, where somebody looked already.
        """
        if len(body) > MOST_BYTES or (is_urgent(body) if urgent is None else urgent):
            done(None)
        elif self._is_shut():
            done(Busy())
        else:
            self._waiting.append(_Waiting(device_id, body, done, time.monotonic()))
            self._call()

    def _is_shut(self) -> bool:
        """Ask the valve once a group, which goes on soon; not at all of its requests."""
        if not self._waiting:
            return self._valve.is_shut()
        waited_s = time.monotonic() - self._waiting[0].since_s
        if len(self._waiting) >= _MOST_WAITING or waited_s > MOST_BEHIND_S:
            return True
        return len(self._waiting) % _ENOUGH == 0 and self._valve.is_shut()

    def _call(self) -> None:
        """Let the next group go: now when it is full enough, else in its time."""
        if not self._waiting or self._flying >= _FLYING:
            return
        is_full = len(self._waiting) == _ENOUGH
        if self._called is not None:
            if not is_full:
                return
            self._called.cancel()
        wait_s = self._went_s + _PACE_S - time.monotonic()
        loop = asyncio.get_running_loop()
        if wait_s <= 0 or len(self._waiting) >= _ENOUGH:
            self._called = loop.call_soon(self._go)
        else:
            self._called = loop.call_later(wait_s, self._go)

    def _go(self) -> None:
        self._called, self._went_s = None, time.monotonic()
        group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        now = self._house.clock.now()
        asked = [(one.device_id, one.body) for one in group]
        is_much = len(group) >= _FEW or sum(body.count(b"\n") + 1 for _, body in asked) >= _FEW
        found = plain(asked, received_at=now) if is_much else [None] * len(group)
        mine: list[tuple[_Waiting, Plain]] = []
        for one, told in zip(group, found, strict=True):
            if told is None:
                one.done(None)
            else:
                mine.append((one, told))
        if mine:
            self._submit(mine, now)
        self._call()

    def _submit(self, mine: list[tuple[_Waiting, Plain]], now: Micros) -> None:
        told = [(one.device_id, each) for one, each in mine]
        waiting = [one for one, _ in mine]
        try:
            future = self._house.store.submit(
                lambda tx: take(tx, told, received_at=now), is_plain=True
            )
        except Busy as busy:
            for one in waiting:
                one.done(busy)
            return
        self._flying += 1
        loop = asyncio.get_running_loop()
        future.add_done_callback(
            lambda done: loop.call_soon_threadsafe(self._landed, waiting, done, now)
        )

    def _landed(
        self, waiting: list[_Waiting], future: Future[list[Held | None]], now: Micros
    ) -> None:
        self._flying -= 1
        error = future.exception()
        # What fails together is tried one by one: only the guilty one is told.
        answers = [None] * len(waiting) if error is not None else future.result()
        at = text(now)
        for one, held in zip(waiting, answers, strict=True):
            if isinstance(error, Busy):
                one.done(error)
            else:
                one.done(None if held is None else _answer(one.device_id, held, at))
        self._call()


def _answer(device_id: DeviceId, held: Held, at: str) -> Answer:
    """Write what the native path says of a request that was stored as it is."""
    gaps = msgspec.json.encode(held.missing).decode() if held.missing else "[]"
    told = (
        f'{{"stored":{{"{device_id}":{{"epoch":{held.epoch},"upto":{held.upto},"missing":{gaps}}}}},'
        f'"quarantined":[],"server_time":"{at}"}}'
    )
    return Answer(status=200, body=told.encode())
