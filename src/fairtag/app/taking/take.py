"""Which of many plain requests can be stored together, as `receive` would one by one?

Those whose numbers are new and follow the last ones, and that belong wholly to one order. All else,
and whatever the same device says after it, is left to `receive`. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.app.books import ActivationFacts
from fairtag.app.ports import Transaction
from fairtag.app.receive import Held, owner_of
from fairtag.app.taking.book import PlainBook, Taken
from fairtag.intake.together.said import Plain
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


def take(
    tx: Transaction, asked: Sequence[tuple[DeviceId, Plain]], *, received_at: Micros
) -> list[Held | None]:
    """Store what can be; tells what is held, and None for each that waits for `receive`."""
    book = tx.plain
    book.look()
    taken: list[Taken] = []
    answers: list[Held | None] = []
    spoke: set[DeviceId] = set()  # their next numbers are known after this work only
    for device_id, told in asked:
        found = None if device_id in spoke else _taken(book, device_id, told, received_at)
        spoke.add(device_id)
        if found is None:
            answers.append(None)
        else:
            taken.append(found[0])
            answers.append(found[1])
    book.store(taken)
    return answers


def _taken(
    book: PlainBook, device_id: DeviceId, told: Plain, received_at: Micros
) -> tuple[Taken, Held] | None:
    owner = _sole_owner(book.serving(device_id), told, received_at)
    if owner is None or told.fixes is None:
        return None
    top = book.top(device_id, told.epoch)
    before, missing = (-1, ()) if top is None else (top.upto, top.missing)
    follows = told.first_seq == before + 1 or (before == -1 and told.first_seq == 1)
    if not follows:
        return None
    held = Held(epoch=told.epoch, upto=told.last_seq, missing=list(missing))
    found = Taken(
        device_id=device_id,
        order_id=owner.order_id,
        wearer_id=owner.wearer_id,
        received_at=received_at,
        told=told,
        is_first=top is None,
    )
    return found, held


def _sole_owner(
    serving: Sequence[ActivationFacts], told: Plain, received_at: Micros
) -> ActivationFacts | None:
    """Find whose all of it is: activations are spans, so both ends tell."""
    owner = owner_of(serving, told.first_at, received_at)
    if owner is None or owner.is_handed_on or not owner.during.holds(told.last_at):
        return None
    return owner
