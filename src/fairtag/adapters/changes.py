"""How do threads tell waiting pages that something changed? By a counter and the loop's wake-up."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress


class LoopChanges:
    """Keeps `fairtag.app.house.Changes` for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def publish(self) -> None:
        """Raise the number and wake every waiter; callable from any thread."""
        with self._lock:
            self._version += 1
            waiting = tuple(self._waiting)
        for loop, event in waiting:
            with suppress(RuntimeError):  # a loop that closed has nobody left to tell
                loop.call_soon_threadsafe(event.set)

    def version(self) -> int:
        """Tell the number."""
        return self._version

    async def wait(self, after: int, *, at_most_s: float) -> int:
        """Wait until the number exceeds `after`, or the time is over."""
        place = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(place)
        try:
            if self._version <= after:
                with suppress(TimeoutError):
                    await asyncio.wait_for(place[1].wait(), at_most_s)
        finally:
            with self._lock:
                self._waiting.discard(place)
        return self._version
