"""A wearer asks what is held about them: in time, whole, to them alone."""

from __future__ import annotations

import json

import pytest
from pyrage import x25519
from tests.discloser import WHY, Discloser, discloser
from tests.rig import PASSWORD, Rig, walk_out

from fairtag.app.books import Person
from fairtag.app.disclosure import gather
from fairtag.app.disclosure.ask import propose
from fairtag.app.disclosure.deliver import pack
from fairtag.app.disclosure.subject_access import (
    HELD_AFTER,
    answer,
    ask_access,
    check_identity,
    extend,
    holds_of,
    requests,
    withhold,
)
from fairtag.app.four_eyes.decide import decide
from fairtag.app.open_record import open_evidence
from fairtag.app.openings.circles import declare_interest
from fairtag.custody.refusals import InterestDeclared
from fairtag.disclosure.gateways import Kind
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused, RecipientRefused
from fairtag.disclosure.scope import Category
from fairtag.terms.errors import ProposalStateRefused, SecondPersonRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros

HOW = "passport or identity card"


@pytest.fixture
def people(rig: Rig) -> Discloser:
    made = discloser(rig)
    rig.wearer()
    walk_out(rig, "D-1")
    rig.pass_time(HOUR)
    return made


def asked(people: Discloser, *, by: Person | None = None) -> str:
    people.keys["wearer"] = x25519.Identity.generate()
    made = ask_access(
        people.rig.house,
        by or people.officer,
        OrderId("ORD-1"),
        public_key=str(people.keys["wearer"].to_public()),
        asked_by="the wearer",
        how="letter of 4 November",
    )
    return made.disclosure_id


def test_everything_about_them_and_their_identity_looked_at(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    (request,) = requests(rig.house)
    assert (request.asked_on, request.due_on) == ("2026-11-05", "2026-12-05")  # a Thursday
    with pytest.raises(DisclosureRefused, match="look who asks"):
        propose(rig.house, people.officer, name, reason=WHY)
    check_identity(rig.house, people.officer, name, how=HOW)
    people.agree(propose(rig.house, people.officer, name, reason=WHY))
    rig.clock.at = Micros(rig.clock.at + DAY + 1)
    with pytest.raises(DisclosureRefused, match="look who asks"):
        answer(rig.house, people.officer, name)
    check_identity(rig.house, people.officer, name, how=HOW)
    answer(rig.house, people.officer, name)

    files = people.files(name, "wearer")

    assert b"Canaryella" in files["data/orders/as-received/ORD-1-v1.json"]
    assert files["data/traffic.ndjson"].count(b"\n") == 12
    removed = json.loads(files["data/removed.json"])
    assert [one["part"] for one in removed] == [
        "photos",  # they did not ask for them
        "what concerns other people, such as a victim or a witness",
        "questions to a second person, and looks of which the law lets the notice wait, if any",
    ]


def test_one_person_alone_takes_nobodys_record_with_a_key_of_their_own(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    for give in (answer, pack):
        with pytest.raises((DisclosureRefused, DisclosureStateRefused)):
            give(rig.house, people.officer, name)
    proposal = propose(rig.house, people.officer, name, reason=WHY)
    for give in (answer, pack):
        with pytest.raises(ProposalStateRefused):
            give(rig.house, people.officer, name)
    assert rig.house.parcels.names() == []
    # What the second person agrees to says to which key, and who looked who asks.
    assert proposal.scope["key"] == str(people.keys["wearer"].to_public())
    assert proposal.scope["identity"].startswith(f"{HOW}, looked at by otto")


def test_negative_control_without_the_second_person_the_record_leaves(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = lambda tx, name, *_, **__: (tx.proposals.get(name)[0], "")  # noqa: E731
    monkeypatch.setattr("fairtag.app.disclosure.deliver.carry_out", alone)
    with pytest.raises(pytest.fail.Exception):
        test_one_person_alone_takes_nobodys_record_with_a_key_of_their_own(people)


def test_whoever_wrote_it_down_or_looked_who_asks_is_not_the_second_person(
    people: Discloser,
) -> None:
    rig = people.rig
    for writes, looks in ((people.second, people.officer), (people.officer, people.second)):
        name = asked(people, by=writes)
        check_identity(rig.house, looks, name, how=HOW)
        with pytest.raises(SecondPersonRefused, match="prepared"):
            people.answered(name)
    # Nor who looks again in between.
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    people.agree(propose(rig.house, people.officer, name, reason=WHY))
    check_identity(rig.house, people.second, name, how=HOW)
    with pytest.raises(SecondPersonRefused, match="looked"):
        answer(rig.house, people.officer, name)
    check_identity(rig.house, people.officer, name, how=HOW)
    answer(rig.house, people.officer, name)
    assert rig.house.parcels.names() == [name]


@pytest.mark.parametrize("who", ["otto", "sara"])
def test_whoever_knows_the_wearer_neither_decides_nor_agrees(people: Discloser, who: str) -> None:
    rig = people.rig
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    admin = rig.person("adam", "admin")
    declare_interest(rig.house, admin, "W-1", of_user=who)
    if who == "otto":
        with pytest.raises(InterestDeclared):
            propose(rig.house, people.officer, name, reason=WHY)
    else:
        with pytest.raises(InterestDeclared):
            people.agree(propose(rig.house, people.officer, name, reason=WHY))
    assert len(rig.house.store.read(lambda tx: tx.openings.looks(is_refused=True))) == 1
    with pytest.raises(InterestDeclared):
        check_identity(
            rig.house, {"otto": people.officer, "sara": people.second}[who], name, how=HOW
        )
    assert rig.house.parcels.names() == []
    looks = rig.house.store.read(lambda tx: tx.openings.looks(is_refused=True))
    assert {(one.person, one.wearer_id, one.refused) for one in looks} == {(who, "W-1", "FT-731")}


def logged(people: Discloser, name: str, whose: str) -> list[str]:
    """List what the log in a package says was done, with the grant it is about."""
    told = json.loads(people.files(name, whose)["data/log.json"])["entries"]
    entries = [json.loads(one["entry"]) for one in told]
    return [f"{one['what']} {one.get('details', {}).get('grant', '')}".strip() for one in entries]


def packages(people: Discloser) -> dict[str, list[str]]:
    """Make a package of the log for the wearer, the wearer's lawyer and a court."""
    people.recipient("lawyer", Kind.LAWYER)
    people.recipient()
    lawyers = people.packed(recipient_id="lawyer", gateway="proceedings")
    own, courts = asked(people), people.packed()
    check_identity(people.rig.house, people.officer, own, how=HOW)
    people.answered(own)
    made = {"wearer": own, "lawyer": lawyers, "court": courts}
    return {whose: logged(people, name, whose) for whose, name in made.items()}


def delayed(people: Discloser) -> str:
    """Open what belongs to an alert, and let the wearer's notice of it wait."""
    rig = people.rig
    (alert,) = (one["alert_id"] for one in rig.alerts() if one["kind"] == "zone.entered")
    opened = open_evidence(
        rig.house, alert, person=people.officer, purpose="handle_alert", delay_for="danger"
    )
    return opened.grant.grant_id


def test_a_look_whose_notice_waits_is_in_no_package_of_the_wearers_side(people: Discloser) -> None:
    grant = delayed(people)
    told = packages(people)
    for whose in ("wearer", "lawyer"):
        assert not [one for one in told[whose] if one.endswith(grant)], whose
        assert not [one for one in told[whose] if one.startswith(("notice.", "second-person."))]
    assert f"alert.evidence {grant}" in told["court"]
    people.rig.clock.at = Micros(people.rig.clock.at + 4 * DAY)
    assert f"alert.evidence {grant}" in packages(people)["wearer"]


def test_negative_control_a_package_that_forgets_the_delay_tells_of_it(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "told_of", lambda _tx, _wearer, entries, **_: entries)
    with pytest.raises(AssertionError):
        test_a_look_whose_notice_waits_is_in_no_package_of_the_wearers_side(people)


def test_what_is_withheld_takes_two_and_is_named(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    ground = "DPA 2018 Sch. 2 para. 2(1)"
    proposal = withhold(rig.house, people.officer, name, parts={Category.LOG: ground}, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        answer(rig.house, people.officer, name)
    assert proposal.scope["withheld"] == f"log: {ground}"
    people.agree(proposal)
    answer(rig.house, people.officer, name)
    files = people.files(name, "wearer")
    assert "data/log.json" not in files
    removed = json.loads(files["data/removed.json"])
    assert {"part": "log", "why": f"withheld: {ground}"} in removed


def test_what_a_second_person_refuses_to_withhold_is_given(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    ground = "DPA 2018 Sch. 2 para. 2(1)"
    proposal = withhold(rig.house, people.officer, name, parts={Category.LOG: ground}, reason=WHY)
    with pytest.raises(DisclosureStateRefused):
        withhold(rig.house, people.officer, name, parts={Category.SAID: ground}, reason=WHY)
    decide(
        rig.house,
        people.second,
        proposal.proposal_id,
        state="refused",
        digest=proposal.digest,
        password=PASSWORD,
        reason="Nobody is in danger from the log.",
    )
    assert requests(rig.house)[0].state == "asked"

    people.answered(name)

    files = people.files(name, "wearer")
    assert b"withheld" not in files["data/removed.json"]
    assert "data/log.json" in files


def test_a_question_about_withholding_that_lapsed_can_be_put_again(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    ground = "DPA 2018 Sch. 2 para. 2(1)"
    parts = {Category.LOG: ground}
    check_identity(rig.house, people.officer, name, how=HOW)
    first = withhold(rig.house, people.officer, name, parts=parts, reason=WHY)
    rig.clock.at = Micros(first.over_at)
    check_identity(rig.house, people.officer, name, how=HOW)
    again = withhold(rig.house, people.officer, name, parts=parts, reason=WHY)
    people.agree(again)
    answer(rig.house, people.officer, name)
    assert "data/log.json" not in people.files(name, "wearer")


@pytest.mark.parametrize("ground", ["", "because", "DPA 2018 s. 45(4)(b)"])  # the last: Part 3 only
def test_a_part_is_withheld_on_a_ground_of_its_regime_only(people: Discloser, ground: str) -> None:
    name = asked(people)
    parts = {Category.LOG: ground}
    with pytest.raises(DisclosureRefused):
        withhold(people.rig.house, people.officer, name, parts=parts, reason=WHY)
    with pytest.raises(DisclosureRefused):
        withhold(people.rig.house, people.officer, name, parts={}, reason=WHY)


def test_more_time_once_within_the_month_with_a_reason(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    with pytest.raises(DisclosureRefused):
        extend(rig.house, people.officer, name, reason="busy")
    assert extend(rig.house, people.officer, name, reason="Three devices and two years of it") == (
        "2027-02-05"
    )
    with pytest.raises(DisclosureRefused):
        extend(rig.house, people.officer, name, reason="Three devices and two years of it")
    rig.clock.at = Micros(rig.clock.at + 93 * DAY)
    assert requests(rig.house)[0].is_late


def test_records_are_held_until_28_days_after_the_answer(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)

    def held() -> list[Micros | None]:
        found = rig.house.store.read(lambda tx: holds_of(tx, WearerId("W-1")))
        return [one.until for one in found]

    assert held() == [None]
    check_identity(rig.house, people.officer, name, how=HOW)
    people.answered(name)
    assert held() == [None]
    people.files(name, "wearer")
    assert held() == [Micros(rig.clock.at + HELD_AFTER)]


def test_a_package_needs_a_key_that_is_one(people: Discloser) -> None:
    with pytest.raises(RecipientRefused):
        ask_access(
            people.rig.house,
            people.officer,
            OrderId("ORD-1"),
            public_key="age1nothing",
            asked_by="x",
            how="y",
        )
