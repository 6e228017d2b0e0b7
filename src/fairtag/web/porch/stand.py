"""Who holds the lines of devices while the house works? A process that knows nothing but bytes.

It takes in lines, gathers whole plain requests and hands many at once to the house; their answers
it writes back. A line that says anything else is handed to the house for good, with what it said.
It opens no file, has no key, and knows credentials by their hash only.
Fails: it ends when the house does; the house opens its own door when this ends.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import resource
import select
import signal
import socket
import sys
import time
from typing import Final

from fairtag.web.device_api.urgent import is_urgent
from fairtag.web.porch.glance import BEARER, glance, is_part
from fairtag.web.porch.letters import END, MOST_BODY, Answers, Plain, letter

_AT_ONCE: Final = 65_536  # bytes
_TICK_S: Final = 1.0
_IDLE_S: Final = 5.0  # after an answer, as uvicorn has it
_SILENT_S: Final = 60.0  # before the first word
_PART_S: Final = 1.0  # a request that comes in pieces; who is slower is handed over
_ACCEPTED: Final = 64  # at most at once
_FULL: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class _Line:
    __slots__ = ("data", "fd", "is_asked", "is_paused", "known", "number", "since_s", "socket")

    def __init__(self, number: int, line: socket.socket, now_s: float) -> None:
        self.number, self.socket, self.fd = number, line, line.fileno()
        self.data = b""  # what it said and nobody answered
        self.known = (b"", b"")  # a credential as it came last, and its hash
        self.is_asked = False  # the house has its request
        self.is_paused = False  # nobody listens until it is answered
        self.since_s = now_s


class Stand:
    """Lines on one side, the house on the other; of one thread."""

    def __init__(self, listening: socket.socket, house: socket.socket, hand: socket.socket) -> None:
        """Take lines from `listening`, write to `house`, hand lines over through `hand`."""
        self._listening, self._house, self._hand = listening, house, hand
        self._epoll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._numbered: dict[int, _Line] = {}
        self._last = 0
        self._asked: list[Plain] = []
        self._answers = Answers()
        self._now_s = self._swept_s = time.monotonic()
        self._is_full = False  # nobody is taken in until the next round
        self._is_ending = False
        self._is_over = False

    def run(self) -> None:
        """Go on until the house ends, or says so and everybody is answered."""
        self._listening.settimeout(0)
        for one in (self._listening, self._house):
            self._epoll.register(one.fileno(), select.EPOLLIN)
        self._house.sendall(letter([]))  # ready
        while not self._is_over:
            self._go_on()
        for left in self._lines.values():
            left.socket.close()
        self._epoll.close()

    def _go_on(self) -> None:
        """Hear everybody who says something, then hand it all to the house at once."""
        lines = self._lines
        for fd, _ in self._epoll.poll(_TICK_S):
            line = lines.get(fd)
            if line is not None:
                self._hear(line)
            elif fd == self._house.fileno():
                self._told()
            elif fd == self._listening.fileno() and not self._is_ending:
                self._accept()
        if self._asked:
            asked, self._asked = self._asked, []
            self._house.sendall(letter(asked))
        self._now_s = time.monotonic()
        if self._now_s - self._swept_s > _TICK_S:
            self._sweep()

    def _accept(self) -> None:
        for _ in range(_ACCEPTED):
            try:
                line, _ = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _FULL:
                    self._make_room()
                return  # otherwise it is gone already
            line.settimeout(0)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._last = self._last % 0xFFFFFFFF + 1
            new = _Line(self._last, line, self._now_s)
            self._lines[new.fd] = self._numbered[new.number] = new
            self._epoll.register(new.fd, select.EPOLLIN)

    def _hear(self, line: _Line) -> None:
        if line.is_asked:  # what is piped behind a request waits for its answer
            self._epoll.unregister(line.fd)
            line.is_paused = True
            return
        try:
            data = line.socket.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(line)
            return
        if not line.data:
            line.since_s = self._now_s
        line.data += data
        found = glance(line.data, most=MOST_BODY)
        if found is not None:
            self._ask(line, *found)
        elif not is_part(line.data, most=MOST_BODY):
            self._hand_over(line)

    def _ask(self, line: _Line, credential: bytes, begin: int) -> None:
        if credential != line.known[0]:
            line.known = (credential, hashlib.sha256(credential[len(BEARER) :]).digest())
        line.is_asked = True
        body = line.data[begin:]
        self._asked.append(Plain(line.number, is_urgent(body), line.known[1], body))

    def _told(self) -> None:
        """Read what the house answers."""
        try:
            data = self._house.recv(4 * _AT_ONCE)
        except OSError:
            data = b""
        if not data:
            self._is_over = True
            return
        for number, answer in self._answers.read(data):
            line = self._numbered.get(number)
            if number == END:
                self._end()
            elif line is not None and answer is None:
                self._hand_over(line)
            elif line is not None and answer is not None:
                self._answer(line, answer)

    def _answer(self, line: _Line, answer: bytes) -> None:
        line.is_asked, line.data, line.since_s = False, b"", self._now_s
        try:
            is_whole = line.socket.send(answer) == len(answer)
        except OSError:
            is_whole = False
        if not is_whole or self._is_ending:  # who takes no answer asks again on a new line
            self._drop(line)
        elif line.is_paused:
            line.is_paused = False
            self._epoll.register(line.fd, select.EPOLLIN)

    def _hand_over(self, line: _Line) -> None:
        self._forget(line)
        with contextlib.suppress(OSError):  # the house ends
            socket.send_fds(self._hand, [b"+" + line.data], [line.fd])
        line.socket.close()

    def _drop(self, line: _Line) -> None:
        self._forget(line)
        line.socket.close()

    def _forget(self, line: _Line) -> None:
        if not line.is_paused:
            self._epoll.unregister(line.fd)
        del self._lines[line.fd], self._numbered[line.number]
        if self._is_ending and not self._lines:
            self._is_over = True

    def _end(self) -> None:
        """Take nothing new; go when everybody is answered."""
        self._is_ending = True
        if not self._is_full:
            self._epoll.unregister(self._listening.fileno())
        self._is_over = not self._lines
        for line in list(self._lines.values()):
            if not line.is_asked:
                self._drop(line)

    def _sweep(self) -> None:
        """Let go whoever says nothing, and hand over whoever says it slowly."""
        self._swept_s = self._now_s
        if self._is_full and not self._is_ending:
            self._is_full = False
            self._epoll.register(self._listening.fileno(), select.EPOLLIN)
        for line in list(self._lines.values()):
            idle_s = self._now_s - line.since_s
            if line.is_asked or idle_s < _PART_S:
                continue
            if line.data:
                self._hand_over(line)
            elif idle_s > (_IDLE_S if line.known[0] else _SILENT_S):
                self._drop(line)

    def _make_room(self) -> None:
        """Let go whoever has been idle for the longest; where nobody is, take in nobody for now."""
        idle = [one for one in self._lines.values() if not one.is_asked]
        for line in sorted(idle, key=lambda one: one.since_s)[:_ACCEPTED]:
            self._drop(line)
        if not idle:
            self._epoll.unregister(self._listening.fileno())
            self._is_full = True


def main() -> None:
    """Stand on the sockets whose numbers the house gave."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the house says when to go
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listening, house, hand = [socket.socket(fileno=int(one)) for one in sys.argv[1:4]]
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the house is gone
        Stand(listening, house, hand).run()


if __name__ == "__main__":
    main()
