"""Ask a wearer for one check-in now, ring them and write down how it went, or warn them of danger.

No name and no place stands here; a wearer is a reference.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.checkins.ask import ask_now, open_calls, record_call
from fairtag.app.checkins.prompting.warn import MOST_A_DAY as MOST_WARNINGS
from fairtag.app.checkins.prompting.warn import warn
from fairtag.app.permissions import Act, demand
from fairtag.rules.prompts.limits import MOST_A_DAY
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import OrderId, is_id
from fairtag.terms.instants import Micros
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import when

Name = Annotated[str, Form(max_length=64)]
Words = Annotated[str, Form(max_length=2000)]
Asked = Annotated[str, Query(max_length=64)]
Done = Annotated[Literal["", "asked", "rung", "recorded", "warned"], Query()]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/check-ins")
    def show(request: Request, person: Signed, order: Asked = "", done: Done = "") -> Response:
        demand(person, Act.PROMPT)
        return _page(shell, request, order=order, done=done)

    @router.post("/check-ins")
    def ask(
        request: Request,
        person: Checked,
        order: Name = "",
        how: Annotated[Literal["photo", "call"], Form()] = "photo",
        reason: Words = "",
    ) -> Response:
        demand(person, Act.PROMPT)
        name, is_call = OrderId(order.strip()), how == "call"
        try:
            ask_now(shell.house, person, name, reason=reason, is_call=is_call)
        except FairtagError as refusal:
            return _page(shell, request, order=order, reason=reason, refusal=refusal)
        return RedirectResponse(f"/check-ins?done={'rung' if is_call else 'asked'}", 303)

    @router.post("/check-ins/record")
    def record(
        request: Request,
        person: Checked,
        check_in: Name = "",
        went: Annotated[Literal["spoke", "unsure", "not_reached"], Form()] = "not_reached",
    ) -> Response:
        demand(person, Act.PROMPT)
        try:
            record_call(shell.house, person, check_in if is_id(check_in) else "-", went=went)
        except FairtagError as refusal:
            return _page(shell, request, refusal=refusal)
        return RedirectResponse("/check-ins?done=recorded", status_code=303)

    @router.post("/check-ins/warn")
    def danger(request: Request, person: Checked, order: Name = "", threat: Words = "") -> Response:
        demand(person, Act.WARN)
        try:
            warn(shell.house, person, OrderId(order.strip()), reason=threat)
        except FairtagError as refusal:
            return _page(shell, request, order=order, threat=threat, refusal=refusal)
        return RedirectResponse("/check-ins?done=warned", status_code=303)

    return router


def _page(
    shell: Shell,
    request: Request,
    *,
    order: str = "",
    reason: str = "",
    threat: str = "",
    done: str = "",
    refusal: FairtagError | None = None,
) -> Response:
    now = shell.house.clock.now()
    calls = shell.house.store.read(lambda tx: open_calls(tx, now))
    return shell.page(
        request,
        "asking/check_ins.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        order=order if not order or is_id(order) else "",
        reason=reason,
        threat=threat,
        done=done,
        most_warnings=MOST_WARNINGS,
        most=MOST_A_DAY,
        calls=[_call(one, now) for one in calls],
    )


def _call(one: Prompt, now: Micros) -> dict[str, Any]:
    return {
        "id": one.check_in_id,
        "wearer": one.wearer_id,
        "order": one.order_id,
        "until": when(one.until, one.time_zone),
        "is_over": one.until <= now,
    }
