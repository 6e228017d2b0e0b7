"""Everybody may read by which rule and numbers places are judged; each alert leads there."""

from __future__ import annotations

import re

import pytest
from tests.rig import Rig, walk_out
from tests.web.desk import at_desk

from fairtag.rules.explained import rows
from fairtag.rules.settings import DEFAULTS
from fairtag.web.console import words


def test_the_page_shows_record_texts_and_every_number_without_a_sign_in(rig: Rig) -> None:
    page = rig.client.get("/charter/rules").text

    assert DEFAULTS.version in page
    assert DEFAULTS.digest in page
    assert [row.name for row in rows(DEFAULTS) if f">{row.name}<" not in page] == []
    for part in ("officer", "wearer", "rule", "numbers"):
        assert f'href="#{part}"' in page
        assert f'id="{part}"' in page
    for title in ("Before you act", "What you can do", "What follows from these numbers"):
        assert f">{title}</h3>" in page


def test_the_record_is_public_as_json_and_the_wearers_text_as_text(rig: Rig) -> None:
    record, text = rig.client.get("/api/charter/rules"), rig.client.get("/charter/rules.txt")

    assert record.headers["content-type"] == "application/json"
    assert record.json()["digest"] == DEFAULTS.digest
    assert record.json()["settings"]["in_favour"] == DEFAULTS.in_favour
    assert text.headers["content-type"].startswith("text/plain")
    assert DEFAULTS.digest in text.text
    assert "What you can do" in text.text


@pytest.mark.parametrize("path", ["/charter", "/", "/sign-in"])
def test_pages_lead_to_it(rig: Rig, path: str) -> None:
    desk = at_desk(rig, "oona", "officer")

    assert (
        '<a class="govuk-link" href="/charter/rules">How places are judged</a>'
        in desk.get(path).text
    )


def test_an_alert_about_a_place_leads_to_the_help_and_names_its_record(rig: Rig) -> None:
    device = rig.wearer()
    walk_out(rig, device)
    rig.event(device, "battery_low")
    desk = at_desk(rig, "oona", "officer")

    pages = {one["for"]: desk.get(f"/alerts/{one['alert_id']}").text for one in rig.alerts()}

    place, device_own = (how_sure(pages[one]) for one in ("authority", "support"))
    assert 'href="/charter/rules#officer"' in place
    assert f"(record {DEFAULTS.version})" in place
    assert "mislead is put at about 1 in 1,000" in place
    assert "/charter/rules#officer" not in device_own


def how_sure(page: str) -> str:
    found = re.search(r'id="sure">.*?</p>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_an_alert_of_an_earlier_record_says_so() -> None:
    assert words.by_record("sha256:0") == "(made by an earlier record, sha256:0)"
