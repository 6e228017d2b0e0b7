"""Devices behave as real clients: in order, the same again until taken, over kept connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import msgspec
import pytest

from fairtag.sim.players import Device
from fairtag.sim.wire import Speaker, Tongue
from fairtag.terms.instants import MINUTE, Micros, text

NOW = Micros(1_793_736_000_000_000)


class Door(BaseHTTPRequestHandler):
    """A door that answers as it is told and remembers what was said."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # one packet an answer: unbuffered, each waits 40 ms for an acknowledgement
    answers: ClassVar[list[tuple[int, bytes]]] = []  # the next ones; then 200
    heard: ClassVar[list[bytes]] = []
    connections: ClassVar[set[int]] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append(body)
        self.connections.add(self.client_address[1])
        status, told = self.answers.pop(0) if self.answers else (200, b'{"result":"ok"}')
        self.send_response(status)
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


def opened(port: int = 0) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", port), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    return server


def shut(server: ThreadingHTTPServer) -> None:
    server.shutdown()
    server.server_close()


@pytest.fixture
def door() -> Iterator[ThreadingHTTPServer]:
    Door.answers, Door.heard, Door.connections = [], [], set()
    server = opened()
    yield server
    shut(server)


def client_of(server: ThreadingHTTPServer) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", trust_env=False)


def stream(count: int, every: int = MINUTE) -> Iterator[tuple[Micros, dict[str, Any]]]:
    for n in range(count):
        at = Micros(NOW + n * every)
        told = {"type": "position", "seq": n + 1, "at": text(at), "lat": 1.0, "lon": 2.0}
        yield at, told | {"accuracy_m": 5.0, "speed_mps": 0.0, "battery_pct": 50.0}


def device(tongue: Tongue, count: int, every: int = MINUTE) -> Device:
    return Device(Speaker(device_id="D-1", token="t", tongue=tongue), stream(count, every))


def spoken() -> list[int]:
    """List when each message heard was about, in minutes."""
    return [(msgspec.json.decode(one)["tst"] - NOW // 1_000_000) // 60 for one in Door.heard]


def test_only_what_is_due_is_said(door: ThreadingHTTPServer) -> None:
    one = device(Tongue.OWNTRACKS, 5)
    with client_of(door) as client:
        one.speak(client, Micros(NOW + 2 * MINUTE), machine_s=0)
        assert spoken() == [0, 1, 2]
        one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=1)
    assert spoken() == [0, 1, 2, 3, 4]
    assert len(Door.connections) == 1  # kept open


@pytest.mark.parametrize("status", [401, 413, 429, 500, 503])
def test_a_message_that_is_not_taken_is_said_again_before_later_ones(
    door: ThreadingHTTPServer, status: int
) -> None:
    Door.answers = [(200, b"[]"), (status, b"")]
    one = device(Tongue.OWNTRACKS, 3)
    with client_of(door) as client:
        one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=0)
        assert spoken() == [0, 1]
        one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=0.5)
        assert spoken() == [0, 1]  # waits for a second
        one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=1.1)
    assert spoken() == [0, 1, 1, 2]


def test_the_wait_doubles_up_to_half_a_minute(door: ThreadingHTTPServer) -> None:
    Door.answers = [(503, b"")] * 500
    one = device(Tongue.OWNTRACKS, 1)
    with client_of(door) as client:
        for second in range(127):
            one.speak(client, NOW, machine_s=second)
    assert len(Door.heard) == 1 + 5 + 3  # at 0, 1, 3, 7, 15, 31, then every 30 s


def test_a_service_that_restarts_loses_nothing(door: ThreadingHTTPServer) -> None:
    one, port = device(Tongue.OWNTRACKS, 3), door.server_address[1]
    with client_of(door) as client:
        one.speak(client, NOW, machine_s=0)
        shut(door)
        one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=1)
        again = opened(port)
        for second in (3, 6):
            one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=second)
        shut(again)
    assert sorted(set(spoken())) == [0, 1, 2]


def test_overland_frees_a_batch_only_on_its_own_word(door: ThreadingHTTPServer) -> None:
    Door.answers = [(200, b"{}")]
    one = device(Tongue.OVERLAND, 4)
    with client_of(door) as client:
        for second in (0, 2):
            one.speak(client, Micros(NOW + 9 * MINUTE), machine_s=second)
    sizes = [len(msgspec.json.decode(body)["locations"]) for body in Door.heard]
    assert sizes == [4, 4]
    assert Door.heard[0] == Door.heard[1]


def test_a_device_without_an_order_stops_for_good(door: ThreadingHTTPServer) -> None:
    Door.answers = [(410, b"")]
    one = device(Tongue.NATIVE, 4)
    with client_of(door) as client:
        for second in (0, 100, 200):
            one.speak(client, Micros(NOW + second * MINUTE), machine_s=second)
    assert one.is_over
    assert len(Door.heard) == 1


def test_a_backlog_of_one_does_not_hold_up_the_others(door: ThreadingHTTPServer) -> None:
    one = device(Tongue.OWNTRACKS, 500, every=1)
    with client_of(door) as client:
        one.speak(client, Micros(NOW + MINUTE), machine_s=0)
        assert len(Door.heard) == 200
        for second in (1, 2):
            one.speak(client, Micros(NOW + MINUTE), machine_s=second)
    assert len(Door.heard) == 500
