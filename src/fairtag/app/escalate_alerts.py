"""Tell people on duty about alerts that wait, and hand over the notices that are queued.

What is due is decided and queued in one transaction; handing over comes after its commit. A crash
between the two sends again and loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

import msgspec

from fairtag.alerts.escalate import (
    NOT_REACHED,
    ROSTER_EMPTY,
    TOLD_ONCE,
    Escalation,
    empty_roster,
    escalation,
    handed_over,
    not_reached,
)
from fairtag.alerts.live import calls
from fairtag.alerts.model import Alert, AlertAct, AlertState
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.notices import NumberedNotice, QueuedNotice
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.terms.errors import FairtagError
from fairtag.terms.instants import MINUTE, SECOND, Micros

_AGAIN = 30 * MINUTE  # a matter of the house that still is so this long after it was closed
_FIRST_WAIT = 10 * SECOND
_LONGEST_WAIT = 15 * MINUTE  # an urgent notice is tried at least this often, for ever
_FAILING = 4  # tries, about a minute, after which it is no passing trouble
_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)
_MOST = 10_000


def escalate(house: House) -> int:
    """Queue a notice for each step that is due; tells how many alerts changed.

    Called every few seconds; writes only when something is due.
    """
    now = house.clock.now()
    if not house.store.read(lambda tx: _is_anything_due(tx, house, now)):
        return 0

    def work(tx: Transaction) -> int:
        changed = sum(_see(tx, house, matter, now) for matter in _of_house(tx, house))
        for due in _due(tx, now):
            _write(tx, due, now)
            changed += 1
        return changed

    done = house.store.transact(work)
    if done:
        house.changes.publish()
    return done


def hand_over(house: House) -> int:
    """Give the first on duty what nobody has, and what somebody had who left; tells how many."""
    now = house.clock.now()
    if not house.store.read(lambda tx: _orphans(tx, now)):
        return 0

    def work(tx: Transaction) -> int:
        found = _orphans(tx, now)
        for due in found:
            _write(tx, due, now)
        return len(found)

    done = house.store.transact(work)
    house.changes.publish()
    return done


def send_notices(house: House) -> int:
    """Hand over queued notices; tells how many went.

    A notice that can't be handed over waits longer each time and stays until it is. A way out that
    failed is not tried again in the same round: one dead server must not hold up the others.
    """
    now, sent = house.clock.now(), 0
    dead: set[str] = set()
    for notice in house.store.read(lambda tx: tx.alerts.notices_due(at=now)):
        if house.store.read(partial(_is_moot, notice=notice)):
            _mark(house, notice, is_done=True, is_sent=False)
            continue
        is_sent = way_of(notice.to) not in dead and _send(house, notice)
        if not is_sent:
            dead.add(way_of(notice.to))
        sent += is_sent
        _mark(house, notice, is_done=is_sent, is_sent=is_sent)
    return sent


def again_at(now: Micros, tries: int) -> Micros:
    """Tell when to try a notice again that could not be handed over so many times before."""
    return Micros(now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 10)))


def roster_is_empty(tx: Transaction) -> bool:
    """Tell whether urgent alerts would reach no one."""
    return not tx.alerts.duty()


def notices_fail(tx: Transaction) -> bool:
    """Tell whether messages to people on duty keep failing."""
    return tx.alerts.notices_failing(tries=_FAILING) > 0


def open_alerts(tx: Transaction) -> list[Alert]:
    """List every alert that a person has still to close."""
    return tx.alerts.listed(states=_OPEN, limit=_MOST)


class _HouseMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What would make an alert reach nobody."""

    kind: str
    is_so: bool
    made: Callable[..., Alert]


def _of_house(tx: Transaction, house: House) -> tuple[_HouseMatter, ...]:
    """Look whether people on duty are there and can be reached; a demo has no way out."""
    fails = not house.is_demo and notices_fail(tx)
    return (
        _HouseMatter(kind=ROSTER_EMPTY, is_so=roster_is_empty(tx), made=empty_roster),
        _HouseMatter(kind=NOT_REACHED, is_so=fails, made=not_reached),
    )


def _see(tx: Transaction, house: House, matter: _HouseMatter, now: Micros) -> int:
    """Raise a matter of the house, or say that it is no longer so."""
    if not matter.is_so:
        last = tx.alerts.last_about(matter.kind, order_id=None, device_id=None)
        return 0 if last is None else mark_over(tx, last)
    alert = matter.made(alert_id=new_alert_id(house), now=now)
    return 0 if raise_for_house(tx, alert, again_after=_AGAIN) is None else 1


def _is_anything_due(tx: Transaction, house: House, now: Micros) -> bool:
    is_news = any(one.is_so != _is_said(tx, one.kind) for one in _of_house(tx, house))
    return is_news or bool(_due(tx, now))


def _is_said(tx: Transaction, kind: str) -> bool:
    last = tx.alerts.last_about(kind, order_id=None, device_id=None)
    return last is not None and last.state is not AlertState.CLOSED and not last.is_over


def _due(tx: Transaction, now: Micros) -> list[Escalation]:
    roster = tx.alerts.duty()
    told = tx.alerts.listed(states=_OPEN, limit=_MOST, only_urgent_or=TOLD_ONCE)
    found = (escalation(alert, roster, now=now) for alert in told)
    return [due for due in found if due is not None]


def _orphans(tx: Transaction, now: Micros) -> list[Escalation]:
    roster = tx.alerts.duty()
    gone = {one.user_id for one in tx.people.listed() if one.disabled_at is not None}
    found = (handed_over(alert, roster, gone=gone, now=now) for alert in open_alerts(tx))
    return [due for due in found if due is not None]


def _write(tx: Transaction, due: Escalation, now: Micros) -> None:
    tx.alerts.put(due.alert)
    for act in due.acts:
        tx.alerts.add_act(act)
    for to in due.to:
        tx.alerts.queue_notice(
            QueuedNotice(alert_id=due.alert.alert_id, urgency=due.urgency, to=to, due_at=now)
        )


def _is_moot(tx: Transaction, *, notice: QueuedNotice) -> bool:
    """Tell whether a person closed the alert, or it calls nobody, before its notice could go."""
    alert = tx.alerts.get(notice.alert_id)
    return alert.state is AlertState.CLOSED or (notice.urgency == "urgent" and not calls(alert))


def way_of(to: str) -> str:
    """Name the server that an address leads to: the mail server, or a web address's host."""
    return to.partition("://")[2].partition("/")[0] or "mail"


def _send(house: House, notice: QueuedNotice) -> bool:
    told = NumberedNotice(
        reference=notice.alert_id,
        urgency=notice.urgency,
        link=f"{house.address}/alerts/{notice.alert_id}",
        message_id=_message_id(notice),
    )
    try:
        house.notifier_for(notice.to).send(told, to=notice.to)
    except FairtagError:  # the outbox keeps it and tries again
        return False
    return True


def _message_id(notice: QueuedNotice) -> str:
    """Name a message so that a receiver knows it again, and another one is another."""
    told = f"{notice.alert_id}/{notice.notice_id}"  # the alert's name is from chance
    return "msg_" + hashlib.sha256(told.encode()).hexdigest()[:24]


def _mark(house: House, notice: QueuedNotice, *, is_done: bool, is_sent: bool) -> None:
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        sent_at = now if is_done else None
        tx.alerts.notice_done(
            notice.notice_id, sent_at=sent_at, next_at=again_at(now, notice.tries)
        )
        if is_sent:
            tx.alerts.add_act(AlertAct(alert_id=notice.alert_id, at=now, what="notified"))

    house.store.transact(work)
