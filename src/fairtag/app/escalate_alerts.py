"""Tell people on duty about alerts that wait, and hand over the notices that are queued.

What is due is decided and queued in one transaction; handing over comes after its commit. A crash
between the two sends again and loses nothing.
"""

from __future__ import annotations

from fairtag.alerts.escalate import ROSTER_EMPTY, Escalation, empty_roster, escalation
from fairtag.alerts.model import Alert, AlertAct, AlertState, DutyEntry
from fairtag.app.books import QueuedNotice
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Notice, Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.terms.errors import FairtagError
from fairtag.terms.instants import MINUTE, SECOND, Micros

_EMPTY_AGAIN = 30 * MINUTE  # a roster that is still empty this long after somebody closed its alert
_FIRST_WAIT = 10 * SECOND
_LONGEST_WAIT = 15 * MINUTE  # an urgent notice is tried at least this often, for ever
_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)
_MOST = 10_000


def escalate(house: House) -> int:
    """Queue a notice for each step that is due; tells how many alerts changed.

    Called every few seconds; writes only when something is due.
    """
    now = house.clock.now()
    if not house.store.read(lambda tx: _is_anything_due(tx, now)):
        return 0

    def work(tx: Transaction) -> int:
        roster = tx.alerts.duty()
        changed = _see_roster(tx, house, roster, now)
        for due in _due(tx, roster, now):
            _write(tx, due, now)
            changed += 1
        return changed

    done = house.store.transact(work)
    if done:
        house.changes.publish()
    return done


def send_notices(house: House) -> int:
    """Hand over queued notices; tells how many went.

    A notice that can't be handed over waits longer each time and stays until it is.
    """
    now = house.clock.now()
    sent = 0
    for notice in house.store.read(lambda tx: tx.alerts.notices_due(at=now)):
        is_sent = _send(house, notice)
        sent += is_sent
        _mark(house, notice, is_sent=is_sent)
    return sent


def roster_is_empty(tx: Transaction) -> bool:
    """Tell whether urgent alerts would reach no one."""
    return not tx.alerts.duty()


def open_alerts(tx: Transaction) -> list[Alert]:
    """List every alert that a person has still to close."""
    return tx.alerts.listed(states=_OPEN, limit=_MOST)


def _is_anything_due(tx: Transaction, now: Micros) -> bool:
    roster = tx.alerts.duty()
    last = tx.alerts.last_about(ROSTER_EMPTY, order_id=None, device_id=None)
    is_said = last is not None and last.state is not AlertState.CLOSED and not last.is_over
    return (not roster) != is_said or bool(_due(tx, roster, now))


def _due(tx: Transaction, roster: list[DutyEntry], now: Micros) -> list[Escalation]:
    found = (escalation(alert, roster, now=now) for alert in open_alerts(tx))
    return [due for due in found if due is not None]


def _write(tx: Transaction, due: Escalation, now: Micros) -> None:
    tx.alerts.put(due.alert)
    for act in due.acts:
        tx.alerts.add_act(act)
    for to in due.to:
        tx.alerts.queue_notice(
            QueuedNotice(alert_id=due.alert.alert_id, urgency=due.urgency, to=to, due_at=now)
        )


def _see_roster(tx: Transaction, house: House, roster: list[DutyEntry], now: Micros) -> int:
    """Raise the alert of an empty roster, or say that it is no longer empty."""
    if roster:
        last = tx.alerts.last_about(ROSTER_EMPTY, order_id=None, device_id=None)
        return 0 if last is None else mark_over(tx, last)
    alert = empty_roster(alert_id=new_alert_id(house), now=now)
    return 0 if raise_for_house(tx, alert, again_after=_EMPTY_AGAIN) is None else 1


def _send(house: House, notice: QueuedNotice) -> bool:
    told = Notice(
        reference=notice.alert_id,
        urgency=notice.urgency,
        link=f"{house.address}/alerts/{notice.alert_id}",
    )
    try:
        house.notifier_for(notice.to).send(told, to=notice.to)
    except FairtagError:  # the outbox keeps it and tries again
        return False
    return True


def _mark(house: House, notice: QueuedNotice, *, is_sent: bool) -> None:
    now = house.clock.now()
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(notice.tries, 10))

    def work(tx: Transaction) -> None:
        sent_at = now if is_sent else None
        tx.alerts.notice_done(notice.notice_id, sent_at=sent_at, next_at=Micros(now + wait))
        if is_sent:
            tx.alerts.add_act(AlertAct(alert_id=notice.alert_id, at=now, what="notified"))

    house.store.transact(work)
