"""How do chunks become columns again, without trust in them?

Many chunks are read at once, their rows one after the other: what arrays cost to call is paid once,
not a chunk. Units: µs UTC. Shapes: columns are (n,).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.form import (
    BEHIND,
    BY_RECEIPT,
    CODES,
    GAPS,
    KINDS,
    MOST_RECEIPTS_BYTES,
    PARTED,
    WHATS,
    Frame,
)
from fairtag.custody.trail.gathering import last_told, paced, sums
from fairtag.custody.trail.laying import Laid, laid
from fairtag.custody.trail.measured import Floats
from fairtag.custody.trail.parting import MARKS, Flags, is_rare, joined
from fairtag.intake.columns import NO_SEQ
from fairtag.intake.messages import CheckInReceipt
from fairtag.terms.ids import DeviceId

_POSITION, _EVENT, _STATUS, _RECEIPT = range(len(KINDS))
_RECEIPTS: msgspec.msgpack.Decoder[list[CheckInReceipt]] = msgspec.msgpack.Decoder(
    list[CheckInReceipt]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryColumns:
    """Columns of entries, (e,)."""

    n: Ints
    what: Ints
    device: Ints  # a place in the names; 0 is none
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
    """Chunks as columns, one chunk after the other."""

    names: tuple[DeviceId | None, ...]  # the first is none
    each: list[int]  # entries of each chunk
    entries: EntryColumns
    messages: MessageColumns
    places: PlaceColumns
    codes: Ints  # of events
    lives_pct: Floats  # of signs of life
    receipts: tuple[CheckInReceipt, ...]


def columns_of(chunks: Sequence[tuple[Frame, bytes]]) -> Told:
    """Read chunks as columns.

    Raises: TrailBroken when one of them is broken.
    """
    told = laid([chunk for _, chunk in chunks])
    each, many = told.counts("n"), told.counts("kind")
    start = np.array([frame.start for frame, _ in chunks], np.int64)
    last = np.array([frame.last_n for frame, _ in chunks], np.int64)
    count = told.whole("count") + 1
    if (count < 0).any() or not np.array_equal(sums(count, each), many):
        raise TrailBroken("it holds another number of messages")
    names, device, other = _devices(told, chunks, (each, many), count)
    received_at, at = _times(told, count, each, many)
    pace = paced(received_at, np.array(told.rises), each)
    kind = told.whole("kind", below=len(KINDS))
    if told.says("kind") and not np.array_equal(_kinds(kind, many), told.kinds):
        raise TrailBroken("it holds another number of messages of a kind")
    after = told.whole("received_after") + np.repeat(received_at, count)
    return Told(
        names=names,
        each=each.tolist(),
        entries=EntryColumns(
            n=told.whole("n") + pace + np.repeat(last, each),
            what=told.whole("what", below=len(WHATS)),
            device=device,
            received_at=received_at + np.repeat(start, each),
            count=count,
        ),
        messages=MessageColumns(
            kind=kind,
            device=other,
            epoch=told.whole("epoch"),
            seq=_numbers(told),
            at=at + np.repeat(start, many),
            received_at=after + np.repeat(start, many),
        ),
        places=_places(told),
        codes=told.whole("code", below=len(CODES)),
        lives_pct=_known(told, "life_pct"),
        receipts=_receipts(told),
    )


def _kinds(kind: Ints, many: Ints) -> Ints:
    """Count messages by chunk and kind."""
    first = np.arange(len(many)) * len(KINDS)
    found: Ints = np.bincount(np.repeat(first, many) + kind, minlength=len(many) * len(KINDS))
    return found.reshape(-1, len(KINDS))


def _devices(
    told: Laid, chunks: Sequence[tuple[Frame, bytes]], rows: tuple[Ints, Ints], count: Ints
) -> tuple[tuple[DeviceId | None, ...], Ints, Ints]:
    """Give the names, and their places for entries and for messages; `rows` are how many entries
    and messages each chunk has.
    """
    each, many = rows
    names: dict[DeviceId | None, int] = {None: 0}
    tables = [
        [frame.device_id, None, *named]
        for (frame, _), named in zip(chunks, told.names, strict=True)
    ]
    places = np.array([names.setdefault(one, len(names)) for some in tables for one in some])
    sizes = np.array([len(one) for one in tables], np.int64)
    if not (told.says("device") or told.says("other_device")):  # all are of their frame's
        mine = places[np.cumsum(sizes) - sizes]
        if (mine[many > 0] == 0).any():
            raise TrailBroken("a message is of no device")
        return tuple(names), np.repeat(mine, each), np.repeat(mine, many)
    size, first = np.repeat(sizes, each), np.repeat(np.cumsum(sizes) - sizes, each)
    mine = told.whole("device")
    theirs = told.whole("other_device") + np.repeat(mine, count)
    widest, begin = np.repeat(size, count), np.repeat(first, count)
    if ((mine < 0) | (mine >= size)).any() or ((theirs < 0) | (theirs >= widest)).any():
        raise TrailBroken("a word is not in its list")
    other = places[begin + theirs]
    if (other == 0).any():
        raise TrailBroken("a message is of no device")
    return tuple(names), places[first + mine], other


def _times(told: Laid, count: Ints, each: Ints, many: Ints) -> tuple[Ints, Ints]:
    """Tell when entries were received and when messages happened: one may stand on the other."""
    received_at, at = told.whole("received_at"), told.whole("at")
    ways = np.array(told.ways, np.int64)
    is_behind, by_receipt = ways == BEHIND, ways == BY_RECEIPT
    if is_behind.any():
        behind = last_told(at, count, each, many)
        received_at = received_at + np.where(np.repeat(is_behind, each), behind, 0)
    if by_receipt.any():
        at = at + np.where(np.repeat(by_receipt, many), np.repeat(received_at, count), 0)
    return received_at, at


def _numbers(told: Laid) -> Ints:
    if not told.says("no_seq"):
        return told.whole("seq")
    is_numbered = told.whole("no_seq", below=2) == 0
    seq = np.full(len(is_numbered), NO_SEQ, np.int64)
    if int(is_numbered.sum()) != len(told.whole("seq")):
        raise TrailBroken("it holds another number of numbers")
    seq[is_numbered] = told.whole("seq")
    return seq


def _known(told: Laid, name: str, rare: Flags | None = None) -> Floats:
    """Read numbers of which some are unknown: NaN; `rare` tells of a column that may be parted."""
    if not told.says(GAPS[name]):  # all are known: the heads count as many (`laying`)
        return told.measured(name) if rare is None else _joined(told, name, rare)
    is_known = told.whole(GAPS[name], below=2) == 0
    many = told.counts(name)
    if name in PARTED:
        many = many + told.counts(PARTED[name])
    if not np.array_equal(sums(is_known, told.counts(GAPS[name])), many):
        raise TrailBroken("it holds another number of numbers")
    values = told.measured(name) if rare is None else _joined(told, name, rare[is_known])
    found = np.full(len(is_known), np.nan)
    found[is_known] = values
    return found


def _places(told: Laid) -> PlaceColumns:
    marks = told.whole("marks", below=MARKS)
    # Mostly none is parted, and nobody has to look at the marks.
    is_parted = any(told.counts(one).any() for one in PARTED.values())
    rare = is_rare(marks, told.counts("marks")) if is_parted else np.zeros(len(marks), np.bool_)
    return PlaceColumns(
        lat=_joined(told, "lat", rare),
        lon=_joined(told, "lon", rare),
        accuracy_m=_known(told, "accuracy_m", rare),
        accuracy_level=_known(told, "accuracy_level"),
        speed_mps=_known(told, "speed_mps"),
        battery_pct=_known(told, "battery_pct"),
        marks=marks,
    )


def _joined(told: Laid, name: str, rare: Flags) -> Floats:
    """Read a column that lies in parts in some chunks; `rare` tells of each row whether it would
    be of the rare part.

    Raises: TrailBroken.
    """
    common, few = told.counts(name), told.counts(PARTED[name])
    if not few.any():
        return told.measured(name)
    many = common + few
    rows = rare & np.repeat(few > 0, many)
    if not np.array_equal(sums(rows, many), few):
        raise TrailBroken("it holds another number of rare numbers")
    return joined(told.measured(name), told.measured(PARTED[name]), rows)


def _receipts(told: Laid) -> tuple[CheckInReceipt, ...]:
    found = list[CheckInReceipt]()
    for packed, many in zip(told.receipts, told.kinds[:, _RECEIPT].tolist(), strict=True):
        if packed or many:
            found += _unpacked(packed, many)
    return tuple(found)


def _unpacked(packed: bytes, many: int) -> list[CheckInReceipt]:
    opened = zlib.decompressobj()
    try:
        found = _RECEIPTS.decode(opened.decompress(packed, MOST_RECEIPTS_BYTES))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise TrailBroken("receipts can't be read") from error
    if len(found) != many:
        raise TrailBroken("receipts are missing")
    return found
