"""A closed alert that a second person looks at, blind to how it was closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.alerts.handle import BY_PEOPLE
from fairtag.alerts.model import Alert, Cause
from fairtag.app.books import Person
from fairtag.app.open_record import open_evidence
from fairtag.app.reviewing.again import next_to_see, say_again
from fairtag.terms.errors import FairtagError, LogUnavailable, OpeningRefused, ReasonRefused
from fairtag.terms.ids import AlertId, is_id
from fairtag.web.console import words as console_words
from fairtag.web.console.evidence import columns, evidence_rows
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import alert_row

_CAUSES = [(one.value, console_words.CAUSES[one]) for one in BY_PEOPLE]
# What an alert says before anybody closes it; how it ended is left out.
_BEFORE = ("id", "title", "words", "priority_words", "wearer", "order", "began", "raised")


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/second-looks")
    def show(request: Request, person: Signed, done: str = "") -> Response:
        return _page(shell, request, person, is_done=done == "yes")

    @router.post("/second-looks/open")
    def open_(
        request: Request, person: Checked, purpose: Annotated[str, Form(max_length=64)] = ""
    ) -> Response:
        alert = next_to_see(shell.house, person)
        if alert is None:
            return RedirectResponse("/second-looks", status_code=303)
        try:
            opened = open_evidence(shell.house, alert.alert_id, person=person, purpose=purpose)
        except (LogUnavailable, OpeningRefused) as refusal:
            return _page(shell, request, person, refusal=refusal)
        return _page(shell, request, person, rows=evidence_rows(opened))

    @router.post("/second-looks")
    def say(
        request: Request,
        person: Checked,
        alert: Annotated[str, Form(max_length=64)] = "",
        cause: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        try:
            name = AlertId(alert if is_id(alert) else "-")
            say_again(shell.house, person, name, cause=_cause(cause))
        except ReasonRefused as refusal:
            return _page(shell, request, person, refusal=refusal)
        return RedirectResponse("/second-looks?done=yes", status_code=303)

    return router


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    *,
    refusal: FairtagError | None = None,
    rows: list[dict[str, str]] | None = None,
    is_done: bool = False,
) -> Response:
    alert = next_to_see(shell.house, person)
    return shell.page(
        request,
        "reviewing/again.html",
        status=status_on_page(refusal),
        refusal=refusal,
        matter=None if alert is None else _matter(shell, alert),
        causes=_CAUSES,
        columns=columns(rows or []),
        rows=rows,
        is_done=is_done,
    )


def _cause(told: str) -> Cause:
    """Read a cause.

    Raises: ReasonRefused.
    """
    if told not in {one.value for one in BY_PEOPLE}:
        raise ReasonRefused("choose a cause")
    return Cause(told)


def _matter(shell: Shell, alert: Alert) -> dict[str, object]:
    zone = shell.house.store.read(lambda tx: zone_of(tx, alert.order_id))
    told = alert_row(alert, zone=zone, now=shell.house.clock.now())
    return {name: told[name] for name in _BEFORE}
