"""What is written down about every look and every change, and how is the chain checked?

Each line holds the hash of the one before it: none can be changed, dropped or moved unseen. A line
is written into two places, a table and a file beside it; the two are held against each other.
Units: instants in µs UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

# Source: DPA 2018 s.62 names the first six; the others are the house's own acts.
Operation = Literal[
    "collection",
    "alteration",
    "consultation",
    "disclosure",
    "combination",
    "erasure",
    "auth",
    "admin",
    "policy",
    "breakglass",
]
NOTHING_BEFORE = b"\0" * 32


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when, why. No personal data: references and codes only."""

    at: Micros
    operation: Operation
    actor: str  # user id, "machine", or "cli"
    what: str  # a short code, such as "alert.evidence" or "order.put"
    wearer_id: WearerId | None = None
    order_id: str | None = None
    alert_id: str | None = None
    purpose: str | None = None  # from a closed list
    window: tuple[Micros, Micros] | None = None  # which event times were opened
    details: dict[str, str] = {}
    is_alone: bool = False  # the file beside the table could not be written


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place of the chain, byte for byte as it is stored."""

    n: int  # from 1
    body: bytes
    before: bytes
    hash: bytes


class LoggedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place of the chain, read."""

    n: int
    entry: Entry
    before: bytes
    hash: bytes


def chain(n: int, entry: Entry, before: bytes) -> Line:
    """Put an entry in its place."""
    body = msgspec.json.encode(entry, order="sorted")
    return Line(n=n, body=body, before=before, hash=_hash(n, body, before))


def read(line: Line) -> Entry | None:
    """Read what a line says; None when it says nothing that was ever written here."""
    try:
        return msgspec.json.decode(line.body, type=Entry)
    except msgspec.MsgspecError:
        return None


def first_broken(lines: Iterable[Line]) -> int | None:
    """Find the first place where the chain doesn't hold; None when it holds."""
    before, expected = NOTHING_BEFORE, 1
    for line in lines:
        is_whole = line.hash == _hash(line.n, line.body, line.before) and read(line) is not None
        if line.n != expected or line.before != before or not is_whole:
            return expected
        before, expected = line.hash, expected + 1
    return None


def _hash(n: int, body: bytes, before: bytes) -> bytes:
    place = n.to_bytes(8, signed=True)
    return hashlib.sha256(b"fairtag-log/1\n" + place + before + body).digest()
