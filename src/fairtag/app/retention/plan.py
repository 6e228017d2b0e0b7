"""What is due? The dry run: reads, counts and names the list; changes nothing. Units: µs UTC."""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.app.checkins.book import Decided
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.standing import holds_standing
from fairtag.retention.due import DueList, Facts, OrderTime, Single, due
from fairtag.retention.limits import cap
from fairtag.retention.schedule import GO_BY_THEMSELVES, By, photo_goes_at
from fairtag.terms.ids import WearerId
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
        singles=_singles(tx, orders),
    )
    return due(facts, as_of=as_of, by=by)


def _singles(tx: Transaction, orders: Sequence[OrderTime]) -> list[Single]:
    """Tell when each picture goes that has a key of its own: by what came of its answer."""
    ends: dict[WearerId, Micros] = {}
    for one in orders:
        ends[one.wearer_id] = Micros(max(one.ends, ends.get(one.wearer_id, one.ends)))
    answered = [
        Single(key=key, goes_at=picture_goes_at(came, ends.get(key.wearer_id)))
        for key, came in tx.answers.singles()
    ]
    return [*answered, *(Single(key=key, goes_at=None) for key in tx.enrolments.singles())]


def picture_goes_at(came: Decided | None, basis_end: Micros | None) -> Micros | None:
    """Tell when an answer's pictures go by themselves; None: with the record, by two people.

    What nobody has decided about stays until somebody does.
    """
    outcome = next((one for one in GO_BY_THEMSELVES if came and came.outcome == one), None)
    if came is None or outcome is None:
        return None
    return photo_goes_at(outcome, decided_at=came.at, basis_end=basis_end)


def room_left(tx: Transaction, now: Micros) -> int:
    """Tell of how many people records may still begin to go today without a raised limit."""
    return cap(tx.erasures.wearers_enrolled()) - tx.erasures.wearers_since(Micros(now - DAY))
