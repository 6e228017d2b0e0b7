"""In which silences of a device may a message that it kept still turn up?

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairtag.intake.messages import Message
from fairtag.rules.book import Told
from fairtag.rules.finding import SILENCES
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros


def silences_of(book: list[Told], message: Message) -> set[int]:
    """List the silences of a device, by place in the book, in which a message of it happened."""
    return {
        n
        for n, began_at, ended_at in _silences(book, message.device_id)
        if began_at < message.at <= ended_at
    }


def last_silence(book: list[Told], device_id: DeviceId) -> Micros:
    """Tell when the last silence ended in which a message of the device may still turn up."""
    ends = (ended_at for _, _, ended_at in _silences(book, device_id))
    return max(ends, default=Micros(0))


def _silences(book: list[Told], device_id: DeviceId) -> Iterator[tuple[int, Micros, Micros]]:
    """List silences that are over and not explained: place in the book, beginning and end."""
    for n, told in enumerate(book):
        one = told.matter
        if one.kind not in SILENCES or one.device_id != device_id or one.cause is not None:
            continue
        if one.ended_at is not None:
            yield n, one.began_at, one.ended_at
