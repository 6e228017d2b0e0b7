"""A device door that a test writes by hand: it answers as the seams say, and keeps what came."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from tests.e2e.chromium import serving

from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros, parse, text
from fairtag.web.wearer_app.app import WearerApp

TOKEN = "a-token-of-a-test"
NONCE = "0123456789abcdef0123456789abcdef"
SPEED = 20  # the app's beat is 20 s: a test waits for a second; windows shrink as in a demo
AFTERNOON = parse("2026-11-03T14:00:00Z")  # Tuesday, GMT


@dataclass(slots=True)
class Door:
    """What the fake service knows and was told."""

    at: Micros = AFTERNOON
    items: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, Any]] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    refuse: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)  # what is never answered while it stands here
    me: dict[str, Any] = field(default_factory=dict)
    frames: list[bytes] = field(default_factory=list)
    complaints: list[dict[str, Any]] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)
    _set: Micros | None = None

    def now(self) -> Micros:
        """Tell the service's time; a new `at` sets it."""
        if self._set != self.at:
            self._set, self._since = self.at, time.monotonic()
        return Micros(self.at + int((time.monotonic() - self._since) * SPEED * SECOND))

    def prompt(self, name: str = "p-1", *, minutes: float = 30, **more: Any) -> None:
        """Ask something now."""
        now = self.now()
        self.items.append(
            {
                "n": len(self.items) + 1,
                "id": name,
                "kind": "prompt",
                "condition_id": "p1",
                "modality": "face_photo",
                "not_before": text(now),
                "expires_at": text(Micros(now + int(minutes * MINUTE))),
                "window_s": int(minutes * 60),
                "nonce": NONCE,
                "text": {"code": "inbox.face_photo"},
            }
            | more
        )

    def item(self, kind: str, **more: Any) -> None:
        """Put something else into the inbox."""
        n = len(self.items) + 1
        self.items.append({"n": n, "id": f"m-{n}", "kind": kind, "text": {}} | more)

    def paths(self) -> list[str]:
        """List what was posted."""
        return [path for path, _ in self.told]

    def states(self) -> list[str]:
        """List how far questions came, as the device told it."""
        return [one["state"] for path, lines in self.told if path == "messages" for one in lines]

    def of_me(self) -> dict[str, Any]:
        """Give what the app shows of the order."""
        now = self.now()
        day = {"from": text(Micros(now + 5 * HOUR)), "to": text(Micros(now + 17 * HOUR))}
        told: dict[str, Any] = {
            "device_id": "D-1",
            "server_time": text(now),
            "time_zone": "Europe/London",
            "order": {
                "order_id": "ORD-1",
                "authority": "Home Office",
                "starts_at": text(Micros(AFTERNOON - 10 * DAY)),
                "ends_at": text(Micros(AFTERNOON + 50 * DAY)),
                "review_by": "2027-01-15",
            },
            "conditions": [
                {"id": "c1", "kind": "curfew", "now_until": None, "next": day},
                {"id": "x1", "kind": "exclusion_zone", "always": True},
                {"id": "p1", "kind": "check_in", "most": 5},
            ],
            "collected": ["place", "device", "photo", "answer"],
            "protected_hours": [{"from": "21:00", "to": "08:00"}],
            "paused_until": None,
            "enrolment": None,
            "check_ins": [],
        }
        return told | self.me


def application(door: Door) -> Starlette:
    """Build the fake service with the real files of the app."""

    async def answer(request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"do": "no"}, status_code=401)
        path = request.url.path.removeprefix("/d/v1/")
        while path in door.holds:  # noqa: ASYNC110 - the thread of a test lets it go
            await asyncio.sleep(0.05)
        if path in door.refuse:
            status, told = door.refuse[path]
            return JSONResponse(told, status_code=status)
        if path == "me":
            return JSONResponse(door.of_me())
        if path == "inbox":
            after = int(request.query_params["after"])
            items = [one for one in door.items if one["n"] > after]
            told = {"items": items, "next": max([after, *(one["n"] for one in items)])}
            return JSONResponse(told | {"server_time": text(door.now())})
        if path == "complaints" and request.method == "GET":
            return JSONResponse({"complaints": door.complaints})
        return await _post(door, path, request)

    house: Any = SimpleNamespace(is_demo=False, is_rehearsal=True, speed=float(SPEED))
    return Starlette(
        routes=[
            Route("/d/v1/{rest:path}", answer, methods=["GET", "POST"]),
            Mount("/", WearerApp(house)),
        ]
    )


async def _post(door: Door, path: str, request: Request) -> Response:
    if path == "messages":
        body = (await request.body()).decode()
        door.told.append((path, [json.loads(line) for line in body.splitlines()]))
        return JSONResponse({"stored": {}, "quarantined": [], "server_time": text(door.now())})
    if not request.headers["content-type"].startswith("multipart/form-data"):
        door.told.append((path, await request.json()))
        if path == "help":
            door.me["is_paused"] = True  # as the service says of whoever called for help
        return JSONResponse({"ok": True})
    async with request.form() as form:
        manifest = json.loads(await form["manifest"].read())  # type: ignore[union-attr]
        names = [f"frame{n}" for n in range(1, len(form))]
        door.frames = [await form[name].read() for name in names]  # type: ignore[union-attr]
    door.told.append((path, manifest))
    answer = {"receipt_id": "r-1", "captured_at": manifest["captured_at"]}
    answer |= {"received_at": text(door.now()), "outcome": "received"}
    advice, door.advice = door.advice, []
    return JSONResponse(answer | {"advice": advice})


@contextmanager
def opened(door: Door) -> Iterator[str]:
    """Serve it on a free port."""
    with serving(application(door)) as address:
        yield address
