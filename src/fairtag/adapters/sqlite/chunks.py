"""Where do trails lie? A row for an order's hour or day, sealed under the trail's key.

In the clear stand: whose, which span of receipt, between which positions, event times and sequence
numbers; few bytes of each, since a row holds but an hour. Rows are added at the end, which fills
pages, whatever positions they are of. Units: instants in µs UTC; `hour` counts hours since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.chunk_rows import (
    device_of,
    epoch_of,
    numbers_of,
    row_of,
    times_of,
)
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.app.trail.book import Chunk, KeptKey, OfHour, Pile, Span, TrailKind
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.custody.trail import codec
from fairtag.custody.trail.block import first_n, last_n
from fairtag.custody.trail.codec import Bound
from fairtag.custody.trail.entry import JournalEntry
from fairtag.custody.trail.form import Frame
from fairtag.intake.columns import Positions
from fairtag.intake.fix import MAX_AHEAD
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, SECOND, Micros
from fairtag.terms.local import Interval

# Whose chunks there are, and of which device: said once, not in each row.
chunk_owners = Table(
    "chunk_owners",
    metadata,
    Column("owner", Integer, primary_key=True),
    Column("order_id", String, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("device_id", String),
    Column("epoch", Integer),  # None: messages without a number
)
Index("chunk_owners_of_order", chunk_owners.c.order_id)
Index("chunk_owners_named", chunk_owners.c.device_id, chunk_owners.c.epoch)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Integer, nullable=False),
    Column("hour", Integer, nullable=False),  # the first of the span of receipt
    Column("is_day", Integer, nullable=False),  # a span of 24 hours, or of one
    Column("last_n", Integer, nullable=False),
    Column("entries_n", Integer, nullable=False),  # from the first position to the last
    # Of the messages' event times, in whole seconds from the hour on: rounded down, and up.
    Column("first_s", Integer, nullable=False),
    Column("last_s", Integer, nullable=False),
    Column("last_seq", Integer),
    Column("span_seq", Integer),  # from the first number to the last
    Column("sealed", LargeBinary, nullable=False),
)
# Hours are few, and found hour by hour; days are many: an order's, and what comes again in them.
Index("chunks_of_hours", chunks.c.hour, chunks.c.owner, sqlite_where=chunks.c.is_day == 0)
Index(
    "chunks_of_days",
    *(chunks.c.owner, chunks.c.hour, chunks.c.last_seq, chunks.c.span_seq),
    sqlite_where=chunks.c.is_day == 1,
)

# Up to which position entries may lie in chunks: one row.
chunk_reach = Table("chunk_reach", metadata, Column("last_n", Integer, nullable=False))

# When rulings were recorded that lie in chunks: told without opening one.
chunk_rulings = Table(
    "chunk_rulings",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("received_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_HOURS_A_DAY = 24
_Row = tuple[int, int, int, int, int, str, str, str, str | None, bytes]
_COLUMNS = (
    "c.id, c.hour, c.is_day, c.last_n, c.last_n - c.entries_n, mine.order_id, mine.wearer_id,"
    " mine.kind, mine.device_id, c.sealed"
)
# Chunks of some owners from an hour on. Which hours there are is asked step by step.
_FOUND = (
    "WITH RECURSIVE mine AS (SELECT * FROM chunk_owners WHERE {mine}),"
    " there(hour) AS (SELECT min(hour) FROM chunks WHERE is_day = 0 AND hour >= :since UNION ALL"
    " SELECT (SELECT min(hour) FROM chunks WHERE is_day = 0 AND hour > there.hour) FROM there"
    " WHERE there.hour IS NOT NULL)"
    " SELECT {columns} FROM mine CROSS JOIN chunks AS c INDEXED BY chunks_of_days"
    " WHERE c.is_day = 1 AND c.owner = mine.owner AND c.hour >= :since AND {which}"
    " UNION ALL"
    " SELECT {columns} FROM mine CROSS JOIN there CROSS JOIN chunks AS c INDEXED BY chunks_of_hours"
    " WHERE c.is_day = 0 AND c.hour = there.hour AND c.owner = mine.owner AND {which}"
)


def _found(*, mine: str, which: str, columns: str = _COLUMNS) -> str:
    return _FOUND.format(mine=mine, which=which, columns=columns)


class SqliteChunks:
    """Keeps `fairtag.app.trail.book.Chunks`; what the journal asks stands below it."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def seal(self, spans: Sequence[Span]) -> list[Chunk]:
        """Seal spans as a chunk each; stores nothing."""
        frames = [
            Frame(one.start, last_n(one.entries[-1]), device_of(one.entries)) for one in spans
        ]
        written = codec.encode(
            [(frame, one.entries) for frame, one in zip(frames, spans, strict=True)]
        )
        return [
            self._sealed(span, frame, told)
            for span, frame, told in zip(spans, frames, written, strict=True)
        ]

    def _sealed(self, span: Span, frame: Frame, told: bytes) -> Chunk:
        entries = span.entries
        first = entries[0]
        hour = span.start // HOUR
        sealed = self._vault.seal(
            told,
            wearer_id=first.wearer_id,
            kind=span.kind,
            at=span.start,
            row=_row(first.order_id, hour, span.hours, frame.last_n, frame.device_id),
        )
        first_at, last_at = times_of(entries)
        numbers = numbers_of(entries)
        return Chunk(
            order_id=first.order_id,
            wearer_id=first.wearer_id,
            kind=span.kind,
            start=span.start,
            hours=span.hours,
            first_n=first_n(first),
            last_n=frame.last_n,
            first_at=first_at,
            last_at=last_at,
            device_id=frame.device_id,
            epoch=None if numbers is None else epoch_of(entries),
            first_seq=None if numbers is None else numbers[0],
            last_seq=None if numbers is None else numbers[1],
            rulings=tuple(
                (one.n, one.received_at)
                for one in entries
                if isinstance(one, JournalEntry) and one.what == "ruling"
            ),
            sealed=sealed,
        )

    def put(self, chunks: Sequence[Chunk]) -> None:
        """Store chunks."""
        rows = [row_of(one, self._owner(one)) for one in chunks]
        self._db.executemany(
            "INSERT INTO chunks (owner, hour, is_day, last_n, entries_n, first_s, last_s, last_seq,"
            " span_seq, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        ).close()
        reach = max((one.last_n for one in chunks), default=0)
        done = self._db.execute("UPDATE chunk_reach SET last_n = max(last_n, ?)", (reach,))
        if not done.rowcount:
            self._db.execute("INSERT INTO chunk_reach VALUES (?)", (reach,)).close()
        self._db.executemany(
            "INSERT OR IGNORE INTO chunk_rulings VALUES (?, ?, ?)",
            [(one.order_id, *ruling) for one in chunks for ruling in one.rulings],
        ).close()

    def _owner(self, chunk: Chunk) -> int:
        """Find the number under which chunks of an order, a kind and a device lie."""
        told = (chunk.order_id, chunk.wearer_id, chunk.kind.value, chunk.device_id, chunk.epoch)
        found = self._db.execute(
            "SELECT owner FROM chunk_owners WHERE order_id = ? AND wearer_id = ? AND kind = ?"
            " AND device_id IS ? AND epoch IS ?",
            told,
        ).fetchone()
        if found is not None:
            return int(found[0])
        done = self._db.execute(
            "INSERT INTO chunk_owners (order_id, wearer_id, kind, device_id, epoch)"
            " VALUES (?, ?, ?, ?, ?)",
            told,
        )
        return int(done.lastrowid or 0)

    def days(self, *, before: Micros, limit: int) -> list[Pile]:
        """List orders and days of receipt, over before an instant, that lie in chunks of hours."""
        found = self._db.execute(
            "SELECT DISTINCT o.order_id, o.wearer_id, c.hour / 24 FROM (SELECT owner, hour"
            " FROM chunks WHERE is_day = 0 AND hour < ? ORDER BY hour LIMIT ?) AS c"
            " CROSS JOIN chunk_owners AS o ON o.owner = c.owner",
            (before // DAY * _HOURS_A_DAY, limit),
        )
        return [
            Pile(
                OrderId(order_id),
                WearerId(wearer_id),
                Interval(start=Micros(day * DAY), end=Micros((day + 1) * DAY)),
            )
            for order_id, wearer_id, day in found.fetchall()
        ]

    def of_day(self, pile: Pile) -> list[OfHour]:
        """Open the chunks of hours of an order and a day.

        Raises: SealBroken, TrailBroken.
        """
        first = pile.received.start // HOUR
        found = self._db.execute(
            _found(mine="order_id = :order", which="c.is_day = 0 AND c.hour < :until"),
            {"order": pile.order_id, "since": first, "until": pile.received.end // HOUR},
        ).fetchall()
        opened = codec.blocks([self._bound(row) for row in found])
        return [
            OfHour(row[0], _kind(row[7]), entries)
            for row, entries in zip(found, opened, strict=True)
        ]

    def drop(self, ids: Sequence[int]) -> int:
        """Take chunks away by their ids; tells how many were there."""
        rows = [(n,) for n in ids]
        return self._db.executemany("DELETE FROM chunks WHERE id = ?", rows).rowcount

    def keys(self) -> list[KeptKey]:
        """List which data keys protect chunks, the one with the oldest last event first."""
        found = self._db.execute(
            "SELECT o.wearer_id, o.kind, c.hour / 24, max(c.hour * 3600 + c.last_s), count(*)"
            " FROM chunks AS c CROSS JOIN chunk_owners AS o ON o.owner = c.owner"
            " GROUP BY o.wearer_id, o.kind, c.hour / 24"
        )
        kept: dict[tuple[str, TrailKind, str], tuple[int, int]] = {}
        for wearer_id, told, day, last_s, many in found.fetchall():
            kind = _kind(told)
            name = (wearer_id, kind, period_of(kind, Micros(day * DAY)))
            before = kept.get(name, (0, 0))
            kept[name] = (max(before[0], last_s * SECOND), before[1] + many)
        keys = [
            KeptKey(WearerId(wearer_id), kind, period, Micros(last_at), many)
            for (wearer_id, kind, period), (last_at, many) in kept.items()
        ]
        return sorted(keys, key=lambda one: (one.last_at, one.wearer_id))

    def remove(self, wearer_id: WearerId, kind: TrailKind, period: str) -> int:
        """Remove the chunks that one data key protects; tells how many. The key goes first."""
        found = self._db.execute(
            _found(mine=_OF_WEARER, which="1", columns="c.id, c.hour"),
            {"wearer": wearer_id, "kind": kind.value, "since": 0},
        ).fetchall()
        return self.drop([n for n, hour in found if period_of(kind, Micros(hour * HOUR)) == period])

    def reach(self) -> int:
        """Tell up to which position entries may lie in chunks; 0 when none does."""
        found = self._db.execute("SELECT max(last_n) FROM chunk_reach").fetchone()
        return int(found[0] or 0)

    def after(self, n: int, *, limit: int) -> list[JournalEntry]:
        """List the first entries beyond position `n`, at least `limit` if there are so many."""
        heads = self._db.execute(
            "SELECT last_n - entries_n, id FROM chunks WHERE last_n > ? ORDER BY 1", (n,)
        ).fetchall()
        found: list[JournalEntry] = []
        for at in range(0, len(heads), _AT_ONCE):
            # What comes later begins beyond what is there already.
            first_n = heads[at][0]
            if len(found) >= limit and sum(one.n < first_n for one in found) >= limit:
                break
            some = [number for _, number in heads[at : at + _AT_ONCE]]
            found += [one for one in self._of_ids(some) if one.n > n]
        return sorted(found, key=lambda one: one.n)

    def _of_ids(self, ids: Sequence[int]) -> list[JournalEntry]:
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM chunks AS c CROSS JOIN chunk_owners AS mine"  # noqa: S608
            f" ON mine.owner = c.owner WHERE c.id IN ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
        return self._entries(rows)

    def past(self, order_id: OrderId, during: Interval) -> list[JournalEntry]:
        """Open the chunks of an order that may hold messages of a span of event time."""
        return self._entries(self._during(order_id, during))

    def places(self, order_id: OrderId, during: Interval) -> list[Positions]:
        """Open the same as columns."""
        rows = self._during(order_id, during)
        return codec.positions([self._bound(row) for row in rows])

    def _during(self, order_id: OrderId, during: Interval) -> list[_Row]:
        # Nothing is received before it happened, but for a clock that is a little ahead.
        told = {
            "order": order_id,
            "since": (during.start - MAX_AHEAD) // HOUR - _HOURS_A_DAY,
            "start": during.start // SECOND,
            "end": -(-during.end // SECOND),
        }
        found: list[_Row] = self._db.execute(_DURING, told).fetchall()
        return sorted(found, key=lambda row: row[4])

    def numbered(
        self, device_id: DeviceId | None, epoch: int, first: int, last: int
    ) -> Iterator[JournalEntry]:
        """Open what may hold these numbers of a device; what has no key any more says nothing."""
        found = self._db.execute(
            _found(
                mine="device_id = :device AND epoch = :epoch",
                which="c.last_seq >= :first AND c.last_seq - c.span_seq <= :last",
            ),
            {"device": device_id, "epoch": epoch, "first": first, "last": last, "since": 0},
        ).fetchall()
        for row in sorted(found, key=lambda row: row[3]):
            try:
                yield from self._entries([row])
            except SealBroken:
                # Its key was destroyed on its date: a device that says it again says it anew.
                continue

    def last_ruling(self, order_id: OrderId, upto: int) -> tuple[int, int]:
        """Tell position and time of the newest ruling in any chunk; negative without one."""
        found = self._db.execute(
            "SELECT n, received_at FROM chunk_rulings WHERE order_id = ? AND n <= ?"
            " ORDER BY n DESC LIMIT 1",
            (order_id, upto),
        ).fetchone()
        return (-1, -1) if found is None else (int(found[0]), int(found[1]))

    def _entries(self, rows: Sequence[_Row]) -> list[JournalEntry]:
        opened = codec.decode([self._bound(row) for row in rows])
        return [entry for entries in opened for entry in entries]

    def _bound(self, row: _Row) -> Bound:
        _, hour, is_day, last_n, _, order_id, wearer_id, kind, device_id, sealed = row
        start = Micros(hour * HOUR)
        device = None if device_id is None else DeviceId(device_id)
        told = self._vault.unseal(
            sealed,
            wearer_id=WearerId(wearer_id),
            kind=RecordKind(kind),
            at=start,
            row=_row(order_id, hour, _HOURS_A_DAY if is_day else 1, last_n, device),
        )
        return Bound(OrderId(order_id), WearerId(wearer_id), Frame(start, last_n, device), told)


_AT_ONCE = 100  # chunks that are opened together
_DURING = _found(
    mine="order_id = :order",
    which="c.hour * 3600 + c.last_s >= :start AND c.hour * 3600 + c.first_s <= :end",
)
_OF_WEARER = (
    "order_id IN (SELECT order_id FROM order_versions WHERE wearer_id = :wearer)"
    " AND wearer_id = :wearer AND kind = :kind"
)


def _kind(told: str) -> TrailKind:
    return RecordKind.PASSING if told == RecordKind.PASSING else RecordKind.TRAIL


def _row(order_id: str, hour: int, hours: int, last_n: int, device_id: str | None) -> str:
    """Name a row: what stands in the clear beside the seal is bound to it."""
    return f"chunk/{order_id}/{hour}/{hours}/{last_n}/{device_id or ''}"
