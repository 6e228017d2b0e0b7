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
from itertools import islice

from fairtag.app.house import House
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.app.trail.book import Chunk, OfHour, Pile, Span, TrailKind
from fairtag.app.trail.kinds import Kinds
from fairtag.audit.entries import Entry
from fairtag.custody.refusals import CompactionRefused
from fairtag.custody.trail.block import Said, in_order, last_n, numbers, size, spread
from fairtag.terms.errors import SealBroken
from fairtag.terms.instants import DAY, HOUR, Micros, parse

_REST = HOUR  # chosen: late duplicates mostly come within it, and rows answer fastest
_AT_ONCE = 2_000  # rows that one transaction takes away; the writer is held for some 10 ms
_OPENED_AT_ONCE = 64  # piles that are read on one snapshot
_SEALED_AT_ONCE = 10_000  # entries and messages; arrays cost as much for one chunk as for many
_A_ROUND = 6_000  # rows; a round comes every two seconds, and other care waits for it
_DAYS_A_ROUND = 50  # orders whose day is put together in a round
_MOST_MESSAGES = 50_000  # a chunk is cut there, where an entry ends

_Kinds = list[tuple[TrailKind, Said]]


@dataclass(slots=True)
class _Made:
    """Spans that wait to be sealed, and what they replace: rows, or chunks of hours."""

    spans: list[Span] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """Chunks that wait for one transaction, and what they replace."""

    chunks: list[Chunk] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)


def compact(house: House, kinds: Kinds | None = None) -> int:
    """Put together what is due, a bounded part of it; tells how many chunks were made.

    `kinds` remembers orders from one round to the next.
    """
    before = Micros(house.clock.now() - _REST)
    made = _hours(house, before, kinds or Kinds()) + _days(house, before)
    _end_days(house, before)
    return made


def _hours(house: House, before: Micros, kinds: Kinds) -> int:
    """Make chunks of hours out of rows."""
    # A state that lags behind is made whole from rows: chunks leave out what was only to be judged.
    upto, since = house.store.read(_judged)
    if since is not None:  # where judging is behind, it goes back from there
        before = Micros(min(before, since - _REST))
    waiting, held, made, taken = list[_Made](), 0, 0, 0
    for piles in _due(house, upto, before):
        for one in house.store.read(partial(_opened, piles=piles, upto=upto, kinds=kinds)):
            waiting.append(one)
            taken += len(one.rows)
            held += sum(entry.count for span in one.spans for entry in span.entries)
        if held + taken >= _SEALED_AT_ONCE:
            made += _replace(house, waiting)
            waiting, held = [], 0
        if taken >= _A_ROUND:
            break
    return made + _replace(house, waiting)


def _judged(tx: Transaction) -> tuple[int, Micros | None]:
    """Tell up to which position states are whole, and when what comes next was received."""
    upto = tx.verdicts.whole_upto()
    return upto, tx.journal.waiting_since(upto)


def _due(house: House, upto: int, before: Micros) -> Iterator[list[Pile]]:
    """Give what is due, the oldest first, some piles at once; looks on while there is some."""
    after, told = 0, set[Pile]()
    while True:
        look = partial(_piles, after=after, upto=upto, before=before)
        piles, after = house.store.read(look)
        if not piles:
            return
        fresh = [one for one in piles if one not in told]
        yield from (fresh[n : n + _OPENED_AT_ONCE] for n in range(0, len(fresh), _OPENED_AT_ONCE))
        told.update(piles)


def _piles(tx: Transaction, *, after: int, upto: int, before: Micros) -> tuple[list[Pile], int]:
    return tx.journal.piles(after=after, upto=upto, before=before)


def _opened(tx: Transaction, *, piles: Sequence[Pile], upto: int, kinds: Kinds) -> list[_Made]:
    """Open the rows of piles; not where some wait for the judge, or a key is gone."""
    made = list[_Made]()
    for pile in piles:
        try:
            entries = tx.journal.of_pile(pile)
        except SealBroken:
            continue  # who destroyed the wearer's key removes the rows; others must not wait
        if entries and last_n(entries[-1]) <= upto:
            spans = _spans(kinds.of(tx, entries), pile.received.start, hours=1)
            made.append(_Made(spans, rows=numbers(entries)))
    return made


def _days(house: House, before: Micros) -> int:
    """Make chunks of days out of chunks of hours."""
    waiting, held, made = list[_Made](), 0, 0
    for pile in house.store.read(partial(_whole_days, before=before)):
        try:
            hours = house.store.read(partial(_of_day, pile=pile))
        except SealBroken:
            continue
        told = [(one.kind, entry) for one in hours for entry in one.entries]
        spans = _spans(told, pile.received.start, hours=24)
        waiting.append(_Made(spans, hours=[one.chunk for one in hours]))
        held += sum(size(one) + one.count for _, one in told)
        if held >= _SEALED_AT_ONCE:
            made += _replace(house, waiting)
            waiting, held = [], 0
    return made + _replace(house, waiting)


def _whole_days(tx: Transaction, *, before: Micros) -> list[Pile]:
    """List days of which no row waits any more."""
    found = tx.chunks.days(before=before, limit=24 * _DAYS_A_ROUND)
    return [one for one in found if not tx.journal.waits(one)]


def _of_day(tx: Transaction, *, pile: Pile) -> list[OfHour]:
    return tx.chunks.of_day(pile)


def _spans(told: _Kinds, start: Micros, *, hours: int) -> list[Span]:
    return [
        Span(some, kind, start, hours) for kind, entries in _groups(told) for some in _cut(entries)
    ]


def _groups(told: _Kinds) -> list[tuple[TrailKind, Sequence[Said]]]:
    """Part entries by kind, device and epoch; ticks and rulings go with whom is there."""
    groups: dict[tuple[TrailKind, object], list[Said]] = {}
    for kind, entry in told:
        if entry.count:
            said = (entry.device_id, entry.epoch)
            groups.setdefault((kind, said), []).append(entry)
    for kind, entry in told:
        if not entry.count:
            mine = next((name for name in groups if name[0] is kind), (kind, None))
            groups.setdefault(mine, []).append(entry)
    return [(name[0], in_order(one)) for name, one in groups.items()]


def _cut(entries: Sequence[Said]) -> Iterator[Sequence[Said]]:
    if sum(one.count + size(one) for one in entries) <= _MOST_MESSAGES:
        yield entries
        return
    some: list[JournalEntry] = []
    held = 0
    for one in spread(entries):
        if some and held + one.count + len(some) > _MOST_MESSAGES:
            yield some
            some, held = [], 0
        some.append(one)
        held += one.count
    yield some


def _replace(house: House, waiting: Sequence[_Made]) -> int:
    """Seal what waits, all at once, and replace, some at once; tells how many chunks were stored.

    Raises: CompactionRefused.
    """
    sealed = iter(_sealed(house, waiting))
    batch, made = _Batch(), 0
    for one in waiting:
        batch.chunks += islice(sealed, len(one.spans))
        batch.rows += one.rows
        batch.hours += one.hours
        if len(batch.rows) + len(batch.hours) >= _AT_ONCE:
            made += _write(house, batch)
            batch = _Batch()
    return made + _write(house, batch)


def _sealed(house: House, waiting: Sequence[_Made]) -> list[Chunk]:
    spans = [span for one in waiting for span in one.spans]
    return house.store.read(lambda tx: tx.chunks.seal(spans))


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
        tx.chunks.put(batch.chunks)
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
