"""How is a refusal told to a program? With its code, what was refused, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from fairtag.custody.refusals import DelayRefused, UnknownGrant
from fairtag.disclosure.refusals import (
    DisclosureRefused,
    DisclosureStateRefused,
    RecipientRefused,
    UnknownDisclosure,
)
from fairtag.faces.refusals import EnrolmentNotSeen, EnrolmentRefused, UnknownEnrolment
from fairtag.retention.refusals import ErasureRefused, HoldRefused
from fairtag.terms.errors import (
    AlertStateRefused,
    Busy,
    FairtagError,
    LogUnavailable,
    OpeningRefused,
    OrderConflict,
    OrderRefused,
    ProposalStateRefused,
    ReasonRefused,
    SecondPersonRefused,
    SignInPaused,
    SignInRefused,
    TooLarge,
    UnknownAlert,
    UnknownDevice,
    UnknownOrder,
    UnknownPage,
    UnknownProposal,
    UsageError,
)
from fairtag.web.console.reviewing.statuses import STATUSES

_RETRY_S = 5
# The first that fits counts: the narrower kinds stand before the wider ones.
_STATUS: tuple[tuple[type[FairtagError], int], ...] = (
    (ReasonRefused, 422),
    *STATUSES,
    (DisclosureRefused, 422),
    (RecipientRefused, 422),
    (UnknownDisclosure, 404),
    (UnknownProposal, 404),
    (DisclosureStateRefused, 409),
    (ProposalStateRefused, 409),
    (SecondPersonRefused, 403),
    (OrderRefused, 422),
    (UsageError, 422),
    (SignInPaused, 429),
    (SignInRefused, 401),
    (OpeningRefused, 403),
    (UnknownGrant, 404),
    (DelayRefused, 409),
    (UnknownAlert, 404),
    (UnknownPage, 404),
    (UnknownOrder, 404),
    (UnknownDevice, 404),
    (AlertStateRefused, 409),
    (OrderConflict, 409),
    (ErasureRefused, 409),
    (HoldRefused, 422),
    (UnknownEnrolment, 404),
    (EnrolmentRefused, 409),
    (EnrolmentNotSeen, 409),
    (TooLarge, 413),
    (Busy, 503),
    (LogUnavailable, 503),
)


def status_of(refusal: FairtagError) -> int:
    """Tell the HTTP status of a refusal."""
    return next((status for kind, status in _STATUS if isinstance(refusal, kind)), 500)


def status_on_page(refusal: FairtagError | None) -> int:
    """Tell the status of a page that says what was refused; a wrong password ends no session."""
    if refusal is None:
        return 200
    return 422 if isinstance(refusal, SignInRefused) else status_of(refusal)


def as_response(
    refusal: FairtagError, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Write a refusal as JSON."""
    status = status_of(refusal) if status is None else status
    told = {"code": refusal.code, "what": str(refusal), "do": refusal.officer}
    headers = dict(headers or {})
    if status == 401:  # noqa: PLR2004 - the number is its own name
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, SignInPaused):
        headers["Retry-After"] = str(refusal.wait_s)
    elif isinstance(refusal, Busy | LogUnavailable):
        headers["Retry-After"] = str(_RETRY_S)
    body = msgspec.json.encode(told)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


class JsonRoute(APIRoute):
    """A route whose refusals are JSON of one shape, whatever refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the translation around the route and its dependencies."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except FairtagError as refusal:
                return as_response(refusal)
            except RequestValidationError as error:
                return as_response(unreadable(error))

        return handler


def unreadable(error: RequestValidationError) -> UsageError:
    """Say which parts are wrong, without repeating what was sent."""
    parts = [
        f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()
    ]
    return UsageError("; ".join(parts))


def lost(status: int) -> FairtagError:
    """Say that an address, or this use of it, leads nowhere."""
    if status == 405:  # noqa: PLR2004 - the number is its own name
        return UnknownPage("this address is not for this method")
    return UnknownPage("no such address" if status == 404 else "not readable")  # noqa: PLR2004
