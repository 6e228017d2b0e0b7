"""What the porch takes in is answered as without it; what it doesn't know is let in whole."""

from __future__ import annotations

import asyncio
import errno
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from fairtag.app.add_device import hash_of
from fairtag.intake.together.plain import MOST_BYTES
from fairtag.terms.ids import DeviceId
from fairtag.web.device_api.protocols import Answer
from fairtag.web.porch import porter, server, stand
from fairtag.web.porch.letters import END, MOST_BODY, Letters, Plain, answer
from fairtag.web.porch.server import PorchServer
from fairtag.web.porch.wire import wire_of

_BODY = b'{"type":"position"}'
_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def request(body: bytes = _BODY, *, token: str = "a-token", more: bytes = b"") -> bytes:  # noqa: S107
    return (
        b"POST /d/v1/messages HTTP/1.1\r\nhost: h\r\nauthorization: Bearer %b\r\n%b"
        b"content-length: %d\r\n\r\n%b" % (token.encode(), more, len(body), body)
    )


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, half a minute at most."""
    for _ in range(3_000):
        if is_so():
            return
        time.sleep(0.01)
    pytest.fail("it never came so")


def heard(line: socket.socket) -> bytes:
    """Read one answer; nothing when the line ends."""
    told = b""
    while b"\r\n\r\n" not in told:
        more = line.recv(65_536)
        if not more:
            return told
        told += more
    head, _, body = told.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


# ---- the process that stands there, with the test as its house ----


@dataclass
class _House:
    """What a house has of its porch."""

    line: socket.socket
    hand: socket.socket
    port: int
    thread: threading.Thread
    letters: Letters = field(default_factory=Letters)

    def asked(self) -> list[Plain]:
        """Wait for a letter that holds something."""
        while True:
            for found in self.letters.read(self.line.recv(1 << 20)):
                if found:
                    return found

    def tell(self, number: int, told: bytes | None) -> None:
        self.line.sendall(answer(number, told))

    def handed(self) -> tuple[bytes, socket.socket]:
        """Wait for a line that is handed over: what it said, and itself."""
        data, fds, _, _ = socket.recv_fds(self.hand, 4 * MOST_BODY, 1)
        return data[1:], socket.socket(fileno=fds[0])

    def come(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.settimeout(20)
        return line


@pytest.fixture
def house() -> Iterator[_House]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line, theirs = socket.socketpair()
        hand, other = socket.socketpair(type=socket.SOCK_SEQPACKET)
        for one in (line, hand):
            one.settimeout(20)
        standing = stand.Stand(listening, theirs, other)
        thread = threading.Thread(target=standing.run, daemon=True)
        thread.start()
        with line, hand, theirs, other:
            yield _House(line, hand, listening.getsockname()[1], thread)
            line.shutdown(socket.SHUT_RDWR)
            thread.join(20)
            assert not thread.is_alive()


def test_requests_reach_the_house_with_the_hash_of_their_credential(house: _House) -> None:
    with house.come() as line:
        line.sendall(request())
        (plain,) = house.asked()
        house.tell(plain.number, _OK)

        assert (plain.token_hash, plain.body) == (hash_of("a-token"), _BODY)
        assert heard(line) == _OK


def test_a_request_that_comes_in_pieces_is_one(house: _House) -> None:
    whole = request()
    with house.come() as line:
        for at in range(0, len(whole), 7):
            line.sendall(whole[at : at + 7])
            time.sleep(0.001)
        (plain,) = house.asked()

        assert plain.body == _BODY


def test_who_speaks_slowly_is_handed_over(house: _House) -> None:
    with house.come() as line:
        line.sendall(request()[:50])
        said, handed = house.handed()
        with handed:
            assert said == request()[:50]


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nhost: h\r\n\r\n",
        b"\x16\x03\x01",
        2 * request(),
        request(more=b"transfer-encoding: chunked\r\n"),
        request(b"x" * (MOST_BODY + 1))[: MOST_BODY - 99],
        b"POST /d/v1/messages HTTP/1.1\r\n" + b"x: y\r\n" * 2_000,
    ],
    ids=["page", "tls", "two at once", "chunks", "large", "many headers"],
)
def test_what_is_not_one_plain_request_is_handed_over_as_it_came(
    house: _House, said: bytes
) -> None:
    with house.come() as line:
        line.sendall(said)
        told, handed = house.handed()
        with handed:
            handed.settimeout(20)
            while len(told) < len(said):  # the rest is still in the line
                told += handed.recv(65_536)
            handed.sendall(b"hello")

            assert (told, line.recv(99)) == (said, b"hello")


def test_what_is_piped_waits_for_the_answer_before_it(house: _House) -> None:
    with house.come() as line:
        line.sendall(request(b"one"))
        (first,) = house.asked()
        line.sendall(request(b"two"))
        time.sleep(0.05)
        house.tell(first.number, _OK)
        assert heard(line) == _OK
        (second,) = house.asked()
        house.tell(second.number, _OK)

        assert (first.body, second.body) == (b"one", b"two")
        assert heard(line) == _OK


def test_the_house_can_take_a_line_with_what_it_said(house: _House) -> None:
    with house.come() as line:
        line.sendall(request())
        (plain,) = house.asked()
        house.tell(plain.number, None)
        said, handed = house.handed()
        with handed:
            assert said == request()


def test_who_went_away_gets_no_answer_of_another(house: _House) -> None:
    with house.come() as gone:
        gone.sendall(request(b"gone"))
        (plain,) = house.asked()
    with house.come() as line:
        line.sendall(request(b"here"))
        (other,) = house.asked()
        house.tell(plain.number, b"not for you")
        house.tell(other.number, _OK)

        assert heard(line) == _OK


def test_who_says_nothing_after_an_answer_is_let_go(
    house: _House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "_IDLE_S", 1.0)
    with house.come() as line, house.come() as silent:
        line.sendall(request())
        (plain,) = house.asked()
        house.tell(plain.number, _OK)

        assert heard(line) == _OK
        assert line.recv(1) == b""
        silent.sendall(request())  # who never spoke has more time
        assert house.asked()


@pytest.mark.parametrize("is_patient", [True, False])
def test_a_porch_that_is_full_takes_in_nobody_for_a_while(
    house: _House, monkeypatch: pytest.MonkeyPatch, *, is_patient: bool
) -> None:
    """The impatient one, which asks again and again, is the negative control."""
    tried: list[int] = []

    def full(_: socket.socket) -> None:
        tried.append(1)
        raise OSError(errno.EMFILE, "too many open files")

    if not is_patient:
        monkeypatch.setattr(stand.Stand, "_make_room", lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "accept", full)
        line = house.come()
        until(lambda: bool(tried))
        time.sleep(0.3)
        assert (len(tried) <= 2) == is_patient  # one round may end within this time
    with line:
        line.sendall(request())
        house.tell(house.asked()[0].number, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        assert heard(line).startswith(b"HTTP/1.1 200")


def test_nobody_is_taken_in_after_the_end_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come in one round: the house's last word, and a line for which there is no room."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line, theirs = socket.socketpair()
        hand, other = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with line, theirs, hand, other, socket.create_connection(listening.getsockname()):
            standing = stand.Stand(listening, theirs, other)
            line.sendall(answer(END, b""))
            for one in (theirs, listening):  # in this order they are told
                standing._epoll.register(one.fileno(), select.EPOLLIN)
            tried: list[int] = []
            monkeypatch.setattr(stand.Stand, "_accept", lambda _: tried.append(1))
            assert [fd for fd, _ in standing._epoll.poll(1)] == [
                theirs.fileno(),
                listening.fileno(),
            ]
            standing._go_on()
            assert (standing._is_over, tried) == (True, [])


def test_the_end_waits_for_those_who_asked(house: _House) -> None:
    with house.come() as line, house.come() as idle:
        line.sendall(request())
        (plain,) = house.asked()
        house.tell(0, b"")
        assert idle.recv(1) == b""
        house.tell(plain.number, _OK)

        assert heard(line) == _OK
        assert line.recv(1) == b""
        house.thread.join(20)
        assert not house.thread.is_alive()


# ---- a server behind its porch ----


class _Door:
    """Answers what a device sends by its size, or not before it may."""

    def __init__(self) -> None:
        self.offered: list[bytes] = []
        self.is_down = False
        self.may = threading.Event()
        self.may.set()

    def device_of(self, token_hash: bytes) -> DeviceId | None:
        return DeviceId("D-1") if token_hash == hash_of("a-token") else None

    def devices_of(self, token_hashes: Sequence[bytes]) -> list[DeviceId | None]:
        if self.is_down:
            raise RuntimeError
        return list(map(self.device_of, token_hashes))

    def offer(
        self, _: DeviceId, body: bytes, done: Callable[[Answer], None], *, urgent: bool = False
    ) -> None:
        if body == b"bad":
            raise RuntimeError(body)
        self.offered.append(b"urgent" if urgent else body)
        loop = asyncio.get_running_loop()

        def told() -> None:
            if self.may.is_set():
                done(Answer(status=200, body=b"%d" % len(body)))
            else:
                loop.call_later(0.01, told)

        told()


async def _page(scope: Any, receive: Any, send: Any) -> None:
    """Answer what is no plain request with its length and whose credential it has."""
    size, is_more = 0, True
    while is_more:
        told = await receive()
        size, is_more = size + len(told.get("body", b"")), told.get("more_body", False)
    found = b"page %b %d" % (scope["path"].encode(), size)
    length = [(b"content-length", b"%d" % len(found))]
    await send({"type": "http.response.start", "status": 203, "headers": length})
    await send({"type": "http.response.body", "body": found})


@dataclass
class _Served:
    port: int
    door: _Door
    server: PorchServer

    @property
    def porch(self) -> Any:
        return self.server._porter._porch  # type: ignore[union-attr]

    def is_porch_there(self) -> bool:
        one = self.porch
        return one is not None and one.is_there.is_set() and not one.is_gone.is_set()

    def ask(self, said: bytes) -> bytes:
        with self.come() as line:
            line.sendall(said)
            return heard(line)

    def come(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.settimeout(20)
        return line


@contextmanager
def running() -> Iterator[_Served]:
    door = _Door()
    config = uvicorn.Config(
        _page,
        http=wire_of(door),  # type: ignore[arg-type]
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    listening = socket.create_server(("127.0.0.1", 0))
    made = PorchServer(config, door)  # type: ignore[arg-type]
    told = {"sockets": [listening]}
    thread = threading.Thread(target=made.run, kwargs=told, daemon=True)
    thread.start()
    served = _Served(listening.getsockname()[1], door, made)
    try:
        until(lambda: made.started and made._porter is not None and served.is_porch_there())
        yield served
    finally:
        door.may.set()
        made.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def served() -> Iterator[_Served]:
    with running() as one:
        yield one


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (request(), b"200 OK", b"19"),
        (request(b"x" * MOST_BYTES), b"200 OK", b"%d" % MOST_BYTES),
        (request(b"x" * (MOST_BYTES + 1)), b"203", b"page /d/v1/messages %d" % (MOST_BYTES + 1)),
        (request(b"x" * 200_000), b"203", b"page /d/v1/messages 200000"),
        (request(token="b-token"), b"203", b"page /d/v1/messages 19"),
        (request(more=b"x-y: z\r\n"), b"200 OK", b"19"),
        (b"GET /p HTTP/1.1\r\nhost: h\r\n\r\n", b"203", b"page /p 0"),
    ],
    ids=["plain", "most", "more", "large", "unknown", "a header of its own", "page"],
)
def test_everybody_is_answered(served: _Served, said: bytes, status: bytes, body: bytes) -> None:
    told = served.ask(said)

    assert told.startswith(b"HTTP/1.1 " + status)
    assert told.endswith(b"\r\n\r\n" + body)


def test_what_is_urgent_is_said_to_be(served: _Served) -> None:
    served.door.offered.clear()
    for code in (b'"strap_open"', b'"battery_low"', b'"sos"'):
        served.ask(request(b'{"code":%b}' % code))

    assert served.door.offered == [b"urgent", b'{"code":"battery_low"}', b"urgent"]


def test_a_line_goes_on_after_it_was_let_in(served: _Served) -> None:
    with served.come() as line:
        for said, end in (
            (request(), b"19"),
            (b"GET /p HTTP/1.1\r\nhost: h\r\n\r\n", b"page /p 0"),
        ):
            for _ in range(2):
                line.sendall(said)
                assert heard(line).endswith(end)
        line.sendall(request(b"again"))
        assert heard(line).endswith(b"\r\n\r\n5")


def test_many_lines_at_once_get_each_its_own(served: _Served) -> None:
    lines = [served.come() for _ in range(200)]
    for n, line in enumerate(lines, 1):
        line.sendall(request(b"x" * n))
    for n, line in enumerate(lines, 1):
        assert heard(line).endswith(b"\r\n\r\n%d" % n)
        line.close()


def test_a_request_that_fails_takes_no_other_with_it(served: _Served) -> None:
    bodies = [b"x" * n if n % 3 else b"bad" for n in range(1, 60)]
    lines = [served.come() for _ in bodies]
    for line, body in zip(lines, bodies, strict=True):
        line.sendall(request(body))
    told = [heard(line) for line in lines]
    for line in lines:
        line.close()

    assert [one.rpartition(b"\r\n\r\n")[2] for one in told] == [
        b"" if body == b"bad" else b"%d" % len(body) for body in bodies
    ]
    assert served.ask(request()).endswith(b"\r\n\r\n19")


def test_a_door_that_knows_nobody_for_a_while_lets_lines_in(served: _Served) -> None:
    served.door.is_down = True
    try:
        assert served.ask(request()).endswith(b"\r\n\r\n19")  # as ever, one by one
    finally:
        served.door.is_down = False
    assert served.ask(request()).endswith(b"\r\n\r\n19")


def test_a_porch_that_dies_is_replaced_and_nobody_waits_for_it() -> None:
    with running() as served:
        before = served.porch
        os.kill(before._process.pid, signal.SIGKILL)
        until(before.is_gone.is_set)

        assert served.ask(request()).endswith(b"\r\n\r\n19")
        until(lambda: served.porch is not before and served.is_porch_there())
        assert served.ask(request()).endswith(b"\r\n\r\n19")


def test_a_porch_that_never_stands_leaves_the_door_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as served:
        monkeypatch.setattr(porter.stand, "__name__", "fairtag.web.porch.nobody")
        before = served.porch
        os.kill(before._process.pid, signal.SIGKILL)
        until(lambda: served.porch is not before)

        for _ in range(3):
            assert served.ask(request()).endswith(b"\r\n\r\n19")
            time.sleep(0.3)


def test_who_asked_before_the_end_is_answered_and_the_porch_goes() -> None:
    with running() as served:
        porch = served.porch
        served.door.may.clear()
        with served.come() as line:
            line.sendall(request())
            until(lambda: bool(served.door.offered))
            served.server.should_exit = True
            time.sleep(0.3)
            served.door.may.set()

            assert heard(line).endswith(b"\r\n\r\n19")
        until(lambda: porch._process.returncode is not None)
    with pytest.raises(ConnectionRefusedError):
        served.come()


def test_one_core_needs_no_porch(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(server.os, "sched_getaffinity", lambda _: {0})
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **told: made.append(repr(told)))
    server.run(_page, _Door(), host="127.0.0.1", port=0)  # type: ignore[arg-type]

    assert made == ["{}"]
