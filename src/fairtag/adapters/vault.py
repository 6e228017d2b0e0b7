"""How are records sealed under their wearer's keys? Keeps `fairtag.app.ports.Vault`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fairtag.adapters.keystore import KeyStore, locked_name
from fairtag.custody import envelope
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import WHOLE, DataKey, Item
from fairtag.retention.schedule import FINAL_AFTER
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_MOST_CACHED = 100_000
_PARTS = 4  # data / wearer / kind / period
_HOUSE = "house"  # whose wearers have no order yet, such as a device without one


class KeyVault:
    """Seals under one key per wearer, kind and period."""

    def __init__(self, keys: KeyStore, *, chance: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._chance = chance
        self._ciphers: dict[tuple[str, RecordKind, str], AESGCM] = {}
        self._naming: dict[str, bytes] = {}

    def enrol(self, wearer_id: WearerId, authority_id: str) -> None:
        """Make the wearer's key under the authority's; nothing when it is there."""
        authority = f"authority/{authority_id}"
        self._keys.key(authority, create=True)
        self._keys.key(f"wearer/{wearer_id}", above=authority, create=True)

    def seal(
        self, plain: bytes, *, wearer_id: WearerId, kind: RecordKind, at: Micros, row: str
    ) -> bytes:
        """Seal under the wearer's key of this kind and period."""
        period = period_of(kind, at)
        cipher = self._cipher(wearer_id, kind, period, create=True)
        bound = envelope.bound_to(wearer_id, kind, period, row)
        return envelope.seal(cipher, plain, nonce=self._chance(envelope.NONCE_BYTES), bound=bound)

    def unseal(
        self, sealed: bytes, *, wearer_id: WearerId, kind: RecordKind, at: Micros, row: str
    ) -> bytes:
        """Undo `seal`.

        Raises: SealBroken.
        """
        period = period_of(kind, at)
        cipher = self._cipher(wearer_id, kind, period, create=False)
        bound = envelope.bound_to(wearer_id, kind, period, row)
        return envelope.unseal(cipher, sealed, bound=bound)

    def name(self, told: bytes, *, wearer_id: WearerId) -> bytes:
        """Name a content by a keyed hash of 16 bytes."""
        key = self._naming.get(wearer_id)
        if key is None:
            path = f"data/{wearer_id}/names"
            key = self._keys.key(path, above=self._wearer(wearer_id, create=True), create=True)
            self._naming[wearer_id] = key
        return hashlib.blake2b(told, key=key, digest_size=16).digest()

    def end_wearer(self, wearer_id: WearerId) -> int:
        """Destroy the wearer's key and every key below it; tells how many keys went."""
        gone = self._keys.destroy(f"wearer/{wearer_id}")
        self._forget(lambda name: name[0] == wearer_id)
        self._naming.pop(wearer_id, None)
        return gone

    def end_period(self, wearer_id: WearerId, kind: RecordKind, period: str) -> bool:
        """Destroy one data key; tells whether there was one."""
        gone = self._keys.destroy(f"data/{wearer_id}/{kind}/{period}")
        self._forget(lambda name: name == (wearer_id, kind, period))
        return gone > 0

    def end_journal(self, day: str) -> bool:
        """Destroy the journal's key of a day, of all wearers; tells whether there was one."""
        gone = self._keys.destroy(f"journal/{day}")
        self._forget(lambda name: name[1:] == (RecordKind.JOURNAL, day))
        return gone > 0

    def periods(self) -> list[DataKey]:
        """List every data key that is there; locked ones are not."""
        found = (name.split("/") for name in self._keys.names("data/"))
        return [
            DataKey(wearer_id=WearerId(parts[1]), kind=RecordKind(parts[2]), period=parts[3])
            for parts in found
            if len(parts) == _PARTS
        ]

    def lock(self, run: str, items: Sequence[Item]) -> int:
        """Move keys under a wrapper of the run's own; tells how many."""
        moved = self._keys.lock(run, map(_name_of, items))
        self._forget_all()
        return moved

    def unlock(self, run: str, items: Sequence[Item]) -> int:
        """Put them back; tells how many."""
        return self._keys.unlock(run, map(_name_of, items))

    def end_items(self, run: str, items: Sequence[Item]) -> int:
        """Destroy keys, locked or not, and all below them; tells how many went."""
        names = list(map(_name_of, items))
        gone = self._keys.destroy_many([*names, *(locked_name(run, one) for one in names)])
        self._forget_all()
        return gone

    def final_at(self, destroyed_at: Micros) -> Micros:
        """Tell when no copy of the keystore can hold the key any more."""
        return Micros(destroyed_at + FINAL_AFTER)

    def _forget_all(self) -> None:
        self._ciphers, self._naming = {}, {}

    def _forget(self, is_gone: Callable[[tuple[str, RecordKind, str]], bool]) -> None:
        self._ciphers = {name: one for name, one in self._ciphers.items() if not is_gone(name)}

    def _cipher(self, wearer_id: str, kind: RecordKind, period: str, *, create: bool) -> AESGCM:
        name = (wearer_id, kind, period)
        found = self._ciphers.get(name)
        if found is None:
            found = AESGCM(self._data_key(wearer_id, kind, period, create=create))
            if len(self._ciphers) >= _MOST_CACHED:
                self._ciphers.clear()
            self._ciphers[name] = found
        return found

    def _data_key(self, wearer_id: str, kind: RecordKind, period: str, *, create: bool) -> bytes:
        above = self._wearer(wearer_id, create=create)
        if kind is not RecordKind.JOURNAL:
            path = f"data/{wearer_id}/{kind}/{period}"
            return self._keys.key(path, above=above, create=create)
        # One key a day for everybody's journal, mixed with the wearer's own: no key has to be made
        # at a wearer's first message of a day, and the end of either is the end of the record.
        day = self._keys.key(f"journal/{period}", create=create)
        mine = self._keys.key(above, create=False)
        bound = envelope.bound_to("journal", wearer_id, period)
        return HKDF(SHA256(), length=envelope.KEY_BYTES, salt=mine, info=bound).derive(day)

    def _wearer(self, wearer_id: str, *, create: bool) -> str:
        """Name the wearer's key; whoever was never enrolled stands under the house's own."""
        name = f"wearer/{wearer_id}"
        if create and not self._keys.is_there(name):
            self.enrol(WearerId(wearer_id), _HOUSE)
        return name


def _name_of(item: Item) -> str:
    if item.kind == WHOLE:
        return f"wearer/{item.wearer_id}"
    return f"data/{item.wearer_id}/{item.kind}/{item.period}"
