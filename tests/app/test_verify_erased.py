"""`audit verify` after lawful erasures: they are no tampering, and nothing hides behind one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.app.test_verify_log import bend, live
from tests.canaries import opened_and_told
from tests.deeds import decided, two_people
from tests.erasing import DUE, LATER, begun, days_of_care, hold, steady, two
from tests.rig import START, Rig, opened_rig

from fairtag.adapters.sqlite.keeping.families import FAMILIES
from fairtag.alerts.model import Cause
from fairtag.app.handle_alert import close, log_contact
from fairtag.app.log import verify as verifying
from fairtag.app.log.erased import SEALED, sealed_under
from fairtag.app.log.kinds import KINDS
from fairtag.app.open_record import open_apart
from fairtag.cli.log.audit import _looked
from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import WHOLE
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import DAY, Micros, parse

AGAIN = parse("2028-01-10T12:00:00Z")
AFTER_ALL = parse("2041-01-01T00:00:00Z")
SECOND = {
    "order_id": "ORD-11",
    "starts_at": "2028-01-10T00:00:00Z",
    "review": {"kind": "administrative", "by": "2028-03-15", "instrument": "Policy 1"},
    "vulnerability_assessed_at": "2028-01-05",
} | LATER


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store in which everything was done, and a wearer has a second order a year later."""
    data = tmp_path_factory.mktemp("erased") / "data"
    with opened_rig(data, Micros(START - DAY)) as rig:
        two_people(rig)
        two(rig)
    with opened_rig(data) as rig:
        live(rig)
        decided(rig)
        opened_and_told(rig)
    with opened_rig(data, AGAIN) as rig:
        again(rig)
    return data


def again(rig: Rig) -> None:
    """Answer what is open, look at what concerns a third person, begin another order."""
    oona, sara = two_people(rig)
    gil = rig.house.store.read(lambda tx: tx.people.by_name("gil"))
    assert gil is not None
    for alert in rig.alerts():
        if alert["order_id"] is not None:
            name = AlertId(alert["alert_id"])
            if alert["order_id"] == "ORD-1":
                open_apart(rig.house, name, person=gil[0], purpose="protect_person")
            close(rig.house, name, person=sara, cause=Cause.TEST, reason="It was answered.")
    device = rig.wearer(11, wearer=first(), **SECOND)
    rig.event(device, "strap_open")
    (alert,) = (one for one in rig.alerts() if one["order_id"] == "ORD-11")
    name = AlertId(alert["alert_id"])
    log_contact(rig.house, name, person=oona, how="phone", reached=True, told="All is well.")


def first() -> dict[str, object]:
    return {
        "wearer_id": "W-1",
        "names": {"given": "Canaryella", "family": "Sealington"},
        "date_of_birth": "1991-02-03",
        "language": "en",
    }


@pytest.fixture
def old(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """Give it on the day on which the first order's records are due; nobody counts how many go."""
    monkeypatch.setattr("fairtag.app.retention.run.room_left", lambda *_: 99)
    shutil.copytree(lived, tmp_path / "data")
    with opened_rig(tmp_path / "data", DUE) as rig:
        steady(rig, DUE)
        yield rig


def broken(rig: Rig) -> str | None:
    return _looked(rig.folder, None, []).broken


def erased(rig: Rig) -> set[tuple[str, str]]:
    found = rig.house.store.read(lambda tx: tx.erasures.erased())
    return {(one.item.wearer_id, one.item.kind) for one in found}


def erase(rig: Rig) -> None:
    """Let go by two people what is due; the log agrees on the way."""
    begun(rig, two(rig))
    assert broken(rig) is None
    days_of_care(rig, 8)


def test_what_went_in_part_and_as_a_whole_is_no_tampering(old: Rig) -> None:
    assert broken(old) is None
    erase(old)

    assert {("W-1", "text"), ("W-1", "finding"), ("W-1", "order"), ("W-5", WHOLE)} <= erased(old)
    assert ("W-1", WHOLE) not in erased(old)
    assert broken(old) is None


def test_what_goes_as_a_whole_after_a_part_is_no_tampering(old: Rig) -> None:
    erase(old)
    steady(old, AFTER_ALL)
    erase(old)

    assert ("W-1", WHOLE) in erased(old)
    assert broken(old) is None


@pytest.mark.parametrize("kind", [RecordKind.TEXT, RecordKind.FINDING, RecordKind.ORDER])
def test_what_a_hold_of_one_kind_leaves_is_no_tampering(old: Rig, kind: RecordKind) -> None:
    hold(old, "W-5", kinds=(kind,))
    hold(old, "W-1", kinds=(kind,), case="High Court, CO/7/2032")
    erase(old)

    assert ("W-5", WHOLE) not in erased(old)
    assert ("W-1", kind) not in erased(old)
    assert broken(old) is None


UNLAWFUL = {
    "a note of another month": "DELETE FROM contacts WHERE order_id = 'ORD-11'",
    "an order of another month": "DELETE FROM order_versions WHERE order_id = 'ORD-11'",
    "a look": "DELETE FROM looks WHERE n = (SELECT min(n) FROM looks WHERE wearer_id = 'W-5')",
    "an interest": "DELETE FROM interests",
    "a note more": (
        "INSERT INTO contacts (order_id, at, owner, body, sealed) SELECT order_id, at, owner,"
        " json_set(CAST(body AS TEXT), '$.at', 1795000000000000), sealed FROM contacts"
    ),
    "another part": (
        "INSERT INTO erased (owner, kind, period, at, run_id)"
        " SELECT 'W-1', 'text', '2028-01', at, run_id FROM erased LIMIT 1"
    ),
    "another day": "UPDATE erased SET at = at + 1",
    "another run": "UPDATE erased SET run_id = 'e_another' WHERE kind = '*'",
}


@pytest.mark.parametrize("rows_are_held", [True, False])
@pytest.mark.parametrize("what", UNLAWFUL)
def test_what_went_or_came_besides_is_found(
    gone: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch, *, rows_are_held: bool
) -> None:
    """Also without the digests of rows, which find most of it before."""
    shutil.copytree(gone, tmp_path / "data")
    if not rows_are_held:
        monkeypatch.setattr(verifying._Rows, "disagreement", lambda *_: None)
    assert _looked(tmp_path / "data", None, []).broken is None

    bend(tmp_path / "data", UNLAWFUL[what])

    assert _looked(tmp_path / "data", None, []).broken is not None


def test_an_erasure_that_somebody_wrote_past_the_service_hides_nothing(
    gone: Path, tmp_path: Path
) -> None:
    shutil.copytree(gone, tmp_path / "data")
    bend(tmp_path / "data", UNLAWFUL["another part"], UNLAWFUL["a note of another month"])

    assert _looked(tmp_path / "data", None, []).broken is not None


@pytest.fixture(scope="module")
def gone(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the store after a lawful erasure, closed."""
    data = tmp_path_factory.mktemp("gone") / "data"
    shutil.copytree(lived, data)
    with pytest.MonkeyPatch.context() as here, opened_rig(data, DUE) as rig:
        here.setattr("fairtag.app.retention.run.room_left", lambda *_: 99)
        steady(rig, DUE)
        erase(rig)
    with closing(sqlite3.connect(data / "fairtag.db")) as db:
        noted = db.execute("SELECT DISTINCT order_id FROM contacts WHERE owner = 'W-1'").fetchall()
    assert noted == [("ORD-11",)]
    return data


def test_an_entry_lacks_its_row_only_where_a_key_seals_the_row() -> None:
    """What is said here of each code is what the store says of its table."""
    kinds = {one.table: one.kind for one in FAMILIES}
    told = {(one.table, code) for one in KINDS if one.needs_row for code in one.codes}
    assert told
    assert {(table, code, kinds.get(table)) for table, code in told} == {
        (table, code, sealed_under(code)) for table, code in told
    }
    assert set(SEALED.values()) == {RecordKind.FINDING, RecordKind.ORDER, RecordKind.TEXT}
