"""What do declarations and fairness reports need of the store? Units: µs UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from fairtag.disclosure.fair.declared import Declared
from fairtag.disclosure.fair.tables import Course, Fairness
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


class DeclaredBook(Protocol):
    """What wearers said of themselves, each sealed under that wearer's own key."""

    def put(self, wearer_id: WearerId, declared: Declared, *, at: Micros) -> None:
        """Store what a wearer says now, instead of what they said before."""
        ...

    def withdraw(self, wearer_id: WearerId) -> Micros | None:
        """Take it away; tells when it was said, None when nothing was."""
        ...

    def said_at(self, wearer_id: WearerId) -> Micros | None:
        """Tell the wearer that they said something; not what."""
        ...

    def in_counts(self) -> dict[WearerId, Declared]:
        """Open everything, to count it and forget it; only `app.fairness.tell` may call this."""
        ...


class FairnessBook(Protocol):
    """Reports that were made; counts only. None is ever changed."""

    def add(self, report: Fairness) -> None:
        """Store one."""
        ...

    def of(self, month: str) -> Fairness | None:
        """Give one."""
        ...

    def months(self) -> list[str]:
        """List the months of which there is one, newest first."""
        ...


class Courses(Protocol):
    """How check-ins went; told by what keeps prompts, answers and decisions."""

    def during(self, span: Interval) -> Iterable[Course]:
        """List those that were to be shown in a span, decided or not."""
        ...
