"""What is due? The dry run: reads, counts and names the list; changes nothing. Units: µs UTC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from fairtag.app.books import OrderFacts
from fairtag.app.checkins.book import Decided
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.standing import holds_standing
from fairtag.app.turns import Stretch
from fairtag.retention.due import WHOLE, DataKey, DueList, Facts, OrderTime, Single, due
from fairtag.retention.limits import cap
from fairtag.retention.schedule import GO_BY_THEMSELVES, By, photo_goes_at
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros

_Came = tuple[list[tuple[DataKey, Decided | None]], list[DataKey]]


def due_list(house: House, *, as_of: Micros, by: By = "two people") -> DueList:
    """Tell what would have to be begun at an instant, also one that lies ahead."""
    return house.store.read(lambda tx: listed(tx, house, as_of=as_of, by=by))


def concerned(house: House, *, as_of: Micros, by: By) -> list[WearerId]:
    """List of whom something would have to be begun; read beside the writer, part by part.

    In a large house that takes minutes. `listed` then tells of them what stands.
    """
    came = house.store.read(_came)
    found: set[WearerId] = set()
    for keys in house.vault.owned():
        look = partial(_of_part, house=house, keys=keys, came=came, as_of=as_of, by=by)
        found |= {one.wearer_id for one in house.store.read(look).items}
    return sorted(found)


def _of_part(
    tx: Transaction,
    *,
    house: House,
    keys: Sequence[DataKey],
    came: _Came,
    as_of: Micros,
    by: By,
) -> DueList:
    """Tell it of the wearers of some keys, which are all of theirs."""
    keys = _still(tx, keys, by=by)
    whose = sorted({one.wearer_id for one in keys})
    if not whose:
        return due(Facts(keys=(), orders=(), holds=(), schedule=house.schedule), as_of=as_of, by=by)
    near = Stretch(whose[0][:-1], whose[-1])  # what begins a name sorts before it
    orders = _order_times(tx.orders.facts(among=near))
    facts = Facts(
        keys=keys,
        orders=orders,
        holds=holds_standing(tx),
        schedule=house.schedule,
        singles=_singles(came, orders),
    )
    return due(facts, as_of=as_of, by=by)


def listed(
    tx: Transaction,
    house: House,
    *,
    as_of: Micros,
    by: By,
    wearers: Sequence[WearerId] | None = None,
) -> DueList:
    """Tell the same inside a transaction, so that no hold comes in between; of some, if named."""
    some = tx.orders.facts() if wearers is None else _facts_of(tx, wearers)
    orders = _order_times(some)
    facts = Facts(
        keys=_still(tx, house.vault.periods(wearers), by=by),
        orders=orders,
        holds=holds_standing(tx),
        schedule=house.schedule,
        singles=_singles(_came(tx), orders),
    )
    return due(facts, as_of=as_of, by=by)


def _still(tx: Transaction, keys: Sequence[DataKey], *, by: By) -> Sequence[DataKey]:
    """Leave out whose whole record is going already: their keys lie below one that is locked.

    What goes by itself goes on its day also then.
    """
    if by != "two people":
        return keys
    items = [one for run in tx.erasures.listed() for one in tx.erasures.items(run.run_id)]
    going = {one.wearer_id for one in items if one.kind == WHOLE}
    return [one for one in keys if one.wearer_id not in going] if going else keys


def _facts_of(tx: Transaction, wearers: Iterable[WearerId]) -> list[OrderFacts]:
    return [order for one in wearers for order in tx.orders.facts(wearer_id=one)]


def _order_times(facts: Iterable[OrderFacts]) -> list[OrderTime]:
    return [
        OrderTime(
            order_id=one.order_id,
            wearer_id=one.wearer_id,
            begins=Micros(min(one.starts_at, one.recorded_at)),
            ends=one.ends_at,
        )
        for one in facts
    ]


def _came(tx: Transaction) -> _Came:
    """Tell what came of each answer whose pictures have a key, and which enrolments have one."""
    return tx.answers.singles(), tx.enrolments.singles()


def _singles(came: _Came, orders: Sequence[OrderTime]) -> list[Single]:
    """Tell when each picture goes that has a key of its own: by what came of its answer."""
    ends: dict[WearerId, Micros] = {}
    for one in orders:
        ends[one.wearer_id] = Micros(max(one.ends, ends.get(one.wearer_id, one.ends)))
    answered, enrolled = came
    told = [
        Single(key=key, goes_at=picture_goes_at(outcome, ends.get(key.wearer_id)))
        for key, outcome in answered
    ]
    return [*told, *(Single(key=key, goes_at=None) for key in enrolled)]


def picture_goes_at(came: Decided | None, basis_end: Micros | None) -> Micros | None:
    """Tell when an answer's pictures go by themselves; None: with the record, by two people.

    What nobody has decided about stays until somebody does; what nobody can decide about any more
    is ended by `app.reviewing.overdue`.
    """
    outcome = next((one for one in GO_BY_THEMSELVES if came and came.outcome == one), None)
    if came is None or outcome is None:
        return None
    return photo_goes_at(outcome, decided_at=came.at, basis_end=basis_end)


def room_left(tx: Transaction, now: Micros) -> int:
    """Tell of how many people records may still begin to go today without a raised limit."""
    return cap(tx.erasures.wearers_enrolled()) - tx.erasures.wearers_since(Micros(now - DAY))
