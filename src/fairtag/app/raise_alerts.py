"""What does a finding do to the alerts? The judge's engine calls this inside its transaction.

State, finding and alert are one commit, so that a crash leaves no finding without its alert and
makes no alert twice.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from fairtag.alerts.gather import Change, gather
from fairtag.alerts.later import follow_up
from fairtag.alerts.model import Alert, AlertAct, AlertState
from fairtag.alerts.practicable import ask
from fairtag.app.ports import Transaction
from fairtag.rules.finding import Finding
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import Micros


def apply(
    tx: Transaction,
    finding: Finding,
    *,
    now: Micros,
    new_id: Callable[[], AlertId],
    wearer_id: WearerId | None = None,
) -> list[AlertId]:
    """Gather a revision of a finding into the alerts; tells which changed.

    The first one is the one that shows what the revision rests on: the finding's own, or the
    follow-up of one that a person closed, so that the closed one keeps what it was closed on.
    `wearer_id` saves a look into the orders when the caller knows it.
    """
    alerts = _known(tx, finding)
    wearer = wearer_id or _wearer(tx, finding.order_id, alerts)
    gathered = gather(
        finding, alerts, now=now, new_id=new_id, wearer_id=wearer, owner=_first_on_duty(tx)
    )
    asked = ask(finding, alerts, now=now, new_id=new_id, wearer_id=wearer)
    followed = follow_up(finding, alerts, now=now, new_id=new_id)
    return [*_store(tx, followed), *_store(tx, gathered), *_store(tx, asked)]


def raise_for_house(tx: Transaction, alert: Alert, *, again_after: int) -> Alert | None:
    """Raise a matter that no finding tells, unless it waits already; gives what was raised.

    What a person closed is raised again after `again_after` µs while it is still so.
    """
    last = tx.alerts.last_about(alert.kind, order_id=alert.order_id, device_id=alert.device_id)
    if last is not None and last.state is not AlertState.CLOSED:
        if last.is_over:
            tx.alerts.put(replace(last, is_over=False))
        return None
    if last is not None and alert.raised_at - (last.closed_at or 0) < again_after:
        return None
    return raise_at_once(tx, alert)


def raise_at_once(tx: Transaction, alert: Alert) -> Alert:
    """Raise a matter of its own, beside whatever waits; gives it with its owner."""
    owned = replace(alert, owner=alert.owner or _first_on_duty(tx))
    act = AlertAct(alert_id=alert.alert_id, at=alert.raised_at, what="raised")
    _store(tx, Change(alert=owned, acts=(act,)))
    return owned


def raise_or_remind(tx: Transaction, alert: Alert, *, since: Micros) -> Alert | None:
    """Raise a matter that no finding tells, or tell it anew when nothing was told of it since.

    Gives what was raised or told; none while what was told, or a person's closing, is newer.
    """
    last = tx.alerts.last_about(alert.kind, order_id=alert.order_id, device_id=alert.device_id)
    if last is None or last.state is AlertState.CLOSED:
        is_told = last is not None and (last.closed_at or 0) >= since
        return None if is_told else raise_at_once(tx, alert)
    acts = tx.alerts.acts(last.alert_id, bare=True)
    if not last.is_over and max(act.at for act in acts) >= since:
        return None
    again = replace(last, words=alert.words, is_over=False)
    tx.alerts.put(again)
    tx.alerts.add_act(AlertAct(alert_id=last.alert_id, at=alert.raised_at, what="escalated"))
    return again


def mark_over(tx: Transaction, alert: Alert) -> bool:
    """Say that a matter of the house is no longer so; a person still closes it."""
    if alert.is_over:
        return False
    tx.alerts.put(replace(alert, is_over=True))
    return True


def _store(tx: Transaction, change: Change) -> list[AlertId]:
    if change.alert is None:
        return []
    tx.alerts.put(change.alert)
    for act in change.acts:
        tx.alerts.add_act(act)
    return [change.alert.alert_id]


def _first_on_duty(tx: Transaction) -> str | None:
    return next((entry.user_id for entry in tx.alerts.duty()), None)


def _known(tx: Transaction, finding: Finding) -> list[Alert]:
    """List open alerts of the order, and any that hold the finding or what it is part of."""
    found = tx.alerts.open_for(finding.order_id)
    for finding_id in (finding.finding_id, finding.part_of):
        if finding_id is not None:
            found += tx.alerts.holding(finding_id)
    return list({alert.alert_id: alert for alert in found}.values())


def _wearer(tx: Transaction, order_id: OrderId, alerts: list[Alert]) -> WearerId | None:
    for alert in alerts:
        if alert.order_id == order_id and alert.wearer_id is not None:
            return alert.wearer_id
    return next((one.wearer_id for one in tx.orders.facts(order_id=order_id)), None)
