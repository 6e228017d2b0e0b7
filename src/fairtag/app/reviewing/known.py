"""Which pairs of pictures of different people may be shown to measure reviewers?

None is shipped. Such pictures come from people who agreed to it, or from nobody (synthetic): never
from wearers, whose consent under an order is not free.
"""

from __future__ import annotations

from typing import Protocol


class KnownPairs(Protocol):
    """A set of pairs, each of two different people."""

    def names(self) -> list[str]:
        """List the pairs."""
        ...

    def pictures(self, name: str) -> tuple[bytes, bytes]:
        """Give a pair's two pictures."""
        ...


class NullKnownPairs:
    """No set is configured: reviewers are measured by known same pairs only."""

    def names(self) -> list[str]:
        """List none."""
        return []

    def pictures(self, name: str) -> tuple[bytes, bytes]:
        """Refuse.

        Raises: KeyError.
        """
        raise KeyError(name)
