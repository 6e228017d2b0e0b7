"""A life is at stake: tell the police now, by phone. Two forms, by keyboard, in a few minutes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.disclosure.emergency import Call, Shown, open_minimum, record_said, review
from fairtag.app.permissions import Act, demand
from fairtag.disclosure.emergency import Ground
from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import OrderId
from fairtag.web.console.disclosing.fields import Line, Words
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed

Named = Annotated[str, Query(max_length=64)]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _telling(router, shell)
    _writing_down(router, shell)
    return router


def _telling(router: APIRouter, shell: Shell) -> None:
    @router.get("/disclosures/emergency")
    def call(request: Request, person: Signed, order: Named = "") -> Response:
        demand(person, Act.DISCLOSE)
        return _form(shell, request, {"order": order}, None)

    @router.post("/disclosures/emergency")
    def tell(
        request: Request,
        person: Checked,
        order: Line = "",
        recipient: Line = "",
        called_back: Line = "",
        incident: Line = "",
        ground: Line = "",
    ) -> Response:
        demand(person, Act.DISCLOSE)
        told = {"order": order, "recipient": recipient, "called_back": called_back}
        told |= {"incident": incident, "ground": ground}
        try:
            if ground not in {*Ground}:
                raise DisclosureRefused("say why one person is enough")
            whom = Call(
                recipient=recipient,
                called_back=called_back,
                incident=incident,
                ground=Ground(ground),
            )
            shown = open_minimum(shell.house, person, OrderId(order.strip()), whom)
        except FairtagError as refusal:
            return _form(shell, request, told, refusal)
        return _shown(shell, request, shown, recipient)


def _writing_down(router: APIRouter, shell: Shell) -> None:
    @router.post("/disclosures/{disclosure_id}/said")
    def said(
        request: Request, person: Checked, disclosure_id: str, said: Words = "", to: Line = ""
    ) -> Response:
        del request
        record_said(shell.house, person, disclosure_id, said=said, to=to)
        return RedirectResponse(f"/disclosures/{disclosure_id}", status_code=303)

    @router.post("/disclosures/{disclosure_id}/review")
    def look_after(
        request: Request, person: Checked, disclosure_id: str, verdict: Line = "", note: Words = ""
    ) -> Response:
        del request
        review(shell.house, person, disclosure_id, verdict=verdict, note=note)
        return RedirectResponse(f"/disclosures/{disclosure_id}", status_code=303)


def _form(
    shell: Shell, request: Request, told: dict[str, str], refusal: FairtagError | None
) -> Response:
    return shell.page(
        request,
        "disclosing/emergency.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        told=told,
    )


def _shown(shell: Shell, request: Request, shown: Shown, recipient: str) -> Response:
    return shell.page(
        request,
        "disclosing/told.html",
        id=shown.disclosure_id,
        words=shown.words,
        recipient=recipient,
    )
