"""The application for wearers, under `/my`: in by a one-time code, out after an hour.

It knows nothing of the officers' pages or the devices' door (an import contract holds that).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from fairtag.app.deciding.state import state
from fairtag.app.fairness.declare import declare
from fairtag.app.house import House
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.looks import WearerPage, proof_of, read_page
from fairtag.app.wearer.sign_in import enter, leave, whose_is
from fairtag.faces.refusals import DeclarationRefused
from fairtag.review.refusals import StatementRefused
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.errors import (
    ContestRefused,
    FairtagError,
    NotPermitted,
    SignInRefused,
    UnknownPage,
    WearerCodeRefused,
)
from fairtag.terms.ids import WearerId
from fairtag.web.guards import NoTraceback, OwnForms, SafeHeaders
from fairtag.web.portal import words
from fairtag.web.portal.shown import shown
from fairtag.web.words import FIRST

_COOKIE = "fairtag_wearer"
_MOST = 200
_MOST_TEXT = 20_000
_STATUS = (
    (SignInRefused, 401),
    (NotPermitted, 403),
    (UnknownPage, 404),
    (UnknownCheckIn, 404),
    (ContestRefused, 422),
    (DeclarationRefused, 422),
)
_FOREIGN = NotPermitted("this form did not come from a page of this service")


class Door:
    """Renders the wearer's pages of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._is_secure = house.address.startswith("https://")
        self._pages = Environment(
            loader=PackageLoader("fairtag.web.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def wearer(self, request: Request) -> WearerId:
        """Tell whose page this is.

        Raises: SignInRefused.
        """
        found = whose_is(self.house, self.token(request))
        if found is None:
            raise SignInRefused("no session")
        return found

    def checked(self, request: Request, csrf: str) -> WearerId:
        """Tell whose page this is, and that the form is one of it.

        Raises: SignInRefused, NotPermitted.
        """
        found = self.wearer(request)
        if not hmac.compare_digest(csrf.encode(), self.csrf(request).encode()):
            raise _FOREIGN
        return found

    def token(self, request: Request) -> str:
        """Read the session's secret."""
        return request.cookies.get(_COOKIE, "")

    def csrf(self, request: Request) -> str:
        """Make the secret of this session's forms."""
        return hashlib.sha256(b"fairtag-my/1" + self.token(request).encode()).hexdigest()

    def page(self, name: str, *, status: int = 200, **told: object) -> HTMLResponse:
        """Render a page."""
        around: dict[str, object] = {
            "w": words.WORDS,
            "is_demo": self.house.is_demo,
            "is_rehearsal": self.house.is_rehearsal,
            "csrf": "",
        }
        text = self._pages.get_template(name).render(around | told)
        return HTMLResponse(text, status_code=status)

    def refused(self, refusal: FairtagError) -> Response:
        """Say in a wearer's words what did not work."""
        status = next((number for kind, number in _STATUS if isinstance(refusal, kind)), 503)
        return self.page("shut.html", status=status, told=refusal.wearer, code=refusal.code)

    def own(self, request: Request, *, status: int = 200, **told: Any) -> Response:
        """Show the wearer their page."""
        page = read_page(self.house, self.wearer(request))
        around = {"refusal": None, "text": "", "is_sent": False, "about": ""} | told
        around = {"said": ("", ""), "is_said": False} | around
        language = request.query_params.get("lang", FIRST)
        facts = shown(page, language) | {
            "questions": words.QUESTIONS,
            "has_said": self._has_said(page),
        }
        return self.page("my.html", status=status, csrf=self.csrf(request), **facts, **around)

    def _has_said(self, page: WearerPage) -> bool:
        """Tell that the wearer said something of themselves; what, nobody can show."""
        return self.house.store.read(lambda tx: tx.declared.said_at(page.wearer_id)) is not None

    def come_in(self, token: str) -> Response:
        """Go on to the page with a session's cookie."""
        answer = RedirectResponse("/my", status_code=303)
        answer.set_cookie(
            _COOKIE, token, httponly=True, samesite="strict", secure=self._is_secure, path="/my"
        )
        return answer

    def go_out(self) -> Response:
        """Take the cookie back."""
        answer = RedirectResponse("/my/sign-in?done=out", status_code=303)
        answer.delete_cookie(
            _COOKIE, path="/my", httponly=True, samesite="strict", secure=self._is_secure
        )
        return answer


def portal(house: House) -> FastAPI:
    """Build the application."""
    app = FastAPI(title="fairtag wearers", openapi_url=None, docs_url=None, redoc_url=None)
    door = Door(house)
    app.include_router(_routes(door))
    _refusals(app, door)
    app.add_middleware(NoTraceback, broken=lambda _: door.refused(FairtagError("our error")))
    app.add_middleware(OwnForms, address=house.address, refuse=lambda _: door.refused(_FOREIGN))
    app.add_middleware(SafeHeaders)
    return app


def _routes(door: Door) -> APIRouter:
    router = APIRouter(prefix="/my")
    _coming(router, door)
    _seeing(router, door)
    return router


def _seeing(router: APIRouter, door: Door) -> None:
    @router.get("")
    def my(request: Request, sent: bool = False, said: bool = False, about: str = "") -> Response:  # noqa: FBT001, FBT002 - a query
        return door.own(request, is_sent=sent, is_said=said, about=about)

    @router.post("/contest")
    def say(
        request: Request,
        text: Annotated[str, Form(max_length=_MOST_TEXT)] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        whose = door.checked(request, csrf)
        try:
            contest(door.house, whose, text=text)
        except ContestRefused as refusal:
            return door.own(request, status=422, refusal=refusal, text=text)
        return RedirectResponse("/my?sent=true#contests", status_code=303)

    @router.post("/check-ins/{check_in_id}/statement")
    def state_it(
        request: Request,
        check_in_id: str,
        text: Annotated[str, Form(max_length=_MOST_TEXT)] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        whose = door.checked(request, csrf)
        try:
            state(door.house, check_in_id, text=text, wearer_id=whose)
        except StatementRefused as refusal:
            return door.own(request, status=422, refusal=refusal, said=(check_in_id, text))
        return RedirectResponse("/my?said=true#check-ins", status_code=303)

    @router.post("/about-me")
    def about_me(
        request: Request,
        ethnic_group: Annotated[str, Form(max_length=_MOST)] = "",
        skin_tone: Annotated[str, Form(max_length=_MOST)] = "",
        sex: Annotated[str, Form(max_length=_MOST)] = "",
        age: Annotated[str, Form(max_length=_MOST)] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        whose = door.checked(request, csrf)
        told = {"ethnic_group": ethnic_group, "skin_tone": skin_tone, "sex": sex, "age": age}
        stands = declare(door.house, whose, told)
        return RedirectResponse(f"/my?about={'said' if stands else 'back'}#about", status_code=303)

    @router.get("/proof/{entry}")
    def proof(request: Request, entry: int) -> Response:
        return JSONResponse(proof_of(door.house, door.wearer(request), entry))


def _coming(router: APIRouter, door: Door) -> None:
    @router.get("/sign-in")
    def ask(done: str = "") -> Response:
        return door.page("sign_in.html", refusal=None, reference="", is_out=done == "out")

    @router.post("/sign-in")
    def come_in(
        reference: Annotated[str, Form(max_length=_MOST)] = "",
        code: Annotated[str, Form(max_length=_MOST)] = "",
    ) -> Response:
        try:
            token = enter(door.house, reference, code)
        except WearerCodeRefused as refusal:
            told = {"refusal": refusal, "reference": reference, "is_out": False}
            return door.page("sign_in.html", status=401, **told)
        return door.come_in(token)

    @router.post("/sign-out")
    def go_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        door.checked(request, csrf)
        leave(door.house, door.token(request))
        return door.go_out()


def _refusals(app: FastAPI, door: Door) -> None:
    @app.exception_handler(FairtagError)
    def refuse(request: Request, refusal: FairtagError) -> Response:
        del request
        if isinstance(refusal, SignInRefused):
            return RedirectResponse("/my/sign-in", status_code=303)
        return door.refused(refusal)

    @app.exception_handler(RequestValidationError)
    def misread(request: Request, error: RequestValidationError) -> Response:
        del request, error
        return door.refused(UnknownPage("not readable"))

    @app.exception_handler(HTTPException)
    def not_there(request: Request, error: HTTPException) -> Response:
        del request, error
        return door.refused(UnknownPage("no such address"))
