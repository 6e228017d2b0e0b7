"""Judging again never takes back what rests on positions that are erased."""

from __future__ import annotations

from dataclasses import replace as changed

import msgspec
import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, absence
from tests.unit.rules.nights import AWAY_M, NINETEEN, at, fix, fixes, order
from tests.unit.rules.streams import Desk

from fairtag.intake.messages import Message
from fairtag.orders.model import Absence, Condition, Trail
from fairtag.rules.anew.snapshots import Snapshot, start_before
from fairtag.rules.finding import Kind, State
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

CURFEW = CONDITIONS[0]
TRAIL = Trail(id=ConditionId("t1"))
DAY_MIN = 24 * 60
A_WEEK = Micros(NINETEEN + 7 * DAY + 6 * HOUR)


class Forgetful(Desk):
    """A judge whose positions are erased after seven days."""

    def past(self, since: Micros) -> list[Message]:
        return [one for one in super().past(since) if one.received_at >= A_WEEK - 7 * DAY]


def lived(desk: Desk, *, until_day: int) -> None:
    """Be out from 21:30 to 23:00 in the first curfew, and at home ever after."""
    for day in range(until_day):
        for minute in range(day * DAY_MIN - 60, (day + 1) * DAY_MIN - 60, 5):
            desk.take(fix(minute, AWAY_M if 150 <= minute < 240 else 0.0))


def leave_of_the_week() -> Absence:
    """Leave for a while at the end of the first curfew, when the wearer was back, recorded now."""
    start = Micros(NINETEEN + 6 * HOUR + 30 * MINUTE)
    during = Interval(start=start, end=Micros(start + HOUR))
    return changed(absence(0, 0, 0), during=during, recorded_at=A_WEEK)


def states(desk: Desk) -> list[State]:
    return [one.state for one in desk.found if one.kind is Kind.CURFEW_LEFT]


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ((CURFEW,), [State.OPENED, State.CLOSED]),
        # Its positions stay. Were they gone, this is what would become of the finding.
        ((CURFEW, TRAIL), [State.OPENED, State.CLOSED, State.WITHDRAWN]),
    ],
    ids=["erased in time", "negative control"],
)
def test_an_absence_recorded_after_a_week_takes_nothing_back_for_want_of_what_is_erased(
    conditions: tuple[Condition, ...], told: list[State]
) -> None:
    desk = Forgetful((order(*conditions),))
    lived(desk, until_day=7)
    assert states(desk) == [State.OPENED, State.CLOSED]
    excused = changed(desk.rulings[0], absences=(leave_of_the_week(),))

    desk.found += desk.judge.rule((excused,), A_WEEK, past=desk.past)

    assert states(desk) == told


def test_late_data_of_a_device_that_was_silent_for_a_week_are_judged() -> None:
    """Who was out when the battery died: timers went on; the track stands before them."""
    desk = Forgetful((order(CURFEW),))
    for one in (*fixes(range(-60, 30, 5)), *fixes(range(30, 60, 5), AWAY_M)):
        desk.take(one)
    desk.tick(A_WEEK)
    assert states(desk)[0] is State.OPENED
    night = 6 * DAY_MIN
    late = [*fixes(range(night - 30, night + 30)), *fixes(range(night + 30, night + 60), AWAY_M)]

    desk.take(*(arrived_now(one) for one in late))

    began = [one.began_at for one in desk.found if one.kind is Kind.CURFEW_LEFT]
    assert at(night + 30) in began
    assert State.WITHDRAWN not in states(desk)


def arrived_now(message: Message) -> Message:
    """Let it arrive now."""
    return replace(message, received_at=A_WEEK)


def kept(now: int, next_at: int = 0) -> Snapshot:
    return Snapshot(now=hour(now), track=b"", next_at=hour(next_at))


def hour(number: int) -> Micros:
    return Micros(EARLIEST + number * HOUR)


def begins(found: list[Snapshot], at_hour: int, erased_before: int = 0) -> int:
    return (start_before(found, hour(at_hour), hour(erased_before)) - EARLIEST) // HOUR


def test_the_newest_before_an_instant_is_where_it_begins() -> None:
    found = [kept(0, 5), kept(10, 11), kept(20, 21), kept(30, 31)]

    assert begins(found, 30) == 20
    assert begins(found, 31) == 30
    assert begins(found, 10) == 0
    assert begins([], 10) == 0


def test_what_is_erased_in_time_begins_where_nothing_is_missing() -> None:
    found = [kept(0, 5), kept(10, 11), kept(20, 25), kept(30, 31)]

    assert begins(found, 10, erased_before=5) == 0
    assert begins(found, 20, erased_before=25) == 20
    assert begins(found, 20, erased_before=26) == 30
    assert begins(found, 40, erased_before=12) == 30
    assert begins(found, 20, erased_before=32) == 10  # none is whole


def test_one_that_was_written_before_this_was_known_is_not_whole() -> None:
    old = msgspec.msgpack.decode(msgspec.msgpack.encode([hour(10), b""]), type=Snapshot)

    assert old == kept(10)
    assert begins([old, kept(20, 25)], 15, erased_before=25) == 20


def test_what_comes_late_goes_before_what_came_after() -> None:
    """What an upload brings is the first after the track as it stood, and is erased first."""
    desk = Desk((order(CURFEW),))
    desk.take(*fixes(range(10)))
    for day in range(1, 3):
        desk.take(*fixes(range(day * DAY_MIN, day * DAY_MIN + 10), after_s=600))
    (*_, last) = desk.judge._memory.snapshots
    assert last.next_at == at(2 * DAY_MIN)

    desk.take(fix(2 * DAY_MIN - 60, after_s=7_500))

    assert at(2 * DAY_MIN - 60) in [one.next_at for one in desk.judge._memory.snapshots]
