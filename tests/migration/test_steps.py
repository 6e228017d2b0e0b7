"""The steps together equal the schema, and a store is brought forward or refused, never guessed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.sqlite.engine import in_memory
from fairtag.adapters.sqlite.migrations import _config, bring_forward
from fairtag.adapters.sqlite.schema import HEAD, metadata
from fairtag.adapters.sqlite.store import SqliteStore
from fairtag.adapters.vault import KeyVault
from fairtag.terms.errors import StoreRefused


def drawn(connection: Connection) -> dict[str, str]:
    """Give every table, index and trigger as the database itself writes it down."""
    wanted = (
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
    )
    return {name: " ".join(sql.split()) for name, sql in connection.exec_driver_sql(wanted)}


def test_the_steps_together_equal_the_schema() -> None:
    with closing(in_memory()) as stepped, closing(in_memory()) as whole:
        bring_forward(stepped)
        metadata.create_all(whole)
        assert drawn(stepped) == drawn(whole)


def test_negative_control_a_forgotten_step_is_noticed() -> None:
    with closing(in_memory()) as stepped, closing(in_memory()) as whole:
        bring_forward(stepped)
        metadata.create_all(whole)
        whole.exec_driver_sql("ALTER TABLE journal ADD COLUMN fresh INTEGER")
        assert drawn(stepped) != drawn(whole)


def test_the_newest_step_is_the_one_the_store_asks_for() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [HEAD]


def test_a_step_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_self: Operations, told: str) -> None:
        raise RuntimeError(told)

    monkeypatch.setattr(Operations, "execute", fails)  # the guards come last
    with closing(in_memory()) as stepped:
        with pytest.raises(RuntimeError):
            bring_forward(stepped)
        assert drawn(stepped) == {}


def opened(folder: Path) -> None:
    keys = KeyStore(folder / "keys", chance=os.urandom)
    try:
        vault = KeyVault(keys, chance=os.urandom)
        SqliteStore(folder, vault=vault, kind="service").close()
    finally:
        keys.close()


def test_a_store_of_a_newer_fairtag_is_refused_and_left_alone(tmp_path: Path) -> None:
    opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "fairtag.db", isolation_level=None)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreRefused, match="newer"):
        opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "fairtag.db", isolation_level=None)) as db:
        db.execute("UPDATE alembic_version SET version_num = ?", (HEAD,))
    opened(tmp_path)
