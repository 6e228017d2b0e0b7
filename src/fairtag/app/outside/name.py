"""Name, or take back, an address at which a wearer or their representative is told.

Units: µs UTC.
"""

from __future__ import annotations

from fairtag.app.house import House
from fairtag.app.outside.book import WHOM, Contact
from fairtag.app.ports import Transaction
from fairtag.app.set_duty import check_address
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UnknownOrder, UsageError
from fairtag.terms.ids import OrderId


def name_contact(house: House, order_id: OrderId, *, whom: str, to: str, by: str) -> Contact:
    """Keep an address, sealed; an empty one takes the former back.

    Raises: UnknownOrder; UsageError when the address can't work; LogUnavailable.
    """
    told = next((one for one in WHOM if one == whom), None)
    if told is None:
        raise UsageError(f"say whose address it is: {' or '.join(WHOM)}")
    if to.strip():
        check_address(to.strip())
    now = house.clock.now()

    def work(tx: Transaction) -> Contact:
        found = tx.orders.facts(order_id=order_id)
        if not found:
            raise UnknownOrder(order_id)
        is_there = bool(to.strip())
        contact = Contact(
            order_id=order_id,
            wearer_id=found[0].wearer_id,
            whom=told,
            at=now,
            by=by,
            is_there=is_there,
        )
        tx.audit.append(
            Entry(
                at=now,
                operation="alteration",
                actor=by,
                what="outside.named" if is_there else "outside.taken-back",
                wearer_id=contact.wearer_id,
                order_id=order_id,
                details={"whom": told},
            )
        )
        tx.outside.name(contact, address=to.strip())
        return contact

    return house.store.transact(work)
