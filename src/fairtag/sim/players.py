"""How do invented devices speak? Over the real endpoints, each in its protocol, at its time.

Units: instants in µs UTC of the rehearsal's clock.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import msgspec

from fairtag.app.ports import Clock
from fairtag.terms.instants import SECOND, parse

Protocol = Literal["native", "osmand", "owntracks", "overland"]
_ROUND_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A device with its credential and what it is going to say, in order of sending."""

    device_id: str
    token: str
    protocol: Protocol
    messages: Sequence[dict[str, Any]]


def play(lines: Sequence[Line], *, address: str, clock: Clock, stop: threading.Event) -> None:
    """Send each message when the clock comes to its `received_at`; what fails is sent again."""
    done = dict.fromkeys((line.device_id for line in lines), 0)
    with httpx.Client(base_url=address, timeout=10) as client:
        while not stop.wait(_ROUND_S):
            now = clock.now()
            for line in lines:
                due = _due(line, done[line.device_id], now)
                done[line.device_id] += _sent(client, line, due)


def _due(line: Line, done: int, now: int) -> list[dict[str, Any]]:
    found = []
    for message in line.messages[done:]:
        if parse(message["received_at"]) > now:
            break
        found.append(message)
    return found


def _sent(client: httpx.Client, line: Line, due: list[dict[str, Any]]) -> int:
    """Send what is due; tells how many were taken, from the first on."""
    if not due:
        return 0
    try:
        if line.protocol == "native":
            return len(due) if _native(client, line, due).is_success else 0
        if line.protocol == "overland":
            return len(due) if _overland(client, line, due).is_success else 0
        send = _osmand if line.protocol == "osmand" else _owntracks
        for number, message in enumerate(due):
            if not send(client, line, message).is_success:
                return number
    except httpx.HTTPError:
        return 0
    return len(due)


def _native(client: httpx.Client, line: Line, due: list[dict[str, Any]]) -> httpx.Response:
    told = [{k: v for k, v in one.items() if k != "received_at"} for one in due]
    return client.post(
        "/d/v1/messages",
        content=b"\n".join(msgspec.json.encode(one) for one in told),
        headers={"Authorization": f"Bearer {line.token}"},
    )


def _overland(client: httpx.Client, line: Line, due: list[dict[str, Any]]) -> httpx.Response:
    locations = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
            "properties": {
                "timestamp": one["at"],
                "horizontal_accuracy": one["accuracy_m"],
                "battery_level": one["battery_pct"] / 100,
            },
        }
        for one in due
    ]
    header = {"Authorization": f"Bearer {line.token}"}
    return client.post("/d/overland", json={"locations": locations}, headers=header)


def _osmand(client: httpx.Client, line: Line, one: dict[str, Any]) -> httpx.Response:
    told = {
        "id": line.device_id,
        "lat": one["lat"],
        "lon": one["lon"],
        "timestamp": parse(one["at"]) // SECOND,
        "accuracy": one["accuracy_m"],
        "batt": one["battery_pct"],
    }
    return client.get(f"/d/osmand/{line.token}", params=told)


def _owntracks(client: httpx.Client, line: Line, one: dict[str, Any]) -> httpx.Response:
    told = {
        "_type": "location",
        "tid": line.device_id[-2:],
        "lat": one["lat"],
        "lon": one["lon"],
        "tst": parse(one["at"]) // SECOND,
        "acc": round(one["accuracy_m"]),
        "batt": round(one["battery_pct"]),
    }
    return client.post("/d/owntracks", json=told, auth=(line.device_id, line.token))
