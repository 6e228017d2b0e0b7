"""`fairtag audit verify`: any entry changed, dropped or moved, and any act without its entry."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from tests.rig import START, HandClock, Rig, opened_rig, walk_out
from typer.testing import CliRunner

from fairtag.adapters.spool import Spool
from fairtag.app.books import InstallStep, Person
from fairtag.app.handle_alert import log_contact
from fairtag.app.house import House
from fairtag.app.open_record import open_evidence
from fairtag.app.ports import Transaction
from fairtag.app.put_order import mark_order
from fairtag.app.record_installation import record_step
from fairtag.audit.entries import Entry, body_of
from fairtag.audit.tiles import tiles_of
from fairtag.audit.tree import leaf_hash
from fairtag.bootstrap import open_house
from fairtag.cli import app, main
from fairtag.terms.errors import UsageError
from fairtag.terms.ids import AlertId, DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros

NOW = Micros(START + DAY)


def verify(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", "verify", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store in which everything that has an entry was done."""
    folder = tmp_path_factory.mktemp("log") / "data"
    with opened_rig(folder) as rig:
        live(rig)
    return folder


def live(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "strap_open")
    first, second = (AlertId(one["alert_id"]) for one in rig.alerts())
    olga = rig.person()
    open_evidence(rig.house, first, person=olga, purpose="handle_alert")
    log_contact(rig.house, second, person=olga, how="phone", reached=True, told="All is well.")
    told = {"cause": "test", "reason": "This was a rehearsal."}
    rig.client.post(f"/api/v1/alerts/{first}/close", headers=rig.staff(), json=told)
    record_step(rig.house, step("visit"), by="olga")
    mark_order(
        rig.house, OrderId("ORD-1"), "suspend", at=rig.clock.at, by="olga", reason="Hospital."
    )


def step(name: str) -> InstallStep:
    return InstallStep(
        order_id=OrderId("ORD-1"),
        device_id=DeviceId("D-1"),
        step=name,  # type: ignore[arg-type]
        at=NOW,
        by="olga",
    )


@pytest.fixture
def data(original: Path, tmp_path: Path) -> Path:
    """Give a copy of the store to bend."""
    shutil.copytree(original, tmp_path / "data")
    return tmp_path / "data"


def bend(data: Path, *statements: str) -> None:
    """Change the database as somebody who may drop its guards."""
    with closing(sqlite3.connect(data / "fairtag.db", isolation_level=None)) as db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert db.execute(statement).rowcount != 0


def test_what_nobody_bent_verifies(data: Path) -> None:
    code, told = verify("--data", str(data))

    assert code == 0
    assert "untouched" in told


TABLE = {
    "a word": "UPDATE log SET body = replace(body, 'olga', 'omar') WHERE instr(body, 'olga')",
    "a word more": "UPDATE log SET body = replace(body, '{', '{\"x\":1,') WHERE n = 3",
    "no JSON": "UPDATE log SET body = x'00ff' WHERE n = 2",
    "NULL-like text": "UPDATE log SET body = '' WHERE n = 2",
    "a ref": "UPDATE log SET ref = 'x' WHERE n = 2",
    "a wearer": "UPDATE log SET wearer_id = 'W-9' WHERE n = 5",
    "the first dropped": "DELETE FROM log WHERE n = 1",
    "one dropped": "DELETE FROM log WHERE n = 3",
    "the newest dropped": "DELETE FROM log WHERE n = (SELECT max(n) FROM log)",
    "the newest three dropped": "DELETE FROM log WHERE n > (SELECT max(n) - 3 FROM log)",
    "all dropped": "DELETE FROM log",
    "moved": "UPDATE log SET n = -n WHERE n IN (4, 5)",
    "one more in front": "INSERT INTO log SELECT -1, 'x', NULL, body FROM log WHERE n = 1",
    "one more at the end": "INSERT INTO log SELECT max(n) + 1, 'x', NULL, body FROM log",
}


@pytest.mark.parametrize("how", TABLE)
def test_a_table_that_was_bent_is_found(data: Path, how: str) -> None:
    bend(data, TABLE[how])

    code, told = verify("--data", str(data))

    assert code == 1
    assert "entry" in told


def test_two_entries_that_changed_places_are_found(data: Path) -> None:
    swap = "UPDATE log SET n = CASE n WHEN -4 THEN 5 ELSE 4 END WHERE n IN (-4, -5)"
    bend(data, "UPDATE log SET n = -n WHERE n IN (4, 5)", swap)

    assert verify("--data", str(data))[0] == 1


def drop_first(held: bytes) -> bytes:
    return held.partition(b"\n")[2]


def drop_last(held: bytes) -> bytes:
    return b"\n".join(held.splitlines()[:-1]) + b"\n"


def swap(held: bytes) -> bytes:
    lines = held.splitlines()
    return b"\n".join([lines[1], lines[0], *lines[2:]]) + b"\n"


FILE: dict[str, Callable[[bytes], bytes]] = {
    "gone": lambda _: b"",
    "first dropped": drop_first,
    "newest dropped": drop_last,
    "a name": lambda held: held.replace(b"olga", b"omar", 1),
    "one line twice in other words": lambda held: held + held.splitlines()[0][:-9] + b'"x":"y"}}\n',
    "a byte": lambda held: held[:200] + bytes([held[200] ^ 2]) + held[201:],
}


@pytest.mark.parametrize("how", FILE)
def test_a_file_that_was_bent_is_found(data: Path, how: str) -> None:
    log = data / "log" / "access.log"
    log.write_bytes(FILE[how](log.read_bytes()))

    assert verify("--data", str(data))[0] == 1


def test_a_file_whose_lines_changed_places_says_the_same(data: Path) -> None:
    """The order of the file is not the order of the log: the numbers and hashes are."""
    log = data / "log" / "access.log"
    log.write_bytes(swap(log.read_bytes()))

    assert verify("--data", str(data))[0] == 0


def somebody(name: str) -> Person:
    return Person(
        user_id=name, name=name, role="officer", authority_id="ho", created_at=NOW, disabled_at=None
    )


ROWS: dict[str, Callable[[Transaction], object]] = {
    "installation": lambda tx: tx.devices.record_step(step("self_test")),
    "device": lambda tx: tx.devices.add(
        DeviceId("D-66"), token_hash=b"x" * 32, at=NOW, kind="device"
    ),
    "user.add": lambda tx: tx.people.add(somebody("mallory"), setup_hash=b"x" * 32, expires_at=NOW),
    "user.disable": lambda tx: tx.people.disable("olga", at=NOW),
    "contact": lambda tx: tx.alerts.add_contact(tx.alerts.contacts(OrderId("ORD-1"))[0]),
}


@pytest.mark.parametrize("what", ROWS)
def test_an_act_without_its_entry_is_found(data: Path, what: str) -> None:
    with opened(data) as house:
        house.store.transact(ROWS[what])

    code, told = verify("--data", str(data))

    assert code == 1
    assert "the log does not say so" in told
    assert TOLD.get(what, what) in told


def opened(data: Path) -> AbstractContextManager[House]:
    return open_house(data, clock=HandClock(NOW))


TOLD = {"device": "device.add", "contact": "contact.log"}
SQL_ROWS = {
    "alert.close": (
        "UPDATE alerts SET state = 'closed', body = json_set(CAST(body AS TEXT), '$.state',"
        " 'closed', '$.closed_by', 'olga', '$.cause', 'test', '$.closed_at', 1)"
        " WHERE state = 'raised'"
    ),
    "order.put": "UPDATE order_versions SET version = 2",
    "contact.log": "UPDATE contacts SET at = at + 1",
    "alert_acts": "DELETE FROM alert_acts WHERE n = 2",
}
ROWS_OF = {"alert.close": "alerts/", "order.put": "order_versions/", "contact.log": "contacts/"}


@pytest.mark.parametrize("what", SQL_ROWS)
def test_a_row_that_somebody_wrote_past_the_service_is_found(data: Path, what: str) -> None:
    bend(data, SQL_ROWS[what])

    code, told = verify("--data", str(data))

    assert (code, ROWS_OF.get(what, what) in told) == (1, True)


def test_a_closing_in_another_name_is_found(data: Path) -> None:
    named = "UPDATE alerts SET body = json_set(CAST(body AS TEXT), '$.closed_by', 'omar')"
    bend(data, f"{named} WHERE state = 'closed'")

    assert verify("--data", str(data))[0] == 1


def rewrite(db: sqlite3.Connection, change: Callable[[bytes], bytes]) -> None:
    """Change entries and compute the whole tree again."""
    held = db.execute("SELECT n, CAST(body AS BLOB) FROM log ORDER BY n").fetchall()
    bodies = [change(body) for _, body in held]
    for (n, _), body in zip(held, bodies, strict=True):
        db.execute("UPDATE log SET body = ? WHERE n = ?", (body, n))
    db.execute("DELETE FROM log_tiles")
    for (level, n), hashes in tiles_of([leaf_hash(body) for body in bodies]).items():
        db.execute("INSERT INTO log_tiles VALUES (?, ?, ?)", (level, n, hashes))


def test_a_whole_rewriting_of_the_table_is_found_by_the_file(data: Path) -> None:
    """Somebody computes the whole tree again after the change; the file beside it tells."""
    with closing(sqlite3.connect(data / "fairtag.db", isolation_level=None)) as db:
        bend(data)
        rewrite(db, lambda body: body.replace(b"olga", b"omar"))

    code, told = verify("--data", str(data))

    assert code == 1
    assert "in the table and not in the file" in told


def test_the_log_goes_on_after_a_stop_in_the_middle(data: Path) -> None:
    """The file got its line and the machine stopped: it is merged and marked at the next start."""
    stopped = Entry(at=NOW, operation="admin", actor="cli", what="device.add", ref="cd" * 16)
    Spool(data / "log").write([body_of(stopped)])
    code, told = verify("--data", str(data))
    assert (code, "waits to be merged" in told) == (1, True)

    assert CliRunner().invoke(app, ["device", "add", "D-9", "--data", str(data)]).exit_code == 0

    code, told = verify("--data", str(data))
    assert (code, "that the file had first: 1" in told) == (0, True)


def test_entries_that_were_written_without_the_file_are_counted(data: Path) -> None:
    log = data / "log" / "access.log"
    held = log.read_bytes()
    log.unlink()
    log.mkdir()
    CliRunner().invoke(app, ["device", "add", "D-9", "--data", str(data)])
    log.rmdir()
    log.write_bytes(held)

    code, told = verify("--data", str(data))

    assert code == 0
    assert "while the file beside the table failed: 1" in told


EXPORT: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "an entry dropped": lambda held: [held[0], *held[2:]],
    "the end dropped": lambda held: held[:-1],
    "the newest entry dropped": lambda held: [*held[:-2], held[-1]],
    "a word": lambda held: [one.replace(b"olga", b"omar") for one in held],
    "two swapped": lambda held: [held[0], held[2], held[1], *held[3:]],
    "no JSON": lambda held: [*held[:3], b"x\n", *held[4:]],
}


@pytest.mark.parametrize("how", EXPORT)
def test_an_export_is_checked_alone(data: Path, tmp_path: Path, how: str) -> None:
    copy = tmp_path / "copy.log"
    assert run("audit", "export", "--data", str(data), "--out", str(copy)) == 0

    assert verify("--log", str(copy))[0] == 0
    held = copy.read_bytes().splitlines(keepends=True)
    copy.write_bytes(b"".join(EXPORT[how](held)))
    assert verify("--log", str(copy))[0] == 1


@pytest.mark.parametrize(
    "words",
    [[], ["--data", "nowhere"], ["--log", "nowhere"], ["--log", "x", "--data", "y"], ["--nothing"]],
)
def test_wrong_use_is_2_and_makes_no_store(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["fairtag", "audit", "verify", *words])
    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_log_is_2(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("These are notes.\n")

    with pytest.raises(UsageError, match="no file of"):
        verify("--log", str(other))


def test_a_backup_that_is_made_while_entries_come_verifies(data: Path, tmp_path: Path) -> None:
    """The file may be newer than the copy of the table: only lines of the copy are packed."""
    out, new = tmp_path / "b.tgz", tmp_path / "new"
    with opened(data) as house:
        ahead(house, data)
        assert run("backup", "--data", str(data), "--out", str(out)) == 0
    keys = str(data / "keys")
    assert run("restore", str(out), "--keys", keys, "--data", str(new)) == 0

    assert verify("--data", str(new))[0] == 0


def run(*words: str) -> int:
    return CliRunner().invoke(app, list(words)).exit_code


def ahead(house: House, data: Path) -> None:
    """Leave the file one line ahead of the table, as it is for a moment at each entry."""
    assert house.store.read(lambda tx: tx.audit.last()) > 0
    entry = Entry(at=NOW, operation="admin", actor="cli", what="device.add", ref="ab" * 16)
    Spool(data / "log").write([body_of(entry)])
