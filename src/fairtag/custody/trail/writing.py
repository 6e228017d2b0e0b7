"""How is what one order's devices said in a span written into few bytes?

Coordinates lie as multiples of 1e-7 degree when they are, which intake sees to. Units: µs UTC.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from fairtag.custody.trail import measured, pen, whole
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import CODES, COLUMNS_BYTES, KINDS, MOCKS, SOURCES, VERSION, WHATS
from fairtag.custody.trail.whole import Ints
from fairtag.intake.messages import CheckInReceipt, Event, Message, Position, StatusReport


@dataclass(slots=True)
class _Writer:
    flags: int = 0
    told: int = 0
    parts: list[bytes] = field(default_factory=list)

    def whole(self, values: Sequence[int] | Ints) -> None:
        column = np.asarray(values, np.int64)
        self._put(whole.write(column) if column.any() else b"")

    def times(self, received_at: Ints, at: Ints, count: Ints) -> None:
        """Write when entries were received and when messages happened, both from the origin on.

        One of the two may be told by its distance from the other: the shortest way is taken.
        """
        behind = received_at - last_told(at, count)
        ways = (
            (whole.write(received_at), whole.write(at)),
            (whole.write(received_at), whole.write(at - np.repeat(received_at, count))),
            (whole.write(behind), whole.write(at)),
        )
        way = min(range(len(ways)), key=lambda one: sum(map(len, ways[one])))
        self.whole([way])
        for part in ways[way]:
            self._put(part)

    def measured(self, values: Sequence[float]) -> None:
        self._put(measured.write(np.asarray(values, np.float64)))

    def maybe_measured(self, values: Sequence[float | None]) -> None:
        """Write which are unknown, then those that are known."""
        self.whole([value is None for value in values])
        self.measured([value for value in values if value is not None])

    def packed(self, told: bytes) -> None:
        self._put(pen.natural(len(told)) + told if told else b"")

    def _put(self, part: bytes) -> None:
        self.flags |= (len(part) > 0) << self.told
        self.told += 1
        self.parts.append(part)


def last_told(at: Ints, count: Ints) -> Ints:
    """Tell, an entry a row, when the last message up to it happened; 0 before the first."""
    return np.concatenate([np.zeros(1, np.int64), at])[np.cumsum(count)]


def encode(entries: Sequence[JournalEntry]) -> bytes:
    """Write entries of one order, at least one and at most `MOST`, with as many messages."""
    messages = [(one, entry) for entry in entries for one in entry.messages]
    names = sorted({one.device_id for one, _ in messages} | {_name(one) for one in entries} - {""})
    places = {name: n for n, name in enumerate(names, 1)} | {"": 0}
    origin = entries[0].received_at
    writer = _Writer()
    writer.whole([one.n for one in entries])
    writer.whole([WHATS.index(one.what) for one in entries])
    writer.whole([places[_name(one)] for one in entries])
    count = np.array([len(one.messages) for one in entries], np.int64)
    writer.whole(count)
    writer.times(
        np.array([one.received_at - origin for one in entries], np.int64),
        np.array([one.at - origin for one, _ in messages], np.int64),
        count,
    )
    _write_messages(writer, messages, places)
    _write_kinds(writer, [one for one, _ in messages])
    head = bytes([VERSION]) + writer.flags.to_bytes(COLUMNS_BYTES, "little")
    counts = pen.natural(len(entries)) + pen.whole(origin) + pen.natural(len(names))
    told = [pen.natural(len(name.encode())) + name.encode() for name in names]
    return b"".join([head, counts, *told, *writer.parts])


def _name(entry: JournalEntry) -> str:
    return entry.device_id or ""


def _write_messages(
    writer: _Writer,
    messages: Sequence[tuple[Message, JournalEntry]],
    places: dict[str, int],
) -> None:
    writer.whole([KINDS.index(type(one)) for one, _ in messages])
    # Mostly the entry's own device: zeros.
    writer.whole([places[one.device_id] - places[_name(entry)] for one, entry in messages])
    writer.whole([one.epoch for one, _ in messages])
    writer.whole([one.seq is None for one, _ in messages])
    writer.whole([one.seq for one, _ in messages if one.seq is not None])
    writer.whole([one.received_at - entry.received_at for one, entry in messages])


def _write_kinds(writer: _Writer, messages: Sequence[Message]) -> None:
    places = [one for one in messages if isinstance(one, Position)]
    writer.measured([one.lat for one in places])
    writer.measured([one.lon for one in places])
    for values in (
        [one.accuracy_m for one in places],
        [one.accuracy_level for one in places],
        [one.speed_mps for one in places],
        [one.battery_pct for one in places],
    ):
        writer.maybe_measured(values)
    writer.whole(
        [SOURCES.index(one.source) * len(MOCKS) + MOCKS.index(one.is_mock) for one in places]
    )
    writer.whole([CODES.index(one.code) for one in messages if isinstance(one, Event)])
    writer.maybe_measured([one.battery_pct for one in messages if isinstance(one, StatusReport)])
    receipts = [one for one in messages if isinstance(one, CheckInReceipt)]
    writer.packed(zlib.compress(msgspec.msgpack.encode(receipts), 9) if receipts else b"")
