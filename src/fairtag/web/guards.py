"""What does every answer go through? Safe headers, forms of our own pages only, and no traceback.

Fails: closed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    # With 'no-referrer' a browser hides the origin of our own forms too; this tells it to us only.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
)
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger()


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


class OwnForms:
    """Refuses forms that another site sends, the sign-in form too.

    The staff API takes no cookie, so there is nothing to borrow. `address` is where staff reach
    the pages: a proxy in front may name another host.
    """

    def __init__(
        self, app: ASGIApp, *, address: str, refuse: Callable[[Request], Response]
    ) -> None:
        self._app = app
        self._own = _host(address)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what a page of ours, or no browser, sends."""
        if scope["type"] == "http" and _is_foreign(scope, self._own):
            await self._refuse(Request(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class NoTraceback:
    """The outermost loop: whatever goes wrong is counted in the log and told on a page.

    An error's text may hold what must not be in a log, so its kind and place are written only.
    """

    def __init__(self, app: ASGIApp, *, broken: Callable[[Scope], Response]) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; answer when nobody did."""
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 - the outermost loop
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.name}:{place.lineno}"
            log.error("request failed", error=type(error).__name__, where=where)  # noqa: TRY400
            if not has_begun:
                await self._broken(scope)(scope, receive, send)


def _is_foreign(scope: Scope, own: str | None) -> bool:
    if scope["method"] not in _CHANGING or scope["path"].startswith("/api/"):
        return False
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if headers.get(b"sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get(b"origin")
    ours = (headers.get(b"host", "").lower(), own)
    return origin is not None and (_host(origin) is None or _host(origin) not in ours)


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _complete(message: MutableMapping[str, Any], caching: bytes) -> None:
    message["headers"] = [
        *message.get("headers", ()),
        *_HEADERS,
        (b"cache-control", caching),
    ]
