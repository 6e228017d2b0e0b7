"""'People look at this check-in' ends when they have looked, or when a better picture came."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
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
from tests.reviewers import never_known, reviewers, says, unaccounted
from tests.rig import Rig

from fairtag.alerts.model import AlertState, Cause
from fairtag.app.checkins.answering import answer as answering
from fairtag.app.reviewing import look as looking
from fairtag.app.reviewing.follow import follow_reviews
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros

KIND = "checkin.needs_review"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Rig]:
    """A house in which everything is referred to people."""
    with opened_check_ins(tmp_path / "data", kind="service") as rig:
        asked_wearer(rig)
        enrol(rig)
        never_known(rig)
        yield rig
        assert unaccounted(rig) is None


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Rig]:
    """A house in which the machine may say 'match'."""
    with opened_check_ins(tmp_path / "data") as rig:
        asked_wearer(rig)
        enrol(rig)
        yield rig
        assert unaccounted(rig) is None


def about_pictures(rig: Rig, *states: AlertState) -> list[Any]:
    found = rig.house.store.read(lambda tx: tx.alerts.listed(states=states or [*AlertState]))
    return [one for one in found if one.kind == KIND]


def closing_of(rig: Rig, alert: Any) -> Any:
    acts = rig.house.store.read(lambda tx: tx.alerts.acts(alert.alert_id))
    return next(one for one in acts if one.what == "closed")


def entries(rig: Rig, what: str) -> list[Any]:
    found = rig.house.store.read(lambda tx: tx.audit.entries(limit=100_000))
    return [one.entry for one in found if one.entry.what == what]


@pytest.mark.parametrize(
    ("outcome", "told"), [("match", "it is the wearer"), ("cant_tell", "nobody could tell")]
)
def test_one_look_that_settles_it_ends_it_by_that_persons_name(
    desk: Rig, outcome: str, told: str
) -> None:
    answer(desk, prompt_of(desk), burst("ann"))
    (alert,) = about_pictures(desk, AlertState.RAISED)
    rita, *_ = reviewers(desk)

    says(desk, rita, outcome)

    (alert,) = about_pictures(desk)
    assert (alert.state, alert.closed_by, alert.cause) == ("closed", "rita", Cause.REVIEWED)
    assert told in closing_of(desk, alert).reason
    (entry,) = entries(desk, "alert.close")
    assert (entry.actor, entry.alert_id, entry.role) == ("rita", alert.alert_id, "reviewer")


def test_what_two_could_not_confirm_goes_on_as_a_matter_that_a_person_decides(desk: Rig) -> None:
    answer(desk, prompt_of(desk), burst("bob", since=40))
    rita, rob, _ = reviewers(desk)
    says(desk, rita, "no_match")
    assert about_pictures(desk, AlertState.RAISED)

    says(desk, rob, "no_match")

    assert about_pictures(desk, AlertState.RAISED) == []
    assert "checkin.identity_unconfirmed" in desk.kinds()
    assert desk.house.store.read(lambda tx: tx.decisions.decisions()) == []


def test_it_waits_while_one_of_its_check_ins_waits(desk: Rig) -> None:
    first, second = prompt_of(desk), None
    answer(desk, first, burst("ann"))
    desk.pass_time(2 * HOUR)
    second = prompt_of(desk)
    answer(desk, second, burst("ann", since=30))
    (alert,) = about_pictures(desk, AlertState.RAISED)
    assert len(alert.parts) == 2
    rita, *_ = reviewers(desk)

    says(desk, rita, "match")
    assert about_pictures(desk, AlertState.RAISED)
    says(desk, rita, "match")

    assert about_pictures(desk, AlertState.RAISED) == []
    assert "2: it is the wearer" in closing_of(desk, alert).reason


def test_a_poor_picture_ends_when_a_better_one_comes(demo: Rig) -> None:
    prompt = prompt_of(demo)
    answer(demo, prompt, burst("ann", quality="poor_quality"))
    (alert,) = about_pictures(demo, AlertState.RAISED)
    demo.pass_time(5 * MINUTE)

    answer(demo, prompt, burst("ann", since=20))

    assert newest(demo, prompt).result == "match"
    (alert,) = about_pictures(demo)
    assert (alert.state, alert.closed_by, alert.cause) == ("closed", None, Cause.REVIEWED)
    assert "a better picture" in closing_of(demo, alert).reason
    (entry,) = entries(demo, "alert.ended")
    assert (entry.actor, entry.alert_id) == ("machine", alert.alert_id)


def test_a_poor_picture_stays_while_the_better_one_waits_for_people(desk: Rig) -> None:
    prompt = prompt_of(desk)
    answer(desk, prompt, burst("ann", quality="no_face"))
    desk.pass_time(5 * MINUTE)
    answer(desk, prompt, burst("ann", since=20))
    assert about_pictures(desk, AlertState.RAISED)
    rita, *_ = reviewers(desk)

    says(desk, rita, "match")

    assert about_pictures(desk, AlertState.RAISED) == []


def test_a_round_ends_what_the_judge_raised_too_late(
    desk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr(Rig, "judge", lambda _rig: None)
        answer(desk, prompt_of(desk), burst("ann"))
        rita, *_ = reviewers(desk)
        says(desk, rita, "match")
    assert about_pictures(desk) == []
    desk.judge()
    assert about_pictures(desk, AlertState.RAISED)

    assert follow_reviews(desk.house) == 1
    assert follow_reviews(desk.house) == 0

    (alert,) = about_pictures(desk)
    assert (alert.state, alert.closed_by) == ("closed", "rita")


def test_five_days_of_check_ins_leave_nothing_to_close_by_hand(desk: Rig) -> None:
    """Refer-all: what people looked at asks nobody for anything more."""
    rita, *_ = reviewers(desk)
    nine = Micros(NOON + 3 * DAY - 3 * HOUR)
    for number in range(20):
        day, turn = divmod(number, 4)
        desk.pass_time(nine + day * DAY + 2 * turn * HOUR - desk.clock.at)
        answer(desk, prompt_of(desk), burst("ann", since=100 + 10 * number))
        says(desk, rita, "match")

    assert about_pictures(desk, AlertState.RAISED, AlertState.ACKNOWLEDGED) == []
    assert len(about_pictures(desk, AlertState.CLOSED)) == 20


def test_negative_control_without_it_each_waits_for_a_person(
    desk: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (looking, answering):
        monkeypatch.setattr(module, "follow_review", lambda *_, **__: 0)
    rita, *_ = reviewers(desk)
    answer(desk, prompt_of(desk), burst("ann"))
    says(desk, rita, "match")
    assert about_pictures(desk, AlertState.RAISED)


def test_the_table_closes_none_by_itself_while_people_have_to_look(desk: Rig) -> None:
    answer(desk, prompt_of(desk), burst("ann"))
    (alert,) = about_pictures(desk, AlertState.RAISED)
    bent = (
        "UPDATE alerts SET state = 'closed', body = CAST(json_set(CAST(body AS TEXT),"
        " '$.state', 'closed', '$.cause', 'reviewed', '$.closed_at', 1) AS BLOB)"
        " WHERE alert_id = ?"
    )
    refused = pytest.raises(sqlite3.IntegrityError, match="people still have to look")
    with closing(sqlite3.connect(desk.folder / "fairtag.db")) as db, refused:
        db.execute(bent, (alert.alert_id,))
