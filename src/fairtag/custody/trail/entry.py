"""What is one input of the judge, in the order in which it was stored?

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.intake.columns import Positions
from fairtag.intake.messages import Message
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One input of the judge, in the order in which it was stored.

    What a device said in one request, a tick of the clock, or a new ruling: an order version,
    suspension or end was recorded (the order book holds it). A request of positions alone may lie
    as `columns`, everything else as `told`; never both. Clear in memory, sealed in files.
    """

    n: int = 0  # given by the store; rises by arrival
    what: Literal["messages", "tick", "ruling"]
    order_id: OrderId
    wearer_id: WearerId
    device_id: DeviceId | None = None
    received_at: Micros
    told: tuple[Message, ...] = ()  # of one device and epoch
    columns: Positions | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """Give what was said one by one; columns are spread out anew at each call."""
        if self.columns is None:
            return self.told
        return tuple(map(self.columns.message, range(len(self.columns))))

    @property
    def count(self) -> int:
        """Tell how many messages there are, without making them."""
        return len(self.told) if self.columns is None else len(self.columns)

    @property
    def epoch(self) -> int:
        """Tell the epoch of the messages; 0 when there is none."""
        if self.columns is not None:
            return self.columns.epoch
        return self.told[0].epoch if self.told else 0

    def __eq__(self, other: object) -> bool:
        """Two entries are the same when they say the same, in whichever form."""
        return isinstance(other, JournalEntry) and self._said() == other._said()

    def __hash__(self) -> int:
        """Equal entries have the same position."""
        return hash((self.n, self.order_id))

    def _said(self) -> tuple[object, ...]:
        where = (self.n, self.what, self.order_id, self.wearer_id, self.device_id)
        return (*where, self.received_at, self.messages)
