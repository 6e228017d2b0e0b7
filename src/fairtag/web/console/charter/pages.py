"""The pages that are open to everybody: wearers, their lawyers, officers at night."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from fairtag.app.charter import CHARTER
from fairtag.app.house import House
from fairtag.app.log.tend import state_of
from fairtag.app.matching.published import published as published_matcher
from fairtag.app.openings.delay import delays_counted
from fairtag.faces.model import EngineInfo
from fairtag.faces.refusals import EngineRefused
from fairtag.rules.explained import as_page, published, rows, wearer_text
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.errors import Busy
from fairtag.web.console.shell import Shell
from fairtag.web.console.show import when

_TITLE = "How the positions of your device are judged"


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/charter")
    def charter(request: Request) -> Response:
        proved = sum(one.is_proved for one in CHARTER)
        now = shell.house.clock.now()
        state, counted = shell.house.store.read(
            lambda tx: (state_of(tx, now), delays_counted(tx, now=now))
        )
        return shell.page(
            request,
            "charter.html",
            guarantees=CHARTER,
            proved=proved,
            delays=counted,
            log=state,
            engine=_engine(shell.house),
            walls=shell.house.faces.walls(),
            engines_allowed=shell.house.engines_allowed,
            witnessed="" if state.witnessed_at is None else when(state.witnessed_at),
        )

    @router.get("/charter/faces")
    def faces(request: Request) -> Response:
        return shell.page(request, "charter_faces.html", told=published_matcher(shell.house))

    @router.get("/charter/rules")
    def rules(request: Request) -> Response:
        return shell.page(request, "rules.html", published=published(DEFAULTS), rows=rows(DEFAULTS))

    @router.get("/charter/rules.txt")
    def wearer() -> Response:
        return PlainTextResponse(as_page(DEFAULTS, wearer_text(DEFAULTS), _TITLE))

    return router


def _engine(house: House) -> EngineInfo | None:
    """Tell which matcher runs; None when it is refused or can't be had now."""
    try:
        return house.faces.info()
    except (EngineRefused, Busy):
        return None
