"""Store a version of an order, so that it is judged from now on."""

from __future__ import annotations

from typing import Literal

from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.audit.entries import Entry
from fairtag.orders.model import OrderVersion
from fairtag.orders.read import is_simulated, read
from fairtag.orders.scheme import Scheme
from fairtag.terms.errors import OrderRefused
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros

REHEARSAL = (
    "$.simulated: this fairtag is a rehearsal until all ten guarantees are proved. It takes orders "
    'of invented people only; say so with "simulated": true.'
)


def put_order(house: House, document: bytes, *, scheme: Scheme, by: str) -> OrderVersion:
    """Check and store a version.

    The first version counts from the order's start, so that what devices sent meanwhile is judged;
    each later one counts from now.
    Raises: OrderRefused, OrderConflict.
    """
    if house.is_rehearsal and not is_simulated(document):
        raise OrderRefused(REHEARSAL)
    now = house.clock.now()
    order = read(document, scheme=scheme, recorded_at=now)

    def work(tx: Transaction) -> OrderVersion:
        is_new = all(
            (one.order_id, one.version) < (order.order_id, order.version)
            for one in tx.orders.facts()
            if one.order_id == order.order_id
        )
        tx.orders.put(order)
        if is_new:
            _record(tx, order.order_id, now, by, "order.put")
        return order

    return house.store.transact(work)


def mark_order(
    house: House,
    order_id: OrderId,
    what: Literal["suspend", "resume", "end"],
    *,
    at: Micros,
    by: str,
    reason: str,
) -> None:
    """Suspend, resume or end an order by event time.

    Raises: UnknownOrder.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        tx.orders.mark(order_id, what, at=at, recorded_at=now, by=by, reason=reason)
        _record(tx, order_id, now, by, f"order.{what}")

    house.store.transact(work)


def _record(tx: Transaction, order_id: OrderId, now: Micros, by: str, what: str) -> None:
    wearer_id = next(one.wearer_id for one in tx.orders.facts() if one.order_id == order_id)
    entry = JournalEntry(what="ruling", order_id=order_id, wearer_id=wearer_id, received_at=now)
    tx.journal.append(entry)
    tx.audit.append(
        Entry(
            at=now,
            operation="alteration",
            actor=by,
            what=what,
            wearer_id=wearer_id,
            order_id=order_id,
        )
    )
