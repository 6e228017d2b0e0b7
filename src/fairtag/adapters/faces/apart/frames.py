"""How do the two ends of a pipe talk? Four bytes of length, then that many bytes."""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

from fairtag.faces.model import EngineInfo, Reading

MOST_BYTES = 16 << 20  # of one message: a picture of 4 million pixels is smaller


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


def packed(content: bytes) -> bytes:
    """Put the length before a message."""
    return struct.pack("<I", len(content)) + content


def length(head: bytes) -> int:
    """Read the length of a message.

    Raises: PipeClosed when it is longer than any of ours: what follows can't be trusted.
    """
    told = int(struct.unpack("<I", head)[0])
    if told > MOST_BYTES:
        raise PipeClosed
    return told
