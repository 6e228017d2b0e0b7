"""How does a decision read in a list? Who, when, what was found; its reason stays sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairtag.review.deciding import Change, Decision
from fairtag.web.console.reviewing import words
from fairtag.web.console.show import when


def decision_row(one: Decision, zone: str) -> dict[str, Any]:
    """Show a decision without its reason."""
    return {"at": when(one.at, zone), "by": one.by, "told": words.FOUND[one.outcome][0]}


def changes_told(changes: Iterable[Change]) -> list[str]:
    """Say what is new since a decision."""
    return [words.CHANGES[one] for one in sorted(changes)]
