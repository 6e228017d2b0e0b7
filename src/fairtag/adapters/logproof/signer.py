"""What signs the log's checkpoints? A small process with a key and a memory of its own.

It signs a tree only when a proof shows that it continues the last tree it signed; it writes that
down, durably, before it signs. A store that was rolled back or rewritten is refused.
One JSON object a line over a Unix socket: `{"what": "key" | "head" | "sign", …}`.
"""

from __future__ import annotations

import base64
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairtag.audit.notes import LOG_KEY, Checkpoint, Key, signature_line
from fairtag.audit.tree import NOTHING, holds_consistency
from fairtag.terms.errors import StoreRefused

_KEY, _HEAD = "key", "head.json"
_KEY_BYTES = 32
_ID_HEX = 16
_LONGEST = 100  # bytes; sun_path holds 104 on some systems, 108 on Linux
_MOST_ASKED = 64 * 1024  # bytes a question; a proof has at most 64 hashes


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The last tree that was signed."""

    size: int = 0
    root: bytes = NOTHING


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What the service asks for."""

    what: str
    size: int = 0
    root: bytes = b""
    old: int = 0
    proof: tuple[bytes, ...] = ()


class LogSigner:
    """Signs checkpoints of one log."""

    def __init__(self, folder: Path) -> None:
        """Open the signer's folder; the key is made when there is none.

        Raises: StoreRefused when the key is open to others, or there is a key and no memory.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._secret = _secret(folder / _KEY, folder / _HEAD)
        public = self._secret.public_key().public_bytes_raw()
        # The log's name is its key's: two logs never share one, and a new key is a new log.
        name = f"fairtag.log/{public.hex()[:_ID_HEX]}"
        self.key = Key(name=name, kind=LOG_KEY, public=public)
        self._lock = threading.Lock()

    @property
    def head(self) -> Head:
        """Tell the last tree that was signed."""
        return head_in(self._folder) or Head()

    def answer(self, asked: bytes) -> dict[str, Any]:
        """Answer one question."""
        try:
            ask = msgspec.json.decode(asked, type=Ask)
        except msgspec.MsgspecError:
            return {"refused": "not a question of fairtag's", "size": self.head.size}
        if ask.what == "sign":
            with self._lock:
                return self._signed(ask)
        return {"key": self.key.text, "size": self.head.size}

    def _signed(self, ask: Ask) -> dict[str, Any]:
        head = self.head
        if ask.old != head.size:
            return {"refused": f"it signed a tree of {head.size} entries", "size": head.size}
        if not holds_consistency(
            head.size, head.root, size=ask.size, root=ask.root, proof=ask.proof
        ):
            told = f"the tree of {ask.size} entries does not continue the one of {head.size}"
            return {"refused": told, "size": head.size}
        replace_file(self._folder / _HEAD, msgspec.json.encode(Head(size=ask.size, root=ask.root)))
        text = Checkpoint(origin=self.key.name, size=ask.size, root=ask.root).text
        line = signature_line(self.key, self._secret.sign(text.encode()))
        return {"note": f"{text}\n{line}", "size": ask.size}


def serve_signer(signer: LogSigner, socket: Path) -> None:
    """Answer on a Unix socket until the process is told to stop."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while asked := self.rfile.readline(_MOST_ASKED):
                self.wfile.write(msgspec.json.encode(signer.answer(asked)) + b"\n")

    socket.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        with reachable(socket) as name:
            server = socketserver.ThreadingUnixStreamServer(name, Handler)
    finally:
        os.umask(before)
    server.daemon_threads = True
    with server:
        server.serve_forever(poll_interval=0.2)


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """Name a socket in the about 100 bytes that the system takes, wherever it lies."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def head_in(folder: Path) -> Head | None:
    """Read a signer's memory; None when there is none.

    Raises: StoreRefused when it can't be read.
    """
    file = folder / _HEAD
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Head)
    except msgspec.MsgspecError as error:
        raise StoreRefused(f"{file}: this is no memory of a signer") from error


def replace_file(path: Path, held: bytes) -> None:
    """Replace a file as a whole, and be sure that it is on disk."""
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:  # which writes all of it, or raises
        file.write(held)
        file.flush()
        os.fsync(handle)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _secret(path: Path, head: Path) -> Ed25519PrivateKey:
    if not path.exists():
        secret = Ed25519PrivateKey.generate()
        replace_file(head, msgspec.json.encode(Head()))
        replace_file(path, base64.b64encode(secret.private_bytes_raw()))
        return secret
    if path.stat().st_mode & 0o077:
        raise StoreRefused(f"{path}: others may read the log's key; chmod 600 it")
    if not head.is_file():
        raise StoreRefused(f"{head} is gone: a signer without memory would sign a smaller tree")
    held = base64.b64decode(path.read_bytes())
    if len(held) != _KEY_BYTES:
        raise StoreRefused(f"{path}: this is no key of a signer")
    return Ed25519PrivateKey.from_private_bytes(held)
