"""How do the bytes of chunks lie, column by column? Read for many chunks at once.

Each chunk's heads are looked at by themselves; their streams of bits are read together. Nothing
that a chunk says is believed before it is looked at.
Shapes: columns are (n,); counts are (chunks,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

import numpy as np

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail import bits, measured, whole
from fairtag.custody.trail.bits import Ints
from fairtag.custody.trail.form import (
    BEHIND,
    COLUMNS,
    GAPS,
    KINDS,
    MEASURED,
    MOST,
    OLDER,
    PACED,
    PARTED,
    VERSION,
)
from fairtag.custody.trail.measured import AS_IT_IS, KNOWN, Floats
from fairtag.custody.trail.pen import Reader
from fairtag.custody.trail.whole import Slots
from fairtag.terms.ids import DeviceId

_PLACE = {name: n for n, name in enumerate(COLUMNS)}
_IS_MEASURED = [name in MEASURED for name in COLUMNS]
# How many rows a column has: as many as entries, messages, or messages of a kind.
_ROWS_OF = (
    ("n", "received_at", "count", "what", "device"),
    ("at", "no_seq", "seq", "kind", "other_device", "epoch", "received_after"),
    (
        *("lat", "lon", "marks", "no_accuracy", "accuracy_m", "no_level", "accuracy_level"),
        *("no_speed", "speed_mps", "no_battery", "battery_pct"),
    ),
    ("code",),
    ("no_life", "life_pct"),
    ("receipts",),
    tuple(PARTED.values()),
)
_GROUP_OF = {name: group for group, names in enumerate(_ROWS_OF) for name in names}
_OF_GROUPS = itemgetter(*(_GROUP_OF[name] for name in COLUMNS))
_GAPS = tuple((_PLACE[name], _PLACE[gap]) for name, gap in GAPS.items())
_PARTED = tuple((_PLACE[name], _PLACE[rare]) for name, rare in PARTED.items())
_PARTS = (1 << len(PARTED)) - 1
_WHOLE = _PLACE["lat_rare"]  # columns before the parted ones
_BIT = {name: 1 << n for n, name in enumerate(COLUMNS)}
_MOST_NAMES = 2 * MOST
_RECEIPTS = _PLACE["receipts"]


@lru_cache(maxsize=1024)
def _told(flags: int) -> tuple[int, ...]:
    """Give the columns that say something."""
    return tuple(column for column in range(len(COLUMNS)) if flags >> column & 1)


@lru_cache(maxsize=1024)
def _beside(flags: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Give the columns some of whose rows are not there, or lie in another one, which is named."""
    gaps = tuple(place for place, gap in _GAPS if flags >> gap & 1)
    return gaps, tuple((place, rare) for place, rare in _PARTED if flags >> rare & 1)


@dataclass(slots=True)
class _Heads:
    """What the heads of all chunks say."""

    counts: list[list[int]] = field(default_factory=list)  # a chunk, a column
    kinds: list[list[int]] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    rises: list[int] = field(default_factory=list)
    names: list[list[DeviceId]] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    slots: Slots = field(default_factory=Slots)
    places: list[int] = field(default_factory=list)  # chunk and column of each slot, in one
    units: list[dict[int, int]] = field(default_factory=lambda: [{} for _ in COLUMNS])  # by chunk
    said: int = 0  # a bit a column that says something in any chunk
    lying: list[tuple[int, int, bytes]] = field(default_factory=list)
    unary: list[bytes] = field(default_factory=list)
    low: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Laid:
    """Columns of chunks, by name."""

    names: list[list[DeviceId]]  # of other devices, a list a chunk
    ways: list[int]
    rises: list[int]
    receipts: list[bytes]
    kinds: Ints  # messages of each kind, (chunks, kinds)
    _counts: Ints  # (columns, chunks)
    _values: Ints
    _starts: list[int]
    _heads: _Heads

    def counts(self, name: str) -> Ints:
        """Tell how many rows of a column each chunk has."""
        found: Ints = self._counts[_PLACE[name]]
        return found

    def whole(self, name: str, *, below: int | None = None) -> Ints:
        """Give a column of whole numbers; with `below`, they are 0 or more and less than that.

        Raises: TrailBroken.
        """
        place = _PLACE[name]
        found = self._values[self._starts[place] : self._starts[place + 1]]
        if below is not None and len(found) and not 0 <= found.min() <= found.max() < below:
            raise TrailBroken("a word is not in its list")
        return found

    def measured(self, name: str) -> Floats:
        """Give a column of measured numbers.

        Raises: TrailBroken.
        """
        place, heads = _PLACE[name], self._heads
        counts = self._counts[place]
        found = measured.floats_of(self.whole(name), heads.units[place], counts)
        for chunk, column, told in heads.lying:
            if column == place:
                first, count = int(counts[:chunk].sum()), int(counts[chunk])
                found[first : first + count] = measured.unpacked(told, count)
        return found

    def says(self, name: str) -> bool:
        """Tell whether a column says anything but zeros in any chunk."""
        return bool(self._heads.said & _BIT[name])


def laid(chunks: Sequence[bytes]) -> Laid:
    """Read chunks, at least one.

    Raises: TrailBroken.
    """
    heads = _Heads()
    try:
        for n, chunk in enumerate(chunks):
            _read_chunk(heads, n, Reader(chunk))
    except StopIteration as error:
        raise TrailBroken("it ends too soon") from error
    counts = np.array(heads.counts, np.int64).T
    per_column = counts.sum(axis=1)
    starts = [0, *np.cumsum(per_column).tolist()]
    values = np.zeros(starts[-1], np.int64)
    told = bits.read(
        heads.unary,
        heads.low,
        heads.slots.sections,
        np.array(heads.numbers, np.int64),
    )
    if heads.places:
        inside = np.cumsum(counts, axis=1) - counts
        first = np.array(starts)[:-1, None] + inside
        _put(values, heads, first, *whole.values_of(heads.slots, told))
    return Laid(
        names=heads.names,
        ways=heads.ways,
        rises=heads.rises,
        receipts=heads.receipts,
        _counts=counts,
        kinds=np.array(heads.kinds, np.int64),
        _values=values,
        _starts=starts,
        _heads=heads,
    )


def _put(values: Ints, heads: _Heads, starts: Ints, told: Ints, some: Ints) -> None:
    """Put the numbers of slots into their columns; `starts` are (columns, chunks)."""
    chunk, column = np.divmod(np.array(heads.places, np.int64), len(COLUMNS))
    first = starts[column, chunk]
    values[np.arange(len(told)) + np.repeat(first - (np.cumsum(some) - some), some)] = told


def _read_chunk(heads: _Heads, n: int, reader: Reader) -> None:
    first = reader.byte()
    version, way, pace = first & 0xF, first >> 4 & 3, first >> 4 & ~3
    if pace not in {VERSION: (0, PACED), OLDER: (0,)}.get(version, ()) or way > BEHIND:
        raise TrailBroken("it is of another version")
    heads.slots.is_rounded = version != OLDER
    flags = flags_of(reader.natural(), version)
    if flags >> len(COLUMNS):
        raise TrailBroken("a column is of no known kind")
    heads.said |= flags
    heads.ways.append(way)
    heads.rises.append(reader.whole() if pace else 0)
    counts = _read_counts(heads, reader, flags)
    heads.counts.append(counts)
    heads.names.append(_read_names(reader, flags))
    counted = heads.slots.sections.counts
    before = len(counted)
    receipts = b""
    for column in _told(flags):
        if column == _RECEIPTS:
            receipts = reader.take(reader.natural())
        else:
            _read_column(heads, reader, n, column, counts[column])
    heads.receipts.append(receipts)
    heads.numbers.append(sum(counted[before:]))
    span, streams = reader.natural(), reader.rest()
    if span > len(streams):
        raise TrailBroken("it ends too soon")
    heads.unary.append(streams[:span])
    heads.low.append(streams[span:])


def flags_of(told: int, version: int) -> int:
    """Give a bit a column. What is said of parts is told before the rest, where it takes least."""
    if version == OLDER:
        return told
    return told >> len(PARTED) | (told & _PARTS) << _WHOLE


def told_of(flags: int) -> int:
    """Undo `flags_of`, of the present version."""
    return flags >> _WHOLE | (flags & (1 << _WHOLE) - 1) << len(PARTED)


def _read_column(heads: _Heads, reader: Reader, n: int, column: int, count: int) -> None:
    if not count:
        raise TrailBroken("a column says nothing")
    if _IS_MEASURED[column]:
        unit = reader.byte()
        if unit not in KNOWN:
            raise TrailBroken("a column is of no known unit")
        heads.units[column][n] = unit
        if unit == AS_IT_IS:
            heads.lying.append((n, column, reader.take(reader.natural())))
            return
    heads.slots.read(reader, count)
    heads.places.append(n * len(COLUMNS) + column)


def _read_counts(heads: _Heads, reader: Reader, flags: int) -> list[int]:
    """Read how many rows each column has."""
    entries, messages = reader.natural(), reader.natural()
    if not 1 <= entries <= MOST or messages > MOST:
        raise TrailBroken("it holds more than a chunk may")
    kinds = [messages, 0, 0, 0]
    if flags & _BIT["kind"]:
        some = [reader.natural() for _ in range(len(KINDS) - 1)]
        kinds = [*some, messages - sum(some)]
    heads.kinds.append(kinds)
    of = (entries, messages, *kinds, 0)  # what is parted tells how many
    counts = list(_OF_GROUPS(of))
    gaps, parted = _beside(flags)
    for place in gaps:
        counts[place] -= reader.natural()
    for place, rare in parted:
        counts[rare] = reader.natural()
        counts[place] -= counts[rare]
    if min(counts) < 0:
        raise TrailBroken("it holds fewer than none")
    return counts


def _read_names(reader: Reader, flags: int) -> list[DeviceId]:
    if not flags & (_BIT["device"] | _BIT["other_device"]):
        return []
    many = reader.natural()
    if many > _MOST_NAMES:
        raise TrailBroken("it holds more than a chunk may")
    try:
        return [DeviceId(reader.take(reader.natural()).decode()) for _ in range(many)]
    except UnicodeDecodeError as error:
        raise TrailBroken("a name is no text") from error
