"""What wearers say of themselves is sealed, counted, and theirs to take back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.reviewers import enrol, kept_prompts, never_known, prompted, unconfirmed
from tests.rig import PASSWORD, Rig, opened_rig
from tests.web.desk import at_desk

from fairtag.adapters.sqlite.prompting.prompts import SqlitePromptBook
from fairtag.app.checkins.book import Answer
from fairtag.app.deciding.basis import read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.fairness.courses import Ended, course_of
from fairtag.app.fairness.declare import declare, withdraw
from fairtag.app.fairness.tell import MADE, READ, month_of, tell
from fairtag.app.house import House
from fairtag.app.wearer.sign_in import give_code
from fairtag.custody.kinds import RecordKind
from fairtag.disclosure.fair.declared import Declared
from fairtag.disclosure.fair.tables import Course
from fairtag.faces.model import Refer
from fairtag.faces.refusals import DeclarationRefused, FairnessRefused
from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.errors import NotPermitted
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse
from fairtag.terms.local import Interval

WEARER = WearerId("W-1")
OCTOBER = parse("2026-10-15T00:00:00Z")


def said(rig: Rig) -> dict[WearerId, Declared]:
    return rig.house.store.read(lambda tx: tx.declared.in_counts())


def test_what_was_said_is_counted_and_replaced_by_what_is_said_later(rig: Rig) -> None:
    rig.wearer()

    assert declare(rig.house, WEARER, {"sex": "female", "age": "25-34"})
    assert declare(rig.house, WEARER, {"sex": "other"})

    assert said(rig) == {WEARER: Declared(answers={"sex": "other"})}


def test_taking_it_back_destroys_its_key(rig: Rig) -> None:
    rig.wearer()
    declare(rig.house, WEARER, {"sex": "female"})
    keys = [one for one in rig.house.vault.periods() if one.kind is RecordKind.DECLARED]

    assert withdraw(rig.house, WEARER)

    assert said(rig) == {}
    assert len(keys) == 1
    assert not set(keys) & set(rig.house.vault.periods())
    assert not withdraw(rig.house, WEARER)
    assert declare(rig.house, WEARER, {"sex": "male"})  # and it can be said anew
    assert said(rig) == {WEARER: Declared(answers={"sex": "male"})}


def test_the_log_tells_that_something_was_said_never_what(rig: Rig) -> None:
    rig.wearer()
    declare(rig.house, WEARER, {"ethnic_group": "black"})
    withdraw(rig.house, WEARER)

    entries = rig.house.store.read(lambda tx: tx.audit.about(WEARER))
    told = [one.entry for one in entries if one.entry.what.startswith("wearer.declared")]
    assert [one.operation for one in told] == ["collection", "erasure"]
    assert all(one.details == {} for one in told)


def test_what_is_on_no_list_is_refused_and_nothing_is_kept(rig: Rig) -> None:
    rig.wearer()

    with pytest.raises(DeclarationRefused):
        declare(rig.house, WEARER, {"religion": "any"})
    assert said(rig) == {}


class Kept:
    """Check-ins of forty people; each came before people twice of ten times."""

    def __init__(self, people: int = 40) -> None:
        self.people = people
        self.asked: list[Interval] = []

    def during(self, span: Interval) -> Iterable[Course]:
        self.asked.append(span)
        for person in range(self.people):
            for n in range(10):
                yield Course(wearer_id=WearerId(f"W-{person}"), is_referred=n < 2)


def with_courses(rig: Rig, kept: Kept) -> House:
    return replace(rig.house, courses=kept)


def test_a_month_is_told_once_and_never_anew(rig: Rig) -> None:
    rig.wearer()
    kept = Kept()
    house = with_courses(rig, kept)
    first = tell(house, "2026-10", person=None, by="cli")

    declare(rig.house, WEARER, {"sex": "female"})  # who comes later makes no difference
    kept.people = 41

    assert tell(house, "2026-10", person=None, by="cli") == first
    assert first.everybody.counts["referred"] == 80
    assert kept.asked == [month_of("2026-10")]
    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    assert [one.entry.what for one in entries if one.entry.what in (MADE, READ)] == [MADE, READ]


def test_a_month_that_is_not_over_or_is_none_is_not_told(rig: Rig) -> None:
    house = with_courses(rig, Kept())

    for wrong in ("2026-11", "2027-01", "2026-13", "2026", "", "2026-10-01"):
        with pytest.raises(FairnessRefused):
            tell(house, wrong, person=None, by="cli")


def test_an_officer_is_not_told(rig: Rig) -> None:
    officer = rig.person("otto", "officer")

    with pytest.raises(NotPermitted):
        tell(with_courses(rig, Kept()), "2026-10", person=officer, by=officer.user_id)


def test_an_inspector_reads_it_on_a_page(rig: Rig) -> None:
    tell(with_courses(rig, Kept()), "2026-10", person=None, by="cli")
    desk = at_desk(rig, "ines", "inspector")

    page = desk.get("/fairness?month=2026-10").text

    assert "<caption" in page
    assert ">400<" in page
    assert "W-1" not in page
    assert desk.get("/fairness?month=2026-11").status_code == 422


def test_the_wearer_says_it_on_their_own_page_and_nobody_shows_it_again(tmp_path: Path) -> None:
    with opened_rig(tmp_path / "data") as rig:
        rig.wearer()
        client = rig.client
        code = give_code(rig.house, "W-1", by="test").code
        client.post("/my/sign-in", data={"reference": "W-1", "code": code})
        csrf = client.get("/my").text.split('name="csrf" value="')[1][:64]

        form = {"csrf": csrf, "skin_tone": "darker", "sex": ""}
        sent = client.post("/my/about-me", data=form, follow_redirects=False)
        page = client.get(sent.headers["location"]).text

        assert sent.status_code == 303
        assert said(rig) == {WEARER: Declared(answers={"skin_tone": "darker"})}
        assert "You have said something here" in page
        assert "selected" not in page
        client.post("/my/about-me", data={"csrf": csrf})
        assert said(rig) == {}
        refused = client.post("/my/about-me", data={"csrf": csrf, "sex": "robot"})
        assert refused.status_code == 422
        foreign = client.post("/my/about-me", data={"csrf": "0" * 64, "sex": "male"})
        assert foreign.status_code == 403


def prompt(state: CheckInState, **changed: Any) -> Prompt:
    told: dict[str, Any] = {
        "check_in_id": "c",
        "wearer_id": WEARER,
        "order_id": "O",
        "condition_id": "p1",
        "device_id": "D",
        "modality": "face_photo",
        "kind": "drawn",
        "nonce": "0" * 32,
        "local_day": "2026-10-15",
        "time_zone": "UTC",
        "at": OCTOBER,
        "until": OCTOBER + HOUR,
    }
    known = {name: value for name, value in told.items() if name in Prompt.__struct_fields__}
    extra = {"gap": HOUR, "drawn": ""}
    known |= {name: value for name, value in extra.items() if name in Prompt.__struct_fields__}
    return Prompt(**(known | {"state": state} | changed))


def answer(name: str, result: str, reason: Refer | None = None) -> Answer:
    return Answer(
        answer_id=name,
        check_in_id="c",
        wearer_id=WEARER,
        order_id="O",  # type: ignore[arg-type]
        condition_id="p1",  # type: ignore[arg-type]
        device_id="D",  # type: ignore[arg-type]
        captured_at=OCTOBER,
        received_at=OCTOBER,
        modality="face_photo",
        frames=3,
        result=result,  # type: ignore[arg-type]
        reason=reason,
    )


def test_a_check_in_is_read_off_its_newest_answer_and_decision() -> None:
    answers = [answer("a", "refer", Refer.NO_FACE), answer("b", "refer", Refer.LOW_SCORE)]
    ended = [Ended(answer_id="b", outcome="no_match", at=Micros(OCTOBER + DAY), is_upheld=True)]

    assert course_of(prompt(CheckInState.ANSWERED), answers, ended) == Course(
        wearer_id=WEARER,
        is_referred=True,
        is_rejected=True,
        is_contest_upheld=True,
        decided_after=DAY,
    )


@pytest.mark.parametrize("state", list(CheckInState))
def test_only_what_was_shown_and_not_void_counts(state: CheckInState) -> None:
    is_counted = state in (CheckInState.ANSWERED, CheckInState.EXPIRED_SHOWN)

    assert (course_of(prompt(state), [], []) is not None) == is_counted
    assert course_of(prompt(state, is_void=True), [answer("a", "match")], []) is None


def test_a_missed_one_is_missed_and_a_match_is_nothing_else() -> None:
    missed = course_of(prompt(CheckInState.EXPIRED_SHOWN), [], [])
    passed = course_of(prompt(CheckInState.ANSWERED), [answer("a", "match")], [])

    assert missed == Course(wearer_id=WEARER, is_missed=True)
    assert passed == Course(wearer_id=WEARER)


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("match", (True, False)),
        ("no_match", (True, True)),
        ("match_with_concern", (True, True)),
        ("cant_tell", (False, False)),
    ],
)
def test_a_match_that_people_looked_at_blind_counts_by_what_they_said(
    outcome: str, counts: tuple[bool, bool]
) -> None:
    ended = [Ended(answer_id="a", outcome=outcome, at=Micros(OCTOBER + DAY))]
    went = course_of(prompt(CheckInState.ANSWERED), [answer("a", "match")], ended)
    assert went is not None
    assert (went.is_looked_blind, went.is_not_confirmed) == counts
    assert (went.is_rejected, went.decided_after) == (False, None)
    referred = course_of(prompt(CheckInState.ANSWERED), [answer("a", "refer")], ended)
    assert referred is not None
    assert not referred.is_looked_blind


def test_the_store_tells_how_a_check_in_went(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people found another person in a picture; the officer found that nothing was amiss."""
    rig.wearer()
    enrol(rig)
    never_known(rig)
    asked = prompted(rig, kept_prompts(monkeypatch))
    shown = msgspec.structs.replace(asked, state=CheckInState.ANSWERED)
    monkeypatch.setattr(SqlitePromptBook, "about", lambda _book, _whose, _span: [shown])
    span = Interval(start=Micros(0), end=Micros(rig.clock.at + 400 * DAY))

    def went() -> Course:
        (found,) = rig.house.courses.during(span)
        return found

    _, alert_id = unconfirmed(rig)
    before = went()
    assert (before.is_referred, before.is_rejected, before.is_contest_upheld) == (True, True, False)
    assert before.decided_after is not None

    alert, olga = AlertId(alert_id), rig.person()
    read = read_to_decide(rig.house, alert, person=olga)
    found = Said(
        outcome="no_violation",
        reason="The enrolled pictures are ten years old.",
        basis_digest=read.basis.digest,
    )
    decide_alert(rig.house, alert, found, person=olga, given=PASSWORD)
    assert went().is_contest_upheld
