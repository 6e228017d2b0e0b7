"""When do rows of the journal become chunks of a trail, and when does a day's journal key end?

Rows that are judged, and whose hour of receipt is over for an hour, become one chunk of that hour;
the chunks of a day that is over become one of that day. What replaces and what is replaced change
in one transaction, so that each entry can be read exactly once, whatever stops when. Opening and
sealing is done beside the writer. Nobody sees anything: one entry of the log a batch.
Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.trail.book import Chunk, OfHour, Pile, TrailKind
from fairtag.audit.entries import Entry
from fairtag.custody.kinds import RecordKind
from fairtag.intake.messages import Position
from fairtag.orders.inforce import is_kept
from fairtag.orders.model import Ruling, Trail
from fairtag.terms.errors import CompactionRefused, SealBroken
from fairtag.terms.instants import DAY, HOUR, Micros, parse

_REST = HOUR  # chosen: late duplicates mostly come within it, and rows answer fastest
_AT_ONCE = 500  # rows that one transaction takes away; the writer is held for milliseconds
_A_ROUND = 6_000  # rows; a round comes every two seconds, and other care waits for it
_DAYS_A_ROUND = 50  # orders whose day is put together in a round
_MOST_MESSAGES = 50_000  # a chunk is cut there, where an entry ends

_Kinds = list[tuple[TrailKind, JournalEntry]]


@dataclass(slots=True)
class _Batch:
    """Chunks that wait for one transaction, and the positions of what they replace."""

    chunks: list[Chunk] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)


def compact(house: House) -> int:
    """Put together what is due, a bounded part of it; tells how many chunks were made."""
    before = Micros(house.clock.now() - _REST)
    made = _hours(house, before) + _days(house, before)
    _end_days(house, before)
    return made


def _hours(house: House, before: Micros) -> int:
    """Make chunks of hours out of rows."""
    upto = house.store.read(lambda tx: tx.verdicts.judged_upto())
    batch, made, taken = _Batch(), 0, 0
    for pile in _due(house, upto, before):
        entries = _opened(house, pile, upto)
        if entries:
            batch.chunks += _chunks(house, _by_kind(house, entries), pile.received.start, hours=1)
            batch.rows += [one.n for one in entries]
        taken += len(entries)
        if len(batch.rows) >= _AT_ONCE:
            made += _write(house, batch)
            batch = _Batch()
        if taken >= _A_ROUND:
            break
    return made + _write(house, batch)


def _due(house: House, upto: int, before: Micros) -> Iterator[Pile]:
    """Give what is due, the oldest first; looks on while there is some."""
    after, told = 0, set[Pile]()
    while True:
        look = partial(_piles, after=after, upto=upto, before=before)
        piles, after = house.store.read(look)
        if not piles:
            return
        yield from (one for one in piles if one not in told)
        told.update(piles)


def _piles(tx: Transaction, *, after: int, upto: int, before: Micros) -> tuple[list[Pile], int]:
    return tx.journal.piles(after=after, upto=upto, before=before)


def _opened(house: House, pile: Pile, upto: int) -> list[JournalEntry]:
    """Open the rows of a pile; none while some wait for the judge, or a key is gone."""
    try:
        entries = house.store.read(lambda tx: tx.journal.of_pile(pile))
    except SealBroken:
        return []  # whoever destroyed the wearer's key removes the rows; others must not wait
    return entries if all(one.n <= upto for one in entries) else []


def _by_kind(house: House, entries: Sequence[JournalEntry]) -> _Kinds:
    rulings = house.store.read(lambda tx: tx.orders.rulings(entries[0].order_id))
    return [(kind_at(rulings, one.received_at), _kept(one, rulings)) for one in entries]


def _kept(entry: JournalEntry, rulings: Sequence[Ruling]) -> JournalEntry:
    """Leave out positions of a time in which the review was overdue: they were judged, no more."""
    told = tuple(
        one
        for one in entry.messages
        if not isinstance(one, Position) or is_kept(rulings[-1], one.at)
    )
    if len(told) == entry.count:
        return entry
    return msgspec.structs.replace(entry, told=told, columns=None)


def kind_at(rulings: Sequence[Ruling], at: Micros) -> TrailKind:
    """Tell under which kind of key falls what was received: by the version then in force."""
    known = [one for one in rulings if one.recorded_at <= at] or rulings[:1]
    has_trail = any(isinstance(one, Trail) for one in known[-1].conditions)
    return RecordKind.TRAIL if has_trail else RecordKind.PASSING


def _days(house: House, before: Micros) -> int:
    """Make chunks of days out of chunks of hours."""
    made = 0
    for pile in house.store.read(partial(_whole_days, before=before)):
        try:
            hours = house.store.read(partial(_of_day, pile=pile))
        except SealBroken:
            continue
        told = sorted(
            ((one.kind, entry) for one in hours for entry in one.entries), key=lambda one: one[1].n
        )
        batch = _Batch(hours=[one.last_n for one in hours])
        batch.chunks += _chunks(house, told, pile.received.start, hours=24)
        made += _write(house, batch)
    return made


def _whole_days(tx: Transaction, *, before: Micros) -> list[Pile]:
    """List days of which no row waits any more."""
    found = tx.chunks.days(before=before, limit=24 * _DAYS_A_ROUND)
    return [one for one in found if not tx.journal.waits(one)]


def _of_day(tx: Transaction, *, pile: Pile) -> list[OfHour]:
    return tx.chunks.of_day(pile)


def _chunks(house: House, told: _Kinds, start: Micros, *, hours: int) -> list[Chunk]:
    def seal(tx: Transaction) -> list[Chunk]:
        return [
            tx.chunks.seal(some, kind=kind, start=start, hours=hours)
            for kind, entries in _groups(told)
            for some in _cut(entries)
        ]

    return house.store.read(seal)


def _groups(told: _Kinds) -> list[tuple[TrailKind, list[JournalEntry]]]:
    """Part entries by kind, device and epoch; ticks and rulings go with whom is there."""
    groups: dict[tuple[TrailKind, object], list[JournalEntry]] = {}
    for kind, entry in told:
        if entry.messages:
            said = (entry.device_id, entry.messages[0].epoch)
            groups.setdefault((kind, said), []).append(entry)
    for kind, entry in told:
        if not entry.messages:
            mine = next((name for name in groups if name[0] is kind), (kind, None))
            groups.setdefault(mine, []).append(entry)
    return [(name[0], sorted(one, key=lambda one: one.n)) for name, one in groups.items()]


def _cut(entries: Sequence[JournalEntry]) -> Iterator[list[JournalEntry]]:
    some: list[JournalEntry] = []
    held = 0
    for one in entries:
        if some and held + len(one.messages) + len(some) > _MOST_MESSAGES:
            yield some
            some, held = [], 0
        some.append(one)
        held += len(one.messages)
    yield some


def _write(house: House, batch: _Batch) -> int:
    """Replace in one transaction; tells how many chunks were stored.

    Raises: CompactionRefused when something to be replaced is not there any more.
    """
    if not batch.chunks:
        return 0
    told = {
        "chunks": str(len(batch.chunks)),
        "rows": str(len(batch.rows)),
        "chunks_of_hours": str(len(batch.hours)),
    }
    entry = Entry(
        at=house.clock.now(),
        operation="alteration",
        actor="machine",
        what="trail.compacted",
        details=told,
    )

    def work(tx: Transaction) -> int:
        tx.audit.append(entry)
        gone = tx.journal.drop(batch.rows) + tx.chunks.drop(batch.hours)
        if gone != len(batch.rows) + len(batch.hours):
            raise CompactionRefused
        for chunk in batch.chunks:
            tx.chunks.put(chunk)
        return len(batch.chunks)

    return house.store.transact(work)


def _end_days(house: House, before: Micros) -> None:
    """Destroy the journal's keys of days that are over and hold no row."""
    for day in house.store.read(lambda tx: tx.journal.days()):
        if parse(f"{day}T00:00:00Z") + DAY > before:
            continue
        seen = house.store.read(partial(_seen_empty, day=day))
        if seen is not None:
            house.store.transact(partial(_end_day, day=day, seen=seen))


def _seen_empty(tx: Transaction, *, day: str) -> int | None:
    """Tell up to which position no row is of a day; None when one is. Looked at beside the writer:
    all rows are gone through.
    """
    return None if tx.journal.holds(day) else tx.journal.last()


def _end_day(tx: Transaction, *, day: str, seen: int) -> None:
    # A clock that was set back may have written one meanwhile: its key must stay.
    if not tx.journal.holds(day, after=seen):
        tx.journal.end_day(day)
