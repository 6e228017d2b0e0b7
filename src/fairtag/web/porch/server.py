"""Which server answers at the house's address? uvicorn's, behind a porch where a core is free.

A porch is worth it where it runs beside the house: with one core only, the house takes its lines
itself.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import uvicorn

from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.porch.porter import Porter
from fairtag.web.porch.wire import Wire, wire_of, written

# The judge computes in a thread; a device's answer must not wait 5 ms for it at every step.
# Measured: on one core, where lines take many small steps, a fifth more positions a second than
# with 0.5 ms; behind a porch a tenth fewer than with 1 ms.
_SWITCH_ALONE_S: Final = 0.00002
_SWITCH_S: Final = 0.001


class PorchServer(uvicorn.Server):
    """Opens its porch when it starts, and closes it first when it ends."""

    def __init__(self, config: uvicorn.Config, door: DeviceDoor) -> None:
        super().__init__(config)
        self._door = door
        self._porter: Porter | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take lines from one socket."""
        await super().startup(sockets=[])
        (listening,) = sockets or []
        self._porter = Porter(
            self._door,
            listening,
            wire=self._wire,
            written=lambda told: written(told, self.server_state.default_headers),
        )
        await self._porter.open()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer who waits, then end as ever."""
        if self._porter is not None:
            await self._porter.close()
        await super().shutdown(sockets=sockets)

    def _wire(self) -> Wire:
        made: Wire = self.config.http_protocol_class(  # type: ignore[call-arg, assignment]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


def run(site: Callable[..., Any], door: DeviceDoor, *, host: str, port: int) -> None:
    """Serve until the process is told to stop."""
    config = uvicorn.Config(
        site,
        http=wire_of(door),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,  # addresses hold credentials and references
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    with _ended_once():
        if len(os.sched_getaffinity(0)) == 1:
            sys.setswitchinterval(_SWITCH_ALONE_S)
            uvicorn.Server(config).run()
        else:
            sys.setswitchinterval(_SWITCH_S)
            PorchServer(config, door).run(sockets=[config.bind_socket()])


class _Ended(SystemExit):
    """The process was told to end."""


def _end(*_: object) -> None:
    raise _Ended


@contextmanager
def _ended_once() -> Iterator[None]:
    """Let the signal that ends the block end nothing else.

    uvicorn raises it again, which would end the process before the house wrote what it knows.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        with suppress(_Ended):  # and no other exit: an address that is taken is a failure
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
