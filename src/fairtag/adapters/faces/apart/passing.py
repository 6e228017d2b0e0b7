"""How does a child's answer come through its parent without being there for the next child?

In memory that the kernel leaves out of every fork: the next child has no such pages at all.

Source: madvise(2), MADV_DONTFORK.
"""

from __future__ import annotations

import mmap
import os

from fairtag.adapters.faces.apart.frames import MOST_BYTES, PipeClosed, length, packed

_HEAD = 4


class Passing:
    """Holds one answer at a time on its way."""

    def __init__(self) -> None:
        self._room = mmap.mmap(-1, MOST_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._room.madvise(mmap.MADV_DONTFORK)
        self._size = 0

    def take(self, source: int) -> bool:
        """Read one message of a child; False when it ended first, or says what no child says."""
        try:
            head = os.read(source, _HEAD)
            self._size = length(head) if len(head) == _HEAD else 0
        except PipeClosed:
            return False
        if not self._size:
            return False
        at = 0
        with memoryview(self._room) as room:
            while at < self._size:
                read = os.readv(source, [room[at : self._size]])
                if not read:
                    return False
                at += read
        return True

    def give(self, sink: int, letter: bytes) -> None:
        """Write it to the service, behind a letter of ours."""
        write(sink, packed(letter, more=self._size))
        with memoryview(self._room) as room:
            write(sink, room[: self._size])


def write(sink: int, content: bytes | memoryview) -> None:
    """Write all of it."""
    view = memoryview(content)
    while view:
        view = view[os.write(sink, view) :]
