"""What is one input of the judge, in the order in which it was stored?

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.intake.messages import Message
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the judge, in the order in which it was stored.

    What a device said in one request, a tick of the clock, or a new ruling: an order version,
    suspension or end was recorded (the order book holds it).
    """

    n: int = 0  # given by the store; rises by arrival
    what: Literal["messages", "tick", "ruling"]
    order_id: OrderId
    wearer_id: WearerId
    device_id: DeviceId | None = None
    received_at: Micros
    messages: tuple[Message, ...] = ()  # of one device and epoch; clear in memory, sealed in files
