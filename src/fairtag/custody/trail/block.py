"""What do many requests say that hold nothing but positions? Columns, made once for all of them.

Units: instants in µs UTC. Shapes: (e,) a request, (m,) a position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail.entry import JournalEntry
from fairtag.intake.columns import Positions
from fairtag.intake.messages import Message
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Requests of one order, device and epoch, by arrival; each has a position at least."""

    order_id: OrderId
    wearer_id: WearerId
    n: Ints  # (e,)
    received_at: Ints  # (e,)
    counts: Ints  # (e,)
    columns: Positions  # (m,)

    @property
    def count(self) -> int:
        """Tell how many positions there are."""
        return len(self.columns)

    @property
    def device_id(self) -> DeviceId:
        """Tell whose they are."""
        return self.columns.device_id

    @property
    def epoch(self) -> int:
        """Tell the epoch of their numbers."""
        return self.columns.epoch

    @property
    def told(self) -> tuple[Message, ...]:
        """Give what is not told in columns: nothing."""
        return ()

    def entries(self) -> list[JournalEntry]:
        """Give each request by itself."""
        ends = np.cumsum(self.counts).tolist()
        return [
            JournalEntry(
                n=n,
                what="messages",
                order_id=self.order_id,
                wearer_id=self.wearer_id,
                device_id=self.device_id,
                received_at=Micros(received_at),
                columns=self.columns.part(end - count, end),
            )
            for n, received_at, count, end in zip(
                self.n.tolist(), self.received_at.tolist(), self.counts.tolist(), ends, strict=True
            )
        ]


Said = JournalEntry | Block


def first_n(said: Said) -> int:
    """Tell the first position in the journal."""
    return int(said.n[0]) if isinstance(said, Block) else said.n


def last_n(said: Said) -> int:
    """Tell the last position in the journal."""
    return int(said.n[-1]) if isinstance(said, Block) else said.n


def size(said: Said) -> int:
    """Tell how many requests there are."""
    return len(said.n) if isinstance(said, Block) else 1


def numbers(said: Iterable[Said]) -> list[int]:
    """List all positions in the journal."""
    return [n for one in said for n in (one.n.tolist() if isinstance(one, Block) else [one.n])]


def spread(said: Iterable[Said]) -> list[JournalEntry]:
    """Give each request by itself."""
    return [each for one in said for each in (one.entries() if isinstance(one, Block) else [one])]


def in_order(said: Iterable[Said]) -> Sequence[Said]:
    """Put into the order of arrival; blocks that reach into each other are spread."""
    found = sorted(said, key=first_n)
    if all(last_n(one) < first_n(later) for one, later in pairwise(found)):
        return found
    return sorted(spread(found), key=first_n)


def column(
    said: Sequence[Said], of: Callable[[JournalEntry], int], in_block: Callable[[Block], Ints]
) -> Ints:
    """Give a column of whole numbers, a row a request."""
    parts: list[Ints] = []
    for is_block, run in groupby(said, key=lambda one: isinstance(one, Block)):
        if is_block:
            parts += [in_block(one) for one in run if isinstance(one, Block)]
        else:
            told = [of(one) for one in run if isinstance(one, JournalEntry)]
            parts.append(np.array(told, np.int64))
    return np.concatenate(parts)
