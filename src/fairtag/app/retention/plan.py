"""What is due? The dry run: reads, counts and names the list; changes nothing. Units: µs UTC."""

from __future__ import annotations

from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.standing import holds_standing
from fairtag.retention.due import DueList, Facts, OrderTime, due
from fairtag.retention.limits import cap
from fairtag.retention.schedule import By
from fairtag.terms.instants import DAY, Micros


def due_list(house: House, *, as_of: Micros, by: By = "two people") -> DueList:
    """Tell what would have to be begun at an instant, also one that lies ahead."""
    return house.store.read(lambda tx: listed(tx, house, as_of=as_of, by=by))


def listed(tx: Transaction, house: House, *, as_of: Micros, by: By) -> DueList:
    """Tell the same inside a transaction, so that no hold comes in between."""
    orders = [
        OrderTime(
            order_id=one.order_id,
            wearer_id=one.wearer_id,
            begins=Micros(min(one.starts_at, one.recorded_at)),
            ends=one.ends_at,
        )
        for one in tx.orders.facts()
    ]
    facts = Facts(
        keys=house.vault.periods(),
        orders=orders,
        holds=holds_standing(tx),
        schedule=house.schedule,
    )
    return due(facts, as_of=as_of, by=by)


def room_left(tx: Transaction, now: Micros) -> int:
    """Tell of how many people records may still begin to go today without a raised limit."""
    return cap(tx.erasures.wearers_enrolled()) - tx.erasures.wearers_since(Micros(now - DAY))
