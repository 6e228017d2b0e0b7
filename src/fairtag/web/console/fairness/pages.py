"""The fairness reports: counts of ten or more by group, month by month; nobody is in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fairtag.app.fairness.tell import tell
from fairtag.app.permissions import Act, demand
from fairtag.disclosure.fair.cells import LEAST
from fairtag.disclosure.fair.tables import COLUMNS, Fairness
from fairtag.faces.refusals import FairnessRefused
from fairtag.web.console.shell import Shell, Signed

NAMES = {
    "people": "People",
    "check_ins": "Check-ins",
    "referred": "Came before people",
    "missed": "Missed",
    "no_face": "No face found",
    "rejected": "Rejected by people",
    "contest_upheld": "Contests upheld",
    "looked_blind": "Matches looked at blind",
    "not_confirmed": "Of these, not confirmed",
}
QUESTIONS = {
    "ethnic_group": "Ethnic group",
    "skin_tone": "Skin tone",
    "sex": "Sex",
    "age": "Age",
}


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/fairness")
    def fairness(
        request: Request, person: Signed, month: Annotated[str, Query(max_length=20)] = ""
    ) -> Response:
        demand(person, Act.FAIRNESS)
        told: Fairness | None = None
        refusal: FairnessRefused | None = None
        if month:
            try:
                told = tell(shell.house, month, person=person, by=person.user_id)
            except FairnessRefused as refused:
                refusal = refused
        return shell.page(
            request,
            "fairness.html",
            status=200 if refusal is None else 422,
            told=told,
            refusal=refusal,
            typed=month,
            months=shell.house.store.read(lambda tx: tx.fairness.months()),
            names=NAMES,
            columns=COLUMNS,
            questions=QUESTIONS,
            least=LEAST,
        )

    return router
