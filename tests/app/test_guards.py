"""What no code and no SQL may do to alerts, acts, contacts and entries. Charter G2, G4."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.rig import Rig, opened_rig

from fairtag.app.handle_alert import log_contact
from fairtag.terms.ids import AlertId

REASON = "This was a rehearsal."


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with an urgent, a taken and a closed alert, acts, a contact and entries."""
    folder = tmp_path_factory.mktemp("guards") / "data"
    with opened_rig(folder) as rig:
        for number, code in ((1, "strap_open"), (2, "sos"), (3, "fault")):
            rig.event(rig.wearer(number), code)
        ids = {one["kind"]: one["alert_id"] for one in rig.alerts()}
        taken, shut = ids["wearer.help"], ids["equipment.fault"]
        rig.client.post(f"/api/v1/alerts/{taken}/acknowledge", headers=rig.staff())
        told = {"cause": "test", "reason": REASON}
        rig.client.post(f"/api/v1/alerts/{shut}/close", headers=rig.staff(), json=told)
        contact(rig, taken)
    return folder


def contact(rig: Rig, alert_id: str) -> None:
    people = rig.house.store.read(lambda tx: tx.people.listed())
    log_contact(
        rig.house, AlertId(alert_id), person=people[0], how="phone", reached=True, told="All well."
    )


@contextmanager
def tried(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as anybody with the file can; nothing that is tried stays."""
    with closing(sqlite3.connect(folder / "fairtag.db", isolation_level=None)) as db:
        db.execute("PRAGMA recursive_triggers=OFF")
        db.execute("BEGIN")
        yield db
        db.execute("ROLLBACK")


OF_KIND = "WHERE kind = '{}'"
RAISED, TAKEN, SHUT = (
    OF_KIND.format(kind) for kind in ("tamper.strap", "wearer.help", "equipment.fault")
)
SET = "UPDATE alerts SET body = json_set(CAST(body AS TEXT), {}), {} {}"
PLAIN = "UPDATE alerts SET {} {}"
INSERT = (
    "INSERT INTO alerts SELECT 'a_new', order_id, wearer_id, device_id, kind, recipient, priority,"
    " state, raised_at, json_set(CAST(body AS TEXT), '$.alert_id', 'a_new') FROM alerts {}"
)
FORBIDDEN = {
    "delete an alert": "DELETE FROM alerts",
    "replace an alert": "INSERT OR REPLACE INTO alerts SELECT * FROM alerts",
    "take an alert back": SET.format("'$.state', 'raised'", "state = 'raised'", TAKEN),
    "open a closed one": SET.format("'$.state', 'acknowledged'", "state = 'acknowledged'", SHUT),
    "close without a person": SET.format("'$.state', 'closed'", "state = 'closed'", RAISED),
    "close with an empty name": SET.format(
        "'$.state', 'closed', '$.closed_by', ''", "state = 'closed'", RAISED
    ),
    "take without a person": SET.format(
        "'$.state', 'acknowledged'", "state = 'acknowledged'", RAISED
    ),
    "change who closed it": SET.format("'$.closed_by', 'omar'", "state = 'closed'", SHUT),
    "change the cause": SET.format("'$.cause', 'excused'", "state = 'closed'", SHUT),
    "make it less urgent": SET.format("'$.priority', 'low'", "priority = 'low'", RAISED),
    "say two things": PLAIN.format("state = 'acknowledged'", RAISED),
    "hide it in the body": SET.format("'$.state', 'closed'", "kind = kind", RAISED),
    "give it to another wearer": PLAIN.format("wearer_id = 'W-9'", RAISED),
    "move it to support": SET.format("'$.recipient', 'support'", "recipient = 'support'", RAISED),
    "raise one that is closed": INSERT.format(SHUT),
    "delete an act": "DELETE FROM alert_acts",
    "change an act": "UPDATE alert_acts SET at = 0",
    "replace an act": "INSERT OR REPLACE INTO alert_acts SELECT * FROM alert_acts",
    "delete a contact": "DELETE FROM contacts",
    "change a contact": "UPDATE contacts SET at = 0",
    "replace a contact": "INSERT OR REPLACE INTO contacts SELECT * FROM contacts",
    "delete an entry": "DELETE FROM log",
    "change an entry": "UPDATE log SET body = 'x'",
    "replace an entry": "INSERT OR REPLACE INTO log SELECT * FROM log",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_refuses_to(lived: Path, what: str) -> None:
    with tried(lived) as db, pytest.raises(sqlite3.IntegrityError, match=r"^(?!UNIQUE|NOT NULL)"):
        db.execute(FORBIDDEN[what])


@pytest.mark.parametrize("what", FORBIDDEN)
def test_without_its_guards_the_database_would_do_it(lived: Path, what: str) -> None:
    """Negative control of the test above: each statement works and changes something."""
    with tried(lived) as db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(FORBIDDEN[what]).rowcount > 0


def test_what_people_do_is_allowed(lived: Path) -> None:
    """The guards refuse only what is wrong: the fixture drove each step through them."""
    with tried(lived) as db:
        found = dict(db.execute("SELECT kind, state FROM alerts").fetchall())
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM alerts")]
    assert found == {
        "tamper.strap": "raised",
        "wearer.help": "acknowledged",
        "equipment.fault": "closed",
    }
    assert {one["closed_by"] for one in bodies} == {None, "olga"}
