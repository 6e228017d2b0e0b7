"""What time is it? The machine's clock, or the demo's scaled one; both tell whole milliseconds.

No rule, page or package says more, networks and clocks that are set over them are off by more, and
what a receipt says beyond it would be an eighth of a trail at rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from fairtag.terms.instants import Micros

_MS = 1_000


class MachineClock:
    """The clock of the machine, in UTC."""

    def now(self) -> Micros:
        """Tell the instant."""
        return Micros(time.time_ns() // 1_000_000 * _MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledClock:
    """The demo's clock: it ran `speed` times as fast since it was `start`."""

    start: Micros  # what it said when the machine said `since`
    since: Micros
    speed: float

    def now(self) -> Micros:
        """Tell the demo's instant."""
        told = self.start + round((MachineClock().now() - self.since) * self.speed)
        return Micros(told // _MS * _MS)
