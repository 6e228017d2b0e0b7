"""What is asked of the root key? It wraps the uppermost keys, wherever it is kept.

A root is a file, a key of a Vault, or a key that never leaves a hardware module. Units: keys are 32
bytes. Source: design.md §5.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol

from fairtag.custody import envelope
from fairtag.custody.refusals import RootRefused
from fairtag.terms.errors import SealBroken

_CHECK = envelope.bound_to("root", "check")
_OTHER = envelope.bound_to("root", "another context")


class Root(Protocol):
    """Wraps and unwraps keys, each bound to a context."""

    @property
    def name(self) -> str:
        """Tell which one it is, as the setting `root` names it: `file`, `transit:…`, `pkcs11:…`."""
        ...

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Wrap a key.

        Raises: RootRefused, RootUnreachable.
        """
        ...

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Undo `wrap`.

        Raises: SealBroken when a byte, the context or the root differs; RootRefused,
        RootUnreachable.
        """
        ...

    def close(self) -> None:
        """Let go of what holds it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCheck:
    """What tells one root key from another: a key that only it unwraps, and that key's hash."""

    wrapped: bytes
    digest: bytes  # SHA-256

    @property
    def value(self) -> str:
        """Give the key-check value, short enough to be read out: `3f2a-91cc-0d17`."""
        told = self.digest.hex()
        return "-".join(told[n : n + 4] for n in (0, 4, 8))


def new_check(root: Root, fresh: bytes) -> RootCheck:
    """Make the check of a root from 32 fresh bytes, and see that it binds what it wraps.

    Raises: RootRefused when what was wrapped for one context opens in another one.
    """
    wrapped = root.wrap(fresh, context=_CHECK)
    check = RootCheck(wrapped=wrapped, digest=_digest(fresh))
    if not is_of(root, check):
        raise RootRefused(f"{root.name} does not give back what it wrapped")
    try:
        root.unwrap(wrapped, context=_OTHER)
    except SealBroken:
        return check
    raise RootRefused(f"{root.name} does not bind a key to its context: too old, or not AES-GCM")


def is_of(root: Root, check: RootCheck) -> bool:
    """Tell whether this root made the check.

    Raises: RootUnreachable.
    """
    try:
        found = root.unwrap(check.wrapped, context=_CHECK)
    except SealBroken:
        return False
    return hmac.compare_digest(_digest(found), check.digest)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(b"fairtag-root-check/1\n" + key).digest()
