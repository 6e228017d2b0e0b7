"""Under which kind of key falls what was received, and what of it is kept?

An order is opened once, and looked at again when a version or a mark of it came: to open it for
every chunk would cost more than the chunk. Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.trail.book import TrailKind
from fairtag.custody.kinds import RecordKind
from fairtag.custody.trail.block import Said, spread
from fairtag.intake.messages import Position
from fairtag.orders.inforce import is_kept
from fairtag.orders.model import Ruling, Trail
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros

_MOST = 1_000_000  # orders that are remembered: some 300 bytes each


class _Known(NamedTuple):
    """What an order says of keeping."""

    stamp: tuple[int, int]
    only: TrailKind | None  # always, if nothing ever lapsed and no version says otherwise
    rulings: tuple[Ruling, ...]  # none when `only` says all


class Kinds:
    """Tells kinds; remembers orders. For one thread."""

    def __init__(self) -> None:
        self._known: dict[OrderId, _Known] = {}

    def of(self, tx: Transaction, entries: Sequence[Said]) -> list[tuple[TrailKind, Said]]:
        """Tell the kind of each of an order's entries, and leave out what is not kept."""
        known = self._order(tx, entries[0].order_id)
        if known.only is not None:
            return [(known.only, one) for one in entries]
        rulings = known.rulings
        return [(kind_at(rulings, one.received_at), _kept(one, rulings)) for one in spread(entries)]

    def _order(self, tx: Transaction, order_id: OrderId) -> _Known:
        stamp = tx.orders.stamp(order_id)
        found = self._known.get(order_id)
        if found is None or found.stamp != stamp:
            rulings = tx.orders.rulings(order_id)
            only = _only(rulings)
            found = _Known(stamp, only, () if only else rulings)
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[order_id] = found
        return found


def _only(rulings: Sequence[Ruling]) -> TrailKind | None:
    kinds = {kind_at([one], one.recorded_at) for one in rulings}
    return kinds.pop() if len(kinds) == 1 and not rulings[-1].lapsed else None


def _kept(entry: JournalEntry, rulings: Sequence[Ruling]) -> JournalEntry:
    """Leave out positions of a time in which the review was overdue: they were judged, no more."""
    messages = entry.messages
    told = tuple(
        one for one in messages if not isinstance(one, Position) or is_kept(rulings[-1], one.at)
    )
    if len(told) == len(messages):
        return entry
    return msgspec.structs.replace(entry, told=told, columns=None)


def kind_at(rulings: Sequence[Ruling], at: Micros) -> TrailKind:
    """Tell under which kind of key falls what was received: by the version then in force."""
    known = [one for one in rulings if one.recorded_at <= at] or rulings[:1]
    has_trail = any(isinstance(one, Trail) for one in known[-1].conditions)
    return RecordKind.TRAIL if has_trail else RecordKind.PASSING
