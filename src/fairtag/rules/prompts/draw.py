"""At which times is a person asked on a day? Drawn by chance, evenly over the time that is free.

One after the other, each time is drawn evenly from all times that are still possible: wholly inside
open hours, far enough from every other demand, never the sixth in a day or in any 24 h. What does
not fit is not asked. The same random bytes give the same times.
Units: instants and spans in µs.
Source: charter G6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from fairtag.rules.prompts.limits import ANY_DAY, LEAST_GAP, MOST_A_DAY
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval, merged

Modality = Literal["face_photo", "on_device_result", "human_call"]
_PICK = 8  # bytes of chance a draw: the unevenness is below 1 in 10^8
CHANCE_BYTES = 2 * MOST_A_DAY * _PICK


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A demand that is there: from when to when it may be shown and answered."""

    at: Micros
    until: Micros
    gap: int = LEAST_GAP  # to the beginning of any other


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What one condition asks for on a day."""

    order_id: OrderId
    condition_id: ConditionId
    device_id: DeviceId
    modality: Modality
    most: int
    window: int
    gap: int
    free: tuple[Interval, ...]  # in which a whole window must lie


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """One time that was drawn."""

    wanted: Wanted
    slot: Slot


def draw(
    wanted: Sequence[Wanted], others: Sequence[Slot], *, most: int, chance: bytes
) -> list[Drawn]:
    """Draw the times of a day, in order; `others` are the demands of three days around it.

    `most` is how many may be asked at all. Conditions take turns, in an order drawn by chance.
    """
    found: list[Drawn] = []
    turns = _turns(wanted, chance)
    for n, one in enumerate(turns[: min(most, MOST_A_DAY)]):
        slots = [*others, *(done.slot for done in found)]
        begins = possible(one.free, slots, window=one.window, gap=one.gap)
        at = _chosen(begins, chance[_PICK * (MOST_A_DAY + n) :][:_PICK])
        if at is not None:
            slot = Slot(at=at, until=Micros(at + one.window), gap=max(one.gap, LEAST_GAP))
            found.append(Drawn(wanted=one, slot=slot))
    return sorted(found, key=lambda one: one.slot.at)


def possible(
    free: Iterable[Interval], others: Iterable[Slot], *, window: int, gap: int
) -> tuple[Interval, ...]:
    """List the stretches in which a demand may begin, their ends included."""
    slots = sorted(others, key=lambda one: one.at)
    shut = sorted([_near(one, window, gap) for one in slots] + _sixths(slots, window))
    left: list[Interval] = []
    for span in merged(free):
        start, last = span.start, span.end - window
        for begins, ends in shut:
            if begins >= last or start > last:
                break
            if ends <= start:
                continue
            if begins >= start:
                left.append(Interval(start=start, end=Micros(begins)))
            start = Micros(ends)
        if start <= last:
            left.append(Interval(start=start, end=Micros(last)))
    return tuple(left)


def is_possible(slot: Slot, others: Iterable[Slot]) -> bool:
    """Tell whether a demand may stand beside others."""
    span = Interval(start=slot.at, end=slot.until)
    return bool(possible((span,), others, window=slot.until - slot.at, gap=slot.gap))


def _near(other: Slot, window: int, gap: int) -> tuple[int, int]:
    """Give between which instants a demand would begin too near another; both ends are free."""
    wide = max(gap, other.gap, LEAST_GAP)
    return min(other.at - wide, other.at - window), max(other.at + wide, other.until)


def _sixths(slots: Sequence[Slot], window: int) -> list[tuple[int, int]]:
    """List between which instants a demand would be the sixth in 24 h; both ends are free.

    A demand may reach the person at any time of its window. So six of them are too many unless
    24 h lie between the end of the first one's window and the beginning of the last one's.
    """
    runs = zip(slots, slots[MOST_A_DAY - 1 :], strict=False)
    return [
        (last.at - ANY_DAY - window, first.until + ANY_DAY)
        for first, last in runs
        if last.at - first.until < ANY_DAY
    ]


def _turns(wanted: Sequence[Wanted], chance: bytes) -> list[Wanted]:
    """List who is served when: each condition once, then each one that wants more, and so on."""
    found: list[Wanted] = []
    for n in range(MOST_A_DAY):
        again = [one for one in wanted if one.most > n]
        if again:
            first = chance[_PICK * n] % len(again)
            found += again[first:] + again[:first]
    return found


def _chosen(begins: Sequence[Interval], chance: bytes) -> Micros | None:
    if not begins:
        return None
    left = int.from_bytes(chance) % sum(span.end - span.start + 1 for span in begins)
    for span in begins:
        length = span.end - span.start + 1
        if left < length:
            return Micros(span.start + left)
        left -= length
    raise AssertionError  # the remainder lies below the sum
