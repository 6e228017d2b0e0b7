"""How do invented wearers enrol and answer? With drawn faces, by the ways of real devices.

Of the answers in turn most show the wearer, one is too dark and taken again, one shows somebody
else: so that pages of a demo have something to show.
Units: instants in µs UTC of the rehearsal's clock.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import httpx

from fairtag.app.add_device import hash_of
from fairtag.app.checkins.answering.sent import Manifest, signed
from fairtag.app.ports import Clock
from fairtag.sim.portraits.bursts import AHEAD, TURNS, burst
from fairtag.terms.instants import MINUTE, Micros, parse, text

_ROUND_S = 0.5
_AFTER = 2 * MINUTE  # so long a wearer takes to look at a prompt
WEARER, OTHER = 1, 2  # two drawn faces that the engine that ships tells apart
_DARK = 0.1
_KINDS = ("wearer", "wearer", "dark", "wearer", "other")


@dataclass(slots=True)
class Answerer:
    """One invented wearer's app."""

    device_id: str
    token: str
    invitation: str  # to enrol; empty once it is done
    _after: int = 0
    _asked: dict[str, dict[str, Any]] = field(default_factory=dict)
    _kinds: Any = field(default_factory=lambda: itertools.cycle(_KINDS))
    _pictures: int = 1000  # how many were taken: no two are alike

    def step(self, client: httpx.Client, now: Micros) -> None:
        """Enrol first; then look for prompts, and answer those whose time has come."""
        if self.invitation:
            self._enrol(client, now)
        told = client.get(f"/d/v1/inbox?after={self._after}", headers=self._who())
        if told.status_code != HTTPStatus.OK:
            return
        self._after = told.json()["next"]
        items = told.json()["items"]
        self._asked |= {one["id"]: one for one in items if one["kind"] == "prompt"}
        for name, one in list(self._asked.items()):
            if now >= parse(one["expires_at"]):
                del self._asked[name]
            elif now >= parse(one["not_before"]) + _AFTER:
                self._answer(client, name, one, now)

    def _enrol(self, client: httpx.Client, now: Micros) -> None:
        told = self._send(client, f"enrolments/{self.invitation}", self._burst(WEARER), now, "-")
        if told.is_success and told.json()["outcome"] == "enrolled":
            self.invitation = ""

    def _answer(self, client: httpx.Client, name: str, one: dict[str, Any], now: Micros) -> None:
        self._say(client, name, one, "shown", now)
        kind = next(self._kinds)
        move = one.get("challenge", "")
        person, light = OTHER if kind == "other" else WEARER, _DARK if kind == "dark" else 1.0
        told = self._photo(client, name, one, self._burst(person, light=light, move=move), now)
        if told.is_success and told.json()["advice"]:
            frames = self._burst(WEARER, move=move)
            told = self._photo(client, name, one, frames, Micros(now + 1))
        if told.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:  # else it is sent again
            del self._asked[name]

    def _photo(
        self,
        client: httpx.Client,
        name: str,
        asked: dict[str, Any],
        frames: Sequence[bytes],
        now: Micros,
    ) -> httpx.Response:
        more = {"challenge": asked["challenge"]} if "challenge" in asked else {}
        return self._send(client, f"check-ins/{name}", frames, now, asked["nonce"], more)

    def _burst(self, person: int, *, light: float = 1.0, move: str = "") -> list[bytes]:
        self._pictures += 10
        return burst(person, self._pictures, light=light, turn=TURNS.get(move, AHEAD))

    def _say(
        self, client: httpx.Client, name: str, one: dict[str, Any], state: str, now: Micros
    ) -> None:
        line = {
            "type": "check_in",
            "check_in_id": name,
            "condition_id": one.get("condition_id", ""),
            "at": text(now),
            "state": state,
        }
        client.post("/d/v1/messages", content=json.dumps(line), headers=self._who())

    def _send(
        self,
        client: httpx.Client,
        path: str,
        frames: Sequence[bytes],
        now: Micros,
        nonce: str,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        digests = tuple(hashlib.sha256(one).hexdigest() for one in frames)
        told = Manifest(captured_at=text(now), nonce=nonce, sha256=digests, signature="")
        about = path.rpartition("/")[2]
        signature = signed(hash_of(self.token), about, told)
        manifest = {"captured_at": told.captured_at, "nonce": nonce, "sha256": digests}
        body = json.dumps(manifest | {"signature": signature, **more}).encode()
        parts: dict[str, tuple[str | None, bytes]] = {"manifest": (None, body)}
        parts |= {f"frame{n}": (f"{n}.jpg", one) for n, one in enumerate(frames, 1)}
        return client.post(f"/d/v1/{path}", files=parts, headers=self._who())

    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def answer_prompts(
    people: Sequence[Answerer], *, address: str, clock: Clock, stop: threading.Event
) -> None:
    """Let invented wearers enrol and answer until told to stop."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        while not stop.wait(_ROUND_S):
            for one in people:
                try:
                    one.step(client, clock.now())
                except httpx.HTTPError:
                    continue  # the next round tries again, as an app does
