"""What does the store promise about the judge's memory: states, findings, how far it has read?

Units: instants in µs UTC; positions are those of the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from fairtag.rules.finding import Finding
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros


class Head(NamedTuple):
    """What is known of an order's state without opening it."""

    order_id: OrderId
    wearer_id: WearerId
    upto: int  # the position up to which the order's entries are in the state
    due: Micros | None  # when its next timer falls


class JudgeState(msgspec.Struct, frozen=True, kw_only=True):
    """An order's judge as it stood at a position; bytes are clear in memory, sealed in files.

    Where an order lies among many, `still` is how it lies there, and newer than `dump`.
    """

    order_id: OrderId
    wearer_id: WearerId
    upto: int
    due: Micros | None
    dump: bytes | None  # None, when it is written: only `still` changed since the last time
    rulings: bytes | None = None  # the versions that the judge was told, read more quickly
    still: bytes | None = None


class Verdicts(Protocol):
    """The judge's memory. Findings and the position are written in one transaction; states may lag
    behind it: what they lack is judged again from the journal.
    """

    def judged_upto(self) -> int:
        """Tell the journal position up to which everything was judged."""
        ...

    def whole_upto(self) -> int:
        """Tell the position up to which every state holds everything; never beyond the other."""
        ...

    def set_judged_upto(self, n: int, *, whole: int | None = None) -> None:
        """Move the position; `whole` is the other one, the same unless told."""
        ...

    def heads(self) -> list[Head]:
        """List what stands beside the states; none of those whose key is locked or gone."""
        ...

    def state(self, order_id: OrderId) -> JudgeState | None:
        """Open an order's state; None when there is none, or its key is locked or gone."""
        ...

    def stills(self, orders: Sequence[OrderId]) -> list[tuple[OrderId, bytes]]:
        """Open how some orders lay among many; none of those whose key is locked or gone."""
        ...

    def put_states(self, states: Sequence[JudgeState]) -> frozenset[OrderId]:
        """Replace states of orders, sealed; tells which were left out: their key is locked or gone.

        Where `dump` is None, only what changes while an order is still is replaced.
        """
        ...

    def add(self, finding: Finding, *, wearer_id: WearerId) -> int:
        """Store one revision of a finding, sealed; tells its number in the feed."""
        ...

    def feed(self, *, after: int, limit: int) -> list[tuple[int, Finding]]:
        """List revisions in the order in which they were stored."""
        ...

    def latest(self, finding_id: str) -> Finding | None:
        """Give the newest revision."""
        ...

    def of_wearer(self, wearer_id: WearerId) -> list[Finding]:
        """List every revision about one wearer, in the order in which they were stored.

        Callers log first.
        """
        ...
