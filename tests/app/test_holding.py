"""Holds at odd hours: while keys are being locked, for one kind only, again for the same case."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.test_retention import desk_of, state
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
from tests.rig import Rig, opened_rig

from fairtag.adapters.vault import KeyVault
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.app.handle_alert import close
from fairtag.app.retention import routine
from fairtag.app.retention.announce import KIND
from fairtag.app.retention.book import Run
from fairtag.app.retention.finish import finish
from fairtag.app.retention.hold import ask_renewal, renew_hold
from fairtag.app.retention.plan import concerned, due_list
from fairtag.app.retention.routine import keep_house
from fairtag.app.retention.run import ask_restore, restore
from fairtag.app.retention.standing import holds_standing
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.contested import contested
from fairtag.app.wearer.looks import read_page
from fairtag.custody.kinds import RecordKind
from fairtag.retention.due import Item
from fairtag.retention.refusals import HoldKnown, HoldRefused
from fairtag.terms.errors import UnknownAlert
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros, text


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("holding") / "data"
    with opened_rig(folder) as rig:
        lives(rig)
        made = contest(rig.house, WearerId("W-1"), text="I was at the hospital that night.")
        olga = rig.person("olga")
        close(rig.house, made.alert_id, person=olga, cause=Cause.TEST, reason="Answered by letter.")
        two(rig)
    return folder


@pytest.fixture
def old(lived: Path, tmp_path: Path) -> Iterator[Rig]:
    shutil.copytree(lived, tmp_path / "data")
    with opened_rig(tmp_path / "data", DUE) as rig:
        steady(rig, DUE)
        yield rig


def test_a_hold_of_one_kind_stops_nobody_elses_erasure(old: Rig) -> None:
    """The alert of a contest goes with the findings, its words are held: the house goes on."""
    (made,) = old.house.store.read(lambda tx: tx.contests.about())
    hold(old, kinds=(RecordKind.TEXT,))
    begun(old, two(old))
    days_of_care(old, 8)

    with pytest.raises(UnknownAlert):
        old.house.store.read(lambda tx: tx.alerts.get(made.alert_id))
    assert old.house.store.read(lambda tx: tx.contests.about()) == [made]
    days_of_care(old, 2)
    now = old.clock.at
    assert old.house.store.read(lambda tx: tx.erasures.routine_day()) == text(now)[:10]
    standing = old.house.store.read(lambda tx: holds_standing(tx, WearerId("W-1")))
    assert [one.why for one in standing] == ["court_order"]
    assert read_page(old.house, WearerId("W-1")).contests == ()
    assert old.house.store.read(lambda tx: contested(tx, now)) == []


def test_an_erasure_that_fails_stops_no_other(
    old: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one that fails is newer, and so has its turn first."""
    agreed, whole = begun(old, two(old)), KeyVault.end_items
    own = own_run(old)

    def fails(vault: KeyVault, run: str, items: list[Item]) -> int:
        if run == own.run_id:
            raise OSError("the disk")
        return whole(vault, run, items)

    with monkeypatch.context() as broken:
        broken.setattr(KeyVault, "end_items", fails)
        for _ in range(8):
            with pytest.raises(OSError, match="the disk"):  # the round counts as failed
                days_of_care(old, 1)

    assert (state(old, agreed.run_id), opens(old.house, "W-1")) == ("removed", [])
    assert own.run_id in capsys.readouterr().out
    finish(old.house)
    assert state(old, own.run_id) == "removed"


def own_run(rig: Rig) -> Run:
    """Begin an erasure as the service does by itself."""
    item = Item(wearer_id=WearerId("W-2"), kind=RecordKind.STATE, period="2026-11")
    now = rig.clock.at
    told = {"digest": "", "counts": {}, "wearers": 1, "as_of": now, "begun_at": now, "until": now}
    run = Run(run_id="e_own", by="machine", state="destroying", **told)
    rig.house.store.transact(lambda tx: tx.erasures.begin(run, [item]))
    return run


def test_a_list_that_can_not_be_made_stops_no_run_that_has_begun(
    old: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(old, two(old))
    days_of_care(old, 6)

    def fails(*_: object, **__: object) -> list[WearerId]:
        raise OSError("the disk")

    monkeypatch.setattr(routine, "concerned", fails)
    old.clock.at = Micros(old.clock.at + DAY)
    with pytest.raises(OSError, match="the disk"):
        keep_house(old.house)
    assert state(old, run.run_id) == "removed"


def test_a_hold_that_comes_while_keys_are_being_locked_loses_none(
    old: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is placed just before the keys move, as by another thread."""
    people, whole = two(old), KeyVault.lock
    placing: list[threading.Thread] = []

    def lock(vault: KeyVault, run: str, items: list[Item]) -> int:
        if not placing:
            placing.append(threading.Thread(target=hold, args=(old,)))
            placing[0].start()
            placing[0].join(1.0)  # it ends by then where nothing keeps it waiting
        return whole(vault, run, items)

    monkeypatch.setattr(KeyVault, "lock", lock)
    run = begun(old, people)
    placing[0].join()

    assert opens(old.house, "W-1") == ALL
    days_of_care(old, 9)
    assert opens(old.house, "W-1") == ALL
    assert old.house.store.read(lambda tx: tx.erasures.items(run.run_id)) == []


def test_a_run_that_is_put_back_is_not_locked_again(old: Rig) -> None:
    people = two(old)
    run = begun(old, people)
    asked = ask_restore(old.house, people[0], run.run_id, reason="The list was of another year")
    agree(old, asked, people[1])
    old.house.store.transact(lambda tx: tx.erasures.mark(run.run_id, "restored", at=old.clock.at))
    finish(old.house)
    finish(old.house)
    assert opens(old.house, "W-1") == ALL


def test_what_is_going_is_not_due_a_second_time(old: Rig) -> None:
    assert due_list(old.house, as_of=old.clock.at).counts == {"record": 1}
    run = begun(old, two(old))
    assert due_list(old.house, as_of=old.clock.at).counts == {}
    assert concerned(old.house, as_of=old.clock.at, by="two people") == []
    asked = ask_restore(old.house, two(old)[0], run.run_id, reason="The list was of another year")
    agree(old, asked, two(old)[1])
    restore(old.house, asked.proposal_id, by="cara")
    assert due_list(old.house, as_of=old.clock.at).counts == {"record": 1}


def told_due(rig: Rig) -> list[Alert]:
    found = rig.house.store.read(lambda tx: tx.alerts.listed(states=[*AlertState]))
    return [one for one in found if one.kind == KIND]


def test_a_list_that_waits_for_two_people_is_told_until_they_begin(old: Rig) -> None:
    (alert,) = told_due(old)
    assert (alert.recipient, alert.priority, alert.wearer_id) == ("support", "normal", None)

    close(
        old.house,
        alert.alert_id,
        person=old.person("olga"),
        cause=Cause.TEST,
        reason="We read the list.",
    )
    days_of_care(old, 1)
    again = next(one for one in told_due(old) if one.state is not AlertState.CLOSED)
    begun(old, two(old))
    days_of_care(old, 1)

    (last,) = (one for one in told_due(old) if one.alert_id == again.alert_id)
    assert last.is_over
    assert len(told_due(old)) == 2


def test_what_is_held_is_told_no_more_and_what_is_not_due_never(old: Rig, tmp_path: Path) -> None:
    hold(old)
    days_of_care(old, 1)
    assert [one.is_over for one in told_due(old)] == [True]
    with opened_rig(tmp_path / "fresh") as rig:
        rig.wearer()
        days_of_care(rig, 4)
        assert rig.house.store.read(lambda tx: tx.erasures.routine_day()) != ""
        assert told_due(rig) == []


def test_one_person_does_not_hold_for_the_same_case_again(old: Rig) -> None:
    placed = hold(old)
    for written in (placed.case, "high court  CO/1/2032", "High Court CO 1 2032"):
        with pytest.raises(HoldKnown, match=placed.hold_id):
            hold(old, case=written)
    hold(old, "W-2")
    hold(old, case="High Court, CO/2/2032")
    old.clock.at = Micros(old.clock.at + 100 * DAY)  # it is over: that changes nothing
    with pytest.raises(HoldKnown):
        hold(old)


def test_a_hold_of_other_records_for_the_case_is_no_renewal(old: Rig) -> None:
    hold(old, kinds=(RecordKind.TEXT,), first="2026-11", last="2026-11")
    hold(old, kinds=(RecordKind.FINDING,))
    hold(old, kinds=(RecordKind.TEXT,), first="2026-12")
    for told in ({"kinds": (RecordKind.TEXT,)}, {"last": "2026-11"}, {"first": "2026-11"}):
        with pytest.raises(HoldKnown):
            hold(old, **told)


def test_a_hold_that_is_over_is_renewed_by_two_while_keys_are_locked(old: Rig) -> None:
    people = two(old)
    placed = hold(old)
    for _ in range(91):
        days_of_care(old, 1)
    begun(old, people)
    assert opens(old.house, "W-1") == []
    with pytest.raises(HoldKnown):
        hold(old)
    until = Micros(old.clock.at + 90 * DAY)
    asked = ask_renewal(old.house, people[0], placed.hold_id, until=until, reason=WHY)
    agree(old, asked, people[1])

    renewed = renew_hold(old.house, asked.proposal_id, by="cara")

    assert (renewed.until, renewed.case, renewed.second) == (until, placed.case, "sara")
    assert opens(old.house, "W-1") == ALL
    days_of_care(old, 9)
    assert opens(old.house, "W-1") == ALL


def test_negative_control_a_hold_that_is_over_and_nobody_renews_keeps_nothing(old: Rig) -> None:
    people = two(old)
    hold(old)
    days_of_care(old, 91)
    begun(old, people)
    days_of_care(old, 9)
    assert opens(old.house, "W-1") == []


def test_the_page_offers_to_renew_what_is_over_and_says_who_must(old: Rig) -> None:
    two(old)
    placed = hold(old)
    old.clock.at = Micros(old.clock.at + 91 * DAY)
    cara = desk_of(old, "cara")
    page = cara.get("/retention").text
    assert "over: it keeps nothing now" in page
    assert f'name="hold" value="{placed.hold_id}"' in page
    told = {"wearer": "W-1", "why": "court_order", "case": placed.case, "until": "2033-03-01"}
    answer = cara.send("/retention/holds", **told)
    assert answer.status_code == 409
    assert "Ask a second person to renew it" in answer.text


def test_what_was_typed_for_a_hold_that_is_refused_is_not_lost_and_no_why_is_taken_for_granted(
    old: Rig,
) -> None:
    two(old)
    cara = desk_of(old, "cara")
    told = {"wearer": "W-1", "case": "High Court, CO/3/2032", "until": "2033-03-01"}
    page = cara.get("/retention").text
    assert '<option value="">Choose</option>' in page
    answer = cara.send("/retention/holds", **told)
    assert (answer.status_code, "choose why it is held" in answer.text) == (409, True)
    for typed in told.values():
        assert f'value="{typed}"' in answer.text
    assert cara.send("/retention/holds", why="court_order", **told).status_code == 303
    assert "It stands until the end of Tue 1 Mar 2033 (UTC)." in cara.get("/retention").text


def test_an_empty_date_lifts_no_hold_and_the_second_person_reads_whose_it_is(old: Rig) -> None:
    two(old)
    placed = hold(old, until=Micros(DUE + 90 * DAY))
    cara, sara = desk_of(old, "cara"), desk_of(old, "sara")
    told = {"hold": placed.hold_id, "reason": WHY}
    assert cara.send("/retention/holds/renew", **told).status_code == 409
    assert old.house.store.read(lambda tx: tx.proposals.listed()) == []
    assert cara.send("/retention/holds/renew", what="lift", **told).status_code == 303
    assert cara.send("/retention/holds/renew", until="2033-05-01", **told).status_code == 303
    found = old.house.store.read(lambda tx: tx.proposals.listed())
    where = {one.about: f"/waiting/{one.proposal_id}" for one, _ in found}

    pages = {about: sara.get(path).text for about, path in where.items()}
    mine = cara.get(where["Lift a hold"]).text

    for page in pages.values():
        for words in ("W-1", "A court ordered that this is kept.", placed.case):
            assert words in page
        assert "It stands until the end of Thu 17 Feb 2033 (UTC)." in page
    assert "that it ends now" in pages["Lift a hold"]
    assert "that it stands until the end of Sun 1 May 2033 (UTC)" in pages["Renew a hold"]
    assert 'href="/retention">its own page</a>' in mine
    assert "Do it now" not in mine


def test_a_hold_without_a_case_is_still_refused_for_that(old: Rig) -> None:
    with pytest.raises(HoldRefused) as refused:
        hold(old, case="")
    assert not isinstance(refused.value, HoldKnown)
