"""What time is it? The machine's clock, or the demo's scaled one."""

from __future__ import annotations

import time
from dataclasses import dataclass

from fairtag.terms.instants import Micros


class MachineClock:
    """The clock of the machine, in UTC."""

    def now(self) -> Micros:
        """Tell the instant."""
        return Micros(time.time_ns() // 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledClock:
    """The demo's clock: it ran `speed` times as fast since it was `start`."""

    start: Micros  # what it said when the machine said `since`
    since: Micros
    speed: float

    def now(self) -> Micros:
        """Tell the demo's instant."""
        return Micros(self.start + round((MachineClock().now() - self.since) * self.speed))
