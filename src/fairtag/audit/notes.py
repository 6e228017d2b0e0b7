"""How is the state of a tree written down, signed and read? As a checkpoint in a signed note.

    origin
    number of entries
    root, in base64

    — name base64(key id, signature)

Any tool that speaks these formats can check one.
Source: C2SP signed-note, tlog-checkpoint (key type 0x01: Ed25519 over the text), tlog-cosignature
(0x04: Ed25519 over a time and the text).
Units: a cosignature's time is whole seconds UTC.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fairtag.audit.refusals import NoteRefused
from fairtag.audit.tree import HASH_BYTES

LOG_KEY = 0x01
WITNESS_KEY = 0x04
_ID_BYTES = 4
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_PARTS_OF_KEY = 3
_LINES_OF_CHECKPOINT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key with its name, as people hand it on: `name+id+base64`."""

    name: str
    kind: int  # LOG_KEY or WITNESS_KEY
    public: bytes

    @property
    def id(self) -> bytes:
        """Tell the four bytes that signatures name the key by."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """Write the key down."""
        told = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Write what is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]  # name, key id, what follows it

    def is_signed_by(self, key: Key) -> bool:
        """Tell whether the log's key signed it."""
        return any(
            key.kind == LOG_KEY and _holds(key.public, told, self.text.encode())
            for name, key_id, told in self.signatures
            if (name, key_id) == (key.name, key.id)
        )

    def cosigned_at(self, key: Key) -> int | None:
        """Tell when a witness says that it saw this tree; None when it does not say so."""
        for name, key_id, told in self.signatures:
            if (name, key_id, key.kind) != (key.name, key.id, WITNESS_KEY):
                continue
            at = int.from_bytes(told[:_TIME_BYTES])
            if _holds(key.public, told[_TIME_BYTES:], cosigned_text(self.text, at)):
                return at
        return None


def key_from(told: str) -> Key:
    """Read a key that was handed on.

    Raises: NoteRefused.
    """
    parts = told.strip().split("+", 2)
    held = _bytes_of(parts[-1])
    if len(parts) != _PARTS_OF_KEY or len(held) != 1 + HASH_BYTES or not parts[0]:
        raise NoteRefused("a key reads name+id+base64")
    key = Key(name=parts[0], kind=held[0], public=held[1:])
    if key.id.hex() != parts[1] or key.kind not in (LOG_KEY, WITNESS_KEY):
        raise NoteRefused("the key and its id do not belong together")
    return key


def signature_line(key: Key, told: bytes) -> str:
    """Write a signature; a witness's begins with its time."""
    return f"— {key.name} {base64.b64encode(key.id + told).decode()}\n"


def cosigned_text(text: str, at: int) -> bytes:
    """Give what a witness signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def note_from(told: str) -> Note:
    """Read a checkpoint with its signatures.

    Raises: NoteRefused.
    """
    text, gap, signed = told.partition("\n\n")
    text += "\n"
    lines = signed.splitlines()
    if not gap or not lines or not told.endswith("\n"):
        raise NoteRefused("a checkpoint is a text, an empty line and signatures")
    return Note(
        checkpoint=_checkpoint(text),
        text=text,
        signatures=tuple(_signature(line) for line in lines),
    )


def _checkpoint(text: str) -> Checkpoint:
    lines = text.splitlines()
    if len(lines) != _LINES_OF_CHECKPOINT or not lines[1].isascii() or not lines[1].isdecimal():
        raise NoteRefused("a checkpoint is an origin, a number of entries and a root")
    found = Checkpoint(origin=lines[0], size=int(lines[1]), root=_bytes_of(lines[2]))
    if len(found.root) != HASH_BYTES or found.text != text:
        raise NoteRefused("the checkpoint's number or root is not written as it should be")
    return found


def _signature(line: str) -> tuple[str, bytes, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, told = rest.partition(" ")
    held = _bytes_of(told)
    if mark != "—" or not name or len(held) < _ID_BYTES + _SIGNATURE_BYTES:
        raise NoteRefused("a signature reads '— name base64'")
    return name, held[:_ID_BYTES], held[_ID_BYTES:]


def _bytes_of(told: str) -> bytes:
    try:
        held = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteRefused("this is no base64") from error
    if base64.b64encode(held).decode() != told:
        raise NoteRefused("this base64 is written in another way")
    return held


def _holds(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
