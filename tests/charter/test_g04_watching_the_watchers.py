"""Guarantee 4, the wearer's part: every look is shown, with who, why, and its delay afterwards."""

from __future__ import annotations

import pytest
from tests.app.test_openings import alerted, staff
from tests.rig import Rig
from tests.web.test_portal import come_in

from fairtag.app.open_record import open_evidence, open_texts
from fairtag.app.wearer import looks
from fairtag.terms.errors import OpeningRefused
from fairtag.terms.instants import DAY, Micros
from fairtag.web.portal import shown, words

NOT_YET_PROVED = "the log's tree, its witness and the spool have no proof here yet"


def looked(rig: Rig) -> None:
    """Look three times, one of them told late, and be refused once."""
    alert = alerted(rig)
    first, second = staff(rig, "otto"), staff(rig, "oona")
    open_evidence(rig.house, alert, person=first, purpose="handle_alert")
    open_texts(rig.house, alert, person=first, purpose="review_handling")
    open_evidence(rig.house, alert, person=second, purpose="protect_person", delay_for="inquiry")
    with pytest.raises(OpeningRefused):
        open_evidence(rig.house, alert, person=second, purpose="curiosity")


def missing(rig: Rig) -> list[str]:
    """Tell what the wearer's page leaves out that it owes, after every delay is over."""
    rig.clock.at = Micros(rig.clock.at + 3 * DAY)
    page = come_in(rig).page().text
    entries = rig.house.store.read(lambda tx: tx.openings.looks())
    owed = [f"/my/proof/{one.entry}" for one in entries]
    owed += [words.PURPOSES[one.purpose] for one in entries if one.purpose is not None]
    owed += ["Officer, Home Office", words.DELAYS["inquiry"], words.WORDS["was_refused"]]  # type: ignore[index]
    return [told for told in owed if told not in page]


def test_the_wearer_sees_every_look_its_purpose_and_its_delay(rig: Rig) -> None:
    looked(rig)
    assert len(rig.house.store.read(lambda tx: tx.openings.looks())) == 4
    assert missing(rig) == []


def test_a_delay_hides_its_own_look_only(rig: Rig) -> None:
    looked(rig)
    page = come_in(rig).page().text
    assert "otto" in page
    assert words.PURPOSES["protect_person"] not in page  # type: ignore[index]


def test_negative_control_a_page_without_the_delay_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shown._look

    def silent(look: looks.LookShown, zone: str) -> dict[str, object]:
        return whole(look, zone) | {"late": ""}

    monkeypatch.setattr(shown, "_look", silent)
    looked(rig)
    assert missing(rig) == [words.DELAYS["inquiry"]]  # type: ignore[index]


def test_negative_control_a_look_that_is_left_out_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "is_hidden", lambda delays, *, now: bool(delays) or now < 0)
    looked(rig)
    assert missing(rig) != []
