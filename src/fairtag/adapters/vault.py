"""How are records sealed under their wearer's keys? Keeps `fairtag.app.ports.Vault`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairtag.adapters.keystore import KeyStore
from fairtag.custody import envelope
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros, text

_MOST_CACHED = 100_000


class KeyVault:
    """Seals under one key per wearer, kind and month."""

    def __init__(self, keys: KeyStore, *, chance: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._chance = chance
        self._ciphers: dict[tuple[str, RecordKind, str], AESGCM] = {}
        self._naming: dict[str, bytes] = {}

    def seal(
        self, plain: bytes, *, wearer_id: WearerId, kind: RecordKind, at: Micros, row: str
    ) -> bytes:
        """Seal under the wearer's key of this kind and month."""
        month = _month(at)
        cipher = self._cipher(wearer_id, kind, month, create=True)
        bound = envelope.bound_to(wearer_id, kind, month, row)
        return envelope.seal(cipher, plain, nonce=self._chance(envelope.NONCE_BYTES), bound=bound)

    def unseal(
        self, sealed: bytes, *, wearer_id: WearerId, kind: RecordKind, at: Micros, row: str
    ) -> bytes:
        """Undo `seal`.

        Raises: SealBroken.
        """
        month = _month(at)
        cipher = self._cipher(wearer_id, kind, month, create=False)
        return envelope.unseal(cipher, sealed, bound=envelope.bound_to(wearer_id, kind, month, row))

    def name(self, told: bytes, *, wearer_id: WearerId) -> bytes:
        """Name a content by a keyed hash of 16 bytes."""
        key = self._naming.get(wearer_id)
        if key is None:
            above = AESGCM(self._keys.key(f"wearer/{wearer_id}", create=True))
            key = self._keys.key(f"data/{wearer_id}/names", under=above, create=True)
            self._naming[wearer_id] = key
        return hashlib.blake2b(told, key=key, digest_size=16).digest()

    def destroy(self, wearer_id: WearerId) -> None:
        """Destroy the wearer's key: nothing sealed for this wearer opens again."""
        self._keys.destroy(f"wearer/{wearer_id}")
        self._ciphers = {name: c for name, c in self._ciphers.items() if name[0] != wearer_id}
        self._naming.pop(wearer_id, None)

    def _cipher(self, wearer_id: str, kind: RecordKind, month: str, *, create: bool) -> AESGCM:
        name = (wearer_id, kind, month)
        found = self._ciphers.get(name)
        if found is None:
            above = AESGCM(self._keys.key(f"wearer/{wearer_id}", create=create))
            path = f"data/{wearer_id}/{kind}/{month}"
            found = AESGCM(self._keys.key(path, under=above, create=create))
            if len(self._ciphers) >= _MOST_CACHED:
                self._ciphers.clear()
            self._ciphers[name] = found
        return found


_MONTHS: dict[int, str] = {}


def _month(at: Micros) -> str:
    day = at // 86_400_000_000
    found = _MONTHS.get(day)
    if found is None:
        found = _MONTHS[day] = text(at)[:7]
    return found
