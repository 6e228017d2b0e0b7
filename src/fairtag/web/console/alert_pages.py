"""The page of an alert: the words of the rule, how sure we are, the evidence, what to do.

Positions, names and free text stand only in the answer to a confirmed opening, which is logged
before it happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.alerts.model import Alert, AlertAct, AlertState, Cause, ContactNote
from fairtag.app.books import Person
from fairtag.app.checkins.pause import HEALTH
from fairtag.app.handle_alert import CHOSEN_CAUSES, LEAST_REASON, acknowledge, close, log_contact
from fairtag.app.open_record import Opened, Texts, open_apart, open_evidence, open_texts
from fairtag.app.openings.book import ApartNote
from fairtag.app.openings.circles import note_apart
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.app.wearer.contest import KIND as CONTEST
from fairtag.custody.opening import OF_POSITIONS, OF_TEXTS
from fairtag.custody.refusals import DelayRefused
from fairtag.rules.finding import Kind
from fairtag.terms.errors import (
    AlertStateRefused,
    FairtagError,
    LogUnavailable,
    OpeningRefused,
    UnknownAlert,
)
from fairtag.terms.ids import AlertId, is_id
from fairtag.web.console import words
from fairtag.web.console.openings import delay_reasons, note_row, opened_view
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_of
from fairtag.web.console.reviewing.shown import decisions_shown
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import alert_row, contact_row, offset, when

_WORDS_MOST = 2000
_NO_POSITIONS = (
    "This alert rests on no positions. It rests on what the device said, or on its silence."
)
_SAID = (CONTEST, HEALTH, Kind.WEARER_HELP)  # what the wearer said lies sealed in the alert
_REFUSALS = (AlertStateRefused, LogUnavailable)  # told on the page, beside what was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What a page has beside the alert: what was opened, what was refused, what was typed."""

    opened: Opened | None = None
    texts: Texts | None = None
    apart: tuple[ApartNote, ...] = ()
    refusal: FairtagError | None = None
    cause: str = ""
    reason: str = ""
    said: str = ""
    form: str = ""  # the field to go back to


_NOTHING = _Told()


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _looking(router, shell)
    _handling(router, shell)
    _apart(router, shell)
    return router


def _looking(router: APIRouter, shell: Shell) -> None:
    @router.get("/alerts/{alert_id}")
    def show(request: Request, person: Signed, alert_id: str) -> Response:
        return _page(shell, request, person, _id(alert_id))

    @router.post("/alerts/{alert_id}/open")
    def open_(
        request: Request,
        person: Checked,
        alert_id: str,
        purpose: Annotated[str, Form(max_length=64)] = "",
        delay: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            opened = open_evidence(
                shell.house, name, person=person, purpose=purpose, delay_for=delay
            )
        except (DelayRefused, LogUnavailable, OpeningRefused) as refusal:
            return _page(shell, request, person, name, _Told(refusal=refusal))
        return _page(shell, request, person, name, _Told(opened=opened))

    @router.post("/alerts/{alert_id}/texts")
    def read_texts(
        request: Request,
        person: Checked,
        alert_id: str,
        purpose: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            texts = open_texts(shell.house, name, person=person, purpose=purpose)
        except (LogUnavailable, OpeningRefused) as refusal:
            return _page(shell, request, person, name, _Told(refusal=refusal))
        return _page(shell, request, person, name, _Told(texts=texts))


def _apart(router: APIRouter, shell: Shell) -> None:
    @router.post("/alerts/{alert_id}/apart")
    def keep_apart(
        request: Request,
        person: Checked,
        alert_id: str,
        told: Annotated[str, Form(max_length=_WORDS_MOST)] = "",
    ) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            note_apart(shell.house, person, name, told=told)
        except _REFUSALS as refusal:
            return _page(shell, request, person, name, _Told(refusal=refusal, form="apart-told"))
        return _back(name, "#apart")

    @router.post("/alerts/{alert_id}/apart/read")
    def read_apart(
        request: Request,
        person: Checked,
        alert_id: str,
        purpose: Annotated[str, Form(max_length=64)] = "",
    ) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            notes = open_apart(shell.house, name, person=person, purpose=purpose)
        except (LogUnavailable, OpeningRefused) as refusal:
            return _page(shell, request, person, name, _Told(refusal=refusal))
        return _page(shell, request, person, name, _Told(apart=notes))


def _handling(router: APIRouter, shell: Shell) -> None:
    @router.post("/alerts/{alert_id}/acknowledge")
    def take(request: Request, person: Checked, alert_id: str) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            acknowledge(shell.house, name, person=person)
        except _REFUSALS as refusal:
            return _page(shell, request, person, name, _Told(refusal=refusal))
        return _back(name)

    @router.post("/alerts/{alert_id}/close")
    def shut(
        request: Request,
        person: Checked,
        alert_id: str,
        cause: Annotated[str, Form(max_length=64)] = "",
        reason: Annotated[str, Form(max_length=_WORDS_MOST)] = "",
    ) -> Response:
        name = _seen(shell, person, _id(alert_id)).alert_id
        try:
            chosen = Cause(cause) if cause in {*Cause} else Cause.RECOVERED  # which none may choose
            close(shell.house, name, person=person, cause=chosen, reason=reason)
        except _REFUSALS as refusal:
            told = _Told(refusal=refusal, cause=cause, reason=reason, form="cause")
            return _page(shell, request, person, name, told)
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
        name = _seen(shell, person, _id(alert_id)).alert_id
        is_reached = reached == "yes"
        try:
            log_contact(shell.house, name, person=person, how=how, reached=is_reached, told=told)
        except _REFUSALS as refusal:
            return _page(
                shell, request, person, name, _Told(refusal=refusal, said=told, form="told")
            )
        return _back(name, "#contact")


def _seen(shell: Shell, person: Person, alert_id: AlertId) -> Alert:
    """Give an alert that the person may see.

    Raises: NotPermitted, UnknownAlert.
    """
    demand(person, Act.QUEUE)
    alert = shell.house.store.read(lambda tx: tx.alerts.get(alert_id))
    demand(person, Act.QUEUE, alert)
    return alert


def _page(
    shell: Shell, request: Request, person: Person, alert_id: AlertId, told: _Told = _NOTHING
) -> Response:
    alert = _seen(shell, person, alert_id)
    is_open = alert.state is not AlertState.CLOSED
    may_open = may(person, Act.OPEN, alert) and alert.order_id is not None
    return shell.page(
        request,
        "alert.html",
        status=200 if told.refusal is None else status_of(told.refusal),
        told=told,
        causes=[(cause.value, words.CAUSES[cause]) for cause in CHOSEN_CAUSES],
        purposes=[(one.value, words.PURPOSES[one]) for one in OF_POSITIONS],
        purposes_told=words.PURPOSES,
        text_purposes=[(one.value, words.PURPOSES[one]) for one in reversed(OF_TEXTS)],
        least=LEAST_REASON,
        may_handle=is_open and may(person, Act.HANDLE, alert),
        may_open=is_open and may_open,
        may_read=may_open,
        **shell.house.store.read(lambda tx: _facts(tx, shell, alert, told)),
        delay_reasons=delay_reasons(),
        no_positions=_NO_POSITIONS,
        **opened_view(shell.house, told.opened, again=f"/alerts/{alert_id}"),
    )


def _facts(tx: Transaction, shell: Shell, alert: Alert, told: _Told) -> dict[str, Any]:
    """Give what a page says before anything is opened; texts only when they were."""
    now, zone = shell.house.clock.now(), zone_of(tx, alert.order_id)
    row = alert_row(alert, zone=zone, now=now)
    acts = told.texts.acts if told.texts else tx.alerts.acts(alert.alert_id, bare=True)
    opened = told.texts or told.opened
    contacts = opened.contacts if opened else _bare(tx, alert)
    return {
        "alert": row,
        "acts_done": [_act(act, zone) for act in acts],
        "contacts": [contact_row(one, zone) for one in contacts],
        "has_texts": bool(contacts) or alert.closed_by is not None or alert.kind in _SAID,
        "was_said": alert.kind in _SAID,
        "apart": [note_row(one, zone) for one in told.apart],
        "has_apart": alert.order_id is not None and tx.apart.count(alert.order_id) > 0,
        "rule": words.rule(row["kind"]),
        **_sure(tx, alert),
        **decisions_shown(tx, alert, zone),
        "next_steps": words.next_steps(alert.kind, alert.wearer_id),
        "here_now": f"{when(now, zone)}, {zone} ({offset(now, zone)})",
    }


def _bare(tx: Transaction, alert: Alert) -> list[ContactNote]:
    return [] if alert.order_id is None else tx.alerts.contacts(alert.order_id, bare=True)


def _sure(tx: Transaction, alert: Alert) -> dict[str, str]:
    """Say how sure the newest finding is that still stands, and by which numbers it was made."""
    standing = [part.finding_id for part in alert.parts if not part.is_withdrawn]
    found = [tx.verdicts.latest(one) for one in standing[::-1]]
    known = [one for one in found if one is not None]
    if not known:
        return {"sure": "", "by_record": ""}
    late = " It was decided on data that came late." if known[0].late else ""
    by = next((one for one in known if one.certainty), None)
    return {
        "sure": words.sure(None if by is None else by.certainty) + late,
        "by_record": "" if by is None else words.by_record(by.settings),
    }


def _act(act: AlertAct, zone: str) -> dict[str, str]:
    return {"at": when(act.at, zone), "told": words.act_words(act), "reason": act.reason}


def _id(told: str) -> AlertId:
    if not is_id(told):
        raise UnknownAlert("no such reference")
    return AlertId(told)


def _back(alert_id: AlertId, place: str = "") -> Response:
    return RedirectResponse(f"/alerts/{alert_id}{place}", status_code=303)
