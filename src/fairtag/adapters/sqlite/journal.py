"""What was the judge ever told, in order of arrival? Sealed at once, a row a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from fairtag.adapters.sqlite.chunks import SqliteChunks
from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.taking import tables  # noqa: F401 - what is asked here is defined there
from fairtag.adapters.sqlite.taking.held import Held
from fairtag.adapters.sqlite.taking.memory import Memory
from fairtag.adapters.sqlite.taking.rows_of import RowsOf
from fairtag.adapters.sqlite.taking.statements import write as write_rows
from fairtag.app.ports import Appended, JournalEntry, Vault
from fairtag.app.trail.book import Pile
from fairtag.custody.kinds import RecordKind, period_of
from fairtag.custody.stack import Row
from fairtag.custody.trail.block import Said
from fairtag.custody.trail.row import read_many, write
from fairtag.intake.columns import Positions, runs
from fairtag.intake.messages import Message, Position, content_of, naming_of
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, LATEST, Micros, parse
from fairtag.terms.local import Interval

_LOOK = 2_000  # rows that are looked at at once for what is over
_ALL = 2**63 - 1  # beyond every position
_NEVER = Micros(-(2**63))  # before every instant
_ORDER_ID, _RECEIVED_AT = 2, 5  # places in a row
_AMONG = "n IN (SELECT value FROM json_each(?))"
_COLUMNS = "n, what, order_id, wearer_id, device_id, received_at, sealed"
_Row = tuple[int, Literal["messages", "tick", "ruling"], str, str, DeviceId | None, int, bytes]


class SqliteJournal(Held):
    """Keeps `fairtag.app.ports.Journal`."""

    def __init__(self, connection: Connection, vault: Vault, memory: Memory | None = None) -> None:
        """`memory` holds what was committed last, where somebody keeps it."""
        self._db = driver(connection)
        self._vault = vault
        self._memory = memory or Memory.of(vault)
        self._rows_of = RowsOf(self._db, self._memory.recent)
        self._chunks = SqliteChunks(connection, vault)
        self.renumbered: set[DeviceId] = set()  # whose held numbers changed; whoever knows clears

    def append(self, entry: JournalEntry) -> Appended:
        """Store what of an entry is not known yet."""
        if not entry.count:
            self._insert(entry)
            return Appended(stored=1)
        fresh, conflicts = self._sifted(entry)
        if len(fresh) == entry.count:
            self._insert(entry)
        elif fresh:
            self._insert(msgspec.structs.replace(entry, told=tuple(fresh), columns=None))
        known = entry.count - len(fresh) - len(conflicts)
        return Appended(stored=len(fresh), duplicates=known, conflicts=tuple(conflicts))

    def after(self, n: int, *, limit: int) -> list[JournalEntry]:
        """List entries beyond position `n`."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608
            (n, limit),
        )
        rows = [self._entry(row) for row in found.fetchall()]
        if self._chunks.reach() <= n:
            return rows
        return sorted([*self._chunks.after(n, limit=limit), *rows], key=_place)[:limit]

    def rows_after(self, n: int, *, limit: int, from_memory: bool = True) -> list[Row]:
        """List the same opened and not read; fewer than there are, but some when there are any."""
        if from_memory and (fresh := self._memory.fresh.after(n, limit=limit)):
            return fresh
        if self._chunks.reach() > n:
            return [_row_of(one) for one in self.after(n, limit=limit)]
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608
            (n, limit),
        )
        return self._rows(found.fetchall())

    def last_ruling(self, order_id: OrderId, *, upto: int) -> Micros | None:
        """Tell when the newest ruling at or before a position was recorded."""
        found = self._db.execute(
            f"SELECT n, received_at FROM journal WHERE {_AMONG} AND what = 'ruling' AND n <= ?"  # noqa: S608
            " ORDER BY n DESC LIMIT 1",
            (self._numbers(order_id), upto),
        ).fetchone()
        newest = max((-1, -1) if found is None else found, self._chunks.last_ruling(order_id, upto))
        return None if newest[0] < 0 else Micros(newest[1])

    def rulings_told(self, order_id: OrderId) -> list[Micros]:
        """List when the judge was told to read an order anew, oldest first."""
        found = self._db.execute(
            f"SELECT n, received_at FROM journal WHERE {_AMONG} AND what = 'ruling'"  # noqa: S608
            " UNION SELECT n, received_at FROM chunk_rulings WHERE order_id = ? ORDER BY n",
            (self._numbers(order_id), order_id),
        )
        return [Micros(row[1]) for row in found.fetchall()]

    def last(self) -> int:
        """Tell the highest position that was ever given."""
        return self._next() - 1

    def waiting_since(self, upto: int) -> Micros | None:
        """Tell when the oldest entry beyond a position came."""
        found = self._db.execute(
            "SELECT received_at FROM journal WHERE n > ? ORDER BY n LIMIT 1", (upto,)
        ).fetchone()
        return None if found is None else Micros(found[0])

    def past(self, order_id: OrderId, *, since: Micros, upto: int) -> list[Message]:
        """List an order's messages with `at` >= `since` and position <= `upto`, by arrival."""
        entries = self._entries(order_id, Interval(start=since, end=LATEST), upto=upto)
        return [
            one for entry in entries if entry.n <= upto for one in entry.messages if one.at >= since
        ]

    def told(self, order_id: OrderId, during: Interval) -> list[Message]:
        """List an order's messages of a span of event time, by arrival."""
        entries = self._entries(order_id, during)
        return [one for one in _messages(entries) if during.holds(one.at)]

    def places(self, order_id: OrderId, during: Interval) -> list[Positions]:
        """List an order's positions of a span of event time, as columns, device by device."""
        rows = (self._entry(row) for row in self._rows_since(order_id, during.start))
        found = [*self._chunks.places(order_id, during), *_columns(rows)]
        cut = (one.where((one.at >= during.start) & (one.at < during.end)) for one in found)
        return [one for one in cut if len(one)]

    def piles(self, *, after: int, upto: int, before: Micros) -> tuple[list[Pile], int]:
        """List orders and hours of receipt that are over before an instant and lie in rows."""
        found = self._db.execute(
            "SELECT n, order_id, wearer_id, received_at FROM journal WHERE n > ? AND n <= ?"
            " ORDER BY n LIMIT ?",
            (after, upto, _LOOK),
        ).fetchall()
        piles = {
            (order_id, received_at // HOUR): wearer_id
            for _, order_id, wearer_id, received_at in found
            if (received_at // HOUR + 1) * HOUR <= before
        }
        return [
            Pile(
                OrderId(order_id),
                WearerId(wearer_id),
                Interval(start=Micros(hour * HOUR), end=Micros((hour + 1) * HOUR)),
            )
            for (order_id, hour), wearer_id in piles.items()
        ], found[-1][0] if found else after

    def of_pile(self, pile: Pile) -> list[Said]:
        """Open the rows of an order and a span of receipt, by arrival."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE {_AMONG} AND received_at >= ?"  # noqa: S608
            " AND received_at < ? ORDER BY n",
            (self._numbers(pile.order_id), pile.received.start, pile.received.end),
        )
        return read_many([(one.silent(), one.plain) for one in self._rows(found.fetchall())])

    def waits(self, pile: Pile) -> bool:
        """Tell whether a row of an order and a span of receipt is there."""
        found = self._db.execute(
            f"SELECT 1 FROM journal WHERE {_AMONG} AND received_at >= ? AND received_at < ?"  # noqa: S608
            " LIMIT 1",
            (self._numbers(pile.order_id), pile.received.start, pile.received.end),
        )
        return found.fetchone() is not None

    def drop(self, numbers: Sequence[int]) -> int:
        """Take rows away by their positions; tells how many were there."""
        rows = [(n,) for n in numbers]
        return self._db.executemany("DELETE FROM journal WHERE n = ?", rows).rowcount

    def days(self) -> list[str]:
        """List the days of receipt whose key may still be there."""
        found = self._db.execute("SELECT day FROM journal_days ORDER BY day")
        return [str(row[0]) for row in found.fetchall()]

    def holds(self, day: str, *, after: int = 0) -> bool:
        """Tell whether a row of this day is there beyond a position."""
        start = parse(f"{day}T00:00:00Z")
        found = self._db.execute(
            "SELECT 1 FROM journal WHERE n > ? AND received_at >= ? AND received_at < ? LIMIT 1",
            (after, start, start + DAY),
        )
        return found.fetchone() is not None

    def end_day(self, day: str) -> None:
        """Destroy the key of a day and forget the day."""
        self._vault.end_journal(day)
        self._db.execute("DELETE FROM journal_days WHERE day = ?", (day,)).close()

    def _entries(
        self, order_id: OrderId, during: Interval, *, upto: int = _ALL
    ) -> list[JournalEntry]:
        """Open what may hold messages of a span of event time, by arrival, wherever it lies.

        Rows beyond `upto` stay shut: a judge that is behind would open its whole backlog.
        """
        found = self._rows_since(order_id, during.start)
        rows = (self._entry(row) for row in found if row[0] <= upto)
        return sorted([*self._chunks.past(order_id, during), *rows], key=_place)

    def _rows_since(self, order_id: OrderId, since: Micros) -> list[_Row]:
        return self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE {_AMONG} AND last_at >= ?"  # noqa: S608
            " AND what = 'messages' ORDER BY n",
            (self._numbers(order_id, since), since),
        ).fetchall()

    def _numbers(self, order_id: OrderId, since: Micros = _NEVER) -> str:
        return self._rows_of.numbers(order_id, since=since)

    def _insert(self, entry: JournalEntry) -> None:
        # The position is part of what the seal is bound to: a moved row does not open.
        n = self._next()
        messages = entry.messages
        sealed = self._vault.seal(
            write(entry),
            wearer_id=entry.wearer_id,
            kind=RecordKind.JOURNAL,
            at=entry.received_at,
            row=f"journal/{n}",
        )
        numbers = [one.seq for one in messages if one.seq is not None]
        row = (
            n,
            entry.what,
            entry.order_id,
            entry.wearer_id,
            entry.device_id,
            entry.received_at,
            max((one.at for one in messages), default=entry.received_at),
            entry.epoch if numbers else None,
            min(numbers, default=None),
            max(numbers, default=None),
            sealed,
        )
        self.insert_sealed([row])

    def insert_sealed(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Store rows of this table, sealed and numbered already, of one day of receipt."""
        write_rows(self._db, "INSERT INTO journal VALUES {}".format, rows)
        self._rows_of.add(rows[0][0], [row[_ORDER_ID] for row in rows])
        day = period_of(RecordKind.JOURNAL, Micros(rows[0][_RECEIVED_AT]))
        self._db.execute("INSERT OR IGNORE INTO journal_days VALUES (?)", (day,)).close()

    def committed(self) -> None:
        """Leave to readers what is durable now."""
        self._rows_of.committed()

    def forget(self) -> None:
        """Know nothing of what was undone."""
        self._rows_of.forget()

    def _next(self) -> int:
        found = self._db.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
        ).fetchone()
        return 1 if found is None else int(found[0]) + 1

    def _sifted(self, entry: JournalEntry) -> tuple[list[Message], list[Message]]:
        """Tell what is new and what contradicts a message of the same name."""
        messages = entry.messages
        if messages[0].seq is None:
            return [one for one in messages if self._is_first(entry, one)], []
        known = self._known(entry, messages)
        fresh: list[Message] = []
        conflicts: list[Message] = []
        for one in messages:
            before = known.setdefault(one.seq, one)
            if before is one:
                fresh.append(one)
            elif content_of(before) != content_of(one):
                conflicts.append(one)
        return fresh, conflicts

    def _is_first(self, entry: JournalEntry, message: Message) -> bool:
        name = self._vault.name(naming_of(message), wearer_id=entry.wearer_id)
        done = self._db.execute("INSERT OR IGNORE INTO named VALUES (?)", (name,))
        return done.rowcount > 0

    def _known(self, entry: JournalEntry, messages: Sequence[Message]) -> dict[int | None, Message]:
        """Find stored messages of the same numbers; mostly there are none, and one look tells."""
        numbers = [one.seq for one in messages if one.seq is not None]
        here = self.among(entry.device_id, entry.epoch, numbers)
        if not here:
            return {}
        span = (max(numbers), min(numbers))
        older = self._chunks.numbered(entry.device_id, entry.epoch, first=span[1], last=span[0])
        # A message that comes again mostly says the same instant, so few rows can hold it.
        rows = self._numbered(entry, span, since=min(one.at for one in messages))
        known = {one.seq: one for one in _messages(chain(older, rows))}
        if not here <= known.keys():
            known |= {one.seq: one for one in _messages(self._numbered(entry, span, since=_NEVER))}
        return known

    def _numbered(
        self, entry: JournalEntry, span: tuple[int, int], *, since: Micros
    ) -> list[JournalEntry]:
        """Open rows that may hold numbers of an entry's device: of that order, and of others that
        the device serves.
        """
        serves = self._db.execute(
            "SELECT order_id FROM activations WHERE device_id = ?", (entry.device_id,)
        ).fetchall()
        found = list[_Row]()
        for order_id in {entry.order_id, *(row[0] for row in serves)}:
            found += self._db.execute(
                f"SELECT {_COLUMNS} FROM journal WHERE {_AMONG} AND last_at >= ?"  # noqa: S608
                " AND device_id = ? AND epoch = ? AND first_seq <= ? AND last_seq >= ?",
                (self._numbers(order_id, since), since, entry.device_id, entry.epoch, *span),
            ).fetchall()
        return [self._entry(row) for row in sorted(found, key=itemgetter(0))]

    def _entry(self, row: _Row) -> JournalEntry:
        return self._rows([row])[0].entry()

    def _rows(self, rows: Sequence[_Row]) -> list[Row]:
        """Open rows, those that were received in the same hour at once."""
        opened: list[bytes] = []
        for hour, some in groupby(rows, _hour_of):
            told = [(WearerId(row[3]), f"journal/{row[0]}", row[6]) for row in some]
            at = Micros(hour * HOUR)
            opened += self._vault.unseal_many(told, kind=RecordKind.JOURNAL, at=at)
        return [
            Row(n, what, OrderId(order_id), WearerId(wearer_id), device_id, Micros(at), plain)
            for (n, what, order_id, wearer_id, device_id, at, _), plain in zip(
                rows, opened, strict=True
            )
        ]


def _hour_of(row: _Row) -> int:
    return row[5] // HOUR


def _row_of(one: JournalEntry) -> Row:
    """Give an entry that was read as one that was not."""
    whose = (one.order_id, one.wearer_id, one.device_id)
    return Row(one.n, one.what, *whose, one.received_at, write(one))


def _place(entry: JournalEntry) -> int:
    return entry.n


def _columns(entries: Iterable[JournalEntry]) -> list[Positions]:
    """Put what entries say of places side by side, as far as device and epoch stay."""
    found: list[Positions] = []
    told: list[Position] = []
    for entry in entries:
        if entry.columns is None:
            told += (one for one in entry.told if isinstance(one, Position))
        else:
            found += [*_side_by_side(told), entry.columns]
            told = []
    return [*found, *_side_by_side(told)]


def _side_by_side(told: Iterable[Position]) -> list[Positions]:
    return [one for one in runs(told) if isinstance(one, Positions)]


def _messages(entries: Iterable[JournalEntry]) -> Iterable[Message]:
    return (one for entry in entries for one in entry.messages)
