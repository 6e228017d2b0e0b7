"""What was the judge ever told, in order of arrival? Sealed from the first line."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, String, Table

from fairtag.adapters.sqlite.engine import driver
from fairtag.adapters.sqlite.schema import metadata
from fairtag.app.ports import JournalEntry, Vault
from fairtag.custody.kinds import RecordKind
from fairtag.intake.messages import Message
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
    Column("at", Integer, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("event_ref", String),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
Index("journal_once", journal.c.device_id, journal.c.event_ref, unique=True)
Index("journal_past", journal.c.order_id, journal.c.at)

# Which sequence numbers of a device are safely here, as inclusive ranges.
held = Table(
    "held",
    metadata,
    Column("device_id", String, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

_COLUMNS = "n, what, order_id, wearer_id, device_id, at, received_at, event_ref, sealed"
_Row = tuple[
    int, Literal["message", "tick", "ruling"], str, str, str | None, int, int, str | None, bytes
]
_MESSAGE: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)


class SqliteJournal:
    """Keeps `fairtag.app.ports.Journal`."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = driver(connection)
        self._vault = vault

    def append(self, entry: JournalEntry) -> Literal["stored", "duplicate", "conflict"]:
        """Store an entry unless (device, event_ref) is known."""
        sealed = self._vault.seal(
            entry.body,
            wearer_id=entry.wearer_id,
            kind=RecordKind.TRAIL,
            at=entry.at,
            row=_row_name(entry.device_id, entry.event_ref, entry.received_at),
        )
        row = (
            entry.what,
            entry.order_id,
            entry.wearer_id,
            entry.device_id,
            entry.at,
            entry.received_at,
            entry.event_ref,
            sealed,
        )
        done = self._db.execute(
            "INSERT INTO journal (what, order_id, wearer_id, device_id, at, received_at, event_ref,"
            " sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (device_id, event_ref) DO NOTHING",
            row,
        )
        if done.rowcount:
            return "stored"
        if (entry.event_ref or "").startswith("h_"):
            return "duplicate"  # named by its content: the same name is the same message
        known = self._known(entry)
        # The time of receipt is ours, not the device's: a resend is the same message.
        is_same = known is not None and _without_receipt(known) == _without_receipt(entry)
        return "duplicate" if is_same else "conflict"

    def hold(self, device_id: DeviceId, epoch: int, first: int, last: int) -> None:
        """Remember that these numbers are safely here, so that the device may free them."""
        key = (device_id, epoch)
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

    def past(self, order_id: OrderId, *, since: Micros, upto: int) -> list[Message]:
        """List an order's messages with `at` >= `since` and position <= `upto`, by arrival."""
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE order_id = ? AND at >= ? AND n <= ?"  # noqa: S608
            " AND what = 'message' ORDER BY n",
            (order_id, since, upto),
        )
        return [_MESSAGE.decode(self._entry(row).body) for row in found.fetchall()]

    def _known(self, entry: JournalEntry) -> JournalEntry | None:
        if entry.event_ref is None:
            return None
        found = self._db.execute(
            f"SELECT {_COLUMNS} FROM journal WHERE device_id = ? AND event_ref = ?",  # noqa: S608
            (entry.device_id, entry.event_ref),
        ).fetchone()
        return None if found is None else self._entry(found)

    def _entry(self, row: _Row) -> JournalEntry:
        n, what, order_id, wearer_id, device_id, at, received_at, event_ref, sealed = row
        body = self._vault.unseal(
            sealed,
            wearer_id=WearerId(wearer_id),
            kind=RecordKind.TRAIL,
            at=Micros(at),
            row=_row_name(device_id, event_ref, received_at),
        )
        return JournalEntry(
            n=n,
            what=what,
            order_id=OrderId(order_id),
            wearer_id=WearerId(wearer_id),
            device_id=None if device_id is None else DeviceId(device_id),
            at=Micros(at),
            received_at=Micros(received_at),
            event_ref=event_ref,
            body=body,
        )


def _row_name(device_id: str | None, event_ref: str | None, received_at: int) -> str:
    return f"journal/{device_id or ''}/{event_ref or received_at}"


def _without_receipt(entry: JournalEntry) -> Message:
    return msgspec.structs.replace(_MESSAGE.decode(entry.body), received_at=Micros(0))
