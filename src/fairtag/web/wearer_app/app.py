"""How does the wearer's app reach a phone? Its files, as they lie here, with a strict policy.

Nothing about anybody is in them: what the app shows it asks from the device door, with the token
that its wearer gave it. No answer here depends on who asks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from fairtag.app.house import House
from fairtag.web.words import EMERGENCY_NUMBER, LANGUAGES, raw

ROOT = "/app/"
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
    "png": "image/png",
}
HEADERS = {
    # No inline script or style; pictures just taken are shown from memory (blob:).
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class WearerApp:
    """The ASGI application under `/app/`."""

    def __init__(self, house: House) -> None:
        self._files = _files()
        self._files["config.json"] = msgspec.json.encode(
            {
                "emergency": EMERGENCY_NUMBER,
                "is_demo": house.is_demo,
                "is_rehearsal": house.is_rehearsal,
                "speed": house.speed,
            }
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=405, headers=HEADERS | {"allow": "GET, HEAD"})
        if request.url.path == ROOT.rstrip("/"):
            return RedirectResponse(ROOT, status_code=308, headers=HEADERS)
        name = request.url.path.removeprefix(ROOT) or "index.html"
        content = self._files.get(name)
        if content is None:
            return Response(status_code=404, headers=HEADERS)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = HEADERS | {"cache-control": "no-cache", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)


def _files() -> dict[str, bytes]:
    """Read the app; its worker is told which files make it up, and a name for just these."""
    files = dict(_walked(resources.files(__package__).joinpath("static")))
    files |= {f"words/{language}.json": raw(language) for language in LANGUAGES}
    worker = files.pop("sw.js")
    told = f'const VERSION = "fairtag-{_version(files | {"sw.js": worker})}";\n'
    told += f"const FILES = {json.dumps(['./', *sorted(files)])};\n"
    return files | {"sw.js": told.encode() + worker}


def _walked(folder: Traversable, before: str = "") -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _walked(one, f"{before}{one.name}/")
        else:
            yield before + one.name, one.read_bytes()


def _version(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + hashlib.sha256(files[name]).digest())
    return total.hexdigest()[:16]
