"""Pages of complaints and contests: what waits, since when, who answers, and the answers.

A list shows references and days. What a wearer wrote stands only on a complaint's own page, which
is logged before it is shown, and never to whom it is about.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.complaints.answer import acknowledge, answer_complaint, name_person
from fairtag.app.complaints.read import Listed, Whole, listed, read_complaint
from fairtag.app.complaints.record import Written, record_complaint
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.app.wearer.contested import Contested, contested
from fairtag.review.complaints.model import (
    ACKNOWLEDGED_WITHIN_DAYS,
    ANSWERED_WITHIN_DAYS,
    BY_STAFF,
    LEAST_ANSWER,
    OUTCOMES,
    WEARER,
    Step,
)
from fairtag.review.refusals import ComplaintRefused
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import WearerId, is_id
from fairtag.terms.instants import Micros, text
from fairtag.web.console.complaining.words import STEPS
from fairtag.web.console.disclosing.words import local
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import since

_MOST = 50  # of the answered ones
_DAY = len("2026-11-03")
Line = Annotated[str, Form(max_length=200)]
Words = Annotated[str, Form(max_length=5000)]


@dataclass(frozen=True, slots=True)
class ComplaintForm:
    """What the form of a new complaint says."""

    wearer: Line = ""
    how: Line = ""
    received_on: Line = ""
    about: Line = ""
    text: Words = ""


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _listing(router, shell)
    _handling(router, shell)
    return router


def _listing(router: APIRouter, shell: Shell) -> None:
    @router.get("/contests")
    def show_contests(request: Request, person: Signed) -> Response:
        demand(person, Act.COMPLAINT)
        now = shell.house.clock.now()
        rows = shell.house.store.read(
            lambda tx: [_contest(tx, one, now) for one in contested(tx, now)]
        )
        return shell.page(request, "complaining/contests.html", rows=rows)

    @router.get("/complaints")
    def show(request: Request, person: Signed) -> Response:
        return _page(shell, request, person, {}, None)

    @router.post("/complaints")
    def record(
        request: Request, person: Checked, form: Annotated[ComplaintForm, Depends()]
    ) -> Response:
        demand(person, Act.COMPLAINT)
        told = asdict(form)
        try:
            made = record_complaint(shell.house, person, _written(form))
        except FairtagError as refusal:
            return _page(shell, request, person, told, refusal)
        return _to(made.complaint_id)


def _handling(router: APIRouter, shell: Shell) -> None:
    @router.get("/complaints/{complaint_id}")
    def one(request: Request, person: Signed, complaint_id: str) -> Response:
        return _one(shell, request, person, complaint_id)

    @router.post("/complaints/{complaint_id}/acknowledge")
    def came(request: Request, person: Checked, complaint_id: str, how: Words = "") -> Response:
        demand(person, Act.COMPLAINT)
        try:
            acknowledge(shell.house, person, complaint_id, how=how)
        except FairtagError as refusal:
            return _one(shell, request, person, complaint_id, refusal, {"how": how})
        return _to(complaint_id)

    @router.post("/complaints/{complaint_id}/name")
    def name(request: Request, person: Checked, complaint_id: str, about: Line = "") -> Response:
        demand(person, Act.COMPLAINT)
        try:
            name_person(shell.house, person, complaint_id, about=about)
        except FairtagError as refusal:
            return _one(shell, request, person, complaint_id, refusal, {"about": about})
        return _to(complaint_id)

    @router.post("/complaints/{complaint_id}/answer")
    def reply(
        request: Request, person: Checked, complaint_id: str, outcome: Line = "", text: Words = ""
    ) -> Response:
        demand(person, Act.ANSWER)
        try:
            answer_complaint(shell.house, person, complaint_id, outcome=outcome, text=text)
        except FairtagError as refusal:
            told = {"outcome": outcome, "text": text}
            return _one(shell, request, person, complaint_id, refusal, told)
        return _to(complaint_id)


def _written(form: ComplaintForm) -> Written:
    if not is_id(form.wearer.strip()):
        raise ComplaintRefused("write the wearer's reference, such as W-0001")
    return Written(
        wearer_id=WearerId(form.wearer.strip()),
        how=form.how,
        received_on=form.received_on,
        about=form.about,
        text=form.text,
    )


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    told: dict[str, str],
    refusal: FairtagError | None,
) -> Response:
    demand(person, Act.COMPLAINT)
    now = shell.house.clock.now()
    found = shell.house.store.read(lambda tx: listed(tx, now))
    rows = [_row(one) for one in found]
    staff = shell.house.store.read(_staff)
    return shell.page(
        request,
        "complaining/list.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        form="wearer",
        told=asdict(ComplaintForm(received_on=text(now)[:_DAY])) | told,
        waiting=[row for row in rows if not row["is_answered"]],
        answered=[row for row in rows if row["is_answered"]][:_MOST],
        hows=BY_STAFF,
        staff=staff,
        acknowledged_within=ACKNOWLEDGED_WITHIN_DAYS,
        answered_within=ANSWERED_WITHIN_DAYS,
    )


def _one(
    shell: Shell,
    request: Request,
    person: Person,
    complaint_id: str,
    refusal: FairtagError | None = None,
    told: dict[str, str] | None = None,
) -> Response:
    """Show everything about one, after the entry that says who read it."""
    whole = read_complaint(shell.house, person, complaint_id)
    row = _row(whole.listed)
    is_open = not row["is_answered"] and not whole.is_about_reader
    zone = shell.house.store.read(lambda tx: zone_of(tx, whole.listed.complaint.order_id))
    return shell.page(
        request,
        "complaining/one.html",
        status=200 if refusal is None else status_of(refusal),
        refusal=refusal,
        form="answer" if told and "text" in told else "",
        told={"how": "", "about": "", "outcome": "", "text": ""} | (told or {}),
        one=row,
        text=whole.text,
        is_about_me=whole.is_about_reader,
        steps=[_step(step, whole, zone) for step in whole.listed.steps],
        may_tell=is_open and not whole.listed.stands.is_acknowledged,
        may_name=is_open,
        may_answer=is_open and may(person, Act.ANSWER),
        is_open=is_open,
        outcomes=OUTCOMES,
        staff=shell.house.store.read(_staff),
        least=LEAST_ANSWER,
    )


def _row(one: Listed) -> dict[str, Any]:
    complaint, stands = one.complaint, one.stands
    return {
        "id": complaint.complaint_id,
        "wearer": complaint.wearer_id,
        "order": complaint.order_id,
        "came": complaint.received_on,
        "how": complaint.how,
        "by": "the wearer" if complaint.by == WEARER else complaint.by,
        "about": ", ".join(stands.about),
        "acknowledge_by": "" if stands.is_acknowledged else stands.acknowledge_by,
        "answer_by": stands.answer_by,
        "is_answered": stands.is_answered,
        "is_late": stands.is_late,
        "outcome": next((step.outcome for step in one.steps if step.outcome), ""),
        "answered_by": next((step.by for step in one.steps if step.what == "answered"), ""),
    }


def _step(step: Step, whole: Whole, zone: str) -> dict[str, str]:
    told = STEPS[step.what].format(about=step.about, outcome=step.outcome)
    words = whole.replied.get(step.what, "")
    return {"at": local(step.at, zone), "by": step.by, "what": told, "words": words}


def _contest(tx: Transaction, one: Contested, now: Micros) -> dict[str, Any]:
    made, zone = one.decided, zone_of(tx, one.contest.order_id)
    return {
        "alert": one.contest.alert_id,
        "wearer": one.contest.wearer_id,
        "order": one.contest.order_id,
        "at": local(one.contest.at, zone),
        "ago": since(one.contest.at, now),
        "owner": one.owner,
        "is_own": one.is_own,
        "is_answered": one.is_answered,
        "answered_by": one.answered_by,
        "until": "" if one.held_until is None else local(one.held_until, zone),
        "decided": "" if made is None else f"{made.by} on {local(made.at, zone)}",
        "decided_alert": "" if made is None else made.alert_id,
    }


def _staff(tx: Transaction) -> list[str]:
    return sorted(one.user_id for one in tx.people.listed() if one.role != "admin")


def _to(complaint_id: str) -> Response:
    return RedirectResponse(f"/complaints/{complaint_id}", status_code=303)
