"""Deciding about an alert: everything to read on one page, then one sign-off of exactly that.

What was written stands only in the answer to a confirmed opening, which is logged before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.deciding.basis import ToRead, read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.deciding.pictures import see_pictures
from fairtag.app.deciding.waiting import undecided
from fairtag.app.permissions import Act, demand
from fairtag.app.reviewing.deal import Pair
from fairtag.review.deciding import LEAST_REASON
from fairtag.review.deciding import Outcome as Found
from fairtag.review.refusals import DecisionRefused, DecisionStale, PhotoCaseRefused
from fairtag.rules.finding import Finding
from fairtag.terms.errors import (
    FairtagError,
    LogUnavailable,
    OpeningRefused,
    SealBroken,
    SignInRefused,
    UnknownAlert,
)
from fairtag.terms.ids import AlertId, is_id
from fairtag.web.console import words as console_words
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.reviewing import words
from fairtag.web.console.reviewing.pictures import pair_view
from fairtag.web.console.reviewing.shown import changes_told, decision_row
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import alert_row, contact_row, when

_LONG = 4000
_TOLD = (DecisionRefused, DecisionStale, SignInRefused)  # beside what was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """What the page has beside the matter itself."""

    refusal: FairtagError | None = None
    outcome: str = ""
    reason: str = ""
    excuse: str = ""
    pair: Pair | None = None


_NOTHING = _Typed()


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _waiting(router, shell)
    _reading(router, shell)
    return router


def _waiting(router: APIRouter, shell: Shell) -> None:
    @router.get("/deciding")
    def show(request: Request, person: Signed) -> Response:
        found, now = undecided(shell.house, person), shell.house.clock.now()
        zones = shell.house.store.read(
            lambda tx: [zone_of(tx, one.alert.order_id) for one in found]
        )
        rows = [
            alert_row(one.alert, zone=zone, now=now) | {"changes": changes_told(one.changes)}
            for one, zone in zip(found, zones, strict=True)
        ]
        return shell.page(request, "reviewing/undecided.html", rows=rows)


def _reading(router: APIRouter, shell: Shell) -> None:
    @router.post("/alerts/{alert_id}/decide/read")
    def read(
        request: Request,
        person: Checked,
        alert_id: str,
        pictures: Annotated[str, Form(max_length=8)] = "",
    ) -> Response:
        name = _id(alert_id)
        demand(person, Act.DECIDE)
        if not pictures:
            return _page(shell, request, person, name)
        try:
            pair = see_pictures(shell.house, name, person=person)
        except (PhotoCaseRefused, SealBroken) as refusal:
            return _page(shell, request, person, name, _Typed(refusal=refusal))
        return _page(shell, request, person, name, _Typed(pair=pair))

    @router.post("/alerts/{alert_id}/decide")
    def decide(
        request: Request,
        person: Checked,
        alert_id: str,
        said: Annotated[Said, Depends(_said)],
        password: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        name = _id(alert_id)
        try:
            decide_alert(shell.house, name, said, person=person, given=password)
        except _TOLD as refusal:
            typed = _Typed(
                refusal=refusal, outcome=said.outcome, reason=said.reason, excuse=said.excuse
            )
            return _page(shell, request, person, name, typed)
        return RedirectResponse(f"/alerts/{name}#decided", status_code=303)


def _said(
    outcome: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=_LONG)] = "",
    excuse: Annotated[str, Form(max_length=_LONG)] = "",
    basis: Annotated[str, Form(max_length=64)] = "",
) -> Said:
    """Read a form: one alert's, and no list."""
    return Said(outcome=outcome, reason=reason, excuse=excuse, basis_digest=basis)


def _page(
    shell: Shell, request: Request, person: Person, name: AlertId, typed: _Typed = _NOTHING
) -> Response:
    try:
        found = read_to_decide(shell.house, name, person=person)
    except (DecisionRefused, LogUnavailable, OpeningRefused) as refusal:
        return shell.refused(request, refusal, "This was not opened")
    zone = shell.house.store.read(lambda tx: zone_of(tx, found.alert.order_id))
    return shell.page(
        request,
        "reviewing/decide.html",
        status=status_on_page(typed.refusal),
        typed=typed,
        form="reason",
        refusal=typed.refusal,
        least=LEAST_REASON,
        outcomes=[(one.value, *words.FOUND[one]) for one in Found],
        pair=None if typed.pair is None else pair_view(shell.house, typed.pair),
        **_shown(found, zone, shell),
    )


def _shown(found: ToRead, zone: str, shell: Shell) -> dict[str, Any]:
    alert = alert_row(found.alert, zone=zone, now=shell.house.clock.now())
    reached = sum(one.reached for one in found.contacts if one.at >= found.alert.began_at)
    return {
        "alert": alert,
        "rule": console_words.rule(alert["kind"]),
        "findings": [_finding(one) for one in found.findings],
        "said": [
            {"at": when(one.at, zone), "text": one.text, "is_contest": one.is_contest}
            for one in found.said
        ],
        "contacts": [contact_row(one, zone) for one in found.contacts],
        "reached": reached,
        "looks": [{"told": words.OUTCOMES[one], "note": note} for one, note in found.looks],
        "earlier": [
            decision_row(one, zone) | {"changes": changes_told(news)} for one, news in found.earlier
        ],
        "basis": found.basis.digest,
        "receipt": found.receipt,
    }


def _finding(one: Finding) -> dict[str, str]:
    return {"words": one.words.get("en", ""), "rev": str(one.rev), "state": one.state.value}


def _id(told: str) -> AlertId:
    if not is_id(told):
        raise UnknownAlert("no such reference")
    return AlertId(told)
