"""Which books of check-ins does a review read? Prompts, answers and enrolled pictures."""

from __future__ import annotations

from typing import Protocol, cast

from fairtag.app.checkins.book import AnswerBook, EnrolmentBook, PromptBook
from fairtag.app.ports import Transaction


class CheckInBooks(Protocol):
    """The books of check-ins that a transaction has."""

    @property
    def prompts(self) -> PromptBook:
        """Give the book."""
        ...

    @property
    def answers(self) -> AnswerBook:
        """Give the book."""
        ...

    @property
    def enrolments(self) -> EnrolmentBook:
        """Give the book."""
        ...


def check_ins(tx: Transaction) -> CheckInBooks:
    """Give the books of check-ins."""
    return cast("CheckInBooks", tx)
