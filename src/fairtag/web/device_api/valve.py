"""When are devices asked to come again later, and who is not?

What is urgent passes as long as the store takes anything. Whoever is sent away is given a time of
its own, so that a million devices do not come back at once.
Fails: open towards what is urgent, closed towards the rest: devices keep what is not acknowledged.
"""

from __future__ import annotations

import time
from typing import Final

from fairtag.app.house import House

MOST_BEHIND_S: Final = 2.0  # of the queue of commits
LEAST_FREE: Final = 0.1  # of the disk
_LOOK_S: Final = 1.0  # the disk is not asked at every request
_SOON_S: Final = 5
_SPREAD_S: Final = 56  # later by up to so much, less one


class Valve:
    """Tells whether a request may come in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked_s = float("-inf")
        self._is_full = False

    def is_shut(self, *, waited_s: float = 0.0) -> bool:
        """Tell whether what is not urgent has to wait; `waited_s` is that of another queue."""
        if max(self._house.store.behind_s(), waited_s) > MOST_BEHIND_S:
            return True
        now_s = time.monotonic()
        if now_s - self._looked_s > _LOOK_S:
            self._looked_s = now_s
            self._is_full = self._house.ground.free_share() < LEAST_FREE
        return self._is_full

    def later(self) -> tuple[bytes, bytes]:
        """Give the header that tells when to come again."""
        after_s = _SOON_S + self._house.chance(1)[0] % _SPREAD_S
        return (b"retry-after", str(after_s).encode())
