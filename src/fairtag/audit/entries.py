"""What is written down about every look and every change?

An entry's bytes are canonical: the same words give the same bytes, and bytes that read as an entry
and are written otherwise were not written here. They are the leaves of the tree (`audit.tree`).
Free text is sealed under the wearer's own key: once that is destroyed nobody reads it, and the
tree still holds, because it stands over the sealed bytes.
Units: instants in µs UTC.
"""

from __future__ import annotations

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
MACHINE = "machine"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did what, when, why. No personal data in clear: references and codes only."""

    at: Micros
    operation: Operation
    actor: str  # user id, "machine", or "cli"
    what: str  # a short code, such as "alert.evidence" or "order.put"
    ref: str = ""  # 32 random hex digits, given when it is written: nobody can guess an entry
    role: str | None = None  # in which the actor acted
    authority: str | None = None
    wearer_id: WearerId | None = None
    order_id: str | None = None
    alert_id: str | None = None
    purpose: str | None = None  # from a closed list
    reason_code: str | None = None  # from a closed list, beside or instead of a purpose
    reason_text: bytes | None = None  # sealed as `RecordKind.AUDIT_TEXT`; its row is `ref`
    case_ref: str | None = None  # the authority's own reference
    second_person: str | None = None  # who agreed
    recipient: str | None = None  # of a disclosure, from the register
    fields: tuple[str, ...] = ()  # which kinds of data
    window: tuple[Micros, Micros] | None = None  # which event times were opened
    policy_version: str | None = None  # by which settings or rules
    result: str | None = None  # such as "refused"; None: it was allowed
    rows: int | None = None  # how many records, where that is known before the act
    details: dict[str, str] = {}
    spooled: bool = False  # it reached the file beside the table first, and the table later


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place, byte for byte as it is stored."""

    n: int  # from 1
    body: bytes


class LoggedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its place, read."""

    n: int
    entry: Entry


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where an entry stands: what the person who acted is given."""

    ref: str
    n: int | None  # None: in the file beside the table, until the table can be written

    @property
    def text(self) -> str:
        """Name the entry for people."""
        return (
            f"entry {self.n}" if self.n is not None else f"entry {self.ref[:16]}, not numbered yet"
        )


def body_of(entry: Entry) -> bytes:
    """Write an entry."""
    return msgspec.json.encode(entry, order="sorted")


def read(body: bytes) -> Entry | None:
    """Read an entry; None when these are no bytes that `body_of` ever wrote."""
    try:
        found = msgspec.json.decode(body, type=Entry)
    except msgspec.MsgspecError:
        return None
    return found if body_of(found) == body else None
