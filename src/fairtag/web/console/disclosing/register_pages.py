"""The register of recipients: who is in it, and letting another in, by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.disclosure.register import propose_recipient, register
from fairtag.app.permissions import Act, demand, may
from fairtag.disclosure.gateways import GATEWAYS, Kind
from fairtag.disclosure.recipients import Recipient
from fairtag.disclosure.refusals import RecipientRefused
from fairtag.terms.errors import FairtagError
from fairtag.web.console.disclosing.fields import Line, Lines, Words
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed


@dataclass(frozen=True, slots=True)
class RecipientForm:
    """What the form of a new recipient says."""

    recipient_id: Line = ""
    name: Line = ""
    kind: Line = ""
    public_key: Line = ""
    contact: Line = ""
    gateways: Lines = None
    reason: Words = ""


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/recipients")
    def listed(request: Request, person: Signed) -> Response:
        demand(person, Act.ASK)
        may_add = may(person, Act.REGISTER)
        return _page(shell, request, may_add=may_add)

    @router.post("/recipients")
    def add(
        request: Request, person: Checked, form: Annotated[RecipientForm, Depends()]
    ) -> Response:
        demand(person, Act.REGISTER)
        try:
            told = _recipient(form)
            asked = propose_recipient(shell.house, person, told, reason=form.reason)
        except FairtagError as refusal:
            return _page(shell, request, may_add=True, refusal=refusal)
        return _page(shell, request, may_add=True, asked=asked.proposal_id)

    @router.post("/recipients/{proposal_id}/enter")
    def enter(person: Checked, proposal_id: str) -> Response:
        demand(person, Act.REGISTER)
        register(shell.house, person, proposal_id)
        return RedirectResponse("/recipients", status_code=303)

    return router


def _recipient(form: RecipientForm) -> Recipient:
    if form.kind not in {*Kind}:
        raise RecipientRefused("say what kind of body it is")
    return Recipient(
        recipient_id=form.recipient_id.strip(),
        name=form.name.strip(),
        kind=Kind(form.kind),
        public_key=form.public_key.strip(),
        contact=form.contact.strip(),
        gateways=tuple(form.gateways or ()),
    )


def _page(
    shell: Shell,
    request: Request,
    *,
    may_add: bool,
    refusal: FairtagError | None = None,
    asked: str = "",
) -> Response:
    shown: dict[str, Any] = {
        "recipients": shell.house.store.read(lambda tx: tx.disclosures.recipients()),
        "waiting": shell.house.store.read(
            lambda tx: [
                one.proposal_id
                for one, _ in tx.proposals.listed(matter="disclosure")
                if "recipient" in one.scope and "disclosure" not in one.scope
            ]
        ),
    }
    return shell.page(
        request,
        "disclosing/recipients.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        may_add=may_add,
        asked=asked,
        kinds=list(Kind),
        gateways=GATEWAYS,
        **shown,
    )
