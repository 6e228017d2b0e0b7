"""Whose credential, order or gateway changed? Told by the database itself, whoever changes it.

What is kept in memory about devices is dropped by it, in this process and in every other.
"""

from __future__ import annotations

import sqlite3
from typing import LiteralString

from sqlalchemy import DDL, Column, Integer, String, Table, event

from fairtag.adapters.sqlite.schema import metadata
from fairtag.terms.ids import DeviceId

_KEPT = 10_000  # whoever knows less than these looks at everything anew

device_news = Table(
    "device_news",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("device_id", String, nullable=False),
    sqlite_autoincrement=True,
)


def tell_changes(table: Table, column: LiteralString) -> None:
    """Let each change of a table's row be news about the device that a column names."""
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        name = f"{table.name}_told_{verb.lower()}"
        kept = f"DELETE FROM device_news WHERE n <= (SELECT max(n) FROM device_news) - {_KEPT}"  # noqa: S608
        body = f"INSERT INTO device_news (device_id) VALUES ({row}.{column}); {kept};"  # noqa: S608
        told = f"CREATE TRIGGER {name} AFTER {verb} ON {table.name} BEGIN {body} END"
        event.listen(metadata, "after_create", DDL(told))  # type: ignore[no-untyped-call]


def news(db: sqlite3.Connection, after: int) -> tuple[int, list[DeviceId] | None]:
    """Tell the newest number and whose rows changed since; None stands for too many to name."""
    last = db.execute("SELECT max(n) FROM device_news").fetchone()[0] or 0
    if last == after:
        return after, []
    found = db.execute(
        "SELECT n, device_id FROM device_news WHERE n > ? ORDER BY n", (after,)
    ).fetchall()
    is_whole = last > after and found[0][0] == after + 1
    return last, list({DeviceId(row[1]) for row in found}) if is_whole else None
