"""Take back what an order no longer asks for: another zone, other hours, a suspension, an absence.

What was stored stays, so that it goes on counting; what lies in hours that are protected now is
closed by a pause, and prompts that fit no more become void and are never shown.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

from whenever import Date

from fairtag.app.checkins.asking import KeptHours, Pause
from fairtag.app.checkins.prompting.people import (
    AHEAD,
    Bound,
    new_name,
    newest,
    pause,
    recorded_now,
    slot_of,
)
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.orders.model import Ruling
from fairtag.rules.prompts.hours import open_hours, protected_of, written
from fairtag.rules.prompts.refusals import HoursRefused
from fairtag.rules.prompts.spans import without
from fairtag.rules.prompts.wanted import is_wanted, zone_of
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


def fit(tx: Transaction, *, house: House, one: Bound, now: Micros) -> int:
    """Fit what is stored of the coming days to a wearer's orders; tells how many changed."""
    rulings = newest(tx, one)
    closed = _close(tx, house, one, rulings, now)
    coming = Interval(start=now, end=Micros(now + 2 * AHEAD))
    by_order = {ruling.order_id: ruling for ruling in rulings}
    done = 0
    for prompt in tx.prompts.about(one.wearer_id, coming):
        ruling = by_order.get(prompt.order_id)
        slot = slot_of(prompt)
        window = Interval(start=slot.at, end=slot.until)
        if prompt.is_void or (ruling and is_wanted(ruling, prompt.condition_id, window)):
            continue
        tx.asking.void(prompt.check_in_id)
        done += 1
    return closed + done


def _close(
    tx: Transaction, house: House, one: Bound, rulings: Sequence[Ruling], now: Micros
) -> int:
    """Close stored hours, or parts of them, in which nobody may ask any more."""
    coming = Interval(start=now, end=Micros(now + 2 * AHEAD))
    stored = tx.asking.hours(one.wearer_id, coming)
    zone, protected = zone_of(rulings), protected_of(rulings)
    old = [
        kept for kept in stored if (kept.time_zone, kept.protected) != (zone, written(protected))
    ]
    if not old:
        return 0
    done = 0
    for gone in without(map(_span, old), _open(old, zone, rulings)):
        start = Micros(max(now, gone.start))
        if start >= gone.end or _is_closed(tx, one, Interval(start=start, end=gone.end)):
            continue
        made = Pause(
            pause_id=new_name(house, "u"),
            wearer_id=one.wearer_id,
            kind="hours",
            start=start,
            ask_until=gone.end,
            free_until=gone.end,
            recorded_at=recorded_now(tx, one.wearer_id, now),
        )
        pause(tx, made)
        done += 1
    return done


def _open(old: Sequence[KeptHours], zone: str, rulings: Sequence[Ruling]) -> list[Interval]:
    near = range(-2, 3)  # a zone may lie a day away, and a waking day begins the day before
    local = {Date.parse_iso(kept.local_day) for kept in old}
    days = {day.add(days=n).format_iso() for day in local for n in near}
    try:
        found = [one for day in days for one in open_hours(day, zone, protected_of(rulings))]
    except HoursRefused:
        return []
    return [Interval(start=one.start, end=one.end) for one in found]


def _span(kept: KeptHours) -> Interval:
    return Interval(start=kept.start, end=kept.end)


def _is_closed(tx: Transaction, one: Bound, span: Interval) -> bool:
    return any(
        each.kind == "hours" and each.start <= span.start and each.asked_again() >= span.end
        for each in tx.asking.pauses(one.wearer_id)
    )
