"""Tell wearers and representatives that recording stopped for want of a review, or goes on; and
that the answer to a complaint is late.

What is due follows from the order, so that an address that comes later is told later, and a crash
loses nothing. A notice carries a random reference, the urgency and a link (charter G9, G10).
Units: µs UTC.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import partial

from fairtag.app.books import OrderFacts
from fairtag.app.escalate_alerts import again_at, way_of
from fairtag.app.house import House
from fairtag.app.notices import NumberedNotice
from fairtag.app.outside.book import Contact, OutsideNotice, Told
from fairtag.app.ports import Transaction
from fairtag.app.turns import EVERYBODY, Stretch
from fairtag.audit.entries import MACHINE, Entry
from fairtag.terms.errors import FairtagError, SealBroken
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import Micros


def see_outside(house: House, among: Stretch = EVERYBODY) -> int:
    """Queue what people outside must be told about a stretch's orders; tells how many notices."""
    now = house.clock.now()
    if not house.store.read(lambda tx: list(_due(tx, now, among))):
        return 0

    def work(tx: Transaction) -> int:
        found = list(_due(tx, now, among))
        for contact, what, since in found:
            _queue(tx, house, contact, what, since, now)
        return len(found)

    return house.store.transact(work)


def queue_late(tx: Transaction, house: House, order_id: OrderId, since: Micros, now: Micros) -> int:
    """Queue that an answer to a complaint is late since then, once to each; tells how many."""
    contacts = tx.outside.contacts(order_id)
    told = {(one.contact, one.what, one.since) for one in tx.outside.notices(order_id)}
    missing = [one for one in contacts if (one.n, "complaint.late", since) not in told]
    for one in missing:
        _queue(tx, house, one, "complaint.late", since, now)
    return len(missing)


def send_outside(house: House) -> int:
    """Hand over what is queued; tells how many went.

    What can't be handed over waits longer each time and stays until it is.
    """
    now, sent = house.clock.now(), 0
    dead: set[str] = set()
    for notice in house.store.read(lambda tx: tx.outside.due(at=now)):
        to = house.store.read(partial(_address, notice=notice))
        if to is None:
            _mark(house, notice, is_done=True, is_sent=False)
            continue
        is_sent = way_of(to) not in dead and _send(house, notice, to)
        if not is_sent:
            dead.add(way_of(to))
        sent += is_sent
        _mark(house, notice, is_done=is_sent, is_sent=is_sent)
    return sent


def _due(tx: Transaction, now: Micros, among: Stretch) -> Iterator[tuple[Contact, Told, Micros]]:
    named = tx.outside.named()
    if not named:
        return
    for order in tx.orders.facts(among=among):
        if order.order_id in named and order.starts_at <= now < order.ends_at:
            yield from _of_order(tx, order)


def _of_order(tx: Transaction, order: OrderFacts) -> Iterator[tuple[Contact, Told, Micros]]:
    contacts = tx.outside.contacts(order.order_id)
    if not contacts:
        return
    told = {(one.contact, one.what, one.since) for one in tx.outside.notices(order.order_id)}
    stops = {(contact, since) for contact, what, since in told if what == "review.overdue"}
    for one in contacts:
        if order.lapsed_since is not None:
            if (one.n, "review.overdue", order.lapsed_since) not in told:
                yield one, "review.overdue", order.lapsed_since
            continue
        for contact, since in sorted(stops):
            if contact == one.n and (one.n, "review.made", since) not in told:
                yield one, "review.made", since


def _queue(
    tx: Transaction, house: House, contact: Contact, what: Told, since: Micros, now: Micros
) -> None:
    reference = "n_" + base64.b32encode(house.chance(15)).decode().lower()
    tx.audit.append(
        Entry(
            at=now,
            operation="policy",
            actor=MACHINE,
            what="outside.told",
            wearer_id=contact.wearer_id,
            order_id=contact.order_id,
            details={"whom": contact.whom, "of": what, "reference": reference},
        )
    )
    tx.outside.queue(
        OutsideNotice(
            reference=reference,
            order_id=contact.order_id,
            wearer_id=contact.wearer_id,
            contact=contact.n,
            whom=contact.whom,
            what=what,
            since=since,
            queued_at=now,
            due_at=now,
        )
    )


def _address(tx: Transaction, *, notice: OutsideNotice) -> str | None:
    """Open the address; None when it was taken back, or its key is locked or gone."""
    if notice.contact not in {one.n for one in tx.outside.contacts(notice.order_id)}:
        return None
    try:
        return tx.outside.address(notice.contact)
    except SealBroken:
        return None


def _send(house: House, notice: OutsideNotice, to: str) -> bool:
    digest = hashlib.sha256(notice.reference.encode()).hexdigest()
    told = NumberedNotice(
        reference=notice.reference,
        urgency="normal",
        link=f"{house.address}/my",
        message_id=f"msg_{digest[:24]}",
    )
    try:
        house.notifier_for(to).send(told, to=to)
    except FairtagError:  # the outbox keeps it and tries again
        return False
    return True


def _mark(house: House, notice: OutsideNotice, *, is_done: bool, is_sent: bool) -> None:
    now = house.clock.now()
    next_at = again_at(now, notice.tries)

    def work(tx: Transaction) -> None:
        done_at = now if is_done else None
        tx.outside.tried(notice.n, done_at=done_at, is_sent=is_sent, next_at=next_at)

    house.store.transact(work)
