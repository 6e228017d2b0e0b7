"""The desk shows two pictures and nobody; a wearer is told how it stands, and nobody else is."""

from __future__ import annotations

import base64
import re

import pytest
from tests.reviewers import (
    NOTE,
    answered,
    enrol,
    kept_prompts,
    never_known,
    picture,
    prompted,
    reviewers,
    unconfirmed,
)
from tests.rig import PASSWORD, Rig
from tests.web.desk import Desk, at_desk, found_csrf, visitor
from tests.web.test_portal import come_in

from fairtag.app.deciding.basis import read_to_decide
from fairtag.app.deciding.decide import Said, decide_alert
from fairtag.app.sign_in import start_session
from fairtag.terms.ids import AlertId

CASE = re.compile(r'action="/reviewing/(v_\w+)"')
IMAGE = re.compile(r'src="data:image/jpeg;base64,([^"]+)"')


@pytest.fixture
def waits(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    prompts = kept_prompts(monkeypatch)
    rig.wearer()
    rig.wearer(2)
    enrol(rig)
    never_known(rig)
    prompted(rig, prompts)
    return rig


def desk_of(rig: Rig, name: str) -> Desk:
    """Sit a person down who is there already."""
    person, _ = rig.house.store.read(lambda tx: tx.people.by_name(name))
    desk = visitor(rig, name)
    session = start_session(rig.house, person, kind="page")
    desk.client.cookies.set("fairtag_session", session.token, domain="127.0.0.1")
    found_csrf(desk)
    return desk


def test_a_pair_is_in_the_answer_to_a_post_and_tells_of_nobody(waits: Rig) -> None:
    answered(waits)
    reviewers(waits)
    desk = desk_of(waits, "rita")

    page = desk.send("/reviewing/next").text

    shown = [base64.b64decode(one) for one in IMAGE.findall(page)]
    assert shown == [picture(140), picture(180)]
    for told in ("W-1", "ORD-1", "D-1", "ci-1", "0.42", "low_score", "Canaryella", "Freedonian"):
        assert told not in page
    case = CASE.search(page)
    assert case is not None
    for path in ("/reviewing/next", f"/reviewing/{case[1]}"):
        assert desk.get(path).status_code == 405


def test_the_second_page_is_the_first_ones_twin(waits: Rig) -> None:
    answered(waits)
    reviewers(waits)
    first, second = desk_of(waits, "rita"), desk_of(waits, "rob")
    page = first.send("/reviewing/next").text
    case = CASE.search(page)
    assert case is not None
    told = {"outcome": "no_match", "note": NOTE, "password": PASSWORD}
    assert first.send(f"/reviewing/{case[1]}", **told).status_code == 303

    again = second.send("/reviewing/next").text

    def bare(told: str, desk: Desk) -> str:
        return told.replace(desk.csrf, "").replace(desk.name, "")

    assert bare(again, second) == bare(page, first)


def test_another_reviewers_pair_stays_shut(waits: Rig) -> None:
    answered(waits)
    reviewers(waits)
    case = CASE.search(desk_of(waits, "rita").send("/reviewing/next").text)
    assert case is not None
    other = desk_of(waits, "rob")

    assert "Nothing waits for you now." in other.send("/reviewing/next").text
    assert other.send(f"/reviewing/{case[1]}", outcome="match").status_code == 409


def test_a_wearer_reads_how_it_stands_and_answers(waits: Rig) -> None:
    _, alert = unconfirmed(waits)
    mine, others = come_in(waits), come_in(waits, "W-2")
    assert "were not sure that this picture shows you" in mine.page().text
    assert "were not sure" not in others.page().text

    said = {"text": "My face was bandaged."}
    assert others.send("/my/check-ins/ci-1/statement", **said).status_code == 404
    assert mine.send("/my/check-ins/ci-1/statement", text=" ").status_code == 422
    assert mine.send("/my/check-ins/ci-1/statement", csrf="x", **said).status_code == 403
    assert mine.send("/my/check-ins/ci-1/statement", **said).status_code == 303

    olga = waits.person()
    read = read_to_decide(waits.house, AlertId(alert), person=olga)
    assert [one.text for one in read.said] == [said["text"]]
    told = Said(outcome="excused", reason="The letter is here.", basis_digest=read.basis.digest)
    decide_alert(waits.house, AlertId(alert), told, person=olga, given=PASSWORD)
    page = mine.page().text
    assert "Your reason was accepted. Nothing is held against you." in page
    assert "The letter is here." in page
    assert "An officer has decided about it" in page
    assert "The letter is here." not in others.page().text


def test_what_was_written_opens_by_post_only_and_is_logged(waits: Rig) -> None:
    _, alert = unconfirmed(waits)
    desk = at_desk(waits, "oleg", "officer")
    before = len(waits.house.store.read(lambda tx: tx.openings.looks(person="oleg")))

    assert desk.get(f"/alerts/{alert}/decide/read").status_code == 405
    assert NOTE not in desk.get(f"/alerts/{alert}").text
    assert NOTE in desk.send(f"/alerts/{alert}/decide/read").text
    pictures = desk.send(f"/alerts/{alert}/decide/read", pictures="yes").text
    assert len(IMAGE.findall(pictures)) == 2

    looks = waits.house.store.read(lambda tx: tx.openings.looks(person="oleg"))[: -before or None]
    assert sorted(one.what for one in looks) == ["photos", "texts", "texts"]
