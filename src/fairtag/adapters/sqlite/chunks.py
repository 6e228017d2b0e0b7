"""Where do trails lie? A row for an order's hour or day, sealed under the trail's key.

In the clear stand: whose, which span of receipt, between which positions, event times and sequence
numbers. Units: instants in µs UTC; `hour` counts hours since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Vault
from fairtag.app.trail.book import Chunk, KeptKey, OfHour, Pile, TrailKind
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.custody.trail import codec
from fairtag.custody.trail.entry import JournalEntry
from fairtag.intake.columns import Positions
from fairtag.intake.fix import MAX_AHEAD
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, SECOND, Micros
from fairtag.terms.local import Interval

chunks = Table(
    "chunks",
    metadata,
    # Each entry is in one chunk: the position of its last one is a name of its own.
    Column("last_n", Integer, primary_key=True),
    Column("first_n", Integer, nullable=False),
    Column("order_id", String, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("device_id", String),
    Column("epoch", Integer),  # None: messages without a number
    Column("first_seq", Integer),
    Column("last_seq", Integer),
    Column("hour", Integer, nullable=False),  # the first of the span of receipt
    Column("hours", Integer, nullable=False),  # 1 or 24
    # Of the messages' event times, in whole seconds: rounded down, and up.
    Column("first_s", Integer, nullable=False),
    Column("last_s", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("chunks_past", chunks.c.order_id, chunks.c.hour)
# What comes again is found, and what contradicts it.
Index(
    "chunks_named",
    chunks.c.device_id,
    chunks.c.epoch,
    chunks.c.last_seq,
    sqlite_where=chunks.c.last_seq.is_not(None),
)
Index("chunks_of_hours", chunks.c.hour, sqlite_where=chunks.c.hours == 1)

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
_COLUMNS = "last_n, order_id, wearer_id, kind, hour, hours, sealed"
_Row = tuple[int, str, str, str, int, int, bytes]


class SqliteChunks:
    """Keeps `fairtag.app.trail.book.Chunks`; what the journal asks stands below it."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def seal(
        self, entries: Sequence[JournalEntry], *, kind: TrailKind, start: Micros, hours: int
    ) -> Chunk:
        """Seal entries of one order as a chunk; stores nothing."""
        first, last_n = entries[0], entries[-1].n
        sealed = self._vault.seal(
            codec.encode(entries),
            wearer_id=first.wearer_id,
            kind=kind,
            at=start,
            row=_row(first.order_id, start // HOUR, hours, last_n),
        )
        times = [one.at for entry in entries for one in entry.messages]
        received = [one.received_at for one in entries]
        said = next((one for one in entries if one.messages), None)
        numbers = [one.seq for entry in entries for one in entry.messages if one.seq is not None]
        return Chunk(
            order_id=first.order_id,
            wearer_id=first.wearer_id,
            kind=kind,
            start=start,
            hours=hours,
            first_n=first.n,
            last_n=last_n,
            first_at=min(times or received),
            last_at=max(times or received),
            device_id=said.device_id if said else None,
            epoch=said.messages[0].epoch if said and numbers else None,
            first_seq=min(numbers, default=None),
            last_seq=max(numbers, default=None),
            rulings=tuple((one.n, one.received_at) for one in entries if one.what == "ruling"),
            sealed=sealed,
        )

    def put(self, chunk: Chunk) -> None:
        """Store a chunk."""
        row = (
            chunk.last_n,
            chunk.first_n,
            chunk.order_id,
            chunk.wearer_id,
            chunk.kind.value,
            chunk.device_id,
            chunk.epoch,
            chunk.first_seq,
            chunk.last_seq,
            chunk.start // HOUR,
            chunk.hours,
            chunk.first_at // SECOND,
            -(-chunk.last_at // SECOND),
            chunk.sealed,
        )
        places = ", ".join("?" * len(row))
        self._db.execute(f"INSERT INTO chunks VALUES ({places})", row).close()  # noqa: S608
        self._db.executemany(
            "INSERT OR IGNORE INTO chunk_rulings VALUES (?, ?, ?)",
            [(chunk.order_id, *one) for one in chunk.rulings],
        ).close()

    def days(self, *, before: Micros, limit: int) -> list[Pile]:
        """List orders and days of receipt, over before an instant, that lie in chunks of hours."""
        found = self._db.execute(
            "SELECT DISTINCT order_id, wearer_id, hour / 24 FROM (SELECT order_id, wearer_id, hour"
            " FROM chunks WHERE hours = 1 AND hour < ? ORDER BY hour LIMIT ?)",
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
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM chunks WHERE order_id = ? AND hours = 1"  # noqa: S608
            " AND hour >= ? AND hour < ?",
            (pile.order_id, pile.received.start // HOUR, pile.received.end // HOUR),
        )
        return [OfHour(row[0], _kind(row[3]), self._entries(row)) for row in found.fetchall()]

    def drop(self, numbers: Sequence[int]) -> int:
        """Take chunks away by their last positions; tells how many were there."""
        rows = [(n,) for n in numbers]
        return self._db.executemany("DELETE FROM chunks WHERE last_n = ?", rows).rowcount

    def keys(self) -> list[KeptKey]:
        """List which data keys protect chunks, the one with the oldest last event first."""
        found = self._db.execute(
            "SELECT wearer_id, kind, hour / 24, max(last_s), count(*) FROM chunks"
            " GROUP BY wearer_id, kind, hour / 24"
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
        days = [
            day
            for (day,) in self._db.execute(
                f"SELECT DISTINCT hour / 24 FROM chunks WHERE {_OF_WEARER}",  # noqa: S608
                (wearer_id, kind.value),
            ).fetchall()
            if period_of(kind, Micros(day * DAY)) == period
        ]
        return sum(
            self._db.execute(
                f"DELETE FROM chunks WHERE {_OF_WEARER} AND hour / 24 = ?3",  # noqa: S608
                (wearer_id, kind.value, day),
            ).rowcount
            for day in days
        )

    def last(self) -> int:
        """Tell the highest position in a chunk; 0 when there is none."""
        found = self._db.execute("SELECT coalesce(max(last_n), 0) FROM chunks").fetchone()
        return int(found[0])

    def after(self, n: int, *, limit: int) -> list[JournalEntry]:
        """List the first entries beyond position `n`, at least `limit` if there are so many."""
        heads = self._db.execute(
            "SELECT first_n, last_n FROM chunks WHERE last_n > ? ORDER BY first_n", (n,)
        ).fetchall()
        found: list[JournalEntry] = []
        for first_n, last_n in heads:
            # What comes later begins beyond what is there already.
            if len(found) >= limit and sum(one.n < first_n for one in found) >= limit:
                break
            found += [one for one in self._opened("last_n = ?", last_n) if one.n > n]
        return sorted(found, key=lambda one: one.n)

    def past(self, order_id: OrderId, during: Interval) -> Iterator[JournalEntry]:
        """Open the chunks of an order that may hold messages of a span of event time."""
        return self._opened(_DURING, *_during(order_id, during))

    def places(self, order_id: OrderId, during: Interval) -> list[Positions]:
        """Open the same as columns."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM chunks WHERE {_DURING}",  # noqa: S608
            _during(order_id, during),
        )
        return [one for row in found.fetchall() for one in codec.positions(self._unsealed(row))]

    def numbered(
        self, device_id: DeviceId | None, epoch: int, first: int, last: int
    ) -> Iterator[JournalEntry]:
        """Open what may hold these numbers of a device; what has no key any more says nothing."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM chunks WHERE device_id = ? AND epoch = ?"  # noqa: S608
            " AND last_seq >= ? AND first_seq <= ? ORDER BY last_n",
            (device_id, epoch, first, last),
        )
        for row in found.fetchall():
            try:
                yield from self._entries(row)
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

    def _opened(self, where: str, *told: object) -> Iterator[JournalEntry]:
        found = self._db.execute(f"SELECT {_COLUMNS} FROM chunks WHERE {where}", told)  # noqa: S608
        for row in found.fetchall():
            yield from self._entries(row)

    def _entries(self, row: _Row) -> list[JournalEntry]:
        return codec.decode(
            self._unsealed(row), order_id=OrderId(row[1]), wearer_id=WearerId(row[2])
        )

    def _unsealed(self, row: _Row) -> bytes:
        last_n, order_id, wearer_id, kind, hour, hours, sealed = row
        return self._vault.unseal(
            sealed,
            wearer_id=WearerId(wearer_id),
            kind=RecordKind(kind),
            at=Micros(hour * HOUR),
            row=_row(order_id, hour, hours, last_n),
        )


# Nothing is received before it happened, but for a device's clock that is a little ahead.
_DURING = "order_id = ? AND hour >= ? AND last_s >= ? AND first_s <= ? ORDER BY first_n"
_OF_WEARER = (
    "order_id IN (SELECT order_id FROM order_versions WHERE wearer_id = ?1)"
    " AND wearer_id = ?1 AND kind = ?2"
)


def _during(order_id: OrderId, during: Interval) -> tuple[object, ...]:
    first = (during.start - MAX_AHEAD) // HOUR - _HOURS_A_DAY
    return (order_id, first, during.start // SECOND, -(-during.end // SECOND))


def _kind(told: str) -> TrailKind:
    return RecordKind.PASSING if told == RecordKind.PASSING else RecordKind.TRAIL


def _row(order_id: str, hour: int, hours: int, last_n: int) -> str:
    """Name a row: what stands in the clear beside the seal is bound to it."""
    return f"chunk/{order_id}/{hour}/{hours}/{last_n}"
