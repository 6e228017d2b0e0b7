"""Copies of the store, and a log that nobody can bend unseen."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.rig import opened_rig, walk_out
from typer.testing import CliRunner

from fairtag.cli import app


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def lived(folder: Path) -> list[dict[str, object]]:
    with opened_rig(folder) as rig:
        device = rig.wearer()
        walk_out(rig, device)
        rig.event(device, "strap_open")
        first = rig.alerts()[0]["alert_id"]
        told = {"cause": "test", "reason": "This was a rehearsal."}
        rig.client.post(f"/api/v1/alerts/{first}/close", headers=rig.staff(), json=told)
        return rig.alerts()


def test_a_restored_copy_goes_on(tmp_path: Path) -> None:
    data, keys = tmp_path / "data", tmp_path / "keys"
    alerts = lived(data)
    assert run("backup", "--data", str(data), "--out", str(tmp_path / "b.tgz"))[0] == 0
    shutil.copytree(data / "keys", keys)
    shutil.rmtree(data)
    new = str(tmp_path / "new")
    assert run("restore", str(tmp_path / "b.tgz"), "--keys", str(keys), "--data", new)[0] == 0
    with opened_rig(Path(new)) as rig:
        rig.staff("other")
        answer = rig.client.get("/api/v1/alerts", headers=rig.staff("other"))
        assert answer.json()["items"] == alerts
        assert rig.house.store.read(lambda tx: tx.journal.after(0, limit=1)) != []
    assert run("audit", "verify", "--data", new)[0] == 0


def test_an_untouched_log_verifies(tmp_path: Path) -> None:
    lived(tmp_path / "data")
    assert run("audit", "verify", "--data", str(tmp_path / "data"))[0] == 0


@pytest.mark.parametrize(
    "bent",
    [
        "UPDATE log SET body = replace(body, 'olga', 'omar') WHERE instr(body, 'olga')",
        "DELETE FROM log WHERE n = 3",
        "UPDATE log SET n = -n WHERE n IN (4, 5)",
        "UPDATE log_tiles SET hashes = zeroblob(length(hashes))",
    ],
)
def test_a_bent_log_is_found(tmp_path: Path, bent: str) -> None:
    """Negative control of the test above."""
    data = tmp_path / "data"
    lived(data)
    with closing(sqlite3.connect(data / "fairtag.db", isolation_level=None)) as db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f"DROP TRIGGER {name}")
        changed = db.execute(bent).rowcount
    assert changed
    code, output = run("audit", "verify", "--data", str(data))
    assert code == 1
    assert "entry" in output
