"""A device's plain request goes from the parser into the lane, and everything else as ever."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from tests.rig import Rig

from fairtag.app.run_service import Pulse
from fairtag.web.porch.wire import Wire, wire_of
from fairtag.web.site import Site


@pytest.fixture
def port(rig: Rig) -> Iterator[int]:
    site = Site(rig.house, Pulse())
    wire = wire_of(site.door)
    config = uvicorn.Config(site, http=wire, port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def request(rig: Rig, device: str, number: int, *more: str) -> bytes:
    body = "\n".join(json.dumps(rig.line(device)) for _ in range(number))
    head = [
        "POST /d/v1/messages HTTP/1.1",
        "Host: h",
        f"Authorization: Bearer {rig.tokens[device]}",
        f"Content-Length: {len(body)}",
        *more,
    ]
    return "\r\n".join([*head, "", body]).encode()


def said(port: int, raw: bytes, wanted: int) -> list[bytes]:
    """Send bytes over one connection; gives so many answers' bodies."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(raw)
        file = line.makefile("rb")
        return [_answer(file) for _ in range(wanted)]


def _answer(file: object) -> bytes:
    length = 0
    while (head := file.readline().strip()) != b"":  # type: ignore[attr-defined]
        name, _, value = head.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return file.read(length)  # type: ignore[attr-defined, no-any-return]


def test_a_plain_request_is_answered(rig: Rig, port: int) -> None:
    device = rig.wearer()
    told = json.loads(said(port, request(rig, device, 15), 1)[0])
    assert told["stored"] == {device: {"epoch": 0, "upto": 15, "missing": []}}


def test_piped_requests_are_answered_in_their_order(rig: Rig, port: int) -> None:
    device = rig.wearer()
    health = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    raw = b"".join([request(rig, device, 15), health, request(rig, device, 15)])
    first, middle, last = said(port, raw, 3)
    assert json.loads(first)["stored"][device]["upto"] == 15
    assert b"stored" not in middle
    assert json.loads(last)["stored"][device]["upto"] == 30


def test_what_is_odd_is_answered_as_ever(
    rig: Rig, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = rig.wearer()
    raw = request(rig, device, 15)
    wrong = raw.replace(rig.tokens[device].encode(), b"nobody")
    assert b"revoked" in said(port, wrong, 1)[0]
    once = said(port, raw, 1)[0]
    again = said(port, raw, 1)[0]
    assert json.loads(once)["stored"] == json.loads(again)["stored"]
    # Without the wire the answer is the same.
    monkeypatch.setattr(Wire, "_plain", lambda _: None)
    plain = said(port, raw, 1)[0]
    assert json.loads(plain)["stored"] == json.loads(again)["stored"]
