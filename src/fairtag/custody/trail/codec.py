"""How do chunks become what was said again, byte for byte?

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.block import Block, Said
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import CODES, KINDS, MOCKS, SOURCES, WHATS, Frame
from fairtag.custody.trail.measured import Floats
from fairtag.custody.trail.reading import MessageColumns, Told, columns_of
from fairtag.custody.trail.writing import encode
from fairtag.intake.columns import NO_SEQ, Positions
from fairtag.intake.messages import Event, Message, Position, StatusReport
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros

__all__ = ["Bound", "blocks", "decode", "encode", "positions"]

_POSITION, _EVENT, _STATUS, _RECEIPT = range(len(KINDS))
_SOURCE_OF = tuple(source for source in SOURCES for _ in MOCKS)
_MOCK_OF = MOCKS * len(SOURCES)


class Bound(NamedTuple):
    """A chunk, and what its row says of it."""

    order_id: OrderId
    wearer_id: WearerId
    frame: Frame
    told: bytes


def decode(chunks: Sequence[Bound]) -> list[list[JournalEntry]]:
    """Read the entries of chunks, a list a chunk.

    Raises: TrailBroken when one of them is broken.
    """
    if not chunks:
        return []
    told = columns_of([(one.frame, one.told) for one in chunks])
    messages = iter(_messages(told))
    columns = told.entries
    rows = _rows(columns.n, columns.what, columns.device, columns.received_at, columns.count)
    return [
        [
            JournalEntry(
                n=n,
                what=WHATS[what],
                order_id=one.order_id,
                wearer_id=one.wearer_id,
                device_id=told.names[device],
                received_at=Micros(received_at),
                told=tuple(islice(messages, count)),
            )
            for n, what, device, received_at, count in islice(rows, many)
        ]
        for one, many in zip(chunks, told.each, strict=True)
    ]


def blocks(chunks: Sequence[Bound]) -> list[list[Said]]:
    """Read the same, a list a chunk; a chunk of positions of one device alone comes as a block.

    Raises: TrailBroken when one of them is broken.
    """
    if not chunks:
        return []
    told = columns_of([(one.frame, one.told) for one in chunks])
    made = [_block(told, one, part) for one, part in zip(chunks, _parts(told), strict=True)]
    rest = iter(decode([one for one, block in zip(chunks, made, strict=True) if block is None]))
    return [list(next(rest)) if block is None else [block] for block in made]


def _parts(told: Told) -> Iterator[tuple[slice, slice, slice]]:
    """Give which entries, messages and positions are of each chunk."""
    messages = np.concatenate([np.zeros(1, np.int64), np.cumsum(told.entries.count)])
    is_place = told.messages.kind == _POSITION
    places = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_place)])
    entry = 0
    for many in told.each:
        first, end = int(messages[entry]), int(messages[entry + many])
        yield (
            slice(entry, entry + many),
            slice(first, end),
            slice(int(places[first]), int(places[end])),
        )
        entry += many


def _block(told: Told, of: Bound, part: tuple[slice, slice, slice]) -> Block | None:
    """Give a chunk as a block; none when it says anything that a block can't."""
    entries, messages, places = part
    columns, said, counts = told.entries, told.messages, told.entries.count[entries]
    device, epoch = said.device[messages], said.epoch[messages]
    is_plain = (
        places.stop - places.start == messages.stop - messages.start > 0
        and bool((counts > 0).all())
        and not columns.what[entries].any()
        and bool((device == device[0]).all() and (epoch == epoch[0]).all())
        and bool((columns.device[entries] == device[0]).all())
        and not (told.places.marks[places] % len(MOCKS) == MOCKS.index(False)).any()
    )
    if not is_plain:
        return None
    return Block(
        order_id=of.order_id,
        wearer_id=of.wearer_id,
        n=columns.n[entries],
        received_at=columns.received_at[entries],
        counts=counts,
        columns=_part(told, messages, places.start, places.stop),
    )


def positions(chunks: Sequence[Bound]) -> list[Positions]:
    """Read the positions of chunks as columns, in order of arrival, device by device.

    Raises: TrailBroken when one of them is broken.
    """
    if not chunks:
        return []
    told = columns_of([(one.frame, one.told) for one in chunks])
    rows = np.flatnonzero(told.messages.kind == _POSITION)
    if not len(rows):
        return []
    device, epoch = told.messages.device[rows], told.messages.epoch[rows]
    turns = np.flatnonzero((np.diff(device) != 0) | (np.diff(epoch) != 0)) + 1
    ends = [0, *turns.tolist(), len(rows)]
    return [_part(told, _run(rows[first:end]), first, end) for first, end in pairwise(ends)]


def _run(rows: Ints) -> Ints | slice:
    """Give rows that stand one after the other as a slice: it copies nothing."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _part(told: Told, rows: Ints | slice, first: int, end: int) -> Positions:
    columns, places = told.messages, told.places
    marks = places.marks[first:end]
    return Positions(
        device_id=told.names[int(columns.device[rows][0])] or DeviceId(""),
        epoch=int(columns.epoch[rows][0]),
        seq=columns.seq[rows],
        at=columns.at[rows],
        received_at=columns.received_at[rows],
        lon=places.lon[first:end],
        lat=places.lat[first:end],
        accuracy_m=places.accuracy_m[first:end],
        accuracy_level=places.accuracy_level[first:end],
        source=(marks // len(MOCKS)).astype(np.int8),
        speed_mps=places.speed_mps[first:end],
        battery_pct=places.battery_pct[first:end],
        is_mock=marks % len(MOCKS) == MOCKS.index(True),
    )


def _messages(told: Told) -> list[Message]:
    """Put the kinds together again, in their order."""
    columns = told.messages
    found: list[Message | None] = [None] * len(columns.kind)
    kinds: tuple[tuple[int, Iterable[Message]], ...] = (
        (_POSITION, _positions(told)),
        (_EVENT, _events(told)),
        (_STATUS, _lives(told)),
        (_RECEIPT, told.receipts),
    )
    for kind, made in kinds:
        for row, one in zip(np.flatnonzero(columns.kind == kind).tolist(), made, strict=True):
            found[row] = one
    return [one for one in found if one is not None]


def _positions(told: Told) -> Iterator[Position]:
    places = told.places
    measured = (
        places.lat.tolist(),
        places.lon.tolist(),
        *map(_known, (places.accuracy_m, places.accuracy_level)),
        *map(_known, (places.speed_mps, places.battery_pct)),
        places.marks.tolist(),
    )
    for head, (lat, lon, accuracy_m, level, speed_mps, battery_pct, mark) in zip(
        _heads(told, _POSITION), zip(*measured, strict=True), strict=True
    ):
        device_id, epoch, seq, at, received_at = head
        yield Position(
            device_id=device_id,
            epoch=epoch,
            seq=seq,
            at=at,
            received_at=received_at,
            lat=lat,
            lon=lon,
            accuracy_m=accuracy_m,
            accuracy_level=level,
            source=_SOURCE_OF[mark],
            speed_mps=speed_mps,
            battery_pct=battery_pct,
            is_mock=_MOCK_OF[mark],
        )


def _events(told: Told) -> Iterator[Event]:
    for head, code in zip(_heads(told, _EVENT), told.codes.tolist(), strict=True):
        device_id, epoch, seq, at, received_at = head
        yield Event(
            device_id=device_id,
            epoch=epoch,
            seq=seq,
            at=at,
            received_at=received_at,
            code=CODES[code],
        )


def _lives(told: Told) -> Iterator[StatusReport]:
    for head, battery_pct in zip(_heads(told, _STATUS), _known(told.lives_pct), strict=True):
        device_id, epoch, seq, at, received_at = head
        yield StatusReport(
            device_id=device_id,
            epoch=epoch,
            seq=seq,
            at=at,
            received_at=received_at,
            battery_pct=battery_pct,
        )


_Head = tuple[DeviceId, int, int | None, Micros, Micros]


def _heads(told: Told, kind: int) -> Iterator[_Head]:
    """Give what every message of a kind begins with."""
    columns: MessageColumns = told.messages
    is_one = columns.kind == kind
    seqs = (None if seq == NO_SEQ else seq for seq in columns.seq[is_one].tolist())
    names = [one or DeviceId("") for one in told.names]
    return zip(
        (names[place] for place in columns.device[is_one].tolist()),
        columns.epoch[is_one].tolist(),
        seqs,
        columns.at[is_one].tolist(),
        columns.received_at[is_one].tolist(),
        strict=True,
    )


def _known(column: Floats) -> list[float | None]:
    told: list[float | None] = column.tolist()
    for row in np.flatnonzero(np.isnan(column)).tolist():
        told[row] = None
    return told


def _rows(*columns: Ints) -> Iterator[tuple[int, ...]]:
    return zip(*(one.tolist() for one in columns), strict=True)
