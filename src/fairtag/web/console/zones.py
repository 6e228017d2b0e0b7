"""In which time zone does a page write the times of an order?"""

from __future__ import annotations

from fairtag.app.ports import Transaction
from fairtag.terms.ids import OrderId


def zone_of(tx: Transaction, order_id: OrderId | None) -> str:
    """Tell the zone that the newest version of an order names; UTC when there is no order."""
    facts = [] if order_id is None else tx.orders.facts(order_id=order_id)
    return facts[-1].time_zone if facts else "UTC"
