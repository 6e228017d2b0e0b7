"""The erasure's own ways: restore, cap, crash, routine, a changed list; commands and pages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.app.test_verify_log import verify
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
from tests.rig import PASSWORD, START, Rig, opened_rig
from tests.web.desk import Desk, found_csrf, visitor
from typer.testing import CliRunner

from fairtag.adapters.vault import KeyVault
from fairtag.alerts.model import Cause
from fairtag.app.handle_alert import close
from fairtag.app.judging import Engine
from fairtag.app.retention import hold as holding
from fairtag.app.retention import plan as planning
from fairtag.app.retention.finish import finish
from fairtag.app.retention.hold import ask_renewal, renew_hold
from fairtag.app.retention.routine import keep_house
from fairtag.app.retention.run import (
    ask_erasure,
    ask_limit,
    ask_restore,
    begin_erasure,
    restore,
)
from fairtag.app.sign_in import start_session
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.looks import read_page
from fairtag.bootstrap import open_house
from fairtag.cli import app
from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import DataKey
from fairtag.retention.holds import Hold
from fairtag.retention.refusals import ErasureOverCap, ErasureRefused, HoldRefused, RetentionTooLong
from fairtag.terms.errors import ProposalStateRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived") / "data"
    with opened_rig(folder) as rig:
        lives(rig)
        two(rig)
    return folder


@pytest.fixture
def old(lived: Path, tmp_path: Path) -> Iterator[Rig]:
    shutil.copytree(lived, tmp_path / "data")
    with opened_rig(tmp_path / "data", DUE) as rig:
        steady(rig, DUE)
        yield rig


def state(rig: Rig, run_id: str) -> str:
    return rig.house.store.read(lambda tx: tx.erasures.get(run_id)).state


def test_two_people_put_back_what_was_locked_by_mistake(old: Rig) -> None:
    people = two(old)
    run = begun(old, people)
    proposal = ask_restore(old.house, people[0], run.run_id, reason="The list was of another year")
    with pytest.raises(ProposalStateRefused):
        restore(old.house, proposal.proposal_id, by="cara")
    agree(old, proposal, people[1])
    restore(old.house, proposal.proposal_id, by="cara")
    assert opens(old.house, "W-1") == ALL
    days_of_care(old, 9)
    assert (state(old, run.run_id), opens(old.house, "W-1")) == ("restored", ALL)


def test_what_is_destroyed_is_not_put_back(old: Rig) -> None:
    people = two(old)
    run = begun(old, people)
    days_of_care(old, 8)
    with pytest.raises(ErasureRefused, match="removed"):
        ask_restore(old.house, people[0], run.run_id, reason="The list was of another year")


def test_a_list_that_changed_since_is_not_carried_out(old: Rig) -> None:
    people = two(old)
    proposal = agree(
        old, ask_erasure(old.house, people[0], as_of=old.clock.at, reason=WHY), people[1]
    )
    hold(old)
    with pytest.raises(ErasureRefused, match="changed"):
        begin_erasure(old.house, proposal.proposal_id, by="cara")
    assert opens(old.house, "W-1") == ALL


def due_now(old: Rig) -> dict[str, int]:
    return planning.due_list(old.house, as_of=old.clock.at).counts


def test_a_contest_keeps_the_record_until_28_days_after_its_answer(old: Rig) -> None:
    olga = old.person("olga")
    assert due_now(old) == {"record": 1}
    said = contest(old.house, WearerId("W-1"), text="I was at the hospital that night.")
    assert due_now(old) == {}
    with pytest.raises(ErasureRefused):
        ask_erasure(old.house, two(old)[0], as_of=old.clock.at, reason=WHY)
    close(old.house, said.alert_id, person=olga, cause=Cause.TEST, reason="Answered by letter.")
    old.clock.at = Micros(old.clock.at + 28 * DAY - 1)
    assert due_now(old) == {}
    old.clock.at = Micros(old.clock.at + 1)
    assert due_now(old) != {}


def test_negative_control_a_contest_that_nobody_counts_keeps_nothing(
    old: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "holds_standing", lambda tx: tx.holds.listed())
    contest(old.house, WearerId("W-1"), text="I was at the hospital that night.")
    assert due_now(old) == {"record": 1}


def test_a_day_ahead_can_only_be_looked_at(old: Rig) -> None:
    ahead = Micros(old.clock.at + 3000 * DAY)
    assert planning.due_list(old.house, as_of=ahead).counts == {"record": 2}
    with pytest.raises(ErasureRefused, match="has not come"):
        ask_erasure(old.house, two(old)[0], as_of=ahead, reason=WHY)


def test_a_long_list_needs_a_raised_limit(old: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    people = two(old)
    monkeypatch.setattr("fairtag.app.retention.run.room_left", lambda *_: 0)
    proposal = agree(
        old, ask_erasure(old.house, people[0], as_of=old.clock.at, reason=WHY), people[1]
    )
    with pytest.raises(ErasureOverCap):
        begin_erasure(old.house, proposal.proposal_id, by="cara")
    limit = ask_limit(old.house, people[0], as_of=old.clock.at, reason=WHY)
    with pytest.raises(ErasureOverCap):  # asked is not agreed
        begin_erasure(old.house, proposal.proposal_id, by="cara")
    agree(old, limit, people[1])
    assert begin_erasure(old.house, proposal.proposal_id, by="cara").wearers == 1


def test_what_went_today_counts_against_the_cap(old: Rig) -> None:
    assert old.house.store.read(lambda tx: planning.room_left(tx, old.clock.at)) == 1
    begun(old, two(old))
    assert old.house.store.read(lambda tx: planning.room_left(tx, old.clock.at)) == 0


@pytest.mark.parametrize("step", ["lock", "end_items"])
def test_a_crash_between_the_word_and_the_deed_is_made_good(
    old: Rig, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    people = two(old)

    def fails(*_: object) -> int:
        raise OSError("power")

    with monkeypatch.context() as broken:
        broken.setattr(KeyVault, step, fails)
        if step == "lock":
            with pytest.raises(OSError, match="power"):
                begun(old, people)
        else:
            begun(old, people)
            days_of_care(old, 6)
            old.clock.at = Micros(old.clock.at + 2 * DAY)
            with pytest.raises(OSError, match="power"):
                keep_house(old.house)
    finish(old.house)
    assert opens(old.house, "W-1") == []
    days_of_care(old, 9)
    (run,) = [
        one
        for one in old.house.store.read(lambda tx: tx.erasures.listed(is_open=False))
        if one.by == "two people"
    ]
    assert run.state == "removed"


def test_the_service_starts_and_the_log_agrees_at_every_stage(old: Rig) -> None:
    begun(old, two(old))
    for days in (0, 8):
        days_of_care(old, days)
        Engine(old.house).start()
        assert verify("--data", str(old.folder))[0] == 0
        assert opens(old.house, "W-2") == ALL


def test_an_erasure_without_its_entry_is_found(old: Rig) -> None:
    run = begun(old, two(old))
    old.house.store.transact(lambda tx: tx.erasures.mark(run.run_id, "removed", at=old.clock.at))
    code, told = verify("--data", str(old.folder))
    assert code == 1
    assert "erasure" in told


def test_quarantine_goes_by_itself_on_its_day_with_a_certificate(rig: Rig) -> None:
    device = rig.wearer()
    rig.say(device, {"type": "position", "seq": 1, "at": "never", "lat": "x", "lon": 0})
    name = DataKey(wearer_id=WearerId("W-1"), kind=RecordKind.QUARANTINE, period="2026-11-03")
    assert name in rig.house.vault.periods()
    days_of_care(rig, 14)
    assert name in rig.house.vault.periods()
    days_of_care(rig, 1)
    assert name not in rig.house.vault.periods()
    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry for one in entries if one.entry.operation == "erasure"]
    assert [one.what for one in told] == [
        "erasure.routine",
        "erasure.certificate",
        "erasure.rows",
    ]
    assert told[0].details["count quarantine"] == "1"


def test_the_judges_memory_goes_once_late_data_are_taken_no_more(old: Rig) -> None:
    days_of_care(old, 1)
    kinds = {(one.wearer_id, one.kind) for one in old.house.vault.periods()}
    assert ("W-1", RecordKind.STATE) not in kinds
    assert ("W-2", RecordKind.STATE) in kinds


def test_a_hold_is_renewed_or_lifted_by_two_people(old: Rig) -> None:
    people = two(old)
    placed = hold(old)
    with pytest.raises(HoldRefused):
        ask_renewal(
            old.house, people[0], placed.hold_id, until=Micros(old.clock.at + 200 * DAY), reason=WHY
        )
    longer = Micros(old.clock.at + 180 * DAY)
    asked = ask_renewal(old.house, people[0], placed.hold_id, until=longer, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        renew_hold(old.house, asked.proposal_id, by="cara")
    agree(old, asked, people[1])
    renewed = renew_hold(old.house, asked.proposal_id, by="cara")
    assert (renewed.until, renewed.second, renewed.case) == (longer, "sara", placed.case)
    lifted = ask_renewal(old.house, people[0], placed.hold_id, until=old.clock.at, reason=WHY)
    agree(old, lifted, people[1])
    renew_hold(old.house, lifted.proposal_id, by="cara")
    assert planning.due_list(old.house, as_of=old.clock.at).counts == {"record": 1}


def test_an_automatic_hold_ends_28_days_after_the_answer_and_the_wearer_sees_it(old: Rig) -> None:
    told = Hold(
        hold_id="h_c", wearer_id=WearerId("W-1"), why="complaint", since=old.clock.at, until=None,
        by="machine", case="C-17",
    )  # fmt: skip
    with pytest.raises(HoldRefused):
        holding.place_hold(old.house, told, person=None, by="cli")
    now = old.clock.at
    old.house.store.transact(lambda tx: holding.begin_hold(tx, old.house, told, now=now))
    shown = read_page(old.house, WearerId("W-1")).holds
    assert [(one.case, one.until) for one in shown] == [("C-17", None)]
    old.house.store.transact(lambda tx: holding.answer_hold(tx, "h_c", by="olga", now=now))
    for days, counts in ((27, {}), (28, {"record": 1})):
        assert planning.due_list(old.house, as_of=Micros(now + days * DAY)).counts == counts


def test_a_case_is_sealed(old: Rig) -> None:
    hold(old, case="Canary v. Secretary of State")
    files = [path for path in old.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"Canary v." in path.read_bytes()]


def test_a_setting_that_keeps_longer_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRTAG_RETAIN_TRAIL_DAYS", "91")
    with pytest.raises(RetentionTooLong, match="retain_trail_days"), open_house(tmp_path / "d"):
        pass
    assert not (tmp_path / "d").exists()


def run_cli(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["retention", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def test_the_command_lists_and_carries_out_nothing_alone(lived: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    code, told = run_cli("run", "--as-of", "2100-01-01", "--dry-run", "--data", str(data), "--json")
    plan = json.loads(told)
    assert (code, plan["due"], plan["wearers"]) == (0, {"record": 2}, 2)
    assert run_cli("run", "--as-of", "2100-01-01", "--data", str(data))[0] == 0  # only a dry run
    assert run_cli("run", "--as-of", "2020-01-01", "--data", str(data))[0] == 1
    assert run_cli("clock", "--data", str(data))[0] == 1
    with opened_rig(data, Micros(START + 5 * DAY)) as rig:
        assert opens(rig.house, "W-1") == ALL


def test_the_command_holds_and_lists(lived: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(lived, data)
    with open_house(data) as house:
        today = msgspec.json.encode(house.clock.now())
    last = str(2000 + (int(today) // (365 * 86_400_000_000) - 30)) + "-01-01"
    words = ("hold", "W-1", "--why", "court_order", "--case", "CO/1", "--data", str(data))
    assert run_cli(*words, "--until", last)[0] == 1
    assert run_cli("holds", "--data", str(data), "--json") == (0, "[]\n")


def desk_of(rig: Rig, name: str) -> Desk:
    found = rig.house.store.read(lambda tx: tx.people.by_name(name))
    assert found is not None
    desk = visitor(rig, name)
    token = start_session(rig.house, found[0], kind="page").token
    desk.client.cookies.set("fairtag_session", token, domain="127.0.0.1")
    found_csrf(desk)
    return desk


def test_two_people_erase_over_the_pages(old: Rig) -> None:
    two(old)
    cara, sara = desk_of(old, "cara"), desk_of(old, "sara")
    assert "1 × record" in cara.get("/retention").text
    assert cara.send("/retention/ask", what="erasure", reason=WHY).status_code == 303
    (proposal,) = [one for one, _ in old.house.store.read(lambda tx: tx.proposals.listed())]
    name = {"proposal": proposal.proposal_id}
    assert cara.send("/retention/carry-out", **name).status_code == 409
    where = f"/waiting/{proposal.proposal_id}"
    assert f'href="{where}"' in sara.get("/retention").text
    told = {"digest": proposal.digest, "answer": "agreed", "password": PASSWORD}
    assert sara.send(where, **told).status_code == 303
    assert cara.send("/retention/carry-out", **name).status_code == 303
    page = sara.get("/retention").text
    assert "Locked: nobody can open it" in page
    assert "Ask to put it back" in page
    days_of_care(old, 8)
    assert opens(old.house, "W-1") == []


def test_a_hold_is_placed_over_the_page(old: Rig) -> None:
    two(old)
    cara = desk_of(old, "cara")
    told = {"wearer": "W-1", "why": "proceedings", "case": "UT/2032/9"}
    assert cara.send("/retention/holds", **told, until="2040-01-01").status_code == 409
    assert cara.send("/retention/holds", **told, until="2033-01-15").status_code == 303
    page = cara.get("/retention").text
    assert "Due and held: 1 ×" in page
    assert "UT/2032/9" not in page
