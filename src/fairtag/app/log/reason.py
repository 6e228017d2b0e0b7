"""How does free text get into the log? Sealed under the wearer's own key, so that it can end.

The tree stands over the sealed bytes: it holds after the key is destroyed, and nobody reads them.
"""

from __future__ import annotations

import msgspec

from fairtag.app.house import House
from fairtag.app.ports import Vault
from fairtag.audit.entries import Entry
from fairtag.custody.kinds import RecordKind

_REF_BYTES = 16


def with_reason(house: House, entry: Entry, text: str) -> Entry:
    """Put a reason into an entry about a wearer, sealed."""
    if entry.wearer_id is None or not text:
        return entry
    ref = entry.ref or house.chance(_REF_BYTES).hex()
    sealed = house.vault.seal(
        text.encode(), wearer_id=entry.wearer_id, kind=RecordKind.AUDIT_TEXT, at=entry.at, row=ref
    )
    return msgspec.structs.replace(entry, ref=ref, reason_text=sealed)


def reason_of(vault: Vault, entry: Entry) -> str:
    """Read the reason of an entry; empty when it has none. Callers log first.

    Raises: SealBroken when the wearer's key is gone.
    """
    if entry.reason_text is None or entry.wearer_id is None:
        return ""
    return vault.unseal(
        entry.reason_text,
        wearer_id=entry.wearer_id,
        kind=RecordKind.AUDIT_TEXT,
        at=entry.at,
        row=entry.ref,
    ).decode()
