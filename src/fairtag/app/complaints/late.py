"""Which complaints are answered too late? Whoever may answer is told daily, and the wearer once.

Called every minute by a round of care. Never against the wearer. Units: µs UTC.
Source: DPA 2018 s. 164A(4): without undue delay; the days are those of `review.complaints.model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from fairtag.alerts.model import Alert, AlertState, DutyEntry
from fairtag.app.complaints.read import listed
from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.notices import QueuedNotice
from fairtag.app.outside.tell import queue_late
from fairtag.app.permissions import Act, may
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_or_remind
from fairtag.review.clock import over_at
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros

KIND = "complaint.late"
_WORDS = (
    "{whose} to be answered by {by}, and nobody has answered. Open Complaints: a supervisor or "
    "caseworker whom it is not about answers it today. The wearer's page says that it is late, "
    "and a notice goes to the wearer and whoever represents them, where an address is known. This "
    "is told every day until it is answered, also when this alert is closed. It does not count "
    "against the wearer."
)


class _Late(msgspec.Struct, frozen=True, kw_only=True):
    """What is late of one order's complaints."""

    order_id: OrderId
    wearer_id: WearerId
    days: tuple[str, ...]  # on which answers were due, oldest first
    overs: tuple[Micros, ...]  # when each of those days was over
    about: frozenset[str]  # whom any of them is about

    def told_since(self, now: Micros) -> Micros:
        """Give the newest moment that is told for itself: each day of each of them."""
        return Micros(max(now - (now - over) % DAY for over in self.overs))


def see_complaints_late(house: House) -> int:
    """Tell of complaints that are late; tells how many orders' matters changed."""
    now = house.clock.now()
    late = house.store.read(lambda tx: _late(tx, now))
    over = house.store.read(lambda tx: _answered(tx, late))
    done = sum(house.store.transact(partial(_tell, house=house, one=one, now=now)) for one in late)
    for alert in over:
        done += house.store.transact(partial(_settle, alert=alert))
    if done:
        house.changes.publish()
    return done


def _late(tx: Transaction, now: Micros) -> list[_Late]:
    by_order: dict[OrderId, list[tuple[str, WearerId, tuple[str, ...]]]] = {}
    for one in listed(tx, now):
        if one.stands.is_late:
            told = (one.stands.answer_by, one.complaint.wearer_id, one.stands.about)
            by_order.setdefault(one.complaint.order_id, []).append(told)
    return [_of_order(tx, order_id, sorted(some)) for order_id, some in by_order.items()]


def _of_order(
    tx: Transaction, order_id: OrderId, some: list[tuple[str, WearerId, tuple[str, ...]]]
) -> _Late:
    facts = tx.orders.facts(order_id=order_id)
    zone = facts[0].time_zone if facts else "UTC"
    days = tuple(day for day, _, _ in some)
    return _Late(
        order_id=order_id,
        wearer_id=some[0][1],
        days=days,
        overs=tuple(over_at(day, zone) for day in days),
        about=frozenset(name for _, _, about in some for name in about),
    )


def _tell(tx: Transaction, *, house: House, one: _Late, now: Micros) -> int:
    outside = sum(queue_late(tx, house, one.order_id, since, now) for since in one.overs)
    told = raise_or_remind(tx, _alert(tx, house, one, now), since=one.told_since(now))
    if told is None:
        return outside
    for entry in told_of(tx.alerts.duty(), one.about):
        tx.alerts.queue_notice(
            QueuedNotice(alert_id=told.alert_id, urgency="normal", to=entry.to, due_at=now)
        )
    return outside + 1


def told_of(roster: Sequence[DutyEntry], about: frozenset[str]) -> list[DutyEntry]:
    """List who on duty is told: everybody whom no late complaint is about.

    When it is about all of them they are told all the same: a notice holds no words, and who is
    told must not be nobody.
    """
    return [one for one in roster if one.user_id not in about] or list(roster)


def _alert(tx: Transaction, house: House, one: _Late, now: Micros) -> Alert:
    many = len(one.days)
    whose = "A complaint of this wearer was" if many == 1 else f"{many} complaints were"
    return Alert(
        alert_id=new_alert_id(house),
        order_id=one.order_id,
        wearer_id=one.wearer_id,
        condition_id=None,
        device_id=None,
        kind=KIND,
        recipient="authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=min(one.overs),
        words={"en": _WORDS.format(whose=whose, by=", ".join(dict.fromkeys(one.days)))},
        owner=_owner(tx, one.about),
    )


def _owner(tx: Transaction, about: frozenset[str]) -> str | None:
    """Give the first on duty who may answer; else the last whom it is not about: the supervisor."""
    people = {one.user_id: one for one in tx.people.listed() if one.disabled_at is None}
    others = [one.user_id for one in told_of(tx.alerts.duty(), about) if one.user_id in people]
    able = [one for one in others if may(people[one], Act.ANSWER)]
    return next(iter([*able, *others[::-1]]), None)


def _answered(tx: Transaction, late: list[_Late]) -> list[Alert]:
    """List open alerts about what was answered since; a person still closes them."""
    still = {one.order_id for one in late}
    return [
        one
        for one in open_alerts(tx)
        if one.kind == KIND and not one.is_over and one.order_id not in still
    ]


def _settle(tx: Transaction, *, alert: Alert) -> int:
    return mark_over(tx, tx.alerts.get(alert.alert_id))
