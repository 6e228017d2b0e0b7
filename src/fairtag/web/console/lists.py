"""The lists beside the queue: who is monitored, who is on duty, who looked, what is proved."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from fairtag.app.charter import CHARTER
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.reconcile import rows
from fairtag.audit.entries import LoggedEntry
from fairtag.web.console.shell import Shell, Signed
from fairtag.web.console.show import kind_name, when

_LOG_SHOWN = 200


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/reconciliation")
    def reconciliation(request: Request, person: Signed) -> Response:
        demand(person, Act.RECONCILE)
        now = shell.house.clock.now()
        found = shell.house.store.read(lambda tx: rows(tx, now=now))
        shown = [
            {
                "order": row.order_id,
                "wearer": row.wearer_id,
                "device": row.device_id,
                "heard": when(row.heard_at),
                "fixed": when(row.fixed_at),
                "steps": row.steps,
                "gap": None if row.gap is None else kind_name(row.gap),
            }
            for row in found
        ]
        return shell.page(request, "reconciliation.html", rows=shown)

    @router.get("/duty")
    def duty(request: Request, person: Signed) -> Response:
        del person
        roster = shell.house.store.read(lambda tx: tx.alerts.duty())
        return shell.page(request, "duty.html", roster={one.step: one.user_id for one in roster})

    @router.get("/log")
    def log(request: Request, person: Signed) -> Response:
        demand(person, Act.LOG)
        shown = shell.house.store.read(_newest)
        return shell.page(request, "log.html", entries=[(one, when(one.entry.at)) for one in shown])

    @router.get("/charter")
    def charter(request: Request) -> Response:
        proved = sum(one.is_proved for one in CHARTER)
        return shell.page(request, "charter.html", guarantees=CHARTER, proved=proved)

    return router


def _newest(tx: Transaction) -> list[LoggedEntry]:
    last = tx.audit.last()
    return tx.audit.entries(after=max(0, last - _LOG_SHOWN), limit=_LOG_SHOWN)[::-1]
