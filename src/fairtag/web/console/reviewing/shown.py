"""How does a decision read in a list? Who, when, what was found; its reason stays sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairtag.alerts.model import Alert
from fairtag.app.deciding.basis import news
from fairtag.app.ports import Transaction
from fairtag.review.deciding import Change, Decision, is_decidable
from fairtag.web.console.reviewing import words
from fairtag.web.console.show import when


def decisions_shown(tx: Transaction, alert: Alert, zone: str) -> dict[str, Any]:
    """Say on an alert's page what people decided about it, and whether it is open again."""
    made = tx.decisions.decisions(alert_id=alert.alert_id)
    rows = [decision_row(one, zone) | {"changes": changes_told(news(tx, one))} for one in made]
    return {"decisions_made": rows, "is_decidable": is_decidable(alert)}


def decision_row(one: Decision, zone: str) -> dict[str, Any]:
    """Show a decision without its reason."""
    return {"at": when(one.at, zone), "by": one.by, "told": words.FOUND[one.outcome][0]}


def changes_told(changes: Iterable[Change]) -> list[str]:
    """Say what is new since a decision."""
    return [words.CHANGES[one] for one in sorted(changes)]
