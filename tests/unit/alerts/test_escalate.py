"""Who is told that an urgent alert waits: at 5, 15 and 30 minutes, then again, for ever."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.alerts.specimens import NOW, ROSTER, at, finding, raised

from fairtag.alerts.escalate import (
    empty_roster,
    escalation,
    handed_over,
    not_reached,
    roster_gap,
    steps_due,
)
from fairtag.alerts.handle import acknowledge, close
from fairtag.alerts.model import Alert, Cause, DutyEntry
from fairtag.rules.finding import Kind
from fairtag.terms.ids import AlertId

ANN, BEN, CYD = (one.to for one in ROSTER)


def told(
    alert: Alert, minutes: list[float], roster: tuple[DutyEntry, ...] = ROSTER
) -> list[object]:
    """Play rounds of escalation; lists who was told in each."""
    found: list[object] = []
    for minute in minutes:
        due = escalation(alert, roster, now=at(minute))
        found.append(() if due is None else due.to)
        alert = alert if due is None else due.alert
    return found


@pytest.mark.parametrize(
    ("waited_min", "steps"),
    [
        *((0, 0), (4.99, 0), (5, 1), (14.9, 1), (15, 2), (29.9, 2), (30, 3), (59.9, 3), (60, 4)),
        (24 * 60, 3 + 47),
        (365 * 24 * 60, 3 + 2 * 24 * 365 - 1),
    ],
)
def test_steps_fall_due_on_time_and_never_end(waited_min: float, steps: int) -> None:
    assert steps_due(waited_min) == steps


def test_an_urgent_alert_goes_along_the_roster_and_then_to_the_supervisor_again() -> None:
    minutes = [0, 4, 5, 6, 15, 16, 30, 31, 60, 61, 90, 9 * 60]

    assert told(raised(), minutes) == [
        (), (), (ANN,), (), (BEN,), (), (CYD,), (), (CYD,), (), (CYD,), (CYD,),
    ]  # fmt: skip


def test_a_normal_alert_is_not_escalated() -> None:
    assert told(raised(finding(Kind.TAMPER_CASE)), [5, 30, 600]) == [(), (), ()]


def test_after_an_outage_each_person_is_told_once() -> None:
    assert told(raised(), [8 * 60, 8 * 60 + 1, 8 * 60 + 31]) == [(ANN, BEN, CYD), (), (CYD,)]


def test_a_person_at_two_steps_is_told_once() -> None:
    one = DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org")
    both = (one, replace(one, step="second"), replace(one, step="supervisor", to="https://a.org/h"))

    assert told(raised(), [40], both) == [("mailto:ann@example.org",)]


def test_two_people_with_one_mailbox_are_told_once() -> None:
    shared = tuple(replace(one, to="mailto:desk@example.org") for one in ROSTER)

    assert told(raised(), [40], shared) == [("mailto:desk@example.org",)]


@pytest.mark.parametrize(
    ("roster", "who"),
    [
        (ROSTER[:1], [(ANN,)] * 3),
        (ROSTER[2:], [(CYD,)] * 3),
        (ROSTER[:2], [(ANN,), (BEN,), (BEN,)]),
    ],
)
def test_a_step_without_a_person_is_no_step_without_a_message(
    roster: tuple[DutyEntry, ...], who: list[object]
) -> None:
    assert told(raised(), [5, 15, 30], roster) == who


def test_whoever_took_it_is_reminded_until_it_is_closed() -> None:
    taken, _ = acknowledge(raised(), by="ben", now=at(3))
    done, _ = close(taken, by="ben", cause=Cause.TEST, reason="A rehearsal only.", now=at(200))

    assert told(taken, [10, 62, 63, 64, 123]) == [(), (), (BEN,), (), (BEN,)]
    assert told(done, [300, 3000]) == [(), ()]


def test_the_supervisor_is_reminded_when_whoever_took_it_is_off_duty() -> None:
    taken, _ = acknowledge(raised(), by="zoe", now=at(0))

    assert told(taken, [60]) == [(CYD,)]


def test_urgent_news_is_told_at_once_to_whoever_has_it() -> None:
    taken, _ = acknowledge(raised(), by="ben", now=at(3))

    assert told(replace(taken, stirred_at=at(4)), [4, 5]) == [(BEN,), ()]


def test_an_alert_that_became_urgent_later_counts_from_then() -> None:
    alert = replace(raised(now=at(-500)), urgent_at=NOW)

    assert told(alert, [4, 5]) == [(), (ANN,)]


def test_nobody_on_duty_is_itself_urgent_and_said() -> None:
    gap = roster_gap(())

    assert gap is not None
    assert gap.is_empty
    assert empty_roster(alert_id=AlertId("a_9"), now=NOW).priority == "urgent"
    assert not_reached(alert_id=AlertId("a_9"), now=NOW).priority == "urgent"
    assert told(raised(), [600], ()) == [()]


def test_a_step_that_nobody_holds_is_said() -> None:
    gap = roster_gap(ROSTER[:1])

    assert gap is not None
    assert gap.missing == ("second", "supervisor")
    assert not gap.is_empty
    assert roster_gap(ROSTER) is None


def test_a_matter_that_nobody_has_goes_to_the_first_on_duty() -> None:
    unowned = replace(raised(finding(Kind.WEARER_HELP)), owner=None)

    due = handed_over(unowned, ROSTER, gone=(), now=at(1))

    assert due is not None
    assert (due.alert.owner, due.to) == ("ann", ())
    assert handed_over(unowned, (), gone=(), now=at(1)) is None
    assert handed_over(due.alert, ROSTER, gone=(), now=at(1)) is None


def test_a_matter_for_the_authority_waits_for_whoever_takes_it() -> None:
    assert handed_over(raised(), ROSTER, gone=(), now=at(1)) is None


def test_what_somebody_had_in_hand_who_left_is_handed_over_and_told() -> None:
    taken, _ = acknowledge(raised(), by="zoe", now=at(3))

    due = handed_over(taken, ROSTER, gone={"zoe"}, now=at(9))

    assert due is not None
    assert (due.alert.owner, due.to, due.urgency) == ("ann", (ANN,), "urgent")
    assert due.alert.acknowledged_by == "zoe"
    assert handed_over(due.alert, ROSTER, gone={"zoe"}, now=at(9)) is None
    assert told(due.alert, [63]) == [(ANN,)]
