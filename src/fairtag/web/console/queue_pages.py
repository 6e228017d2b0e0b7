"""The queue: what waits, how long, who has it; live where scripts run, right without them.

Nothing here holds a place or a name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sse_starlette import EventSourceResponse

from fairtag.alerts.model import AlertState
from fairtag.app.books import Person
from fairtag.app.permissions import Act, demand, may, only_recipient
from fairtag.app.ports import Transaction
from fairtag.app.sign_in import is_signed_in
from fairtag.terms.ids import OrderId
from fairtag.web.console.complaining.words import waits
from fairtag.web.console.shell import Shell, Signed
from fairtag.web.console.show import alert_row, rank

_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)
_SHOWN = 200
_HEARTBEAT_S = 15.0

Closed = Annotated[bool, Query(description="Show what is closed")]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/")
    def queue(request: Request, person: Signed, *, closed: Closed = False) -> Response:
        home = shell.home(person)
        if home is None:
            return shell.page(request, "no_pages.html")
        if home != "/":
            return RedirectResponse(home, status_code=303)
        shown = _listed(shell, person, is_closed=closed)
        return shell.page(
            request, "queue.html", is_closed=closed, waits=_waits(shell, person), **shown
        )

    @router.get("/queue/rows")
    def queue_rows(request: Request, person: Signed) -> Response:
        return shell.page(request, "_rows.html", **_listed(shell, person, is_closed=False))

    @router.get("/queue/changes")
    def changes(request: Request, person: Signed) -> Response:
        demand(person, Act.QUEUE)
        return EventSourceResponse(_changes(shell, request), ping=int(_HEARTBEAT_S))

    return router


def zone_of(tx: Transaction, order_id: OrderId | None) -> str:
    """Tell the time zone in which an order's times are told."""
    facts = [] if order_id is None else tx.orders.facts(order_id=order_id)
    return facts[0].time_zone if facts else "UTC"


async def _changes(shell: Shell, request: Request) -> AsyncIterator[dict[str, str]]:
    """Say that the queue changed, and how far; the page then fetches its rows.

    The stream ends with the session: what is left of it is the sign-in page.
    """
    token = shell.token(request)
    seen = shell.house.changes.version()
    yield {"event": "queue", "data": str(seen)}
    while not await request.is_disconnected():
        version = await shell.house.changes.wait(seen, at_most_s=_HEARTBEAT_S)
        if not await run_in_threadpool(is_signed_in, shell.house, token):
            return
        if version != seen:
            seen = version
            yield {"event": "queue", "data": str(seen)}


def _waits(shell: Shell, person: Person) -> dict[str, int]:
    """Count what wearers wait for, for those who may see it."""
    if not may(person, Act.COMPLAINT):
        return {"contests": 0, "complaints": 0, "late": 0}
    now = shell.house.clock.now()
    return shell.house.store.read(lambda tx: waits(tx, now))


def _listed(shell: Shell, person: Person, *, is_closed: bool) -> dict[str, Any]:
    demand(person, Act.QUEUE)
    states = (AlertState.CLOSED,) if is_closed else _OPEN
    now = shell.house.clock.now()

    def work(tx: Transaction) -> list[dict[str, Any]]:
        found = tx.alerts.listed(states=states, recipient=only_recipient(person), limit=_SHOWN + 1)
        zones = {one: zone_of(tx, one) for one in {alert.order_id for alert in found}}
        return [alert_row(alert, zone=zones[alert.order_id], now=now) for alert in found]

    rows = shell.house.store.read(work)
    return {
        "rows": sorted(rows[:_SHOWN], key=rank),
        "is_cut": len(rows) > _SHOWN,
        "shown": _SHOWN,
        "waiting": sum(row["is_waiting"] for row in rows),
        "urgent": sum(row["is_urgent"] for row in rows),
        "version": shell.house.changes.version(),
        "is_handler": may(person, Act.HANDLE),
    }
