"""What is written down about every look and every change, and how is the chain checked?

Each entry holds the hash of the one before it: none can be changed, dropped or moved unseen.
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


class LoggedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place of the chain."""

    n: int  # from 1
    entry: Entry
    before: bytes
    hash: bytes


def chain(n: int, entry: Entry, before: bytes) -> LoggedEntry:
    """Put an entry in its place."""
    body = msgspec.json.encode(entry, order="sorted")
    digest = hashlib.sha256(b"fairtag-log/1\n" + n.to_bytes(8) + before + body).digest()
    return LoggedEntry(n=n, entry=entry, before=before, hash=digest)


def first_broken(entries: Iterable[LoggedEntry]) -> int | None:
    """Find the first place where the chain doesn't hold; None when it holds."""
    before, expected = NOTHING_BEFORE, 1
    for logged in entries:
        told = chain(expected, logged.entry, before)
        if logged.n != expected or logged.before != before or logged.hash != told.hash:
            return expected
        before, expected = logged.hash, expected + 1
    return None
