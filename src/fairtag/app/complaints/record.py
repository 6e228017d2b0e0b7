"""Write a complaint down, by the wearer or for them; the hold of what it is about begins with it.

Units: µs UTC. Source: charter G5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from fairtag.app.books import Person
from fairtag.app.complaints.log import write_complaint
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.retention.hold import begin_hold, new_hold_id
from fairtag.app.reviewing.deal import new_name
from fairtag.retention.holds import Hold
from fairtag.review.complaints.model import (
    BY_STAFF,
    MOST_OPEN,
    WEARER,
    Complaint,
    How,
    Step,
    day_of,
    stands_on,
    words_of,
)
from fairtag.review.refusals import ComplaintRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros
from fairtag.terms.local import wall_minute


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What staff write down of a complaint that came to them."""

    wearer_id: WearerId
    how: str
    received_on: str
    about: str
    text: str


def complain(
    house: House,
    wearer_id: WearerId,
    *,
    text: str,
    about: str = "",
    how: Literal["their page", "their app"] = "their page",
) -> Complaint:
    """Keep what a wearer complains of on their own page, or in their app.

    The same words again, while the first still wait, are the same complaint: a device without a
    network sends what it isn't sure has come.

    `about` is a reference that stands there; another one becomes a part of the words, so that
    nobody learns here who works for us.

    Raises: ComplaintRefused, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Complaint:
        today, order_id = _day_and_order(tx, wearer_id, now)
        mine = [one for one, steps in tx.complaints.listed(wearer_id) if _is_open(one, steps)]
        told, whom = words_of(text), about.strip()
        is_known = not whom or _is_staff(tx, whom)
        words = told if is_known else f"About: {whom}\n\n{told}"
        own = [one for one in mine if one.by == WEARER]
        named = whom if is_known else ""
        again = [one for one in own if one.about == named and _says(tx, one, words)]
        if again:
            return again[0]
        if len(own) >= MOST_OPEN:
            raise ComplaintRefused("ten of your complaints wait for an answer already")
        made = Complaint(
            complaint_id=new_name(house, "k_"),
            wearer_id=wearer_id,
            order_id=order_id,
            hold_id=new_hold_id(house),
            how=how,
            received_on=today,
            at=now,
            by=WEARER,
            about=named,
            text=words,
        )
        return _keep(tx, house, made, None)

    return _done(house, work)


def record_complaint(house: House, person: Person, written: Written) -> Complaint:
    """Write down a complaint that came by letter, phone, in person, or through somebody else.

    Raises: NotPermitted, ComplaintRefused, LogUnavailable.
    """
    demand(person, Act.COMPLAINT)
    now = house.clock.now()

    def work(tx: Transaction) -> Complaint:
        today, order_id = _day_and_order(tx, written.wearer_id, now)
        made = Complaint(
            complaint_id=new_name(house, "k_"),
            wearer_id=written.wearer_id,
            order_id=order_id,
            hold_id=new_hold_id(house),
            how=_how(written.how),
            received_on=day_of(written.received_on, today),
            at=now,
            by=person.user_id,
            about=_known(tx, written.about),
            text=words_of(written.text),
        )
        return _keep(tx, house, made, person)

    return _done(house, work)


def today_of(tx: Transaction, order_id: OrderId, now: Micros) -> str:
    """Tell the day where an order's wearer is."""
    facts = tx.orders.facts(order_id=order_id)
    return wall_minute(now, facts[0].time_zone if facts else "UTC")[0].format_iso()


def _keep(tx: Transaction, house: House, made: Complaint, person: Person | None) -> Complaint:
    hold = Hold(
        hold_id=made.hold_id,
        wearer_id=made.wearer_id,
        why="complaint",
        since=made.at,
        until=None,
        by=made.by,
    )
    # The hold first: what is locked comes back, and the words are sealed under the same key.
    begin_hold(tx, house, hold, now=made.at)
    write_complaint(tx, made, person)
    return made


def _done(house: House, work: Callable[[Transaction], Complaint]) -> Complaint:
    made = house.store.transact(work)
    house.changes.publish()
    return made


def _says(tx: Transaction, complaint: Complaint, words: str) -> bool:
    """Tell whether a complaint has these words; nobody sees them."""
    return tx.complaints.complained(complaint.complaint_id) == words


def _is_open(complaint: Complaint, steps: tuple[Step, ...]) -> bool:
    return not stands_on(complaint, steps, complaint.received_on).is_answered


def _day_and_order(tx: Transaction, wearer_id: WearerId, now: Micros) -> tuple[str, OrderId]:
    """Give the wearer's day and their newest order that has begun, or their first.

    Raises: ComplaintRefused.
    """
    orders = sorted(tx.orders.facts(wearer_id=wearer_id), key=lambda one: one.starts_at)
    if not orders:
        raise ComplaintRefused("no order names this wearer; check the reference")
    newest = ([one for one in orders if one.starts_at <= now] or orders[:1])[-1]
    return today_of(tx, newest.order_id, now), newest.order_id


def _known(tx: Transaction, about: str) -> str:
    """Take the reference of a person of staff; empty stays empty.

    Raises: ComplaintRefused.
    """
    told = about.strip()
    if told and not _is_staff(tx, told):
        raise ComplaintRefused(
            "nobody of staff has this reference; leave it empty, name them in words"
        )
    return told


def _is_staff(tx: Transaction, told: str) -> bool:
    return told in {one.user_id for one in tx.people.listed()}


def _how(told: str) -> How:
    found = next((one for one in BY_STAFF if one == told), None)
    if found is None:
        raise ComplaintRefused("say how it came")
    return found
