"""How is a root key kept in a file? For development, rehearsals, and houses without a module.

Whoever reads the file and the keystore reads everything: production has to allow it by name.
`root.key.next` stands beside it only while a rotation runs.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.custody import envelope
from fairtag.custody.refusals import RootRefused
from fairtag.custody.root import RootCheck, is_of

FILE, NEXT = "root.key", "root.key.next"


class FileRoot:
    """Keeps `fairtag.custody.root.Root` in memory, from a file's 32 bytes."""

    name = "file"

    def __init__(self, key: bytes, *, chance: Callable[[int], bytes]) -> None:
        if len(key) != envelope.KEY_BYTES:
            raise RootRefused(f"a root key has {envelope.KEY_BYTES} bytes, this one {len(key)}")
        self._cipher = AESGCM(key)
        self._chance = chance

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Wrap a key."""
        nonce = self._chance(envelope.NONCE_BYTES)
        return envelope.seal(self._cipher, key, nonce=nonce, bound=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Undo `wrap`.

        Raises: SealBroken.
        """
        return envelope.unseal(self._cipher, wrapped, bound=context)

    def close(self) -> None:
        """Nothing is held."""


def open_file_root(
    folder: Path, *, chance: Callable[[int], bytes], check: RootCheck | None
) -> FileRoot:
    """Read the root of a keystore, or make it for a new one.

    Raises: RootRefused when it is missing, readable by others, or not the one of the keystore.
    """
    if check is None:
        if not (folder / FILE).exists():
            write_root(folder / FILE, chance(envelope.KEY_BYTES))
        return FileRoot(read_root(folder / FILE), chance=chance)
    for path in _files(folder):
        if _holds(path, check):
            return FileRoot(read_root(path), chance=chance)
    if (folder / FILE).exists():
        detail = f"{folder / FILE} is not the root key of this keystore (key check {check.value})"
        raise RootRefused(f"{detail}; docs/keys.md says how to restore it")
    detail = f"{folder / FILE} is missing, but there are keys that it wraps"
    raise RootRefused(f"{detail}; restore it first, such as with `fairtag keys join`")


def read_root(path: Path) -> bytes:
    """Read a root file.

    Raises: RootRefused when others may read it, too.
    """
    if path.stat().st_mode & 0o077:
        raise RootRefused(f"{path} can be read by others than its owner; chmod 600 it first")
    return path.read_bytes()


def write_root(path: Path, key: bytes) -> None:
    """Write a root file, whole or not at all; one that is there already stays."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
    sync_folder(path.parent)


def erase(path: Path) -> None:
    """Overwrite a small secret file and remove it; nothing when it is not there.

    A disk may keep the old bytes in a place of its own: docs/keys.md says what helps.
    """
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)


def set_aside(path: Path) -> Path | None:
    """Give a secret file a name of its own beside its place; tells which, None when there is none.

    What was set aside before stays.
    """
    if not path.exists():
        return None
    names = (path.with_name(f"{path.name}.former-{n}") for n in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    path.rename(aside)
    sync_folder(path.parent)
    return aside


def sync_folder(folder: Path) -> None:
    """Make a folder's names durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(folder: Path, check: RootCheck, *, is_file: bool) -> Iterator[str]:
    """Leave one root file, the one that holds, by its right name; names each step after it is done.

    A keystore that a Vault or module wraps needs none. Nobody may rotate meanwhile.
    """
    kept = [path for path in _files(folder) if is_file and _holds(path, check)]
    if is_file and not kept:
        return
    if not kept or kept[0].name == FILE:
        erase(folder / NEXT)
    if not kept or kept[0].name == NEXT:
        erase(folder / FILE)
        yield "old root erased"
    if kept and kept[0].name == NEXT:
        kept[0].rename(folder / FILE)
        sync_folder(folder)
        yield "new root in its place"


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / FILE, folder / NEXT) if path.exists()]


def _holds(path: Path, check: RootCheck) -> bool:
    return is_of(FileRoot(read_root(path), chance=bytes), check)
