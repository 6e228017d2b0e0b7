"""Warn a wearer of danger to life, at any hour: the one thing that is heard in protected hours.

It is no check-in: it asks for no answer, counts as none of the five, and no silence after it means
anything. What it says is fixed (somebody may be in danger; ring the emergency number), so nobody
can ask for anything in its words. An officer or a supervisor sends it, alone and at once, with a
reason, which is sealed in the log beside their name.
Units: instants and spans in µs UTC.
Source: charter G6 ('save for danger to life'); design.md §4.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.checkins.asking import Given
from fairtag.app.checkins.prompting.people import bound, new_name, newest
from fairtag.app.house import House
from fairtag.app.log.reason import with_reason
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.rules.prompts.refusals import WarningRefused
from fairtag.terms.errors import ReasonRefused, UnknownOrder
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros

WARNED = "danger.warned"
PREFIX = "danger_"  # of the name under which a device is given a warning
STANDS = HOUR  # ours: whoever opens the app later is not frightened by what is over
MOST_A_DAY, LEAST_GAP = 3, 10 * MINUTE  # ours: whoever needs more rings, or sends somebody
_LEAST_LETTERS = 10


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A warning that is on its way."""

    name: str
    devices: tuple[DeviceId, ...]


def warn(house: House, person: Person, order_id: OrderId, *, reason: str) -> Warned:
    """Put a warning into the inbox of each device that the wearer has now.

    Raises: NotPermitted, ReasonRefused, UnknownOrder, LogUnavailable; WarningRefused when the
    wearer has no device now, or was warned too often or a moment ago.
    """
    demand(person, Act.WARN)
    if len(reason.strip()) < _LEAST_LETTERS:
        raise ReasonRefused("say what threatens whom")
    now, name = house.clock.now(), new_name(house, "danger")

    def work(tx: Transaction) -> Warned:
        facts = tx.orders.facts(order_id=order_id)
        if not facts:
            raise UnknownOrder(order_id)
        wearer_id = facts[0].wearer_id
        devices = _devices(tx, wearer_id, now)
        _demand_rare(tx, devices, now)
        entry = Entry(
            at=now,
            operation="collection",
            actor=person.user_id,
            role=person.role,
            authority=person.authority_id,
            what=WARNED,
            wearer_id=wearer_id,
            order_id=order_id,
            details={"warning": name, "devices": str(len(devices))},
        )
        tx.audit.append(with_reason(house, entry, reason.strip()))
        for one in devices:
            tx.asking.give(one, "message", name, at=now)
        return Warned(name=name, devices=tuple(devices))

    return house.store.transact(work)


def is_standing(given: Given, now: Micros) -> bool:
    """Tell whether what a device was given is a warning that still stands."""
    return given.ref.startswith(PREFIX) and now - given.at < STANDS


def _devices(tx: Transaction, wearer_id: WearerId, now: Micros) -> list[DeviceId]:
    """List what the wearer has now.

    Raises: WarningRefused when there is none.
    """
    rulings = [
        each for one in bound(tx.orders.facts(wearer_id=wearer_id), now) for each in newest(tx, one)
    ]
    named = {each.device_id for one in rulings for each in one.devices if each.during.holds(now)}
    theirs = [one for one in sorted(named) if _is_with(tx, one, wearer_id, now)]
    if not theirs:
        raise WarningRefused("the wearer has no device of ours now")
    return theirs


def _is_with(tx: Transaction, device_id: DeviceId, wearer_id: WearerId, now: Micros) -> bool:
    serving = [one for one in tx.devices.serving(device_id) if one.during.holds(now)]
    return any(one.wearer_id == wearer_id and not one.is_handed_on for one in serving)


def _demand_rare(tx: Transaction, devices: list[DeviceId], now: Micros) -> None:
    """Go on unless the wearer was warned too often or a moment ago.

    Fails: closed. Raises: WarningRefused.
    """
    given = [each for one in devices for each in tx.asking.given(one, after=0)]
    times = {each.ref: each.at for each in given if each.ref.startswith(PREFIX)}
    if any(now - at < LEAST_GAP for at in times.values()):
        raise WarningRefused("the wearer was warned a moment ago")
    if sum(now - at < DAY for at in times.values()) >= MOST_A_DAY:
        raise WarningRefused(f"the wearer was warned {MOST_A_DAY} times in 24 hours")
