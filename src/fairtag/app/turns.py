"""Whom does a round look at? Everybody in turn, so many wearers at a time.

A round that looked at all of a million wearers would hold up the judge for minutes. In a house of
no more than `MOST` wearers one round is everybody.
"""

from __future__ import annotations

from typing import NamedTuple

from fairtag.app.ports import Transaction
from fairtag.terms.ids import WearerId

MOST = 1_000  # wearers; measured: some 150 ms of one core, and a round comes every two seconds


class Stretch(NamedTuple):
    """Wearers by their ids, as bytes order them: all beyond the first, up to the last and with it.

    None as the last: to the end.
    """

    after: str = ""
    upto: str | None = None

    def holds(self, wearer_id: WearerId | None) -> bool:
        """Tell whether a wearer is among them; nobody is nowhere."""
        if wearer_id is None:
            return False
        return wearer_id > self.after and (self.upto is None or wearer_id <= self.upto)


EVERYBODY = Stretch()


class Turn:
    """Goes through everybody, stretch by stretch; of one thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self.here = EVERYBODY

    @property
    def is_over(self) -> bool:
        """Tell whether the stretch is the last one."""
        return self.here.upto is None

    def move(self, tx: Transaction) -> int:
        """Go on to the next stretch, after the last one to the first; tells how many wearers."""
        after = self.here.upto or ""
        found = tx.orders.wearers(after=after, limit=self._most)
        self.here = Stretch(after, found[-1] if len(found) == self._most else None)
        return len(found)
