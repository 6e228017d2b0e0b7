"""The page of what goes: the due list, what waits for a second person, what is locked, the holds.

No name and no place stands here; a wearer is a reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from whenever import Date

from fairtag.app.books import Person
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.app.retention import run as erasing
from fairtag.app.retention.book import Run
from fairtag.app.retention.hold import ask_renewal, new_hold_id, place_hold, renew_hold
from fairtag.app.retention.plan import listed, room_left
from fairtag.app.retention.standing import holds_standing
from fairtag.retention.holds import AUTOMATIC, WORDS, Hold, Why
from fairtag.retention.limits import demand_clock
from fairtag.retention.refusals import ClockDoubtful, HoldRefused
from fairtag.retention.schedule import Rule
from fairtag.review.four_eyes import Proposal, state_of
from fairtag.terms.errors import FairtagError
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros, parse
from fairtag.web.console.retention.words import KINDS, last_day
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import when

_WORDS_MOST = 2_000
Words = Annotated[str, Form(max_length=_WORDS_MOST)]
Name = Annotated[str, Form(max_length=64)]
_STATES = {
    "locked": "Locked: nobody can open it, and it can be put back",
    "destroying": "Keys are being destroyed",
    "destroyed": "Keys are destroyed",
    "removed": "Gone",
    "restored": "Put back",
}
_PLACED: dict[str, Why] = {"court_order": "court_order", "proceedings": "proceedings"}
_BY = {"machine": "by itself", "two people": "by two people", "compaction": "once it is compacted"}
_SINCE = {
    "basis": "after the order's legal basis ends",
    "wearer": "after the wearer's last order ends",
    "period": "after its day",
}


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/retention")
    def show(request: Request, person: Signed) -> Response:
        demand(person, Act.ERASE)
        return _page(shell, request, person)

    _erasing(router, shell)
    _holding(router, shell)
    return router


def _erasing(router: APIRouter, shell: Shell) -> None:
    @router.post("/retention/ask")
    def ask(
        request: Request,
        person: Checked,
        what: Annotated[Literal["erasure", "limit", "restore"], Form()] = "erasure",
        run: Name = "",
        reason: Words = "",
    ) -> Response:
        demand(person, Act.ERASE)
        try:
            _ask(shell, person, what, run, reason)
        except FairtagError as refusal:
            return _page(shell, request, person, refusal)
        return _back()

    @router.post("/retention/carry-out")
    def carry_out(request: Request, person: Checked, proposal: Name = "") -> Response:
        demand(person, Act.ERASE)
        try:
            _carry_out(shell, person, proposal)
        except FairtagError as refusal:
            return _page(shell, request, person, refusal)
        return _back()


def _holding(router: APIRouter, shell: Shell) -> None:
    @router.post("/retention/holds")
    def hold(
        request: Request,
        person: Checked,
        wearer: Name = "",
        why: Name = "",
        case: Words = "",
        until: Name = "",
    ) -> Response:
        demand(person, Act.ORDERS)
        told = {"wearer": wearer, "why": why, "case": case, "until": until}
        try:
            wanted = Hold(
                hold_id=new_hold_id(shell.house),
                wearer_id=WearerId(wearer),
                why=_why(why),
                since=shell.house.clock.now(),
                until=_last_day(until),
                by=person.user_id,
                case=case,
            )
            place_hold(shell.house, wanted, person=person, by=person.user_id)
        except FairtagError as refusal:
            return _page(shell, request, person, refusal, told)
        return _back("#holds")

    @router.post("/retention/holds/renew")
    def renew(
        request: Request,
        person: Checked,
        hold: Name = "",
        what: Annotated[Literal["renew", "lift"], Form()] = "renew",
        until: Name = "",
        reason: Words = "",
    ) -> Response:
        demand(person, Act.ORDERS)
        try:
            end = shell.house.clock.now() if what == "lift" else _last_day(until)
            ask_renewal(shell.house, person, hold, until=end, reason=reason)
        except FairtagError as refusal:
            return _page(shell, request, person, refusal)
        return _back("#holds")


def _ask(shell: Shell, person: Person, what: str, run: str, reason: str) -> None:
    now = shell.house.clock.now()
    as_of = Micros(now - now % DAY)  # the same list all day, for whoever reads it
    if what == "restore":
        erasing.ask_restore(shell.house, person, run, reason=reason)
    elif what == "limit":
        erasing.ask_limit(shell.house, person, as_of=as_of, reason=reason)
    else:
        erasing.ask_erasure(shell.house, person, as_of=as_of, reason=reason)


def _carry_out(shell: Shell, person: Person, proposal_id: str) -> None:
    proposal, _ = shell.house.store.read(lambda tx: tx.proposals.get(proposal_id))
    if proposal.matter == "hold":
        renew_hold(shell.house, proposal_id, by=person.user_id)
    elif "restore" in proposal.scope:
        erasing.restore(shell.house, proposal_id, by=person.user_id)
    else:
        erasing.begin_erasure(shell.house, proposal_id, by=person.user_id)


def _why(told: str) -> Why:
    if told not in _PLACED:
        raise HoldRefused("choose why it is held")
    return _PLACED[told]


def _last_day(told: str) -> Micros:
    try:
        return Micros(parse(f"{Date.parse_iso(told)}T00:00:00Z") + DAY)
    except ValueError as error:
        raise HoldRefused("write the last day as 2027-01-15") from error


def _back(part: str = "") -> Response:
    return RedirectResponse(f"/retention{part}", status_code=303)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page is made from."""

    plan: dict[str, Any]
    runs: list[dict[str, Any]]
    asked: list[dict[str, Any]]
    holds: list[dict[str, Any]]
    clock: str


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    refusal: FairtagError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    now = shell.house.clock.now()
    shown = shell.house.store.read(lambda tx: _shown(tx, shell, person, now))
    told = {} if refusal is None else {"do": refusal.officer, "what": str(refusal)}
    return shell.page(
        request,
        "retention.html",
        status=200 if refusal is None else 409,
        plan=shown.plan,
        runs=shown.runs,
        asked=shown.asked,
        holds=shown.holds,
        clock=shown.clock,
        rules=[_rule(kind, rule) for kind, rule in shell.house.schedule.rules],
        refusal=told,
        may_hold=may(person, Act.ORDERS),
        kinds=KINDS,
        typed={"wearer": "", "why": "", "case": "", "until": ""} | (typed or {}),
    )


def _shown(tx: Transaction, shell: Shell, person: Person, now: Micros) -> _Shown:
    plan = listed(tx, shell.house, as_of=Micros(now - now % DAY), by="two people")
    doubt = ""
    try:
        demand_clock(tx.erasures.clock(now))
    except ClockDoubtful as refused:
        doubt = str(refused)
    return _Shown(
        plan={
            "counts": plan.counts,
            "held": plan.held,
            "wearers": plan.wearers,
            "digest": plan.digest,
            "over_cap": plan.wearers > room_left(tx, now),
        },
        runs=[_run(one) for one in tx.erasures.listed(is_open=False)[:50]],
        asked=[
            _asked(one, state, person)
            for one, marks in tx.proposals.listed()
            if one.matter in ("erasure", "limit", "hold")
            and (state := state_of(one, marks, now=now)) in ("asked", "agreed")
        ],
        holds=[
            _hold(one, now)
            for one in holds_standing(tx)
            if one.stands_at(now) or one.why not in AUTOMATIC
        ],
        clock=doubt,
    )


def _asked(one: Proposal, state: str, person: Person) -> dict[str, Any]:
    return {
        "id": one.proposal_id,
        "about": one.about,
        "reason": one.reason,
        "by": one.asked_by,
        "at": when(one.asked_at),
        "wearer": one.wearer_id or "",
        "state": state,
        "matter": one.matter,
        "may_read": one.asked_by == person.user_id or may(person, Act.SECOND),
        "may_decide": state == "asked"
        and one.asked_by != person.user_id
        and may(person, Act.SECOND),
    }


def _run(one: Run) -> dict[str, Any]:
    return {
        "id": one.run_id,
        "state": _STATES[one.state],
        "is_locked": one.state == "locked",
        "counts": one.counts,
        "begun": when(one.begun_at),
        "until": when(one.until),
        "people": f"{one.first} and {one.second}" if one.second else "the service by itself",
    }


def _hold(one: Hold, now: Micros) -> dict[str, Any]:
    over = "" if one.stands_at(now) else " (over: it keeps nothing now)"
    return {
        "id": one.hold_id,
        "wearer": one.wearer_id,
        "words": WORDS[one.why].replace("You ", "The wearer ").replace("you are", "they are"),
        "until": "until 28 days after the answer"
        if one.until is None
        else last_day(one.until) + over,
        "by": one.by,
        "is_renewable": one.why not in AUTOMATIC,
    }


def _rule(kind: str, rule: Rule) -> dict[str, str]:
    span = f"{rule.days} days {_SINCE[rule.since]}" if rule.days else "at once"
    return {"kind": KINDS[kind], "span": span, "by": _BY[rule.by], "why": rule.why}
