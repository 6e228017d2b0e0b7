"""Which matters does a second judging find, and what time's evidence decided each?

Units: µs UTC, event time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fairtag.rules.finding import State
from fairtag.rules.matter import Matter
from fairtag.terms.instants import Micros


class Late(NamedTuple):
    """Whether the oldest of what is new came late; and even the newest, so that all did."""

    oldest: bool = False
    newest: bool = False


IN_TIME = Late()


class Judged:
    """Matters as they stand in the end, in the order in which they were met."""

    def __init__(self, going_on: Iterable[Matter]) -> None:
        """Begin with what goes on from before."""
        self._matters = {_name(one): one for one in going_on}
        self._opened = {name: one.began_at for name, one in self._matters.items()}

    def add(self, changes: Iterable[Matter], at: Micros) -> None:
        """Take matters that changed with a message, or a timer, of an instant or before it."""
        for one in changes:
            self._matters[_name(one)] = one
            self._opened.setdefault(_name(one), at if one.closed_at is None else one.closed_at)

    @property
    def matters(self) -> list[Matter]:
        """List them."""
        return list(self._matters.values())

    def decided_at(self, matter: Matter, state: State) -> Micros:
        """Tell when what opened or closed one of them happened."""
        if state is State.CLOSED and matter.closed_at is not None:
            return matter.closed_at
        return self._opened[_name(matter)]


def _name(matter: Matter) -> tuple[object, ...]:
    return (matter.key, matter.began_at, matter.part_of)
