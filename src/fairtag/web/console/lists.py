"""The lists beside the queue: who is monitored, who is on duty, who looked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.log.tend import state_of
from fairtag.app.permissions import Act, demand, only_recipient
from fairtag.app.ports import Transaction
from fairtag.app.reconcile import Row, rows
from fairtag.audit.entries import LoggedEntry
from fairtag.terms.instants import Micros
from fairtag.web.console import words
from fairtag.web.console.shell import Shell, Signed
from fairtag.web.console.show import since, when

_LOG_SHOWN = 200
_MATTERS_MOST = 5000
_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)

Before = Annotated[int, Query(ge=0, le=2**63 - 1, description="Show what is older than this")]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/reconciliation")
    def reconciliation(request: Request, person: Signed) -> Response:
        demand(person, Act.RECONCILE)
        now, only = shell.house.clock.now(), only_recipient(person)
        found = shell.house.store.read(lambda tx: _compared(tx, now, only))
        is_short = sum(bool(row["gap"] or row["matters"]) for row in found)
        return shell.page(request, "reconciliation.html", rows=found, with_matters=is_short)

    @router.get("/duty")
    def duty(request: Request, person: Signed) -> Response:
        demand(person, Act.ROSTER)
        roster = shell.house.store.read(lambda tx: tx.alerts.duty())
        return shell.page(request, "duty.html", roster={one.step: one.user_id for one in roster})

    @router.get("/log")
    def log(request: Request, person: Signed, before: Before = 0) -> Response:
        demand(person, Act.LOG)
        shown, after = shell.house.store.read(lambda tx: _entries(tx, before))
        state = shell.house.store.read(lambda tx: state_of(tx, shell.house.clock.now()))
        return shell.page(
            request,
            "log.html",
            entries=[_logged(one) for one in shown],
            older=after + 1 if after else 0,
            before=before,
            state=state,
            witnessed="" if state.witnessed_at is None else when(state.witnessed_at),
        )

    return router


def _compared(tx: Transaction, now: Micros, only: str | None) -> list[dict[str, Any]]:
    """List orders and devices, each with its gap and open support alerts; trouble first."""
    matters = tx.alerts.listed(states=_OPEN, recipient=only or "support", limit=_MATTERS_MOST)
    shown = [
        _row(row, [one for one in matters if _is_about(one, row)], now) for row in rows(tx, now=now)
    ]
    return sorted(shown, key=lambda row: (row["gap"] is None, not row["matters"]))


def _is_about(alert: Alert, row: Row) -> bool:
    both = ((alert.order_id, row.order_id), (alert.device_id, row.device_id))
    named = [told == mine for told, mine in both if told is not None]
    return bool(named) and all(named)


def _row(row: Row, matters: list[Alert], now: Micros) -> dict[str, Any]:
    return {
        "order": row.order_id,
        "wearer": row.wearer_id,
        "device": row.device_id,
        "heard": when(row.heard_at),
        "heard_ago": since(row.heard_at, now),
        "fixed": when(row.fixed_at),
        "fixed_ago": since(row.fixed_at, now),
        "steps": row.steps,
        "gap": None if row.gap is None else words.kind_name(row.gap),
        "matters": [
            {
                "id": one.alert_id,
                "title": words.title(one),
                "owner": one.acknowledged_by or one.owner or "nobody yet",
            }
            for one in matters
        ],
    }


def _logged(logged: LoggedEntry) -> dict[str, Any]:
    entry = logged.entry
    return {
        "n": logged.n,
        "at": when(entry.at),
        "actor": entry.actor,
        "what": words.LOG.get(entry.what, entry.what),
        "wearer": entry.wearer_id or "",
        "alert": entry.alert_id or "",
        "why": "" if entry.purpose is None else words.PURPOSE_NAMES.get(entry.purpose, ""),
    }


def _entries(tx: Transaction, before: int) -> tuple[list[LoggedEntry], int]:
    """Give the newest entries, or the newest of those before one; and the number before them."""
    last = tx.audit.last() if before == 0 else min(before - 1, tx.audit.last())
    after = max(0, last - _LOG_SHOWN)
    found = tx.audit.entries(after=after, limit=last - after)
    # Digests of rows are for `audit verify`, not for people.
    return [one for one in found if one.entry.what != "rows"][::-1], after
