"""Begin a month before it begins: its keys are made, and whose data it collects is written down.

A key each at the first messages of a month would be a commit each, under an HSM's or a Vault's
authority keys. The entry is the 'collection' that DPA 2018 s.62 asks for: under which order, by
which devices, in which time; an order that is stored later has its own. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from fairtag.app.books import OrderFacts
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.turns import Stretch, Turn
from fairtag.audit.entries import MACHINE, Entry
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import span_of
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

AHEAD = 3 * DAY  # a weekend on which nobody mends a root that can't be reached
_A_COMMIT = 500  # entries: the writer is closed to others while one is written
_OF_STATES = period_of(RecordKind.STATE, Micros(0))
_COLLECTED = ("positions", "device events", "check-ins")


def begin_months(house: House) -> int:
    """Begin this month, and the next one when it is near; tells how many orders were written down.

    Called every minute by a round of care; what fails is tried again in the next.
    Raises: LogUnavailable, RootUnreachable.
    """
    now = house.clock.now()
    done = 0
    newest = _month(Micros(now + AHEAD))
    for month in dict.fromkeys((_month(now), newest)):
        begun = house.store.read(lambda tx: tx.erasures.month_begun())
        if begun < month or begun > newest:  # a clock that was ahead has begun months too early
            done += _begin(house, month, now)
    return done


def collects(order: OrderFacts, devices: Sequence[str], *, now: Micros, by: str) -> Entry:
    """Say that collection under an order that was just stored begins, up to what months cover."""
    start = Micros(max(now, order.starts_at))
    until = span_of(_month(Micros(max(now + AHEAD, start)))).end
    return _entry(order, devices, Interval(start=start, end=until), now=now, by=by)


def _begin(house: House, month: str, now: Micros) -> int:
    span, turn, done = span_of(month), Turn(), 0
    while True:
        house.store.read(turn.move)
        among = turn.here
        orders = house.store.read(partial(_orders, among=among))
        found = [one for one in orders if one.starts_at < span.end and span.start < one.ends_at]
        _make_keys(house, month, found)
        for first in range(0, len(found), _A_COMMIT):
            part = found[first : first + _A_COMMIT]
            house.store.transact(partial(_write, part=part, among=among, span=span, now=now))
        done += len(found)
        if turn.is_over:
            break
    house.store.transact(lambda tx: tx.erasures.set_month_begun(month))
    return done


def _orders(tx: Transaction, *, among: Stretch) -> list[OrderFacts]:
    return tx.orders.facts(among=among)


def _make_keys(house: House, month: str, orders: Sequence[OrderFacts]) -> None:
    """Make the keys of all; one whose key is locked or gone keeps nobody else from theirs."""
    wearers = sorted({one.wearer_id for one in orders})
    try:
        _prepare(house, month, wearers)
    except SealBroken:
        for one in wearers:
            with suppress(SealBroken):
                _prepare(house, month, [one])


def _prepare(house: House, month: str, wearers: Sequence[WearerId]) -> None:
    house.vault.prepare(month, wearers)
    # A state has the same key all its life. It is written first when the judge has time.
    house.vault.prepare(_OF_STATES, wearers, kinds=(RecordKind.STATE,))


def _write(
    tx: Transaction, *, part: Sequence[OrderFacts], among: Stretch, span: Interval, now: Micros
) -> None:
    worn: dict[str, list[str]] = {}
    for one in tx.devices.activations(among=among):
        worn.setdefault(one.order_id, []).append(one.device_id)
    for order in part:
        during = Interval(start=Micros(max(span.start, order.starts_at)), end=span.end)
        devices = sorted(set(worn.get(order.order_id, ())))
        tx.audit.append(_entry(order, devices, during, now=now, by=MACHINE))


def _entry(
    order: OrderFacts, devices: Sequence[str], during: Interval, *, now: Micros, by: str
) -> Entry:
    return Entry(
        at=now,
        operation="collection",
        actor=by,
        what="collection.begins",
        wearer_id=order.wearer_id,
        order_id=order.order_id,
        authority=order.authority_id,
        fields=_COLLECTED,
        window=(during.start, Micros(max(during.start, min(during.end, order.ends_at)))),
        details={"devices": " ".join(devices)},
    )


def _month(at: Micros) -> str:
    return period_of(RecordKind.TRAIL, at)
