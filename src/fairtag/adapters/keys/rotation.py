"""How does a keystore get another root key? All or nothing, whenever it is cut.

The keys of authorities are wrapped anew; they, the wearers' and all data keys stay as they are. The
old root opens nothing any more, copies of the keystore from before the rotation included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.roots.file import FILE, NEXT, FileRoot, erase, sync_folder, write_root
from fairtag.custody import envelope
from fairtag.custody.root import Root


def rotation(
    keys: KeyStore, folder: Path, *, to: Root | None, chance: Callable[[int], bytes]
) -> Iterator[str]:
    """Rotate to another root, or to a new file when `to` is None; names each step after it is done.

    Up to the step `committed` the old root holds, from it on the new one; a start in between
    finishes what was cut.
    Raises: RootRefused, RootUnreachable, SealBroken when an uppermost key was changed.
    """
    new = to
    if new is None:
        erase(folder / NEXT)  # of a rotation that was cut
        fresh = chance(envelope.KEY_BYTES)
        write_root(folder / NEXT, fresh)
        new = FileRoot(fresh, chance=chance)
        yield "new root written"
    yield from keys.rewrap(new)
    erase(folder / FILE)
    yield "old root erased"
    if to is None:
        (folder / NEXT).rename(folder / FILE)
        sync_folder(folder)
        yield "new root in its place"
