"""What does the store promise about trails: chunks of an hour or a day, and how rows become them?

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import msgspec

from fairtag.custody.kinds import RecordKind
from fairtag.custody.trail.block import Said
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

TrailKind = Literal[RecordKind.TRAIL, RecordKind.PASSING]


class Pile(NamedTuple):
    """What was received of one order in one span, and lies in rows or in chunks of an hour."""

    order_id: OrderId
    wearer_id: WearerId
    received: Interval


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one order, sealed together; what stands in the clear beside them.

    Messages are of one device and epoch; ticks and rulings lie among them.
    """

    order_id: OrderId
    wearer_id: WearerId
    kind: TrailKind
    start: Micros  # of the span of receipt: an hour or a day
    hours: int
    first_n: int
    last_n: int
    first_at: Micros  # of the messages' event times
    last_at: Micros
    device_id: DeviceId | None
    epoch: int | None  # None: messages without a number, and so are the next two
    first_seq: int | None
    last_seq: int | None
    rulings: tuple[tuple[int, Micros], ...]  # positions and times of recording
    sealed: bytes


class Span(NamedTuple):
    """Entries that are to become a chunk: of one order, device and epoch."""

    entries: Sequence[Said]
    kind: TrailKind
    start: Micros
    hours: int


class OfHour(NamedTuple):
    """A chunk of an hour, opened."""

    chunk: int  # its id
    kind: TrailKind
    entries: list[Said]


class KeptKey(NamedTuple):
    """What one data key of a trail protects: the newest event time tells when it may go."""

    wearer_id: WearerId
    kind: TrailKind
    period: str
    last_at: Micros
    chunks: int


class Chunks(Protocol):
    """Trails at rest. Reading them goes through the journal, which knows rows and chunks alike."""

    def seal(self, spans: Sequence[Span]) -> list[Chunk]:
        """Seal spans as a chunk each; stores nothing. Many at once cost far less than one by one.

        Raises: SealBroken when a wearer's key is gone.
        """
        ...

    def put(self, chunks: Sequence[Chunk]) -> None:
        """Store chunks."""
        ...

    def days(self, *, before: Micros, limit: int) -> list[Pile]:
        """List orders and days of receipt, over before an instant, that lie in chunks of hours.

        Looks at `limit` chunks, the oldest.
        """
        ...

    def of_day(self, pile: Pile) -> list[OfHour]:
        """Open the chunks of hours of an order and a day.

        Raises: SealBroken, TrailBroken.
        """
        ...

    def drop(self, ids: Sequence[int]) -> int:
        """Take chunks away by their ids; tells how many were there."""
        ...

    def keys(self) -> list[KeptKey]:
        """List which data keys protect chunks, the one with the oldest last event first."""
        ...

    def remove(self, wearer_id: WearerId, kind: TrailKind, period: str) -> int:
        """Remove the chunks that one data key protects; tells how many. The key goes first."""
        ...
