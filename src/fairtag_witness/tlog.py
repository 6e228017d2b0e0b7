"""What must hold between two states of a log, and who signed them?

Written apart from fairtag's own code on purpose: two readings of the standards check each other.
Source: RFC 9162 §2.1.3.2 and §2.1.4.2; C2SP signed-note, tlog-checkpoint, tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04  # kinds of keys
EMPTY = hashlib.sha256(b"").digest()


class Bad(Exception):
    """Something is not written as the standards say."""


@dataclass(frozen=True)
class Key:
    """A public key with its name."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Tell the four bytes that signatures name it by."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:4]

    def __str__(self) -> str:
        """Write it as people hand it on."""
        told = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{told}"

    def signed(self, signature: bytes, text: bytes) -> bool:
        """Tell whether a signature is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    """A signed state of a log."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes], ...]  # name; key id and what follows

    def is_by(self, key: Key) -> bool:
        """Tell whether the log's key signed it."""
        return any(
            key.signed(told[4:], self.text.encode())
            for name, told in self.signatures
            if (name, told[:4], key.kind) == (key.name, key.id, LOG)
        )

    def seen_by(self, key: Key) -> int | None:
        """Tell when (s) a witness says it saw it."""
        for name, told in self.signatures:
            if (name, told[:4], key.kind) == (key.name, key.id, WITNESS):
                at = int.from_bytes(told[4:12], "big")
                if key.signed(told[12:], cosigned(self.text, at)):
                    return at
        return None


def cosigned(text: str, at: int) -> bytes:
    """Give what a witness signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def line_of(key: Key, told: bytes) -> str:
    """Write a signature line."""
    return f"— {key.name} {base64.b64encode(key.id + told).decode()}\n"


def key_from(told: str) -> Key:
    """Read a key: `name+id+base64`."""
    parts = told.strip().split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 - the three parts of the form
        raise Bad("a key reads name+id+base64")
    held = unbase64(parts[2])
    key = Key(parts[0], held[0] if held else 0, held[1:])
    if len(key.public) != 32 or key.id.hex() != parts[1] or key.kind not in (LOG, WITNESS):  # noqa: PLR2004 - bytes of Ed25519
        raise Bad("the key and its id do not belong together")
    return key


def checkpoint_from(note: str) -> Checkpoint:
    """Read a checkpoint with its signatures."""
    text, gap, signed = note.partition("\n\n")
    lines = text.split("\n")
    if not gap or len(lines) != 3 or not note.endswith("\n"):  # noqa: PLR2004 - the lines of the form
        raise Bad("a checkpoint is three lines, an empty one, and signatures")
    size, root = number(lines[1]), unbase64(lines[2])
    if not lines[0] or len(root) != 32 or not signed:  # noqa: PLR2004 - bytes of SHA-256
        raise Bad("a checkpoint holds an origin, a size and a root, and is signed")
    signatures = []
    for line in signed.splitlines():
        mark, _, rest = line.partition(" ")
        name, _, told = rest.partition(" ")
        if mark != "—" or not name:
            raise Bad("a signature reads '— name base64'")
        signatures.append((name, unbase64(told)))
    return Checkpoint(lines[0], size, root, text + "\n", tuple(signatures))


def number(told: str) -> int:
    """Read a size: digits, no zero in front."""
    if not told.isascii() or not told.isdecimal() or str(int(told)) != told:
        raise Bad("a size is written in plain digits")
    return int(told)


def unbase64(told: str) -> bytes:
    """Read base64 as it is written, and no other way."""
    try:
        held = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Bad("this is no base64") from error
    if base64.b64encode(held).decode() != told:
        raise Bad("this base64 is written in another way")
    return held


def leaf(entry: bytes) -> bytes:
    """Hash an entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def above(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours."""
    return hashlib.sha256(b"\1" + left + right).digest()


def is_included(entry: bytes, n: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether an entry is the n-th (from 0) of the tree with this root."""
    if not 0 <= n < size:
        return False
    made, at, last = leaf(entry), n, size - 1
    for one in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            made = above(one, made)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            made = above(made, one)
        at, last = at // 2, last // 2
    return last == 0 and made == root


def is_continued(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether a tree (size, root) is the beginning of another one."""
    (m, before), (size, after) = old, new
    if m in (0, size):
        return not proof and (m == 0 or before == after)
    steps = [before, *proof] if m & (m - 1) == 0 else list(proof)
    if not m < size or not steps:
        return False
    at, last = m - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    return _roots(steps, at, last) == (before, after)


def _roots(steps: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes] | None:
    """Compute the older and the newer root; None when there are too few or too many steps."""
    left = right = steps[0]
    for one in steps[1:]:
        if last == 0:
            return None
        if at % 2 or at == last:
            left, right = above(one, left), above(one, right)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            right = above(right, one)
        at, last = at // 2, last // 2
    return (left, right) if last == 0 else None
