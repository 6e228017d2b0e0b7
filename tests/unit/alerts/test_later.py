"""What a person must see again: a closed alert whose finding later data changed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.alerts.specimens import at, finding, raised
from tests.unit.alerts.test_gather import ended, shut

from fairtag.alerts.gather import NOTHING, Change
from fairtag.alerts.handle import BY_PEOPLE
from fairtag.alerts.later import LATER_DATA, follow_up
from fairtag.alerts.model import Alert, Cause
from fairtag.rules.finding import Finding, Kind, State
from fairtag.terms.ids import AlertId

ONE = finding(Kind.CURFEW_LEFT)


def follow(one: Finding, *alerts: Alert) -> Change:
    return follow_up(one, alerts, now=at(60), new_id=lambda: AlertId("a_2"))


def withdrawn(one: Finding = ONE) -> Finding:
    return ended(one, 5, state=State.WITHDRAWN)


def test_what_was_handed_on_and_is_withdrawn_comes_back_to_who_closed_it() -> None:
    alert = follow(withdrawn(), shut(raised(ONE))).alert

    assert alert is not None
    assert (alert.kind, alert.priority, alert.owner) == (LATER_DATA, "low", "ann")
    assert (alert.follows, alert.recipient, alert.order_id) == ("a_1", "authority", "ORD-1")
    assert "a_1" in alert.words["en"]


@pytest.mark.parametrize("cause", BY_PEOPLE)
def test_a_withdrawal_is_news_where_the_closing_left_something_standing(cause: Cause) -> None:
    clear = {Cause.FALSE_LOCATION, Cause.EQUIPMENT, Cause.TEST, Cause.DUPLICATE}

    change = follow(withdrawn(), shut(raised(ONE), cause))

    assert (change is NOTHING) == (cause in clear)


@pytest.mark.parametrize(
    ("cause", "is_news"),
    [
        (Cause.REFERRED, True),
        (Cause.FALSE_LOCATION, True),  # it was no false location after all
        (Cause.EXCUSED, True),
        (Cause.DUPLICATE, False),
        (Cause.TEST, False),
    ],
)
def test_other_times_are_news(cause: Cause, is_news: bool) -> None:  # noqa: FBT001
    moved = replace(ONE, rev=2, state=State.CORRECTED, began_at=at(-40))

    assert (follow(moved, shut(raised(ONE), cause)) is not NOTHING) == is_news


def test_an_excuse_is_news_unless_it_was_closed_as_excused() -> None:
    excused = ended(ONE, 5, state=State.CORRECTED, cause="excused")

    assert follow(excused, shut(raised(ONE), Cause.REFERRED)) is not NOTHING
    assert follow(excused, shut(raised(ONE), Cause.EXCUSED)) is NOTHING


def test_a_revision_that_another_alert_knows_is_no_news() -> None:
    """A follow-up took it: told again, by a restart or a copy, it raises nothing."""
    excused = ended(ONE, 5, state=State.CORRECTED, cause="excused")
    closed = shut(raised(ONE), Cause.REFERRED)
    knows = replace(shut(raised(excused), Cause.EXCUSED), alert_id="a_9", closed_at=None)
    older = replace(knows, parts=tuple(replace(one, rev=1) for one in knows.parts))

    assert follow(excused, closed) is not NOTHING
    assert follow(excused, closed, knows) is NOTHING
    assert follow(excused, closed, older) is not NOTHING


def test_an_ordinary_end_and_a_better_certainty_are_no_news() -> None:
    surer = replace(ONE, rev=2, state=State.CORRECTED, certainty=0.999)

    assert follow(ended(ONE, 5), shut(raised(ONE))) is NOTHING
    assert follow(surer, shut(raised(ONE))) is NOTHING


def test_what_is_still_open_needs_no_follow_up() -> None:
    assert follow(withdrawn(), raised(ONE)) is NOTHING
    assert follow(withdrawn(), shut(raised(ONE)), raised(ONE, name="a_3")) is NOTHING


def test_one_closed_alert_has_one_open_follow_up() -> None:
    closed = shut(raised(ONE))
    first = follow(replace(ONE, rev=2, state=State.CORRECTED, began_at=at(-40)), closed).alert
    assert first is not None

    again = follow(replace(withdrawn(), rev=3), closed, first)

    assert again.alert is not None
    assert again.alert.alert_id == first.alert_id
    assert [act.what for act in again.acts] == ["joined"]


def test_support_matters_come_back_only_when_they_were_handed_on() -> None:
    lost = finding(Kind.LOCATION_DOUBTFUL)

    assert follow(withdrawn(lost), shut(raised(lost), Cause.RESOLVED_WITH_WEARER)) is NOTHING
    assert follow(withdrawn(lost), shut(raised(lost), Cause.REFERRED)) is not NOTHING


def test_the_same_revision_again_is_no_news() -> None:
    closed = shut(raised(ONE))
    seen = replace(closed, parts=(replace(closed.parts[0], rev=2, is_withdrawn=True),))

    assert follow(withdrawn(), seen) is NOTHING
