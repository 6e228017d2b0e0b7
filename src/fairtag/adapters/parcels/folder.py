"""Where does a package wait for its recipient? In DATA/out, sealed with age to its key alone.

Source: C2SP age, X25519 recipients.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pyrage
from pyrage import x25519

from fairtag.adapters.parcels.archive import pack, unpack
from fairtag.adapters.roots.file import sync_folder
from fairtag.disclosure.refusals import DisclosureStateRefused, PackageBroken, RecipientRefused


def seal(files: Mapping[str, bytes], public_key: str) -> bytes:
    """Pack files and seal them to one key.

    Raises: RecipientRefused when the key is none.
    """
    try:
        recipient = x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise RecipientRefused("the recipient's key can't be read") from error
    sealed: bytes = pyrage.encrypt(pack(files), [recipient])
    return sealed


def unseal(sealed: bytes, identity: str) -> dict[str, bytes]:
    """Open a package as its recipient.

    Raises: PackageBroken.
    """
    try:
        raw = pyrage.decrypt(sealed, [x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise PackageBroken("this key does not open this package, or it was changed") from error
    return unpack(raw)


class FolderParcels:
    """Keeps `fairtag.app.disclosure.book.Parcels`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal(self, files: Mapping[str, bytes], public_key: str) -> bytes:
        """Pack files and seal them to one key.

        Raises: RecipientRefused.
        """
        return seal(files, public_key)

    def keep(self, name: str, sealed: bytes) -> None:
        """Put a sealed package into the folder, whole or not at all, on disk before it returns."""
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder.parent)
        target = self._path(name)
        fresh = target.with_suffix(".part")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
        sync_folder(self._folder)

    def take(self, name: str) -> bytes:
        """Give a package.

        Raises: DisclosureStateRefused when it is not there.
        """
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise DisclosureStateRefused("the package is not in the out folder any more") from error

    def remove(self, name: str) -> None:
        """Remove a package, also half a one; nothing when there is none."""
        for path in (self._path(name), self._path(name).with_suffix(".part")):
            path.unlink(missing_ok=True)

    def names(self) -> list[str]:
        """List what waits."""
        return sorted(path.stem for path in self._folder.glob("*.age"))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.age"
