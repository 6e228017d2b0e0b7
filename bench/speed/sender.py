"""Many devices that speak as fast as they are answered, in one process on one core.

Bare sockets and bodies built from a template: a client library would cost more than the service.
Every answer is read, and only a 200 counts. Units: seconds; milliseconds for waits.
"""

from __future__ import annotations

import heapq
import json
import os
import selectors
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

_CONNECTIONS = 1_024
_TAILS = 4_096
_PLACES = 65_536
# Positions a second of a device's own time: so few minutes of the past hold what many minutes send.
_STEPS = 16
_WAITS = 200_000  # the newest are kept
_DONE = b"HTTP/1.1 200"
_LINE = b'{"type":"position","seq":%d,"at":"%s",%s}'


@dataclass
class Job:
    """What to send: `tokens` of devices in turn, `batch` positions a request."""

    port: int
    tokens: list[str]
    homes: list[tuple[float, float]]  # lon, lat
    batch: int
    for_s: float
    began_s: int  # when the first position happened, seconds since 1970
    first_seq: int = 1
    per_s: float | None = None  # positions a second at most
    seqs: list[int] | None = None  # each device's own first number, instead of one for all
    is_once: bool = False  # each device speaks once, however long it takes
    # Positions that each device has kept: it sends all of them, after a 503 when it was told to.
    kept: int = 0


@dataclass
class _Device:
    head: bytes
    tails: list[bytes]
    seq: int
    sent: int = 0


@dataclass
class Told:
    """What came of it."""

    positions: int = 0
    requests: int = 0
    upto: int = 0  # the highest number
    refused: int = 0
    took_s: float = 0.0
    cpu_s: float = 0.0
    waits_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_WAITS))

    def summary(self) -> dict[str, Any]:
        """Give rates and waits."""
        waits = np.array(self.waits_ms or [0.0])
        return {
            "positions_per_s": round(self.positions / self.took_s),
            "requests_per_s": round(self.requests / self.took_s),
            "refused": self.refused,
            "positions": self.positions,
            "upto": self.upto,
            "sender_cpu_share": round(self.cpu_s / self.took_s, 2),
            "wait_median_ms": round(float(np.percentile(waits, 50)), 1),
            "wait_p99_ms": round(float(np.percentile(waits, 99)), 1),
            "wait_max_ms": round(float(waits.max()), 1),
        }


class Flood:
    """Connections that take the next device whenever one is answered."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._instants = _Instants(job.began_s)
        chance = np.random.default_rng(len(job.tokens))
        noise = chance.normal(0, 6 / 111_320, (_TAILS, 2))
        self._devices = deque(
            _Device(
                head=(
                    f"POST /d/v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
                    "content-type: application/x-ndjson\r\ncontent-length: "
                ).encode(),
                tails=_tails(home, noise, n),
                seq=job.first_seq if job.seqs is None else job.seqs[n],
            )
            for n, (token, home) in enumerate(zip(job.tokens, job.homes, strict=True))
        )
        self._every = tuple(self._devices)
        self._later: list[tuple[float, int, _Device]] = []  # when told to come again; a heap
        self._left = len(self._every)  # that have kept something
        self.told = Told()

    def seqs(self) -> list[int]:
        """List the number with which each device goes on, in the order of the job's tokens."""
        return [one.seq for one in self._every]

    def run(self) -> Told:
        """Send until the time is over and every answer is there."""
        chosen = selectors.DefaultSelector()
        speaking: dict[socket.socket, tuple[_Device, float]] = {}
        for _ in range(min(_CONNECTIONS, len(self._devices))):
            chosen.register(self._line(), selectors.EVENT_READ)
        # The longest idle first: the service hangs up on a line that says nothing for seconds.
        idle: deque[Any] = deque(key.fileobj for key in chosen.get_map().values())
        begun, cpu = time.perf_counter(), time.process_time()
        sent = 0
        while True:
            now = time.perf_counter() - begun
            is_over = self._is_over(now, sent)
            allowed = self._allowed(now) - sent
            while self._later and self._later[0][0] <= time.perf_counter():
                self._devices.append(heapq.heappop(self._later)[2])
            while idle and self._devices and not is_over and allowed > 0:
                line, device = idle.popleft(), self._devices.popleft()
                line.sendall(self._request(device))
                speaking[line] = (device, time.perf_counter())
                sent += self._job.batch
                allowed -= self._job.batch
            if is_over and not speaking:
                break
            self._listen(chosen, idle, speaking)
        self.told.took_s = time.perf_counter() - begun
        self.told.cpu_s = time.process_time() - cpu
        for key in list(chosen.get_map().values()):
            key.fileobj.close()
        return self.told

    def _is_over(self, now: float, sent: int) -> bool:
        if self._job.kept:
            return not self._left
        if self._job.is_once:
            return sent >= self._job.batch * len(self._every)
        return now >= self._job.for_s

    def _listen(
        self,
        chosen: selectors.BaseSelector,
        idle: deque[Any],
        speaking: dict[socket.socket, tuple[_Device, float]],
    ) -> None:
        """Hear who answers for a moment; those lines are idle then."""
        for key, _ in chosen.select(0.002):
            line: Any = key.fileobj
            if line in speaking:
                device, at = speaking.pop(line)
                try:
                    self._hear(line, device, at)
                except ConnectionError:  # it hung up just then: the device says it again
                    self._devices.appendleft(device)
                    line = self._anew(chosen, line)
            else:  # it was idle for too long, and the service hung up
                idle.remove(line)
                line = self._anew(chosen, line)
            idle.append(line)

    def _anew(self, chosen: selectors.BaseSelector, line: socket.socket) -> socket.socket:
        chosen.unregister(line)
        line.close()
        line = self._line()
        chosen.register(line, selectors.EVENT_READ)
        return line

    def _line(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self._job.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def _allowed(self, now: float) -> float:
        return float("inf") if self._job.per_s is None else now * self._job.per_s

    def _hear(self, line: socket.socket, device: _Device, at: float) -> None:
        answer = line.recv(65_536)
        while b"\r\n\r\n" not in answer or not _is_whole(answer):
            more = line.recv(65_536)
            if not more:
                message = "the service hung up"
                raise ConnectionError(message)
            answer += more
        self.told.waits_ms.append(1_000 * (time.perf_counter() - at))
        self.told.requests += 1
        if answer.startswith(_DONE):
            device.seq += self._job.batch
            device.sent += self._job.batch
            self.told.upto = max(self.told.upto, device.seq - 1)
            self.told.positions += self._job.batch
        else:
            self.told.refused += 1
        if self._job.kept and device.sent >= self._job.kept:
            self._left -= 1
        elif self._job.kept and not answer.startswith(_DONE):
            again = (time.perf_counter() + _retry_s(answer), self.told.requests, device)
            heapq.heappush(self._later, again)
        else:
            self._devices.append(device)

    def _request(self, device: _Device) -> bytes:
        first = device.seq
        body = b"\n".join(
            [
                _LINE % (seq, self._instants[seq], device.tails[seq % len(device.tails)])
                for seq in range(first, first + self._job.batch)
            ]
        )
        return b"%s%d\r\n\r\n%s" % (device.head, len(body), body)


class _Instants:
    """The text of each instant, made once.

    A position ahead of the clock would go to quarantine: numbers of a job begin near a multiple of
    `_PLACES`, and go on where the last job ended.
    """

    def __init__(self, began_s: int) -> None:
        millis = 1_000 * began_s + np.arange(_PLACES) * 1_000 // _STEPS
        told = np.datetime_as_string(millis.astype("datetime64[ms]"))
        self._texts = [f"{one}Z".encode() for one in told]

    def __getitem__(self, seq: int) -> bytes:
        return self._texts[seq % _PLACES]


def _tails(home: tuple[float, float], noise: Any, n: int) -> list[bytes]:
    some = noise[(np.arange(16) + 7 * n) % len(noise)]
    return [
        b'"lat":%.7f,"lon":%.7f,"accuracy_m":8,"source":"gnss"' % (home[1] + dy, home[0] + dx)
        for dx, dy in some.tolist()
    ]


def _retry_s(answer: bytes) -> float:
    """Tell when a refused device may come again; one that is not told so waits a second."""
    head = answer.partition(b"\r\n\r\n")[0].lower()
    told = head.partition(b"retry-after:")[2].split(b"\r\n", 1)[0].strip()
    return float(told) if told.isdigit() else 1.0


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    at = head.lower().find(b"content-length:")
    return at < 0 or len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])


def main() -> None:
    """Read a job from a file, pin this process to a core, send, print what came of it.

    With a third word it says when it is ready, and waits for a line.
    """
    job = Job(**json.loads(Path(sys.argv[1]).read_text()))
    if len(sys.argv) > 2:  # noqa: PLR2004 - a core is named
        os.sched_setaffinity(0, {int(sys.argv[2])})
    flood = Flood(job)
    if len(sys.argv) > 3:  # noqa: PLR2004
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
    print(json.dumps(flood.run().summary() | {"seqs": flood.seqs()}))  # noqa: T201


if __name__ == "__main__":
    main()
