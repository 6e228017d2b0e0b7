"""Open the positions that an alert rests on: decide, write it down, then unseal. In this order.

Nobody but this use case and the judging machine opens a sealed position (tests/arch hold that).
Units: µs UTC; degrees; metres.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.custody.opening import BEFORE, Grant, Request, grant
from fairtag.intake.messages import Position
from fairtag.orders.model import Condition, Identity
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Positions of one wearer, with the condition they are about and how long they may be seen."""

    positions: tuple[Position, ...]
    identity: Identity | None  # whom to call
    condition: Condition | None
    time_zone: str
    grant: Grant


def open_evidence(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Opened:
    """Open the alert's copy of its deciding positions.

    Raises: UnknownAlert, OpeningRefused, LogUnavailable, SealBroken.
    """
    demand(person, Act.OPEN)
    alert = house.store.read(lambda tx: tx.alerts.get(alert_id))
    now = house.clock.now()
    start = Micros(alert.raised_at - BEFORE)
    given = grant(
        Request(
            raised_at=alert.raised_at,
            closed_at=alert.closed_at,
            purpose=purpose,
            window=Interval(start=start, end=Micros(max(start, now))),
            now=now,
        )
    )
    entry = Entry(
        at=now,
        operation="consultation",
        actor=person.user_id,
        what="alert.evidence",
        wearer_id=alert.wearer_id,
        order_id=alert.order_id,
        alert_id=alert_id,
        purpose=given.purpose,
        window=(given.window.start, given.window.end),
    )
    house.store.transact(lambda tx: tx.audit.append(entry))
    return house.store.read(lambda tx: _unsealed(tx, alert_id, given))


def _unsealed(tx: Transaction, alert_id: AlertId, given: Grant) -> Opened:
    alert = tx.alerts.get(alert_id)
    found = msgspec.json.decode(tx.alerts.evidence(alert_id), type=tuple[Position, ...])
    in_window = tuple(one for one in found if given.window.start <= one.at < given.window.end)
    if alert.order_id is None:
        return Opened(positions=(), identity=None, condition=None, time_zone="UTC", grant=given)
    ruling = tx.orders.version(alert.order_id).ruling
    about = (one for one in ruling.conditions if one.id == alert.condition_id)
    return Opened(
        positions=in_window,
        identity=tx.orders.identity(alert.order_id),
        condition=next(about, None),
        time_zone=ruling.time_zone,
        grant=given,
    )
