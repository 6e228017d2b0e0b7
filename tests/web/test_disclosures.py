"""The pages of disclosures: by keyboard and forms alone."""

from __future__ import annotations

import dataclasses
import html
import json
import re

import pytest
from pyrage import x25519
from tests.discloser import WHY, discloser
from tests.rig import PASSWORD, Rig, walk_out
from tests.web.desk import at_desk, change, desk_of

from fairtag.adapters.parcels.folder import unseal
from fairtag.app.disclosure import listed
from fairtag.app.disclosure.emergency import reviews
from fairtag.disclosure.scope import Category
from fairtag.web.console.disclosing.access_pages import WithholdForm
from fairtag.web.console.disclosing.words import CATEGORIES


def test_at_night_alone_the_police_are_told_in_two_forms(rig: Rig) -> None:
    """From the alert: one link, one form, what to read out, one form; it is recorded."""
    walk_out(rig, rig.wearer())
    (alert,) = rig.alerts()
    desk = at_desk(rig, "nora", "officer")
    page = desk.get(f"/alerts/{alert['alert_id']}").text
    (link,) = re.findall(r'id="emergency" href="([^"]+)"', page)
    form = desk.get(link).text
    assert 'value="ORD-1"' in form
    # The first empty field has the cursor: nothing but the keyboard is needed.
    assert re.search(r'name="recipient"[^>]*autofocus', form)
    told = {"order": "ORD-1", "recipient": "PC 1234", "called_back": "101", "incident": "7"}

    short = desk.send("/disclosures/emergency", **told)
    assert (short.status_code, "Canaryella" in short.text) == (422, False)
    assert 'value="PC 1234"' in short.text  # nothing that was typed is lost
    shown = desk.send("/disclosures/emergency", **told, ground="threat_to_life")

    assert "Canaryella Sealington. Last known position" in shown.text
    assert "no-store" in shown.headers["cache-control"]
    (action,) = re.findall(r'action="(/disclosures/x_[a-z2-7]+/said)"', shown.text)
    done = desk.send(action, to="PC 1234", said="The name and the place, as shown.")
    assert done.status_code == 303
    assert [one.is_told for one in reviews(rig.house)] == [True]
    every = desk.get("/disclosures").text
    assert "Due" in every
    assert "Canaryella" not in every


def test_a_request_is_read_whole_after_an_entry_and_fetched_once(rig: Rig) -> None:
    people = discloser(rig)
    people.recipient()
    rig.wearer()
    rig.say("D-1", rig.line("D-1"))
    desk = at_desk(rig, "nora", "officer")
    form = {
        "recipient": "court",
        "gateway": "court_order",
        "order": "ORD-1",
        "since": "2026-11-02T00:00",
        "until": "2026-11-04T00:00",
        "categories": "positions",
        "asked_by": "The clerk",
        "authority": "Order 12/26",
        "case_ref": "T1",
        "purpose": "to decide whether the condition was kept",
    }
    empty = desk.get("/disclosures/new")
    assert (empty.status_code, "The court of Freedonia" in empty.text) == (200, True)
    made = desk.send("/disclosures/new", **form)
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    page = desk.get(path).text
    for told in ("The clerk", "to decide whether", CATEGORIES[Category.SAID]):
        assert told in page
    assert desk.send(f"{path}/propose", reason=WHY).status_code == 303
    proposal = rig.house.store.read(lambda tx: tx.proposals.listed()[0][0])
    assert desk.send(f"{path}/pack").status_code == 409
    assert proposal.scope["until"] == "2026-11-04T00:00:00Z"
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    assert [one.entry.actor for one in log if one.entry.what == "disclosure.read"].count(
        "nora"
    ) >= 1


def test_an_officer_reads_words_and_the_times_of_the_order_and_types_them_so(rig: Rig) -> None:
    people = discloser(rig)
    people.recipient()
    rig.wearer(1, time_zone="Asia/Tokyo")
    rig.say("D-1", rig.line("D-1"))
    desk, second = at_desk(rig, "nora", "officer"), desk_of(rig, people.second)
    change(rig, "nora", made_by="adam", made_at=0, created_at=0)
    form = {"recipient": "court", "gateway": "court_order", "order": "ORD-1", "purpose": WHY}
    form |= {"since": "2026-11-02T12:00", "until": "2026-11-03T06:00", "categories": "positions"}
    form |= {"asked_by": "The clerk", "authority": "Order 12/26", "case_ref": "T1"}
    path = desk.send("/disclosures/new", **form).headers["location"]
    desk.send(f"{path}/propose", reason=WHY)
    proposal = rig.house.store.read(lambda tx: tx.proposals.listed()[0][0])

    pages = (desk.get(path).text, second.get(f"/waiting/{proposal.proposal_id}").text)

    assert proposal.scope["from"] == "2026-11-02T03:00:00Z"  # noon in Tokyo
    assert proposal.scope["until"] == "2026-11-02T21:00:00Z"
    for page in pages:
        shown = html.unescape(page)
        assert "Mon 2 Nov 2026, 12:00 (Asia/Tokyo)" in shown
        assert "Tue 3 Nov 2026, 06:00 (Asia/Tokyo)" in shown
        assert "Devices, their faults and installation<br>What was found" in shown
        assert "2026-11-02T" not in shown  # no code and no time of another zone
        assert "device, findings" not in shown
    assert "Times of Asia/Tokyo" in pages[0]
    assert "(Asia/Tokyo)" in desk.get("/disclosures").text


@pytest.mark.parametrize("changed", [{"order": "ORD-9"}, {"since": "soon"}, {"until": ""}])
def test_a_request_that_makes_no_sense_is_given_back_as_it_was_typed(
    rig: Rig, changed: dict[str, str]
) -> None:
    discloser(rig).recipient()
    rig.wearer()
    desk = at_desk(rig, "nora", "officer")
    form = {"recipient": "court", "gateway": "court_order", "order": "ORD-1", "purpose": WHY}
    form |= {"since": "2026-11-02T12:00", "until": "2026-11-03T06:00", "categories": "positions"}

    done = desk.send("/disclosures/new", **(form | changed))

    assert done.status_code in {404, 422}
    assert f'value="{(form | changed)["order"]}"' in done.text
    assert WHY in html.unescape(done.text)


def test_a_part_is_kept_from_a_wearer_by_two_and_the_page_says_which_and_why(rig: Rig) -> None:
    people = discloser(rig)
    people.keys["wearer"] = x25519.Identity.generate()
    rig.wearer()
    rig.say("D-1", rig.line("D-1"))
    desk, second = at_desk(rig, "nora", "officer"), desk_of(rig, people.second)
    change(rig, "nora", made_by="adam", made_at=0, created_at=0)
    asked = {"order": "ORD-1", "asked_by": "the wearer", "how": "letter"}
    key = str(people.keys["wearer"].to_public())
    path = desk.send("/disclosures/access", **asked, public_key=key).headers["location"]
    ground = "DPA 2018 Sch. 2 para. 16"
    form = desk.get(path).text
    every = desk.get("/disclosures").text
    assert 'data-name="For">the wearer<' in every
    assert every.count('data-name="Stands">Waits for a decision<') == 2
    assert f'value="{ground}"' in form
    assert "s. 45(4)" not in form  # this order is under the UK GDPR

    unseen = desk.send(f"{path}/propose", reason=WHY)
    assert "look who asks first" in unseen.text
    assert WHY in html.unescape(unseen.text)  # nothing that was typed is lost
    desk.send(f"{path}/identity", how="known to staff in person")

    short = desk.send(f"{path}/withhold", said=ground, why_withheld="no")

    assert short.status_code == 422
    assert re.search(rf'value="{re.escape(ground)}" selected', short.text)  # nothing is lost
    assert desk.send(f"{path}/withhold", why_withheld=WHY).status_code == 422  # no part
    kept = dict.fromkeys(("said", "check_ins", "decisions", "complaints"), ground)
    assert desk.send(f"{path}/withhold", **kept, why_withheld=WHY).status_code == 303
    proposal = rig.house.store.read(lambda tx: tx.proposals.listed()[0][0])
    shown = second.get(f"/waiting/{proposal.proposal_id}").text
    assert f"Calls, visits, what the wearer said: {ground}" in shown
    assert re.search(
        r"known to staff in person, looked at by nora at [^Z]+ \(Europe/London\)", shown
    )
    assert "who asks, and that this key is theirs?" in shown
    assert key in shown
    waiting = desk.get(path).text
    assert "It waits for a second person" in waiting
    assert "Make their package" not in waiting
    assert re.search(r"Answer by</dt><dd[^>]*>2026-12-05</dd>", waiting)
    assert f"said: {ground}" in desk.get(path).text
    told = {"digest": proposal.digest, "password": PASSWORD}
    assert second.send(f"/waiting/{proposal.proposal_id}", answer="agreed", **told).status_code == (
        303
    )
    agreed = desk.get(path).text
    assert "Make their package, now that they agreed" in agreed
    assert "waits for a second person" not in agreed.lower()
    assert desk.send(f"{path}/answer").status_code == 303
    sealed = desk.send(f"{path}/file").content
    files = unseal(sealed, str(people.keys["wearer"]))
    removed = json.loads(files["data/removed.json"])
    for part in kept:
        assert {"part": part, "why": f"withheld: {ground}"} in removed
    gone = ("check-ins", "decisions", "complaints", "wearer-wrote")
    assert not {f"data/{name}.ndjson" for name in gone} & set(files)


def test_a_package_that_was_cut_off_is_made_again_from_its_page(rig: Rig) -> None:
    people = discloser(rig)
    people.recipient()
    rig.wearer()
    name = people.packed()
    desk = at_desk(rig, "nora", "officer")
    path = f"/disclosures/{name}"
    assert "Take the package" in desk.get(path).text
    rig.house.parcels.remove(name)

    page = desk.get(path).text

    assert "Make the package again" in page
    assert "Take the package" not in page
    assert desk.send(f"{path}/pack").status_code == 303
    assert "Take the package" in desk.get(path).text


def test_each_part_that_the_page_offers_to_keep_back_is_read() -> None:
    fields = {one.name for one in dataclasses.fields(WithholdForm)} - {"why_withheld"}
    assert fields == {str(one) for one in CATEGORIES} == {str(one) for one in Category}


def test_each_kind_of_data_has_words_for_the_wearer() -> None:
    assert set(listed._KINDS) == {str(one) for one in Category}


@pytest.mark.parametrize("role", ["liaison"])
def test_a_liaison_sees_their_own_requests_only(rig: Rig, role: str) -> None:
    people = discloser(rig)
    people.recipient()
    rig.wearer()
    name = people.packed()
    desk = at_desk(rig, "lia", role)
    assert name[:8] not in desk.get("/disclosures").text
    assert desk.get(f"/disclosures/{name}").status_code == 403
