"""Pages of openings beside an alert: ask for another time, look at it, let the notice wait.

Positions stand only in the answer to a posted form, after a grant was checked and logged.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.openings.book import Look
from fairtag.app.openings.delay import ask_court_delay, delay_notice, renew_delay
from fairtag.app.openings.grants import WindowAsked, ask_window
from fairtag.app.openings.read import Opened, read_positions
from fairtag.app.openings.standing import facts_of
from fairtag.app.permissions import Act, demand, may
from fairtag.custody.delay import until_of
from fairtag.custody.opening import OF_WINDOWS, Grant, GrantKind
from fairtag.custody.refusals import DelayRefused
from fairtag.terms.errors import (
    AlertStateRefused,
    FairtagError,
    LogUnavailable,
    NotPermitted,
    OpeningRefused,
    UnknownOrder,
    UsageError,
)
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval, local_instant
from fairtag.web.console import words
from fairtag.web.console.openings.show import KINDS, delay_reasons, grant_row, opened_view
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import when

_SHORT, _LONG = 200, 2000
_REFUSALS = (AlertStateRefused, LogUnavailable, OpeningRefused, UnknownOrder, UsageError)
_SHOWN = 200
_NO_POSITIONS = "No position is in this window. That says nothing about where the wearer was."

Short = Annotated[str, Form(max_length=_SHORT)]
Long = Annotated[str, Form(max_length=_LONG)]


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _asking(router, shell)
    _reading(router, shell)
    _delaying(router, shell)
    return router


def _asking(router: APIRouter, shell: Shell) -> None:
    @router.get("/openings")
    def mine(request: Request, person: Signed) -> Response:
        demand(person, Act.OPEN)
        now = shell.house.clock.now()
        recent = Micros(now - DAY)
        found = shell.house.store.read(
            lambda tx: tx.openings.granted(person=person.user_id, since=recent)
        )
        rows = [grant_row(one, now) for one in found[::-1]]
        return shell.page(request, "openings.html", rows=rows)

    @router.get("/openings/refused")
    def refused(request: Request, person: Signed) -> Response:
        demand(person, Act.REVIEW)
        found = shell.house.store.read(lambda tx: tx.openings.looks(is_refused=True, limit=_SHOWN))
        return shell.page(request, "openings_refused.html", rows=[_refused(one) for one in found])

    @router.get("/openings/ask")
    def ask(
        request: Request, person: Signed, order: Annotated[str, Query(max_length=64)] = ""
    ) -> Response:
        demand(person, Act.OPEN)
        return _form(shell, request, {"order": order})

    @router.post("/openings/ask")
    def put(  # noqa: PLR0913, PLR0917 - the fields of a form
        request: Request,
        person: Checked,
        order: Short = "",
        since: Short = "",
        upto: Short = "",
        purpose: Short = "",
        case: Short = "",
        why_longer: Long = "",
        reason: Long = "",
    ) -> Response:
        demand(person, Act.OPEN)
        typed = {"order": order, "since": since, "upto": upto, "purpose": purpose, "case": case}
        typed |= {"why_longer": why_longer, "reason": reason}
        try:
            proposal = ask_window(shell.house, person, _asked(shell, typed), reason=reason)
        except NotPermitted:
            raise
        except _REFUSALS as refusal:
            return _form(shell, request, typed, refusal)
        return RedirectResponse(f"/waiting/{proposal.proposal_id}", status_code=303)


def _reading(router: APIRouter, shell: Shell) -> None:
    @router.get("/openings/{grant_id}")
    def show(request: Request, person: Signed, grant_id: str) -> Response:
        return _page(shell, request, person, grant_id)

    @router.post("/openings/{grant_id}/read")
    def read(request: Request, person: Checked, grant_id: str) -> Response:
        demand(person, Act.OPEN)
        try:
            opened = read_positions(shell.house, grant_id, person=person)
        except NotPermitted:
            raise
        except (LogUnavailable, OpeningRefused) as refusal:
            return _page(shell, request, person, grant_id, refusal=refusal)
        return _page(shell, request, person, grant_id, opened=opened)


def _delaying(router: APIRouter, shell: Shell) -> None:
    @router.post("/openings/{grant_id}/delay")
    def delay(
        request: Request, person: Checked, grant_id: str, why: Short = "", told: Long = ""
    ) -> Response:
        demand(person, Act.OPEN)
        known = shell.house.store.read(lambda tx: tx.openings.delays(grant_id=grant_id))
        do = renew_delay if known else delay_notice
        try:
            do(shell.house, person, grant_id, reason=why, words=told)
        except (DelayRefused, LogUnavailable) as refusal:
            return _page(shell, request, person, grant_id, refusal=refusal)
        return RedirectResponse(f"/openings/{grant_id}#notice", status_code=303)

    @router.post("/openings/{grant_id}/court")
    def court(
        request: Request,
        person: Checked,
        grant_id: str,
        until: Short = "",
        court: Short = "",
        reason: Long = "",
    ) -> Response:
        demand(person, Act.OPEN)
        try:
            proposal = ask_court_delay(
                shell.house,
                person,
                grant_id,
                until=_instant(until, "UTC"),
                court_ref=court,
                reason=reason,
            )
        except (DelayRefused, AlertStateRefused, LogUnavailable, UsageError) as refusal:
            return _page(shell, request, person, grant_id, refusal=refusal)
        return RedirectResponse(f"/waiting/{proposal.proposal_id}", status_code=303)


def _page(
    shell: Shell,
    request: Request,
    person: Person,
    grant_id: str,
    *,
    opened: Opened | None = None,
    refusal: FairtagError | None = None,
) -> Response:
    """Show one opening; to who made it, and to who reviews openings."""
    if not (may(person, Act.OPEN) or may(person, Act.REVIEW)):
        raise NotPermitted("this role looks at no openings")
    now = shell.house.clock.now()
    grant = shell.house.store.read(lambda tx: tx.openings.get(grant_id))
    is_mine = grant.person == person.user_id
    if not (is_mine or may(person, Act.REVIEW)):
        raise NotPermitted("this opening is another person's")
    delays = tuple(shell.house.store.read(lambda tx: tx.openings.delays(grant_id=grant_id)))
    until = until_of(delays)
    return shell.page(
        request,
        "opening.html",
        status=status_on_page(refusal),
        grant=grant_row(grant, now),
        opened=opened,
        refusal=refusal,
        may_read=is_mine and _reads_here(grant) and now < grant.until,
        purposes_told=words.PURPOSES,
        delay_reasons=delay_reasons(),
        waits_until="" if until is None or now >= until else when(until),
        was_delayed=bool(delays),
        may_delay=may(person, Act.OPEN) and grant.kind is not GrantKind.THIRD_PERSON,
        may_renew=may(person, Act.SECOND),
        no_positions=_NO_POSITIONS,
        **opened_view(shell.house, opened, again=f"/openings/{grant_id}"),
    )


def _reads_here(grant: Grant) -> bool:
    return grant.kind in (GrantKind.WINDOW, GrantKind.BREAK_GLASS)


def _form(
    shell: Shell, request: Request, typed: dict[str, str], refusal: FairtagError | None = None
) -> Response:
    names = ("order", "since", "upto", "purpose", "case", "why_longer", "reason")
    return shell.page(
        request,
        "opening_ask.html",
        status=status_on_page(refusal),
        typed={name: typed.get(name, "") for name in names},
        zone=_zone(shell, typed["order"]),
        purposes=[(one.value, words.PURPOSES[one]) for one in OF_WINDOWS],
        refusal=refusal,
        form="order",
    )


def _zone(shell: Shell, order: str) -> str:
    try:
        return shell.house.store.read(lambda tx: facts_of(tx, OrderId(order))).time_zone
    except UnknownOrder:
        return ""


def _asked(shell: Shell, typed: dict[str, str]) -> WindowAsked:
    order_id = OrderId(typed["order"].strip())
    zone = shell.house.store.read(lambda tx: facts_of(tx, order_id)).time_zone
    start, end = _instant(typed["since"], zone), _instant(typed["upto"], zone)
    if end <= start:
        raise UsageError("the window ends before it begins")
    return WindowAsked(
        order_id=order_id,
        window=Interval(start=start, end=end),
        purpose=typed["purpose"],
        case_ref=typed["case"],
        why_longer=typed["why_longer"],
    )


def _instant(told: str, zone: str) -> Micros:
    try:
        return local_instant(told.strip(), zone, edge="from")
    except ValueError as error:
        raise UsageError("write a day and a time, such as 2026-11-03T10:00") from error


def _refused(look: Look) -> dict[str, Any]:
    return {
        "at": when(look.at),
        "person": f"{look.person} ({look.role})",
        "what": KINDS[look.what],
        "wearer": look.wearer_id or "—",
        "why": look.refused,
        "entry": look.entry or "not numbered yet",
    }
