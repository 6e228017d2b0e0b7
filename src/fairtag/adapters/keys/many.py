"""How are keys of many wearers opened at once? Two questions to the file in place of two a key."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.adapters.keystore import KeyStore
from fairtag.custody import envelope


def keys_of(keys: KeyStore, names: Sequence[str]) -> dict[str, bytes]:
    """Give those of some keys that are there, by name; none of the uppermost.

    Raises: SealBroken when one was changed.
    """
    found = keys.wrapped_many(names)
    uppers = keys.wrapped_many([*{above for above, _ in found.values() if above is not None}])
    ciphers = {name: _cipher(keys, name, *told) for name, told in uppers.items()}
    return {
        name: _opened(ciphers[above], name, above, wrapped)
        for name, (above, wrapped) in found.items()
        if above in ciphers
    }


def _cipher(keys: KeyStore, name: str, above: str | None, wrapped: bytes) -> AESGCM:
    """Give the cipher of a key above others; the uppermost are open already."""
    if above is None:
        return keys.cipher(name)
    return AESGCM(_opened(keys.cipher(above), name, above, wrapped))


def _opened(cipher: AESGCM, name: str, above: str, wrapped: bytes) -> bytes:
    return envelope.unseal(cipher, wrapped, bound=envelope.bound_to("key", name, above))
