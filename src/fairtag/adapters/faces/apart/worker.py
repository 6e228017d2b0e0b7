"""What runs in a process of its own? It loads once, then a child looks at one burst, and ends.

    python -I -m fairtag.adapters.faces.apart.worker decoder
    python -I -m fairtag.adapters.faces.apart.worker engine NAME DIGEST

A child is forked for the pictures of one wearer's one check, reads them itself, and ends with its
answers. They go back through memory that is left out of every fork (`passing`): this process never
holds a picture that a child could inherit, so none meets the pictures of another wearer. Messages
hold pictures and readings: no id, no key, no name (charter G1).
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from fairtag.adapters.faces.apart import cage
from fairtag.adapters.faces.apart.frames import (
    ANSWERED,
    CRASHED,
    TOO_SLOW,
    Hello,
    PipeClosed,
    Reply,
    count,
    length,
    packed,
)
from fairtag.adapters.faces.apart.passing import Passing, write
from fairtag.terms.errors import FairtagError

WALL_S = 4.0  # for one picture, whatever the process waits for
_ALL_READ = b"!"
Look = Callable[[bytes], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Where questions come from and answers go."""

    source: int
    sink: int


def main(told: list[str]) -> int:
    """Load, shut the doors, and answer until the other end closes."""
    ends = Ends(source=os.dup(0), sink=os.dup(1))
    os.dup2(2, 1)  # what a library prints is not an answer
    walls = cage.before_loading()
    try:
        look, hello = _loaded(told)
    except FairtagError as refusal:
        _send(ends.sink, Hello(refused=f"{refusal.code} {refusal}"))
        return 1
    passing = Passing()
    gc.disable()  # a child ends before anything is worth collecting, and shares what is not touched
    gc.freeze()
    walls += cage.after_loading()
    _send(ends.sink, msgspec.structs.replace(hello, walls=(*walls, f"{WALL_S:g} s for a picture")))
    return answering(look, ends, passing)


def answering(look: Look, ends: Ends, passing: Passing, *, within_s: float = WALL_S) -> int:
    """Answer one burst after the other, until the other end closes."""
    while True:
        try:
            pictures = count(exactly(ends.source, 4))
        except PipeClosed:
            return 0
        if not burst(look, pictures, ends, passing, within_s=within_s):
            return 1


def _loaded(told: list[str]) -> tuple[Look, Hello]:
    if told[:1] == ["decoder"]:
        from fairtag.adapters.faces.decode import decoder  # noqa: PLC0415 - loads Pillow only here

        return decoder(), Hello()
    from fairtag.adapters.faces.looking import looker  # noqa: PLC0415 - loads the engine only here

    return looker(*told[1:])


def burst(look: Look, pictures: int, ends: Ends, passing: Passing, *, within_s: float) -> bool:
    """Have a child look at a burst, and pass its answers on; tells also that it crashed or took too
    long.

    False when it did not read them all: nobody knows any more where the next question begins.
    """
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(there)
        _child(look, pictures, ends, sink=here, within_s=within_s)
    os.close(here)
    is_read = os.read(there, 1) == _ALL_READ
    told = 0
    while is_read and told < pictures and passing.take(there):
        told += 1
        if told < pictures:  # the last one waits for the child's end: it holds up no other burst
            passing.give(ends.sink, ANSWERED)
    os.close(there)
    _, status = os.waitpid(child, 0)
    if is_read and told == pictures:
        passing.give(ends.sink, ANSWERED)
    elif is_read:
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        # SIGKILL: the CPU's hard limit
        is_slow = ended in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL)
        write(ends.sink, packed(TOO_SLOW if is_slow else CRASHED))
    return is_read


def _child(look: Look, pictures: int, ends: Ends, *, sink: int, within_s: float) -> None:
    code = 1
    try:
        signal.setitimer(signal.ITIMER_REAL, within_s)  # SIGALRM ends a process also in C
        raws = [receive(ends.source) for _ in range(pictures)]
        for one in (0, ends.source, ends.sink):
            os.close(one)
        write(sink, _ALL_READ)
        cage.one_burst(pictures)
        for raw in raws:
            signal.setitimer(signal.ITIMER_REAL, within_s)
            write(sink, packed(msgspec.msgpack.encode(look(raw))))
        code = 0
    except BaseException:  # noqa: BLE001, S110 - the parent tells it from the missing answer
        pass
    finally:
        os._exit(code)  # no clean-up of the parent's copies


def receive(source: int) -> bytes:
    """Read one message.

    Raises: PipeClosed.
    """
    return exactly(source, length(exactly(source, 4)))


def exactly(source: int, wanted: int) -> bytes:
    """Read so many bytes.

    Raises: PipeClosed when there are fewer.
    """
    parts = bytearray()
    while len(parts) < wanted:
        part = os.read(source, min(1 << 20, wanted - len(parts)))
        if not part:
            raise PipeClosed
        parts += part
    return bytes(parts)


def _send(sink: int, message: msgspec.Struct) -> None:
    write(sink, packed(msgspec.msgpack.encode(message)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
