"""What do entries say, column by column? Many chunks side by side, each with its own frame.

Units: µs UTC. Shapes: columns are (n,), counts are (chunks,).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.block import Said, column, size
from fairtag.custody.trail.form import CODES, GAPS, KINDS, MOCKS, SOURCES, WHATS, Frame
from fairtag.custody.trail.measured import Floats
from fairtag.intake.columns import NO_SEQ, Positions
from fairtag.intake.messages import CheckInReceipt, Event, Message, Position, StatusReport
from fairtag.terms.ids import DeviceId

Pile = tuple[Frame, Sequence[Said]]

_WHAT = {what: n for n, what in enumerate(WHATS)}
_KIND = {kind: n for n, kind in enumerate(KINDS)}
_CODE = {code: n for n, code in enumerate(CODES)}
_MARK = {
    (source, mock): n * len(MOCKS) + m
    for n, source in enumerate(SOURCES)
    for m, mock in enumerate(MOCKS)
}
_PACE = 100  # µs: a day of them by the numbers of a day fit into 64 bits
_MINE, _NOBODY, _OTHERS = range(3)  # the frame's device, none, and from here on those named


@dataclass(slots=True)
class Gathered:
    """Columns of many chunks, and what lies beside them."""

    names: list[list[DeviceId]] = field(default_factory=list)  # of other devices, a list a chunk
    counts: dict[str, Ints] = field(default_factory=dict)
    wholes: dict[str, Ints] = field(default_factory=dict)
    floats: dict[str, Floats] = field(default_factory=dict)
    receipts: list[bytes] = field(default_factory=list)  # packed, a piece a chunk
    kinds: list[list[int]] = field(default_factory=list)  # messages of each kind, a list a chunk
    rises: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # of the numbers of entries

    def put(
        self, name: str, values: Sequence[int] | NDArray[np.integer | np.bool_], counts: Ints
    ) -> None:
        """Remember a column of whole numbers."""
        self.wholes[name] = np.asarray(values, np.int64)
        self.counts[name] = counts


class _Said:
    """What entries say, a row a message: told one by one, or in blocks of columns."""

    def __init__(self, entries: Sequence[Said]) -> None:
        spoken = [one.count for one in entries]
        self.rows = sum(spoken)
        self.told = [one for entry in entries for one in entry.told]
        self.blocks = [one.columns for one in entries if one.columns is not None]
        is_block = np.repeat([one.columns is not None for one in entries], spoken)
        self._of_told, self._of_blocks = np.flatnonzero(~is_block), np.flatnonzero(is_block)

    def whole(self, of: Callable[[Message], int], in_block: Callable[[Positions], Ints]) -> Ints:
        """Give a column of whole numbers."""
        if not self.blocks:
            return np.array(list(map(of, self.told)), np.int64)
        values = np.concatenate([in_block(one) for one in self.blocks], dtype=np.int64)
        if not self.told:
            return values
        found = np.zeros(self.rows, np.int64)
        found[self._of_told], found[self._of_blocks] = list(map(of, self.told)), values
        return found

    def place(self, name: str) -> Floats:
        """Give a column of positions; NaN where it is unknown, or the message is none."""
        found = np.full(self.rows, np.nan)
        if self.told:
            values = [getattr(one, name) if type(one) is Position else None for one in self.told]
            found[self._of_told] = np.array(values, np.float64)  # None becomes NaN
        if self.blocks:
            found[self._of_blocks] = np.concatenate([getattr(one, name) for one in self.blocks])
        return found


def gathered(piles: Sequence[Pile]) -> Gathered:
    """Put side by side what piles say."""
    found = Gathered()
    entries = [one for _, some in piles for one in some]
    each = np.array([sum(map(size, some)) for _, some in piles], np.int64)
    starts = np.repeat(np.array([frame.start for frame, _ in piles], np.int64), each)
    lasts = np.repeat(np.array([frame.last_n for frame, _ in piles], np.int64), each)
    spoken = column(entries, lambda one: one.count, lambda one: one.counts)
    many = np.add.reduceat(spoken, np.cumsum(each) - each)
    received = column(entries, lambda one: one.received_at, lambda one: one.received_at) - starts
    what = column(entries, lambda one: _WHAT[one.what], lambda one: np.zeros(size(one), np.int64))
    number = column(entries, lambda one: one.n, lambda one: one.n) - lasts
    ends = np.cumsum(each)
    found.rises = number[ends - 1] - number[ends - each]
    found.put("n", number, each)
    found.put("n_by_pace", number - paced(received, found.rises, each), each)
    found.put("what", what, each)
    found.put("count", spoken - 1, each)
    found.put("received_at", received, each)
    said = _Said(entries)
    owner = np.repeat(received, spoken)
    origin = np.repeat(starts, spoken)
    at = said.whole(lambda one: one.at, lambda one: one.at) - origin
    after = said.whole(lambda one: one.received_at, lambda one: one.received_at) - origin - owner
    found.put("at", at, many)
    found.put("at_by_receipt", at - owner, many)
    found.put("behind", received - last_told(at, spoken, each, many), each)
    found.put("received_after", after, many)
    _devices(found, piles, each, many)
    _numbers(found, said, many)
    _kinds(found, said, many)
    return found


def paced(received: Ints, rises: Ints, each: Ints) -> Ints:
    """Tell, an entry a row, where numbers stand that rise evenly from the first receipt of a chunk
    to its last and end at 0. Numbers too large wrap, here and where they are read.
    """
    ends = np.cumsum(each)
    last = received[ends - 1]
    span = np.maximum((last - received[ends - each]) // _PACE, 1)
    before = (received - np.repeat(last, each)) // _PACE
    found: Ints = before * np.repeat(rises, each) // np.repeat(span, each)
    return found


def last_told(at: Ints, spoken: Ints, each: Ints, many: Ints) -> Ints:
    """Tell, an entry a row, when the last message of its chunk up to it happened; 0 before."""
    upto = np.cumsum(spoken)
    found = np.concatenate([np.zeros(1, np.int64), at])[upto]
    found[upto == np.repeat(np.cumsum(many) - many, each)] = 0
    return found


def _devices(found: Gathered, piles: Sequence[Pile], each: Ints, many: Ints) -> None:
    device, other = list[int](), list[int]()
    for frame, entries in piles:
        said = [(_devices_of(one), one.count) for one in entries]
        named = {name for names, _ in said for name in names}
        named |= {one.device_id for one in entries if one.device_id is not None}
        names = sorted(named - {frame.device_id})
        found.names.append(names)
        places: dict[DeviceId | None, int] = {frame.device_id: _MINE, None: _NOBODY}
        places |= {name: n for n, name in enumerate(names, _OTHERS)}
        mine = [places[one.device_id] for one in entries]
        device += [
            place for place, one in zip(mine, entries, strict=True) for _ in range(size(one))
        ]
        for place, (told, count) in zip(mine, said, strict=True):
            if len(told) == 1:
                other += [places[told[0]] - place] * count
            else:
                other += [places[one] - place for one in told]
    found.put("device", device, each)
    found.put("other_device", other, many)


def _devices_of(entry: Said) -> list[DeviceId]:
    """Tell of which device messages are: once if all are of one."""
    if entry.columns is not None:
        return [entry.columns.device_id]
    told = [one.device_id for one in entry.told]
    return told[:1] if len(set(told)) == 1 else told


def _numbers(found: Gathered, said: _Said, many: Ints) -> None:
    epoch = said.whole(lambda one: one.epoch, lambda one: np.full(len(one), one.epoch))
    found.put("epoch", epoch, many)
    seq = said.whole(lambda one: NO_SEQ if one.seq is None else one.seq, lambda one: one.seq)
    is_none = seq == NO_SEQ
    found.put("no_seq", is_none, many)
    found.put("seq", seq[~is_none], many - sums(is_none, many))


def sums(values: NDArray[np.integer | np.bool_], counts: Ints) -> Ints:
    """Add up chunk by chunk; some may be empty."""
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(values, dtype=np.int64)])
    ends = np.cumsum(counts)
    found: Ints = whole[ends] - whole[ends - counts]
    return found


def _kinds(found: Gathered, said: _Said, many: Ints) -> None:
    kind = said.whole(lambda one: _KIND[type(one)], lambda one: np.zeros(len(one), np.int64))
    found.put("kind", kind, many)
    told = [sums(kind == n, many) for n in range(len(KINDS))]
    found.kinds = np.array(told).T.tolist()
    is_place = kind == _KIND[Position]
    for name in ("lat", "lon"):
        found.floats[name] = said.place(name)[is_place]
        found.counts[name] = told[0]
    for name in ("accuracy_m", "accuracy_level", "speed_mps", "battery_pct"):
        _maybe(found, name, said.place(name)[is_place], told[0])
    marks = said.whole(_mark, lambda one: one.source.astype(np.int64) * len(MOCKS) + one.is_mock)
    found.put("marks", marks[is_place], told[0])
    events = [_CODE[one.code] for one in said.told if isinstance(one, Event)]
    found.put("code", events, told[1])
    lives = [one.battery_pct for one in said.told if isinstance(one, StatusReport)]
    _maybe(found, "life_pct", np.array(lives, np.float64), told[2])  # None becomes NaN
    receipts = iter([one for one in said.told if isinstance(one, CheckInReceipt)])
    found.receipts = [_packed(list(islice(receipts, n))) for n in told[3].tolist()]


def _mark(message: Message) -> int:
    return _MARK[message.source, message.is_mock] if isinstance(message, Position) else 0


def _maybe(found: Gathered, name: str, values: Floats, counts: Ints) -> None:
    """Remember which are unknown, then those that are known."""
    is_none = np.isnan(values)
    found.put(GAPS[name], is_none, counts)
    found.floats[name] = values[~is_none]
    found.counts[name] = counts - sums(is_none, counts)


def _packed(receipts: Sequence[CheckInReceipt]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(receipts), 9) if receipts else b""
