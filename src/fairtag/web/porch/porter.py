"""How does the house work with its porch? It starts it, answers what is plain, lets in all else.

The porch is a process of its own (`stand`). As long as none stands there the house opens its own
door, so that nobody waits for it; a porch that ends is begun again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final, Self

from fairtag.intake.together.plain import MOST_BYTES
from fairtag.terms.ids import DeviceId
from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.device_api.protocols import Answer
from fairtag.web.porch import stand
from fairtag.web.porch.letters import END, MOST_BODY, Letters, Plain, answer
from fairtag.web.porch.wire import Wire

_LOG = logging.getLogger(__name__)
_AGAIN_S: Final = 1.0  # between two porches
_LEAVE_S: Final = 5.0  # until those who wait are answered, when the house ends
_AT_ONCE: Final = 262_144  # bytes
_MOST_LINE: Final = 1 + 2 * MOST_BODY  # bytes that come with a line
# All that the porch is told of what the house knows by its environment.
_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START")


class Porter:
    """One porch at a time; of the event loop's thread."""

    def __init__(
        self,
        door: DeviceDoor,
        listening: socket.socket,
        *,
        wire: Callable[[], Wire],
        written: Callable[[Answer], bytes],
    ) -> None:
        """`wire` makes the protocol of a line that is let in, `written` an answer's bytes."""
        self._door, self._listening = door, listening
        self._wire, self._written = wire, written
        self._own: asyncio.Server | None = None
        self._porch: _Porch | None = None
        self._is_ending = False
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take lines from now on."""
        self._listening.listen(2_048)
        await self._open_own()
        self._task = asyncio.get_running_loop().create_task(self._keep())

    async def close(self) -> None:
        """Take nothing new; end when those who wait are answered, or after a while."""
        self._is_ending = True
        self._close_own()
        if self._porch is not None:
            self._porch.say_end()
        if self._task is not None:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._task, _LEAVE_S)

    async def _keep(self) -> None:
        while not self._is_ending:
            with suppress(OSError), _Porch(self._listening, self._asked, self._let_in) as porch:
                self._porch = porch
                await porch.is_there.wait()
                self._close_own()
                await porch.is_gone.wait()
            if not self._is_ending:
                _LOG.warning("no process stands on the porch; it is begun again")
                await self._open_own()
                await asyncio.sleep(_AGAIN_S)

    async def _open_own(self) -> None:
        if self._own is None:
            loop = asyncio.get_running_loop()
            self._own = await loop.create_server(self._wire, sock=self._listening.dup())

    def _close_own(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None

    def _asked(self, porch: _Porch, requests: list[Plain]) -> None:
        """Answer requests; a line whose request fails is let in, so that none waits for ever."""
        try:
            whose = self._door.devices_of([one.token_hash for one in requests])
        except Exception as error:  # noqa: BLE001 - the store, perhaps; each line is answered as ever
            _LOG.error("whose requests these are can't be told: %s", type(error).__name__)
            whose = [None] * len(requests)
        for device_id, one in zip(whose, requests, strict=True):
            try:
                self._offer(porch, device_id, one)
            except Exception as error:  # noqa: BLE001 - of one request; the others go on
                _LOG.error("a device's request failed: %s", type(error).__name__)
                porch.tell(one.number, None)

    def _offer(self, porch: _Porch, device_id: DeviceId | None, one: Plain) -> None:
        if device_id is None or len(one.body) > MOST_BYTES:
            porch.tell(one.number, None)
            return
        told = partial(self._answered, porch, one.number)
        self._door.offer(device_id, one.body, told, urgent=one.is_urgent)

    def _answered(self, porch: _Porch, number: int, told: Answer) -> None:
        porch.tell(number, self._written(told))

    def _let_in(self, line: socket.socket, said: bytes) -> None:
        def wire() -> Wire:
            made = self._wire()
            made.said = said
            return made

        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(wire, line))
        task.add_done_callback(lambda done: done.exception())  # whoever is gone is gone


class _Porch:
    """A process that stands there, and what is written to it."""

    def __init__(
        self,
        listening: socket.socket,
        asked: Callable[[_Porch, list[Plain]], None],
        let_in: Callable[[socket.socket, bytes], None],
    ) -> None:
        self._asked, self._let_in = asked, let_in
        self.is_there, self.is_gone = asyncio.Event(), asyncio.Event()
        self._letters = Letters()
        self._answers: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._line, line = socket.socketpair()
        self._hand, hand = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with line, hand:
            fds = [one.fileno() for one in (listening, line, hand)]
            known = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            command = [sys.executable, "-m", stand.__name__, *map(str, fds)]
            self._process = subprocess.Popen(command, pass_fds=fds, env=known)  # noqa: S603 - our own command
        for one, heard in ((self._line, self._read), (self._hand, self._take)):
            one.settimeout(0)
            self._loop.add_reader(one.fileno(), heard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_gone.set()
        for one in (self._line, self._hand):
            self._loop.remove_reader(one.fileno())
            self._loop.remove_writer(one.fileno())
            one.close()
        self._process.kill()
        self._process.wait()

    def tell(self, number: int, told: bytes | None) -> None:
        """Answer a request; None: its line is to be handed over."""
        if not self._answers:
            self._loop.call_soon(self._write)
        self._answers.append(answer(number, told))

    def say_end(self) -> None:
        """Let it take nothing new, and go when all are answered."""
        self.tell(END, b"")

    def _read(self) -> None:
        try:
            data = self._line.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        for requests in self._letters.read(data):
            self.is_there.set()
            self._asked(self, requests)

    def _take(self) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(self._hand, _MOST_LINE, 1)
        except BlockingIOError:
            return
        except OSError:
            data, fds = b"", []
        if not data:
            self._end()
        for fd in fds:
            self._let_in(socket.socket(fileno=fd), data[1:])

    def _write(self) -> None:
        if self.is_gone.is_set():
            return
        told, self._answers = b"".join(self._answers), []
        try:
            sent = self._line.send(told)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._end()
            return
        if sent < len(told):
            self._answers = [told[sent:]]
            self._loop.add_writer(self._line.fileno(), self._write_on)

    def _write_on(self) -> None:
        self._loop.remove_writer(self._line.fileno())
        self._write()

    def _end(self) -> None:
        for one in (self._line, self._hand):
            self._loop.remove_reader(one.fileno())
        self.is_there.set()
        self.is_gone.set()
