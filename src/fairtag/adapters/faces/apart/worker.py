"""What runs in a process of its own? It loads once, then looks at one picture in each child.

    python -I -m fairtag.adapters.faces.apart.worker decoder
    python -I -m fairtag.adapters.faces.apart.worker engine NAME DIGEST

A child is forked for each picture and ends with its answer: whatever a picture makes of it, the
next picture of another person meets a process that has never seen one. Messages hold pictures and
readings: no id, no key, no name (charter G1).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import msgspec

from fairtag.adapters.faces.apart import cage
from fairtag.adapters.faces.apart.frames import MOST_BYTES, Hello, PipeClosed, Reply, length, packed
from fairtag.terms.errors import FairtagError

WALL_S = 4.0  # for one picture, whatever the process waits for
Look = Callable[[bytes], Reply]


def main(told: list[str]) -> int:
    """Load, shut the doors, and answer until the other end closes."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what a library prints is not an answer
    walls = cage.before_loading()
    try:
        look, hello = _loaded(told)
    except FairtagError as refusal:
        _send(sink, Hello(refused=f"{refusal.code} {refusal}"))
        return 1
    walls += cage.after_loading()
    _send(sink, msgspec.structs.replace(hello, walls=(*walls, f"{WALL_S:g} s for a picture")))
    while True:
        try:
            raw = receive(source)
        except PipeClosed:
            return 0
        _send(sink, apart(look, raw, close=(source, sink)))


def _loaded(told: list[str]) -> tuple[Look, Hello]:
    if told[:1] == ["decoder"]:
        from fairtag.adapters.faces.decode import decoder  # noqa: PLC0415 - loads Pillow only here

        return decoder(), Hello()
    from fairtag.adapters.faces.looking import looker  # noqa: PLC0415 - loads the engine only here

    return looker(*told[1:])


def apart(look: Look, raw: bytes, *, close: tuple[int, ...], within_s: float = WALL_S) -> Reply:
    """Look at one picture in a child; tells also when it crashed or took too long."""
    there, here = os.pipe()
    child = os.fork()
    if child == 0:
        _child(look, raw, sink=here, close=(there, *close), within_s=within_s)
    os.close(here)
    answer = _drained(there)
    os.close(there)
    _, status = os.waitpid(child, 0)
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL):
        return Reply(state="too_slow")  # SIGKILL: the CPU's hard limit
    try:
        return msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.MsgspecError:
        return Reply(state="crashed")


def _child(look: Look, raw: bytes, *, sink: int, close: tuple[int, ...], within_s: float) -> None:
    code = 1
    try:
        signal.setitimer(signal.ITIMER_REAL, within_s)  # SIGALRM ends a process also in C
        for one in (0, *close):
            os.close(one)
        cage.one_picture()
        _write(sink, msgspec.msgpack.encode(look(raw)))
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


def exactly(source: int, count: int) -> bytes:
    """Read so many bytes.

    Raises: PipeClosed when there are fewer.
    """
    parts = bytearray()
    while len(parts) < count:
        part = os.read(source, min(1 << 20, count - len(parts)))
        if not part:
            raise PipeClosed
        parts += part
    return bytes(parts)


def _drained(source: int) -> bytes:
    """Read until the end, at most as much as an answer may be."""
    parts = bytearray()
    while len(parts) <= MOST_BYTES:
        part = os.read(source, 1 << 20)
        if not part:
            return bytes(parts)
        parts += part
    return b""


def _write(sink: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(sink, view) :]


def _send(sink: int, message: msgspec.Struct) -> None:
    _write(sink, packed(msgspec.msgpack.encode(message)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
