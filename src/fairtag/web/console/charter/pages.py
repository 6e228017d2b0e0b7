"""The pages that are open to everybody: wearers, their lawyers, officers at night."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from fairtag.app.charter import CHARTER
from fairtag.app.openings.delay import delays_counted
from fairtag.rules.explained import as_page, published, rows, wearer_text
from fairtag.rules.settings import DEFAULTS
from fairtag.web.console.shell import Shell

_TITLE = "How the positions of your device are judged"


def pages(shell: Shell) -> APIRouter:
    """Give the routes."""
    router = APIRouter()

    @router.get("/charter")
    def charter(request: Request) -> Response:
        proved = sum(one.is_proved for one in CHARTER)
        now = shell.house.clock.now()
        counted = shell.house.store.read(lambda tx: delays_counted(tx, now=now))
        return shell.page(
            request, "charter.html", guarantees=CHARTER, proved=proved, delays=counted
        )

    @router.get("/charter/rules")
    def rules(request: Request) -> Response:
        return shell.page(request, "rules.html", published=published(DEFAULTS), rows=rows(DEFAULTS))

    @router.get("/charter/rules.txt")
    def wearer() -> Response:
        return PlainTextResponse(as_page(DEFAULTS, wearer_text(DEFAULTS), _TITLE))

    return router
