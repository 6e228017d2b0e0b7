"""Check-ins, words and decisions in packages: whole, with what speaks for the wearer, or none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from msgspec.structs import replace as structs_replace
from pyrage import x25519
from tests.answers import (
    NOON,
    answer,
    asked_wearer,
    burst,
    enrol,
    face,
    opened_check_ins,
    prompt_of,
)
from tests.checkins import receipt, settled, shown
from tests.discloser import WHY, Discloser, discloser
from tests.erasing import days_of_care
from tests.reviewers import NOTE, never_known, reviewers, says
from tests.rig import PASSWORD, Rig
from tests.unit.faces.specimens import profile

from fairtag.alerts.model import Cause
from fairtag.app.checkins.pause import report_harm, say_cannot
from fairtag.app.complaints.answer import answer_complaint
from fairtag.app.complaints.record import Written, complain, record_complaint
from fairtag.app.deciding.basis import read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.deciding.state import state
from fairtag.app.disclosure import deliver
from fairtag.app.disclosure.account.logged import accounted
from fairtag.app.disclosure.account.read import account_of
from fairtag.app.disclosure.ask import propose, request
from fairtag.app.disclosure.deliver import pack
from fairtag.app.disclosure.subject_access import answer as answer_access
from fairtag.app.disclosure.subject_access import ask_access, check_identity
from fairtag.app.handle_alert import close
from fairtag.app.matching.book import KeptProfile
from fairtag.app.wearer.contest import contest
from fairtag.disclosure.account.whole import left_out
from fairtag.disclosure.gateways import Kind
from fairtag.disclosure.package.record import judge_package
from fairtag.disclosure.refusals import DisclosureRefused, PackageIncomplete
from fairtag.disclosure.scope import Category
from fairtag.faces.verdict import digest as digest_of
from fairtag.rules.finding import as_json
from fairtag.terms.ids import AlertId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, text
from fairtag.terms.local import Interval

SAYS = "It was me. I had been to the hospital and wore a bandage."
CONTESTS = "I answered on Tuesday and nobody wrote it down."
HARMS = "The alarm wakes me and my heart races."
REASON = "The hospital confirmed it by phone."
COMPLAINS = "The officer rang me at work and told my manager why."
ANSWERED = "We listened to the call. You were right, and he was told."
OWN = "My charger has been broken for a week and nobody sends another."
CLOSED = "Looked at the record of the hospital."
W = WearerId("W-1")
ALL = frozenset(Category)


@dataclass(slots=True)
class Told:
    """A wearer's days, and what of them a package has to say."""

    people: Discloser
    confirmed: str  # check-in: the machine was not sure, three people looked, it is the wearer
    unconfirmed: str  # check-in: two people could not confirm; the wearer wrote, it was excused
    late: str  # check-in: taken in time, arrived two hours late
    cannot: str  # check-in: 'cannot now'

    @property
    def rig(self) -> Rig:
        return self.people.rig


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with opened_check_ins(tmp_path_factory.mktemp("account") / "data") as rig:
        asked_wearer(rig)
        never_known(rig)
        enrol(rig)
        people = discloser(rig)
        people.recipient()
        people.recipient("lawyer", Kind.LAWYER)
        people.recipient("force", Kind.POLICE)
        rig.say("D-1", rig.line("D-1"))
        first = prompt_of(rig)
        answer(rig, first, burst("ann"))
        yield _lived(rig, people)


def _lived(rig: Rig, people: Discloser) -> Told:
    sure = _asked(rig)
    answer(rig, sure, burst("bob", since=20))
    rita, rob, ravi = reviewers(rig)
    for person, outcome in ((rita, "no_match"), (rob, "match"), (ravi, "match")):
        says(rig, person, outcome)
    other = _asked(rig)
    answer(rig, other, burst("bob", since=40))
    says(rig, rita, "no_match")
    alert = AlertId(says(rig, rob, "no_match").alert_id or "")
    state(rig.house, other.check_in_id, text=SAYS, wearer_id=W)
    read = read_to_decide(rig.house, alert, person=people.officer)
    made = Said(outcome="excused", reason=REASON, basis_digest=read.basis.digest)
    decide_alert(rig.house, alert, made, person=people.officer, given=PASSWORD)
    close(rig.house, alert, person=people.officer, cause=Cause.EXCUSED, reason=CLOSED)
    late = _asked(rig)
    taken = text(rig.clock.at)
    assert late.check_in_id in shown(rig, "D-1")
    receipt(rig, "D-1", late.check_in_id, "shown")
    rig.pass_time(late.until + HOUR - rig.clock.at)
    receipt(rig, "D-1", late.check_in_id, "expired_shown", at=text(late.until))
    rig.pass_time(HOUR)
    answer(rig, late, burst("ann", since=60), captured_at=taken)
    settled(rig)
    cannot = _asked(rig)
    say_cannot(rig.house, DeviceId("D-1"), cannot.check_in_id, reason="working", at=None)
    report_harm(rig.house, DeviceId("D-1"), text=HARMS)
    days_of_care(rig, 3)  # the first picture goes
    contest(rig.house, W, text=CONTESTS)  # from now on all is kept until the answer
    _complained(rig, people)
    kept = KeptProfile(profile=profile(), at=rig.clock.at, by="otto", entry=1)
    rig.house.store.transact(lambda tx: tx.profiles.put(kept))
    rig.pass_time(HOUR)
    return Told(
        people=people,
        confirmed=sure.check_in_id,
        unconfirmed=other.check_in_id,
        late=late.check_in_id,
        cannot=cannot.check_in_id,
    )


def _complained(rig: Rig, people: Discloser) -> None:
    """By letter, about the officer, answered; and on the wearer's own page, not answered yet."""
    written = Written(
        wearer_id=W, how="letter", received_on="2026-11-05", about="otto", text=COMPLAINS
    )
    made = record_complaint(rig.house, people.keeper, written)
    told = {"outcome": "upheld in part", "text": ANSWERED}
    answer_complaint(rig.house, people.second, made.complaint_id, **told)
    complain(rig.house, W, text=OWN)


def _asked(rig: Rig) -> Any:
    """Ask at noon of the next day."""
    rig.pass_time(DAY - (rig.clock.at - NOON) % DAY)
    return prompt_of(rig)


def packed(told: Told, recipient: str = "court", **wanted: Any) -> dict[str, bytes]:
    """Bring a disclosure to its package; gives what lies below data/."""
    gateway = {"court": "court_order", "lawyer": "proceedings", "force": "crime"}[recipient]
    name = told.people.packed(recipient_id=recipient, gateway=gateway, **wanted)
    return _payload(told.people.files(name, recipient))


def _payload(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.removeprefix("data/"): raw for name, raw in files.items() if "data/" in name}


def lines(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in files[name].splitlines()]


def check_ins(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    return {one["check_in_id"]: one for one in lines(files, "check-ins.ndjson")}


def test_a_court_reads_what_was_asked_answered_seen_and_decided(told: Told) -> None:
    files = packed(told)

    found = check_ins(files)
    (sure,) = found[told.confirmed]["answers"]
    assert sure["machine"]["result"] == "refer"
    assert (sure["machine"]["reason"], sure["machine"]["PAD"]) == ("low_score", "none")
    assert sure["machine"]["profile"]
    assert sure["measures"][0] == {"name": "DynamicRange", "value": 1.0, "is_ok": True}
    assert [(one["by"], one["role"], one["outcome"]) for one in sure["looks"]] == [
        ("rita", "reviewer", "no_match"),
        ("rob", "reviewer", "match"),
        ("ravi", "reviewer", "match"),
    ]
    assert (sure["people"], sure["looks"][2]["settles"]) == ("match", "match")
    assert sure["looks"][0]["note"] == NOTE
    assert sure["looks"][0]["signed"]["method"] == "password"
    (late,) = found[told.late]["answers"]
    assert (late["timing"], late["machine"]["result"]) == ("in_time", "match")
    assert late["received_at"] > found[told.late]["until"]
    assert (found[told.cannot]["counts"], found[told.cannot]["answers"]) == (False, [])
    (decision,) = lines(files, "decisions.ndjson")
    assert (decision["outcome"], decision["reason"]) == ("excused", REASON)
    assert (decision["by"], decision["role"], decision["is_open_again"]) == (
        "otto",
        "officer",
        True,
    )
    assert decision["signed"]["digest"]
    assert decision["rests_on"]["looks_at_pictures"] == 2
    closed = {one["kind"]: one for one in lines(files, "alerts-closed.ndjson")}
    of_pictures = closed["checkin.identity_unconfirmed"]
    assert (of_pictures["cause"], of_pictures["reason"]) == ("excused", CLOSED)


def test_the_wearers_own_words_are_in_it(told: Told) -> None:
    files = packed(told)

    wrote = {one["what"]: one for one in lines(files, "wearer-wrote.ndjson")}
    assert wrote["statement"]["text"] == SAYS
    assert wrote["statement"]["check_in_id"] == told.unconfirmed
    assert (wrote["contest"]["text"], wrote["contest"]["answered_at"]) == (CONTESTS, None)
    assert wrote["report"]["text"] == HARMS
    pauses = {one["kind"]: one for one in lines(files, "check-in-pauses.ndjson")}
    assert pauses["cannot"]["said"] == "working"
    assert pauses["health"]["asked_again"] is None


def test_what_the_wearer_complained_of_is_in_it_with_the_answer(told: Told) -> None:
    files = packed(told)

    letter, own = lines(files, "complaints.ndjson")
    assert (letter["text"], letter["about"], letter["how"]) == (COMPLAINS, ["otto"], "letter")
    assert (letter["answer"], letter["outcome"]) == (ANSWERED, "upheld in part")
    assert (letter["received_on"], letter["answer_by"]) == ("2026-11-05", "2026-12-03")
    assert letter["answered_by"] == told.people.second.user_id
    assert letter["answered_at"]
    assert (own["text"], own["how"], own["answer"]) == (OWN, "their page", None)
    assert own["acknowledged_at"] == own["written_down_at"]  # whoever writes it there sees it there
    assert own["answered_at"] is None
    assert "complaints.ndjson" in files["README.txt"].decode()


def test_a_package_of_a_later_window_holds_no_earlier_complaint(told: Told) -> None:
    now = told.rig.clock.at
    files = packed(told, window=Interval(start=Micros(now - HOUR // 2), end=now))
    assert lines(files, "complaints.ndjson") == []
    assert len(lines(packed(told), "complaints.ndjson")) == 2


def test_without_conduct_in_its_scope_a_package_holds_no_complaint(told: Told) -> None:
    """Who gets no finding, position or check-in needs no complaint beside it."""
    files = packed(told, categories=frozenset({Category.DEVICE}))
    assert "complaints.ndjson" not in files
    assert COMPLAINS.encode() not in b"".join(files.values())
    assert {"part": "complaints", "why": "not in the scope of this disclosure"} in json.loads(
        files["removed.json"]
    )


def test_how_often_the_matcher_is_wrong_and_about_whom_is_in_it(told: Told) -> None:
    matcher = json.loads(packed(told)["matcher.json"])

    (one,) = matcher["profiles"]
    assert one["digest"] == digest_of(profile())
    assert [group["group"] for group in one["error_rates"]] == ["all", "a", "b", "c"]
    assert one["error_rates"][0]["fmr"]["errors"] == 3
    assert matcher["pad"] == "none"
    assert len(matcher["profiles_named"]) == 1


def test_pictures_leave_only_where_they_are_named_and_what_is_gone_is_named(told: Told) -> None:
    without = packed(told, categories=ALL - {Category.PHOTOS})
    files = packed(told)

    assert not any(name.startswith("photos/") for name in without)
    assert b"FACE" not in b"".join(without.values())
    assert {"part": "photos", "why": "not in the scope of this disclosure"} in json.loads(
        without["removed.json"]
    )
    (other,) = check_ins(files)[told.unconfirmed]["answers"]
    assert [files[name] for name in other["files"]] == burst("bob", since=40)
    enrolled = [name for one in lines(files, "enrolled.ndjson") for name in one["files"]]
    assert {one["use"] for one in lines(files, "enrolled.ndjson")} == {"in_use"}
    assert sorted(files[name] for name in enrolled) == [face("ann", n) for n in (901, 902, 903)]
    first = next(iter(check_ins(files).values()))["answers"][0]
    assert (first["frames"], first["files"]) == (3, [])
    limits = files["what-this-can-not-show.txt"].decode()
    assert f"pictures of answers (1): {first['answer_id']}" in limits
    assert "DESTROYED" not in without["what-this-can-not-show.txt"].decode()
    assert "7 days" in limits


def test_pictures_go_to_a_court_or_the_wearers_side_only(told: Told) -> None:
    people = told.people
    window = Interval(start=Micros(told.rig.clock.at - 10 * DAY), end=told.rig.clock.at)
    police = {"recipient_id": "force", "gateway": "crime", "window": window}
    with pytest.raises(DisclosureRefused, match="court"):
        request(people.rig.house, people.officer, people.wanted(**police, categories=ALL))
    request(
        people.rig.house,
        people.officer,
        people.wanted(**police, categories=ALL - {Category.PHOTOS}),
    )


@pytest.mark.parametrize("one", [Category.FINDINGS, Category.POSITIONS, Category.CHECK_INS])
def test_what_speaks_for_the_wearer_comes_along(told: Told, one: Category) -> None:
    files = packed(told, categories=frozenset({one}))
    assert check_ins(files)[told.confirmed]["answers"][0]["people"] == "match"
    assert {"decisions.ndjson", "wearer-wrote.ndjson", "said.ndjson"} <= files.keys()
    assert [one["text"] for one in lines(files, "complaints.ndjson")] == [COMPLAINS, OWN]


def test_only_the_windows_check_ins_with_every_later_word_on_them(told: Told) -> None:
    day = next(
        one for one in check_ins(packed(told)).values() if one["check_in_id"] == told.unconfirmed
    )
    from_ = Micros(told.rig.house.store.read(lambda tx: tx.prompts.get(told.unconfirmed)).at)
    window = Interval(start=Micros(from_ - HOUR), end=Micros(from_ + HOUR))

    files = packed(told, window=window)

    assert list(check_ins(files)) == [day["check_in_id"]]
    assert [one["what"] for one in lines(files, "wearer-wrote.ndjson")].count("statement") == 1
    assert len(lines(files, "decisions.ndjson")) == 1


def test_the_judge_gives_the_findings_byte_for_byte(told: Told) -> None:
    files = packed(told)
    again = b"".join(as_json(one) + b"\n" for one in judge_package(files))
    assert again == files["findings.ndjson"]
    assert b"checkin.needs_review" in again


def test_negative_control_without_its_excuse_a_late_answer_would_count_as_missed(
    told: Told,
) -> None:
    """The device said that nobody answered; the answer, taken in time, came two hours later."""
    files = packed(told)
    missed = [one for one in lines(files, "findings.ndjson") if one["kind"] == "checkin.missed"]
    assert [one["state"] for one in missed] == ["opened", "closed", "withdrawn"]
    record = json.loads(files["record.json"])
    assert {one["kind"] for one in record["excuses"]} >= {"answered", "cannot", "health"}
    files["record.json"] = json.dumps(record | {"excuses": []}).encode()

    again = [one.state for one in judge_package(files) if one.kind == "checkin.missed"]

    assert again == ["opened", "closed"]


def test_the_lawyer_gets_what_the_court_gets(told: Told) -> None:
    court, lawyer = packed(told), packed(told, "lawyer")
    for name in (
        *("check-ins.ndjson", "decisions.ndjson", "wearer-wrote.ndjson"),
        *("matcher.json", "complaints.ndjson"),
    ):
        assert court[name] == lawyer[name]


def test_the_wearers_own_copy_tells_roles_and_takes_two(told: Told) -> None:
    people, house = told.people, told.rig.house
    people.keys["wearer"] = x25519.Identity.generate()
    names = {}
    for has_photos in (False, True):
        asked = ask_access(
            house,
            people.officer,
            OrderId("ORD-1"),
            public_key=str(people.keys["wearer"].to_public()),
            asked_by="the wearer",
            how="letter of 4 November",
            has_photos=has_photos,
        )
        names[has_photos] = asked.disclosure_id
        check_identity(house, people.officer, asked.disclosure_id, how="known to staff in person")
    for name in names.values():
        with pytest.raises(DisclosureRefused, match="second person"):
            answer_access(house, people.officer, name)
        people.answered(name)

    plain = _payload(people.files(names[False], "wearer"))
    whole = _payload(people.files(names[True], "wearer"))

    assert not any(name.startswith("photos/") for name in plain)
    assert [one["answer"] for one in lines(plain, "complaints.ndjson")] == [ANSWERED, None]
    assert any(name.startswith("photos/r_") for name in whole)
    (sure,) = check_ins(plain)[told.confirmed]["answers"]
    assert [(one["look"], one["role"]) for one in sure["looks"]] == [
        (1, "reviewer"),
        (2, "reviewer"),
        (3, "reviewer"),
    ]
    told_of = plain["check-ins.ndjson"] + plain["decisions.ndjson"] + plain["alerts-closed.ndjson"]
    # As words: a random reference may hold three such letters.
    assert not re.findall(rb"\b(?:rita|rob|ravi)\b", told_of)
    assert SAYS.encode() in plain["wearer-wrote.ndjson"]


LEFT_OUT = {
    "an answer that people confirmed": lambda found: _without_answer(found, "match"),
    "a look that said 'match'": lambda found: _without_looks(found, "match"),
    "what the wearer wrote": lambda found: _but(found, said=()),
    "a decision that excused it": lambda found: _but(found, decisions=()),
    "a complaint": lambda found: _but(found, complaints=found.account.complaints[1:]),
    "the answer to a complaint": lambda found: _but(
        found,
        complaints=tuple(
            structs_replace(one, answered_at=None, answer=None) for one in found.account.complaints
        ),
    ),
}


def _but(found: Any, **changed: Any) -> Any:
    return replace(found, account=structs_replace(found.account, **changed))


def _without_answer(found: Any, people: str) -> Any:
    kept = tuple(
        structs_replace(one, answers=tuple(a for a in one.answers if a.people != people))
        for one in found.account.check_ins
    )
    return _but(found, check_ins=kept)


def _without_looks(found: Any, outcome: str) -> Any:
    kept = tuple(
        structs_replace(
            one,
            answers=tuple(
                structs_replace(a, looks=tuple(b for b in a.looks if b.outcome != outcome))
                for a in one.answers
            ),
        )
        for one in found.account.check_ins
    )
    return _but(found, check_ins=kept)


@pytest.mark.parametrize("what", LEFT_OUT)
def test_negative_control_a_package_that_leaves_it_out_is_not_made(
    told: Told, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, house = told.people, told.rig.house
    asked = request(house, people.officer, people.wanted())
    people.agree(propose(house, people.officer, asked.disclosure_id, reason=WHY))
    honest = deliver.gather

    with monkeypatch.context() as bent:
        bent.setattr(deliver, "gather", lambda *a, **k: LEFT_OUT[what](honest(*a, **k)))
        with pytest.raises(PackageIncomplete):
            pack(house, people.officer, asked.disclosure_id)
        assert asked.disclosure_id not in house.parcels.names()

    deliver.make(house, people.officer, asked.disclosure_id)
    assert asked.disclosure_id in house.parcels.names()


def test_a_row_that_was_taken_out_of_the_store_stops_the_package(told: Told) -> None:
    """The log knows of an answer whose row is not there: nobody seals around the hole."""
    people, house = told.people, told.rig.house
    scope = people.wanted()
    asked = request(house, people.officer, scope)
    found = house.store.read(lambda tx: accounted(tx, asked.scope))
    account = house.store.read(lambda tx: account_of(tx, asked.scope))
    assert set(found.answers) == {a.answer_id for one in account.check_ins for a in one.answers}
    assert sum(found.answers.values()) == 5
    assert left_out({}, found, ALL) != ()
    assert left_out({}, found, frozenset({Category.LOG})) == ()
