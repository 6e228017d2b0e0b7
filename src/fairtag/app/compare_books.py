"""Does every order have a wearer, a device and data, and every device an order? The comparison.

Source: charter, 'silence is the worst failure'. What is compared holds no place and no name.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from fairtag.app.books import ActivationFacts, LastSeen, OrderFacts
from fairtag.app.ports import Transaction
from fairtag.app.turns import EVERYBODY, Stretch
from fairtag.rules.finding import Kind
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros

NO_CREDENTIAL = "monitoring.no_credential"
NO_DEVICE = "monitoring.no_device"
STARTS_SOON = "monitoring.starts_soon"
SUSPENDED_LONG = "monitoring.suspended_long"
TWO_ORDERS = "monitoring.two_orders"
DEVICE_LEFT = "monitoring.device_left"
SILENT = (
    Kind.MONITORING_NOT_STARTED,
    Kind.MONITORING_SILENT_24H,
    Kind.MONITORING_SILENT_72H,
    Kind.MONITORING_NEVER_FIXED,
)
SOON = DAY  # an order that starts within this time is looked at before it starts
LONG = 7 * DAY  # a suspension that lasts longer is asked about
LEFT = 7 * DAY  # as long as data of an ended order are taken (contract §6); then the device is idle


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the reconciliation page."""

    order_id: OrderId | None
    wearer_id: WearerId | None
    device_id: DeviceId | None
    heard_at: Micros | None
    fixed_at: Micros | None
    steps: tuple[str, ...] = ()  # of the installation, as recorded
    gap: str | None = None  # a kind, or None when all agree
    silent_since: Micros | None = None  # when data were last heard, or should have begun


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """What is compared, read once."""

    now: Micros
    orders: Sequence[OrderFacts]
    others: Sequence[OrderFacts]  # orders of wearers who are not asked about, and their devices
    activations: Sequence[ActivationFacts]
    seen: dict[DeviceId, LastSeen]
    live: frozenset[DeviceId]  # devices that can sign in, or whose gateway can
    steps: dict[tuple[OrderId, DeviceId], tuple[str, ...]]


def rows(tx: Transaction, *, now: Micros, among: Stretch = EVERYBODY) -> list[Row]:
    """List order ↔ wearer ↔ device ↔ last data, gaps first; of everybody, or of a stretch."""
    books = _read(tx, now, None if among == EVERYBODY else among)
    serving: dict[OrderId, list[ActivationFacts]] = {}
    for one in books.activations:
        serving.setdefault(one.order_id, []).append(one)
    found = [
        row
        for order in books.orders
        for row in _of_order(books, order, serving.get(order.order_id, []))
    ]
    found += _of_wearers(books)
    found += _of_devices(books)
    return sorted(found, key=lambda row: (row.gap is None, row.order_id or "", row.device_id or ""))


def _read(tx: Transaction, now: Micros, among: Stretch | None) -> _Books:
    steps: dict[tuple[OrderId, DeviceId], tuple[str, ...]] = {}
    for step in tx.devices.steps(among=among):
        name = (step.order_id, step.device_id)
        steps[name] = (*steps.get(name, ()), step.step)
    orders, activations = tx.orders.facts(among=among), tx.devices.activations(among=among)
    return _Books(
        now=now,
        orders=orders,
        others=_others(tx, orders, activations),
        activations=activations,
        seen={one.device_id: one for one in tx.devices.last_seen(among=among)},
        live=_live(tx, among),
        steps=steps,
    )


def _others(
    tx: Transaction, orders: Iterable[OrderFacts], activations: Iterable[ActivationFacts]
) -> list[OrderFacts]:
    """List orders of other wearers that these wearers' devices serve, too."""
    mine = {one.order_id for one in orders}
    others = sorted({one.order_id for one in activations} - mine)
    return [one for order_id in others for one in tx.orders.facts(order_id=order_id)]


def _live(tx: Transaction, among: Stretch | None) -> frozenset[DeviceId]:
    found: set[DeviceId] = set()
    for _, bearer in tx.devices.bearers(among=among):
        gateway = tx.devices.gateway(bearer.device_id) if bearer.kind == "gateway" else None
        found |= {bearer.device_id} if gateway is None else gateway.devices
    return frozenset(found)


def _of_order(
    books: _Books, order: OrderFacts, activations: Sequence[ActivationFacts]
) -> list[Row]:
    now = books.now
    if now >= order.ends_at or order.starts_at > now + SOON:
        return []
    if order.suspended_since is not None and order.suspended_since <= now:
        is_long = now - order.suspended_since >= LONG
        return [_row(order, gap=SUSPENDED_LONG if is_long else None)]
    if order.starts_at > now:
        return [_row(order, gap=_unready(books, order, activations))]
    mine = [one for one in activations if one.during.holds(now)]
    return [_of_activation(books, order, one) for one in mine] or [_row(order, gap=NO_DEVICE)]


def _unready(
    books: _Books, order: OrderFacts, activations: Iterable[ActivationFacts]
) -> str | None:
    """Tell whether an order that starts soon would start without a device that can speak."""
    first = [one for one in activations if one.during.holds(order.starts_at)]
    return None if any(one.device_id in books.live for one in first) else STARTS_SOON


def _of_activation(books: _Books, order: OrderFacts, worn: ActivationFacts) -> Row:
    seen = books.seen.get(worn.device_id)
    steps = books.steps.get((order.order_id, worn.device_id), ())
    begun = Micros(max(worn.during.start, order.recorded_at))
    heard = None if seen is None or (seen.heard_at or 0) < begun else seen.heard_at
    gap = (
        _silence(books.now, begun, heard, steps) if worn.device_id in books.live else NO_CREDENTIAL
    )
    return _row(order, seen, worn.device_id, steps=steps, gap=gap, since=heard or begun)


def _silence(
    now: Micros, begun: Micros, heard: Micros | None, steps: tuple[str, ...]
) -> str | None:
    if now - begun < DAY:
        return None
    if heard is None:
        return Kind.MONITORING_NOT_STARTED
    if now - heard >= DAY:
        is_long = now - heard >= 3 * DAY
        return Kind.MONITORING_SILENT_72H if is_long else Kind.MONITORING_SILENT_24H
    return None if "first_fix" in steps else Kind.MONITORING_NEVER_FIXED


def _of_wearers(books: _Books) -> list[Row]:
    """List each order in force beyond a wearer's first: do they agree with each other?"""
    first: set[WearerId] = set()
    found = []
    for order in sorted(books.orders, key=lambda one: (one.starts_at, one.order_id)):
        if not order.starts_at <= books.now < order.ends_at:
            continue
        if order.wearer_id in first:
            found.append(_row(order, gap=TWO_ORDERS))
        first.add(order.wearer_id)
    return found


def _of_devices(books: _Books) -> list[Row]:
    """List devices that no order claims now."""
    now = books.now
    paused = {
        one.order_id
        for one in (*books.orders, *books.others)
        if one.suspended_since is not None and one.suspended_since <= now < one.ends_at
    }
    claimed = {
        one.device_id
        for one in books.activations
        if one.during.holds(now) or one.during.start > now or one.order_id in paused
    }
    ended: dict[DeviceId, Micros] = {}
    for one in books.activations:
        ended[one.device_id] = Micros(max(ended.get(one.device_id, 0), one.during.end))
    return [
        _of_device(seen, ended.get(seen.device_id), books.live, now)
        for seen in books.seen.values()
        if seen.device_id not in claimed
    ]


def _of_device(seen: LastSeen, ended: Micros | None, live: frozenset[DeviceId], now: Micros) -> Row:
    is_in_use = seen.revoked_at is None and seen.device_id in live
    speaks = seen.unordered > 0 and seen.heard_at is not None and now - seen.heard_at < DAY
    gap: str | None = None
    if is_in_use and speaks and (ended is None or (seen.heard_at or 0) > ended):
        gap = Kind.MONITORING_NO_ORDER
    elif is_in_use and ended is not None and now - ended >= LEFT:
        gap = DEVICE_LEFT
    return Row(
        order_id=None,
        wearer_id=None,
        device_id=seen.device_id,
        heard_at=seen.heard_at,
        fixed_at=seen.fixed_at,
        gap=gap,
    )


def _row(
    order: OrderFacts,
    seen: LastSeen | None = None,
    device_id: DeviceId | None = None,
    *,
    steps: tuple[str, ...] = (),
    gap: str | None = None,
    since: Micros | None = None,
) -> Row:
    return Row(
        order_id=order.order_id,
        wearer_id=order.wearer_id,
        device_id=device_id,
        heard_at=None if seen is None else seen.heard_at,
        fixed_at=None if seen is None else seen.fixed_at,
        steps=steps,
        gap=gap,
        silent_since=since,
    )
