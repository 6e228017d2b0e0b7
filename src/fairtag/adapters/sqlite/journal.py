"""What was the judge ever told, in order of arrival? Sealed at once, a row a request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import Appended, JournalEntry, Vault
from fairtag.custody.kinds import RecordKind
from fairtag.intake.messages import Message, content_of, naming_of
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros

journal = Table(
    "journal",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("what", String, nullable=False),
    Column("order_id", String, nullable=False),
    Column("wearer_id", String, nullable=False),
    Column("device_id", String),
    Column("received_at", Integer, nullable=False),
    Column("last_at", Integer, nullable=False),  # of the messages' event times the latest
    Column("epoch", Integer),  # None: messages without a number
    Column("first_seq", Integer),
    Column("last_seq", Integer),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
Index("journal_named", journal.c.device_id, journal.c.epoch, journal.c.last_seq)
Index("journal_past", journal.c.order_id, journal.c.last_at)

# Messages without a number go by a keyed hash of their content: it tells nothing without the key.
named = Table(
    "named",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

# Which sequence numbers of a device are safely here, as inclusive ranges.
held = Table(
    "held",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_COLUMNS = "n, what, order_id, wearer_id, device_id, received_at, sealed"
_Row = tuple[int, Literal["messages", "tick", "ruling"], str, str, str | None, int, bytes]
_MESSAGES: msgspec.msgpack.Decoder[tuple[Message, ...]] = msgspec.msgpack.Decoder(
    tuple[Message, ...]
)


class SqliteJournal:
    """Keeps `fairtag.app.ports.Journal`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def append(self, entry: JournalEntry) -> Appended:
        """Store what of an entry is not known yet."""
        if not entry.messages:
            self._insert(entry)
            return Appended(stored=1)
        fresh, conflicts = self._sifted(entry)
        if fresh:
            self._insert(msgspec.structs.replace(entry, messages=tuple(fresh)))
        known = len(entry.messages) - len(fresh) - len(conflicts)
        return Appended(stored=len(fresh), duplicates=known, conflicts=tuple(conflicts))

    def hold(self, device_id: DeviceId, epoch: int, first: int, last: int) -> None:
        """Remember that these numbers are safely here, so that the device may free them."""
        key = (device_id, epoch)
        # Mostly numbers follow the last ones, and one statement does.
        follows = self._db.execute(
            "UPDATE held SET last = ? WHERE device_id = ? AND epoch = ? AND last = ?"
            " AND NOT EXISTS (SELECT 1 FROM held AS later WHERE later.device_id = held.device_id"
            " AND later.epoch = held.epoch AND later.first > held.last)",
            (last, *key, first - 1),
        )
        if follows.rowcount:
            return
        near = self._db.execute(
            "SELECT first, last FROM held WHERE device_id = ? AND epoch = ? AND first <= ?"
            " AND last >= ? ORDER BY first",
            (*key, last + 1, first - 1),
        ).fetchall()
        if len(near) == 1 and near[0][0] <= first and last <= near[0][1]:
            return
        first = min([first, *(row[0] for row in near)])
        last = max([last, *(row[1] for row in near)])
        for row in near:
            self._db.execute(
                "DELETE FROM held WHERE device_id = ? AND epoch = ? AND first = ?", (*key, row[0])
            ).close()
        self._db.execute("INSERT INTO held VALUES (?, ?, ?, ?)", (*key, first, last)).close()

    def upto(self, device_id: DeviceId, epoch: int) -> tuple[int, list[tuple[int, int]]]:
        """Tell the highest number that is safely here and the inclusive gaps below it.

        Numbers start at 0 or 1: what lies below the first one that came is a gap, too, since a
        device frees everything else.
        """
        rows = self._db.execute(
            "SELECT first, last FROM held WHERE device_id = ? AND epoch = ? ORDER BY first",
            (device_id, epoch),
        ).fetchall()
        gaps: list[tuple[int, int]] = []
        before = -1
        for first, last in rows:
            if first > before + 1 and not (before == -1 and first == 1):
                gaps.append((before + 1, first - 1))
            before = last
        return before, gaps

    def next_epoch(self, device_id: DeviceId) -> int:
        """Tell from which epoch on a device that was set up anew may count from the start."""
        found = self._db.execute(
            "SELECT coalesce(max(epoch) + 1, 0) FROM held WHERE device_id = ?", (device_id,)
        ).fetchone()
        return int(found[0])

    def after(self, n: int, *, limit: int) -> list[JournalEntry]:
        """List entries beyond position `n`."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE n > ? ORDER BY n LIMIT ?",  # noqa: S608
            (n, limit),
        )
        return [self._entry(row) for row in found.fetchall()]

    def last_ruling(self, order_id: OrderId, *, upto: int) -> Micros | None:
        """Tell when the newest ruling at or before a position was recorded."""
        found = self._db.execute(
            "SELECT received_at FROM journal WHERE order_id = ? AND what = 'ruling' AND n <= ?"
            " ORDER BY n DESC LIMIT 1",
            (order_id, upto),
        ).fetchone()
        return None if found is None else Micros(found[0])

    def last(self) -> int:
        """Tell the highest position."""
        found = self._db.execute("SELECT coalesce(max(n), 0) FROM journal").fetchone()
        return int(found[0])

    def waiting_since(self, upto: int) -> Micros | None:
        """Tell when the oldest entry beyond a position came."""
        found = self._db.execute(
            "SELECT received_at FROM journal WHERE n > ? ORDER BY n LIMIT 1", (upto,)
        ).fetchone()
        return None if found is None else Micros(found[0])

    def past(self, order_id: OrderId, *, since: Micros, upto: int) -> list[Message]:
        """List an order's messages with `at` >= `since` and position <= `upto`, by arrival."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE order_id = ? AND last_at >= ? AND n <= ?"  # noqa: S608
            " AND what = 'messages' ORDER BY n",
            (order_id, since, upto),
        )
        entries = (self._entry(row) for row in found.fetchall())
        return [one for entry in entries for one in entry.messages if one.at >= since]

    def _insert(self, entry: JournalEntry) -> None:
        # The position is part of what the seal is bound to: a moved row does not open.
        n = self._next()
        sealed = self._vault.seal(
            msgspec.msgpack.encode(entry.messages),
            wearer_id=entry.wearer_id,
            kind=RecordKind.JOURNAL,
            at=entry.received_at,
            row=f"journal/{n}",
        )
        numbers = [one.seq for one in entry.messages if one.seq is not None]
        row = (
            n,
            entry.what,
            entry.order_id,
            entry.wearer_id,
            entry.device_id,
            entry.received_at,
            max((one.at for one in entry.messages), default=entry.received_at),
            entry.messages[0].epoch if numbers else None,
            min(numbers, default=None),
            max(numbers, default=None),
            sealed,
        )
        self._db.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
        ).close()

    def _next(self) -> int:
        found = self._db.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
        ).fetchone()
        return 1 if found is None else int(found[0]) + 1

    def _sifted(self, entry: JournalEntry) -> tuple[list[Message], list[Message]]:
        """Tell what is new and what contradicts a message of the same name."""
        if entry.messages[0].seq is None:
            return [one for one in entry.messages if self._is_first(entry, one)], []
        known = self._known(entry)
        fresh: list[Message] = []
        conflicts: list[Message] = []
        for one in entry.messages:
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

    def _known(self, entry: JournalEntry) -> dict[int | None, Message]:
        """Find stored messages of the same numbers; mostly there are none, and one look tells."""
        numbers = [one.seq for one in entry.messages if one.seq is not None]
        key = (entry.device_id, entry.messages[0].epoch)
        span = (max(numbers), min(numbers))
        touched = self._db.execute(
            "SELECT 1 FROM held WHERE device_id = ? AND epoch = ? AND first <= ? AND last >= ?"
            " LIMIT 1",
            (*key, *span),
        ).fetchone()
        if touched is None:
            return {}
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE device_id = ? AND epoch = ?"  # noqa: S608
            " AND first_seq <= ? AND last_seq >= ? ORDER BY n",
            (*key, *span),
        )
        return {one.seq: one for one in _messages(map(self._entry, found.fetchall()))}

    def _entry(self, row: _Row) -> JournalEntry:
        n, what, order_id, wearer_id, device_id, received_at, sealed = row
        told = self._vault.unseal(
            sealed,
            wearer_id=WearerId(wearer_id),
            kind=RecordKind.JOURNAL,
            at=Micros(received_at),
            row=f"journal/{n}",
        )
        return JournalEntry(
            n=n,
            what=what,
            order_id=OrderId(order_id),
            wearer_id=WearerId(wearer_id),
            device_id=None if device_id is None else DeviceId(device_id),
            received_at=Micros(received_at),
            messages=_MESSAGES.decode(told),
        )


def _messages(entries: Iterable[JournalEntry]) -> Iterable[Message]:
    return (one for entry in entries for one in entry.messages)
