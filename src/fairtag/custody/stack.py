"""How do the positions of many rows of the journal lie side by side, read at once?

One look at the bytes of all rows costs little more than one at those of a single row. Shapes: e
rows of the journal; n positions. Units: as in `intake.columns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail import row
from fairtag.custody.trail.entry import JournalEntry
from fairtag.intake.columns import Positions, joined, positions_of
from fairtag.intake.messages import Position
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros


class Row(NamedTuple):
    """A row of the journal, opened and not read yet."""

    n: int
    what: Literal["messages", "tick", "ruling"]
    order_id: OrderId
    wearer_id: WearerId
    device_id: DeviceId | None
    received_at: Micros
    plain: bytes

    def entry(self) -> JournalEntry:
        """Read it.

        Raises: TrailBroken.
        """
        return row.read_one(self.silent(), self.plain)

    def silent(self) -> JournalEntry:
        """Give its entry before it is read: it says nothing yet."""
        return JournalEntry(
            n=self.n,
            what=self.what,
            order_id=self.order_id,
            wearer_id=self.wearer_id,
            device_id=self.device_id,
            received_at=self.received_at,
        )


class Stack(NamedTuple):
    """Positions of many rows: those of row e are `first[e]` to before `end[e]`.

    A row that is about anything else has none.
    """

    first: NDArray[np.int64]  # (e,)
    end: NDArray[np.int64]
    epoch: NDArray[np.int64]
    columns: Positions | None  # of all rows, in any order; None when there is no position


def stacked(rows: Sequence[Row]) -> Stack:
    """Read rows at once.

    Raises: TrailBroken.
    """
    blocks: dict[int, list[tuple[int, bytes]]] = {}
    epoch, others = np.zeros(len(rows), np.int64), []
    for e, one in enumerate(rows):
        if one.what != "messages":
            continue
        found = row.block_of(one.plain)
        if found is None:
            others.append((e, one))
        else:
            blocks.setdefault(found.bits, []).append((e, found.lines))
            epoch[e] = found.epoch
    parts = [row.columns_of(bits, [lines for _, lines in of]) for bits, of in blocks.items()]
    places = [(e, len(lines) // row.line_bytes(b)) for b, of in blocks.items() for e, lines in of]
    for e, one in others:
        fixes = _fixes(one)
        if fixes is not None:
            parts.append(fixes)
            places.append((e, len(fixes)))
            epoch[e] = fixes.epoch
    return _placed(places, epoch, parts)


def _placed(
    places: Sequence[tuple[int, int]], epoch: NDArray[np.int64], parts: Sequence[Positions]
) -> Stack:
    first, end = np.zeros(len(epoch), np.int64), np.zeros(len(epoch), np.int64)
    if places:
        at, counts = np.array(places, np.int64).T
        end[at] = np.cumsum(counts)
        first[at] = end[at] - counts
    return Stack(first, end, epoch, joined(parts) if parts else None)


def _fixes(one: Row) -> Positions | None:
    """Give what a row of messages says as columns, if it is about positions alone."""
    told, _ = row.read(one.plain, device_id=one.device_id, received_at=one.received_at)
    fixes = [each for each in told if isinstance(each, Position)]
    return positions_of(fixes) if fixes and len(fixes) == len(told) else None
