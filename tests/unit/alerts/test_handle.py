"""How a person moves an alert: forward only, by name, with a cause and a reason."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.alerts.specimens import at, raised

from fairtag.alerts.handle import BY_PEOPLE, acknowledge, close
from fairtag.alerts.model import AlertState, Cause
from fairtag.terms.errors import AlertStateRefused, ReasonRefused

REASON = "Spoke to the wearer by phone."


def test_an_alert_goes_from_raised_to_acknowledged_to_closed() -> None:
    taken, first = acknowledge(raised(), by="ann", now=at(1))
    done, second = close(taken, by="ann", cause=Cause.EQUIPMENT, reason=REASON, now=at(2))

    assert (taken.state, taken.acknowledged_by, taken.owner) == ("acknowledged", "ann", "ann")
    assert (done.state, done.closed_by, done.cause) == ("closed", "ann", Cause.EQUIPMENT)
    assert [one.what for one in (*first, *second)] == ["acknowledged", "closed"]
    assert second[0].reason == REASON


def test_the_second_of_two_people_is_refused() -> None:
    taken, _ = acknowledge(raised(), by="ann", now=at(1))

    with pytest.raises(AlertStateRefused):
        acknowledge(taken, by="ben", now=at(1))


def test_acknowledging_twice_by_the_same_person_is_once() -> None:
    taken, _ = acknowledge(raised(), by="ann", now=at(1))

    assert acknowledge(taken, by="ann", now=at(2)) == (taken, ())


def test_closing_what_nobody_took_takes_it_too() -> None:
    done, acts = close(raised(), by="ann", cause=Cause.TEST, reason=REASON, now=at(1))

    assert (done.acknowledged_by, done.closed_by) == ("ann", "ann")
    assert [one.what for one in acts] == ["acknowledged", "closed"]


@pytest.mark.parametrize("state", [AlertState.CLOSED, AlertState.ACKNOWLEDGED])
def test_nothing_moves_back(state: AlertState) -> None:
    alert = replace(raised(), state=state, acknowledged_by="ben")

    with pytest.raises(AlertStateRefused):
        acknowledge(alert, by="ann", now=at(1))


def test_closed_is_closed() -> None:
    done, _ = close(raised(), by="ann", cause=Cause.TEST, reason=REASON, now=at(1))

    with pytest.raises(AlertStateRefused):
        close(done, by="ben", cause=Cause.EXCUSED, reason=REASON, now=at(2))


@pytest.mark.parametrize("reason", ["", "   ", "ok", "nine char", "\n\t          x"])
def test_a_closing_without_words_is_refused(reason: str) -> None:
    with pytest.raises(ReasonRefused):
        close(raised(), by="ann", cause=Cause.EQUIPMENT, reason=reason, now=at(1))


def test_a_closing_without_a_named_person_is_refused() -> None:
    with pytest.raises(ReasonRefused):
        close(raised(), by="", cause=Cause.EQUIPMENT, reason=REASON, now=at(1))


def test_a_person_can_not_use_the_machines_own_cause() -> None:
    with pytest.raises(ReasonRefused):
        close(raised(), by="ann", cause=Cause.RECOVERED, reason=REASON, now=at(1))


@pytest.mark.parametrize("cause", BY_PEOPLE)
def test_every_other_cause_closes(cause: Cause) -> None:
    done, _ = close(raised(), by="ann", cause=cause, reason=REASON, now=at(1))

    assert done.cause is cause


def test_what_was_withdrawn_closes_as_a_false_location_without_words_of_ones_own() -> None:
    withdrawn = replace(raised(), withdrawn=True)

    _, acts = close(withdrawn, by="ann", cause=Cause.FALSE_LOCATION, reason="", now=at(1))

    assert "withdrawn" in acts[-1].reason
    with pytest.raises(ReasonRefused):
        close(withdrawn, by="ann", cause=Cause.EXCUSED, reason="", now=at(1))
