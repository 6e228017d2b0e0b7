"""The pages that are open to everybody: wearers, their lawyers, officers at night."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from fairtag.app.charter import CHARTER
from fairtag.app.log.tend import state_of
from fairtag.app.openings.delay import delays_counted
from fairtag.rules.explained import as_page, published, rows, wearer_text
from fairtag.rules.settings import DEFAULTS
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
            witnessed="" if state.witnessed_at is None else when(state.witnessed_at),
        )

    @router.get("/charter/rules")
    def rules(request: Request) -> Response:
        return shell.page(request, "rules.html", published=published(DEFAULTS), rows=rows(DEFAULTS))

    @router.get("/charter/rules.txt")
    def wearer() -> Response:
        return PlainTextResponse(as_page(DEFAULTS, wearer_text(DEFAULTS), _TITLE))

    return router
