"""What stands around every page: who is signed in, what waits, the banners.

A page is closed by default: without a session there is the sign-in form and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from fairtag.alerts.escalate import roster_gap
from fairtag.alerts.live import calls
from fairtag.alerts.model import AlertState
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.log.tend import LogState, state_of
from fairtag.app.permissions import Act, may, only_recipient
from fairtag.app.ports import Transaction
from fairtag.app.sign_in import who_is
from fairtag.terms.errors import FairtagError, NotPermitted
from fairtag.terms.local import wall_text
from fairtag.web.console.refusals import status_of
from fairtag.web.console.words import REHEARSALS

STATIC: Final = Path(__file__).parent / "static"
_PLAIN_COOKIE = "fairtag_session"
_SECURE_COOKIE = "__Host-fairtag_session"
# Where a role begins: the first page of these that it may see.
_HOMES = (
    (Act.QUEUE, "/"),
    (Act.LOG, "/log"),
    (Act.RECONCILE, "/reconciliation"),
    (Act.ROSTER, "/duty"),
    (Act.ASK, "/disclosures"),
    (Act.LOOK, "/reviewing"),
)
_MOST_COUNTED = 200
_DEGRADED = (
    "Degraded: the access log’s table takes nothing, or lacks entries for now. Urgent alerts can"
    " be handled to their end; each act is written into the log’s file first. Other acts wait. "
)


class SignInNeeded(Exception):
    """Nobody is signed in; the page that was asked for comes after."""


class Shell:
    """Renders pages of one house."""

    def __init__(self, house: House, *, is_judging: Callable[[], bool]) -> None:
        self.house = house
        self._is_judging = is_judging
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

    def home(self, person: Person) -> str | None:
        """Tell the page on which a role begins; None when it has none."""
        return next((path for act, path in _HOMES if may(person, act)), None)

    def page(
        self, request: Request, name: str, *, status: int = 200, **shown: object
    ) -> HTMLResponse:
        """Render a page with what stands around it."""
        return HTMLResponse(self.text(request, name, **shown), status_code=status)

    def text(self, request: Request, name: str, **shown: object) -> str:
        """Render a page or a part of one."""
        person = who_is(self.house, self.token(request), kind="page")
        around = self._around(person, self._csrf(request)) | {"path": request.url.path}
        if person is not None:
            around |= {"gap": self._gap(), "urgent_waiting": self._urgent(person)}
        around["log_words"] = log_words(self.house.store.read(self._log_state))
        return self._pages.get_template(name).render(around | shown)

    def broken(self, heading: str, told: str, *, status: int) -> HTMLResponse:
        """Say something without asking the store, which may be what is broken."""
        around = self._around(None, "") | {"path": ""}
        shown = {"heading": heading, "told": told, "what": "", "code": "", "home": "/"}
        page = self._pages.get_template("refused.html").render(around | shown)
        return HTMLResponse(page, status_code=status)

    def signed_in(self, token: str, to: str) -> Response:
        """Go on to a page with a session's cookie."""
        answer = RedirectResponse(to, status_code=303)
        answer.set_cookie(
            self._cookie, token, httponly=True, samesite="strict", secure=self._is_secure, path="/"
        )
        return answer

    def signed_out(self) -> Response:
        """Take the cookie back."""
        answer = RedirectResponse("/sign-in?done=out", status_code=303)
        answer.delete_cookie(
            self._cookie, path="/", httponly=True, samesite="strict", secure=self._is_secure
        )
        return answer

    def refused(
        self, request: Request, refusal: FairtagError, heading: str = "This was not done"
    ) -> Response:
        """Say on a page what was refused and what to do."""
        person = who_is(self.house, self.token(request), kind="page")
        return self.page(
            request,
            "refused.html",
            status=status_of(refusal),
            heading=heading,
            told=refusal.officer,
            what=str(refusal),
            code=refusal.code,
            home="/sign-in" if person is None else "/",
        )

    def _around(self, person: Person | None, csrf: str) -> dict[str, object]:
        return {
            "person": person,
            "csrf": csrf,
            "acts": {act.name for act in Act if person is not None and may(person, act)},
            "is_demo": self.house.is_demo,
            "rehearsal": REHEARSALS[self.house.rehearsal],
            "is_judging": self._is_judging(),
            "gap": None,
            "log_words": "",
            "urgent_waiting": 0,
            "now": wall_text(self.house.clock.now(), "UTC") + " UTC",
        }

    def _csrf(self, request: Request) -> str:
        return hashlib.sha256(b"fairtag-form/1" + self.token(request).encode()).hexdigest()

    def _log_state(self, tx: Transaction) -> LogState:
        return state_of(tx, self.house.clock.now())

    def _gap(self) -> str | None:
        gap = roster_gap(self.house.store.read(lambda tx: tx.alerts.duty()))
        return None if gap is None else gap.words["en"]

    def _urgent(self, person: Person) -> int:
        """Count urgent alerts that nobody has: they stand in every title."""
        if not may(person, Act.QUEUE):
            return 0
        only = only_recipient(person)
        found = self.house.store.read(
            lambda tx: tx.alerts.listed(
                states=[AlertState.RAISED], recipient=only, limit=_MOST_COUNTED
            )
        )
        return sum(map(calls, found))


def log_words(state: LogState) -> str:
    """Say what the access log lacks: its table, a signature, a witness; empty when nothing."""
    told = _DEGRADED if state.is_degraded else ""
    told += "" if state.is_signed else "Unsigned: nothing signs the access log at present. "
    if not state.is_witnessed:
        told += "Unwitnessed: nobody outside this house keeps a copy of the access log's state."
    return told


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
