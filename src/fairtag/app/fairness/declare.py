"""Let a wearer say who they are, if they want to, and take it back whenever they want.

The access log tells that something was said or taken back, never what. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.disclosure.fair.declared import declared
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

SAID, TAKEN_BACK = "wearer.declared", "wearer.declared.withdrawn"


def declare(house: House, wearer_id: WearerId, told: Mapping[str, str]) -> bool:
    """Keep what a wearer says of themselves; saying nothing takes it back. Tells whether it stands.

    Raises: DeclarationRefused, LogUnavailable.
    """
    said = declared(told)
    if said is None:
        withdraw(house, wearer_id)
        return False
    now = house.clock.now()

    def work(tx: Transaction) -> Micros | None:
        tx.audit.append(_entry(SAID, "collection", wearer_id, now))
        before = tx.declared.withdraw(wearer_id)
        tx.declared.put(wearer_id, said, at=now)
        return before

    _end_key(house, wearer_id, house.store.transact(work), unless=now)
    return True


def withdraw(house: House, wearer_id: WearerId) -> bool:
    """Take it back and destroy its key; tells whether there was anything.

    Raises: LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Micros | None:
        if tx.declared.said_at(wearer_id) is None:
            return None
        tx.audit.append(_entry(TAKEN_BACK, "erasure", wearer_id, now))
        return tx.declared.withdraw(wearer_id)

    before = house.store.transact(work)
    _end_key(house, wearer_id, before)
    return before is not None


def _end_key(
    house: House, wearer_id: WearerId, at: Micros | None, *, unless: Micros | None = None
) -> None:
    """Destroy the key under which it lay, so that no copy of the store tells it any more."""
    kind = RecordKind.DECLARED
    if at is None or (unless is not None and period_of(kind, at) == period_of(kind, unless)):
        return
    house.vault.end_period(wearer_id, kind, period_of(kind, at))


def _entry(what: str, operation: str, wearer_id: WearerId, now: Micros) -> Entry:
    return Entry(
        at=now,
        operation="erasure" if operation == "erasure" else "collection",
        actor="wearer",
        what=what,
        wearer_id=wearer_id,
    )
