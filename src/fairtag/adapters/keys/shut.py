"""What is a vault whose keys are not there? Shut: so the log can be written before keys come back.

Keeps `fairtag.app.ports.Vault`; everything is refused.
"""

# ruff: noqa: ARG002 - a refusal looks at no argument

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import DataKey, Item
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

_WHY = "the keys of this house are not there"


class ShutVault:
    """Opens nothing, seals nothing, ends nothing."""

    def generation(self) -> int:
        """Nothing is destroyed here."""
        return 0

    def enrol(self, wearer_id: WearerId, authority_id: str) -> None:
        """Refuse."""
        raise SealBroken(_WHY)

    def prepare(
        self, month: str, wearers: Iterable[WearerId], *, kinds: Sequence[RecordKind] = ()
    ) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

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
        """Refuse."""
        raise SealBroken(_WHY)

    def seal_many(
        self, told: Iterable[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Refuse."""
        raise SealBroken(_WHY)

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
        """Refuse."""
        raise SealBroken(_WHY)

    def unseal_many(
        self, told: Sequence[tuple[WearerId, str, bytes]], *, kind: RecordKind, at: Micros
    ) -> list[bytes]:
        """Refuse."""
        raise SealBroken(_WHY)

    def name(self, told: bytes, *, wearer_id: WearerId) -> bytes:
        """Refuse."""
        raise SealBroken(_WHY)

    def derived(self, purpose: str, *, wearer_id: WearerId) -> bytes:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_wearer(self, wearer_id: WearerId) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_wearers(self, wearers: Sequence[WearerId]) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_period(self, wearer_id: WearerId, kind: RecordKind, period: str) -> bool:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_periods(self, ended: Sequence[tuple[WearerId, RecordKind, str]]) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_journal(self, day: str) -> bool:
        """Refuse."""
        raise SealBroken(_WHY)

    def owned(self) -> Iterator[list[DataKey]]:
        """Refuse."""
        raise SealBroken(_WHY)

    def periods(self, wearers: Collection[WearerId] | None = None) -> list[DataKey]:
        """Refuse."""
        raise SealBroken(_WHY)

    def lock(self, run: str, items: Sequence[Item]) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def unlock(self, run: str, items: Sequence[Item]) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_items(self, run: str, items: Sequence[Item]) -> int:
        """Refuse."""
        raise SealBroken(_WHY)

    def final_at(self, destroyed_at: Micros) -> Micros:
        """Refuse."""
        raise SealBroken(_WHY)

    def overdue_epochs(self, now: Micros) -> list[int]:
        """Refuse."""
        raise SealBroken(_WHY)

    def end_epochs(self, now: Micros) -> int:
        """Refuse."""
        raise SealBroken(_WHY)
