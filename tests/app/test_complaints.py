"""Complaints: written down by anybody, held for at once, answered by another person, in time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from tests.app.test_retention import due_now, lived, old  # noqa: F401 - fixtures
from tests.checkins import ask as speak
from tests.checkins import asked
from tests.rig import Rig

from fairtag.app.books import Person
from fairtag.app.complaints import answer as answering
from fairtag.app.complaints import record as recording
from fairtag.app.complaints.answer import acknowledge, answer_complaint, name_person
from fairtag.app.complaints.read import complaints_told, listed, read_complaint
from fairtag.app.complaints.record import Written, complain, record_complaint
from fairtag.app.log import verify
from fairtag.app.put_order import mark_order
from fairtag.review.complaints.model import Complaint, Step, day_of, stands_on
from fairtag.review.refusals import (
    ComplaintAboutYou,
    ComplaintDone,
    ComplaintRefused,
    UnknownComplaint,
)
from fairtag.terms.errors import NotPermitted
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros

W = WearerId("W-1")
TEXT = "The officer shouted at me in front of Canarychild."
ANSWER = "We heard the recording. You were right, and we are sorry."


def staff(rig: Rig) -> tuple[Person, Person, Person]:
    """Give an officer, a supervisor and a caseworker."""
    return (
        rig.person("otto", "officer"),
        rig.person("sara", "supervisor"),
        rig.person("cara", "caseworker"),
    )


def letter(rig: Rig, person: Person, *, about: str = "", came: str = "2026-11-02") -> Complaint:
    written = Written(wearer_id=W, how="letter", received_on=came, about=about, text=TEXT)
    return record_complaint(rig.house, person, written)


def logged(rig: Rig) -> list[str]:
    return [one.entry.what for one in rig.house.store.read(lambda tx: tx.audit.entries())]


def standing(rig: Rig, one: Complaint) -> bool:
    now = rig.clock.at
    hold = rig.house.store.read(lambda tx: tx.holds.get(one.hold_id))
    assert hold.why == "complaint"
    return hold.stands_at(now)


def test_a_complaint_holds_until_28_days_after_another_person_answered(old: Rig) -> None:  # noqa: F811
    _, sara, _ = staff(old)
    assert due_now(old) == {"record": 1}

    made = complain(old.house, W, text=TEXT)

    assert due_now(old) == {}
    answer_complaint(old.house, sara, made.complaint_id, outcome="upheld", text=ANSWER)
    old.clock.at = Micros(old.clock.at + 28 * DAY - 1)
    assert (due_now(old), standing(old, made)) == ({}, True)
    old.clock.at = Micros(old.clock.at + 1)
    assert not standing(old, made)
    assert due_now(old) != {}


def test_negative_control_a_complaint_that_holds_nothing_is_noticed(
    old: Rig,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "begin_hold", lambda *_, **__: None)

    complain(old.house, W, text=TEXT)

    assert due_now(old) == {"record": 1}


def test_whoever_it_is_about_neither_reads_nor_answers(rig: Rig) -> None:
    rig.wearer()
    otto, sara, cara = staff(rig)
    made = letter(rig, otto, about="sara")

    whole = read_complaint(rig.house, sara, made.complaint_id)

    assert (whole.is_about_reader, whole.text) == (True, "")
    assert "complaint.read" not in logged(rig)
    for act in (
        lambda: answer_complaint(
            rig.house, sara, made.complaint_id, outcome="not upheld", text=ANSWER
        ),
        lambda: acknowledge(rig.house, sara, made.complaint_id, how="by phone"),
        lambda: name_person(rig.house, sara, made.complaint_id, about="otto"),
    ):
        with pytest.raises(ComplaintAboutYou):
            act()
    assert read_complaint(rig.house, cara, made.complaint_id).text == TEXT
    answer_complaint(rig.house, cara, made.complaint_id, outcome="upheld", text=ANSWER)
    assert standing(rig, made)  # 28 days more


def test_who_is_named_later_is_shut_out_as_well(rig: Rig) -> None:
    rig.wearer()
    otto, sara, cara = staff(rig)
    made = complain(rig.house, W, text=TEXT)
    name_person(rig.house, otto, made.complaint_id, about="cara")

    with pytest.raises(ComplaintAboutYou):
        answer_complaint(rig.house, cara, made.complaint_id, outcome="upheld", text=ANSWER)

    with pytest.raises(ComplaintDone):
        name_person(rig.house, otto, made.complaint_id, about="cara")
    answer_complaint(rig.house, sara, made.complaint_id, outcome="upheld", text=ANSWER)
    with pytest.raises(ComplaintDone):
        name_person(rig.house, otto, made.complaint_id, about="sara")


def test_the_database_itself_refuses_an_answer_by_whom_it_is_about(rig: Rig, monkeypatch) -> None:
    rig.wearer()
    otto, sara, _ = staff(rig)
    made = letter(rig, otto, about="sara")
    named = complain(rig.house, W, text=TEXT)
    name_person(rig.house, otto, named.complaint_id, about="sara")
    monkeypatch.setattr(answering, "demand_other", lambda *_: None)

    for one in (made, named):
        with pytest.raises(DatabaseError, match="does not answer it"):
            answer_complaint(rig.house, sara, one.complaint_id, outcome="upheld", text=ANSWER)
        assert standing(rig, one)
    told = "INSERT INTO complaint_steps VALUES (99, ?, 'answered', 'x', '', 'W-1', 1, ?, ?)"
    with (
        closing(sqlite3.connect(rig.folder / "fairtag.db")) as db,
        pytest.raises(sqlite3.DatabaseError, match="says one thing"),
    ):
        db.execute(told, (made.complaint_id, b"{}", b""))


def test_only_supervisors_and_caseworkers_answer_and_others_see_nothing(rig: Rig) -> None:
    rig.wearer()
    otto, *_ = staff(rig)
    made = letter(rig, otto)
    with pytest.raises(NotPermitted):
        answer_complaint(rig.house, otto, made.complaint_id, outcome="upheld", text=ANSWER)
    for role in ("contractor", "inspector", "reviewer", "liaison", "admin"):
        person = rig.person(role, role)
        with pytest.raises(NotPermitted):
            read_complaint(rig.house, person, made.complaint_id)
        with pytest.raises(NotPermitted):
            letter(rig, person)


def test_the_wearer_is_told_when_and_by_whom_and_words_are_sealed_everywhere(rig: Rig) -> None:
    rig.wearer()
    otto, sara, _ = staff(rig)
    made = letter(rig, otto)

    def told() -> list[tuple[str, str, bool]]:
        found = rig.house.store.read(lambda tx: complaints_told(tx, W, now=rig.clock.at))
        return [(one.answer_by, one.answer, one.is_late) for one in found]

    assert told() == [("2026-11-30", "", False)]
    rig.clock.at = Micros(rig.clock.at + 29 * DAY)
    assert told() == [("2026-11-30", "", True)]
    acknowledge(rig.house, otto, made.complaint_id, how="by letter of 3 November")
    answer_complaint(rig.house, sara, made.complaint_id, outcome="upheld in part", text=ANSWER)
    assert told() == [("2026-11-30", ANSWER, False)]
    held = b"".join(path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    for secret in (b"Canarychild", ANSWER.encode(), b"letter of 3 November"):
        assert secret not in held
    assert [one for one in logged(rig) if one.startswith("complaint.")] == [
        "complaint.recorded",
        "complaint.acknowledged",
        "complaint.answered",
    ]


def test_what_says_too_little_is_not_kept_and_holds_nothing(rig: Rig) -> None:
    rig.wearer()
    otto, sara, _ = staff(rig)
    for changed in (
        {"text": " "},
        {"text": "x" * 5001},
        {"received_on": "2026-11-04"},  # tomorrow
        {"received_on": "2025-10-01"},
        {"received_on": "soon"},
        {"how": "their page"},
        {"how": ""},
        {"about": "nobody-here"},
        {"wearer_id": WearerId("W-9")},
    ):
        told = {"wearer_id": W, "how": "letter", "received_on": "2026-11-02", "about": ""}
        with pytest.raises(ComplaintRefused):
            record_complaint(rig.house, otto, Written(**{"text": TEXT} | told | changed))  # type: ignore[arg-type]
    assert rig.house.store.read(lambda tx: tx.holds.listed()) == []
    made = letter(rig, otto)
    for outcome, text in (("", ANSWER), ("maybe", ANSWER), ("upheld", "Sorry.")):
        with pytest.raises(ComplaintRefused):
            answer_complaint(rig.house, sara, made.complaint_id, outcome=outcome, text=text)
    with pytest.raises(UnknownComplaint):
        answer_complaint(rig.house, sara, "k_none", outcome="upheld", text=ANSWER)
    assert standing(rig, made)


def test_a_wearer_has_ten_open_ones_and_learns_nothing_about_who_works_here(rig: Rig) -> None:
    rig.wearer()
    _, sara, _ = staff(rig)
    first = complain(rig.house, W, text=TEXT, about="ghost")
    assert read_complaint(rig.house, sara, first.complaint_id).text == f"About: ghost\n\n{TEXT}"
    assert complain(rig.house, W, text=TEXT, about="otto").about == "otto"
    for n in range(8):
        complain(rig.house, W, text=f"{TEXT} For the time of number {n}.")
    with pytest.raises(ComplaintRefused):
        complain(rig.house, W, text=TEXT)
    letter(rig, sara)  # what comes by letter is written down all the same
    answer_complaint(rig.house, sara, first.complaint_id, outcome="taken back", text=ANSWER)
    complain(rig.house, W, text=TEXT)


def test_what_is_owed_first_stands_first(rig: Rig) -> None:
    rig.wearer()
    otto, sara, _ = staff(rig)
    late, early = letter(rig, otto, came="2026-11-03"), letter(rig, otto, came="2026-10-03")
    done = letter(rig, otto, came="2026-09-01")
    answer_complaint(rig.house, sara, done.complaint_id, outcome="upheld", text=ANSWER)

    found = rig.house.store.read(lambda tx: listed(tx, rig.clock.at))

    assert [one.complaint.complaint_id for one in found] == [
        early.complaint_id,
        late.complaint_id,
        done.complaint_id,
    ]
    assert [one.stands.is_late for one in found] == [True, False, False]


@pytest.mark.parametrize(
    ("day", "steps", "is_late"),
    [
        ("2026-11-30", (), False),  # the 28th day after Monday 2 November
        ("2026-12-01", (), True),
        ("2026-12-01", ("acknowledged",), True),  # the answer is still owed
        ("2026-12-02", ("answered",), False),
    ],
)
def test_the_days_are_counted_from_the_one_on_which_it_came(
    day: str, steps: tuple[str, ...], *, is_late: bool
) -> None:
    one = Complaint(
        complaint_id="k",
        wearer_id=W,
        order_id=OrderId("ORD-1"),
        hold_id="h",
        how="letter",
        received_on="2026-11-02",
        at=Micros(0),
        by="otto",
    )
    done = tuple(
        Step(complaint_id="k", wearer_id=W, what=what, by="sara", at=Micros(0))  # type: ignore[arg-type]
        for what in steps
    )

    stands = stands_on(one, done, day)

    assert stands.is_late is is_late
    assert stands.acknowledge_by == "2026-12-01"  # day 30, the day it came being the first
    assert day_of(" 2026-11-02 ", "2026-11-02") == "2026-11-02"


def test_the_log_and_the_rows_agree_and_a_row_behind_its_back_is_found(rig: Rig) -> None:
    rig.wearer()
    otto, sara, _ = staff(rig)
    made = letter(rig, otto)
    answer_complaint(rig.house, sara, made.complaint_id, outcome="upheld", text=ANSWER)

    def broken() -> str | None:
        return rig.house.store.read(
            lambda tx: verify.Said.disagreement(_counted(tx), tx)  # type: ignore[no-any-return]
        )

    assert broken() is None
    with closing(sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None)) as db:
        db.execute("DROP TRIGGER complaint_steps_stay")
        db.execute("DELETE FROM complaint_steps")
    assert "complaint.answered" in (broken() or "")


def _counted(tx) -> verify.Said:
    said = verify.Said()
    for one in tx.audit.entries(limit=10_000):
        said.take(one.entry)
    return said


def test_a_wearer_complains_on_their_device_and_reads_the_answer_there(rig: Rig) -> None:
    device = asked(rig)
    sara = rig.person("sara", "supervisor")
    told = {"text": TEXT, "about": "the tall one"}

    answer = speak(rig, device, "complaints", told)

    assert answer.status_code == 200
    (one,) = speak(rig, device, "complaints").json()["complaints"]
    assert (one["answered_at"], one["answer"], one["is_late"]) == (None, "", False)
    name = answer.json()["complaint_id"]
    whole = read_complaint(rig.house, sara, name)
    assert whole.text == f"About: the tall one\n\n{TEXT}"
    assert (whole.listed.complaint.how, whole.listed.stands.is_acknowledged) == ("their app", True)
    answer_complaint(rig.house, sara, name, outcome="upheld in part", text=ANSWER)
    (one,) = speak(rig, device, "complaints").json()["complaints"]
    assert (one["outcome"], one["answer"], one["by"]) == ("upheld in part", ANSWER, "sara")
    assert TEXT not in speak(rig, device, "complaints").text


def test_sent_twice_it_is_one_complaint_until_it_is_answered(rig: Rig) -> None:
    device = asked(rig)
    sara = rig.person("sara", "supervisor")
    first = speak(rig, device, "complaints", {"text": TEXT}).json()["complaint_id"]

    again = speak(rig, device, "complaints", {"text": f" {TEXT} "}).json()["complaint_id"]

    assert again == first
    other = speak(rig, device, "complaints", {"text": f"{TEXT} Again."}).json()["complaint_id"]
    assert other != first
    assert len(speak(rig, device, "complaints").json()["complaints"]) == 2
    answer_complaint(rig.house, sara, first, outcome="not upheld", text=ANSWER)
    new = speak(rig, device, "complaints", {"text": TEXT}).json()["complaint_id"]
    assert new != first


def test_each_look_on_the_device_stands_in_the_log(rig: Rig) -> None:
    device = asked(rig)
    before = logged(rig).count("wearer.app")

    speak(rig, device, "complaints")

    assert logged(rig).count("wearer.app") == before + 1


@pytest.mark.parametrize("told", [{}, {"text": "  "}, {"text": 5}, {"text": "x" * 5001}])
def test_what_says_nothing_or_too_much_is_not_kept(rig: Rig, told: dict[str, Any]) -> None:
    device = asked(rig)

    answer = speak(rig, device, "complaints", told)

    assert (answer.status_code, answer.json()["code"]) == (409, "FT-792")
    assert speak(rig, device, "complaints").json() == {"complaints": []}


def test_a_device_reads_its_own_wearers_complaints_only(rig: Rig) -> None:
    mine, other = asked(rig), asked(rig, 2)
    speak(rig, mine, "complaints", {"text": TEXT})

    assert speak(rig, other, "complaints").json() == {"complaints": []}
    assert len(speak(rig, mine, "complaints").json()["complaints"]) == 1


def test_a_device_that_serves_nobody_keeps_and_tells_nothing(rig: Rig) -> None:
    device = asked(rig)
    speak(rig, device, "complaints", {"text": TEXT})
    mark_order(rig.house, OrderId("ORD-1"), "end", at=rig.clock.at, by="test", reason="Revoked")
    rig.pass_time(HOUR)

    assert speak(rig, device, "complaints").json() == {"complaints": []}
    assert speak(rig, device, "complaints", {"text": "More."}).status_code == 409
