"""What does a witness remember, and when does it sign?

For each log it keeps the last checkpoint it signed, as a file that anyone may copy and hold against
the log. A newer one is signed only when a proof shows that it continues the kept one, and only once
it is on disk. A smaller or another tree is never signed.
Source: C2SP tlog-witness.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairtag_witness.tlog import (
    EMPTY,
    LOG,
    WITNESS,
    Bad,
    Checkpoint,
    Key,
    checkpoint_from,
    cosigned,
    is_continued,
    key_from,
    line_of,
    number,
    unbase64,
)

_MOST_STEPS = 63
Answer = tuple[int, str]  # HTTP status, body


class Witness:
    """One witness with its folder: `key`, `name`, `logs`, and a checkpoint a log."""

    def __init__(self, folder: Path, name: str = "") -> None:
        """Open the folder; key and name are made when there are none.

        `logs` in it holds the keys of the logs that are witnessed, one a line.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._lock = folder, threading.Lock()
        if not (folder / "key").exists():
            if not name:
                raise Bad("a new witness needs a name: --name inspectorate.example")
            keep(folder / "name", name.encode())
            made = Ed25519PrivateKey.generate().private_bytes_raw()
            keep(folder / "key", base64.b64encode(made))
        if (folder / "key").stat().st_mode & 0o077:
            raise Bad(f"{folder / 'key'}: others may read it; chmod 600 it")
        held = base64.b64decode((folder / "key").read_bytes())
        self._secret = Ed25519PrivateKey.from_private_bytes(held)
        public = self._secret.public_key().public_bytes_raw()
        self.key = Key((folder / "name").read_text().strip(), WITNESS, public)

    def logs(self) -> list[Key]:
        """List the keys of the logs that are witnessed."""
        file = self._folder / "logs"
        told = file.read_text().splitlines() if file.exists() else []
        keys = [key_from(line) for line in told if line.strip() and not line.startswith("#")]
        return [key for key in keys if key.kind == LOG]

    def kept(self, origin: str) -> Checkpoint | None:
        """Give the last checkpoint that was signed for a log."""
        file = self._file(origin)
        return checkpoint_from(file.read_text()) if file.exists() else None

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer `add-checkpoint`."""
        try:
            old, proof, note = _asked(body)
            new = checkpoint_from(note)
        except (Bad, UnicodeDecodeError) as error:
            return 400, f"{error}\n"
        key = next((one for one in self.logs() if one.name == new.origin), None)
        if key is None:
            return 404, "this log is not witnessed here\n"
        if not new.is_by(key):
            return 403, "the log's key did not sign this\n"
        if old > new.size:
            return 400, "the old size is larger than the new one\n"
        with self._lock:
            return self._judged(old, proof, new, key)

    def _judged(self, old: int, proof: Sequence[bytes], new: Checkpoint, key: Key) -> Answer:
        kept = self.kept(new.origin)
        size, root = (0, EMPTY) if kept is None else (kept.size, kept.root)
        if old != size:
            return 409, f"{size}\n"
        if new.size == size and new.root != root:
            return 409, f"{size}\n"
        if not is_continued((size, root), (new.size, new.root), proof):
            return 422, "the proof does not show that this tree continues the one before\n"
        at = int(time.time())  # noqa: TID251 - a witness stands alone: its clock is the machine's
        line = line_of(self.key, at.to_bytes(8, "big") + self._secret.sign(cosigned(new.text, at)))
        mine = "".join(line_of(key, told[4:]) for name, told in new.signatures if name == key.name)
        keep(self._file(new.origin), f"{new.text}\n{mine}{line}".encode())
        return 200, line

    def _file(self, origin: str) -> Path:
        name = hashlib.sha256(origin.encode()).hexdigest()[:32]
        return self._folder / f"{name}.checkpoint"


def keep(path: Path, held: bytes) -> None:
    """Replace a file as a whole, and be sure that it is on disk."""
    new = path.with_name(path.name + ".new")
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


def _asked(body: bytes) -> tuple[int, list[bytes], str]:
    head, gap, note = body.decode().partition("\n\n")
    first, *steps = head.split("\n")
    word, _, size = first.partition(" ")
    if not gap or word != "old" or len(steps) > _MOST_STEPS:
        raise Bad("a request is 'old N', a proof, an empty line and a checkpoint")
    proof = [unbase64(one) for one in steps]
    if any(len(one) != 32 for one in proof):  # noqa: PLR2004 - bytes of SHA-256
        raise Bad("a step of a proof is 32 bytes")
    return number(size), proof, note
