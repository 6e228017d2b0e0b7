"""What stands around every page: who is signed in, the banners, the safe headers.

A page is closed by default: without a session there is the sign-in form and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairtag.alerts.escalate import roster_gap
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, may
from fairtag.app.sign_in import who_is
from fairtag.terms.errors import FairtagError, NotPermitted
from fairtag.terms.local import wall_text
from fairtag.web.console.refusals import status_of

STATIC: Final = Path(__file__).parent / "static"
_PLAIN_COOKIE = "fairtag_session"
_SECURE_COOKIE = "__Host-fairtag_session"
_HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)


class SignInNeeded(Exception):
    """Nobody is signed in; the page that was asked for comes after."""


class Shell:
    """Renders pages of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._is_secure = house.address.startswith("https://")
        self._cookie = _SECURE_COOKIE if self._is_secure else _PLAIN_COOKIE
        self._pages = Environment(
            loader=PackageLoader("fairtag.web.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def person(self, request: Request) -> Person:
        """Tell who is signed in.

        Raises: SignInNeeded.
        """
        found = who_is(self.house, self.token(request), kind="page")
        if found is None:
            raise SignInNeeded
        return found

    def checked(self, request: Request, csrf: str) -> Person:
        """Tell who is signed in and sent a form of one of our pages.

        Raises: SignInNeeded, NotPermitted.
        """
        person = self.person(request)
        if not hmac.compare_digest(csrf.encode(), self._csrf(request).encode()):
            raise NotPermitted("the form did not come from a page of this session")
        return person

    def token(self, request: Request) -> str:
        """Read the session's secret from the cookie."""
        return request.cookies.get(self._cookie, "")

    def page(
        self, request: Request, name: str, *, status: int = 200, **shown: object
    ) -> HTMLResponse:
        """Render a page with what stands around it."""
        return HTMLResponse(self.text(request, name, **shown), status_code=status)

    def text(self, request: Request, name: str, **shown: object) -> str:
        """Render a page or a part of one."""
        person = who_is(self.house, self.token(request), kind="page")
        around = {
            "person": person,
            "csrf": self._csrf(request),
            "acts": {act.name for act in Act if person is not None and may(person, act)},
            "is_demo": self.house.is_demo,
            "is_rehearsal": self.house.is_rehearsal,
            "gap": None if person is None else self._gap(),
            "now": wall_text(self.house.clock.now(), "UTC") + " UTC",
        }
        return self._pages.get_template(name).render(around | shown)

    def signed_in(self, token: str, to: str) -> Response:
        """Go on to a page with a session's cookie."""
        answer = RedirectResponse(to, status_code=303)
        answer.set_cookie(
            self._cookie, token, httponly=True, samesite="strict", secure=self._is_secure, path="/"
        )
        return answer

    def signed_out(self) -> Response:
        """Take the cookie back."""
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(
            self._cookie, path="/", httponly=True, samesite="strict", secure=self._is_secure
        )
        return answer

    def refused(self, request: Request, refusal: FairtagError) -> Response:
        """Say on a page what was refused and what to do."""
        return self.page(request, "refused.html", status=status_of(refusal), refusal=refusal)

    def _csrf(self, request: Request) -> str:
        return hashlib.sha256(b"fairtag-form/1" + self.token(request).encode()).hexdigest()

    def _gap(self) -> str | None:
        gap = roster_gap(self.house.store.read(lambda tx: tx.alerts.duty()))
        return None if gap is None else gap.words["en"]


class SafeHeaders:
    """Puts the headers on every answer; pages are kept by no browser or proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and complete the start of the answer."""
        is_static = scope["type"] == "http" and scope["path"].startswith("/static/")
        caching = b"public, max-age=3600" if is_static else b"no-store"

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(message, caching)
            await send(message)

        await self._app(scope, receive, completed)


def _complete(message: MutableMapping[str, Any], caching: bytes) -> None:
    message["headers"] = [
        *message.get("headers", ()),
        *_HEADERS,
        (b"cache-control", caching),
    ]


def shell_of(request: Request) -> Shell:
    """Give the shell of the application that answers."""
    shell: Shell = request.app.state.shell
    return shell


def _signed(request: Request) -> Person:
    return shell_of(request).person(request)


def _checked(request: Request, csrf: Annotated[str, Form()] = "") -> Person:
    return shell_of(request).checked(request, csrf)


Signed = Annotated[Person, Depends(_signed)]  # who is signed in
Checked = Annotated[Person, Depends(_checked)]  # the same, and the form is one of our pages'
