"""What does the wearer's app show: the order in times, when nobody asks, check-ins, an invitation?

No name, no place and nobody else. What is read is sealed, so that the look is written down first,
as the wearer's own. Units: µs UTC.
Source: design.md §4; charter G4, G6.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.app.books import ActivationFacts
from fairtag.app.checkins.book import Answer
from fairtag.app.checkins.deliver import is_halted
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.wearer.coming import ConditionShown, collected, conditions_shown
from fairtag.audit.entries import Entry
from fairtag.intake.messages import CheckInState
from fairtag.orders.inforce import ruling_at
from fairtag.orders.model import Ruling
from fairtag.rules.prompts.hours import Protected, protected_of
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import DeviceId, WearerId
from fairtag.terms.instants import DAY, LATEST, Micros
from fairtag.terms.local import Interval

SHOWN = 30 * DAY  # so far back check-ins are listed
MOST_SHOWN = 50
Stands = Literal["waits", "confirmed", "cant_tell", "not_confirmed"]
_WORDS: dict[str, Stands] = {"match": "confirmed", "cant_tell": "cant_tell"}
_PAUSES = ("help", "health", "staff")  # those in which nobody asks; others void one prompt


class OrderNow(msgspec.Struct, frozen=True, kw_only=True):
    """The order that a device serves."""

    order_id: str
    authority: str
    starts_at: Micros
    ends_at: Micros
    review_by: str
    stopped_since: Micros | None = None  # nobody reviewed it: nothing is recorded any more
    is_standing: bool = False  # and what a court or a named person needs is judged on


class InvitationShown(msgspec.Struct, frozen=True, kw_only=True):
    """An officer asks for enrolment pictures."""

    id: str
    expires_at: Micros
    taken: int


class CheckInShown(msgspec.Struct, frozen=True, kw_only=True):
    """A check-in of the past, without what the machine said of it."""

    check_in_id: str
    at: Micros
    until: Micros
    state: CheckInState
    is_void: bool
    outcome: Stands | None  # None: there is no answer


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """All that the app shows."""

    at: Micros
    time_zone: str = "UTC"
    order: OrderNow | None = None
    conditions: tuple[ConditionShown, ...] = ()
    collected: tuple[str, ...] = ()
    protected: Protected = ()
    is_paused: bool = False
    paused_until: Micros | None = None  # None while paused: until a person decides
    enrolment: InvitationShown | None = None
    check_ins: tuple[CheckInShown, ...] = ()


def today(house: House, device_id: DeviceId) -> Today:
    """Tell what a device shows; without an order, nothing but the time.

    Raises: LogUnavailable.
    """
    now = house.clock.now()
    serving = house.store.read(lambda tx: served(tx, device_id, now))
    if serving is None:
        return Today(at=now)
    house.store.transact(lambda tx: tx.audit.append(looked(serving, device_id, now)))
    return house.store.read(lambda tx: _today(tx, serving, device_id, now))


def wiped(house: House, device_id: DeviceId) -> None:
    """Write down that a device says it deleted all that it kept.

    Raises: LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        worn = [one for one in tx.devices.serving(device_id) if one.during.start <= now]
        last = max(worn, key=lambda one: one.during.start, default=None)
        tx.audit.append(
            Entry(
                at=now,
                operation="erasure",
                actor=device_id,
                what="device.wiped",
                wearer_id=None if last is None else last.wearer_id,
                order_id=None if last is None else last.order_id,
                details={"device": device_id},
            )
        )

    house.store.transact(work)


def looked(serving: ActivationFacts, device_id: DeviceId, now: Micros) -> Entry:
    """Say in the log that a wearer looks at what is theirs, on their device."""
    return Entry(
        at=now,
        operation="consultation",
        actor="wearer",
        what="wearer.app",
        wearer_id=serving.wearer_id,
        order_id=serving.order_id,
        details={"device": device_id},
    )


def served(tx: Transaction, device_id: DeviceId, now: Micros) -> ActivationFacts | None:
    """Tell whom a device serves now; None when it serves nobody."""
    mine = [one for one in tx.devices.serving(device_id) if not one.is_handed_on]
    found = [one for one in mine if one.during.holds(now)]
    return next(iter(found or [one for one in mine if is_halted(tx, one, now)]), None)


def _today(tx: Transaction, serving: ActivationFacts, device_id: DeviceId, now: Micros) -> Today:
    ruling = ruling_at(tx.orders.rulings(serving.order_id), now)
    if ruling is None:
        return Today(at=now)
    paused = [
        one.asked_again()
        for one in tx.asking.pauses(serving.wearer_id)
        if one.kind in _PAUSES and one.start <= now < one.asked_again()
    ]
    until = max(paused, default=LATEST)
    return Today(
        at=now,
        time_zone=ruling.time_zone,
        order=_order(tx, ruling, serving),
        conditions=conditions_shown(ruling, now),
        collected=collected(ruling),
        protected=protected_of(_rulings(tx, serving.wearer_id, now)),
        is_paused=bool(paused),
        paused_until=until if until < LATEST else None,
        enrolment=_invited(tx, serving.wearer_id, device_id, now),
        check_ins=_check_ins(tx, serving.wearer_id, now),
    )


def _order(tx: Transaction, ruling: Ruling, serving: ActivationFacts) -> OrderNow:
    version = tx.orders.version(serving.order_id, ruling.version)
    (facts,) = tx.orders.facts(order_id=serving.order_id)
    newest = tx.orders.rulings(serving.order_id)[-1]
    return OrderNow(
        order_id=serving.order_id,
        authority=version.authority.name,
        starts_at=ruling.during.start,
        ends_at=ruling.during.end,
        review_by=tx.orders.review(serving.order_id).by,
        stopped_since=facts.lapsed_since,
        is_standing=facts.lapsed_since is not None and bool(newest.standing),
    )


def _rulings(tx: Transaction, wearer_id: WearerId, now: Micros) -> list[Ruling]:
    """List what binds a person now: each order's protected hours hold."""
    return [
        tx.orders.rulings(one.order_id)[-1]
        for one in tx.orders.facts(wearer_id=wearer_id)
        if one.starts_at <= now < one.ends_at
    ]


def _invited(
    tx: Transaction, wearer_id: WearerId, device_id: DeviceId, now: Micros
) -> InvitationShown | None:
    found = tx.enrolments.invited(wearer_id, at=now)
    if found is None or found.device_id != device_id:
        return None
    return InvitationShown(id=found.invitation_id, expires_at=found.until, taken=found.taken)


def _check_ins(tx: Transaction, wearer_id: WearerId, now: Micros) -> tuple[CheckInShown, ...]:
    """List what was asked, newest first; what is drawn and not yet asked stays unknown."""
    asked = tx.prompts.about(wearer_id, Interval(start=Micros(now - SHOWN), end=now))
    return tuple(_check_in(tx, one) for one in asked[::-1][:MOST_SHOWN])


def _check_in(tx: Transaction, prompt: Prompt) -> CheckInShown:
    answers = tx.answers.of_prompt(prompt.check_in_id)
    return CheckInShown(
        check_in_id=prompt.check_in_id,
        at=prompt.at,
        until=prompt.until,
        state=prompt.state,
        is_void=prompt.is_void,
        outcome=_stands(tx, answers[-1]) if answers else None,
    )


def _stands(tx: Transaction, answer: Answer) -> Stands:
    """Tell how an answer stands; what the machine said of it is in no word."""
    decided = tx.answers.outcome(answer.answer_id)
    if decided is None:
        return "waits" if answer.needs_people else "confirmed"
    return _WORDS.get(decided, "not_confirmed")
