"""Every sealed table has a line that says when its rows go, and guards let only those go."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from fairtag.adapters.sqlite import store  # noqa: F401 - draws every table
from fairtag.adapters.sqlite.engine import driver, in_memory
from fairtag.adapters.sqlite.keeping.families import FAMILIES, GUARDED
from fairtag.adapters.sqlite.schema import metadata


def without_family(tables: MetaData) -> list[str]:
    named = {one.table for one in FAMILIES}
    return [one.name for one in tables.sorted_tables if "sealed" in one.c and one.name not in named]


def test_every_sealed_table_is_in_a_family() -> None:
    assert without_family(metadata) == []


def test_negative_control_a_forgotten_table_is_noticed() -> None:
    more = MetaData()
    Table("diaries", more, Column("owner", String), Column("sealed", LargeBinary))
    assert without_family(more) == ["diaries"]


def test_a_family_speaks_of_columns_that_are_there() -> None:
    with closing(in_memory()) as opened:
        metadata.create_all(opened)
        for one in FAMILIES:
            told = f"SELECT {one.owner}, {one.at} FROM {one.table}"  # noqa: S608
            driver(opened).execute(told).close()


NOTE = "INSERT INTO contacts (order_id, at, owner, body, sealed) VALUES ('O', ?, 'W-1', x'', x'')"
GONE = "INSERT INTO erased (owner, kind, period, at, run_id) VALUES ('W-1', ?, ?, ?, 'e')"
NOVEMBER = 1_793_700_000_000_000  # 2026-11-03


@pytest.mark.parametrize(
    ("kind", "period", "at", "goes"),
    [
        ("text", "2026-11", 0, True),
        ("text", "2026-12", 0, False),
        ("finding", "2026-11", 0, False),
        ("*", "*", NOVEMBER, True),
        ("*", "*", NOVEMBER - 1, False),  # a wearer who came back later has a new record
    ],
)
def test_a_guard_lets_a_row_go_whose_key_is_gone(
    kind: str, period: str, at: int, *, goes: bool
) -> None:
    assert "contacts" in GUARDED
    with closing(in_memory()) as opened:
        metadata.create_all(opened)
        db = driver(opened)
        db.execute(NOTE, (NOVEMBER,))
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("DELETE FROM contacts")
        db.execute(GONE, (kind, period, at))
        if goes:
            assert db.execute("DELETE FROM contacts").rowcount == 1
        else:
            with pytest.raises(sqlite3.IntegrityError):
                db.execute("DELETE FROM contacts")
