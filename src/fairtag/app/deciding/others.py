"""Which book of prompts does a review read? The one that a transaction has."""

from __future__ import annotations

from typing import Protocol, cast

from fairtag.app.checkins.book import PromptBook
from fairtag.app.ports import Transaction


class Prompted(Protocol):
    """A transaction with prompts."""

    @property
    def prompts(self) -> PromptBook:
        """Give the book."""
        ...


def prompts(tx: Transaction) -> PromptBook:
    """Give the book of prompts."""
    return cast("Prompted", tx).prompts
