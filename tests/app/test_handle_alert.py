"""People handle alerts: raced, logged, and shown again when later data change what they decided."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.rig import HOME, Rig, walk_out

from fairtag.alerts.later import LATER_DATA
from fairtag.alerts.model import Cause
from fairtag.app.books import Person
from fairtag.app.handle_alert import acknowledge, close, log_contact
from fairtag.app.new_ids import new_alert_id
from fairtag.app.open_record import open_evidence
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import apply
from fairtag.app.sign_in import add_user
from fairtag.rules.finding import State
from fairtag.terms.errors import (
    AlertStateRefused,
    LogUnavailable,
    NotPermitted,
    ReasonRefused,
    UnknownAlert,
)
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import MINUTE

REASON = "Handed to the authority, with what was found."


def person(rig: Rig, name: str = "ann", role: str = "officer") -> Person:
    add_user(rig.house, name, role=role, authority="ho", by="test")
    return next(
        one for one in rig.house.store.read(lambda tx: tx.people.listed()) if one.name == name
    )


def alarm(rig: Rig, code: str = "strap_open") -> AlertId:
    rig.event(rig.wearer(), code)
    return AlertId(rig.alerts()[0]["alert_id"])


def raced(*works: Callable[[], object]) -> list[object]:
    """Do all at once; gives what each gave or raised."""
    gate, done = threading.Barrier(len(works)), [None for _ in works]

    def run(place: int, work: Callable[[], object]) -> None:
        gate.wait()
        try:
            done[place] = work()  # type: ignore[call-overload]
        except AlertStateRefused as refusal:
            done[place] = refusal  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(done)


def test_of_many_people_at_once_one_gets_the_alert(rig: Rig) -> None:
    name = alarm(rig)
    staff = [person(rig, f"officer{n}") for n in range(8)]

    done = raced(*(lambda p=p: acknowledge(rig.house, name, person=p) for p in staff))

    refused = [one for one in done if isinstance(one, AlertStateRefused)]
    alert = rig.house.store.read(lambda tx: tx.alerts.get(name))
    acts = rig.house.store.read(lambda tx: tx.alerts.acts(name))
    assert len(refused) == 7
    assert [act.by for act in acts if act.what == "acknowledged"] == [alert.acknowledged_by]


def test_of_two_who_close_at_once_one_does(rig: Rig) -> None:
    name = alarm(rig)
    ann, ben = person(rig, "ann"), person(rig, "ben")

    done = raced(
        lambda: close(rig.house, name, person=ann, cause=Cause.EXCUSED, reason=REASON),
        lambda: close(rig.house, name, person=ben, cause=Cause.EQUIPMENT, reason=REASON),
    )

    assert sum(isinstance(one, AlertStateRefused) for one in done) == 1
    log = rig.house.store.read(lambda tx: tx.audit.entries())
    assert [one.entry.what for one in log].count("alert.close") == 1


def test_a_refused_closing_changes_and_logs_nothing(rig: Rig) -> None:
    name, ann = alarm(rig), person(rig)
    before = rig.house.store.read(lambda tx: (tx.alerts.get(name), tx.audit.last()))

    with pytest.raises(ReasonRefused):
        close(rig.house, name, person=ann, cause=Cause.EXCUSED, reason="short")
    with pytest.raises(UnknownAlert):
        close(rig.house, AlertId("a_none"), person=ann, cause=Cause.EXCUSED, reason=REASON)

    assert before == rig.house.store.read(lambda tx: (tx.alerts.get(name), tx.audit.last()))


def test_other_roles_handle_no_alert(rig: Rig) -> None:
    name = alarm(rig)

    for role in ("caseworker", "inspector", "reviewer", "liaison", "admin"):
        with pytest.raises(NotPermitted):
            acknowledge(rig.house, name, person=person(rig, f"a-{role}", role))


def test_a_contractor_handles_matters_of_support_only(rig: Rig) -> None:
    contractor = person(rig, "con", "contractor")
    rig.event(rig.wearer(1), "strap_open")
    rig.event(rig.wearer(2), "fault")
    ids = {one["for"]: AlertId(one["alert_id"]) for one in rig.alerts()}

    assert acknowledge(rig.house, ids["support"], person=contractor).acknowledged_by == "con"
    with pytest.raises(NotPermitted):
        acknowledge(rig.house, ids["authority"], person=contractor)


def test_a_contact_is_kept_sealed_and_needs_words(rig: Rig) -> None:
    name, ann = alarm(rig), person(rig)

    log_contact(rig.house, name, person=ann, how="visit", reached=False, told="Nobody at home-xyz.")
    with pytest.raises(ReasonRefused):
        log_contact(rig.house, name, person=ann, how="visit", reached=False, told="  ")

    (note,) = rig.house.store.read(lambda tx: tx.alerts.contacts("ORD-1"))  # type: ignore[arg-type]
    assert (note.text, note.by, note.reached) == ("Nobody at home-xyz.", "ann", False)
    stored = b"".join(one.read_bytes() for one in rig.folder.glob("fairtag.db*"))
    assert b"home-xyz" not in stored
    assert b"Handed to the authority" not in stored


def test_what_was_referred_and_is_withdrawn_later_comes_back(rig: Rig) -> None:
    device, ann = rig.wearer(), person(rig)
    rig.say(device, rig.line(device))
    walk_out(rig, device)
    (alert,) = rig.alerts()
    name = AlertId(alert["alert_id"])
    seen = open_evidence(rig.house, name, person=ann, purpose="handle_alert").positions
    close(rig.house, name, person=ann, cause=Cause.REFERRED, reason=REASON)
    assert rig.alerts() == []

    withdraw(rig, str(alert["findings"][0]))

    (again,) = rig.alerts()
    assert (again["kind"], again["priority"], again["for"]) == (LATER_DATA, "low", "authority")
    assert again["owner"] == "ann"
    assert str(name) in again["words"]["en"]
    old = rig.house.store.read(lambda tx: tx.alerts.get(name))
    assert (old.cause, old.withdrawn, old.closed_by) == (Cause.REFERRED, True, "ann")
    assert seen


def withdraw(rig: Rig, finding_id: str) -> None:
    """Store the withdrawal of a finding as the judge would."""
    now = rig.clock.now()

    def work(tx: Transaction) -> None:
        told = [one for _, one in tx.verdicts.feed(after=0, limit=1000)]
        last = next(one for one in reversed(told) if one.finding_id == finding_id)
        gone = replace(last, rev=last.rev + 1, state=State.WITHDRAWN, decided_at=now)
        tx.verdicts.add(gone, wearer_id=WearerId("W-1"))
        apply(tx, gone, now=now, new_id=partial(new_alert_id, rig.house))

    rig.house.store.transact(work)


def test_an_alert_keeps_the_evidence_of_all_its_findings(rig: Rig) -> None:
    """What was shown when somebody looked is there when somebody else looks later."""
    device, ann = rig.wearer(), person(rig)
    walk_out(rig, device)
    first = opened(rig, ann)
    for _ in range(20):  # back home: the finding closes and its revision brings other positions
        rig.pass_time(MINUTE)
        rig.say(device, rig.line(device, lat=HOME[0] + rig.seq[device] * 1e-5, lon=HOME[1]))
    (alert,) = rig.alerts()

    assert alert["is_over"]
    assert first < opened(rig, ann)


def opened(rig: Rig, by: Person) -> set[int]:
    name = AlertId(rig.alerts()[0]["alert_id"])
    found = open_evidence(rig.house, name, person=by, purpose="handle_alert").positions
    return {one.at for one in found}


def block(folder: Path) -> None:
    """Break the file beside the log table."""
    (folder / "log" / "access.log").unlink()
    (folder / "log" / "access.log").mkdir()


def test_one_broken_place_of_the_log_stops_nobody(rig: Rig) -> None:
    ann = person(rig)
    walk_out(rig, rig.wearer())
    name = AlertId(rig.alerts()[0]["alert_id"])
    block(rig.folder)

    assert open_evidence(rig.house, name, person=ann, purpose="handle_alert").positions
    entries = rig.house.store.read(lambda tx: tx.audit.entries())
    assert [one.entry.what for one in entries[-3:]] == ["alert.evidence", "rows", "log.alone"]


def test_with_no_place_to_write_data_stay_shut_and_alarms_go_on(rig: Rig) -> None:
    ann = person(rig)
    device = rig.wearer()
    walk_out(rig, device)
    name = AlertId(rig.alerts()[0]["alert_id"])
    block(rig.folder)
    break_table(rig)

    with pytest.raises(LogUnavailable):
        open_evidence(rig.house, name, person=ann, purpose="handle_alert")
    with pytest.raises(LogUnavailable):
        close(rig.house, name, person=ann, cause=Cause.TEST, reason=REASON)
    assert acknowledge(rig.house, name, person=ann).acknowledged_by == "ann"
    rig.event(device, "sos")
    assert "wearer.help" in rig.kinds()


def break_table(rig: Rig) -> None:
    """Let the log table refuse every row, as a damaged one would."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'broken'); END"
    with closing(sqlite3.connect(rig.folder / "fairtag.db")) as db:
        db.execute(f"CREATE TRIGGER log_broken BEFORE INSERT ON log {refuse}")
        db.commit()
