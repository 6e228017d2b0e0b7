"""Requests for disclosure: the list, a new one, and everything about one on a page.

What somebody wrote is sealed; reading it is a consultation and is written down first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import Wanted, propose, refuse, request, state_now
from fairtag.app.disclosure.deliver import hand_over, pack
from fairtag.app.disclosure.emergency import reviews
from fairtag.app.disclosure.listed import recipient_name
from fairtag.app.disclosure.subject_access import requests
from fairtag.app.openings.standing import facts_of
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.disclosure.course import Asked
from fairtag.disclosure.gateways import GATEWAYS
from fairtag.disclosure.recipients import Standing
from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.disclosure.scope import Category
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, local_instant
from fairtag.web.console.disclosing import words
from fairtag.web.console.disclosing.fields import Line, Lines, Words
from fairtag.web.console.disclosing.one import show
from fairtag.web.console.disclosing.words import local
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed


@dataclass(frozen=True, slots=True)
class RequestForm:
    """What the form of a new request says."""

    recipient: Line = ""
    gateway: Line = ""
    order: Line = ""
    since: Line = ""
    until: Line = ""
    categories: Lines = None
    asked_by: Line = ""
    authority: Line = ""
    case_ref: Line = ""
    purpose: Words = ""


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _asking(router, shell)
    _looking(router, shell)
    _deciding(router, shell)
    _delivering(router, shell)
    return router


def _asking(router: APIRouter, shell: Shell) -> None:
    @router.get("/disclosures/new")
    def fresh(request: Request, person: Signed) -> Response:
        demand(person, Act.ASK)
        return _form(shell, request, {}, None)

    @router.post("/disclosures/new")
    def ask(request: Request, person: Checked, form: Annotated[RequestForm, Depends()]) -> Response:
        demand(person, Act.ASK)
        told = asdict(form) | {"categories": form.categories or []}
        try:
            asked = _request(shell, person, told)
        except FairtagError as refusal:
            return _form(shell, request, told, refusal)
        return RedirectResponse(f"/disclosures/{asked.disclosure_id}", status_code=303)


def _looking(router: APIRouter, shell: Shell) -> None:
    @router.get("/disclosures")
    def listed(request: Request, person: Signed) -> Response:
        demand(person, Act.ASK)
        sees_all = may(person, Act.DISCLOSE)
        found = shell.house.store.read(
            lambda tx: _rows(tx, None if sees_all else person.user_id, shell.house.clock.now())
        )
        calls = reviews(shell.house) if sees_all else []
        return shell.page(
            request,
            "disclosing/list.html",
            rows=found,
            calls=calls,
            zones=shell.house.store.read(
                lambda tx: {one.order_id: zone_of(tx, one.order_id) for one in calls}
            ),
            access=requests(shell.house) if sees_all else [],
            local=local,
            states=words.STATES,
        )

    @router.get("/disclosures/{disclosure_id}")
    def one(request: Request, person: Signed, disclosure_id: str) -> Response:
        return show(shell, request, person, disclosure_id)


def _deciding(router: APIRouter, shell: Shell) -> None:
    @router.post("/disclosures/{disclosure_id}/refuse")
    def say_no(
        request: Request, person: Checked, disclosure_id: str, reason: Words = ""
    ) -> Response:
        demand(person, Act.DISCLOSE)
        try:
            refuse(shell.house, person, disclosure_id, reason=reason)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal)
        return _back(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/propose")
    def say_yes(
        request: Request, person: Checked, disclosure_id: str, reason: Words = ""
    ) -> Response:
        demand(person, Act.DISCLOSE)
        try:
            propose(shell.house, person, disclosure_id, reason=reason)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal, typed={"reason": reason})
        return _back(disclosure_id)


def _delivering(router: APIRouter, shell: Shell) -> None:
    @router.post("/disclosures/{disclosure_id}/pack")
    def make(request: Request, person: Checked, disclosure_id: str) -> Response:
        demand(person, Act.DISCLOSE)
        try:
            pack(shell.house, person, disclosure_id)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal)
        return _back(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/file")
    def fetch(request: Request, person: Checked, disclosure_id: str) -> Response:
        demand(person, Act.DISCLOSE)
        shell.house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
        try:
            sealed = hand_over(shell.house, person, disclosure_id)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal)
        name = f'attachment; filename="{disclosure_id}.age"'
        headers = {"Content-Disposition": name}
        return Response(sealed, media_type="application/octet-stream", headers=headers)


def _request(shell: Shell, person: Person, told: dict[str, Any]) -> Asked:
    order_id = OrderId(told["order"].strip())
    zone = shell.house.store.read(lambda tx: facts_of(tx, order_id)).time_zone
    try:  # where a time comes twice, the shorter window
        start = local_instant(told["since"], zone, edge="from")
        window = Interval(start=start, end=local_instant(told["until"], zone, edge="to"))
        categories = frozenset(map(Category, told["categories"]))
    except ValueError as error:
        raise DisclosureRefused("give both times, and kinds of data from the list") from error
    wanted = Wanted(
        recipient_id=told["recipient"],
        gateway=told["gateway"],
        order_id=order_id,
        window=window,
        categories=categories,
        asked_by=told["asked_by"],
        authority=told["authority"],
        case_ref=told["case_ref"],
        purpose=told["purpose"],
    )
    return request(shell.house, person, wanted)


def _form(
    shell: Shell, request: Request, told: dict[str, Any], refusal: FairtagError | None
) -> Response:
    found = shell.house.store.read(lambda tx: tx.disclosures.recipients())
    return shell.page(
        request,
        "disclosing/new.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        told=asdict(RequestForm()) | {"categories": []} | told,
        recipients=[one for one in found if one.standing is Standing.REGISTERED],
        gateways=GATEWAYS,
        categories=words.CATEGORIES,
    )


def _rows(tx: Transaction, only_by: str | None, now: Micros) -> list[dict[str, str]]:
    return [
        {
            "id": asked.disclosure_id,
            "at": local(asked.at, zone_of(tx, asked.order_id)),
            "recipient": _for(tx, asked),
            "order": asked.order_id,
            "state": words.STATES[state_now(tx, steps, now)],
            "by": asked.by,
        }
        for asked, steps in tx.disclosures.listed()
        if only_by in (None, asked.by)
    ]


def _for(tx: Transaction, asked: Asked) -> str:
    """Name for whom it is, to staff: what a wearer reads of their own request says 'you'."""
    return "the wearer" if asked.how == "access" else recipient_name(tx, asked)


def _back(disclosure_id: str) -> Response:
    return RedirectResponse(f"/disclosures/{disclosure_id}", status_code=303)
