"""How is a row of this house's reviews sealed, opened and named? The same way in both books."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from sqlalchemy import Row

from fairtag.app.ports import Vault
from fairtag.custody.kinds import RecordKind
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

HOUSE = WearerId("house")  # owner of what is about no wearer


def sealed(vault: Vault, told: dict[str, str], *, owner: WearerId, at: Micros, row: str) -> bytes:
    """Seal the texts of a row."""
    plain = msgspec.json.encode(told)
    return vault.seal(plain, wearer_id=owner, kind=RecordKind.TEXT, at=at, row=row)


def opened(vault: Vault, row: Row[Any], bound: str) -> dict[str, str]:
    """Open the texts of a row.

    Raises: SealBroken when their key is gone.
    """
    plain = vault.unseal(
        row.sealed,
        wearer_id=WearerId(row.owner),
        kind=RecordKind.TEXT,
        at=Micros(row.at),
        row=bound,
    )
    return msgspec.json.decode(plain, type=dict[str, str])


def digest(row: Row[Any] | dict[str, Any]) -> str:
    """Name a row as it stands; each part has its length before it, so that none can move."""
    values = row if isinstance(row, dict) else row._mapping  # noqa: SLF001 - its public name
    told = hashlib.sha256()
    for part in (values["owner"], str(values["at"]), values["body"], values["sealed"]):
        raw = part if isinstance(part, bytes) else part.encode()
        told.update(len(raw).to_bytes(8) + raw)
    return told.hexdigest()
