"""What do entries say, column by column? Many chunks side by side, each with its own frame.

Units: µs UTC. Shapes: columns are (n,), counts are (chunks,).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import numpy as np

from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import CODES, KINDS, MOCKS, SOURCES, WHATS, Frame
from fairtag.custody.trail.measured import Floats
from fairtag.intake.messages import CheckInReceipt, Event, Message, Position, StatusReport
from fairtag.terms.ids import DeviceId

Pile = tuple[Frame, Sequence[JournalEntry]]

_WHAT = {what: n for n, what in enumerate(WHATS)}
_KIND = {kind: n for n, kind in enumerate(KINDS)}
_CODE = {code: n for n, code in enumerate(CODES)}
_MARK = {
    (source, mock): n * len(MOCKS) + m
    for n, source in enumerate(SOURCES)
    for m, mock in enumerate(MOCKS)
}
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

    def put(self, name: str, values: Sequence[int] | Ints, counts: Ints) -> None:
        """Remember a column of whole numbers."""
        self.wholes[name] = np.asarray(values, np.int64)
        self.counts[name] = counts


def gathered(piles: Sequence[Pile]) -> Gathered:
    """Put side by side what piles say."""
    found = Gathered()
    entries = [one for _, some in piles for one in some]
    each = np.array([len(some) for _, some in piles], np.int64)
    starts = np.repeat(np.array([frame.start for frame, _ in piles], np.int64), each)
    lasts = np.repeat(np.array([frame.last_n for frame, _ in piles], np.int64), each)
    spoken = [len(one.messages) for one in entries]
    messages = [one for entry in entries for one in entry.messages]
    many = np.add.reduceat(np.array(spoken, np.int64), np.cumsum(each) - each)
    received = np.array([one.received_at for one in entries], np.int64) - starts
    found.put("n", np.array([one.n for one in entries], np.int64) - lasts, each)
    found.put("what", [_WHAT[one.what] for one in entries], each)
    found.put("count", np.array(spoken, np.int64) - 1, each)
    found.put("received_at", received, each)
    owner = np.repeat(received, spoken)
    origin = np.repeat(np.array([frame.start for frame, _ in piles], np.int64), many)
    at = np.array([one.at for one in messages], np.int64) - origin
    after = np.array([one.received_at for one in messages], np.int64) - origin - owner
    found.put("at", at, many)
    found.put("at_by_receipt", at - owner, many)
    found.put("behind", received - last_told(at, np.array(spoken), each, many), each)
    found.put("received_after", after, many)
    _devices(found, piles, each, many)
    _heads(found, messages, many)
    _kinds(found, messages, many)
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
        said = {one.device_id for entry in entries for one in entry.messages}
        named = said | {one.device_id for one in entries if one.device_id is not None}
        names = sorted(named - {frame.device_id})
        found.names.append(names)
        places: dict[DeviceId | None, int] = {frame.device_id: _MINE, None: _NOBODY}
        places |= {name: n for n, name in enumerate(names, _OTHERS)}
        mine = [places[one.device_id] for one in entries]
        device += mine
        if named <= {frame.device_id} and not any(mine):
            other += [0] * sum(len(entry.messages) for entry in entries)
            continue
        other += [
            places[one.device_id] - place
            for place, entry in zip(mine, entries, strict=True)
            for one in entry.messages
        ]
    found.put("device", device, each)
    found.put("other_device", other, many)


def _heads(found: Gathered, messages: Sequence[Message], many: Ints) -> None:
    found.put("epoch", [one.epoch for one in messages], many)
    numbers = [one.seq for one in messages]
    is_none = np.array([one is None for one in numbers], np.int64)
    found.put("no_seq", is_none, many)
    found.put("seq", [one for one in numbers if one is not None], many - sums(is_none, many))


def sums(values: Ints, counts: Ints) -> Ints:
    """Add up chunk by chunk; some may be empty."""
    whole = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    ends = np.cumsum(counts)
    found: Ints = whole[ends] - whole[ends - counts]
    return found


def _kinds(found: Gathered, messages: Sequence[Message], many: Ints) -> None:
    kind = np.array([_KIND[type(one)] for one in messages], np.int64)
    found.put("kind", kind, many)
    told = [sums((kind == n).astype(np.int64), many) for n in range(len(KINDS))]
    found.kinds = np.array(told).T.tolist()
    places = [one for one in messages if isinstance(one, Position)]
    found.floats["lat"] = np.array([one.lat for one in places], np.float64)
    found.floats["lon"] = np.array([one.lon for one in places], np.float64)
    found.counts["lat"] = found.counts["lon"] = told[0]
    measures = (
        ("accuracy_m", "no_accuracy", [one.accuracy_m for one in places]),
        ("accuracy_level", "no_level", [one.accuracy_level for one in places]),
        ("speed_mps", "no_speed", [one.speed_mps for one in places]),
        ("battery_pct", "no_battery", [one.battery_pct for one in places]),
    )
    for name, gap, values in measures:
        _maybe(found, name, gap, values, told[0])
    found.put("marks", [_MARK[one.source, one.is_mock] for one in places], told[0])
    events = [_CODE[one.code] for one in messages if isinstance(one, Event)]
    found.put("code", events, told[1])
    lives = [one.battery_pct for one in messages if isinstance(one, StatusReport)]
    _maybe(found, "life_pct", "no_life", lives, told[2])
    receipts = iter([one for one in messages if isinstance(one, CheckInReceipt)])
    found.receipts = [_packed(list(islice(receipts, n))) for n in told[3].tolist()]


def _maybe(found: Gathered, name: str, gap: str, values: list[float | None], counts: Ints) -> None:
    """Remember which are unknown, then those that are known."""
    if None in values:
        is_none = np.array([value is None for value in values], np.int64)
        known: list[float | None] = [value for value in values if value is not None]
        found.counts[name] = counts - sums(is_none, counts)
    else:
        is_none, known = np.zeros(len(values), np.int64), values
        found.counts[name] = counts
    found.put(gap, is_none, counts)
    found.floats[name] = np.array(known, np.float64)


def _packed(receipts: Sequence[CheckInReceipt]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(receipts), 9) if receipts else b""
