"""The pages ‘Life in danger’ and ‘Whom you know’: break-glass, its reviews, declared interests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.openings.break_glass import Task, break_glass, read_reason, review, tasks
from fairtag.app.openings.circles import declare_interest
from fairtag.app.openings.read import Opened, read_positions
from fairtag.app.permissions import Act, demand, may
from fairtag.custody.standing import PAUSED_AFTER
from fairtag.terms.errors import (
    AlertStateRefused,
    FairtagError,
    LogUnavailable,
    NotInTime,
    NotPermitted,
    OpeningRefused,
    SecondPersonRefused,
    SignInRefused,
    UnknownOrder,
    UsageError,
)
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros
from fairtag.web.console import words
from fairtag.web.console.openings.show import grant_row, opened_view
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import when

_SHORT, _LONG = 200, 2000
_REFUSALS = (
    AlertStateRefused,
    LogUnavailable,
    NotInTime,
    OpeningRefused,
    SecondPersonRefused,
    SignInRefused,
)
_NO_POSITIONS = "No position came in the last 24 hours."

Short = Annotated[str, Form(max_length=_SHORT)]
Long = Annotated[str, Form(max_length=_LONG)]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _glass(router, shell)
    _reviewing(router, shell)
    _interests(router, shell)
    return router


def _glass(router: APIRouter, shell: Shell) -> None:
    @router.get("/life")
    def show(
        request: Request, person: Signed, order: Annotated[str, Query(max_length=64)] = ""
    ) -> Response:
        return _page(shell, request, person, {"order": order})

    @router.post("/life")
    def open_(
        request: Request,
        person: Checked,
        order: Short = "",
        incident: Short = "",
        reason: Long = "",
        password: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        demand(person, Act.OPEN)
        typed = {"order": order, "incident": incident, "reason": reason}
        try:
            grant = break_glass(
                shell.house,
                person,
                OrderId(order.strip()),
                incident=incident,
                reason=reason,
                password=password,
            )
            opened = read_positions(shell.house, grant.grant_id, person=person)
        except (*_REFUSALS, UnknownOrder) as refusal:
            return _page(shell, request, person, typed, refusal=refusal)
        return _page(shell, request, person, typed, opened=opened)


def _reviewing(router: APIRouter, shell: Shell) -> None:
    @router.get("/life/{grant_id}")
    def ask(request: Request, person: Signed, grant_id: str) -> Response:
        return _review(shell, request, person, grant_id)

    @router.post("/life/{grant_id}")
    def say(
        request: Request,
        person: Checked,
        grant_id: str,
        verdict: Annotated[Literal["justified", "not_justified", ""], Form()] = "",
        reason: Long = "",
    ) -> Response:
        demand(person, Act.REVIEW)
        try:
            if verdict == "":
                raise OpeningRefused("say whether it was right")
            review(shell.house, person, grant_id, verdict=verdict, reason=reason)
        except NotPermitted:
            raise
        except _REFUSALS as refusal:
            return _review(shell, request, person, grant_id, refusal, reason)
        return RedirectResponse("/life", status_code=303)


def _interests(router: APIRouter, shell: Shell) -> None:
    @router.get("/interests")
    def show(request: Request, person: Signed) -> Response:
        return _known(shell, request, person)

    @router.post("/interests")
    def declare(
        request: Request, person: Checked, wearer: Short = "", user: Short = ""
    ) -> Response:
        demand(person, Act.DECLARE)
        try:
            declare_interest(shell.house, person, wearer, of_user=user.strip() or None)
        except (LogUnavailable, UsageError) as refusal:
            return _known(shell, request, person, refusal)
        return RedirectResponse("/interests", status_code=303)


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    typed: dict[str, str],
    *,
    opened: Opened | None = None,
    refusal: FairtagError | None = None,
) -> Response:
    may_open, may_review = may(person, Act.OPEN), may(person, Act.REVIEW)
    if not (may_open or may_review):
        raise NotPermitted("this role neither opens nor reviews")
    now = shell.house.clock.now()
    found = shell.house.store.read(tasks)
    shown = [one for one in found if may_review or one.grant.person == person.user_id]
    return shell.page(
        request,
        "life.html",
        status=status_on_page(refusal),
        typed={name: typed.get(name, "") for name in ("order", "incident", "reason")},
        opened=opened,
        refusal=refusal,
        form="order",
        may_open=may_open,
        may_review=may_review,
        tasks=[_task(one, now) for one in shown],
        purposes_told=words.PURPOSES,
        no_positions=_NO_POSITIONS,
        **opened_view(shell.house, opened, again="/life"),
    )


def _review(
    shell: Shell,
    request: Request,
    person: Person,
    grant_id: str,
    refusal: FairtagError | None = None,
    typed: str = "",
) -> Response:
    told = read_reason(shell.house, person, grant_id)
    found = shell.house.store.read(tasks)
    task = next(one for one in found if one.grant.grant_id == grant_id)
    return shell.page(
        request,
        "life_review.html",
        status=status_on_page(refusal),
        task=_task(task, shell.house.clock.now()),
        reason=told,
        is_mine=task.grant.person == person.user_id,
        refusal=refusal,
        typed=typed,
        form="reason",
    )


def _known(
    shell: Shell, request: Request, person: Person, refusal: FairtagError | None = None
) -> Response:
    demand(person, Act.DECLARE)
    may_record = may(person, Act.INTERESTS)
    whose = None if may_record else person.user_id
    found = shell.house.store.read(lambda tx: tx.circles.known(whose))
    rows = [{"user": one[0], "wearer": one[1], "at": when(one[2]), "by": one[3]} for one in found]
    return shell.page(
        request,
        "interests.html",
        status=status_on_page(refusal),
        rows=rows,
        may_record=may_record,
        refusal=refusal,
        form="wearer",
    )


def _task(task: Task, now: Micros) -> dict[str, Any]:
    row = grant_row(task.grant, now)
    verdict = None if task.review is None else task.review.verdict.replace("_", " ")
    return row | {
        "due": when(task.due_at),
        "is_late": task.review is None and now >= task.due_at,
        "is_paused": task.review is None and now - task.grant.granted_at >= PAUSED_AFTER,
        "verdict": verdict,
        "reviewed_by": None if task.review is None else task.review.by,
    }
