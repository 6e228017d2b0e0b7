"""How does a chunk become columns again, without trust in it?

Units: µs UTC. Shapes: columns are (n,).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import msgspec
import numpy as np

from fairtag.custody.trail import measured, whole
from fairtag.custody.trail.form import (
    CODES,
    COLUMNS_BYTES,
    KINDS,
    MOCKS,
    MOST,
    MOST_RECEIPTS_BYTES,
    SOURCES,
    VERSION,
    WHATS,
)
from fairtag.custody.trail.measured import Floats
from fairtag.custody.trail.pen import Reader
from fairtag.custody.trail.whole import Ints
from fairtag.custody.trail.writing import last_told
from fairtag.intake.columns import NO_SEQ
from fairtag.intake.messages import CheckInReceipt
from fairtag.terms.errors import TrailBroken
from fairtag.terms.ids import DeviceId

_POSITION, _EVENT, _STATUS, _RECEIPT = range(len(KINDS))
_WAYS = 3  # how times are told; the first: each by itself
_BY_RECEIPT, _BEHIND = 1, 2
_RECEIPTS: msgspec.msgpack.Decoder[list[CheckInReceipt]] = msgspec.msgpack.Decoder(
    list[CheckInReceipt]
)


class _Columns:
    """Reads columns in the order in which they were written."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._flags = int.from_bytes(reader.take(COLUMNS_BYTES), "little")

    def whole(self, count: int, *, below: int | None = None) -> Ints:
        """Read whole numbers; with `below`, they are 0 or more and less than that."""
        found = whole.read(self._reader, count) if self._is_told() else np.zeros(count, np.int64)
        if below is not None and count and not 0 <= found.min() <= found.max() < below:
            raise TrailBroken("a word is not in its list")
        return found

    def told(self, count: int) -> Ints:
        """Read whole numbers that were written in any case."""
        if self._is_told() != (count > 0):
            raise TrailBroken("a column is missing")
        return whole.read(self._reader, count)

    def measured(self, count: int) -> Floats:
        if self._is_told() != (count > 0):
            raise TrailBroken("a column is missing")
        return measured.read(self._reader, count)

    def maybe_measured(self, count: int) -> Floats:
        """Read numbers of which some are unknown: NaN."""
        is_known = self.whole(count, below=2) == 0
        found = np.full(count, np.nan)
        found[is_known] = self.measured(int(is_known.sum()))
        return found

    def packed(self) -> bytes:
        return self._reader.take(self._reader.natural()) if self._is_told() else b""

    def end(self) -> None:
        self._reader.end()
        if self._flags:
            raise TrailBroken("a column is of no known kind")

    def _is_told(self) -> bool:
        is_told = bool(self._flags & 1)
        self._flags >>= 1
        return is_told


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryColumns:
    """Columns of entries, (e,)."""

    n: Ints
    what: Ints
    device: Ints  # a place in the names, from 1; 0 is none
    received_at: Ints
    count: Ints  # messages


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageColumns:
    """Columns of messages, (m,)."""

    kind: Ints
    device: Ints
    epoch: Ints
    seq: Ints
    at: Ints
    received_at: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceColumns:
    """Columns of positions, (p,)."""

    lat: Floats
    lon: Floats
    accuracy_m: Floats
    accuracy_level: Floats
    speed_mps: Floats
    battery_pct: Floats
    marks: Ints  # source and mock


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A chunk as columns."""

    names: tuple[DeviceId, ...]
    entries: EntryColumns
    messages: MessageColumns
    places: PlaceColumns
    codes: Ints  # of events
    lives_pct: Floats  # of signs of life
    receipts: tuple[CheckInReceipt, ...]


def columns_of(chunk: bytes) -> Told:
    """Read a chunk as columns.

    Raises: TrailBroken.
    """
    reader = Reader(chunk)
    if reader.byte() != VERSION:
        raise TrailBroken("it is of another version")
    columns = _Columns(reader)
    many, origin = reader.natural(), reader.whole()
    if not 1 <= many <= MOST:
        raise TrailBroken("it holds more than a chunk may")
    names = _names(reader)
    entries, at = _entries(columns, many, origin, len(names))
    messages = _messages(columns, entries, at, len(names))
    counts = np.bincount(messages.kind, minlength=len(KINDS)).tolist()
    told = Told(
        names=names,
        entries=entries,
        messages=messages,
        places=_places(columns, counts[_POSITION]),
        codes=columns.whole(counts[_EVENT], below=len(CODES)),
        lives_pct=columns.maybe_measured(counts[_STATUS]),
        receipts=_receipts(columns.packed(), counts[_RECEIPT]),
    )
    columns.end()
    return told


def _names(reader: Reader) -> tuple[DeviceId, ...]:
    many = reader.natural()
    if many > 2 * MOST:
        raise TrailBroken("it holds more than a chunk may")
    try:
        return tuple(DeviceId(reader.take(reader.natural()).decode()) for _ in range(many))
    except UnicodeDecodeError as error:
        raise TrailBroken("a name is no text") from error


def _entries(columns: _Columns, many: int, origin: int, names: int) -> tuple[EntryColumns, Ints]:
    """Read entries, and when messages happened: one of their times may stand on the other."""
    n, what = columns.whole(many), columns.whole(many, below=len(WHATS))
    device, count = columns.whole(many, below=names + 1), columns.whole(many, below=MOST + 1)
    messages = int(count.sum())
    if messages > MOST:
        raise TrailBroken("it holds more than a chunk may")
    way = int(columns.whole(1, below=_WAYS)[0])
    received_at, at = columns.told(many), columns.told(messages)
    if way == _BY_RECEIPT:
        at = at + np.repeat(received_at, count)
    elif way == _BEHIND:
        received_at = received_at + last_told(at, count)
    start = np.int64(origin)
    found = EntryColumns(
        n=n, what=what, device=device, received_at=received_at + start, count=count
    )
    return found, at + start


def _messages(columns: _Columns, entries: EntryColumns, at: Ints, names: int) -> MessageColumns:
    entry = np.repeat(np.arange(len(entries.n)), entries.count)
    many = len(entry)
    kind = columns.whole(many, below=len(KINDS))
    device = columns.whole(many) + entries.device[entry]
    if many and not 1 <= device.min() <= device.max() <= names:
        raise TrailBroken("a word is not in its list")
    epoch = columns.whole(many)
    is_numbered = columns.whole(many, below=2) == 0
    seq = np.full(many, NO_SEQ, np.int64)
    seq[is_numbered] = columns.whole(int(is_numbered.sum()))
    return MessageColumns(
        kind=kind,
        device=device,
        epoch=epoch,
        seq=seq,
        at=at,
        received_at=columns.whole(many) + entries.received_at[entry],
    )


def _places(columns: _Columns, many: int) -> PlaceColumns:
    return PlaceColumns(
        lat=columns.measured(many),
        lon=columns.measured(many),
        accuracy_m=columns.maybe_measured(many),
        accuracy_level=columns.maybe_measured(many),
        speed_mps=columns.maybe_measured(many),
        battery_pct=columns.maybe_measured(many),
        marks=columns.whole(many, below=len(SOURCES) * len(MOCKS)),
    )


def _receipts(packed: bytes, many: int) -> tuple[CheckInReceipt, ...]:
    if not packed and not many:
        return ()
    opened = zlib.decompressobj()
    try:
        told = opened.decompress(packed, MOST_RECEIPTS_BYTES)
        found = _RECEIPTS.decode(told)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise TrailBroken("receipts can't be read") from error
    if len(found) != many:
        raise TrailBroken("receipts are missing")
    return tuple(found)
