"""Is every gap between the books, and every silence of our own machine, somebody's matter?

What the judge's own timers see (not started, silent, never fixed) it finds itself. Here is what
lies between the books, what the judge should have said and did not, and whether it judges at all.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import partial

import msgspec

from fairtag.alerts.escalate import house_alert
from fairtag.alerts.model import Alert, AlertState
from fairtag.app.compare_books import (
    DEVICE_LEFT,
    NO_CREDENTIAL,
    NO_DEVICE,
    SILENT,
    STARTS_SOON,
    SUSPENDED_LONG,
    TWO_ORDERS,
    Row,
    rows,
)
from fairtag.app.escalate_alerts import hand_over, open_alerts
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.app.turns import EVERYBODY, Stretch
from fairtag.orders.model import Covers
from fairtag.rules.finding import Kind
from fairtag.terms.ids import AlertId, DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros

__all__ = ["Row", "reconcile", "rows"]

UNHEARD = "monitoring.unheard"
JUDGING_BEHIND = "house.judging_behind"
_WORDS: dict[str, str] = {
    Kind.MONITORING_NO_ORDER: "A device sends data and no order stands behind it. "
    "Its data are dropped unread. Take the device back, or store the order.",
    NO_CREDENTIAL: "An order names a device that can't sign in: it is not registered, or it was "
    "revoked. Nobody is monitored. Register the device.",
    NO_DEVICE: "An order runs and no device serves it now. Fit one, or end the order.",
    STARTS_SOON: "An order starts within 24 hours and has no device that can sign in. "
    "Register and fit one before it starts.",
    SUSPENDED_LONG: "An order has been suspended for more than 7 days. Ask the authority whether "
    "to resume it or to end it.",
    TWO_ORDERS: "This wearer has more than one order in force. See that they do not contradict "
    "each other and that the wearer knows which binds when.",
    DEVICE_LEFT: "The order of this device ended more than 7 days ago and the device can still "
    "sign in. Collect it and revoke it.",
    UNHEARD: "Nothing has been heard from a device of this order for more than 24 hours. "
    "Find out whether it is worn, charged and in reach.",
    Kind.INPUT_QUARANTINED: "Data of this device could not be read and wait in quarantine for 14 "
    "days. Have the device looked at.",
}
_NOT_AGAINST = " This does not count against the wearer."
_BEHIND = {
    "en": "What devices said has not been judged for more than 5 minutes, so alerts may be "
    "missing. Restart the service, and call the operator if this stays."
}
_AT_ONCE = 50  # alerts raised in one commit: a mass matter must not hold up devices
_GRACE = HOUR  # the judge's own timers speak first
_JUDGED_WITHIN = 5 * MINUTE
_LEAST_ROUND = 30 * SECOND  # a service that has just started is still catching up

_Matter = tuple[str, OrderId | None, DeviceId | None]


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a round found, before anything is written."""

    gaps: tuple[Row, ...]  # that no open alert tells
    is_behind: bool
    over: tuple[AlertId, ...]  # alerts whose gap is closed again


def reconcile(house: House, *, since: Micros, among: Stretch = EVERYBODY) -> int:
    """Raise a support alert for each gap that has none; tells how many. Called every minute.

    `since` is when the last round was; `among` whose orders and devices are looked at. Everything
    is read beside the writer, so that comparing thousands of orders holds up no device; only what
    changes is written.
    """
    now = house.clock.now()
    plan = house.store.read(partial(_look, since=since, now=now, speed=house.speed, among=among))
    done = hand_over(house)
    for first in range(0, len(plan.gaps), _AT_ONCE):
        some = plan.gaps[first : first + _AT_ONCE]
        done += house.store.transact(partial(_raise_all, house=house, gaps=some, now=now))
    done += house.store.transact(partial(_finish, house=house, plan=plan, now=now))
    if done:
        house.changes.publish()
    return done


def _raise_all(tx: Transaction, *, house: House, gaps: Iterable[Row], now: Micros) -> int:
    return sum(_raise(tx, house, row, now) for row in gaps)


def _finish(tx: Transaction, *, house: House, plan: _Plan, now: Micros) -> int:
    tx.quarantine.purge(now=now)
    raised = _raise_behind(tx, house, now) if plan.is_behind else 0
    return raised + sum(mark_over(tx, tx.alerts.get(one)) for one in plan.over)


def _look(tx: Transaction, *, since: Micros, now: Micros, speed: float, among: Stretch) -> _Plan:
    waiting, found = open_alerts(tx), rows(tx, now=now, among=among)
    gaps = [_to_tell(tx, row, waiting, now) for row in found if row.gap is not None]
    lately = tx.quarantine.devices_since(Micros(now - DAY))  # also what came before a restart
    quarantined = [_quarantined(device_id) for device_id in lately]
    told = [row for row in (*gaps, *quarantined) if row is not None]
    still = {_gap(row) for row in told}
    known = {_matter(one) for one in waiting if not one.is_over}
    is_started = now - since >= _LEAST_ROUND * speed
    is_behind = is_started and _is_behind(tx, now, within=_JUDGED_WITHIN * speed)
    seen = {row.device_id for row in found}
    asked = [one for one in waiting if _is_asked(one, among, seen)]
    return _Plan(
        gaps=tuple(row for row in told if _gap(row) not in known),
        is_behind=is_behind,
        over=tuple(one.alert_id for one in asked if _is_settled(one, still, is_behind=is_behind)),
    )


def _is_asked(alert: Alert, among: Stretch, seen: Container[DeviceId | None]) -> bool:
    """Tell whether this round looked at what an alert is about."""
    if among == EVERYBODY or alert.kind == JUDGING_BEHIND:
        return True
    if alert.order_id is not None:
        return among.holds(alert.wearer_id)
    return alert.device_id in seen


def _gap(row: Row) -> _Matter:
    return (row.gap or "", row.order_id, row.device_id)


def _matter(alert: Alert) -> _Matter:
    return (alert.kind, alert.order_id, alert.device_id)


def _is_settled(alert: Alert, still: set[_Matter], *, is_behind: bool) -> bool:
    """Tell whether what an alert says is no longer so; a person still closes it."""
    if alert.findings or alert.is_over:
        return False
    if alert.kind == JUDGING_BEHIND:
        return not is_behind
    # Quarantine is counted by what came lately: no news of it is no proof that it is mended.
    is_ours = alert.kind in _WORDS and alert.kind != Kind.INPUT_QUARANTINED
    return is_ours and _matter(alert) not in still


def _to_tell(tx: Transaction, row: Row, waiting: Iterable[Alert], now: Micros) -> Row | None:
    """Leave silences to the judge, which knows more; tell those that it did not tell."""
    if row.gap not in SILENT:
        return row
    since = row.silent_since
    if row.order_id is None or since is None or now - since < DAY + _GRACE:
        return None
    if row.gap == Kind.MONITORING_NEVER_FIXED or _is_told(tx, row, waiting, since):
        return None
    if _is_allowed(tx, row.order_id, now):
        return None
    return msgspec.structs.replace(row, gap=UNHEARD)


def _is_told(tx: Transaction, row: Row, waiting: Iterable[Alert], since: Micros) -> bool:
    """Tell whether an alert about this silence is there, open or closed by a person."""
    last = (
        tx.alerts.last_about(kind, order_id=row.order_id, device_id=device_id)
        for kind in SILENT
        for device_id in (row.device_id, None)
    )
    found = [one for one in waiting if one.order_id == row.order_id and one.kind in SILENT]
    return any(
        not one.is_over and one.device_id in (row.device_id, None) and one.raised_at >= since
        for one in (*found, *(one for one in last if one is not None))
    )


def _is_allowed(tx: Transaction, order_id: OrderId, now: Micros) -> bool:
    """Tell whether an absence lets the device be silent now, or did within the last day."""
    return any(
        Covers.CONTACT in absence.covers
        and absence.during.start <= now
        and absence.during.end > now - DAY - _GRACE
        for absence in tx.orders.rulings(order_id)[-1].absences
    )


def _is_behind(tx: Transaction, now: Micros, *, within: float) -> bool:
    """Tell whether something that was stored waits for the judge for too long."""
    since = tx.journal.waiting_since(tx.verdicts.judged_upto())
    return since is not None and now - since >= within


def _quarantined(device_id: DeviceId) -> Row:
    return Row(
        order_id=None,
        wearer_id=None,
        device_id=device_id,
        heard_at=None,
        fixed_at=None,
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
        priority="low" if kind == TWO_ORDERS else "normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=row.silent_since or now,
        words={"en": _WORDS[kind] + _NOT_AGAINST},
    )
    return 0 if raise_for_house(tx, alert, again_after=DAY) is None else 1


def _raise_behind(tx: Transaction, house: House, now: Micros) -> int:
    name = new_alert_id(house)
    alert = house_alert(JUDGING_BEHIND, _BEHIND, alert_id=name, now=now, priority="urgent")
    return 0 if raise_for_house(tx, alert, again_after=30 * MINUTE) is None else 1
