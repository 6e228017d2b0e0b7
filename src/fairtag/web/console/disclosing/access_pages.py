"""A wearer asks what is held about them: the request, who looked at them, and the answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.disclosure.subject_access import (
    HOWS,
    answer,
    ask_access,
    check_identity,
    extend,
    withhold,
)
from fairtag.app.permissions import Act, demand
from fairtag.disclosure.scope import Category
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import OrderId
from fairtag.web.console.disclosing.fields import Line, Words
from fairtag.web.console.disclosing.one import show
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed


@dataclass(frozen=True, slots=True)
class WithholdForm:
    """Which ground of law is chosen for which part, by its category; empty: the wearer gets it."""

    identity: Line = ""
    order: Line = ""
    findings: Line = ""
    positions: Line = ""
    device: Line = ""
    said: Line = ""
    check_ins: Line = ""
    decisions: Line = ""
    complaints: Line = ""
    photos: Line = ""
    log: Line = ""
    why_withheld: Words = ""


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _asking(router, shell)
    _answering(router, shell)
    _withholding(router, shell)
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
    def looked(request: Request, person: Checked, disclosure_id: str, how: Line = "") -> Response:
        demand(person, Act.DISCLOSE)
        try:
            check_identity(shell.house, person, disclosure_id, how=how)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal)
        return _to(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/extend")
    def more_time(
        request: Request, person: Checked, disclosure_id: str, reason: Words = ""
    ) -> Response:
        demand(person, Act.DISCLOSE)
        try:
            extend(shell.house, person, disclosure_id, reason=reason)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal, typed={"reason": reason})
        return _to(disclosure_id)

    @router.post("/disclosures/{disclosure_id}/answer")
    def give(request: Request, person: Checked, disclosure_id: str) -> Response:
        demand(person, Act.DISCLOSE)
        try:
            answer(shell.house, person, disclosure_id)
        except FairtagError as refusal:
            return show(shell, request, person, disclosure_id, refusal)
        return _to(disclosure_id)


def _withholding(router: APIRouter, shell: Shell) -> None:
    @router.post("/disclosures/{disclosure_id}/withhold")
    def keep_back(
        request: Request,
        person: Checked,
        disclosure_id: str,
        form: Annotated[WithholdForm, Depends()],
    ) -> Response:
        demand(person, Act.DISCLOSE)
        told = asdict(form)
        reason = told.pop("why_withheld")
        parts = {Category(name): ground for name, ground in told.items() if ground}
        try:
            withhold(shell.house, person, disclosure_id, parts=parts, reason=reason)
        except FairtagError as refusal:
            return show(
                shell, request, person, disclosure_id, refusal, typed=told | {"why": reason}
            )
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
