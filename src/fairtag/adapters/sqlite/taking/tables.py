"""How does what devices said lie in the store: rows by arrival, and what finds them again?

Units: µs UTC; `n` are positions in the journal.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Integer, LargeBinary, String, Table, event

from fairtag.adapters.sqlite.schema import metadata

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

# Messages without a number go by a keyed hash of their content: it tells nothing without the key.
named = Table(
    "named",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

# Days of receipt whose key may still be there; a day ends when its last row became part of a chunk.
journal_days = Table(
    "journal_days",
    metadata,
    Column("day", String, primary_key=True),
    sqlite_with_rowid=False,
)

# Of which order a row is, up to a position; what lies beyond it is not in here yet: `rows_of`.
journal_orders = Table(
    "journal_orders",
    metadata,
    Column("order_id", String, primary_key=True),
    Column("last_at", Integer, primary_key=True),
    Column("n", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

journal_indexed = Table(
    "journal_indexed",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("upto", Integer, nullable=False),
)

# Whoever deletes a row: its entry goes with it. A row that is not in the index yet never comes in.
_GONE = (
    "CREATE TRIGGER journal_gone AFTER DELETE ON journal BEGIN DELETE FROM journal_orders"
    " WHERE order_id = OLD.order_id AND last_at = OLD.last_at AND n = OLD.n; END"
)
event.listen(metadata, "after_create", DDL(_GONE))  # type: ignore[no-untyped-call]
