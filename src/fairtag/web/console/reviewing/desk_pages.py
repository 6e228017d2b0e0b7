"""The reviewer's desk: the next pair, four answers by key, and nothing about anybody.

A pair is shown in the answer to a POST only, to the one person it was dealt to, after the log.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.books import Person
from fairtag.app.permissions import Act, demand
from fairtag.app.reviewing.again import see_agreement
from fairtag.app.reviewing.deal import deal
from fairtag.app.reviewing.figures import see_figures
from fairtag.app.reviewing.look import look
from fairtag.review.measures import Figures, Share
from fairtag.review.photos import ADVERSE, LEAST_NOTE, Outcome
from fairtag.review.refusals import PhotoCaseRefused, PhotoReviewRefused
from fairtag.terms.errors import FairtagError, LogUnavailable, SealBroken, SignInRefused
from fairtag.web.console.refusals import status_on_page
from fairtag.web.console.reviewing import words
from fairtag.web.console.reviewing.pictures import pair_view
from fairtag.web.console.shell import Checked, Shell, Signed
from fairtag.web.console.show import ago, when
from fairtag.web.console.words import CAUSES

_LONG = 2000
_MISTYPED = (PhotoReviewRefused, SignInRefused)


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()
    _figures(router, shell)
    _desk(router, shell)
    return router


def _desk(router: APIRouter, shell: Shell) -> None:
    @router.get("/reviewing")
    def begin(request: Request, person: Signed, done: str = "") -> Response:
        demand(person, Act.LOOK)
        told = "Your answer is kept." if done == "yes" else ""
        return shell.page(request, "reviewing/desk.html", told=told, refusal=None, is_none=False)

    @router.post("/reviewing/next")
    def next_pair(request: Request, person: Checked) -> Response:
        return _pair(shell, request, person)

    @router.post("/reviewing/{case_id}")
    def answer(
        request: Request,
        person: Checked,
        case_id: str,
        outcome: Annotated[str, Form(max_length=64)] = "",
        note: Annotated[str, Form(max_length=_LONG)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        try:
            look(shell.house, person, case_id, outcome=outcome, note=note, given=password)
        except _MISTYPED as refusal:
            demand(person, Act.LOOK)
            return _pair(shell, request, person, refusal, outcome=outcome, note=note)
        except (PhotoCaseRefused, LogUnavailable) as refusal:
            return _again(shell, request, refusal)
        return RedirectResponse("/reviewing?done=yes", status_code=303)


def _pair(
    shell: Shell,
    request: Request,
    person: Person,
    refusal: FairtagError | None = None,
    **typed: str,
) -> Response:
    try:
        pair = deal(shell.house, person)
    except (LogUnavailable, SealBroken, PhotoCaseRefused) as error:
        return _again(shell, request, error)
    if pair is None:
        return shell.page(request, "reviewing/desk.html", told="", refusal=refusal, is_none=True)
    return shell.page(
        request,
        "reviewing/pair.html",
        status=status_on_page(refusal),
        pair=pair_view(shell.house, pair),
        outcomes=[(one.value, words.OUTCOMES[one], one in ADVERSE) for one in Outcome],
        least=LEAST_NOTE,
        refusal=refusal,
        form="note",
        chosen=typed.get("outcome", ""),
        note=typed.get("note", ""),
    )


def _again(shell: Shell, request: Request, refusal: FairtagError) -> Response:
    return shell.page(
        request,
        "reviewing/desk.html",
        status=status_on_page(refusal),
        told="",
        refusal=refusal,
        is_none=False,
    )


def _figures(router: APIRouter, shell: Shell) -> None:
    @router.get("/reviewing/figures")
    def show(request: Request, person: Signed) -> Response:
        desk, now = see_figures(shell.house, person), shell.house.clock.now()
        again = see_agreement(shell.house, person)
        waits, oldest = desk.waiting, desk.waiting.oldest_since
        return shell.page(
            request,
            "reviewing/figures.html",
            waiting=waits,
            oldest="" if oldest is None else f"{ago(oldest, now)} (since {when(oldest)} UTC)",
            rows=[_row(one) for one in desk.reviewers],
            known_pairs=desk.known_pairs,
            blind=_share(desk.blind),
            drawn=again.drawn,
            differ=_share(again.differ),
            pairs=[(CAUSES[one], CAUSES[two], many) for one, two, many in again.pairs],
        )


def _row(one: Figures) -> dict[str, Any]:
    return {
        "by": one.by,
        "looks": one.looks,
        "adverse": _share(one.adverse),
        "unconfirmed": _share(one.unconfirmed),
        "same": _share(one.same_missed),
        "different": _share(one.different_missed),
        "cant_tell": _share(one.cant_tell),
    }


def _share(one: Share) -> str:
    if one.of == 0:
        return "none yet"
    return f"{one.number} of {one.of} ({100 * one.low:.0f} to {100 * one.high:.0f} %)"
