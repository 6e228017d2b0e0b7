"""Let an officer ask for one check-in now, or ring: a demand as any other, within the same limits.

What a day holds is full at five, whoever asks; nobody is asked or rung at a protected hour. Danger
to life is no check-in and has its own way. Units: instants in µs UTC.
Source: charter G6.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from fairtag.app.books import Person
from fairtag.app.checkins.prompting.opened import opened
from fairtag.app.checkins.prompting.people import bound, new_name, new_nonce, newest
from fairtag.app.house import House
from fairtag.app.log.reason import with_reason
from fairtag.app.matching.profiles import refers
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.audit.entries import Entry
from fairtag.intake.messages import CheckInReceipt, CheckInState
from fairtag.orders.model import Ruling
from fairtag.rules.prompts.draw import Modality, Wanted
from fairtag.rules.prompts.limits import LEAST_GAP
from fairtag.rules.prompts.model import Prompt, commitment
from fairtag.rules.prompts.refusals import CallRefused, PromptRefused
from fairtag.rules.prompts.wanted import wanted_of, zone_of
from fairtag.terms.errors import ReasonRefused, UnknownOrder
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval, wall_minute

ASKED, CALLED = "checkin.asked", "checkin.called"
Spoke = Literal["spoke", "unsure", "not_reached"]
_LEAD = MINUTE  # a device fetches what it must show every minute
_LEAST_LETTERS = 5
_PHOTO = "face_photo"


def ask_now(
    house: House, person: Person, order_id: OrderId, *, reason: str, is_call: bool = False
) -> Prompt:
    """Ask a wearer once, beside what was drawn; `is_call`: this person rings them now.

    Raises: NotPermitted, ReasonRefused, UnknownOrder, LogUnavailable; PromptRefused when nobody
    may ask now, or the order has no check-in.
    """
    demand(person, Act.PROMPT)
    if len(reason.strip()) < _LEAST_LETTERS:
        raise ReasonRefused("say why it can't wait for what was drawn")
    now, is_referring = house.clock.now(), refers(house)

    def work(tx: Transaction) -> Prompt:
        facts = tx.orders.facts(order_id=order_id)
        if not facts:
            raise UnknownOrder(order_id)
        made = _made(
            tx,
            house,
            order_id,
            facts[0].wearer_id,
            now,
            is_call=is_call,
            is_referring=is_referring,
        )
        told = replace(made, drawn=commitment([made]))
        _log(tx, house, person, told, reason.strip(), now)
        tx.prompts.add([told])
        if is_call:
            return tx.prompts.move(told.check_in_id, CheckInState.SHOWN, at=now)
        return told

    return house.store.transact(work)


def record_call(house: House, person: Person, check_in_id: str, *, went: Spoke) -> Prompt:
    """Write down how a call went. Nobody reached is never a missed check-in.

    Raises: NotPermitted, UnknownCheckIn, LogUnavailable; CallRefused when it is no open call.
    """
    demand(person, Act.PROMPT)
    now = house.clock.now()

    def work(tx: Transaction) -> Prompt:
        prompt = tx.prompts.get(check_in_id)
        is_open = prompt.state in (CheckInState.SCHEDULED, CheckInState.SHOWN)
        if prompt.modality != "human_call" or not is_open or now < prompt.at:
            raise CallRefused(check_in_id)
        tx.audit.append(
            Entry(
                at=now,
                operation="alteration",
                actor=person.user_id,
                role=person.role,
                what=CALLED,
                wearer_id=prompt.wearer_id,
                order_id=prompt.order_id,
                details={"check_in": check_in_id, "went": went},
            )
        )
        if went == "not_reached":
            return tx.prompts.move(check_in_id, CheckInState.NOT_DELIVERED, at=now)
        moved = tx.prompts.move(check_in_id, CheckInState.ANSWERED, at=now)
        tx.journal.append(_answered(prompt, now, "match" if went == "spoke" else "refer"))
        return moved

    return house.store.transact(work)


def open_calls(tx: Transaction, now: Micros) -> list[Prompt]:
    """List calls that wait to be made, or to be written down, oldest first."""
    coming = tx.asking.coming(Micros(now - 24 * 60 * MINUTE), Micros(now + 1))
    waits = (CheckInState.SCHEDULED, CheckInState.SHOWN)
    return [one for one in coming if one.modality == "human_call" and one.state in waits]


def _made(
    tx: Transaction,
    house: House,
    order_id: OrderId,
    wearer_id: WearerId,
    now: Micros,
    *,
    is_call: bool,
    is_referring: bool,
) -> Prompt:
    people = bound(tx.orders.facts(wearer_id=wearer_id), now)
    if not people:
        raise PromptRefused("no order is in force")
    rulings = newest(tx, people[0])
    at = Micros(now if is_call else now + _LEAD)
    one = _wanted(tx, wearer_id, order_id, rulings, at, "human_call" if is_call else None)
    if one.modality == _PHOTO and is_referring:
        day, _ = wall_minute(at, zone_of(rulings))
        if tx.asking.planned(day.format_iso(), modality=_PHOTO) >= house.decisions_a_day:
            raise PromptRefused("people could not decide one more photo of this day")
    day, _ = wall_minute(at, zone_of(rulings))
    return Prompt(
        check_in_id=new_name(house, "k"),
        wearer_id=wearer_id,
        order_id=order_id,
        condition_id=one.condition_id,
        device_id=one.device_id,
        modality=one.modality,
        kind="on_demand",
        local_day=day.format_iso(),
        time_zone=zone_of(rulings),
        at=at,
        until=Micros(at + one.window),
        nonce=new_nonce(house),
        state=CheckInState.SCHEDULED,
        gap_min=max(one.gap, LEAST_GAP) // MINUTE,
    )


def _wanted(
    tx: Transaction,
    wearer_id: WearerId,
    order_id: OrderId,
    rulings: list[Ruling],
    at: Micros,
    modality: Modality | None,
) -> Wanted:
    """Find the condition that asks for it, whose whole window lies in its allowed hours.

    Raises: PromptRefused.
    """
    today, _ = wall_minute(at, zone_of(rulings))
    days = (today.subtract(days=1).format_iso(), today.format_iso())
    hours = [one for day in days for one in opened(tx, wearer_id, rulings, day, at)]
    spans = [Interval(start=one.start, end=one.end) for one in hours]
    for one in wanted_of(rulings, spans, since=at):
        is_now = any(span.start <= at and at + one.window <= span.end for span in one.free)
        if one.order_id == order_id and is_now:
            return one if modality is None else replace(one, modality=modality)
    raise PromptRefused("the order asks for no check-in now, or the hour is protected")


def _log(
    tx: Transaction, house: House, person: Person, prompt: Prompt, reason: str, now: Micros
) -> None:
    entry = Entry(
        at=now,
        operation="collection",
        actor=person.user_id,
        role=person.role,
        what=ASKED,
        wearer_id=prompt.wearer_id,
        order_id=prompt.order_id,
        details={"commitment": prompt.drawn, "modality": prompt.modality},
    )
    tx.audit.append(with_reason(house, entry, reason))


def _answered(prompt: Prompt, now: Micros, result: str) -> JournalEntry:
    """Tell the judge of a call as if a device had said it."""
    receipt = CheckInReceipt(
        device_id=prompt.device_id,
        check_in_id=prompt.check_in_id,
        condition_id=prompt.condition_id,
        at=now,
        received_at=now,
        state=CheckInState.ANSWERED,
        window_until=prompt.until,
        captured_at=now,
        result=result,
    )
    return JournalEntry(
        what="messages",
        order_id=prompt.order_id,
        wearer_id=prompt.wearer_id,
        device_id=prompt.device_id,
        received_at=now,
        told=(receipt,),
    )
