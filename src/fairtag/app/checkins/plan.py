"""Draw the check-ins of today and tomorrow, once a wearer and day, and take back what fits no more.

Called every minute by a round of care. What is drawn is bound in the access log by its commitment
in the same commit. Whatever goes wrong here, the table's own guards hold the limits (charter G6).
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from fairtag.app.books import OrderFacts
from fairtag.app.checkins.prompting.fit import fit
from fairtag.app.checkins.prompting.opened import opened
from fairtag.app.checkins.prompting.people import (
    AHEAD,
    Bound,
    bound,
    new_name,
    new_nonce,
    newest,
    slots,
)
from fairtag.app.house import House
from fairtag.app.matching.profiles import refers
from fairtag.app.ports import Transaction
from fairtag.audit.entries import MACHINE, Entry
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.draw import CHANCE_BYTES, Drawn, Wanted, draw
from fairtag.rules.prompts.hours import Hours
from fairtag.rules.prompts.limits import MOST_A_DAY
from fairtag.rules.prompts.model import Prompt, commitment
from fairtag.rules.prompts.refusals import HoursRefused, PromptRefused
from fairtag.rules.prompts.share import shares
from fairtag.rules.prompts.wanted import asks, hours_of, wanted_of, zone_of
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval

DRAWN = "checkin.drawn"
_LEAD = 5 * MINUTE  # nobody is asked sooner after a draw
_PHOTO = "face_photo"
_ONE_BY_ONE = 1_000  # wearers; of more it is faster to read what all orders say


class Planner:
    """Draws what is missing. It remembers only what saves work: a restart forgets nothing."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asks: dict[tuple[OrderId, int], bool] = {}
        self._fitted: dict[WearerId, tuple[object, ...]] = {}

    def step(self) -> int:
        """Draw what is missing and take back what fits no more; tells how many changed."""
        house, now = self._house, self._house.clock.now()
        people = house.store.read(lambda tx: self._bound(tx, now))
        done = self._take_back({one.wearer_id for one in people}, now)
        for one in people:
            if self._fitted.get(one.wearer_id) != one.key:
                done += house.store.transact(partial(fit, house=house, one=one, now=now))
                self._fitted[one.wearer_id] = one.key
        for day, some in self._missing(people, now).items():
            done += self._draw_all(day, some, now)
        return done

    def _take_back(self, bound_ones: set[WearerId], now: Micros) -> int:
        """Make void what is still to be asked of people whom no order binds any more."""
        coming = self._house.store.read(lambda tx: tx.asking.coming(now, Micros(now + 2 * AHEAD)))
        gone = [one.check_in_id for one in coming if one.wearer_id not in bound_ones]
        for name in gone:
            self._house.store.transact(partial(_void, check_in_id=name))
        return len(gone)

    def _bound(self, tx: Transaction, now: Micros) -> list[Bound]:
        return [one for one in bound(_facts(tx), now) if self._is_asked(tx, one)]

    def _is_asked(self, tx: Transaction, one: Bound) -> bool:
        for order in one.orders:
            name = (order.order_id, order.version)
            if name not in self._asks:
                self._asks[name] = asks(tx.orders.rulings(order.order_id)[-1])
        return any(self._asks[order.order_id, order.version] for order in one.orders)

    def _missing(self, people: Iterable[Bound], now: Micros) -> dict[str, list[Bound]]:
        found: dict[str, list[Bound]] = {}
        for one in people:
            for day in one.days(now):
                found.setdefault(day, []).append(one)
        drawn = self._house.store.read(lambda tx: tx.asking.drawn_days(sorted(found)))
        left = {
            day: [one for one in some if (one.wearer_id, day) not in drawn]
            for day, some in sorted(found.items())
        }
        return {day: some for day, some in left.items() if some}

    def _draw_all(self, day: str, people: Sequence[Bound], now: Micros) -> int:
        """Draw a day for all who miss it; each in a commit of its own, so that devices go on."""
        house, done, allowed = self._house, 0, None
        if refers(house):
            look = partial(_allowed, house=house, day=day, people=people, now=now)
            allowed = house.store.read(look)
        for one in people:
            most = None if allowed is None else allowed[one.wearer_id]
            work = partial(draw_day, house=house, one=one, day=day, now=now, photos=most)
            try:
                done += house.store.transact(work)
            except PromptRefused:  # somebody else was faster; the next round looks again
                continue
        return done


def _facts(tx: Transaction) -> list[OrderFacts]:
    """List the orders of wearers who may be asked at all; the others' are never opened."""
    asked = tx.orders.asked()
    if len(asked) <= _ONE_BY_ONE:
        return [order for one in asked for order in tx.orders.facts(wearer_id=one)]
    chosen = frozenset(asked)
    return [order for order in tx.orders.facts() if order.wearer_id in chosen]


def _void(tx: Transaction, *, check_in_id: str) -> None:
    tx.asking.void(check_in_id)


def draw_day(
    tx: Transaction, *, house: House, one: Bound, day: str, now: Micros, photos: int | None
) -> int:
    """Draw one wearer's day, unless it is drawn; `photos` are the most that people can decide.

    Raises: PromptRefused when a guard of the table refuses; nothing is stored then.
    """
    if tx.asking.is_drawn(one.wearer_id, day):
        return 0
    rulings = newest(tx, one)
    hours = opened(tx, one.wearer_id, rulings, day, now)
    asked = wanted_of(rulings, [_span(one) for one in hours], since=Micros(now + _LEAD))
    chosen, left_out = _cut(asked, photos)
    drawn: list[Drawn] = []
    if hours and chosen:
        around = Interval(start=hours[0].day_start, end=hours[-1].day_end)
        others = slots(tx, one.wearer_id, around)
        chance = house.chance(CHANCE_BYTES)
        drawn = draw(chosen, others, most=MOST_A_DAY, chance=chance)
    prompts = _prompts(house, one, drawn, hours, zone_of(rulings))
    _store(tx, one.wearer_id, prompts, day=day, not_asked=left_out, now=now)
    return 1


def _span(one: Hours) -> Interval:
    return Interval(start=one.start, end=one.end)


def _allowed(
    tx: Transaction, *, house: House, day: str, people: Sequence[Bound], now: Micros
) -> dict[str, int]:
    """Share what people can decide on a day, when they look at every photo."""
    wants: dict[str, int] = {one.wearer_id: _photos(tx, one, day, now) for one in people}
    left = house.decisions_a_day - tx.asking.planned(day, modality=_PHOTO)
    return shares(wants, capacity=left, chance=house.chance(16))


def _photos(tx: Transaction, one: Bound, day: str, now: Micros) -> int:
    rulings = newest(tx, one)
    near = Interval(start=Micros(now - AHEAD), end=Micros(now + 2 * AHEAD))
    try:
        hours = hours_of(rulings, day, tx.asking.hours(one.wearer_id, near))
    except HoursRefused:
        return 0
    asked = wanted_of(rulings, [_span(one) for one in hours], since=Micros(now + _LEAD))
    return min(MOST_A_DAY, sum(one.most for one in asked if one.modality == _PHOTO))


def _cut(asked: Sequence[Wanted], photos: int | None) -> tuple[list[Wanted], int]:
    """Leave out the photos that nobody could decide; tells how many."""
    if photos is None:
        return list(asked), 0
    found, left_out = [], 0
    for one in asked:
        most = one.most if one.modality != _PHOTO else min(one.most, photos)
        photos -= most if one.modality == _PHOTO else 0
        left_out += one.most - most
        found += [replace(one, most=most)] if most else []
    return found, left_out


def _prompts(
    house: House, one: Bound, drawn: Iterable[Drawn], hours: Sequence[Hours], zone: str
) -> list[Prompt]:
    return [
        Prompt(
            check_in_id=new_name(house, "k"),
            wearer_id=one.wearer_id,
            order_id=each.wanted.order_id,
            condition_id=each.wanted.condition_id,
            device_id=each.wanted.device_id,
            modality=each.wanted.modality,
            kind="drawn",
            local_day=next(h.local_day for h in hours if h.start <= each.slot.at < h.end),
            time_zone=zone,
            at=each.slot.at,
            until=each.slot.until,
            nonce=new_nonce(house),
            state=CheckInState.SCHEDULED,
            gap_min=each.slot.gap // MINUTE,
        )
        for each in drawn
    ]


def _store(
    tx: Transaction,
    wearer_id: WearerId,
    prompts: Sequence[Prompt],
    *,
    day: str,
    not_asked: int,
    now: Micros,
) -> None:
    name = commitment(prompts)
    told = {"day": day, "commitment": name, "asked": str(len(prompts))}
    tx.audit.append(
        Entry(
            at=now,
            operation="collection",
            actor=MACHINE,
            what=DRAWN,
            wearer_id=wearer_id,
            details=told | ({"not_asked": str(not_asked)} if not_asked else {}),
        )
    )
    tx.prompts.add([replace(each, drawn=name) for each in prompts])
    many = len(prompts)
    tx.asking.draw(wearer_id, day, at=now, commitment=name, asked=many, not_asked=not_asked)
