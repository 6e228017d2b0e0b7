"""Pages of the second person: what waits, its whole text, agree or refuse; and carrying it out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import AGREES, ASKS, decide, waiting, withdraw
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.delay import record_court_delay
from fairtag.app.openings.grants import take_window
from fairtag.app.permissions import Act, may
from fairtag.app.ports import Transaction
from fairtag.custody.delay import Delay
from fairtag.custody.opening import Grant
from fairtag.retention.holds import WORDS
from fairtag.review.four_eyes import Mark, Proposal, State, state_of
from fairtag.terms.errors import (
    AlertStateRefused,
    FairtagError,
    LogUnavailable,
    NotInTime,
    NotPermitted,
    OpeningRefused,
    ProposalStateRefused,
    SecondPersonRefused,
    SignInRefused,
)
from fairtag.terms.instants import MINUTE, Micros, parse
from fairtag.web.console import words
from fairtag.web.console.disclosing.words import in_words, local
from fairtag.web.console.queue_pages import zone_of
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.retention.words import last_day
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import ago

_LONG = 2000
_REFUSALS = (
    AlertStateRefused,
    LogUnavailable,
    NotInTime,
    OpeningRefused,
    ProposalStateRefused,
    SecondPersonRefused,
    SignInRefused,
)
_MATTERS = {
    "opening": "Open a window of a wearer's trail",
    "delay": "Delay a wearer's notice as a court says",
    "hold": "Renew or lift a hold",
    "erasure": "End a record",
    "limit": "Raise a limit",
    "disclosure": "Disclose a record",
    "access": "Answer a request for access",
    "profile": "Let a matcher decide",
}
_SCOPES = {
    "order": "Order",
    "wearer": "Wearer",
    "from": "From",
    "to": "To",
    "purpose": "What for",
    "case": "Case",
    "why_longer": "Why more than 48 hours",
    "grant": "Opening",
    "until": "Until",
    "court": "Court and reference",
    "gateway": "Legal ground",
    "fingerprint": "Key ends with",
    "categories": "Which data",
    "identity": "Who asks was checked",
}
_INSTANTS = ("from", "to", "until")
_Rows = list[tuple[str, tuple[str, ...]]]
_NOTHING = "nothing"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_STATES = {
    "asked": "waits for a second person",
    "agreed": "agreed; the person who asked carries it out",
    "refused": "refused",
    "withdrawn": "taken back",
    "done": "carried out",
    "over": "lapsed",
}
_WEIGH = {
    "access": (
        "Wearers have a right to their data: what counts is that nobody else gets it. Was it "
        "checked who asks, and that this key is theirs?"
    ),
    "hold": "Is the reason about this case? Once a hold is over, what it kept may be destroyed.",
}
_WEIGH_ELSE = "Is the reason about this wearer and this time? Would less do?"
_HERE: dict[str, Callable[[House, Person, str], Grant | Delay]] = {
    "opening": take_window,
    "delay": record_court_delay,
}


def pages(shell: Shell) -> APIRouter:  # noqa: C901 - a list of routes
    """Give the routes."""
    router = APIRouter()

    @router.get("/waiting")
    def show(request: Request, person: Signed) -> Response:
        _demand(person)
        now = shell.house.clock.now()
        found = waiting(shell.house, person)
        rows = [_row(one, state, now) for one, _, state in found if state in ("asked", "agreed")]
        return shell.page(request, "waiting.html", rows=rows)

    @router.get("/waiting/{proposal_id}")
    def one(request: Request, person: Signed, proposal_id: str) -> Response:
        return _page(shell, request, person, proposal_id)

    @router.post("/waiting/{proposal_id}")
    def say(
        request: Request,
        person: Checked,
        proposal_id: str,
        answer: Annotated[Literal["agreed", "refused"], Form()] = "refused",
        digest: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        reason: Annotated[str, Form(max_length=_LONG)] = "",
    ) -> Response:
        _demand(person)
        if not may(person, Act.SECOND):
            raise NotPermitted("this role is no second person")
        told = {"digest": digest, "password": password, "reason": reason}
        try:
            decide(shell.house, person, proposal_id, state=answer, **told)
        except NotPermitted:
            raise
        except _REFUSALS as refusal:
            return _page(shell, request, person, proposal_id, refusal, reason)
        return RedirectResponse("/waiting", status_code=303)

    @router.post("/waiting/{proposal_id}/withdraw")
    def take_back(request: Request, person: Checked, proposal_id: str) -> Response:
        _demand(person)
        try:
            withdraw(shell.house, person, proposal_id)
        except NotPermitted:
            raise
        except _REFUSALS as refusal:
            return _page(shell, request, person, proposal_id, refusal)
        return RedirectResponse("/waiting", status_code=303)

    @router.post("/waiting/{proposal_id}/carry-out")
    def carry_out(request: Request, person: Checked, proposal_id: str) -> Response:
        _demand(person)
        proposal, _ = shell.house.store.read(lambda tx: tx.proposals.get(proposal_id))
        work = _HERE.get(proposal.matter)
        if work is None:
            raise ProposalStateRefused("this matter is carried out on its own page")
        try:
            done = work(shell.house, person, proposal_id)
        except NotPermitted:
            raise
        except _REFUSALS as refusal:
            return _page(shell, request, person, proposal_id, refusal)
        return RedirectResponse(f"/openings/{done.grant_id}", status_code=303)

    return router


def _demand(person: Person) -> None:
    if not any(may(person, act) for act in (*ASKS.values(), *AGREES.values())):
        raise NotPermitted("this role neither asks nor agrees")


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    proposal_id: str,
    refusal: FairtagError | None = None,
    typed: str = "",
) -> Response:
    """Show a question whole."""
    _demand(person)
    now = shell.house.clock.now()
    proposal, marks = shell.house.store.read(lambda tx: tx.proposals.get(proposal_id))
    is_mine = proposal.asked_by == person.user_id
    if not (is_mine or may(person, Act.SECOND)):
        raise NotPermitted("this question is another person's")
    _note_reading(shell, person, proposal, now)
    state = state_of(proposal, marks, now=now)
    zone = shell.house.store.read(lambda tx: _zone(tx, proposal))
    about = shell.house.store.read(lambda tx: _about(tx, proposal))
    return shell.page(
        request,
        "waiting_one.html",
        status=status_on_page(refusal),
        one=_row(proposal, state, now) | {"at": local(proposal.asked_at, zone)},
        scope=[*about, *_scope(proposal, zone)],
        reason=proposal.reason,
        marks=[_mark(mark, zone) for mark in marks],
        digest=proposal.digest,
        is_mine=is_mine,
        may_decide=state == "asked" and not is_mine and may(person, Act.SECOND),
        may_withdraw=state == "asked" and is_mine,
        weigh=_WEIGH.get(proposal.matter, _WEIGH_ELSE),
        done_on=_done_on(proposal),
        may_carry_out=state == "agreed" and is_mine and proposal.matter in _HERE,
        refusal=refusal,
        typed=typed,
        form="answer-reason",
    )


def _note_reading(shell: Shell, person: Person, proposal: Proposal, now: Micros) -> None:
    """Write down that it was read: its reason may name somebody."""
    entry = writing.entry_of(
        person,
        "second-person.read",
        now,
        wearer_id=proposal.wearer_id,
        order_id=proposal.order_id,
        proposal=proposal.proposal_id,
    )
    shell.house.store.transact(lambda tx: writing.write(tx, entry))


def _zone(tx: Transaction, proposal: Proposal) -> str:
    """Tell the zone of its order, or of an order of its wearer."""
    of_wearer = (
        tx.orders.facts(wearer_id=proposal.wearer_id)
        if proposal.order_id is None and proposal.wearer_id is not None
        else []
    )
    return zone_of(tx, of_wearer[0].order_id if of_wearer else proposal.order_id)


def _about(tx: Transaction, proposal: Proposal) -> _Rows:
    """Say about whom it is, and of a hold what it keeps now: its reference tells nobody that."""
    told: _Rows = [] if proposal.wearer_id is None else [("Wearer", (proposal.wearer_id,))]
    if proposal.matter != "hold":
        return told if "wearer" not in proposal.scope else []
    try:
        hold = tx.holds.get(proposal.scope["hold"])
    except FairtagError:  # it went with its wearer's record, or its key is locked
        return told
    end = "" if hold.until is None else f"It stands {last_day(hold.until)}."
    facts = (("Why it is held", WORDS[hold.why]), ("Court and reference", hold.case), ("Now", end))
    return told + [(name, (fact,)) for name, fact in facts if fact]


def _done_on(proposal: Proposal) -> str:
    """Tell the page where it is carried out; empty when it is here, or on none."""
    if proposal.matter in ("hold", "erasure", "limit"):
        return "/retention"
    if proposal.matter in ("access", "disclosure"):
        asked = proposal.scope.get("disclosure")
        return f"/disclosures/{asked}" if asked else "/recipients"
    return ""


def _scope(proposal: Proposal, zone: str) -> _Rows:
    shown = [
        (_SCOPES.get(name, name.replace("_", " ").capitalize()), _told(name, value, zone))
        for name, value in proposal.scope.items()
    ]
    if proposal.matter != "hold":
        return shown
    end = parse(proposal.scope["until"])
    asked = "that it ends now" if end <= proposal.asked_at else f"that it stands {last_day(end)}"
    return [*(one for one in shown if one[0] != _SCOPES["until"]), ("What is asked", (asked,))]


def _told(name: str, value: str, zone: str) -> tuple[str, ...]:
    if name == "purpose":
        return (words.PURPOSE_NAMES.get(value, value),)
    if name in _INSTANTS:
        try:
            return (local(parse(value), zone),)
        except ValueError:  # another matter's word: it is shown as it was asked
            return (value,)
    if name == "identity":  # which a person wrote down, with its instant
        return (_STAMP.sub(lambda at: local(parse(at[0]), zone), value),)
    return in_words(name, value) or (_NOTHING,)


def _row(proposal: Proposal, state: State, now: Micros) -> dict[str, Any]:
    left = max(0, proposal.over_at - now)
    return {
        "id": proposal.proposal_id,
        "matter": _MATTERS[proposal.matter],
        "about": proposal.about,
        "by": proposal.asked_by,
        "ago": ago(proposal.asked_at, now),
        "left": "less than a minute" if left < MINUTE else ago(now, proposal.over_at),
        "state": state,
        "stands": _STATES[state],
    }


def _mark(mark: Mark, zone: str) -> dict[str, str]:
    return {
        "at": local(mark.at, zone),
        "told": f"{_STATES[mark.state].partition(';')[0]}, by {mark.by}",
        "reason": mark.reason,
    }
