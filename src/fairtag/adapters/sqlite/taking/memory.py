"""What does a store remember of its last commits? Shared by its writer and its readers."""

from __future__ import annotations

from typing import NamedTuple, Self

from fairtag.adapters.sqlite.taking.fresh import Fresh
from fairtag.adapters.sqlite.taking.rows_of import Recent
from fairtag.app.ports import Vault


class Memory(NamedTuple):
    """What devices said, and whose rows it is."""

    fresh: Fresh
    recent: Recent

    @classmethod
    def of(cls, vault: Vault) -> Self:
        """Begin with nothing."""
        return cls(Fresh(vault.generation), Recent())
