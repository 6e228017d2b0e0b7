"""How do the two ends of a pipe talk? Four bytes of length, then that many bytes.

A question is a count, then so many pictures: those of one wearer's one check. Answers come one by
one, each behind a letter of the worker's own: no child can speak for it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

import msgspec

from fairtag.faces.model import EngineInfo, Reading

MOST_BYTES = 16 << 20  # of one message: a picture of 4 million pixels is smaller
MOST_PICTURES = 3  # that one child looks at: the frames of a burst
ANSWERED, CRASHED, TOO_SLOW = b"a", b"c", b"s"  # after the last two nothing more comes of a burst


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a process says when it is ready, or why it will never be."""

    walls: tuple[str, ...] = ()
    info: EngineInfo | None = None  # of an engine's process
    refused: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one picture."""

    state: Literal["done", "crashed", "too_slow"]
    picture: bytes = b""  # cleaned, from a decoder
    refused: str = ""  # a decoder's word
    reading: Reading | None = None  # from an engine


class PipeClosed(Exception):
    """The other end is gone."""


def packed(content: bytes, *, more: int = 0) -> bytes:
    """Put the length before a message, of which so many bytes more follow."""
    return struct.pack("<I", len(content) + more) + content


def length(head: bytes) -> int:
    """Read the length of a message.

    Raises: PipeClosed when it is longer than any of ours: what follows can't be trusted.
    """
    told = int(struct.unpack("<I", head)[0])
    if told > MOST_BYTES:
        raise PipeClosed
    return told


def count(head: bytes) -> int:
    """Read how many pictures a question has.

    Raises: PipeClosed when it is none, or more than one child looks at.
    """
    told = int(struct.unpack("<I", head)[0])
    if not 1 <= told <= MOST_PICTURES:
        raise PipeClosed
    return told


def question(pictures: Sequence[bytes]) -> list[bytes]:
    """Give the parts of a question, in order."""
    return [struct.pack("<I", len(pictures)), *(packed(one) for one in pictures)]
