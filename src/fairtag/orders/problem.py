"""What is wrong with an order, where, and what should its author do?

A problem names a place and an act; it never repeats what the order says of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

Step = str | int


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing to mend."""

    path: str  # JSON path, such as $.conditions[0].timetable[1].from
    do: str  # a sentence that says what to do


class Flaw(msgspec.Struct, frozen=True):
    """A problem while its place is still a list of steps."""

    steps: tuple[Step, ...]
    do: str
    hidden: tuple[Step, ...] | None = None  # the true place, where the public one stops before it

    @property
    def spoiled(self) -> tuple[Step, ...]:
        """The part that can't be read further."""
        return self.steps if self.hidden is None else self.hidden

    def told(self) -> Problem:
        """Write it for people."""
        return Problem(path=path_of(*self.steps), do=self.do)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The parts of an order that are well formed, so that all problems are found at once."""

    order: dict[str, Any]
    spoiled: tuple[tuple[Step, ...], ...]

    def has(self, *steps: Step) -> bool:
        """Tell whether this part is there and can be read."""
        if any(_meet(steps, bad) for bad in self.spoiled):
            return False
        here: Any = self.order
        for step in steps:
            if isinstance(here, dict) and step not in here:
                return False
            here = here[step]
        return True

    def items(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """List the items of a list at the top, with their numbers, each without what is spoiled."""
        told = self.order.get(name)
        if not isinstance(told, list) or (name,) in self.spoiled:
            return []
        return [
            (i, {key: value for key, value in one.items() if self.has(name, i, key)})
            for i, one in enumerate(told)
            if isinstance(one, dict)
        ]


def path_of(*steps: Step) -> str:
    """Write a JSON path.

    Example:
        >>> path_of("conditions", 0, "from")
        '$.conditions[0].from'
    """
    return "$" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)


NEEDED = {
    "legal_basis": "The legal basis is missing. Name the act and paragraph that allow this order.",
    "legal_regime": "Name the legal regime: uk_gdpr, uk_part3, eu_gdpr, eu_led or other:NAME.",
    "necessity": "The reason is missing. Say why monitoring is necessary for this person.",
    "proportionality": "Say why this order is in proportion to its aim.",
    "less_intrusive_considered": "Say which less intrusive option was considered, and why not.",
    "ends_at": "The end is missing. An order without an end is not monitored.",
    "review": "Say who must review the order, by which date, under which instrument.",
    "kind": "Say which kind it is.",
    "by": "The date of the review is missing. Add it.",
    "instrument": "Name the instrument under which the review is made.",
    "vulnerability_assessed_at": "Add the date on which the person's vulnerability was assessed.",
}


def _meet(steps: tuple[Step, ...], bad: tuple[Step, ...]) -> bool:
    shorter = min(len(steps), len(bad))
    return steps[:shorter] == bad[:shorter]
