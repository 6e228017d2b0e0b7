"""What does the store promise about erasures and holds? Units: µs UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from fairtag.retention.due import Item
from fairtag.retention.holds import Hold
from fairtag.retention.limits import ClockFacts
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

# locked → destroying → destroyed → removed; or locked → restored.
RunState = Literal["locked", "destroying", "destroyed", "removed", "restored"]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure: what it is about, who decided it, and how far it has come."""

    run_id: str
    by: Literal["two people", "machine"]
    digest: str  # of the list
    counts: dict[str, int]
    wearers: int
    as_of: Micros
    begun_at: Micros
    until: Micros  # the keys are destroyed not before
    first: str = ""
    second: str = ""
    proposal_id: str = ""
    state: RunState = "locked"


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What two people's run took; written down in the commit that removed the rows."""

    run_id: str
    item: Item
    at: Micros


class ErasureBook(Protocol):
    """Erasures and their marks; neither is ever changed. What is erased may be removed."""

    def begin(self, run: Run, items: Sequence[Item]) -> None:
        """Store a run with its items and its first state."""
        ...

    def mark(self, run_id: str, state: RunState, *, at: Micros) -> None:
        """Store how far a run has come."""
        ...

    def get(self, run_id: str) -> Run:
        """Give a run as it stands.

        Raises: ErasureRefused when there is none.
        """
        ...

    def listed(self, *, is_open: bool = True) -> list[Run]:
        """List runs, newest first; by default those that are neither removed nor restored."""
        ...

    def items(self, run_id: str) -> list[Item]:
        """List what a run is still about."""
        ...

    def release(self, run_id: str, items: Sequence[Item]) -> None:
        """Take items out of a run: a hold keeps them."""
        ...

    def remove_rows(self, run_id: str, *, at: Micros) -> dict[str, int]:
        """Remove the rows that destroyed keys sealed; tells how many by table."""
        ...

    def erased(self) -> list[Erased]:
        """List what went by two people's leave: the log still tells what was done, rows do not."""
        ...

    def put_back(self, run_id: str) -> None:
        """Let rows be read again: their keys are back."""
        ...

    def wearers_enrolled(self) -> int:
        """Count the people that the store knows."""
        ...

    def wearers_since(self, at: Micros) -> int:
        """Count the people whose records began to go after an instant, by two people's leave."""
        ...

    def clock(self, now: Micros) -> ClockFacts:
        """Tell what speaks for the machine's clock and what against it."""
        ...

    def note_round(self, now: Micros) -> None:
        """Remember that the service looked at the clock, and whether it had jumped."""
        ...

    def confirm_clock(self, now: Micros) -> None:
        """Remember that a person said that the clock is right."""
        ...

    def routine_day(self) -> str:
        """Tell the day on which the machine's own erasure last ran; empty when never."""
        ...

    def set_routine_day(self, day: str) -> None:
        """Remember it."""
        ...

    def month_begun(self) -> str:
        """Tell the newest month whose keys and entries are made; empty when none is."""
        ...

    def set_month_begun(self, month: str) -> None:
        """Remember it."""
        ...


class HoldBook(Protocol):
    """Holds; none is ever changed or removed before its wearer's record is. A later row of the
    same name replaces an earlier one.
    """

    def put(self, hold: Hold, *, at: Micros) -> None:
        """Store a hold as it stands from now on; the case is sealed."""
        ...

    def get(self, hold_id: str) -> Hold:
        """Give one.

        Raises: HoldRefused when there is none.
        """
        ...

    def listed(self, *, wearer_id: WearerId | None = None, bare: bool = True) -> list[Hold]:
        """List holds as they stand, newest first; `bare`: the case stays sealed."""
        ...
