"""Have a fair sample of closed alerts looked at by a second person, blind to the first.

Drawn by chance as a person closes one; whoever looks is another person in the sense of the charter,
sees the matter and not how it was closed, and names a cause. What differs is counted, and nothing
else follows: an alert stays as it was closed, and a closing decides nothing.
Units: instants in µs UTC.
"""

from __future__ import annotations

from fairtag.alerts.handle import BY_PEOPLE
from fairtag.alerts.model import Alert, Cause
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.deal import accounts_of
from fairtag.audit.entries import MACHINE, Entry
from fairtag.review.four_eyes import demand_two
from fairtag.review.measures import Agreement, SecondLook, agreement
from fairtag.terms.errors import ReasonRefused, SecondPersonRefused, UnknownAlert
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros

DRAWN, SAID = "second-look.drawn", "second-look.said"
_CHANCES = 1 << 32


def is_drawn(house: House) -> bool:
    """Draw whether a closed alert is looked at again."""
    return int.from_bytes(house.chance(4)) < house.alert_sample * _CHANCES


def draw(tx: Transaction, alert: Alert, *, now: Micros) -> None:
    """Put a closed alert before a second person, unless it is there."""
    if any(one.alert_id == alert.alert_id for one in tx.second_looks.listed()):
        return
    tx.audit.append(_entry(alert, DRAWN, MACHINE, now))
    tx.second_looks.add(SecondLook(alert_id=alert.alert_id, owner=alert.wearer_id, at=now))


def next_to_see(house: House, person: Person) -> Alert | None:
    """Give the oldest closed alert that waits for a second look and that this person may see.

    Raises: NotPermitted.
    """
    demand(person, Act.HANDLE)
    now = house.clock.now()
    return house.store.read(lambda tx: next(iter(_open_to(tx, person, now)), None))


def say_again(house: House, person: Person, alert_id: AlertId, *, cause: Cause) -> None:
    """Keep for which cause a second person would have closed it.

    Raises: NotPermitted, UnknownAlert when it does not wait for this person, ReasonRefused,
    LogUnavailable.
    """
    demand(person, Act.HANDLE)
    if cause not in BY_PEOPLE:
        raise ReasonRefused("this cause is the machine's own")
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        alert = next((one for one in _open_to(tx, person, now) if one.alert_id == alert_id), None)
        if alert is None:
            raise UnknownAlert(alert_id)
        tx.audit.append(_entry(alert, SAID, person.user_id, now, role=person.role))
        made = SecondLook(
            alert_id=alert_id, owner=alert.wearer_id, at=now, by=person.user_id, cause=cause
        )
        tx.second_looks.add(made)

    house.store.transact(work)


def see_agreement(house: House, person: Person) -> Agreement:
    """Count how often second looks differ from first ones; no alert and no person is named.

    Raises: NotPermitted.
    """
    demand(person, Act.REVIEWERS)

    def work(tx: Transaction) -> Agreement:
        looks = tx.second_looks.listed()
        pairs = [
            (first, one.cause)
            for one in looks
            if one.cause is not None and (first := tx.alerts.get(one.alert_id).cause) is not None
        ]
        return agreement(sum(one.cause is None for one in looks), pairs)

    return house.store.read(work)


def _open_to(tx: Transaction, person: Person, now: Micros) -> list[Alert]:
    """List what waits and this person may see, oldest first.

    Fails: closed, for accounts that are not two people.
    """
    looks = tx.second_looks.listed()
    said = {one.alert_id for one in looks if one.cause is not None}
    waits = [tx.alerts.get(one.alert_id) for one in looks if one.alert_id not in said]
    return [one for one in waits if _may(tx, person, one, now)]


def _may(tx: Transaction, person: Person, alert: Alert, now: Micros) -> bool:
    if not may(person, Act.HANDLE, alert):
        return False
    if alert.wearer_id is not None and tx.circles.knows(person.user_id, alert.wearer_id):
        return False
    accounts = accounts_of(tx)
    first, second = accounts.get(alert.closed_by or ""), accounts.get(person.user_id)
    if first is None or second is None or alert.acknowledged_by == person.user_id:
        return False
    try:
        demand_two(first, second, makers={n: one.made_by for n, one in accounts.items()}, now=now)
    except SecondPersonRefused:
        return False
    return True


def _entry(alert: Alert, what: str, by: str, now: Micros, *, role: str = "") -> Entry:
    return Entry(
        at=now,
        operation="alteration",
        actor=by,
        role=role or None,
        what=what,
        wearer_id=alert.wearer_id,
        order_id=alert.order_id,
        alert_id=alert.alert_id,
    )
