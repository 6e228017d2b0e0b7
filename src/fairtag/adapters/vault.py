"""How are records sealed under their wearer's keys? Keeps `fairtag.app.ports.Vault`."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fairtag.adapters.keys import locks
from fairtag.adapters.keys.many import keys_of
from fairtag.adapters.keystore import KeyStore
from fairtag.custody import envelope
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import WHOLE, DataKey, Item
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import HOUR, Micros

_MOST_CACHED = 100_000
_PARTS = 4  # data / wearer / kind / period
_HOUSE = "house"  # whose wearers have no order yet, such as a device without one
# What a monitored wearer's month begins with: the trail, and what an alert would wait for.
_MONTHLY = (RecordKind.TRAIL, RecordKind.FINDING, RecordKind.EVIDENCE)
_A_PART = 20_000  # keys that are listed at once; a wearer has some hundreds at most
_A_COMMIT = 20_000  # wearers; the keystore is closed to others while one is written

_Name = tuple[str, RecordKind, str]


class KeyVault:
    """Seals under one key per wearer, kind and period; any thread may use it.

    Keys stay open in memory, bounded. One that is destroyed is served no more: at once when this
    process destroyed it, within `keystore.LOOK_S` when another one did.
    """

    def __init__(self, keys: KeyStore, *, chance: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._chance = chance
        self._lock = threading.Lock()  # of what stays open
        self._generation = keys.generation()
        self._ciphers: dict[_Name, tuple[AESGCM, bytes]] = {}
        self._naming: dict[str, bytes] = {}
        self._is_house_there = False

    def enrol(self, wearer_id: WearerId, authority_id: str) -> None:
        """Make the wearer's key under the authority's; nothing when it is there."""
        authority = f"authority/{authority_id}"
        wearer = f"wearer/{wearer_id}"
        if not self._keys.is_there(wearer):
            self._keys.make_many([(authority, None), (wearer, authority)])

    def prepare(
        self,
        month: str,
        wearers: Iterable[WearerId],
        *,
        kinds: Sequence[RecordKind] = _MONTHLY,
    ) -> int:
        """Make the wearers' keys of a month (`2026-12`) before it begins; tells how many were new.

        At the first messages of a month a key each would be a commit each.
        Raises: SealBroken when a wearer has no key.
        """
        waiting, made = iter(wearers), 0
        while part := list(itertools.islice(waiting, _A_COMMIT)):
            made += self._keys.make_many(
                (_path(one, kind, month), f"wearer/{one}") for one in part for kind in kinds
            )
        return made

    def seal(
        self,
        plain: bytes,
        *,
        wearer_id: WearerId,
        kind: RecordKind,
        at: Micros,
        row: str,
        of: str = "",
    ) -> bytes:
        """Seal under the wearer's key of this kind and period, or of this one item."""
        cipher, whose = self._cipher((wearer_id, kind, _period(kind, at, of)), create=True)
        bound = envelope.bound_further(whose, row)
        return envelope.seal(cipher, plain, nonce=self._chance(envelope.NONCE_BYTES), bound=bound)

    def seal_many(
        self, told: Iterable[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Seal much of one time as `seal` does, each given with its wearer and row."""
        period, asked = _period(kind, at, ""), list(told)
        names = [(wearer_id, kind, period) for wearer_id, _, _ in asked]
        self._open_many(names)
        chance = self._chance(envelope.NONCE_BYTES * len(asked))
        found = []
        for n, (name, (_, row, plain)) in enumerate(zip(names, asked, strict=True)):
            cipher, whose = self._ciphers.get(name) or self._cipher(name, create=True)
            nonce = chance[n * envelope.NONCE_BYTES : (n + 1) * envelope.NONCE_BYTES]
            bound = envelope.bound_further(whose, row)
            found.append(envelope.seal(cipher, plain, nonce=nonce, bound=bound))
        return found

    def unseal_many(
        self, told: Sequence[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Undo `seal_many`.

        Raises: SealBroken.
        """
        period = _period(kind, at, "")
        names = [(wearer_id, kind, period) for wearer_id, _, _ in told]
        self._open_many(names)
        found = []
        for name, (_, row, sealed) in zip(names, told, strict=True):
            cipher, whose = self._ciphers.get(name) or self._cipher(name, create=False)
            bound = envelope.bound_further(whose, row)
            found.append(envelope.unseal(cipher, sealed, bound=bound))
        return found

    def unseal(
        self,
        sealed: bytes,
        *,
        wearer_id: WearerId,
        kind: RecordKind,
        at: Micros,
        row: str,
        of: str = "",
    ) -> bytes:
        """Undo `seal`.

        Raises: SealBroken.
        """
        cipher, whose = self._cipher((wearer_id, kind, _period(kind, at, of)), create=False)
        bound = envelope.bound_further(whose, row)
        return envelope.unseal(cipher, sealed, bound=bound)

    def name(self, told: bytes, *, wearer_id: WearerId) -> bytes:
        """Name a content by a keyed hash of 16 bytes."""
        generation = self._fresh()
        key = self._naming.get(wearer_id)
        if key is None:
            path = f"data/{wearer_id}/names"
            key = self._keys.key(path, above=self._wearer(wearer_id, create=True), create=True)
            self._keep(self._naming, wearer_id, key, generation)
        return hashlib.blake2b(told, key=key, digest_size=16).digest()

    def derived(self, purpose: str, *, wearer_id: WearerId) -> bytes:
        """Give a key for one purpose, derived from the wearer's own: it dies with that one."""
        mine = self._keys.key(self._wearer(wearer_id, create=False), create=False)
        bound = envelope.bound_to("derived", purpose, wearer_id)
        return HKDF(SHA256(), length=envelope.KEY_BYTES, salt=None, info=bound).derive(mine)

    def end_wearer(self, wearer_id: WearerId) -> int:
        """Destroy the wearer's key and every key below it; tells how many keys went."""
        return self.end_wearers([wearer_id])

    def end_wearers(self, wearers: Sequence[WearerId]) -> int:
        """Destroy the keys of many wearers in one commit; tells how many keys went."""
        gone = frozenset(wearers)
        return self._end([f"wearer/{one}" for one in wearers], lambda name: name[0] in gone)

    def end_period(self, wearer_id: WearerId, kind: RecordKind, period: str) -> bool:
        """Destroy one data key; tells whether there was one."""
        return self.end_periods([(wearer_id, kind, period)]) > 0

    def end_periods(self, ended: Sequence[tuple[WearerId, RecordKind, str]]) -> int:
        """Destroy many data keys in one commit; tells how many there were."""
        gone = frozenset(ended)
        return self._end([_path(*one) for one in ended], lambda name: name in gone)

    def end_journal(self, day: str) -> bool:
        """Destroy the journal's key of a day, of all wearers; tells whether there was one."""
        return self._end([f"journal/{day}"], lambda name: name[1:] == (RecordKind.JOURNAL, day)) > 0

    def periods(self, wearers: Collection[WearerId] | None = None) -> list[DataKey]:
        """List every data key that is there, or those of some wearers; locked ones are not."""
        if wearers is None:
            return _listed(self._keys.names("data/"))
        return [key for one in wearers for key in _listed(self._keys.names(f"data/{one}/"))]

    def owned(self) -> Iterator[list[DataKey]]:
        """List every data key in parts; a wearer's are all in one."""
        after: str | None = "data/"
        while after is not None:
            names = self._keys.names("data/", after=after, limit=_A_PART)
            after = None
            if len(names) == _A_PART:  # the last wearer's may go on: they come with the next
                whose = "/".join(names[-1].split("/")[:2]) + "/"
                whole = [name for name in names if not name.startswith(whose)]
                after = whole[-1] if whole else None
                names = whole or self._keys.names("data/")
            yield _listed(names)

    def generation(self) -> int:
        """Give a number that changes when any key is destroyed or locked."""
        return self._keys.generation()

    def lock(self, run: str, items: Sequence[Item]) -> int:
        """Move keys under a wrapper of the run's own; tells how many."""
        return locks.lock(self._keys, run, map(_name_of, items))

    def unlock(self, run: str, items: Sequence[Item]) -> int:
        """Put them back; tells how many."""
        return locks.unlock(self._keys, run, map(_name_of, items))

    def end_items(self, run: str, items: Sequence[Item]) -> int:
        """Destroy keys, locked or not, and all below them; tells how many went."""
        names = list(map(_name_of, items))
        return self._keys.destroy_many([*names, *(locks.locked_name(run, one) for one in names)])

    def final_at(self, destroyed_at: Micros) -> Micros:
        """Tell when no copy of the keystore can hold a key any more that was destroyed then."""
        return self._keys.epochs.final_at(destroyed_at)

    def overdue_epochs(self, now: Micros) -> list[int]:
        """List the weeks whose copies of the keystore must be readable no more."""
        return self._keys.epochs.overdue(now)

    def end_epochs(self, now: Micros) -> int:
        """Destroy the keys of those weeks; tells how many."""
        ended = self._keys.epochs.end(now)
        self._keys.tidy()
        return ended

    def _end(self, names: Sequence[str], is_gone: Callable[[_Name], bool]) -> int:
        gone = self._keys.destroy_many(names)
        generation = self._keys.generation()
        with self._lock:
            if generation == self._generation + 1:  # nothing else went meanwhile
                kept = {name: one for name, one in self._ciphers.items() if not is_gone(name)}
                self._ciphers, self._naming = kept, {}
                self._generation = generation
        self._fresh()
        return gone

    def _fresh(self) -> int:
        """Close what stays open when keys were destroyed; tells the generation of what is left."""
        generation = self._keys.generation()
        if generation != self._generation:
            with self._lock:
                self._ciphers, self._naming = {}, {}
                self._generation = generation
        return generation

    def _keep(self, among: dict[Any, Any], name: Any, found: Any, generation: int) -> None:
        """Leave a key open, unless keys were destroyed since it was read."""
        with self._lock:
            if generation != self._generation:
                return
            if len(among) >= _MOST_CACHED:
                among.clear()
            among[name] = found

    def _cipher(self, name: _Name, *, create: bool) -> tuple[AESGCM, bytes]:
        """Give the key of a name, open, and what all its seals are bound to."""
        generation = self._fresh()
        found = self._ciphers.get(name)
        if found is None:
            found = (AESGCM(self._data_key(*name, create=create)), envelope.bound_to(*name))
            self._keep(self._ciphers, name, found, generation)
        return found

    def _open_many(self, names: Sequence[_Name]) -> None:
        """Open those of some keys that are there and not open yet; of one kind and period."""
        generation = self._fresh()
        shut = {name for name in names if name not in self._ciphers}
        if len(shut) <= 1:
            return  # nothing is saved
        for name, key in self._data_keys(shut):
            self._keep(self._ciphers, name, (AESGCM(key), envelope.bound_to(*name)), generation)

    def _data_keys(self, names: Collection[_Name]) -> Iterator[tuple[_Name, bytes]]:
        """Give the keys of names that are there."""
        _, kind, period = next(iter(names))
        if kind is not RecordKind.JOURNAL:
            found = keys_of(self._keys, [_path(*name) for name in names])
            yield from ((name, key) for name in names if (key := found.get(_path(*name))))
            return
        day = f"journal/{period}"
        found = keys_of(self._keys, [day, *(f"wearer/{name[0]}" for name in names)])
        for name in names if day in found else ():
            if (mine := found.get(f"wearer/{name[0]}")) is not None:
                yield name, _of_journal(found[day], mine, name[0], period)

    def _data_key(self, wearer_id: str, kind: RecordKind, period: str, *, create: bool) -> bytes:
        above = self._wearer(wearer_id, create=create)
        if kind is not RecordKind.JOURNAL:
            return self._keys.key(_path(wearer_id, kind, period), above=above, create=create)
        day = self._keys.key(f"journal/{period}", above=self._house(create=create), create=create)
        return _of_journal(day, self._keys.key(above, create=False), wearer_id, period)

    def _wearer(self, wearer_id: str, *, create: bool) -> str:
        """Name the wearer's key; whoever was never enrolled stands under the house's own."""
        name = f"wearer/{wearer_id}"
        if create and not self._keys.is_there(name):
            self.enrol(WearerId(wearer_id), _HOUSE)
        return name

    def _house(self, *, create: bool) -> str:
        name = f"authority/{_HOUSE}"
        if create and not self._is_house_there:
            self._keys.make_many([(name, None)])
            self._is_house_there = True
        return name


def _of_journal(day: bytes, mine: bytes, wearer_id: str, period: str) -> bytes:
    """Mix one key a day for everybody's journal with the wearer's own.

    So no key has to be made at a wearer's first message of a day, and the end of either is the end
    of the record.
    """
    bound = envelope.bound_to("journal", wearer_id, period)
    return HKDF(SHA256(), length=envelope.KEY_BYTES, salt=mine, info=bound).derive(day)


def _listed(names: Iterable[str]) -> list[DataKey]:
    found = (name.split("/") for name in names)
    return [
        DataKey(wearer_id=WearerId(parts[1]), kind=RecordKind(parts[2]), period=parts[3])
        for parts in found
        if len(parts) == _PARTS
    ]


def _period(kind: RecordKind, at: Micros, of: str) -> str:
    return period_of(kind, at, of=of) if of else _period_of_hour(kind, at // HOUR)


@lru_cache(maxsize=1024)
def _period_of_hour(kind: RecordKind, hour: int) -> str:
    return period_of(kind, Micros(hour * HOUR))


def _path(wearer_id: str, kind: RecordKind, period: str) -> str:
    return f"data/{wearer_id}/{kind}/{period}"


def _name_of(item: Item) -> str:
    if item.kind == WHOLE:
        return f"wearer/{item.wearer_id}"
    return _path(item.wearer_id, RecordKind(item.kind), item.period)
