"""Do the table and the file beside it say the same? The file is written first, line by line.

The file may hold more than the table: a line that was announced and then not carried out, because
what it announced was refused or the machine stopped. The next line takes its number, so each
number's last line is the one that counts. A line also names the hash before it: that one was in
the table when the line was written.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import msgspec

from fairtag.audit.entries import NOTHING_BEFORE, Line, first_broken, read


class Spooled(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of lines holds."""

    lines: tuple[Line, ...]
    torn: int  # lines that were cut off as they were written
    unreadable: int | None  # the first line that was changed into something else, from 1

    @property
    def last(self) -> int:
        """Tell the highest number."""
        return max((line.n for line in self.lines), default=0)


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    before: bytes  # base64 in the file
    hash: bytes
    entry: msgspec.Raw


def written(line: Line) -> bytes:
    """Write a line as the file holds it, with its end."""
    head = b'{"n":%d,"before":"%s","hash":"%s","entry":' % (
        line.n,
        base64.b64encode(line.before),
        base64.b64encode(line.hash),
    )
    return head + line.body + b"}\n"


def read_file(held: bytes) -> Spooled:
    """Read a file of lines."""
    lines, torn, unreadable = [], 0, None
    for place, told in enumerate(held.splitlines(), 1):
        found = _read(told)
        if found is not None:
            lines.append(found)
        elif not told.endswith(b"}}"):
            torn += 1
        elif unreadable is None:
            unreadable = place
    return Spooled(lines=tuple(lines), torn=torn, unreadable=unreadable)


def disagreement(table: Sequence[Line], spooled: Spooled) -> str | None:
    """Tell the first difference in words; None when the two say the same.

    `table` is known to be a whole chain.
    """
    if spooled.unreadable is not None:
        return f"line {spooled.unreadable} of the file beside the table was changed"
    last = {line.n: line for line in spooled.lines}
    for line in table:
        entry = read(line)
        is_alone = entry is not None and entry.is_alone
        if not is_alone and last.get(line.n) != line:
            return f"entry {line.n} is in the table and not in the file beside it"
    return _dropped(table, spooled.lines)


def stands_alone(spooled: Spooled) -> str | None:
    """Tell the first broken place of a file that is checked without its table."""
    if spooled.unreadable is not None:
        return f"line {spooled.unreadable} was changed"
    counted: dict[int, Line] = {}
    for line in spooled.lines:
        counted[line.n] = line
    broken = first_broken(counted[n] for n in sorted(counted))
    return None if broken is None else f"entry {broken} was changed, dropped or moved"


def _read(told: bytes) -> Line | None:
    try:
        found = msgspec.json.decode(told, type=_Written)
    except msgspec.MsgspecError:
        return None
    line = Line(n=found.n, body=bytes(found.entry), before=found.before, hash=found.hash)
    return line if written(line) == told + b"\n" and read(line) is not None else None


def _dropped(table: Sequence[Line], lines: Iterable[Line]) -> str | None:
    """Find an entry that was once in the table: the file says so, and the table does not."""
    hashes = {0: NOTHING_BEFORE} | {line.n: line.hash for line in table}
    for line in lines:
        if hashes.get(line.n - 1) != line.before:
            return f"entry {line.n - 1} was in the table once and is not there now"
    beyond = [line.n for line in lines if line.n not in hashes]
    if not beyond:
        return None
    return (
        f"entry {min(beyond)} is in the file and not in the table: it was dropped, or the service "
        "was stopped before it could be carried out; the next act writes its own entry"
    )
