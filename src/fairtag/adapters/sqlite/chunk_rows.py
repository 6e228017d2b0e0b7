"""What does a row say of a chunk in the clear? Units: instants in µs UTC."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairtag.app.trail.book import Chunk
from fairtag.custody.trail.block import Said, spread
from fairtag.intake.columns import NO_SEQ
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import HOUR, SECOND, Micros

_DAY_HOURS = 24


def row_of(chunk: Chunk, owner: int) -> tuple[object, ...]:
    """Give what a row holds of a chunk, in few bytes."""
    hour = chunk.start // HOUR
    first, last = chunk.first_seq, chunk.last_seq
    return (
        owner,
        hour,
        chunk.hours == _DAY_HOURS,
        chunk.last_n,
        chunk.last_n - chunk.first_n,
        (chunk.first_at - chunk.start) // SECOND,
        -(-(chunk.last_at - chunk.start) // SECOND),
        last,
        None if first is None or last is None else last - first,
        chunk.sealed,
    )


def device_of(entries: Sequence[Said]) -> DeviceId | None:
    """Tell of which device messages are."""
    return next((one.device_id for one in entries if one.count), None)


def epoch_of(entries: Sequence[Said]) -> int | None:
    """Tell of which epoch messages are."""
    return next((one.epoch for one in entries if one.count), None)


def times_of(entries: Sequence[Said]) -> tuple[Micros, Micros]:
    """Tell when the first and the last message happened; without one, when entries came."""
    times = [one.at for entry in entries for one in entry.told]
    blocks = [one.columns.at for one in entries if one.columns is not None]
    if blocks:
        at = np.concatenate(blocks)
        times += (Micros(int(at.min())), Micros(int(at.max())))
    times = times or [one.received_at for one in spread(entries)]
    return min(times), max(times)


def numbers_of(entries: Sequence[Said]) -> tuple[int, int] | None:
    """Tell the lowest and the highest number of messages; None when none has one."""
    numbers = [one.seq for entry in entries for one in entry.told if one.seq is not None]
    blocks = [one.columns.seq for one in entries if one.columns is not None]
    if blocks:
        seq = np.concatenate(blocks)
        told = seq[seq != NO_SEQ]
        numbers += [int(told.min()), int(told.max())] if len(told) else []
    return (min(numbers), max(numbers)) if numbers else None
