"""How does a keystore get another root key? All or nothing, whenever it is cut.

The keys of authorities are wrapped anew; they, the wearers' and all data keys stay as they are. The
old root opens nothing any more, copies of the keystore from before the rotation included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.roots.file import NEXT, FileRoot, erase, write_root
from fairtag.custody import envelope
from fairtag.custody.root import Root


def rotation(keys: KeyStore, *, to: Root | None, chance: Callable[[int], bytes]) -> Iterator[str]:
    """Rotate to another root, or to a new file when `to` is None; names each step after it is done.

    Up to the step `committed` the old root holds, from it on the new one; the next start finishes
    what was cut.
    Raises: RootRefused, RootUnreachable, SealBroken when an uppermost key was changed.
    """

    def made() -> Root:
        return _new_file(keys.path.with_name(NEXT), chance) if to is None else to

    yield from keys.rewrap(made)


def _new_file(path: Path, chance: Callable[[int], bytes]) -> Root:
    erase(path)  # of a rotation that was cut
    fresh = chance(envelope.KEY_BYTES)
    write_root(path, fresh)
    return FileRoot(fresh, chance=chance)
