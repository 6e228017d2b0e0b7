"""A life is at stake: one person, the minimum, by voice; another looks within 24 hours."""

from __future__ import annotations

import pytest
from tests.discloser import Discloser, discloser
from tests.rig import Rig, walk_out

from fairtag.alerts.model import DutyEntry
from fairtag.app.disclosure import emergency
from fairtag.app.disclosure.emergency import Call, open_minimum, record_said, review, reviews
from fairtag.app.disclosure.listed import told_about
from fairtag.app.openings.circles import declare_interest
from fairtag.custody.refusals import InterestDeclared, ReviewsOwed
from fairtag.custody.standing import MOST_CALLS
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


def test_two_accounts_of_one_administrator_are_no_second_look(people: Discloser) -> None:
    rig = people.rig
    shown = open_minimum(rig.house, people.officer, ORDER, CALL)
    told = {"verdict": "right", "note": "A real threat."}
    with pytest.raises(SecondPersonRefused, match="administrator"):
        review(rig.house, people.keeper, shown.disclosure_id, **told)
    review(rig.house, people.second, shown.disclosure_id, **told)


def test_whoever_knows_the_wearer_is_shown_nothing_and_is_on_the_list(people: Discloser) -> None:
    rig = people.rig
    declare_interest(rig.house, people.officer, "W-1")
    with pytest.raises(InterestDeclared):
        open_minimum(rig.house, people.officer, ORDER, CALL)
    assert reviews(rig.house) == []
    (look,) = rig.house.store.read(lambda tx: tx.openings.looks(is_refused=True))
    assert (look.person, look.wearer_id, look.refused) == ("otto", "W-1", "FT-731")


def test_negative_control_without_the_interest_they_are_shown_it(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emergency, "demand_no_ties", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        test_whoever_knows_the_wearer_is_shown_nothing_and_is_on_the_list(people)


def test_a_supervisor_hears_of_it_at_once(people: Discloser) -> None:
    rig = people.rig
    roster = [DutyEntry(step="supervisor", user_id="sara", to="mailto:sara@example.org")]
    rig.house.store.transact(lambda tx: tx.alerts.set_duty(roster))
    before = len(rig.house.store.read(lambda tx: tx.alerts.notices_due(at=rig.clock.at)))

    shown = open_minimum(rig.house, people.officer, ORDER, CALL)

    notices = rig.house.store.read(lambda tx: tx.alerts.notices_due(at=rig.clock.at))[before:]
    assert [(one.to, one.urgency) for one in notices] == [("mailto:sara@example.org", "urgent")]
    told = rig.house.store.read(lambda tx: tx.alerts.get(notices[0].alert_id))
    assert (told.kind, told.wearer_id, told.order_id) == (emergency.KIND, None, None)
    assert shown.disclosure_id in told.words["en"]
    assert "Canaryella" not in told.words["en"]


def calls(people: Discloser, many: int) -> str:
    """Call about one wearer after the other; gives the first call."""
    made = []
    for number in range(2, 2 + many):
        people.rig.wearer(number)
        made.append(open_minimum(people.rig.house, people.officer, OrderId(f"ORD-{number}"), CALL))
    return made[0].disclosure_id


def test_after_many_calls_of_a_night_that_nobody_looked_at_a_colleague_makes_the_next(
    people: Discloser,
) -> None:
    """Nobody takes the place of one wearer after another; nobody in danger waits for a review."""
    rig = people.rig
    first = calls(people, MOST_CALLS)
    with pytest.raises(ReviewsOwed) as refusal:
        open_minimum(rig.house, people.officer, ORDER, CALL)
    assert "another officer" in refusal.value.officer
    assert "999 or 112" in refusal.value.officer
    assert len(reviews(rig.house)) == MOST_CALLS
    open_minimum(rig.house, people.second, ORDER, CALL)  # another person still may

    review(rig.house, people.second, first, verdict="right", note="A real threat.")

    assert open_minimum(rig.house, people.officer, ORDER, CALL).words


def test_negative_control_without_the_limit_the_loop_goes_on(
    people: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairtag.custody.standing.MOST_CALLS", 1000)
    with pytest.raises(pytest.fail.Exception):
        test_after_many_calls_of_a_night_that_nobody_looked_at_a_colleague_makes_the_next(people)


def test_calls_that_nobody_ever_looked_at_stop_no_later_one(people: Discloser) -> None:
    calls(people, MOST_CALLS)
    people.rig.clock.at += 3 * DAY

    assert open_minimum(people.rig.house, people.officer, ORDER, CALL).words


def test_the_entry_tells_how_far_back_the_position_may_lie(people: Discloser) -> None:
    rig = people.rig
    rig.clock.at += 6 * DAY
    assert "53.50" in open_minimum(rig.house, people.officer, ORDER, CALL).words
    log = rig.house.store.read(lambda tx: tx.audit.entries(limit=10_000))
    told = [one.entry.window for one in log if one.entry.what == "disclosure.opened"]
    assert told == [(rig.clock.at - 7 * DAY, rig.clock.at)]


def test_an_old_position_is_told_as_old_and_none_as_none(people: Discloser) -> None:
    rig = people.rig
    rig.clock.at += 3 * HOUR
    old = open_minimum(rig.house, people.officer, ORDER, CALL)
    assert "This is old" in old.words
    rig.clock.at += 8 * DAY
    review(rig.house, people.second, old.disclosure_id, verdict="right", note="A real threat.")
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
