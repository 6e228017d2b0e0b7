"""Does every order have a wearer, a device and data, and every device an order? Always compared.

Source: charter, 'silence is the worst failure'. What the judge's own timers see (not started,
silent, never fixed) it finds itself; here is what lies between the books.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.books import ActivationFacts, LastSeen, OrderFacts
from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.rules.finding import Kind
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros

NO_CREDENTIAL = "monitoring.no_credential"
NO_DEVICE = "monitoring.no_device"
_WORDS = {
    Kind.MONITORING_NO_ORDER: "A device sends data and no order stands behind it. "
    "Its data are dropped unread. Take the device back, or store the order.",
    NO_CREDENTIAL: "An order names a device that can't sign in: it is not registered, or it was "
    "revoked. Nobody is monitored. Register the device.",
    NO_DEVICE: "An order runs and no device serves it now. Fit one, or end the order.",
    Kind.INPUT_QUARANTINED: "Data of this device could not be read and wait in quarantine for 14 "
    "days. Have the device looked at.",
}
_NOT_AGAINST = " This does not count against the wearer."


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the reconciliation page."""

    order_id: OrderId | None
    wearer_id: WearerId | None
    device_id: DeviceId | None
    heard_at: Micros | None
    fixed_at: Micros | None
    steps: tuple[str, ...]  # of the installation, as recorded
    gap: str | None  # a kind, or None when all agree


def rows(tx: Transaction, *, now: Micros) -> list[Row]:
    """List order ↔ wearer ↔ device ↔ last data, gaps first."""
    seen = {one.device_id: one for one in tx.devices.last_seen()}
    live = {bearer.device_id for _, bearer in tx.devices.bearers()}
    serving = [one for one in tx.devices.activations() if one.during.holds(now)]
    found = [_of_order(tx, order, serving, seen, live, now) for order in tx.orders.facts()]
    listed = [one for group in found for one in group]
    ordered = {one.device_id for one in serving}
    listed += [_of_device(one) for one in seen.values() if one.device_id not in ordered]
    return sorted(
        listed, key=lambda row: (row.gap is None, row.order_id or "", row.device_id or "")
    )


def reconcile(house: House, *, since: Micros) -> int:
    """Raise a support alert for each gap that has none; tells how many. Called every minute."""
    now = house.clock.now()

    def work(tx: Transaction) -> int:
        gaps = [row for row in rows(tx, now=now) if row.gap is not None]
        gaps += [_quarantined(device_id) for device_id in tx.quarantine.devices_since(since)]
        tx.quarantine.purge(now=now)
        return sum(_raise(tx, house, row, now) for row in gaps) + _settle(tx, gaps)

    done = house.store.transact(work)
    if done:
        house.changes.publish()
    return done


def _settle(tx: Transaction, gaps: list[Row]) -> int:
    """Say which gaps are closed again; a person still closes their alerts."""
    still = {(row.gap, row.order_id, row.device_id) for row in gaps}
    return sum(
        mark_over(tx, alert)
        for alert in open_alerts(tx)
        # Quarantine is counted by what came lately: no news of it is no proof that it is mended.
        if alert.kind in _WORDS
        and alert.kind != Kind.INPUT_QUARANTINED
        and not alert.findings
        and (alert.kind, alert.order_id, alert.device_id) not in still
    )


def _of_order(
    tx: Transaction,
    order: OrderFacts,
    serving: list[ActivationFacts],
    seen: dict[DeviceId, LastSeen],
    live: set[DeviceId],
    now: Micros,
) -> list[Row]:
    is_on = order.starts_at <= now < order.ends_at and order.suspended_since is None
    mine = [one.device_id for one in serving if one.order_id == order.order_id]
    if not is_on:
        return []
    if not mine:
        return [_row(order, None, None, (), NO_DEVICE)]
    steps = tuple(step.step for step in tx.devices.steps(order.order_id))
    return [
        _row(order, device, seen.get(device), steps, None if device in live else NO_CREDENTIAL)
        for device in mine
    ]


def _row(
    order: OrderFacts,
    device_id: DeviceId | None,
    seen: LastSeen | None,
    steps: tuple[str, ...],
    gap: str | None,
) -> Row:
    return Row(
        order_id=order.order_id,
        wearer_id=order.wearer_id,
        device_id=device_id,
        heard_at=None if seen is None else seen.heard_at,
        fixed_at=None if seen is None else seen.fixed_at,
        steps=steps,
        gap=gap,
    )


def _of_device(seen: LastSeen) -> Row:
    speaks = seen.unordered > 0 and seen.revoked_at is None
    return Row(
        order_id=None,
        wearer_id=None,
        device_id=seen.device_id,
        heard_at=seen.heard_at,
        fixed_at=seen.fixed_at,
        steps=(),
        gap=Kind.MONITORING_NO_ORDER if speaks else None,
    )


def _quarantined(device_id: DeviceId) -> Row:
    return Row(
        order_id=None,
        wearer_id=None,
        device_id=device_id,
        heard_at=None,
        fixed_at=None,
        steps=(),
        gap=Kind.INPUT_QUARANTINED,
    )


def _raise(tx: Transaction, house: House, row: Row, now: Micros) -> int:
    kind = row.gap or ""
    alert = Alert(
        alert_id=new_alert_id(house),
        order_id=row.order_id,
        wearer_id=row.wearer_id,
        condition_id=None,
        device_id=row.device_id,
        kind=kind,
        recipient="support",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        words={"en": _WORDS[kind] + _NOT_AGAINST},
    )

    return 0 if raise_for_house(tx, alert, again_after=DAY) is None else 1
