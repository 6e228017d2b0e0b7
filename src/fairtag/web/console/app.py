"""The application for officers: pages, live queue, staff API."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from fairtag import __version__
from fairtag.app.house import House
from fairtag.orders.scheme import Scheme
from fairtag.terms.errors import FairtagError, NotPermitted
from fairtag.web.console import (
    alert_pages,
    asking,
    charter,
    disclosing,
    door,
    enrolling,
    fairness,
    lists,
    outside,
    queue_pages,
    retention,
)
from fairtag.web.console.api import staff_api
from fairtag.web.console.openings import life, waiting, windows
from fairtag.web.console.refusals import as_response, lost, unreadable
from fairtag.web.console.reviewing import again_pages, decide_pages, desk_pages
from fairtag.web.console.shell import STATIC, Shell, SignInNeeded
from fairtag.web.guards import NoTraceback, OwnForms, SafeHeaders

_ALERT = re.compile(r"/alerts/a_[a-z2-7]{24}")  # with or without what was to be done with it
_FOREIGN = NotPermitted("this form did not come from a page of this service")
_OURS = FairtagError("the error is in the service's log")


def console(
    house: House, *, is_judging: Callable[[], bool], scheme: Scheme | None = None
) -> FastAPI:
    """Build the application."""
    app = FastAPI(
        title="fairtag staff API",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    shell = Shell(house, is_judging=is_judging)
    app.state.shell = shell
    app.state.house = house
    app.include_router(staff_api(house, scheme=scheme))
    parts = (
        *(door, queue_pages, alert_pages, windows, waiting, life, lists),
        *(asking, disclosing, retention, outside, charter, enrolling, fairness),
        *(desk_pages, decide_pages, again_pages),
    )
    for part in parts:
        app.include_router(part.pages(shell), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _refusals(app, shell)
    app.add_middleware(NoTraceback, broken=_broken(shell))
    app.add_middleware(
        OwnForms,
        address=house.address,
        refuse=lambda request: shell.refused(request, _FOREIGN),
    )
    app.add_middleware(SafeHeaders)
    return app


def _refusals(app: FastAPI, shell: Shell) -> None:
    """Answer every refusal as its reader reads: JSON for programs, a page for people."""

    @app.exception_handler(SignInNeeded)
    def ask_to_sign_in(request: Request, error: SignInNeeded) -> Response:
        del error
        alert = _ALERT.match(request.url.path)
        return RedirectResponse(f"/sign-in?to={alert[0]}" if alert else "/sign-in", status_code=303)

    @app.exception_handler(FairtagError)
    def refuse(request: Request, refusal: FairtagError) -> Response:
        return shell.refused(request, refusal)

    @app.exception_handler(RequestValidationError)
    def misread(request: Request, error: RequestValidationError) -> Response:
        return shell.refused(request, unreadable(error), "The form could not be read")

    @app.exception_handler(HTTPException)
    def not_there(request: Request, error: HTTPException) -> Response:
        refusal = lost(error.status_code)
        if _is_api(request.scope):
            return as_response(refusal, status=error.status_code, headers=error.headers)
        answer = shell.refused(request, refusal, "There is no such page")
        answer.status_code = error.status_code
        return answer


def _broken(shell: Shell) -> Callable[[Scope], Response]:
    def answer(scope: Scope) -> Response:
        if _is_api(scope):
            return as_response(_OURS)
        return shell.broken("Something went wrong on our side", _OURS.officer, status=500)

    return answer


def _is_api(scope: Scope) -> bool:
    return str(scope["path"]).startswith("/api/")
