"""Somebody who may do everything to the files bends the log, or what people decided: all is found.

By `audit verify` on a copy, with the checkpoint that a witness keeps; a rollback and a split view
also by the signer and the witness, who refuse to sign them.
"""

# ruff: noqa: S608 - whoever bends a store writes the SQL that suits them

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.app.test_verify_log import live, rewrite
from tests.canaries import opened_and_told
from tests.deeds import copy_of, decided, two_people
from tests.rig import START, opened_rig
from tests.watched import outside, tend, watched

from fairtag.adapters.sqlite.log.rows import WATCHED
from fairtag.app.disclosure import log as disclosed
from fairtag.app.log import verify as verify_log
from fairtag.app.log.tend import tend_log
from fairtag.audit import whole
from fairtag.audit.beside import written
from fairtag.audit.refusals import SignerRefused, WitnessRefused
from fairtag.cli.log.audit import _looked
from fairtag.terms.instants import DAY, HOUR, Micros

ROUNDS = 34  # of each of the 16 ways to bend the log: 544
ROW_ROUNDS = 5  # of each of the 34 tables, in 3 ways: 510; 90 of openings and disclosures
pytestmark = pytest.mark.xdist_group("tamper")


@dataclass(frozen=True)
class Case:
    """A copy to bend: its database, its file, and what was kept elsewhere."""

    folder: Path
    db: sqlite3.Connection
    chance: random.Random
    size: int

    @property
    def file(self) -> Path:
        return self.folder / "log" / "access.log"

    def n(self) -> int:
        return self.chance.randint(1, self.size)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with `data`, an older copy `early`, and the `witness` that saw `data`."""
    folder = tmp_path_factory.mktemp("tamper")
    data = folder / "data"
    with opened_rig(data, Micros(START - DAY)) as rig:
        two_people(rig)
    with opened_rig(data) as rig:
        live(rig)
        decided(rig)
        opened_and_told(rig)
        tend(rig)
    shutil.copytree(data, folder / "early")
    shutil.copytree(folder / "witness", folder / "early-witness")
    with opened_rig(data) as rig:
        rig.clock.at += HOUR  # type: ignore[assignment]
        rig.staff("omar", "officer")
        tend(rig)
    shutil.copytree(data, folder / "bare", ignore=shutil.ignore_patterns("keys"))
    with closing(sqlite3.connect(folder / "bare" / "fairtag.db", isolation_level=None)) as db:
        drop_guards(db)
    return folder


def drop_guards(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode=DELETE").close()
    triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        db.execute(f"DROP TRIGGER {name}").close()
    indices = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%'"
    ).fetchall()
    for (name,) in indices:
        db.execute(f"DROP INDEX {name}").close()


def body(case: Case, n: int) -> bytes:
    (found,) = case.db.execute("SELECT CAST(body AS BLOB) FROM log WHERE n = ?", (n,)).fetchone()
    return bytes(found)


def a_byte(case: Case) -> None:
    n = case.n()
    held = bytearray(body(case, n))
    held[case.chance.randrange(len(held))] ^= 1 << case.chance.randrange(8)
    case.db.execute("UPDATE log SET body = ? WHERE n = ?", (bytes(held), n))


def another_person(case: Case) -> None:
    n = case.n()
    held = body(case, n).replace(b'"actor":"', b'"actor":"m', 1)
    case.db.execute("UPDATE log SET body = ? WHERE n = ?", (held, n))


def an_entry_dropped(case: Case) -> None:
    case.db.execute("DELETE FROM log WHERE n = ?", (case.n(),))


def an_entry_dropped_and_the_rest_renumbered(case: Case) -> None:
    n = case.chance.randint(1, case.size - 1)
    case.db.execute("DELETE FROM log WHERE n = ?", (n,))
    case.db.execute("UPDATE log SET n = -n WHERE n > ?", (n,))
    case.db.execute("UPDATE log SET n = -n - 1 WHERE n < 0")


def the_tail_cut(case: Case) -> None:
    case.db.execute("DELETE FROM log WHERE n > ?", (case.n() - 1,))


def two_swapped(case: Case) -> None:
    one, two = case.chance.sample(range(1, case.size + 1), 2)
    case.db.execute("UPDATE log SET n = -n WHERE n IN (?, ?)", (one, two))
    case.db.execute(
        "UPDATE log SET n = CASE n WHEN ? THEN ? ELSE ? END WHERE n < 0", (-one, two, one)
    )


def one_added(case: Case) -> None:
    told = body(case, case.n()).replace(b'"ref":"', b'"ref":"0', 1)
    values = (case.size + 1, f"x{case.chance.random()}", told)
    case.db.execute("INSERT INTO log VALUES (?, ?, NULL, ?)", values)


def under_another_wearer(case: Case) -> None:
    case.db.execute("UPDATE log SET wearer_id = 'W-9' WHERE n = ?", (case.n(),))


def a_tile(case: Case) -> None:
    (held,) = case.db.execute("SELECT hashes FROM log_tiles WHERE level = 0").fetchone()
    bent = bytearray(held)
    bent[case.chance.randrange(len(bent))] ^= 1
    case.db.execute("UPDATE log_tiles SET hashes = ?", (bytes(bent),))


def a_line_of_the_file(case: Case) -> None:
    held = bytearray(case.file.read_bytes())
    held[case.chance.randrange(len(held))] ^= 1 << case.chance.randrange(8)
    case.file.write_bytes(bytes(held))


def a_line_dropped_from_the_file(case: Case) -> None:
    lines = case.file.read_bytes().splitlines(keepends=True)
    lines.pop(case.chance.randrange(len(lines)))
    case.file.write_bytes(b"".join(lines))


def a_checkpoint(case: Case) -> None:
    table, column = case.chance.choice((("log_checkpoints", "note"), ("log_cosignatures", "line")))
    n, told = case.chance.choice(case.db.execute(f"SELECT n, {column} FROM {table}").fetchall())
    place = case.chance.randrange(len(told) - 1)
    bent = told[:place] + chr(ord(told[place]) ^ 1) + told[place + 1 :]
    case.db.execute(f"UPDATE {table} SET {column} = ? WHERE n = ?", (bent, n))


def expertly(case: Case, change: Callable[[bytes], bytes]) -> None:
    """Rewrite entries, tree and file, so that they agree with each other."""
    rewrite(case.db, change)
    bodies = case.db.execute("SELECT CAST(body AS BLOB) FROM log ORDER BY n").fetchall()
    case.file.write_bytes(b"".join(written(one) for (one,) in bodies))


def all_of_it_rewritten(case: Case) -> None:
    n = case.chance.randrange(1, 6)
    expertly(case, lambda told: told.replace(b"olga", b"o" + b"m" * n))


def all_of_it_rewritten_without_checkpoints(case: Case) -> None:
    all_of_it_rewritten(case)
    case.db.execute("DELETE FROM log_checkpoints")
    case.db.execute("DELETE FROM log_cosignatures")


def all_of_it_rewritten_and_the_signer_lost(case: Case) -> None:
    all_of_it_rewritten_without_checkpoints(case)
    shutil.rmtree(case.folder / "signer")


def rolled_back(case: Case) -> None:
    """Put the whole folder back to an older copy of itself, signer and file included."""
    case.db.close()
    shutil.rmtree(case.folder)
    shutil.copytree(case.folder.parent.parent / "early", case.folder)


WAYS: tuple[Callable[[Case], None], ...] = (
    a_byte,
    another_person,
    an_entry_dropped,
    an_entry_dropped_and_the_rest_renumbered,
    the_tail_cut,
    two_swapped,
    one_added,
    under_another_wearer,
    a_tile,
    a_line_of_the_file,
    a_line_dropped_from_the_file,
    a_checkpoint,
    all_of_it_rewritten,
    all_of_it_rewritten_without_checkpoints,
    all_of_it_rewritten_and_the_signer_lost,
    rolled_back,
)


def cases(lived: Path, rounds: int, seed: str) -> Iterator[Case]:
    """Give copies of the folder, one after the other."""
    data = lived / "copies" / "data"
    for number in range(rounds):
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(lived / "bare", data)
        with closing(sqlite3.connect(data / "fairtag.db", isolation_level=None)) as db:
            db.execute("PRAGMA synchronous=OFF").close()
            (size,) = db.execute("SELECT max(n) FROM log").fetchone()
            yield Case(data, db, random.Random(f"{seed}/{number}"), size)


def found(lived: Path, case: Case) -> str | None:
    case.db.close()
    return _looked(case.folder, None, [outside(lived / "witness")]).broken


def test_a_copy_that_nobody_bent_holds_without_its_keys(lived: Path) -> None:
    for case in cases(lived, 1, "none"):
        assert found(lived, case) is None


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_whatever_is_done_to_the_log_is_found(lived: Path, way: Callable[[Case], None]) -> None:
    for number, case in enumerate(cases(lived, ROUNDS, way.__name__)):
        way(case)
        assert found(lived, case) is not None, (way.__name__, number)


def parts_of(case: Case, table: str) -> tuple[list[str], list[int]]:
    names = [row[1] for row in case.db.execute(f"PRAGMA table_info({table})").fetchall()]
    rows = [row[0] for row in case.db.execute(f"SELECT rowid FROM {table}").fetchall()]
    return names, rows


def altered(case: Case, table: str) -> bool:
    """Change one value of one row into another one."""
    watched_parts = next(one.parts for one in WATCHED if one.table == table)
    names, rows = parts_of(case, table)
    name = case.chance.choice([one for one in names if one in watched_parts])
    row = case.chance.choice(rows)
    new = f"CASE typeof(\"{name}\") WHEN 'integer' THEN \"{name}\" + 1000 WHEN 'null' THEN 1"
    new += f" WHEN 'blob' THEN CAST(\"{name}\" || 'x' AS BLOB) ELSE \"{name}\" || 'x' END"
    done = case.db.execute(f'UPDATE {table} SET "{name}" = {new} WHERE rowid = ?', (row,))
    return done.rowcount > 0


def removed(case: Case, table: str) -> bool:
    row = case.chance.choice(parts_of(case, table)[1])
    return case.db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,)).rowcount > 0


def inserted(case: Case, table: str) -> bool:
    """Copy a row under another key."""
    names, rows = parts_of(case, table)
    row = case.chance.choice(rows)
    told = copy_of(table, names, case.chance.randrange(100, 999))
    copy = f"INSERT INTO {table} SELECT {told} FROM {table} WHERE rowid = ?"
    return case.db.execute(copy, (row,)).rowcount > 0


@pytest.mark.parametrize("how", [altered, removed, inserted], ids=lambda how: how.__name__)
@pytest.mark.parametrize("table", [one.table for one in WATCHED])
def test_whatever_is_done_to_a_decision_by_sql_is_found(
    lived: Path, table: str, how: Callable[[Case, str], bool]
) -> None:
    for number, case in enumerate(cases(lived, ROW_ROUNDS, f"{table}/{how.__name__}")):
        assert how(case, table)
        told = found(lived, case)
        assert told is not None, number
        assert table in told, told


BENT = {
    "grants": (
        "json_set(CAST(body AS TEXT), '$.purpose', 'protect_person')",
        "json_set(CAST(body AS TEXT), '$.until', 1)",
        "json_set(CAST(body AS TEXT), '$.second_person', 'sara')",
    ),
    "looks": (
        "json_set(CAST(body AS TEXT), '$.person', 'otto')",
        "json_set(CAST(body AS TEXT), '$.since', 1)",
        "json_set(CAST(body AS TEXT), '$.entry', 1)",
    ),
    "grant_reviews": (
        "json_set(CAST(body AS TEXT), '$.verdict', 'not_justified')",
        "json_set(CAST(body AS TEXT), '$.by', 'olga')",
    ),
    "notice_delays": ("json_set(CAST(body AS TEXT), '$.until', 1)",),
    "disclosures": ("json_set(CAST(body AS TEXT), '$.gateway', 'urgent_court_order')",),
    "disclosure_steps": ("json_set(CAST(body AS TEXT), '$.at', 1)",),
}


def well_formed(lived: Path) -> Iterator[tuple[str, Case]]:
    """Bend openings and disclosures so that each row can still be read."""
    for table, changes in BENT.items():
        for change in changes:
            for case in cases(lived, 1, change):
                done = case.db.execute(
                    f"UPDATE {table} SET body = CAST({change} AS BLOB)"
                    f" WHERE n = (SELECT max(n) FROM {table})"
                )
                assert done.rowcount == 1
                yield table, case


def test_an_opening_or_a_disclosure_that_says_something_else_is_found(lived: Path) -> None:
    for table, case in well_formed(lived):
        assert table in str(found(lived, case))


def test_negative_control_a_verifier_that_only_counts_openings_misses_what_they_say(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_log._Rows, "disagreement", lambda *_: None)

    missed = {table for table, case in well_formed(lived) if found(lived, case) is None}
    assert missed == {"grants", "looks", "grant_reviews", "notice_delays"}


def test_negative_control_a_verifier_without_any_digests_misses_disclosures(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_log._Rows, "disagreement", lambda *_: None)
    monkeypatch.setattr(disclosed, "disagreement", lambda *_: None)

    missed = {table for table, case in well_formed(lived) if found(lived, case) is None}
    assert missed == set(BENT)


def test_a_closing_in_another_name_is_found(lived: Path) -> None:
    for case in cases(lived, 1, "closing"):
        said = "json_set(CAST(body AS TEXT), '$.closed_by', 'omar')"
        assert case.db.execute(f"UPDATE alerts SET body = {said} WHERE state = 'closed'").rowcount
        assert "alerts/" in str(found(lived, case))


def test_the_signer_and_the_witness_refuse_a_store_that_was_rolled_back(
    lived: Path, tmp_path: Path
) -> None:
    shutil.copytree(lived / "witness", tmp_path / "witness")
    shutil.copytree(lived / "early", tmp_path / "data")
    with opened_rig(tmp_path / "data") as rig:
        rig.clock.at += 3 * HOUR  # type: ignore[assignment]
        rig.staff("mallory", "officer")
        with pytest.raises(SignerRefused):
            tend_log(watched(rig.house, copied_signer(lived, tmp_path), tmp_path / "witness"))
        with pytest.raises(WitnessRefused):
            tend_log(watched(rig.house, tmp_path / "data" / "signer", tmp_path / "witness"))


def copied_signer(lived: Path, tmp_path: Path) -> Path:
    """Give the signer as it is now: it was not rolled back with the store."""
    shutil.copytree(lived / "data" / "signer", tmp_path / "signer")
    return tmp_path / "signer"


def test_the_witness_refuses_the_second_of_two_views(lived: Path, tmp_path: Path) -> None:
    """One log is shown to the witness, another one, as large, to everybody else."""
    for view in ("one", "two"):
        shutil.copytree(lived / "early", tmp_path / view)
    shutil.copytree(lived / "early-witness", tmp_path / "witness")

    def show(view: str) -> None:
        with opened_rig(tmp_path / view) as rig:
            rig.clock.at += HOUR  # type: ignore[assignment]
            rig.staff(f"shown-to-{view}", "officer")
            tend(rig, tmp_path / view / "signer", tmp_path / "witness")

    show("one")
    with pytest.raises(WitnessRefused):
        show("two")
    seen = [outside(tmp_path / "witness")]
    assert _looked(tmp_path / "one", None, seen).broken is None
    assert "saw other entries" in str(_looked(tmp_path / "two", None, seen).broken)


def test_negative_control_a_verifier_that_does_not_hold_the_tree_misses_some(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("unlike", "wrong", "another"):
        monkeypatch.setattr(whole.Log, name, lambda *_, **__: None)

    assert any(
        (way(case), found(lived, case))[1] is None
        for way in (a_tile, all_of_it_rewritten, rolled_back)
        for case in cases(lived, 2, way.__name__)
    )


def test_negative_control_a_verifier_that_does_not_hold_the_rows_misses_some(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_log._Rows, "disagreement", lambda *_: None)

    missed = 0
    for case in cases(lived, 3, "control"):
        altered(case, "alert_acts")
        missed += found(lived, case) is None
    assert missed == 3
