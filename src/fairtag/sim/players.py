"""How do invented devices behave towards the service? As real clients: in order, until a 2xx.

A message is sent again until it is taken; meanwhile whatever comes later waits behind it. What was
not taken is asked again after 1 s, then 2, 4, … at most 30 s.
Source: OwnTracks for Android doubles from 1 s to 2 min, Traccar Client from 5 s to 5 min.
Units: instants in µs UTC of the rehearsal's clock; waits in seconds of the machine.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

import httpx

from fairtag.app.ports import Clock
from fairtag.sim.wire import Request, Speaker, Tongue, at_once, can_say, request_of
from fairtag.terms.instants import Micros

_ROUND_S = 0.25
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0
_VOICES = 8  # who speak at the same time: an answer comes after a commit, so each one waits
_BURST = 200  # requests of one device in a round, so that a backlog does not hold up the others


class Device:
    """One invented device with what it still has to say."""

    def __init__(self, who: Speaker, stream: Iterator[tuple[Micros, Mapping[str, Any]]]) -> None:
        """Take who speaks, and messages with the time at which each is sent, in that order."""
        self.who = who
        self._stream = stream
        self._next = next(stream, None)
        self._due: deque[Mapping[str, Any]] = deque()
        self._wait_s = 0.0
        self._not_before_s = 0.0
        self.is_over = False  # the service said that no order covers the device any more

    def speak(self, client: httpx.Client, now: Micros, *, machine_s: float) -> None:
        """Say what is due, as far as it is taken."""
        self._gather(now)
        if self.is_over or machine_s < self._not_before_s:
            return
        for _ in range(_BURST):
            if not self._due:
                return
            most = at_once(self.who.tongue)
            request = request_of(self.who, list(islice(self._due, most)))
            if not self._is_taken(client, request):
                self._wait_s = min(_LONGEST_WAIT_S, 2 * self._wait_s or _FIRST_WAIT_S)
                self._not_before_s = machine_s + self._wait_s
                return
            self._wait_s = 0.0
            for _ in range(request.said):
                self._due.popleft()

    def _gather(self, now: Micros) -> None:
        while self._next is not None and self._next[0] <= now:
            if can_say(self.who.tongue, self._next[1]):
                self._due.append(self._next[1])
            self._next = next(self._stream, None)

    def _is_taken(self, client: httpx.Client, request: Request) -> bool:
        try:
            answer = client.request(
                request.method, request.path, content=request.content, headers=request.headers
            )
        except httpx.HTTPError:
            return False
        self.is_over = answer.status_code == HTTPStatus.GONE
        if self.who.tongue is Tongue.OVERLAND:
            return answer.is_success and answer.content == b'{"result":"ok"}'
        return answer.is_success


def play(devices: Sequence[Device], *, address: str, clock: Clock, stop: threading.Event) -> None:
    """Let devices speak at their times over kept connections, until told to stop."""
    groups = [devices[n::_VOICES] for n in range(min(_VOICES, len(devices)))]
    threads = [
        threading.Thread(target=_speak, args=(group, address, clock, stop), daemon=True)
        for group in groups
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _speak(devices: Sequence[Device], address: str, clock: Clock, stop: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
        while not stop.wait(_ROUND_S):
            for device in devices:
                if stop.is_set():
                    return
                device.speak(client, clock.now(), machine_s=time.monotonic())
