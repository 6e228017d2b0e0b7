"""What does the store promise about complaints? Units: µs UTC."""

from __future__ import annotations

from typing import Protocol

from fairtag.review.complaints.model import Complaint, Step
from fairtag.terms.ids import WearerId


class ComplaintBook(Protocol):
    """Complaints and what was done about them; neither is ever changed. Their words are sealed."""

    def add(self, complaint: Complaint) -> str:
        """Store one; gives the digest of its row."""
        ...

    def step(self, step: Step) -> str:
        """Store what was done; gives the digest of its row.

        Raises: ComplaintDone when it was done before.
        """
        ...

    def get(self, complaint_id: str) -> tuple[Complaint, tuple[Step, ...]]:
        """Give one and its steps, oldest first; no words.

        Raises: UnknownComplaint.
        """
        ...

    def listed(self, wearer_id: WearerId | None = None) -> list[tuple[Complaint, tuple[Step, ...]]]:
        """List complaints, newest first, of one wearer or all; no words."""
        ...

    def complained(self, complaint_id: str) -> str:
        """Open what was written. Callers log first."""
        ...

    def replied(self, complaint_id: str) -> dict[str, str]:
        """Open what was told to the wearer, by step: 'acknowledged', 'answered'."""
        ...

    def digests(self) -> list[tuple[str, str, str]]:
        """List what every row is: 'recorded' or its step, its name, its digest."""
        ...
