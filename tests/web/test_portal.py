"""The wearer's page: in by a one-time code, who looked and why, delays, a contest, nobody else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient
from tests.app.test_openings import alerted, staff
from tests.rig import Rig
from tests.web.desk import at_desk, visitor

from fairtag.alerts.model import Cause
from fairtag.app.disclosure.emergency import Call, open_minimum, record_said
from fairtag.app.handle_alert import close, log_contact
from fairtag.app.open_record import open_apart, open_evidence, open_texts
from fairtag.app.openings.circles import note_apart
from fairtag.app.wearer.contest import contest
from fairtag.app.wearer.sign_in import CODE_LASTS, MOST_TRIES, SESSION, give_code
from fairtag.audit.entries import Entry
from fairtag.disclosure.emergency import Ground
from fairtag.terms.errors import ContestRefused, UsageError
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.web.portal import words
from fairtag.web.words import catalogue

PLACES = re.compile(r"53\.\d|-2\.\d{2}")
APART = "Maryanne Canarywit"
CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass(slots=True)
class Wearer:
    """A wearer at a phone."""

    client: TestClient

    def page(self) -> Any:
        return self.client.get("/my", follow_redirects=False)

    def send(self, path: str, **form: str) -> Any:
        csrf = CSRF.search(self.page().text)
        told = {"csrf": csrf[1] if csrf else ""} | form
        return self.client.post(path, data=told, follow_redirects=False)


def enter(rig: Rig, code: str, reference: str = "W-1") -> tuple[Wearer, Any]:
    wearer = Wearer(visitor(rig).client)
    told = {"reference": reference, "code": code}
    return wearer, wearer.client.post("/my/sign-in", data=told, follow_redirects=False)


def come_in(rig: Rig, reference: str = "W-1") -> Wearer:
    wearer, answer = enter(rig, give_code(rig.house, reference, by="test").code, reference)
    assert answer.headers["location"] == "/my"
    return wearer


def test_the_wearer_sees_who_looked_why_and_when_and_no_place(rig: Rig) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    open_evidence(rig.house, alert, person=person, purpose="protect_person")

    page = come_in(rig).page().text

    for told in ("Officer, Home Office", "oona", words.PURPOSES["protect_person"], "Curfew"):  # type: ignore[index]
        assert told.replace("Curfew", "Be at an address") in page
    assert PLACES.search(page) is None
    assert not {"Canaryella", "Sealington", "1991-02-03", "Freedonian"} & set(
        re.findall(r"[\w-]+", page)
    )


def test_a_code_works_once_for_seven_days_and_five_wrong_tries_end_it(rig: Rig) -> None:
    rig.wearer()
    code = give_code(rig.house, "W-1", by="test").code
    assert enter(rig, code.lower().replace("-", " "))[1].status_code == 303
    assert enter(rig, code)[1].status_code == 401  # used
    late = give_code(rig.house, "W-1", by="test").code
    rig.clock.at = Micros(rig.clock.at + CODE_LASTS)
    assert enter(rig, late)[1].status_code == 401
    tried = give_code(rig.house, "W-1", by="test").code
    for _ in range(MOST_TRIES):
        assert enter(rig, "AAAA-AAAA-AAAA")[1].status_code == 401
    assert enter(rig, tried)[1].status_code == 401
    with pytest.raises(UsageError):
        give_code(rig.house, "W-99", by="test")
    held = b"".join(path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    assert tried.encode() not in held
    assert tried.replace("-", "").encode() not in held


def test_a_code_is_one_wearers_and_a_session_ends(rig: Rig) -> None:
    rig.wearer()
    rig.wearer(2)
    other = give_code(rig.house, "W-2", by="test").code
    assert enter(rig, other, "W-1")[1].status_code == 401
    wearer = come_in(rig)
    rig.clock.at = Micros(rig.clock.at + SESSION)
    assert wearer.page().headers["location"] == "/my/sign-in"
    wearer = come_in(rig)
    assert wearer.send("/my/sign-out").status_code == 303
    assert wearer.page().status_code == 303


def test_a_delayed_look_is_not_there_and_later_it_is_with_the_delay(rig: Rig) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    open_evidence(rig.house, alert, person=person, purpose="handle_alert", delay_for="danger")
    page = come_in(rig).page().text
    assert "oona" not in page
    assert words.WORDS["nobody"] in page
    rig.clock.at = Micros(rig.clock.at + 3 * DAY)
    page = come_in(rig).page().text
    assert "oona" in page
    assert words.DELAYS["danger"] in page  # type: ignore[index]


def test_the_proof_is_the_wearers_own_and_waits_with_its_look(rig: Rig) -> None:
    alert, person = alerted(rig), staff(rig, "oona")
    receipt = open_evidence(rig.house, alert, person=person, purpose="handle_alert").receipt.n
    assert receipt is not None
    wearer = come_in(rig)

    proof = wearer.client.get(f"/my/proof/{receipt}").json()

    (shown,) = proof["entries"]
    assert json.loads(shown["entry"])["actor"] == "oona"
    assert shown["n"] == receipt
    rig.wearer(2)
    other = come_in(rig, "W-2")
    assert other.client.get(f"/my/proof/{receipt}").status_code == 404
    assert wearer.client.get(f"/my/proof/{receipt - 1}").status_code == 404


def test_nobody_is_shown_without_a_session_and_no_form_of_another_page_works(rig: Rig) -> None:
    rig.wearer()
    stranger = visitor(rig).client
    for path in ("/my", "/my/proof/1"):
        assert stranger.get(path, follow_redirects=False).headers["location"] == "/my/sign-in"
    wearer = come_in(rig)
    for path in ("/my/contest", "/my/sign-out"):
        answer = wearer.client.post(path, data={"csrf": "x", "text": "t"}, follow_redirects=False)
        assert answer.status_code == 403
        foreign = {"origin": "https://elsewhere.example", "host": "127.0.0.1:8080"}
        assert wearer.client.post(path, data={}, headers=foreign).status_code == 403
    assert "no-store" in wearer.page().headers["cache-control"]
    assert "script-src 'self'" in wearer.page().headers["content-security-policy"]


def test_a_contest_is_sealed_answered_by_closing_and_read_by_a_logged_officer(rig: Rig) -> None:
    alerted(rig)
    wearer, person = come_in(rig), staff(rig, "oona")
    said = "I was at the hospital with Canarychild."
    assert wearer.send("/my/contest", text="  ").status_code == 422
    assert wearer.send("/my/contest", text=said).status_code == 303
    assert words.WORDS["contest_open"] in wearer.page().text
    held = b"".join(path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    assert b"Canarychild" not in held
    (one,) = rig.house.store.read(lambda tx: tx.contests.about(WearerId("W-1")))

    texts = open_texts(rig.house, one.alert_id, person=person, purpose="handle_alert")

    assert texts.contest == said
    close(rig.house, one.alert_id, person=person, cause=Cause.EXCUSED, reason="He was there.")
    assert words.WORDS["contest_open"] not in wearer.page().text
    for _ in range(10):
        contest(rig.house, WearerId("W-1"), text="Again.")
    with pytest.raises(ContestRefused):
        contest(rig.house, WearerId("W-1"), text="An eleventh.")


def test_a_disclosure_is_shown(rig: Rig) -> None:
    device, oona = rig.wearer(), rig.person("oona", "officer")
    assert "Nothing about you was passed on" in come_in(rig).page().text
    rig.say(device, rig.line(device))
    call = Call(recipient="GMP", called_back="101", incident="GMP-2", ground=Ground.LIFE)
    shown = open_minimum(rig.house, oona, OrderId("ORD-1"), call)
    said = "told where the device was last, and that it is urgent"
    record_said(rig.house, oona, shown.disclosure_id, said=said, to="PC 123")
    assert "the police or another emergency service, by phone" in come_in(rig).page().text


def lived_with_a_third_person(rig: Rig) -> AlertId:
    alert, person = alerted(rig), staff(rig, "oona")
    note_apart(rig.house, person, alert, told=f"Protects {APART}, 4 Canary Row")
    log_contact(rig.house, alert, person=person, how="phone", reached=True, told="Rang.")
    open_apart(rig.house, alert, person=person, purpose="protect_person")
    return alert


def every_answer_to_the_wearer(rig: Rig) -> list[str]:
    wearer = come_in(rig)
    last = rig.house.store.read(lambda tx: tx.audit.last())
    told = [wearer.page().text, wearer.send("/my/contest", text="").text]
    told += [wearer.client.get(f"/my/proof/{n}").text for n in range(last + 1)]
    return [*told, wearer.client.get("/my/sign-in").text]


def about_others(answers: list[str]) -> list[str]:
    """Find what tells of a third person: the words, or only that there is something."""
    sign = re.compile(r"Canary ?Row|Canarywit|third[- ]person|victim|witness", re.IGNORECASE)
    return [found[0] for text in answers if (found := sign.search(text))]


def test_nothing_of_a_third_person_reaches_the_wearer(rig: Rig) -> None:
    alert = lived_with_a_third_person(rig)
    assert about_others(every_answer_to_the_wearer(rig)) == []
    assert APART not in at_desk(rig, "sue", "supervisor").get(f"/alerts/{alert}").text


def test_negative_control_a_note_among_the_contacts_is_found(rig: Rig) -> None:
    assert about_others([f"Rang. Protects {APART}"])
    lived_with_a_third_person(rig)
    person = staff(rig, "leak")

    def leaky(tx: Any) -> None:
        look = tx.openings.looks(person="oona")[0]
        grant = tx.openings.get(look.grant_id)
        assert grant.kind == "third_person"
        entry = Entry(
            at=rig.clock.at,
            operation="consultation",
            actor=person.user_id,
            what="third-person.read",
            wearer_id=WearerId("W-1"),
        )
        number = tx.audit.append(entry).n
        told = msgspec.structs.replace(look, wearer_id=WearerId("W-1"), entry=number)
        tx.openings.looked(told)

    rig.house.store.transact(leaky)
    assert about_others(every_answer_to_the_wearer(rig)) != []


def test_what_else_was_written_down_reads_in_the_wearers_language(rig: Rig) -> None:
    rig.wearer()
    wearer = come_in(rig)

    english, arabic, other = (
        wearer.client.get(f"/my?lang={one}").text for one in ("en", "ar", "xx")
    )

    assert "Your order was stored, changed, paused, ended or looked at again." in english
    assert "You got a code for your page" in english
    assert '<div lang="ar" dir="rtl" id="written">' in arabic
    assert catalogue("ar").words["done.order"] in arabic
    assert catalogue("ar").words["unreviewed"] in arabic
    assert '<div lang="en" dir="ltr" id="written">' in other
