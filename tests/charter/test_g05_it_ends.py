"""Guarantee 5: it ends. Event time, dates, holds, two people, and keys that do not come back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519
from tests.answers import (
    NOON,
    answer,
    asked_wearer,
    burst,
    enrol,
    newest,
    opened_check_ins,
    prompt_of,
)
from tests.erasing import (
    ALL,
    DUE,
    WHY,
    agree,
    begun,
    days_of_care,
    hold,
    lives,
    opens,
    steady,
    two,
)
from tests.rig import HandClock, Rig, opened_rig
from tests.web.test_portal import come_in

from fairtag.adapters.keys.copies import copy_in as restore_keys
from fairtag.adapters.keys.copies import copy_out as copy_keys
from fairtag.adapters.keys.epochs import Epochs
from fairtag.adapters.keystore import KeyStore
from fairtag.adapters.sqlite.copies import copy_in, copy_out
from fairtag.adapters.vault import KeyVault
from fairtag.alerts.model import Cause
from fairtag.app import receive as receiving
from fairtag.app.checkins.book import Decided
from fairtag.app.complaints import answer as answering
from fairtag.app.complaints import record as recording
from fairtag.app.complaints.answer import answer_complaint
from fairtag.app.complaints.record import complain
from fairtag.app.disclosure import subject_access
from fairtag.app.disclosure.ask import propose
from fairtag.app.disclosure.deliver import hand_over
from fairtag.app.handle_alert import close
from fairtag.app.keys.care import keep_keys
from fairtag.app.put_order import mark_order
from fairtag.app.retention import plan as planning
from fairtag.app.retention import run as running
from fairtag.app.retention.hold import ask_renewal, renew_hold
from fairtag.app.retention.plan import picture_goes_at as plan_picture_goes_at
from fairtag.app.retention.run import ask_erasure, begin_erasure
from fairtag.app.wearer.contest import contest
from fairtag.bootstrap import open_house
from fairtag.custody.refusals import KeyBackupRefused
from fairtag.retention import due as listing
from fairtag.retention import holds
from fairtag.retention.refusals import ClockDoubtful, ErasureRefused, HoldRefused
from fairtag.terms.errors import ProposalStateRefused, SealBroken
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse, text


def kept(rig: Rig) -> int:
    entries = rig.house.store.read(lambda tx: tx.journal.after(0, limit=1000))
    return sum(len(one.messages) for one in entries)


def ended(rig: Rig) -> str:
    """End an order an hour ago and go on sending from the device."""
    device = rig.wearer()
    rig.say(device, rig.line(device))
    rig.pass_time(HOUR)
    mark_order(
        rig.house,
        OrderId("ORD-1"),
        "end",
        at=rig.clock.at,
        by="test",
        reason="Revoked",
    )
    rig.pass_time(HOUR)
    return device


def test_a_device_that_keeps_sending_leaves_nothing_behind(rig: Rig) -> None:
    device = ended(rig)
    answer = rig.say(device, rig.line(device), rig.line(device, type="event", code="strap_open"))
    assert answer.status_code == 410
    assert kept(rig) == 1
    assert rig.kinds() == []


def test_the_end_is_counted_by_event_time_not_by_arrival(rig: Rig) -> None:
    device = ended(rig)
    before = text(Micros(rig.clock.at - 90 * 60_000_000))
    assert rig.say(device, rig.line(device, at=before)).status_code == 200
    assert kept(rig) == 2


def test_a_week_after_the_end_late_data_are_refused_too(rig: Rig) -> None:
    device = ended(rig)
    before = text(Micros(rig.clock.at - 90 * 60_000_000))
    rig.clock.at = Micros(rig.clock.at + 8 * DAY)
    assert rig.say(device, rig.line(device, at=before)).status_code == 410
    assert kept(rig) == 1


def test_a_suspended_order_keeps_nothing(rig: Rig) -> None:
    device = rig.wearer()
    mark_order(
        rig.house, OrderId("ORD-1"), "suspend", at=rig.clock.at, by="test", reason="In hospital"
    )
    rig.pass_time(HOUR)
    rig.say(device, rig.line(device))
    assert kept(rig) == 0


def test_negative_control_a_door_that_forgets_the_end_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = ended(rig)
    monkeypatch.setattr(receiving, "owner_of", lambda serving, *_: serving[0])
    rig.say(device, rig.line(device))
    assert kept(rig) == 2


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the data of two wearers; the first one's order ended six years before `DUE`."""
    folder = tmp_path_factory.mktemp("lived") / "data"
    with opened_rig(folder) as rig:
        lives(rig)
        two(rig)
        assert opens(rig.house, "W-1") == opens(rig.house, "W-2") == ALL
    return folder


@pytest.fixture
def old(lived: Path, tmp_path: Path) -> Iterator[Rig]:
    """Open a copy of it on the day on which the first wearer's record is due."""
    shutil.copytree(lived, tmp_path / "data")
    with opened_rig(tmp_path / "data", DUE) as rig:
        steady(rig, DUE)
        yield rig


def restored(rig: Rig, packed: Path, keys: Path) -> tuple[list[str], list[str]]:
    """Put a backup back beside some keys; tells what opens of either wearer."""
    folder = packed.parent / f"restored-{keys.name}-{len(list(packed.parent.iterdir()))}"
    copy_in(packed, keys, folder)
    with open_house(folder, clock=HandClock(rig.clock.at)) as house:
        return opens(house, "W-1"), opens(house, "W-2")


def test_after_its_end_nothing_of_the_record_opens_and_of_others_all_does(
    old: Rig, tmp_path: Path
) -> None:
    packed, former = tmp_path / "backup.tgz", tmp_path / "former"
    copy_out(old.folder, packed, log=old.folder / "log" / "access.log")
    shutil.copytree(old.folder / "keys", former)
    run = begun(old, two(old))
    assert run.counts == {"record": 1}
    assert opens(old.house, "W-1") == []  # locked: not even the service opens it

    days_of_care(old, 8)

    assert old.house.store.read(lambda tx: tx.erasures.get(run.run_id)).state == "removed"
    assert opens(old.house, "W-2") == ALL
    assert restored(old, packed, old.folder / "keys") == ([], ALL)
    # The check can see: with the keys of before, the same backup opens.
    assert restored(old, packed, former) == (ALL, ALL)


def test_the_rows_go_after_the_keys_and_the_log_says_what_went(old: Rig) -> None:
    begun(old, two(old))
    days_of_care(old, 8)
    entries = old.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry for one in entries if one.entry.operation == "erasure"]
    steps = [one.what for one in told if one.what != "erasure.routine"]
    assert steps[-4:] == [
        "erasure.lock", "erasure.destroy", "erasure.certificate", "erasure.rows",
    ]  # fmt: skip
    certificate = told[-2].details
    assert certificate["final"] == text(told[-2].at)  # no copy of the keystore was ever made
    assert "W-1" not in str(certificate)
    assert int(certificate["gone"]) > 4
    assert told[-1].details["rows order_versions"] == "1"
    with closing(sqlite3.connect(old.folder / "fairtag.db")) as db:
        for table in ("order_versions", "alerts", "findings", "states", "journal"):
            left = db.execute(f"SELECT DISTINCT wearer_id FROM {table}").fetchall()  # noqa: S608
            assert ("W-1",) not in left, table


def test_the_whole_record_is_final_before_six_years_are_over(old: Rig) -> None:
    end = old.house.store.read(lambda tx: tx.orders.facts(order_id=OrderId("ORD-1")))[0].ends_at
    run = begun(old, two(old))
    final = old.house.vault.final_at(Micros(run.until + DAY))
    assert final <= end + 6 * 365 * DAY


def test_negative_control_a_run_that_removes_rows_only_is_noticed(
    old: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "backup.tgz"
    copy_out(old.folder, packed, log=old.folder / "log" / "access.log")
    monkeypatch.setattr(KeyVault, "lock", lambda *_: 0)
    monkeypatch.setattr(KeyVault, "end_items", lambda *_: 0)
    begun(old, two(old))
    days_of_care(old, 8)
    assert restored(old, packed, old.folder / "keys")[0] == ALL


def test_what_is_held_stays_and_opens_for_nobody_else(old: Rig) -> None:
    hold(old)
    with pytest.raises(ErasureRefused, match="nothing is due"):
        ask_erasure(old.house, two(old)[0], as_of=old.clock.at, reason="It is the day of the list")
    assert planning.due_list(old.house, as_of=old.clock.at).held["order"] == 1
    days_of_care(old, 8)
    assert opens(old.house, "W-1") == ALL


def test_a_hold_that_comes_while_keys_are_locked_puts_them_back(old: Rig) -> None:
    begun(old, two(old))
    days_of_care(old, 3)
    assert opens(old.house, "W-1") == []
    hold(old)
    assert opens(old.house, "W-1") == ALL
    days_of_care(old, 8)
    assert opens(old.house, "W-1") == ALL


def test_negative_control_a_list_that_forgets_holds_is_noticed(
    old: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(old)
    monkeypatch.setattr(listing, "held", lambda *_: False)
    assert begun(old, two(old)).counts == {"record": 1}


def test_one_person_alone_erases_nothing(old: Rig) -> None:
    first, _ = two(old)
    proposal = ask_erasure(old.house, first, as_of=old.clock.at, reason="It is the day of the list")
    with pytest.raises(ProposalStateRefused):
        begin_erasure(old.house, proposal.proposal_id, by="cara")
    days_of_care(old, 8)
    assert opens(old.house, "W-1") == ALL


def test_negative_control_a_run_without_a_second_person_is_noticed(
    old: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = two(old)
    proposal = ask_erasure(old.house, first, as_of=old.clock.at, reason="It is the day of the list")
    monkeypatch.setattr(running, "carry_out", lambda *_, **__: (proposal, ""))
    begin_erasure(old.house, proposal.proposal_id, by="cara")
    assert opens(old.house, "W-1") == []


def test_a_clock_that_jumps_years_ahead_destroys_nothing(lived: Path, tmp_path: Path) -> None:
    shutil.copytree(lived, tmp_path / "data")
    with opened_rig(tmp_path / "data") as rig:
        people = two(rig)
        rig.clock.at = DUE
        days_of_care(rig, 12)
        with pytest.raises(ClockDoubtful):
            begun(rig, people)
        assert opens(rig.house, "W-1") == ALL


def test_a_key_is_not_made_anew_while_it_is_locked(old: Rig) -> None:
    begun(old, two(old))
    with pytest.raises(SealBroken):
        old.house.vault.enrol("W-1", "ho")


def rows_of(folder: Path) -> dict[str, int]:
    """Count the rows of every table that may hold what a device said."""
    with closing(sqlite3.connect(folder / "fairtag.db")) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for (name,) in tables
            if not name.startswith(("alembic", "sqlite"))
        }


SENT_ON = ("native", "osmand", "owntracks", "overland", "an event", "nonsense")


def sends_on(rig: Rig, device: str, what: str) -> None:
    """Send as a device does that nobody took off, in each way in which devices speak."""
    token, heads = rig.tokens[device], {"Authorization": f"Bearer {rig.tokens[device]}"}
    where = {"lat": 53.4999, "lon": -2.2, "timestamp": rig.clock.at // 1_000_000}
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-2.2, 53.4999]},
        "properties": {"timestamp": text(rig.clock.at)},
    }
    own = {"_type": "location", "lat": 53.4999, "lon": -2.2, "tst": rig.clock.at // 1_000_000}
    ways = {
        "native": lambda: rig.say(device, rig.line(device, lat=53.4999)),
        "osmand": lambda: rig.client.get(f"/d/osmand/{token}", params=where),
        "owntracks": lambda: rig.client.post("/d/owntracks", json=own, auth=(device, token)),
        "overland": lambda: rig.client.post(
            "/d/overland", json={"locations": [feature]}, headers=heads
        ),
        "an event": lambda: rig.event(device, "strap_open"),
        "nonsense": lambda: rig.client.post("/d/v1/messages", content="Canary {", headers=heads),
    }
    assert ways[what]().status_code in (200, 410)
    rig.judge()


def left_behind(rig: Rig, device: str, what: str) -> dict[str, int]:
    """Tell by table how many rows a device leaves that keeps sending."""
    before = rows_of(rig.folder)
    sends_on(rig, device, what)
    after = rows_of(rig.folder)
    # Of a number it is remembered that it came, so that the device may forget it: no content.
    return {
        name: after[name] - before[name]
        for name in after
        if after[name] != before[name] and name not in ("held", "numbers")
    }


@pytest.mark.parametrize("what", SENT_ON)
def test_a_device_that_keeps_sending_leaves_no_content_in_any_table(rig: Rig, what: str) -> None:
    device = ended(rig)
    assert left_behind(rig, device, what) == {}


def test_negative_control_before_the_end_the_same_words_are_kept(rig: Rig) -> None:
    device = rig.wearer()
    assert left_behind(rig, device, "native").get("journal") == 1


def test_keys_that_went_are_in_no_copy_of_the_keystore_after_30_days(
    old: Rig, tmp_path: Path
) -> None:
    """A copy of the keystore from before brings nothing back, and dies with its week's key."""
    packed, keys = tmp_path / "backup.tgz", old.folder / "keys"
    copy_out(old.folder, packed, log=old.folder / "log" / "access.log")
    copied = tmp_path / "keys.age"
    with closing(KeyStore(keys, chance=os.urandom)) as store:
        copy_keys(store.path, store.epochs, copied, now=old.clock.at)
    begun(old, two(old))
    days_of_care(old, 8)
    log = old.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    certificate = [one.entry for one in log if one.entry.what == "erasure.certificate"][-1]
    final = parse(certificate.details["final"])
    assert certificate.at < final <= certificate.at + 30 * DAY

    def brought_back(now: Micros) -> tuple[list[str], list[str]]:
        again = tmp_path / f"again-{now}"
        shutil.copytree(keys, again)
        (again / "keys.db").unlink()
        with closing(Epochs(again / "epochs.db", fresh=os.urandom(16))) as epochs:
            restore_keys(copied, epochs, again / "keys.db", now=now)
        return restored(old, packed, again)

    assert brought_back(old.clock.at) == ([], ALL)  # what was destroyed is left out
    # Negative control: without the list of what went, the same copy brings it back while it lives.
    forgotten = pytest.MonkeyPatch()
    with forgotten.context() as here:
        here.setattr(Epochs, "gone", lambda _: set())
        assert brought_back(Micros(old.clock.at + 1)) == (ALL, ALL)
    # On the day that the certificate names, nothing opens the copy any more.
    old.clock.at = final
    assert keep_keys(old.house) == 1
    with pytest.raises(KeyBackupRefused):
        brought_back(final)


def test_what_is_held_is_shown_to_the_wearer_with_its_case_and_end(old: Rig) -> None:
    hold(old)
    page = come_in(old).page().text
    assert "A court ordered that this is kept." in page
    assert "High Court, CO/1/2032" in page


def test_a_contest_holds_by_itself_until_28_days_after_its_answer(old: Rig) -> None:
    made = contest(old.house, WearerId("W-1"), text="That was not me.")
    assert planning.due_list(old.house, as_of=old.clock.at).counts == {}
    person = old.person("olga")
    close(old.house, made.alert_id, person=person, cause=Cause.TEST, reason="We answered them.")
    for days, due in ((27, {}), (28, {"record": 1})):
        at = Micros(old.clock.at + days * DAY)
        assert planning.due_list(old.house, as_of=at).counts == due


def unlike_the_charter_about_a_complaint(rig: Rig) -> list[str]:
    """Complain when all is due, be answered, wait; tells what the hold did not do, or did."""
    wrong, day = [], rig.clock.at

    def due(days: int = 0) -> bool:
        return planning.due_list(rig.house, as_of=Micros(day + days * DAY)).counts != {}

    made = complain(rig.house, WearerId("W-1"), text="Nobody rings back.")
    if due():
        wrong.append("it holds nothing")
    if "You complained." not in come_in(rig).page().text:
        wrong.append("the wearer does not see it")
    if due(365):
        wrong.append("it ends before the answer")
    sara = two(rig)[1]
    told = {"outcome": "upheld", "text": "You were right, and we rang you on Monday."}
    answer_complaint(rig.house, sara, made.complaint_id, **told)
    wrong += ["it ends with the answer"] if due(27) else []
    wrong += [] if due(28) else ["it does not end 28 days after the answer"]
    return wrong


def test_a_complaint_holds_by_itself_until_28_days_after_its_answer(old: Rig) -> None:
    assert planning.due_list(old.house, as_of=old.clock.at).counts == {"record": 1}
    assert unlike_the_charter_about_a_complaint(old) == []


@pytest.mark.parametrize(
    ("broken", "noticed"),
    [
        (
            (recording, "begin_hold"),
            {
                *("it holds nothing", "the wearer does not see it"),
                *("it ends before the answer", "it ends with the answer"),
            },
        ),
        ((answering, "answer_hold"), {"it does not end 28 days after the answer"}),
        ((holds, "ANSWER_DAYS"), {"it ends with the answer"}),
    ],
    ids=lambda one: one[1] if isinstance(one, tuple) else "",
)
def test_negative_control_a_complaint_that_holds_too_little_or_for_ever_is_noticed(
    old: Rig,
    monkeypatch: pytest.MonkeyPatch,
    broken: tuple[Any, str],
    noticed: set[str],
) -> None:
    instead = {"begin_hold": lambda *_, **__: None, "answer_hold": lambda *_, **__: None}
    module, name = broken
    monkeypatch.setattr(module, name, instead.get(name, 0))
    if name == "begin_hold":  # what is not there is not answered either
        monkeypatch.setattr(answering, "answer_hold", instead["answer_hold"])

    assert set(unlike_the_charter_about_a_complaint(old)) == noticed


def test_a_complaint_that_comes_while_keys_are_locked_puts_them_back(old: Rig) -> None:
    begun(old, two(old))
    days_of_care(old, 3)
    assert opens(old.house, "W-1") == []
    complain(old.house, WearerId("W-1"), text="Nobody rings back.")
    assert opens(old.house, "W-1") == ALL
    days_of_care(old, 8)
    assert opens(old.house, "W-1") == ALL


def test_an_access_request_holds_by_itself_until_28_days_after_its_answer(old: Rig) -> None:
    officer, second = two(old)
    key = str(x25519.Identity.generate().to_public())
    asked = subject_access.ask_access(
        old.house, officer, OrderId("ORD-1"), public_key=key, asked_by="me", how="letter"
    )
    assert planning.due_list(old.house, as_of=old.clock.at).counts == {}
    subject_access.check_identity(
        old.house, officer, asked.disclosure_id, how="passport or identity card"
    )
    agree(old, propose(old.house, officer, asked.disclosure_id, reason=WHY), second)
    subject_access.answer(old.house, officer, asked.disclosure_id)
    hand_over(old.house, officer, asked.disclosure_id)
    for days, due in ((27, {}), (28, {"record": 1})):
        at = Micros(old.clock.at + days * DAY)
        assert planning.due_list(old.house, as_of=at).counts == due


def test_a_hold_lasts_six_months_at_most_and_takes_two_to_renew(old: Rig) -> None:
    now = old.clock.at
    with pytest.raises(HoldRefused):
        hold(old, until=Micros(now + 190 * DAY))
    for lacking in ({"case": ""}, {"until": None}):
        with pytest.raises(HoldRefused):
            hold(old, **lacking)
    placed, people = hold(old), two(old)
    until = Micros(now + 180 * DAY)
    asked = ask_renewal(old.house, people[0], placed.hold_id, until=until, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        renew_hold(old.house, asked.proposal_id, by="cara")
    agree(old, asked, people[1])
    assert renew_hold(old.house, asked.proposal_id, by="cara").until == until


def photographed(folder: Path) -> tuple[str, str]:
    """Let two wearers answer with pictures: one matches, the other waits for people."""
    with opened_check_ins(folder) as rig:
        named = []
        for number, enrolled, shown in ((1, "ann", "ann"), (2, "cleo", "eve")):
            asked_wearer(rig, number)
            enrol(rig, number, enrolled)
            prompt = prompt_of(rig, number)
            answer(rig, prompt, burst(shown, since=60 + number))
            named.append(str(newest(rig, prompt).answer_id))
        return named[0], named[1]


def shows(folder: Path, answer_id: str, at: Micros) -> bool:
    """Tell whether a store with its keys opens an answer's pictures."""
    with open_house(folder, kind="demo", clock=HandClock(at)) as house:
        try:
            return bool(house.store.read(lambda tx: tx.answers.pictures(answer_id)))
        except SealBroken:
            return False


def test_a_matched_photo_is_gone_within_days_and_no_copy_brings_it_back(tmp_path: Path) -> None:
    """Seven days after the answer the key is gone; another wearer's picture, undecided, stays."""
    folder, former, later = tmp_path / "data", tmp_path / "former", Micros(NOON + 7 * DAY)
    matched, waiting = photographed(folder)
    shutil.copytree(folder, former)
    assert shows(folder, matched, NOON)
    with opened_check_ins(folder, at=later) as rig:
        steady(rig, later)  # the day's one list is made an hour before

    assert not shows(folder, matched, later)
    assert shows(folder, waiting, later)
    # An older copy of the store opens nothing more with the keys of today.
    copy = tmp_path / "copy"
    shutil.copytree(former, copy)
    shutil.rmtree(copy / "keys")
    shutil.copytree(folder / "keys", copy / "keys")
    assert not shows(copy, matched, later)
    assert shows(copy, waiting, later)
    # The check can see: with the keys of before, the same copy opens.
    assert shows(former, matched, later)


def never(*_: object) -> None:
    """Date no picture."""


def a_day_late(came: Decided | None, basis_end: Micros | None) -> Micros | None:
    """Date pictures as a list does that is made once a day and looks no day ahead."""
    at = plan_picture_goes_at(came, basis_end)
    return None if at is None else Micros(at + DAY)


@pytest.mark.parametrize("dated", [never, a_day_late])
def test_negative_control_photos_that_nobody_dates_or_too_late_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dated: Callable[..., Micros | None]
) -> None:
    monkeypatch.setattr(planning, "picture_goes_at", dated)
    later = Micros(NOON + 7 * DAY)
    matched, _ = photographed(tmp_path / "data")
    with opened_check_ins(tmp_path / "data", at=later) as rig:
        steady(rig, later)
    assert shows(tmp_path / "data", matched, later)
