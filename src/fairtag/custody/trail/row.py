"""How does one request lie in a row of the journal, before it is sealed?

Positions lie as a block of words of 8 bytes, a line a position, so that the lines of many requests
can be written at once and cut apart; a column that nobody tells is left out. Everything else lies
as messages. Units: as in `intake.columns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairtag.custody.refusals import TrailBroken
from fairtag.custody.trail.block import Block as Requests
from fairtag.custody.trail.block import Said
from fairtag.custody.trail.entry import JournalEntry
from fairtag.intake.columns import SOURCES, Positions
from fairtag.intake.messages import Message, Source
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros

# Of each line the first four words are always there; then those whose bit is set, in this order.
_ALWAYS: Final = ("seq", "at", "lon", "lat")
_MAYBE: Final = ("accuracy_m", "accuracy_level", "speed_mps", "battery_pct")
_KIND: Final = len(_MAYBE)  # the bit of source and mock, together one word
_MOCK: Final = 256  # is added to the source's place
_UNKNOWN: Final = SOURCES.index(Source.UNKNOWN)
_WORDS: Final = np.dtype("<i8")
_MAP: Final = range(0x80, 0x90)  # msgpack's first byte of a map; messages are an array


class Block(msgspec.Struct, frozen=True, kw_only=True, rename={"epoch": "e", "bits": "b"}):
    """Positions of one device, epoch and time of receipt."""

    epoch: int = 0
    bits: int = 0  # which of the maybe-columns are there
    lines: bytes = msgspec.field(name="p")

    @property
    def width(self) -> int:
        """Tell how many words a line has."""
        return len(_ALWAYS) + self.bits.bit_count()

    @property
    def many(self) -> int:
        """Tell how many lines there are.

        Raises: ValueError when one is cut.
        """
        whole, rest = divmod(len(self.lines), self.width * _WORDS.itemsize)
        if rest:
            raise ValueError("a line is cut")
        return whole


_BLOCK: Final = msgspec.msgpack.Decoder(Block)
_MESSAGES: Final[msgspec.msgpack.Decoder[tuple[Message, ...]]] = msgspec.msgpack.Decoder(
    tuple[Message, ...]
)


def write(entry: JournalEntry) -> bytes:
    """Write what an entry says."""
    told = entry.columns
    if told is None or not len(told) or (told.received_at != entry.received_at).any():
        return msgspec.msgpack.encode(entry.messages)
    bits, lines = lines_of(told)
    return block(told.epoch, bits, lines.tobytes())


def block(epoch: int, bits: int, lines: bytes) -> bytes:
    """Write lines, or the part of them that is one request's, as a row."""
    return msgspec.msgpack.encode(Block(epoch=epoch, bits=bits, lines=lines))


def lines_of(told: Positions) -> tuple[int, NDArray[np.int64]]:
    """Give which columns are there, and lines of shape (n, width)."""
    floats = [getattr(told, name) for name in _MAYBE]
    bits = sum(1 << bit for bit, one in enumerate(floats) if not np.isnan(one).all())
    words = [told.seq, told.at, told.lon.view(np.int64), told.lat.view(np.int64)]
    words += [one.view(np.int64) for bit, one in enumerate(floats) if bits >> bit & 1]
    kind = told.source.astype(np.int64) + _MOCK * told.is_mock
    if (kind != _UNKNOWN).any():
        bits |= 1 << _KIND
        words.append(kind)
    return bits, np.stack(words, axis=1).astype(_WORDS)


def read(
    told: bytes, *, device_id: str | None, received_at: Micros
) -> tuple[tuple[Message, ...], Positions | None]:
    """Read what a row says: messages or columns.

    Raises: TrailBroken.
    """
    try:
        if not told or told[0] not in _MAP:
            return _MESSAGES.decode(told), None
        block = _BLOCK.decode(told)
        received = np.full(block.many, received_at, np.int64)
        return (), _positions(block, DeviceId(device_id or ""), received)
    except (msgspec.MsgspecError, ValueError) as error:
        raise TrailBroken("a row of the journal can't be read") from error


def block_of(told: bytes) -> Block | None:
    """Read a row that holds a block; None: it holds messages.

    Raises: TrailBroken.
    """
    if not told or told[0] not in _MAP:
        return None
    try:
        return _BLOCK.decode(told)
    except msgspec.MsgspecError as error:
        raise TrailBroken("a row of the journal can't be read") from error


def line_bytes(bits: int) -> int:
    """Tell how long a line is in which these maybe-columns are there."""
    return Block(bits=bits, lines=b"").width * _WORDS.itemsize


def columns_of(bits: int, lines: Sequence[bytes]) -> Positions:
    """Put the lines of many blocks that have the same bits side by side.

    Whose they are, of which epoch and when they came is told elsewhere.
    Raises: TrailBroken.
    """
    block = Block(bits=bits, lines=b"".join(lines))
    try:
        return _positions(block, DeviceId(""), np.zeros(block.many, np.int64))
    except ValueError as error:
        raise TrailBroken("a row of the journal can't be read") from error


def read_many(rows: Sequence[tuple[JournalEntry, bytes]]) -> list[Said]:
    """Read rows of one order, by arrival: each is given as an entry that says nothing yet, and what
    it holds. Requests of the same columns that follow each other become one block.

    Raises: TrailBroken.
    """
    found: list[Said] = []
    for name, run in groupby(map(_looked_at, rows), key=lambda one: one[0]):
        some = list(run)
        if name is None:
            found += (read_one(entry, told) for _, entry, told, _ in some)
        else:
            found.append(_side_by_side([(entry, block) for _, entry, _, block in some if block]))
    return found


_Name = tuple[DeviceId | None, int, int]


def _looked_at(
    row: tuple[JournalEntry, bytes],
) -> tuple[_Name | None, JournalEntry, bytes, Block | None]:
    """Tell which columns of whom a row holds; nothing of one that holds no block."""
    entry, told = row
    if entry.device_id is None or entry.what != "messages" or not told or told[0] not in _MAP:
        return None, entry, told, None
    try:
        block = _BLOCK.decode(told)
        if not block.many:
            return None, entry, told, None
    except (msgspec.MsgspecError, ValueError) as error:
        raise TrailBroken("a row of the journal can't be read") from error
    return (entry.device_id, block.epoch, block.bits), entry, told, block


def _side_by_side(rows: Sequence[tuple[JournalEntry, Block]]) -> Requests:
    first, told = rows[0]
    counts = np.array([block.many for _, block in rows], np.int64)
    received_at = np.array([entry.received_at for entry, _ in rows], np.int64)
    lines = b"".join(block.lines for _, block in rows)
    whole = Block(epoch=told.epoch, bits=told.bits, lines=lines)
    return Requests(
        order_id=first.order_id,
        wearer_id=first.wearer_id,
        n=np.array([entry.n for entry, _ in rows], np.int64),
        received_at=received_at,
        counts=counts,
        columns=_positions(whole, DeviceId(first.device_id or ""), np.repeat(received_at, counts)),
    )


def read_one(entry: JournalEntry, told: bytes) -> JournalEntry:
    """Give an entry what its row holds.

    Raises: TrailBroken.
    """
    messages, columns = read(told, device_id=entry.device_id, received_at=entry.received_at)
    return msgspec.structs.replace(entry, told=messages, columns=columns)


def _positions(told: Block, device_id: DeviceId, received_at: NDArray[np.int64]) -> Positions:
    columns = np.frombuffer(told.lines, _WORDS).reshape(-1, told.width).T.copy()
    number = columns.shape[1]
    rest = iter(columns[len(_ALWAYS) :])
    unknown = np.full(number, np.nan)
    maybe = [
        next(rest).view(np.float64) if told.bits >> bit & 1 else unknown
        for bit in range(len(_MAYBE))
    ]
    kind = next(rest) if told.bits >> _KIND & 1 else np.full(number, _UNKNOWN)
    return Positions(
        device_id=device_id,
        epoch=told.epoch,
        seq=columns[0],
        at=columns[1],
        received_at=received_at,
        lon=columns[2].view(np.float64),
        lat=columns[3].view(np.float64),
        accuracy_m=maybe[0],
        accuracy_level=maybe[1],
        source=(kind % _MOCK).astype(np.int8),
        speed_mps=maybe[2],
        battery_pct=maybe[3],
        is_mock=kind >= _MOCK,
    )
