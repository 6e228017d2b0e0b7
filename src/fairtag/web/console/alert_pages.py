"""The queue and the page of an alert: words first, then the evidence, then what to do.

Positions are shown only in the answer to a confirmed opening, which is logged before it happens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sse_starlette import EventSourceResponse

from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.app.books import Person
from fairtag.app.handle_alert import CHOSEN_CAUSES, LEAST_REASON, acknowledge, close, log_contact
from fairtag.app.open_record import Opened, open_evidence
from fairtag.app.permissions import Act, demand, may, only_recipient
from fairtag.app.ports import Transaction
from fairtag.custody.opening import Purpose
from fairtag.terms.errors import AlertStateRefused, FairtagError, UnknownAlert
from fairtag.terms.ids import AlertId, OrderId, is_id
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import CAUSES, alert_row, drawing, evidence_rows, when

_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)
_SHOWN = 200
_HEARTBEAT_S = 15.0
_WORDS_MOST = 2000
_PURPOSES = {
    Purpose.HANDLE_ALERT: "to handle this alert",
    Purpose.PROTECT_PERSON: "to protect a person",
    Purpose.CHECK_EQUIPMENT: "to check the equipment",
}

Closed = Annotated[bool, Query(description="Show what is closed")]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _queue(router, shell)
    _alert(router, shell)
    return router


def _queue(router: APIRouter, shell: Shell) -> None:

    @router.get("/")
    def queue(request: Request, person: Signed, *, closed: Closed = False) -> Response:
        shown = _listed(shell, person, is_closed=closed)
        return shell.page(request, "queue.html", is_closed=closed, **shown)

    @router.get("/queue/rows")
    def queue_rows(request: Request, person: Signed) -> Response:
        return shell.page(request, "_rows.html", **_listed(shell, person, is_closed=False))

    @router.get("/queue/changes")
    async def changes(request: Request, person: Signed) -> Response:
        _see(person)
        return EventSourceResponse(_changes(shell, request), ping=int(_HEARTBEAT_S))


async def _changes(shell: Shell, request: Request) -> AsyncIterator[dict[str, str]]:
    """Say that the queue changed, and how far; the page then fetches its rows."""
    seen = shell.house.changes.version()
    yield {"event": "queue", "data": str(seen)}
    while not await request.is_disconnected():
        version = await shell.house.changes.wait(seen, at_most_s=_HEARTBEAT_S)
        if version != seen:
            seen = version
            yield {"event": "queue", "data": str(seen)}


def _alert(router: APIRouter, shell: Shell) -> None:  # noqa: C901 - a list of routes

    @router.get("/alerts/{alert_id}")
    def show(request: Request, person: Signed, alert_id: str) -> Response:
        return _page(shell, request, person, _id(alert_id))

    @router.post("/alerts/{alert_id}/open")
    def open_(
        request: Request,
        person: Checked,
        alert_id: str,
        purpose: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        name = _id(alert_id)
        _seen(shell, person, name)
        opened = open_evidence(shell.house, name, person=person, purpose=purpose)
        return _page(shell, request, person, name, opened=opened)

    @router.post("/alerts/{alert_id}/acknowledge")
    def take(request: Request, person: Checked, alert_id: str) -> Response:
        name = _id(alert_id)
        try:
            acknowledge(shell.house, name, person=person)
        except AlertStateRefused as refusal:
            return _page(shell, request, person, name, refusal=refusal)
        return _back(name)

    @router.post("/alerts/{alert_id}/close")
    def shut(
        request: Request,
        person: Checked,
        alert_id: str,
        cause: Annotated[str, Form(max_length=64)] = "",
        reason: Annotated[str, Form(max_length=_WORDS_MOST)] = "",
    ) -> Response:
        name = _id(alert_id)
        try:
            chosen = Cause(cause) if cause in {*Cause} else Cause.RECOVERED  # which none may choose
            close(shell.house, name, person=person, cause=chosen, reason=reason)
        except AlertStateRefused as refusal:
            return _page(shell, request, person, name, refusal=refusal, reason=reason)
        return _back(name)

    @router.post("/alerts/{alert_id}/contacts")
    def contact(
        request: Request,
        person: Checked,
        alert_id: str,
        how: Annotated[Literal["phone", "visit", "message", "other"], Form()] = "phone",
        reached: Annotated[Literal["yes", "no"], Form()] = "no",
        told: Annotated[str, Form(max_length=_WORDS_MOST)] = "",
    ) -> Response:
        name = _id(alert_id)
        try:
            log_contact(
                shell.house, name, person=person, how=how, reached=reached == "yes", told=told
            )
        except AlertStateRefused as refusal:
            return _page(shell, request, person, name, refusal=refusal)
        return _back(name)


def _see(person: Person) -> None:
    if not may(person, Act.HANDLE):
        demand(person, Act.QUEUE)


def _seen(shell: Shell, person: Person, alert_id: AlertId) -> Alert:
    """Give an alert that the person may see.

    Raises: NotPermitted, UnknownAlert.
    """
    _see(person)
    alert = shell.house.store.read(lambda tx: tx.alerts.get(alert_id))
    demand(person, Act.HANDLE if may(person, Act.HANDLE) else Act.QUEUE, alert)
    return alert


def _listed(shell: Shell, person: Person, *, is_closed: bool) -> dict[str, Any]:
    _see(person)
    states = (AlertState.CLOSED,) if is_closed else _OPEN
    only = only_recipient(person)
    now = shell.house.clock.now()

    def work(tx: Transaction) -> list[dict[str, Any]]:
        found = tx.alerts.listed(states=states, recipient=only, limit=_SHOWN + 1)
        zones = {one: _zone(tx, one) for one in {alert.order_id for alert in found}}
        return [alert_row(alert, zone=zones[alert.order_id], now=now) for alert in found]

    rows = shell.house.store.read(work)
    return {
        "rows": rows[:_SHOWN],
        "is_cut": len(rows) > _SHOWN,
        "shown": _SHOWN,
        "waiting": sum(row["state"] == "raised" for row in rows),
        "urgent": sum(row["state"] == "raised" and row["priority"] == "urgent" for row in rows),
        "version": shell.house.changes.version(),
    }


def _zone(tx: Transaction, order_id: OrderId | None) -> str:
    return "UTC" if order_id is None else tx.orders.rulings(order_id)[-1].time_zone


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    alert_id: AlertId,
    *,
    opened: Opened | None = None,
    refusal: FairtagError | None = None,
    reason: str = "",
) -> Response:
    alert = _seen(shell, person, alert_id)
    now = shell.house.clock.now()

    def work(tx: Transaction) -> dict[str, Any]:
        zone = _zone(tx, alert.order_id)
        notes = [] if alert.order_id is None else tx.alerts.contacts(alert.order_id)
        return {
            "alert": alert_row(alert, zone=zone, now=now),
            "acts_done": [(when(act.at, zone), act) for act in tx.alerts.acts(alert_id)],
            "contacts": [(when(one.at, zone), one) for one in notes],
        }

    shown = shell.house.store.read(work)
    is_open = alert.state is not AlertState.CLOSED
    return shell.page(
        request,
        "alert.html",
        status=200 if refusal is None else status_of(refusal),
        opened=opened,
        evidence=[] if opened is None else evidence_rows(opened),
        drawing=None if opened is None else drawing(opened),
        lease=None if opened is None else when(opened.grant.until, opened.time_zone),
        causes=[(cause.value, CAUSES[cause]) for cause in CHOSEN_CAUSES],
        cause_words=CAUSES,
        purposes=[(purpose.value, told) for purpose, told in _PURPOSES.items()],
        least=LEAST_REASON,
        refusal=refusal,
        reason=reason,
        may_handle=is_open and may(person, Act.HANDLE, alert),
        may_open=is_open and may(person, Act.OPEN, alert) and alert.order_id is not None,
        **shown,
    )


def _id(told: str) -> AlertId:
    if not is_id(told):
        raise UnknownAlert("no such reference")
    return AlertId(told)


def _back(alert_id: AlertId) -> Response:
    return RedirectResponse(f"/alerts/{alert_id}", status_code=303)
