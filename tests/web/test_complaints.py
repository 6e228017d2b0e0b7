"""The pages of complaints and contests, and the form on the wearer's own page."""

from __future__ import annotations

import re

from tests.app.test_complaints import ANSWER, TEXT, W
from tests.app.test_openings import staff
from tests.rig import Rig
from tests.web.desk import Desk, at_desk
from tests.web.test_portal import come_in

from fairtag.alerts.model import Cause
from fairtag.app.complaints.record import complain
from fairtag.app.handle_alert import acknowledge, close
from fairtag.app.wearer.contest import contest
from fairtag.terms.instants import DAY, Micros
from fairtag.web.portal import words

FORM = {"wearer": "W-1", "how": "letter", "received_on": "2026-11-02", "about": "", "text": TEXT}


def three(rig: Rig) -> tuple[Desk, Desk, Desk]:
    rig.wearer()
    return (
        at_desk(rig, "nora", "officer"),
        at_desk(rig, "sven", "supervisor"),
        at_desk(rig, "cleo", "caseworker"),
    )


def test_a_letter_is_written_down_acknowledged_and_answered_by_another(rig: Rig) -> None:
    nora, sven, cleo = three(rig)
    assert "No complaint waits" in nora.get("/complaints").text

    made = nora.send("/complaints", **FORM | {"about": "sven"})

    assert made.status_code == 303
    path = made.headers["location"]
    listed = sven.get("/complaints").text
    assert "answer by 2026-11-30" in listed
    assert "say that it came by 2026-12-01" in listed
    assert TEXT not in listed
    about_me = sven.get(path).text
    assert "This complaint is about you" in about_me
    assert TEXT not in about_me
    refused = sven.send(f"{path}/answer", outcome="not upheld", text=ANSWER)
    assert refused.status_code == 403
    assert "about you" in refused.text
    page = nora.get(path).text
    assert TEXT in page
    assert re.search(r'id="about"[^>]* required><option value="">Choose<', page)  # nobody by a slip
    assert "A supervisor or caseworker answers it" in page
    assert nora.send(f"{path}/answer", outcome="upheld", text=ANSWER).status_code == 403
    assert nora.send(f"{path}/acknowledge", how="letter of today").status_code == 303
    assert nora.send(f"{path}/acknowledge", how="again").status_code == 409
    short = cleo.send(f"{path}/answer", outcome="upheld", text="Sorry.")
    assert (short.status_code, "Sorry." in short.text) == (422, True)
    assert cleo.send(f"{path}/answer", outcome="upheld", text=ANSWER).status_code == 303
    assert ANSWER in nora.get(path).text
    assert "Tue 3 Nov 2026, 00:00 (Europe/London)</strong> cleo answered it" in nora.get(path).text
    assert "No complaint waits" in nora.get("/complaints").text


def test_nothing_that_was_typed_is_lost_and_the_page_says_what_is_missing(rig: Rig) -> None:
    nora, *_ = three(rig)
    for wrong, told in (
        ({"received_on": "2026-12-24"}, "the day it came must be today"),
        ({"received_on": ""}, "write the day it came"),
        ({"wearer": "W-9"}, "no order names this wearer"),
        ({"wearer": "no name!"}, "write the wearer&#39;s reference"),
        ({"how": "owl"}, "say how it came"),
    ):
        answer = nora.send("/complaints", **FORM | wrong)
        assert answer.status_code == 422
        assert told in answer.text
        assert TEXT in answer.text


def test_the_queue_says_what_wearers_wait_for_and_a_contractor_learns_nothing(rig: Rig) -> None:
    nora, *_ = three(rig)
    assert 'id="waits"' not in nora.get("/").text
    contest(rig.house, W, text="That was not me.")
    complain(rig.house, W, text=TEXT)
    line = nora.get("/").text
    assert re.search(r">1 contest<.*>1 complaint<", line)
    assert "late)" not in line
    rig.clock.at = Micros(rig.clock.at + 29 * DAY)
    nora = at_desk(rig, "nina", "officer")
    assert "1 late" in nora.get("/").text
    assert 'id="waits"' not in at_desk(rig, "conn", "contractor").get("/").text


def test_contests_are_listed_with_what_they_keep_and_who_answers(rig: Rig) -> None:
    nora, *_ = three(rig)
    made = contest(rig.house, W, text="That was not Canarychild.")

    page = nora.get("/contests").text

    assert "Nobody yet" in page
    assert "until 28 days after the answer" in page
    assert f'href="/alerts/{made.alert_id}"' in page
    assert "Canarychild" not in page
    acknowledge(rig.house, made.alert_id, person=staff(rig, "oona"))
    assert "oona" in nora.get("/contests").text
    close(
        rig.house,
        made.alert_id,
        person=staff(rig, "oona"),
        cause=Cause.EXCUSED,
        reason="He was there.",
    )
    assert "answered by oona" in nora.get("/contests").text
    assert "until Tue 1 Dec 2026, 00:00 (Europe/London)" in nora.get("/contests").text
    rig.clock.at = Micros(rig.clock.at + 28 * DAY)
    assert "No contest waits" in at_desk(rig, "nina", "officer").get("/contests").text


def test_a_wearer_complains_on_their_page_and_reads_the_answer_there(rig: Rig) -> None:
    _, sven, _ = three(rig)
    wearer = come_in(rig)
    empty = wearer.send("/my/complaint", text=" ")
    assert (empty.status_code, 'href="#complaint"' in empty.text) == (422, True)
    assert wearer.client.post("/my/complaint", data={"text": TEXT}).status_code == 403

    assert wearer.send("/my/complaint", text=TEXT).status_code == 303

    shown = wearer.client.get("/my?complained=true").text
    assert words.WORDS["complaint_sent"] in shown
    assert "by 2026-12-01" in shown  # 28 days from Tuesday 3 November
    assert "You complained. This is kept" in shown
    (one,) = rig.house.store.read(lambda tx: tx.complaints.listed(W))
    sven.send(f"/complaints/{one[0].complaint_id}/answer", outcome="upheld", text=ANSWER)
    page = wearer.page().text
    assert ANSWER in page
    assert "you were right" in page


def test_a_late_answer_is_said_to_the_wearer_with_where_to_turn(rig: Rig) -> None:
    three(rig)
    complain(rig.house, W, text=TEXT)
    rig.clock.at = Micros(rig.clock.at + 29 * DAY)

    assert words.WORDS["complaint_late"] in come_in(rig).page().text
