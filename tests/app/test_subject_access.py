"""A wearer asks what is held about them: in time, whole, to them alone."""

from __future__ import annotations

import json

import pytest
from pyrage import x25519
from tests.discloser import WHY, Discloser, discloser
from tests.rig import PASSWORD, Rig, walk_out

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
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused, RecipientRefused
from fairtag.disclosure.scope import Category
from fairtag.terms.errors import ProposalStateRefused
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


def asked(people: Discloser) -> str:
    people.keys["wearer"] = x25519.Identity.generate()
    made = ask_access(
        people.rig.house,
        people.officer,
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
        answer(rig.house, people.officer, name, reason=WHY)
    check_identity(rig.house, people.officer, name, how=HOW)
    rig.clock.at = Micros(rig.clock.at + DAY + 1)
    with pytest.raises(DisclosureRefused, match="look who asks"):
        answer(rig.house, people.officer, name, reason=WHY)
    check_identity(rig.house, people.officer, name, how=HOW)
    answer(rig.house, people.officer, name, reason=WHY)

    files = people.files(name, "wearer")

    assert b"Canaryella" in files["data/orders/as-received/ORD-1-v1.json"]
    assert files["data/traffic.ndjson"].count(b"\n") == 12
    removed = json.loads(files["data/removed.json"])
    assert [one["part"] for one in removed] == [
        "photos",  # they did not ask for them
        "what concerns other people, such as a victim or a witness",
    ]


def test_what_is_withheld_takes_two_and_is_named(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    check_identity(rig.house, people.officer, name, how=HOW)
    ground = "DPA 2018 Sch. 2 para. 2(1)"
    proposal = withhold(rig.house, people.officer, name, parts={Category.LOG: ground}, reason=WHY)
    with pytest.raises(ProposalStateRefused):
        answer(rig.house, people.officer, name, reason=WHY)
    assert proposal.scope["withheld"] == f"log: {ground}"
    people.agree(proposal)
    answer(rig.house, people.officer, name, reason=WHY)
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

    answer(rig.house, people.officer, name, reason=WHY)

    files = people.files(name, "wearer")
    assert b"withheld" not in files["data/removed.json"]
    assert "data/log.json" in files


def test_a_question_about_withholding_that_lapsed_can_be_put_again(people: Discloser) -> None:
    rig = people.rig
    name = asked(people)
    ground = "DPA 2018 Sch. 2 para. 2(1)"
    parts = {Category.LOG: ground}
    first = withhold(rig.house, people.officer, name, parts=parts, reason=WHY)
    rig.clock.at = Micros(first.over_at)
    again = withhold(rig.house, people.officer, name, parts=parts, reason=WHY)
    people.agree(again)
    check_identity(rig.house, people.officer, name, how=HOW)
    answer(rig.house, people.officer, name, reason=WHY)
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
    answer(rig.house, people.officer, name, reason=WHY)
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
