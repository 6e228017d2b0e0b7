"""What shows that a person, and nobody else, decided exactly this? A sign-off of one digest.

A token or a session is not enough: the person proves again, now, who they are, and what they prove
is bound to the digest of the one thing that they decide. There is no sign-off for many things.
Source: charter G2. Units: µs UTC.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from fairtag.terms.instants import MINUTE, Micros

FRESH = 5 * MINUTE  # ours: a sign-off older than this is not fresh


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """A person's proof about one digest."""

    by: str
    method: Literal["password"]
    digest: str  # of what was decided, hex
    at: Micros


def digest_of(what: str, **told: Any) -> str:
    """Name a decision by all that it says; another word gives another name."""
    said = msgspec.json.encode({"what": what} | told, order="deterministic")
    return hashlib.sha256(said).hexdigest()


def is_of(sign_off: SignOff | None, *, by: str, digest: str, now: Micros) -> bool:
    """Tell whether a sign-off is fresh, this person's, and about this digest.

    Fails: closed.
    """
    if sign_off is None or not by:
        return False
    is_fresh = 0 <= now - sign_off.at <= FRESH
    return is_fresh and (sign_off.by, sign_off.digest) == (by, digest)
