"""What do porch and house write to each other? Many requests a letter, many answers a write.

To the house a letter: its size and how many requests; for each the number of its line, the size of
its body, whether it is urgent, the hash of its credential; then the bodies. From the house, for
each answer: the number of its line, its size, itself. Little endian.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

TAKE: Final = -1  # instead of an answer's size: hand the line over, with what it said
END: Final = 0  # instead of a line's number: take nothing new, go when all are answered
MOST_BODY: Final = 65_536  # bytes; a larger request is handed over with its line

_LETTER: Final = struct.Struct("<II")
_REQUEST: Final = struct.Struct("<II?32s")
_ANSWER: Final = struct.Struct("<Ii")


class Plain(NamedTuple):
    """A request on its way to the house."""

    number: int  # of its line, from 1
    is_urgent: bool
    token_hash: bytes  # SHA-256, 32 bytes
    body: bytes


class Told(NamedTuple):
    """An answer on its way to the porch."""

    number: int
    answer: bytes | None  # None: hand the line over


def letter(requests: list[Plain]) -> bytes:
    """Write requests."""
    pack = _REQUEST.pack
    heads = b"".join([pack(number, len(body), urgent, of) for number, urgent, of, body in requests])
    bodies = b"".join([one.body for one in requests])
    return b"%b%b%b" % (_LETTER.pack(len(heads) + len(bodies), len(requests)), heads, bodies)


def answer(number: int, told: bytes | None) -> bytes:
    """Write an answer; None: the line is to be handed over."""
    if told is None:
        return _ANSWER.pack(number, TAKE)
    return _ANSWER.pack(number, len(told)) + told


class Letters:
    """Reads letters that come in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def read(self, data: bytes) -> list[list[Plain]]:
        """Give the letters that are whole now."""
        data = self._rest + data if self._rest else data
        found, at, head = [], 0, _LETTER.size
        while len(data) - at >= head:
            size, count = _LETTER.unpack_from(data, at)
            if len(data) - at - head < size:
                break
            found.append(_requests(data, at + head, count))
            at += head + size
        self._rest = data[at:]
        return found


class Answers:
    """Reads answers that come in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def read(self, data: bytes) -> list[Told]:
        """Give the answers that are whole now."""
        data = self._rest + data if self._rest else data
        found, at, head = [], 0, _ANSWER.size
        while len(data) - at >= head:
            number, size = _ANSWER.unpack_from(data, at)
            end = at + head + max(size, 0)
            if len(data) < end:
                break
            found.append(Told(number, None if size == TAKE else data[at + head : end]))
            at = end
        self._rest = data[at:]
        return found


def _requests(data: bytes, at: int, count: int) -> list[Plain]:
    found = []
    body = at + count * _REQUEST.size
    for number, size, is_urgent, token_hash in _REQUEST.iter_unpack(data[at:body]):
        found.append(Plain(number, is_urgent, token_hash, data[body : body + size]))
        body += size
    return found
