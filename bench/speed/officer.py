"""An officer whose list of alerts is open, kept as the page keeps it (`console/static/queue.js`):
told that something changed, it fetches the rows.

Units: seconds; milliseconds for waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

_LOST_S = 10.0
_QUIET_S = 60.0  # the list is told each quarter of a minute that it is live


class Officer:
    """What is on the screen now."""

    def __init__(self, address: str, cookie: str) -> None:
        told: dict[str, Any] = {"base_url": address, "cookies": {"fairtag_session": cookie}}
        self._live, self._client = httpx.Client(**told, timeout=_QUIET_S), httpx.Client(**told)
        self._rows = ""
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def shown(self, words: str) -> bool:
        """Wait until words are on the screen; False when they do not come."""
        with self._changed:
            return self._changed.wait_for(lambda: words in self._rows, _LOST_S)

    def _watch(self) -> None:
        with suppress(httpx.HTTPError), self._live.stream("GET", "/queue/changes") as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    self._fetch()

    def _fetch(self) -> None:
        rows = self._client.get("/queue/rows").raise_for_status().text
        with self._changed:
            self._rows = rows
            self._changed.notify_all()


@contextmanager
def watching(address: str, cookie: str) -> Iterator[Officer]:
    """Keep a list open while the block lasts."""
    one = Officer(address, cookie)
    one._thread.start()  # noqa: SLF001 - of this module
    try:
        yield one
    finally:
        one._live.close()  # noqa: SLF001
        one._client.close()  # noqa: SLF001


def alert_ms(lines: httpx.Client, officer: Officer, *, token: str, event: Any, words: str) -> float:
    """Tell how long an event needs from its first byte to the officer's screen."""
    begun = time.perf_counter()
    told = {"authorization": f"Bearer {token}"}
    lines.post("/d/v1/messages", json=event, headers=told).raise_for_status()
    officer.shown(words)
    return 1_000 * (time.perf_counter() - begun)
