"""Ways to watch what a house unseals, and to let it seal nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from fairtag.adapters.vault import KeyVault
from fairtag.custody.kinds import RecordKind


def watch_unsealing(patch: pytest.MonkeyPatch, sees: Callable[[RecordKind], None]) -> None:
    """Let something be told of each record's kind before it is unsealed, alone or among others."""
    one, many = KeyVault.unseal, KeyVault.unseal_many

    def unseal(self: KeyVault, told: bytes, *, kind: RecordKind, **bound: Any) -> bytes:
        sees(kind)
        return one(self, told, kind=kind, **bound)

    def unseal_many(self: KeyVault, told: Any, *, kind: RecordKind, **bound: Any) -> list[bytes]:
        for _ in told:
            sees(kind)
        return many(self, told, kind=kind, **bound)

    patch.setattr(KeyVault, "unseal", unseal)
    patch.setattr(KeyVault, "unseal_many", unseal_many)


def seal_nothing(patch: pytest.MonkeyPatch) -> None:
    """Let a house keep everything as it is."""

    def same(_: KeyVault, told: bytes, **bound: object) -> bytes:
        del bound
        return told

    def all_the_same(_: KeyVault, told: Iterable[tuple[Any, Any, bytes]], **bound: object) -> Any:
        del bound
        return [plain for _, _, plain in told]

    for name, as_it_is in (("seal", same), ("unseal", same)):
        patch.setattr(KeyVault, name, as_it_is)
        patch.setattr(KeyVault, f"{name}_many", all_the_same)
