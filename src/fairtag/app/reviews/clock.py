"""Warn before a review is due; stop what nobody reviewed; keep telling of what stands on.

Called every minute by a round of care. The stop is a mark on the order, recorded by the machine at
a known time, so that a replay of the journal judges the same. Units: µs UTC.
"""

from __future__ import annotations

from functools import partial

import msgspec
from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.books import OrderFacts
from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.notices import QueuedNotice
from fairtag.app.outside.tell import see_outside
from fairtag.app.ports import Transaction
from fairtag.app.put_order import mark_in
from fairtag.app.raise_alerts import mark_over, raise_or_remind
from fairtag.app.turns import EVERYBODY, Stretch
from fairtag.review.clock import lapses_at, over_at, warned_at
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, Micros

REVIEW_DUE = "review.due"
REVIEW_OVERDUE = "review.overdue"
_NOT_AGAINST = " This does not count against the wearer."
_DUE = (
    "This order must be reviewed by {by}. {left} Seven days after that date nothing is recorded "
    "and judged any more, save what a court made or what protects a named person."
)
_COURT = (
    "The court's review of this order was due by {by} and nobody has recorded it. "
    "A court's order does not lapse by itself: ask the court today. This is told every day."
)
_STOPPED = (
    "The review of this order was due by {by}. Recording and judging have stopped. The wearer's "
    "page says so, and a notice goes to the wearer and whoever represents them, where an address "
    "is known: see the page ‘Who is told’. Record the review or end the order."
)
_STANDS = (
    "The review of this order was due by {by}. Recording has stopped. Conditions of a court or "
    "for a named person's protection are judged on, and positions are not kept save those of an "
    "alert. The wearer's page says so, and a notice goes to the wearer and whoever represents "
    "them, where an address is known: see the page ‘Who is told’. This is told every day."
)


class _Matter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told about one order, and since when."""

    order: OrderFacts
    kind: str
    words: str
    since: Micros  # the newest moment that is told for itself: a warning, or another day
    lapses: bool = False  # and the order stops now


def see_reviews(house: House, among: Stretch = EVERYBODY) -> int:
    """Raise what is due about reviews, and stop orders that lapsed; tells how many changed.

    `among` is whose orders are looked at.
    """
    now = house.clock.now()
    told = house.store.read(lambda tx: _look(tx, now, among))
    over = house.store.read(lambda tx: _over(tx, told, among))
    done = sum(house.store.transact(partial(_tell, house=house, one=one, now=now)) for one in told)
    for alert in over:
        done += house.store.transact(partial(_settle, alert=alert))
    done += see_outside(house, among)
    if done:
        house.changes.publish()
    return done


def _look(tx: Transaction, now: Micros, among: Stretch) -> list[_Matter]:
    running = [one for one in tx.orders.facts(among=among) if one.starts_at <= now < one.ends_at]
    found = (_matter(tx, one, now) for one in running)
    return [one for one in found if one is not None]


def _matter(tx: Transaction, order: OrderFacts, now: Micros) -> _Matter | None:
    by, zone = order.review_by, order.time_zone
    warned = warned_at(by, zone, now)
    if warned is None:
        return None
    days, since = warned
    is_court = tx.orders.review(order.order_id).kind == "court"
    if is_court and days == 0:
        return _overdue(order, _COURT, over_at(by, zone), now)
    if is_court or now < lapses_at(by, zone):
        left = f"{days} {'day is' if days == 1 else 'days are'} left." if days else "It is overdue."
        words = _DUE.format(by=by, left=left)
        return _Matter(order=order, kind=REVIEW_DUE, words=words, since=since)
    stops_at = lapses_at(by, zone)
    standing = tx.orders.rulings(order.order_id)[-1].standing
    told = _overdue(order, _STANDS if standing else _STOPPED, stops_at, now)
    return told if standing else replace(told, since=stops_at)


def _overdue(order: OrderFacts, words: str, first: Micros, now: Micros) -> _Matter:
    return _Matter(
        order=order,
        kind=REVIEW_OVERDUE,
        words=words.format(by=order.review_by),
        since=Micros(now - (now - first) % DAY),
        lapses=words is not _COURT,
    )


def _tell(tx: Transaction, *, house: House, one: _Matter, now: Micros) -> int:
    order = one.order
    changed = _stop(tx, order, now) if one.lapses else 0
    told = raise_or_remind(tx, _alert(house, one, now), since=one.since)
    return changed + (0 if told is None else _notify(tx, told, now))


def _stop(tx: Transaction, order: OrderFacts, now: Micros) -> int:
    """Mark the order as lapsed, from the moment it did, not from when this service noticed."""
    (facts,) = tx.orders.facts(order_id=order.order_id)
    if facts.lapsed_since is not None:
        return 0
    at = Micros(max(facts.starts_at, lapses_at(facts.review_by, facts.time_zone)))
    why = f"The review was due by {facts.review_by} and was not made."
    mark_in(tx, facts.order_id, "lapse", at=at, now=now, by="machine", reason=why)
    return 1


def _alert(house: House, one: _Matter, now: Micros) -> Alert:
    is_due = one.kind == REVIEW_DUE
    return Alert(
        alert_id=new_alert_id(house),
        order_id=one.order.order_id,
        wearer_id=one.order.wearer_id,
        condition_id=None,
        device_id=None,
        kind=one.kind,
        recipient="support" if is_due else "authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=one.since,
        words={"en": one.words + _NOT_AGAINST},
    )


def _notify(tx: Transaction, alert: Alert, now: Micros) -> int:
    """Tell everybody on duty of what is overdue; a warning waits in the queue of its owner."""
    if alert.kind == REVIEW_OVERDUE:
        for entry in tx.alerts.duty():
            tx.alerts.queue_notice(
                QueuedNotice(alert_id=alert.alert_id, urgency="normal", to=entry.to, due_at=now)
            )
    return 1


def _over(tx: Transaction, told: list[_Matter], among: Stretch) -> list[Alert]:
    """List open alerts about reviews that were made since; a person still closes them."""
    still: set[tuple[str, OrderId | None]] = {(one.kind, one.order.order_id) for one in told}
    return [
        one
        for one in open_alerts(tx)
        if one.kind in (REVIEW_DUE, REVIEW_OVERDUE)
        and not one.is_over
        and among.holds(one.wearer_id)
        and (one.kind, one.order_id) not in still
    ]


def _settle(tx: Transaction, *, alert: Alert) -> int:
    return mark_over(tx, tx.alerts.get(alert.alert_id))
