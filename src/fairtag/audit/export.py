"""How does a log leave the house, so that others can check it? As a file: entries and checkpoints.

{"format": "fairtag-log/1"}
{"n": 1, "entry": {…}}            every entry, byte for byte
{"checkpoint": "…"}               every signed checkpoint, with what witnesses wrote
{"size": 17, "root": "…"}         the end: what the tree was when the file was written
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

import msgspec

from fairtag.audit.entries import Line
from fairtag.audit.notes import Checkpoint
from fairtag.audit.whole import Log

FORMAT = "fairtag-log/1"
_HEAD = b'{"format":"%s"}' % FORMAT.encode()


class _Any(msgspec.Struct, frozen=True):
    n: int | None = None
    entry: msgspec.Raw = msgspec.Raw()
    checkpoint: str | None = None
    size: int | None = None
    root: bytes | None = None


def exported(lines: Iterable[Line], notes: Iterable[str], end: Checkpoint) -> Iterator[bytes]:
    """Write a log as lines of a file."""
    yield _HEAD + b"\n"
    for line in lines:
        yield b'{"n":%d,"entry":%s}\n' % (line.n, line.body)
    for note in notes:
        yield msgspec.json.encode({"checkpoint": note}) + b"\n"
    root = base64.b64encode(end.root)
    yield b'{"size":%d,"root":"%s"}\n' % (end.size, root)


def is_export(first: bytes) -> bool:
    """Tell whether a file begins as one of these."""
    return first.rstrip(b"\n") == _HEAD


def check_export(held: Iterable[bytes], *, outside: Iterable[str] = ()) -> tuple[str | None, Log]:
    """Check such a file; tells the first broken place, and the log as far as it was read."""
    log = Log()
    rest: list[_Any] = []
    for _ in log.read(_lines(held, rest)):
        pass
    if log.fault is not None:
        return log.fault, log
    notes = [one.checkpoint for one in rest if one.checkpoint is not None]
    end = rest[-1] if rest else _Any()
    if end.root is None or end.size != log.size or end.root != log.root(log.size):
        return "the file does not end as it was written: something is missing at its end", log
    for number, note in enumerate(notes, 1):
        wrong = log.wrong(note, where=f"checkpoint {number}")
        if wrong is not None:
            return wrong, log
    for note in outside:
        wrong = log.wrong(note, where="the checkpoint that was kept elsewhere")
        if wrong is not None:
            return wrong, log
    return None, log


def _lines(held: Iterable[bytes], rest: list[_Any]) -> Iterator[Line]:
    """Read entries; what is no entry goes to `rest`."""
    for told in held:
        try:
            found = msgspec.json.decode(told, type=_Any)
        except msgspec.MsgspecError:
            yield Line(n=-1, body=b"")  # no entry: the place is told
            return
        if found.n is not None and bytes(found.entry):
            yield Line(n=found.n, body=bytes(found.entry))
        else:
            rest.append(found)
