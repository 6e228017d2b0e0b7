"""How is an upload with pictures read? Parts in memory, each of a name that we expect, or none.

Units: bytes. Source: contract §6 (a check-in has at most 8 MiB), design.md §2 (a picture 2 MB).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from fairtag.app.checkins.sent import MOST_FRAMES, Manifest, OnDevice, Sent
from fairtag.terms.instants import parse
from fairtag.web.device_api.own import Asked

MOST_BYTES = 8 * 1024 * 1024
_MOST_TOLD = 16 * 1024
_MOST_PICTURE = 2_000_000
_FRAMES = tuple(f"frame{number}" for number in range(1, MOST_FRAMES + 1))


def read_upload(asked: Asked) -> Sent | None:
    """Read a manifest and its frames, or the JSON of a result; None when it is neither."""
    kind, options = parse_options_header(asked.content_type)
    if kind == b"application/json":
        return _read(asked, OnDevice, asked.body, ())
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        return None
    parts = _parts(asked.body, boundary)
    if parts is None or "manifest" not in parts or not set(parts) <= {"manifest", *_FRAMES}:
        return None
    frames = tuple(parts[name] for name in _FRAMES if name in parts)
    if not frames or any(len(one) > _MOST_PICTURE for one in frames):
        return None
    return _read(asked, Manifest, parts["manifest"], frames)


def _read(
    asked: Asked, kind: type[Manifest | OnDevice], told: bytes, frames: tuple[bytes, ...]
) -> Sent | None:
    if len(told) > _MOST_TOLD:
        return None
    try:
        read = msgspec.json.decode(told, type=kind)
        parse(read.captured_at)
    except (msgspec.MsgspecError, ValueError):
        return None
    return Sent(
        about=asked.parts[0],
        device_id=asked.device_id,
        token_hash=asked.token_hash,
        received_at=asked.received_at,
        told=read,
        frames=frames,
    )


@dataclass(slots=True)
class _Reading:
    """What was read of a body so far; a name twice makes it no upload."""

    parts: dict[str, bytes] = field(default_factory=dict)
    is_over: bool = False
    is_odd: bool = False
    _header: bytes = b""
    _value: bytes = b""
    _name: str = ""
    _data: list[bytes] = field(default_factory=list)

    def begin(self) -> None:
        self._name, self._data = "", []

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, told = parse_options_header(self._value)
            self._name = told.get(b"name", b"").decode("latin-1")
        self._header = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def part_end(self) -> None:
        self.is_odd = self.is_odd or self._name in self.parts
        self.parts[self._name] = b"".join(self._data)

    def end(self) -> None:
        self.is_over = True


def _parts(body: bytes, boundary: bytes) -> dict[str, bytes] | None:
    reading = _Reading()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reading.begin,
                "on_part_data": reading.data,
                "on_part_end": reading.part_end,
                "on_header_field": reading.header_field,
                "on_header_value": reading.header_value,
                "on_header_end": reading.header_end,
                "on_end": reading.end,
            },
        )
        parser.write(body)
        parser.finalize()
    except MultipartParseError:
        return None
    return reading.parts if reading.is_over and not reading.is_odd else None
