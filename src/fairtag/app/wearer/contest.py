"""Let a wearer say what is wrong: sealed words, and a matter that staff answer by closing it.

A contest holds what it is about until 28 days after its answer (charter G5). Units: µs UTC.
"""

from __future__ import annotations

import base64

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import raise_at_once
from fairtag.app.wearer.answered import alert_of
from fairtag.app.wearer.book import Contest
from fairtag.audit.entries import Entry
from fairtag.terms.errors import ContestRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

KIND = "wearer.contest"
MOST_LETTERS = 5000
MOST_OPEN = 10  # unanswered at once: more would bury the first
_WORDS = {"en": "The wearer says that something about them is wrong, and waits for an answer."}


def contest(house: House, wearer_id: WearerId, *, text: str) -> Contest:
    """Keep a wearer's words and ask staff to answer.

    Raises: ContestRefused, LogUnavailable.
    """
    told = text.strip()
    if not told or len(told) > MOST_LETTERS:
        raise ContestRefused("the text is empty or too long")
    now = house.clock.now()
    name = "c_" + base64.b32encode(house.chance(15)).decode().lower()

    def work(tx: Transaction) -> Contest:
        orders = sorted(tx.orders.facts(wearer_id=wearer_id), key=lambda one: one.starts_at)
        open_ones = [
            one
            for one in tx.contests.about(wearer_id)
            if (asked := alert_of(tx, one)) and asked.state is not AlertState.CLOSED
        ]
        if not orders or len(open_ones) >= MOST_OPEN:
            raise ContestRefused("ten of your messages wait for an answer already")
        newest = [one for one in orders if one.starts_at <= now] or orders[:1]
        alert = _matter(house, wearer_id, newest[-1].order_id, now)
        made = Contest(
            contest_id=name,
            wearer_id=wearer_id,
            order_id=newest[-1].order_id,
            at=now,
            alert_id=alert.alert_id,
        )
        entry = Entry(
            at=now,
            operation="alteration",
            actor="wearer",
            what="wearer.contest",
            wearer_id=wearer_id,
            order_id=made.order_id,
            alert_id=alert.alert_id,
        )
        tx.audit.append(entry)
        raise_at_once(tx, alert)
        tx.contests.add(made, text=told)
        return made

    made = house.store.transact(work)
    house.changes.publish()
    return made


def _matter(house: House, wearer_id: WearerId, order_id: OrderId, now: Micros) -> Alert:
    return Alert(
        alert_id=new_alert_id(house),
        order_id=order_id,
        wearer_id=wearer_id,
        condition_id=None,
        device_id=None,
        kind=KIND,
        recipient="authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        words=_WORDS,
    )
