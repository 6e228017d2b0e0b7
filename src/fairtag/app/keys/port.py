"""What does the application need from the keys? Promises; `fairtag.adapters.vault` keeps them.

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import DataKey, Item
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros


class Vault(Protocol):
    """Seals and unseals bytes under the keys of one wearer; the keystore is a file of its own.

    Root → authority → wearer → data key of a kind and period. Nothing outside
    `fairtag.custody.opening` and the machine's own judging calls `unseal` on what holds positions.
    """

    def generation(self) -> int:
        """Give a number that changes when any key is destroyed or locked."""
        ...

    def enrol(self, wearer_id: WearerId, authority_id: str) -> None:
        """Make the wearer's key under the authority's; nothing when it is there."""
        ...

    def prepare(
        self, month: str, wearers: Iterable[WearerId], *, kinds: Sequence[RecordKind] = ...
    ) -> int:
        """Make the wearers' keys of a month (`2026-12`) before it begins; tells how many were new.

        Raises: SealBroken when a wearer has no key.
        """
        ...

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
        """Seal under the wearer's key of this kind and of the period of `at`; `row` is AAD.

        `of` names the item where each has a key of its own (`custody.kinds.BY_THE_ITEM`).
        """
        ...

    def seal_many(
        self, told: Iterable[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Seal much of one time as `seal` does, each given with its wearer and row."""
        ...

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

        Raises: SealBroken when a byte, the wearer, the kind, the period or the row differs, or the
        key is gone.
        """
        ...

    def unseal_many(
        self, told: Sequence[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Undo `seal_many`: each given with its wearer and row.

        Raises: SealBroken, as `unseal`.
        """
        ...

    def name(self, told: bytes, *, wearer_id: WearerId) -> bytes:
        """Name a content by a keyed hash: the same again is found, and the name tells nothing.

        Shapes: 16 bytes.
        """
        ...

    def derived(self, purpose: str, *, wearer_id: WearerId) -> bytes:
        """Give a key of 32 bytes for one purpose; nobody has it once the wearer's key is gone.

        Raises: SealBroken when the wearer has no key, or it is locked.
        """
        ...

    def end_wearer(self, wearer_id: WearerId) -> int:
        """Destroy the wearer's key and every key below it; tells how many keys went."""
        ...

    def end_wearers(self, wearers: Sequence[WearerId]) -> int:
        """Destroy the keys of many wearers, all or none; tells how many keys went."""
        ...

    def end_period(self, wearer_id: WearerId, kind: RecordKind, period: str) -> bool:
        """Destroy one data key; tells whether there was one."""
        ...

    def end_periods(self, ended: Sequence[tuple[WearerId, RecordKind, str]]) -> int:
        """Destroy many data keys, all or none; tells how many there were."""
        ...

    def end_journal(self, day: str) -> bool:
        """Destroy the journal's key of a day, of all wearers; tells whether there was one."""
        ...

    def periods(self, wearers: Collection[WearerId] | None = None) -> list[DataKey]:
        """List every data key that is there, or those of some wearers; locked ones are not."""
        ...

    def owned(self) -> Iterator[list[DataKey]]:
        """List every data key that is there, in parts; a wearer's are all in one."""
        ...

    def lock(self, run: str, items: Sequence[Item]) -> int:
        """Move keys under a wrapper of an erasure's own, so that nothing below opens; how many.

        What is locked already stays so. `seal` and `unseal` refuse meanwhile with SealBroken.
        """
        ...

    def unlock(self, run: str, items: Sequence[Item]) -> int:
        """Put locked keys back; tells how many."""
        ...

    def end_items(self, run: str, items: Sequence[Item]) -> int:
        """Destroy keys, locked or not, and all below them; tells how many went."""
        ...

    def final_at(self, destroyed_at: Micros) -> Micros:
        """Tell when a destruction is final: no copy of the keystore can hold the key any more.

        At most 30 days after the act; the act itself when no copy was made.
        """
        ...

    def overdue_epochs(self, now: Micros) -> list[int]:
        """List the weeks (from 1970 on) whose copies of the keystore must be readable no more."""
        ...

    def end_epochs(self, now: Micros) -> int:
        """Destroy the keys that open those weeks' copies; tells how many."""
        ...
