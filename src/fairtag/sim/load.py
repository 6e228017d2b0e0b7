"""How much does the service take, and how soon does an officer see? Devices in bulk over HTTP.

Units: positions a second; milliseconds; bytes.
"""

from __future__ import annotations

import http.client
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from fairtag.terms.instants import MINUTE, SECOND, Micros, text

BATCH = 15
_HOME = (53.48, -2.24)


class Sender:
    """One device after another, each with its own trail, over one kept connection."""

    def __init__(self, port: int, tokens: Sequence[str], began: Micros) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._tokens = tokens
        self._began = began
        self._seq = dict.fromkeys(tokens, 0)
        self._chance = random.Random(len(tokens))
        self.waits_ms: list[float] = []
        self.acknowledged = 0

    def batch(self, number: int) -> int:
        """Send 15 positions of a device; tells how many were acknowledged after the commit."""
        token = self._tokens[number % len(self._tokens)]
        first = self._seq[token] + 1
        lines = b"\n".join(self._line(n) for n in range(first, first + BATCH))
        self._seq[token] += BATCH
        taken = BATCH if self._post(token, lines) else 0
        self.acknowledged += taken
        return taken

    def event(self, token: str, code: str) -> bool:
        """Send an event now."""
        self._seq[token] += 1
        at = text(Micros(time.time_ns() // 1_000_000 * 1_000))
        told = {"type": "event", "seq": self._seq[token], "at": at, "code": code}
        return self._post(token, msgspec.json.encode(told))

    def _post(self, token: str, body: bytes) -> bool:
        begun = time.perf_counter()
        headers = {"Authorization": f"Bearer {token}"}
        self._connection.request("POST", "/d/v1/messages", body, headers)
        answer = self._connection.getresponse()
        answer.read()
        self.waits_ms.append(1000 * (time.perf_counter() - begun))
        return answer.status == http.client.OK

    def _line(self, seq: int) -> bytes:
        lat = _HOME[0] + self._chance.gauss(0, 5e-5)
        lon = _HOME[1] + self._chance.gauss(0, 5e-5)
        told = {"type": "position", "seq": seq, "at": text(Micros(self._began + seq * SECOND))}
        return msgspec.json.encode(told | {"lat": lat, "lon": lon, "accuracy_m": 8})


def began_now() -> Micros:
    """Give a start so far back that no message of a run is ahead of the clock."""
    return Micros(time.time_ns() // 1000 - 30 * MINUTE)


def flood(senders: Sequence[Sender], *, for_s: float, per_s: float | None = None) -> float:
    """Send from all senders at once; gives acknowledged positions a second.

    `per_s` is a limit for all together; None sends as fast as answers come.
    """
    counts = [0] * len(senders)
    begun = time.perf_counter()
    pause = 0.0 if per_s is None else BATCH * len(senders) / per_s

    def work(place: int) -> None:
        number = 0
        while (gone := time.perf_counter() - begun) < for_s:
            if pause and number * pause > gone:
                time.sleep(min(pause, number * pause - gone))
            counts[place] += senders[place].batch(number)
            number += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(senders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - begun)


def until_seen(
    raise_one: Callable[[], str], seen: Callable[[], str], *, at_most_s: float = 10
) -> float:
    """Tell how many ms pass from sending what raises an alert until the screen's list has it."""
    begun = time.perf_counter()
    wearer = raise_one()
    while wearer not in seen():
        if time.perf_counter() - begun > at_most_s:
            break
        time.sleep(0.005)
    return 1000 * (time.perf_counter() - begun)


def p99(values: Sequence[float]) -> float:
    """Give the 99th percentile; of fewer than 100 values the largest."""
    if len(values) < 100:  # noqa: PLR2004 - a percentile
        return max(values)
    return statistics.quantiles(values, n=100)[-1]
