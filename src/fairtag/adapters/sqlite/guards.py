"""What does the database itself refuse, whoever asks? Removing or bending what was done.

Charter G2 and G4 hold by construction: against our own code, a careless script and direct SQL.
Whoever may drop the triggers can be detected only: `fairtag audit verify`.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from fairtag.adapters.sqlite.keeping.families import stays
from fairtag.alerts.gather import CLOSES_ITSELF, ENDS_WITH_REVIEW

# That nobody waits for a look any more holds a guard of its own (`reviewing.tables`).
_SELF_KINDS = ", ".join(f"'{kind}'" for kind in sorted(CLOSES_ITSELF | ENDS_WITH_REVIEW))
_STATE_RANK = "CASE {} WHEN 'raised' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END"
_PRIORITY_RANK = "CASE {} WHEN 'urgent' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END"
_CLOSING = ("closed_by", "closed_at", "cause")
_FIXED = ("alert_id", "order_id", "wearer_id", "recipient", "raised_at")
_MIRRORED = ("alert_id", "kind", "recipient", "priority", "state")


def guard_alerts(alerts: Table, acts: Table, contacts: Table) -> None:
    """Let alerts only move forward, by named people; let acts and contacts stand as written."""
    _guard(alerts, "alerts_stay", _removal("alerts"), "an alert can not be deleted")
    _guard(alerts, "alerts_once", _again("alerts", "alert_id"), "an alert can not be replaced")
    for name, when, told in _alert_rules():
        _guard(alerts, name, f"UPDATE ON alerts WHEN {when}", told)
    is_past = f"NEW.state <> 'raised' OR {_differs('NEW', 'NEW', _MIRRORED)}"
    _guard(alerts, "alerts_begin", f"INSERT ON alerts WHEN {is_past}", "an alert begins as raised")
    keep_as_written(acts, "what was done")
    keep_as_written(contacts, "a contact")


def keep_as_written(table: Table, what: str) -> None:
    """Let rows with a number be added, and never be changed, replaced or deleted."""
    name = table.name
    _guard(table, f"{name}_stay", _removal(name), f"{what} can not be deleted")
    _guard(table, f"{name}_hold", f"UPDATE ON {name}", f"{what} can not be changed")
    _guard(table, f"{name}_once", _again(name, "n"), f"{what} can not be replaced")


def let_grow(table: Table, column: str, what: str) -> None:
    """Let rows be added and one column be written on at its end; nothing else."""
    name = table.name
    _guard(table, f"{name}_stay", f"DELETE ON {name}", f"{what}: nothing is deleted")
    bent = f"substr(NEW.{column}, 1, length(OLD.{column})) IS NOT OLD.{column}"
    moved = "NEW.level IS NOT OLD.level OR NEW.n IS NOT OLD.n"
    _guard(table, f"{name}_grow", f"UPDATE ON {name} WHEN {bent} OR {moved}", what)


def _alert_rules() -> tuple[tuple[str, str, str], ...]:
    back = f"{_STATE_RANK.format('NEW.state')} < {_STATE_RANK.format('OLD.state')}"
    lower = f"{_PRIORITY_RANK.format('NEW.priority')} > {_PRIORITY_RANK.format('OLD.priority')}"
    moved = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FIXED)
    nobody = f"coalesce({_said('NEW', 'closed_by')}, '') = ''"
    by_none = f"NEW.state = 'closed' AND {nobody} AND NEW.kind NOT IN ({_SELF_KINDS})"
    untaken = f"coalesce({_said('NEW', 'acknowledged_by')}, '') = ''"
    again = f"OLD.state = 'closed' AND ({_differs('NEW', 'OLD', _CLOSING, is_said=True)})"
    return (
        ("alerts_ahead", back, "an alert only moves forward"),
        ("alerts_urgent", lower, "an alert does not become less urgent"),
        ("alerts_whose", moved, "what an alert is about can not be changed"),
        ("alerts_honest", _differs("NEW", "NEW", _MIRRORED), "an alert says one thing"),
        ("alerts_closed_for_good", again, "how an alert was closed can not be changed"),
        ("alerts_by_people", by_none, "only a named person closes this alert"),
        ("alerts_taken", f"NEW.state = 'acknowledged' AND {untaken}", "somebody takes an alert"),
    )


def _differs(new: str, old: str, names: tuple[str, ...], *, is_said: bool = False) -> str:
    """Compare what the body of `new` says with the columns, or with the body, of `old`."""
    return " OR ".join(
        f"{_said(new, name)} IS NOT {_said(old, name) if is_said else f'{old}.{name}'}"
        for name in names
    )


def _said(row: str, name: str) -> str:
    return f"json_extract(CAST({row}.body AS TEXT), '$.{name}')"


def _again(table: str, key: str) -> str:
    """Refuse INSERT OR REPLACE, which deletes a row without asking the guard of DELETE."""
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - our own names
    return f"INSERT ON {table} WHEN {exists}"


def _removal(table: str) -> str:
    """Refuse to delete a row, save one whose key two people destroyed."""
    return f"DELETE ON {table}{stays(table)}"


def _guard(table: Table, name: str, when: str, told: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{told}'); END"
    made = made.replace("%", "%%")  # DDL fills in names by it
    event.listen(table, "after_create", DDL(made))  # type: ignore[no-untyped-call]
