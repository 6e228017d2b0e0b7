"""What does the store promise about what two people decide together? Units: µs UTC."""

from __future__ import annotations

from typing import Protocol

from fairtag.review.four_eyes import Mark, Matter, Proposal


class ProposalBook(Protocol):
    """Questions to a second person and what became of them; neither is ever changed."""

    def ask(self, proposal: Proposal) -> None:
        """Store a question; its reason is sealed."""
        ...

    def mark(self, mark: Mark) -> None:
        """Store what became of one; its reason is sealed.

        Raises: UnknownProposal.
        """
        ...

    def get(self, proposal_id: str) -> tuple[Proposal, tuple[Mark, ...]]:
        """Give a question and its marks, oldest first.

        Raises: UnknownProposal.
        """
        ...

    def listed(
        self, *, matter: Matter | None = None, is_open: bool = True
    ) -> list[tuple[Proposal, tuple[Mark, ...]]]:
        """List questions, newest first; by default those without an end mark."""
        ...

    def acts(self) -> list[tuple[str, str]]:
        """List what was asked and what became of it, nothing unsealed: id, and state."""
        ...
