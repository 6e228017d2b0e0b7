"""Whom may we ask at all now: which wearers, under which versions of which orders?

Units: instants in µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from fairtag.app.books import OrderFacts
from fairtag.app.checkins.asking import Pause
from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.orders.model import Ruling
from fairtag.rules.prompts.draw import Slot
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, MINUTE, Micros
from fairtag.terms.local import Interval, wall_minute

AHEAD = 2 * DAY  # so far ahead days are drawn at most
_BYTES = 15  # 24 letters of base32, too many to guess
_NONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A wearer and the orders that bind them now or soon."""

    wearer_id: WearerId
    orders: tuple[OrderFacts, ...]  # the newest version last

    @property
    def zone(self) -> str:
        """Tell the time zone that the newest version names."""
        return self.orders[-1].time_zone

    @property
    def key(self) -> tuple[object, ...]:
        """Name what the orders say: it changes with every version, mark and review."""
        return self.orders

    def days(self, now: Micros) -> tuple[str, str]:
        """Name today and tomorrow where the wearer is."""
        today, _ = wall_minute(now, self.zone)
        return today.format_iso(), today.add(days=1).format_iso()


def bound(facts: Iterable[OrderFacts], now: Micros) -> list[Bound]:
    """Gather wearers whose orders run now or begin soon, and stand."""
    found: dict[WearerId, list[OrderFacts]] = {}
    for one in sorted(facts, key=lambda one: (one.recorded_at, one.order_id)):
        is_paused = one.suspended_since is not None and one.suspended_since <= now
        if one.starts_at < now + AHEAD and one.ends_at > now and not is_paused:
            found.setdefault(one.wearer_id, []).append(one)
    return [Bound(wearer_id=name, orders=tuple(some)) for name, some in sorted(found.items())]


def newest(tx: Transaction, one: Bound) -> list[Ruling]:
    """Open the newest version of each of a wearer's orders, with marks and pauses applied."""
    return [tx.orders.rulings(order.order_id)[-1] for order in one.orders]


def slots(tx: Transaction, wearer_id: WearerId, around: Interval) -> list[Slot]:
    """List the demands on a person near a span, whichever order made them."""
    wide = Interval(start=Micros(around.start - 2 * DAY), end=Micros(around.end + 2 * DAY))
    return [slot_of(one) for one in tx.prompts.about(wearer_id, wide)]


def slot_of(prompt: Prompt) -> Slot:
    """Give the time that a prompt takes, as it was drawn."""
    until = Micros(prompt.until - prompt.lengthened_by)
    return Slot(at=prompt.at, until=until, gap=prompt.gap_min * MINUTE)


def new_name(house: House, kind: str) -> str:
    """Name a check-in or a pause so that the name tells nothing."""
    return f"{kind}_{base64.b32encode(house.chance(_BYTES)).decode().lower()}"


def new_nonce(house: House) -> str:
    """Give what an answer must carry."""
    return house.chance(_NONCE).hex()


def pause(tx: Transaction, made: Pause) -> None:
    """Store a pause and tell the judge of every order of the wearer at once."""
    tx.asking.pause(made)
    tell_judge(tx, made.wearer_id, made.recorded_at)


def tell_judge(tx: Transaction, wearer_id: WearerId, now: Micros) -> None:
    """Let the judge read a wearer's orders anew: it knows what was recorded up to this entry."""
    for order in tx.orders.facts(wearer_id=wearer_id):
        entry = JournalEntry(
            what="ruling", order_id=order.order_id, wearer_id=wearer_id, received_at=now
        )
        tx.journal.append(entry)


def recorded_now(tx: Transaction, wearer_id: WearerId, now: Micros) -> Micros:
    """Give a time of recording that lies after every former ruling of the wearer's orders.

    The judge knows of what was recorded up to its entry, also when a clock was set back.
    """
    last = tx.journal.last()
    known = (
        tx.journal.last_ruling(order.order_id, upto=last)
        for order in tx.orders.facts(wearer_id=wearer_id)
    )
    return Micros(max([now, *(at + 1 for at in known if at is not None)]))


def is_known_to_judge(tx: Transaction, order_id: OrderId, at: Micros) -> bool:
    """Tell whether the judge was told of what was recorded at an instant."""
    told = tx.journal.last_ruling(order_id, upto=tx.journal.last())
    return told is not None and told >= at


def bare(prompt: Prompt, **changed: object) -> Prompt:
    """Give a prompt with some of its fields changed."""
    return msgspec.structs.replace(prompt, **changed)
