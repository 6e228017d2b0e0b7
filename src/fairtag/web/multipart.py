"""How are the parts of a form with pictures read? In memory: no clear picture touches a disk.

Frameworks put large parts into temporary files, where nothing seals them.
Units: bytes.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: its name and what is in it."""

    name: str
    content: bytes
    headers: tuple[str, ...] = ()


def parts_of(content_type: str, body: bytes) -> list[Part] | None:
    """Read a `multipart/form-data` body; None when it is none, or is cut."""
    reading = _read(content_type, body)
    return reading.parts if reading.is_over else None


def begun_of(content_type: str, body: bytes) -> list[Part]:
    """Give the parts of a body as far as it can be read: of one that is cut, the last one too."""
    reading = _read(content_type, body)
    return reading.parts if reading.is_over else [*reading.parts, *reading.begun()]


def _read(content_type: str, body: bytes) -> _Reading:
    reading = _Reading()
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        return reading
    with suppress(MultipartParseError):
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
    return reading


@dataclass(slots=True)
class _Reading:
    """What was read of a body so far."""

    parts: list[Part] = field(default_factory=list)
    is_over: bool = False
    _header: bytes = b""
    _value: bytes = b""
    _name: str = ""
    _headers: list[str] = field(default_factory=list)
    _data: list[bytes] = field(default_factory=list)
    _is_open: bool = False

    def begin(self) -> None:
        self._name, self._headers, self._data, self._is_open = "", [], [], True

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, told = parse_options_header(self._value)
            self._name = told.get(b"name", b"").decode("latin-1")
        self._headers.append((self._header + b": " + self._value).decode("latin-1"))
        self._header = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def part_end(self) -> None:
        self.parts.append(self._part())
        self._is_open = False

    def begun(self) -> list[Part]:
        """Give the part whose end was not read, if there is one."""
        return [self._part()] if self._is_open else []

    def _part(self) -> Part:
        return Part(self._name, b"".join(self._data), tuple(self._headers))

    def end(self) -> None:
        self.is_over = True
