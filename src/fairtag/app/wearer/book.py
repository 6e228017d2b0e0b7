"""What does the store promise about the wearer's way in, and what the wearer contests?

Units: µs UTC.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import Micros


class WearerBook(Protocol):
    """One-time codes and sessions of wearers; hashes only."""

    def give_code(self, wearer_id: WearerId, code_hash: bytes, *, expires_at: Micros) -> None:
        """Replace the wearer's code."""
        ...

    def spend_code(self, wearer_id: WearerId, code_hash: bytes, *, at: Micros, most: int) -> bool:
        """Take one try; tells whether it was the code. A right one is spent, `most` wrong ones
        end it.
        """
        ...

    def start(self, token_hash: bytes, wearer_id: WearerId, *, expires_at: Micros) -> None:
        """Begin a session; the wearer's former ones end."""
        ...

    def whose(self, token_hash: bytes, *, at: Micros) -> WearerId | None:
        """Find whose session this is, unless it is over."""
        ...

    def end(self, token_hash: bytes) -> None:
        """Sign out."""
        ...


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """What a wearer says is wrong; a hold until 28 days after its answer (charter G5)."""

    contest_id: str
    wearer_id: WearerId
    order_id: OrderId
    at: Micros
    alert_id: AlertId  # the matter that staff answer; closed = answered


class ContestBook(Protocol):
    """What wearers contest; their words are sealed."""

    def add(self, contest: Contest, *, text: str) -> None:
        """Store one."""
        ...

    def about(self, wearer_id: WearerId | None = None) -> list[Contest]:
        """List contests, oldest first, of one wearer or all; no words."""
        ...

    def of_alert(self, alert_id: AlertId) -> Contest | None:
        """Find the contest that an alert asks to answer."""
        ...

    def text(self, contest_id: str) -> str:
        """Open a wearer's words. Callers log first."""
        ...
