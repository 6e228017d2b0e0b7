"""What does the writer know by heart of who speaks, and how does it store many requests at once?

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from fairtag.app.books import ActivationFacts
from fairtag.intake.together.said import Plain
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros


class Top(msgspec.Struct, frozen=True):
    """Which numbers of a device and epoch are here: the last run of them, and what lacks below."""

    epoch: int
    first: int  # of the last run; the last is `upto`
    upto: int
    missing: tuple[tuple[int, int], ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """A plain request whose every number is new, follows the last one and belongs to one order."""

    device_id: DeviceId
    order_id: OrderId
    wearer_id: WearerId
    received_at: Micros
    told: Plain
    is_first: bool  # nothing of this epoch was here before


class PlainBook(Protocol):
    """Of the writer's transaction only; readers have none that is of use."""

    def look(self) -> None:
        """See what others changed since the last piece of work; call it before anything else."""
        ...

    def serving(self, device_id: DeviceId) -> Sequence[ActivationFacts]:
        """List the activations of a device, as `DeviceBook.serving` does."""
        ...

    def top(self, device_id: DeviceId, epoch: int) -> Top | None:
        """Tell which numbers are here; None when there is none of this epoch."""
        ...

    def store(self, taken: Sequence[Taken]) -> None:
        """Store requests of one time of receipt, each an entry of the journal, and what `receive`
        notes beside them.
        """
        ...
