"""Open what is sealed about an alert: decide, write it down, then unseal. In this order.

Nobody but this use case and the judging machine opens a sealed position (tests/arch hold that).
Units: µs UTC; degrees; metres.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import msgspec

from fairtag.alerts.model import Alert, AlertAct, ContactNote
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry, Receipt
from fairtag.custody.opening import BEFORE, Grant, Request, grant, grant_texts
from fairtag.intake.messages import Position
from fairtag.orders.model import Condition, Identity
from fairtag.terms.errors import LogUnavailable, OpeningRefused
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

T = TypeVar("T")
_WORDS = ("text",)  # the kinds of data that an opening shows; `custody.kinds`
_PLACES = ("evidence", "identity", *_WORDS)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Positions of one wearer, the condition they are about, and how long they may be seen."""

    positions: tuple[Position, ...]
    identity: Identity | None  # whom to call
    condition: Condition | None
    time_zone: str
    contacts: tuple[ContactNote, ...]  # with what was said, newest first
    grant: Grant
    receipt: Receipt  # where the log says that this was opened


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote about one wearer while they handled an alert."""

    contacts: tuple[ContactNote, ...]
    acts: tuple[AlertAct, ...]
    receipt: Receipt


def open_evidence(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Opened:
    """Open the alert's copy of its deciding positions, the name, and what was said.

    Raises: UnknownAlert, OpeningRefused, LogUnavailable, SealBroken.
    """
    alert = _alert(house, alert_id, person)
    now = house.clock.now()
    told = "alert.evidence"
    given = _granted(house, alert, person, told, lambda: grant(_asked(alert, purpose, now)))
    window = (given.window.start, given.window.end)
    entry = _entry(alert, person, told, now)
    told_by = msgspec.structs.replace(entry, purpose=given.purpose, window=window, fields=_PLACES)
    receipt = _write(house, told_by)
    return house.store.read(lambda tx: _unsealed(tx, alert_id, given, receipt))


def open_texts(house: House, alert_id: AlertId, *, person: Person, purpose: str) -> Texts:
    """Open what was said and why an alert was closed; no position and no name.

    Raises: UnknownAlert, OpeningRefused, LogUnavailable, SealBroken.
    """
    alert = _alert(house, alert_id, person)
    told = "alert.texts"
    given = _granted(house, alert, person, told, lambda: grant_texts(purpose))
    entry = _entry(alert, person, told, house.clock.now())
    receipt = _write(house, msgspec.structs.replace(entry, purpose=given, fields=_WORDS))
    return house.store.read(
        lambda tx: Texts(
            contacts=_contacts(tx, alert), acts=tuple(tx.alerts.acts(alert_id)), receipt=receipt
        )
    )


def _alert(house: House, alert_id: AlertId, person: Person) -> Alert:
    alert = house.store.read(lambda tx: tx.alerts.get(alert_id))
    demand(person, Act.OPEN, alert)
    return alert


def _asked(alert: Alert, purpose: str, now: Micros) -> Request:
    began = Micros(min(alert.began_at, alert.raised_at))
    start = Micros(began - BEFORE)
    return Request(
        began_at=began,
        closed_at=alert.closed_at,
        purpose=purpose,
        window=Interval(start=start, end=Micros(max(start, now))),
        now=now,
    )


def _granted(house: House, alert: Alert, person: Person, what: str, decide: Callable[[], T]) -> T:
    """Decide; a refusal is written down too, as far as there is a log to write to."""
    try:
        return decide()
    except OpeningRefused:
        with suppress(LogUnavailable):
            entry = _entry(alert, person, f"{what}.refused", house.clock.now())
            _write(house, msgspec.structs.replace(entry, result="refused"))
        raise


def _entry(alert: Alert, person: Person, what: str, now: Micros) -> Entry:
    return Entry(
        at=now,
        operation="consultation",
        actor=person.user_id,
        role=person.role,
        authority=person.authority_id,
        what=what,
        wearer_id=alert.wearer_id,
        order_id=alert.order_id,
        alert_id=alert.alert_id,
    )


def _write(house: House, entry: Entry) -> Receipt:
    return house.log.look(entry)


def _contacts(tx: Transaction, alert: Alert) -> tuple[ContactNote, ...]:
    return () if alert.order_id is None else tuple(tx.alerts.contacts(alert.order_id))


def _unsealed(tx: Transaction, alert_id: AlertId, given: Grant, receipt: Receipt) -> Opened:
    alert = tx.alerts.get(alert_id)
    if alert.order_id is None:
        return Opened(
            positions=(),
            identity=None,
            condition=None,
            time_zone="UTC",
            contacts=(),
            grant=given,
            receipt=receipt,
        )
    found = msgspec.json.decode(tx.alerts.evidence(alert_id), type=tuple[Position, ...])
    ruling = tx.orders.version(alert.order_id).ruling
    about = (one for one in ruling.conditions if one.id == alert.condition_id)
    return Opened(
        positions=tuple(one for one in found if given.window.holds(one.at)),
        identity=tx.orders.identity(alert.order_id),
        condition=next(about, None),
        time_zone=ruling.time_zone,
        contacts=_contacts(tx, alert),
        grant=given,
        receipt=receipt,
    )
