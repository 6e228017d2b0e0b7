"""Acknowledge an alert, close it with a cause and a reason, log a contact: always a named person.

An acknowledgement goes on while the access log is down (alarms go on, the act itself is a row that
can't be deleted); a closing does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from fairtag.alerts import handle
from fairtag.alerts.handle import BY_PEOPLE as CHOSEN_CAUSES
from fairtag.alerts.handle import REASON_LEAST as LEAST_REASON
from fairtag.alerts.model import Alert, AlertAct, Cause, ContactNote
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.log.reason import with_reason
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.again import draw, is_drawn
from fairtag.audit.entries import Entry
from fairtag.terms.errors import ReasonRefused
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros

__all__ = ["CHOSEN_CAUSES", "LEAST_REASON", "acknowledge", "close", "log_contact"]

_Moved = tuple[Alert, tuple[AlertAct, ...]]


def acknowledge(house: House, alert_id: AlertId, *, person: Person) -> Alert:
    """Take an alert; of two people at once one gets it.

    Raises: UnknownAlert, AlertStateRefused, NotPermitted.
    """

    def move(tx: Transaction, alert: Alert, now: Micros) -> _Moved:
        moved = handle.acknowledge(alert, by=person.user_id, now=now)
        if moved[1]:
            tx.audit.append(_entry(alert, person, "alert.acknowledge", now), is_due=False)
        return moved

    return _do(house, alert_id, person, move)


def close(house: House, alert_id: AlertId, *, person: Person, cause: Cause, reason: str) -> Alert:
    """Close an alert with a cause and a reason in words.

    Raises: UnknownAlert, AlertStateRefused, ReasonRefused, NotPermitted, LogUnavailable.
    """

    def move(tx: Transaction, alert: Alert, now: Micros) -> _Moved:
        by = person.user_id
        moved = handle.close(alert, by=by, cause=cause, reason=reason, now=now)
        entry = replace(_entry(alert, person, "alert.close", now), reason_code=cause)
        tx.audit.append(with_reason(house, entry, reason.strip()))
        if is_sampled:
            draw(tx, moved[0], now=now)
        return moved

    is_sampled = is_drawn(house)  # some are looked at again, by chance alone
    return _do(house, alert_id, person, move)


def log_contact(
    house: House,
    alert_id: AlertId,
    *,
    person: Person,
    how: Literal["phone", "visit", "message", "other"],
    reached: bool,
    told: str,
) -> None:
    """Write down a call or visit; its words are sealed.

    Raises: UnknownAlert, ReasonRefused, NotPermitted, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        alert = tx.alerts.get(alert_id)
        demand(person, Act.HANDLE, alert)
        if alert.order_id is None or not told.strip():
            raise ReasonRefused("write what was said; only matters of an order have contacts")
        note = ContactNote(
            order_id=alert.order_id,
            alert_id=alert_id,
            at=now,
            by=person.user_id,
            how=how,
            reached=reached,
            text=told.strip(),
        )
        tx.audit.append(_entry(alert, person, "contact.log", now))
        tx.alerts.add_contact(note)

    house.store.transact(work)
    house.changes.publish()


def _do(
    house: House,
    alert_id: AlertId,
    person: Person,
    move: Callable[[Transaction, Alert, Micros], _Moved],
) -> Alert:
    """Read, check, move and write in one transaction: the second of two people is refused."""
    now = house.clock.now()

    def work(tx: Transaction) -> Alert:
        alert = tx.alerts.get(alert_id)
        demand(person, Act.HANDLE, alert)
        moved, acts = move(tx, alert, now)
        if acts:
            tx.alerts.put(moved)
        for act in acts:
            tx.alerts.add_act(act)
        return moved

    done = house.store.transact(work)
    house.changes.publish()
    return done


def _entry(alert: Alert, person: Person, what: str, now: Micros) -> Entry:
    return Entry(
        at=now,
        operation="alteration",
        actor=person.user_id,
        role=person.role,
        authority=person.authority_id,
        what=what,
        wearer_id=alert.wearer_id,
        order_id=alert.order_id,
        alert_id=alert.alert_id,
    )
