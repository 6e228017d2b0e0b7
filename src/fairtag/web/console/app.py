"""The application for officers: pages, live queue, staff API."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from fairtag import __version__
from fairtag.app.house import House
from fairtag.orders.scheme import Scheme
from fairtag.terms.errors import FairtagError
from fairtag.web.console import alert_pages, door, lists
from fairtag.web.console.api import staff_api
from fairtag.web.console.shell import STATIC, SafeHeaders, Shell, SignInNeeded


def console(house: House, *, scheme: Scheme | None = None) -> FastAPI:
    """Build the application."""
    app = FastAPI(
        title="fairtag staff API",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    shell = Shell(house)
    app.state.shell = shell
    app.state.house = house
    app.include_router(staff_api(house, scheme=scheme))
    for part in (door, alert_pages, lists):
        app.include_router(part.pages(shell), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.exception_handler(SignInNeeded)
    def ask_to_sign_in(request: Request, error: SignInNeeded) -> Response:
        del error
        is_page = request.method == "GET" and request.url.path.startswith("/alerts/a_")
        to = f"/sign-in?to={request.url.path}" if is_page else "/sign-in"
        return RedirectResponse(to, status_code=303)

    @app.exception_handler(FairtagError)
    def refuse(request: Request, refusal: FairtagError) -> Response:
        return shell.refused(request, refusal)

    app.add_middleware(SafeHeaders)
    return app
