"""The pages of an enrolment: open it, take pictures in or fetch them, see how good they are.

A page shows which measures of a picture hold and what would help; never a score. Pictures that the
wearer took alone are shown in the answer to a POST only, after the log, to who says whom they show.
Uploaded pictures stay in memory until they are sealed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.checkins.book import WANTED, Invitation
from fairtag.app.checkins.enrolling.confirm import Seen, list_waiting, say_who, see_set
from fairtag.app.checkins.enrolling.enrol import (
    Enrolled,
    Looked,
    enrol_at_desk,
    enrol_from,
    open_enrolment,
)
from fairtag.app.checkins.enrolling.sets import of_invitation
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.faces.refusals import EnrolmentNotSeen, EnrolmentRefused
from fairtag.terms.errors import FairtagError, TooLarge, UsageError
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.web.console.disclosing.words import local
from fairtag.web.console.enrolling.words import advised
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_of
from fairtag.web.console.reviewing.pictures import inside
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.multipart import parts_of

_MOST_BYTES = 8 * 1024 * 1024
Name = Annotated[str, Form(max_length=64)]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _opening(router, shell)
    _taking(router, shell)
    _looking(router, shell)
    return router


def _opening(router: APIRouter, shell: Shell) -> None:
    @router.get("/enrolling")
    def ask(request: Request, person: Signed) -> Response:
        demand(person, Act.ENROL)
        return _form(shell, request, person, {}, None)

    @router.post("/enrolling")
    def begin(
        request: Request,
        person: Checked,
        order: Name = "",
        device: Name = "",
        days: Annotated[int, Form(ge=1, le=14)] = 2,
    ) -> Response:
        demand(person, Act.ENROL)
        until = Micros(shell.house.clock.now() + days * DAY)
        who = DeviceId(device.strip()) if device.strip() else None
        try:
            opened = open_enrolment(
                shell.house, person, OrderId(order.strip()), device_id=who, until=until
            )
        except FairtagError as refusal:
            return _form(shell, request, person, {"order": order, "device": device}, refusal)
        return RedirectResponse(f"/enrolling/{opened.invitation_id}", status_code=303)


def _taking(router: APIRouter, shell: Shell) -> None:
    @router.get("/enrolling/{invitation_id}")
    def show(request: Request, person: Signed, invitation_id: str) -> Response:
        demand(person, Act.ENROL)
        return _page(shell, request, invitation_id, None, None)

    @router.post("/enrolling/{invitation_id}/pictures")
    async def take(request: Request, invitation_id: str) -> Response:
        # A framework's form would put large pictures into files, in clear: this one is read here.
        body = await _body(request)
        return await run_in_threadpool(_taken, shell, request, invitation_id, body)

    @router.post("/enrolling/{invitation_id}/fetch")
    def fetch(
        request: Request, person: Checked, invitation_id: str, reference: Name = ""
    ) -> Response:
        demand(person, Act.ENROL)
        return _done(
            shell,
            request,
            invitation_id,
            lambda: _fetched(shell, person, invitation_id, reference.strip()),
        )


def _looking(router: APIRouter, shell: Shell) -> None:
    @router.post("/enrolling/{invitation_id}/look")
    def look(request: Request, person: Checked, invitation_id: str) -> Response:
        demand(person, Act.ENROL)
        try:
            seen = see_set(shell.house, person, invitation_id)
        except EnrolmentNotSeen as refusal:
            return _page(shell, request, invitation_id, None, refusal)
        return _page(shell, request, invitation_id, None, None, seen)

    @router.post("/enrolling/{invitation_id}/confirm")
    def confirm(
        request: Request, person: Checked, invitation_id: str, answer: Name = ""
    ) -> Response:
        demand(person, Act.ENROL)
        if answer not in ("yes", "no"):
            raise UsageError("answer: choose yes or no")
        try:
            say_who(shell.house, person, invitation_id, is_wearer=answer == "yes")
        except EnrolmentNotSeen as refusal:
            return _page(shell, request, invitation_id, None, refusal)
        done = "" if answer == "yes" else "?done=taken-away"
        return RedirectResponse(f"/enrolling/{invitation_id}{done}", status_code=303)


def _fetched(shell: Shell, person: Person, invitation_id: str, reference: str) -> Enrolled:
    source = shell.house.enrolment_source
    if source is None:
        raise EnrolmentRefused("no authority's pictures are set up here")
    return enrol_from(shell.house, person, invitation_id, source=source, reference=reference)


async def _body(request: Request) -> bytes:
    told, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_BYTES:
            raise TooLarge("three pictures of 2 MB each at most")
        told.append(part)
    return b"".join(told)


def _taken(shell: Shell, request: Request, invitation_id: str, body: bytes) -> Response:
    demand(shell.person(request), Act.ENROL)
    parts = parts_of(request.headers.get("content-type", ""), body) or []
    frames = [one.content for one in parts if one.name == "pictures" and one.content][:WANTED]
    if not frames:
        return _page(shell, request, invitation_id, None, EnrolmentRefused("no picture came"))
    csrf = next((one.content for one in parts if one.name == "csrf"), b"")
    person = shell.checked(request, csrf.decode("latin-1"))

    def work() -> Enrolled:
        return enrol_at_desk(shell.house, person, invitation_id, frames)

    return _done(shell, request, invitation_id, work)


def _done(
    shell: Shell, request: Request, invitation_id: str, work: Callable[[], Enrolled]
) -> Response:
    try:
        return _page(shell, request, invitation_id, work(), None)
    except EnrolmentRefused as refusal:
        return _page(shell, request, invitation_id, None, refusal)


def _form(
    shell: Shell,
    request: Request,
    person: Person,
    told: dict[str, str],
    refusal: FairtagError | None,
) -> Response:
    waiting = [_shown(one) for one in list_waiting(shell.house, person)]
    return shell.page(
        request,
        "enrolling/open.html",
        status=200 if refusal is None else status_of(refusal),
        told=told,
        waiting=waiting,
        refusal=refusal,
    )


def _page(
    shell: Shell,
    request: Request,
    invitation_id: str,
    done: Enrolled | None,
    refusal: FairtagError | None,
    seen: Seen | None = None,
) -> Response:
    def work(tx: Transaction) -> tuple[dict[str, Any], set[str]]:
        found = tx.enrolments.invitation(invitation_id)
        shown = _shown(found) | {"until": local(found.until, zone_of(tx, found.order_id))}
        return shown, {one.use for one in of_invitation(tx, found)}

    shown, uses = shell.house.store.read(work)
    return shell.page(
        request,
        "enrolling/one.html",
        status=200 if refusal is None else status_of(refusal),
        one=shown,
        waits="waits" in uses,
        is_declined="declined" in uses,
        is_taken_away=shown["taken"] == 0 and request.query_params.get("done") == "taken-away",
        seen=None if seen is None else [inside(one) for one in seen.pictures],
        former=[] if seen is None else [inside(one) for one in seen.former[:1]],
        looked=[] if done is None else [_looked(one) for one in done.looked],
        wanted=WANTED,
        has_source=shell.house.enrolment_source is not None,
        refusal=refusal,
    )


def _shown(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.invitation_id,
        "wearer": one.wearer_id,
        "order": one.order_id,
        "device": one.device_id or "",
        "taken": one.taken,
    }


def _looked(one: Looked) -> dict[str, Any]:
    measures = () if one.reading is None else one.reading.measures
    return {
        "is_kept": one.is_kept,
        "advice": [advised(code) for code in one.advice],
        "good": sum(each.is_ok for each in measures),
        "poor": [each.name for each in measures if not each.is_ok],
    }
