"""Coming in and going out: sign-in, one-time set-up, sign-out."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fairtag.app.sign_in import LEAST_PASSWORD, finish_setup, sign_in, sign_out
from fairtag.terms.errors import PasswordRefused, SignInPaused, SignInRefused
from fairtag.web.console.refusals import status_of
from fairtag.web.console.shell import Checked, Shell

_ALERT_PATH = re.compile(r"/alerts/a_[a-z2-7]{24}")
_MOST = 1000
_TO_ALERT = "Sign in to see the alert."
_DONE = {"setup": "Your password is set. Sign in with it now.", "out": "You are signed out."}


def pages(shell: Shell) -> APIRouter:  # noqa: C901 - a list of routes
    """Give the routes."""
    router = APIRouter()

    @router.get("/sign-in")
    def ask(request: Request, to: str = "", done: str = "") -> Response:
        told = _DONE.get(done, _TO_ALERT if _inside(to) else "")
        return shell.page(request, "sign_in.html", to=_inside(to), told=told, refusal=None)

    @router.post("/sign-in")
    def come_in(
        request: Request,
        name: Annotated[str, Form(max_length=_MOST)] = "",
        password: Annotated[str, Form(max_length=_MOST)] = "",
        to: Annotated[str, Form(max_length=_MOST)] = "",
    ) -> Response:
        try:
            session = sign_in(shell.house, name.strip(), password)
        except SignInRefused as refusal:
            status = status_of(refusal)
            answer = shell.page(
                request, "sign_in.html", status=status, to=_inside(to), told="", refusal=refusal
            )
            if isinstance(refusal, SignInPaused):
                answer.headers["Retry-After"] = str(refusal.wait_s)
            return answer
        return shell.signed_in(session.token, _inside(to) or "/")

    @router.get("/setup/{token}")
    def ask_password(request: Request, token: str) -> Response:
        return shell.page(request, "setup.html", token=token, refusal=None, least=LEAST_PASSWORD)

    @router.post("/setup/{token}")
    def set_password(
        request: Request,
        token: str,
        password: Annotated[str, Form(max_length=_MOST)] = "",
        again: Annotated[str, Form(max_length=_MOST)] = "",
    ) -> Response:
        try:
            if password != again:
                raise PasswordRefused("the two passwords are not the same")
            finish_setup(shell.house, token, password)
        except SignInRefused as refusal:
            return shell.page(
                request,
                "setup.html",
                status=422,
                token=token,
                refusal=refusal,
                least=LEAST_PASSWORD,
            )
        return RedirectResponse("/sign-in?done=setup", status_code=303)

    @router.post("/sign-out")
    def leave(request: Request, person: Checked) -> Response:
        del person
        sign_out(shell.house, shell.token(request))
        return shell.signed_out()

    return router


def _inside(to: str) -> str:
    """Take only the path of an alert: a sign-in must not lead out of the house."""
    return to if _ALERT_PATH.fullmatch(to) else ""
