"""Do the table and the file beside it say the same?

Each entry goes into both before what it announces takes effect, the file first. The file may be
ahead: an entry whose act was not carried out, because the store could not be written or the machine
stopped. It is merged into the table later and marked `spooled`, so that nothing that was ever
announced is missing there. The file's order says nothing; an entry's `ref` names it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

import msgspec

from fairtag.audit.entries import Entry, Line, body_of, read
from fairtag.audit.tree import leaf_hash

ROWS = "rows"  # an entry that tells digests of rows
ALONE = "log.alone"  # an entry that tells which refs could not be written into the file


class Spooled(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of entries holds."""

    bodies: tuple[bytes, ...]
    torn: int = 0  # lines that were cut off as they were written
    unreadable: int | None = None  # the first line that was changed into something else, from 1


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    leaf: bytes  # base64 in the file
    entry: msgspec.Raw


def written(body: bytes) -> bytes:
    """Write an entry as the file holds it, with its end."""
    return b'{"leaf":"%s","entry":%s}\n' % (base64.b64encode(leaf_hash(body)), body)


def read_file(held: bytes) -> Spooled:
    """Read a file of entries."""
    bodies, torn, unreadable = [], 0, None
    for place, told in enumerate(held.splitlines(), 1):
        found = _read(told)
        if found is not None:
            bodies.append(found)
        elif not told.endswith(b"}}"):
            torn += 1
        elif unreadable is None:
            unreadable = place
    return Spooled(bodies=tuple(bodies), torn=torn, unreadable=unreadable)


def disagreement(
    table: Iterable[Line], spooled: Spooled, awaited: Spooled | None = None
) -> str | None:
    """Tell the first difference in words; None when the two say the same.

    `awaited` is what the file held before the table was read: what came later is still on its way.
    """
    if spooled.unreadable is not None:
        return f"line {spooled.unreadable} of the file beside the table was changed"
    file = {
        entry.ref: leaf_hash(body) for body in spooled.bodies if (entry := read(body)) is not None
    }
    places: dict[str, int] = {}
    unlike: dict[str, int] = {}  # not in the file as they are in the table
    for line in table:
        entry = read(line.body)
        if entry is None:
            continue
        places[entry.ref] = line.n
        if file.get(entry.ref) not in _hashes(line.body, entry):
            unlike[entry.ref] = line.n
        for ref in refs_alone(entry):
            unlike.pop(ref, None)
    if unlike:
        return f"entry {min(unlike.values())} is in the table and not in the file beside it"
    return next(_missing((awaited or spooled).bodies, places), None)


def refs_alone(entry: Entry) -> list[str]:
    """List the refs of entries that an entry tells to stand in the table alone, with its own."""
    return [entry.ref, *entry.details["refs"].split()] if entry.what == ALONE else []


def _hashes(body: bytes, entry: Entry) -> tuple[bytes, ...]:
    """Give what the file may hold of an entry: a merged one stood there without its mark."""
    if not entry.spooled:
        return (leaf_hash(body),)
    return leaf_hash(body), leaf_hash(body_of(msgspec.structs.replace(entry, spooled=False)))


def _missing(file: Iterable[bytes], places: dict[str, int]) -> Iterator[str]:
    for body in file:
        entry = read(body)
        if entry is not None and entry.ref not in places:
            yield (
                f"the entry {entry.what} by {entry.actor} ({entry.ref[:16]}) is in the file and not"
                " in the table: it was dropped, or it waits to be merged; a running service merges"
                " it within seconds and marks it"
            )


def _read(told: bytes) -> bytes | None:
    try:
        found = msgspec.json.decode(told, type=_Written)
    except msgspec.MsgspecError:
        return None
    body = bytes(found.entry)
    return body if written(body) == told + b"\n" and read(body) is not None else None
