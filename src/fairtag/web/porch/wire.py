"""How does a device's plain request skip what a page needs? From the line straight into the lane.

A protocol of uvicorn's own kind: whatever is not a plain POST of a known device to
`/d/v1/messages` is served as ever, by the ASGI application. A request that came whole and by
itself, with headers of which every parser thinks the same, is not even parsed: see `glance`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from fairtag.app.add_device import hash_of
from fairtag.intake.together.plain import MOST_BYTES
from fairtag.terms.ids import DeviceId
from fairtag.web.device_api.app import DeviceDoor
from fairtag.web.device_api.protocols import Answer
from fairtag.web.porch.glance import BEARER, glance

_LOG = logging.getLogger(__name__)
_PATH: Final = b"/d/v1/messages"
# Whoever asks for one of these is served as ever.
_ODD: Final = frozenset({b"content-encoding", b"transfer-encoding", b"expect", b"upgrade"})


class _Nobody:
    """Stands where uvicorn wakes whoever reads a body piece by piece."""

    def set(self) -> None:
        """Wake nobody: the body is whole or nothing."""


class _Request:
    """Stands where uvicorn keeps what it is answering, so that what is piped waits its turn."""

    __slots__ = ("body", "device_id", "disconnected", "is_whole", "keep_alive")
    message_event = _Nobody()
    response_complete = False  # an answer is owed as long as this stands there

    def __init__(self, device_id: DeviceId, body: bytes = b"", *, keep_alive: bool) -> None:
        self.device_id = device_id
        self.keep_alive = keep_alive
        self.body: bytes | bytearray = body or bytearray()
        self.disconnected = False
        self.is_whole = False


class Wire(HttpToolsProtocol):
    """Hands a device's requests to a door."""

    door: DeviceDoor
    _known: tuple[bytes, bytes] = (b"", b"")  # a credential as it came last, and its hash
    _is_between = True  # the parser has seen whole requests only
    said = b""  # what this line said before it came here

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, with what was said already."""
        super().connection_made(transport)
        if self.said:
            try:
                self.data_received(self.said)
            except Exception as error:  # noqa: BLE001 - as when it fails on a line of its own
                _LOG.error("a line's first words failed: %s", type(error).__name__)
                transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came: at a glance, if it is one whole plain request and none is unanswered."""
        if self._is_between and self._is_next():
            request = self._at_a_glance(data)
            if request is not None:
                self._unset_keepalive_if_required()
                self.cycle = request  # type: ignore[assignment]
                self._offer(request)
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin a request; what only a page needs is made when it is one."""
        self._is_between = False
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Decide which way a request goes."""
        request = self._plain() if self.url == _PATH else None
        if request is None:
            self._begin_as_ever()
            super().on_headers_complete()
        else:
            self.cycle = request  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """Keep a piece of a body."""
        request: object = self.cycle
        if isinstance(request, _Request) and not request.is_whole:
            request.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Hand on what came whole."""
        self._is_between = not self.parser.should_upgrade()
        request: object = self.cycle
        if not isinstance(request, _Request) or request.is_whole:
            super().on_message_complete()
            return
        self._offer(request)

    def _offer(self, request: _Request) -> None:
        request.is_whole = True
        body = bytes(request.body)
        self.door.offer(request.device_id, body, lambda told: self._answer(request, told))

    def _is_next(self) -> bool:
        """Tell whether nothing is unanswered: what is piped behind a request waits for it."""
        before: object = self.cycle
        return before is None or bool(getattr(before, "response_complete", False))

    def _at_a_glance(self, data: bytes) -> _Request | None:
        """Read one whole plain request; None when it is anything else."""
        found = glance(data, most=MOST_BYTES)
        if found is None:
            return None
        credential, begin = found
        device_id = self._device(credential)
        return None if device_id is None else _Request(device_id, data[begin:], keep_alive=True)

    def _begin_as_ever(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers  # the list that the scope holds

    def _plain(self) -> _Request | None:
        """Find whose request it is; None when it is not one for the lane."""
        told: dict[bytes, bytes] = dict(self.headers)
        length = told.get(b"content-length", b"")
        credential = told.get(b"authorization", b"")
        is_usual = (
            length.isdigit()
            and 0 < int(length) <= MOST_BYTES
            and len(told) == len(self.headers)
            and _ODD.isdisjoint(told)
            and self.parser.get_method() == b"POST"
            and self.parser.get_http_version() == "1.1"
        )
        if not (is_usual and self._is_next() and credential.startswith(BEARER)):
            return None
        device_id = self._device(credential)
        if device_id is None:
            return None
        return _Request(device_id, keep_alive=bool(self.parser.should_keep_alive()))

    def _device(self, credential: bytes) -> DeviceId | None:
        """Find whose credential this is; None: it is nobody's, or no device's."""
        if credential != self._known[0]:
            token = credential[len(BEARER) :].decode("latin-1").strip()
            self._known = (credential, hash_of(token))
        # The hash is kept, not whose it is: a credential that is revoked ends at once.
        return self.door.device_of(self._known[1])

    def _answer(self, request: _Request, told: Answer) -> None:
        standing: object = self.cycle
        if standing is request:
            self.cycle = None  # type: ignore[assignment]
        if request.disconnected or self.transport.is_closing():
            return
        self.transport.write(
            written(told, self.server_state.default_headers, keep_alive=request.keep_alive)
        )
        if not request.keep_alive:
            self.transport.close()
        self.on_response_complete()


def wire_of(door: DeviceDoor) -> type[Wire]:
    """Give the protocol that hands a device's requests to this door."""
    return type("WireOfDoor", (Wire,), {"door": door})


def written(told: Answer, given: list[tuple[bytes, bytes]], *, keep_alive: bool = True) -> bytes:
    """Write an answer to a device; `given` are headers of all answers."""
    head = _Given.head
    if head[0] is not given:
        head = _Given.head = (given, b"".join([b"%b: %b\r\n" % one for one in given]))
    more = b"".join([b"%b: %b\r\n" % one for one in told.headers]) if told.headers else b""
    if not keep_alive:
        more += b"connection: close\r\n"
    return b"%b%b%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        *(STATUS_LINE[told.status], head[1], more, len(told.body), told.body),
    )


class _Given:
    """Headers of all answers, which are new each second, as written."""

    head: ClassVar[tuple[object, bytes]] = (None, b"")
