"""What is read at a glance is what the parser would have read, and nothing odd is."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.server import ServerState

from fairtag.app.add_device import hash_of
from fairtag.terms.ids import DeviceId
from fairtag.web.porch import glance
from fairtag.web.porch.wire import Wire, wire_of

_KNOWN = hash_of("a-token")
_BODY = b'{"type":"position"}'


class _Line(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"sockname": ("h", 1), "peername": ("h", 2)}.get(name, default)

    def close(self) -> None:
        """Nobody is there."""

    pause_reading = resume_reading = close


class _Door:
    def __init__(self) -> None:
        self.offered: list[tuple[DeviceId, bytes]] = []

    def device_of(self, token_hash: bytes) -> DeviceId | None:
        return DeviceId("D-1") if token_hash == _KNOWN else None

    def offer(self, device_id: DeviceId, body: bytes, _: object) -> None:
        self.offered.append((device_id, body))


async def _nobody(_scope: object, _receive: object, _send: object) -> None:
    """Answer nothing: what is served as ever is not looked at."""


def read(raw: bytes, *, at_a_glance: bool) -> tuple[list[tuple[DeviceId, bytes]], bool]:
    """Give what the door is offered, and whether the line is kept after it."""

    async def go() -> tuple[list[tuple[DeviceId, bytes]], bool]:
        door, line = _Door(), _Line()
        kind = wire_of(door)  # type: ignore[arg-type]
        if not at_a_glance:
            kind._at_a_glance = lambda *_: None  # type: ignore[method-assign]
        config = uvicorn.Config(_nobody, http=kind, log_level="critical", lifespan="off")
        config.load()
        one: Any = kind(config, ServerState(), {})
        one.connection_made(line)
        one.data_received(raw)
        told = door.offered, getattr(one.cycle, "keep_alive", True)
        await asyncio.sleep(0)  # what is served as ever begins, and ends
        return told

    return asyncio.run(go())


def written(*headers: bytes, body: bytes = _BODY, first: bytes = b"") -> bytes:
    return b"\r\n".join([first or b"POST /d/v1/messages HTTP/1.1", *headers, b"", body])


_HOST, _MINE = b"Host: h", b"Authorization: Bearer a-token"
_LENGTH = b"Content-Length: %d" % len(_BODY)
_ODD: dict[str, bytes] = {
    "two lengths": written(_HOST, _MINE, _LENGTH, b"content-length: 3"),
    "two credentials": written(_HOST, _MINE, _LENGTH, _MINE),
    "no length": written(_HOST, _MINE),
    "too short": written(_HOST, _MINE, _LENGTH, body=_BODY[:-1]),
    "two requests": 2 * written(_HOST, _MINE, _LENGTH),
    "chunks": written(_HOST, _MINE, _LENGTH, b"Transfer-Encoding: chunked"),
    "packed": written(_HOST, _MINE, _LENGTH, b"Content-Encoding: gzip"),
    "a folded line": written(_HOST, _MINE, _LENGTH, b" more"),
    "a space before the colon": written(_HOST, b"Authorization : Bearer a-token", _LENGTH),
    "a bare newline": written(_HOST, _MINE, _LENGTH).replace(b"\r\n", b"\n"),
    "a zero byte": written(b"Host: h\x00", _MINE, _LENGTH),
    "the end of the line": written(_HOST, _MINE, _LENGTH, b"Connection: close"),
    "an upgrade": written(_HOST, _MINE, _LENGTH, b"Upgrade: h2c"),
    "small letters": written(_HOST, _MINE, _LENGTH, first=b"post /d/v1/messages HTTP/1.1"),
    "an older language": written(_HOST, _MINE, _LENGTH, first=b"POST /d/v1/messages HTTP/1.0"),
    "another address": written(_HOST, _MINE, _LENGTH, first=b"POST /d/v1/messages/x HTTP/1.1"),
    "another scheme": written(_HOST, b"Authorization: bearer a-token", _LENGTH),
    "somebody else": written(_HOST, b"Authorization: Bearer b-token", _LENGTH),
    "nothing said": written(_HOST, _MINE, b"Content-Length: 0", body=b""),
}


def glanced(raw: bytes) -> object:
    async def go() -> object:
        kind = wire_of(_Door())  # type: ignore[arg-type]
        config = uvicorn.Config(_nobody, http=kind, log_level="critical", lifespan="off")
        config.load()
        return Wire._at_a_glance(kind(config, ServerState(), {}), raw)

    return asyncio.run(go())


@pytest.mark.parametrize("raw", _ODD.values(), ids=_ODD)
def test_what_is_odd_is_left_to_the_parser(raw: bytes) -> None:
    assert glanced(raw) is None


def test_a_plain_request_is_read_at_a_glance() -> None:
    assert glanced(written(_HOST, _MINE, _LENGTH)) is not None


_NAMES = [
    *(b"Host", b"host", b"Authorization", b"AUTHORIZATION", b"Content-Length", b"content-length"),
    *(b"Content-Type", b"Connection", b"Transfer-Encoding", b"Accept", b"Expect", b"X-Y"),
]
_VALUES = [
    *(b"h", b"Bearer a-token", b"Bearer  a-token", b"bearer a-token", b"Bearer b", b"19", b"019"),
    *(b"18", b"+19", b"keep-alive", b"close", b"Keep-Alive", b"chunked", b"", b"\ta", b"19, 19"),
]
_SIGNS = [b": ", b":", b":  ", b" : "]
_some = st.builds(
    lambda name, sign, value: name + sign + value,
    *(st.sampled_from(_NAMES), st.sampled_from(_SIGNS), st.sampled_from(_VALUES)),
)
_lines = st.tuples(
    st.lists(_some, max_size=3), st.permutations([_HOST, _MINE, _LENGTH]), st.booleans()
).map(lambda told: [*told[1], *told[0]] if told[2] else [*told[0], *told[1]])


@given(_lines)
def test_both_ways_read_the_same(lines: list[bytes]) -> None:
    raw = written(*lines)
    assert read(raw, at_a_glance=True) == read(raw, at_a_glance=False)


def test_negative_control_a_glance_that_takes_the_last_of_two_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loose = glance._HEAD.pattern.replace(rb"(?!([A-Za-z-]+):.*\r\n(?i:\1):)", b"()")
    monkeypatch.setattr(glance, "_HEAD", re.compile(loose, re.DOTALL))
    raw = written(_HOST, _MINE, b"Content-Length: 3", _LENGTH)
    assert read(raw, at_a_glance=True) != read(raw, at_a_glance=False)
