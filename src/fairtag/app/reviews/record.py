"""Record that an order was reviewed: its clock starts again, and what had stopped goes on.

Units: µs UTC.
"""

from __future__ import annotations

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.put_order import demand_reason, end_lapse
from fairtag.audit.entries import Entry
from fairtag.orders.scheme import Scheme
from fairtag.review.clock import next_refusal
from fairtag.terms.errors import OrderConflict
from fairtag.terms.ids import OrderId


def record_review(
    house: House, order_id: OrderId, *, by_date: str, reason: str, by: str, scheme: Scheme
) -> None:
    """Say that the order was reviewed and stands, and by when it is reviewed again.

    Raises: UnknownOrder, UsageError; OrderConflict when the order is over, or the date lies in the
    past or further than the scheme allows.
    """
    demand_reason(reason)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        review = tx.orders.review(order_id)
        (facts,) = tx.orders.facts(order_id=order_id)
        if now >= facts.ends_at:
            raise OrderConflict("the order has ended; there is nothing to review")
        why = next_refusal(
            by_date, zone=facts.time_zone, now=now, kind=review.kind, months=scheme.review_months
        )
        if why is not None:
            raise OrderConflict(why)
        tx.orders.put_review(order_id, by_date=by_date, recorded_at=now, by=by, reason=reason)
        tx.audit.append(
            Entry(
                at=now,
                operation="alteration",
                actor=by,
                what="order.reviewed",
                wearer_id=facts.wearer_id,
                order_id=order_id,
                details={"next": by_date},
            )
        )
        end_lapse(tx, order_id, at=now, by=by)

    house.store.transact(work)
    house.changes.publish()
