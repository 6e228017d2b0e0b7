"""See that copies of the keystore die on their date, and with them what was destroyed."""

from __future__ import annotations

from fairtag.app.house import House
from fairtag.audit.entries import Entry


def keep_keys(house: House) -> int:
    """Destroy the keys of weeks that are past their end; tells how many.

    Raises: LogUnavailable: then nothing is destroyed, and the next round tries again.
    """
    now = house.clock.now()
    weeks = house.vault.overdue_epochs(now)
    if not weeks:
        return 0
    told = {"weeks": " ".join(map(str, weeks))}
    entry = Entry(
        at=now, operation="erasure", actor="machine", what="keys.epochs_end", details=told
    )
    house.store.transact(lambda tx: tx.audit.append(entry))
    return house.vault.end_epochs(now)
