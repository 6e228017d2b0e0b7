"""A life is at stake: one person, the minimum, by voice; another looks within 24 hours."""

from __future__ import annotations

import pytest
from tests.discloser import Discloser, discloser
from tests.rig import Rig, walk_out

from fairtag.app.disclosure.emergency import Call, open_minimum, record_said, review, reviews
from fairtag.app.disclosure.listed import told_about
from fairtag.disclosure.emergency import Ground
from fairtag.disclosure.refusals import DisclosureRefused, DisclosureStateRefused
from fairtag.terms.errors import LogUnavailable, NotPermitted, SecondPersonRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR

ORDER = OrderId("ORD-1")
CALL = Call(recipient="GMP, PC 1234", called_back="101", incident="0412/26", ground=Ground.LIFE)


@pytest.fixture
def people(rig: Rig) -> Discloser:
    made = discloser(rig)
    rig.wearer()
    walk_out(rig, "D-1")
    return made


def test_one_person_tells_the_minimum_and_another_looks(people: Discloser) -> None:
    rig = people.rig
    shown = open_minimum(rig.house, people.officer, ORDER, CALL)
    for told in ("Canaryella Sealington", "53.50", "within about 8 metres", "0 minutes ago"):
        assert told in shown.words
    for kept in ("1991", "Freedonian", "W-1"):
        assert kept not in shown.words
    assert [one.state for one in reviews(rig.house)] == ["due"]

    record_said(rig.house, people.officer, shown.disclosure_id, said=shown.words, to="PC 1234")
    with pytest.raises(NotPermitted):
        review(rig.house, people.officer, shown.disclosure_id, verdict="right", note="It was fine.")
    review(rig.house, people.second, shown.disclosure_id, verdict="right", note="A real threat.")

    assert [(one.state, one.is_told) for one in reviews(rig.house)] == [("done", True)]
    with pytest.raises(DisclosureStateRefused):
        review(rig.house, people.second, shown.disclosure_id, verdict="right", note="Once more.")
    (seen,) = rig.house.store.read(lambda tx: told_about(tx, WearerId("W-1")))
    assert "They were told your name and last position by phone." in seen.words
    assert "said that it was right" in seen.words


def test_nobody_reviews_their_own_and_a_day_is_overdue(people: Discloser) -> None:
    rig = people.rig
    shown = open_minimum(rig.house, people.second, ORDER, CALL)
    with pytest.raises(SecondPersonRefused):
        review(rig.house, people.second, shown.disclosure_id, verdict="right", note="It was fine.")
    rig.clock.at += DAY
    assert [one.state for one in reviews(rig.house)] == ["overdue"]


def test_an_old_position_is_told_as_old_and_none_as_none(people: Discloser) -> None:
    rig = people.rig
    rig.clock.at += 3 * HOUR
    assert "This is old" in open_minimum(rig.house, people.officer, ORDER, CALL).words
    rig.clock.at += 8 * DAY
    assert "No position is known" in open_minimum(rig.house, people.officer, ORDER, CALL).words


@pytest.mark.parametrize("missing", ["recipient", "called_back", "incident"])
def test_a_call_is_recorded_before_anything_is_shown(people: Discloser, missing: str) -> None:
    told = {"recipient": "GMP", "called_back": "101", "incident": "1"} | {missing: " "}
    with pytest.raises(DisclosureRefused):
        open_minimum(people.rig.house, people.officer, ORDER, Call(**told, ground=Ground.LIFE))
    assert reviews(people.rig.house) == []


def test_without_a_log_nothing_is_shown(people: Discloser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails closed: the entry stands first."""
    from fairtag.adapters.sqlite.log.entries import SqliteAudit  # noqa: PLC0415

    def fails(*_: object) -> None:
        raise LogUnavailable("full")

    monkeypatch.setattr(SqliteAudit, "append", fails)
    with pytest.raises(LogUnavailable):
        open_minimum(people.rig.house, people.officer, ORDER, CALL)
    assert reviews(people.rig.house) == []
