"""A wearer asks what is held about them: the request, who looked at them, and the answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.disclosure.subject_access import (
    HOWS,
    answer,
    ask_access,
    check_identity,
    extend,
)
from fairtag.app.permissions import Act, demand
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import OrderId
from fairtag.web.console.disclosing.fields import Line, Words
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _asking(router, shell)
    _answering(router, shell)
    return router


def _asking(router: APIRouter, shell: Shell) -> None:
    @router.get("/disclosures/access")
    def form(request: Request, person: Signed) -> Response:
        demand(person, Act.DISCLOSE)
        return _form(shell, request, {}, None)

    @router.post("/disclosures/access")
    def ask(
        request: Request,
        person: Checked,
        order: Line = "",
        public_key: Line = "",
        asked_by: Line = "",
        how: Line = "",
        photos: Line = "",
    ) -> Response:
        demand(person, Act.DISCLOSE)
        told = {"order": order, "public_key": public_key, "asked_by": asked_by, "how": how}
        told |= {"photos": photos}
        try:
            asked = ask_access(
                shell.house,
                person,
                OrderId(order.strip()),
                public_key=public_key.strip(),
                asked_by=asked_by,
                how=how,
                has_photos=bool(photos),
            )
        except FairtagError as refusal:
            return _form(shell, request, told, refusal)
        return _to(asked.disclosure_id)


def _answering(router: APIRouter, shell: Shell) -> None:
    @router.post("/disclosures/{disclosure_id}/identity")
    def looked(person: Checked, disclosure_id: str, how: Line = "") -> Response:
        check_identity(shell.house, person, disclosure_id, how=how)
        return _to(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/extend")
    def more_time(person: Checked, disclosure_id: str, reason: Words = "") -> Response:
        extend(shell.house, person, disclosure_id, reason=reason)
        return _to(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/answer")
    def give(person: Checked, disclosure_id: str, reason: Words = "") -> Response:
        answer(shell.house, person, disclosure_id, reason=reason)
        return _to(disclosure_id)


def _form(
    shell: Shell, request: Request, told: dict[str, str], refusal: FairtagError | None
) -> Response:
    return shell.page(
        request,
        "disclosing/access.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        told=told,
        hows=HOWS,
    )


def _to(disclosure_id: str) -> Response:
    return RedirectResponse(f"/disclosures/{disclosure_id}", status_code=303)
