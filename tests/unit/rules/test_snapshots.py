"""Judging again never takes back what rests on positions that are erased."""

from __future__ import annotations

from dataclasses import replace as changed

import msgspec
import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, absence
from tests.unit.rules.nights import AWAY_M, NINETEEN, at, event, fix, fixes, order, span, worn
from tests.unit.rules.streams import Desk

from fairtag.intake.messages import EventCode, Message
from fairtag.orders.model import Absence, Condition, DeviceType, Trail
from fairtag.rules.anew.snapshots import Snapshot, reach_of, start_before
from fairtag.rules.finding import Cause, Finding, Kind, State
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import view_of
from fairtag.terms.ids import ConditionId
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

CURFEW, ZONE, *_ = CONDITIONS
TRAIL = Trail(id=ConditionId("t1"))
DAY_MIN = 24 * 60
A_WEEK = Micros(NINETEEN + 7 * DAY + 6 * HOUR)


class Forgetful(Desk):
    """A judge whose positions are erased seven days after the day in which they came."""

    def past(self, since: Micros) -> list[Message]:
        gone = (self.judge._memory.clock - 7 * DAY) // DAY * DAY
        return [one for one in super().past(since) if one.received_at >= gone]


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


@pytest.mark.parametrize("conditions", [(CURFEW,), (CURFEW, TRAIL)])
@pytest.mark.parametrize("hours", [167, 150, 48])
def test_what_is_nearly_a_week_old_is_judged_with_a_trail_and_without(
    hours: int, conditions: tuple[Condition, ...]
) -> None:
    """A second device kept what it saw; the first one went on."""
    first, second = worn(), worn("D-2", type=DeviceType.FITTED)
    desk = Forgetful((order(*conditions, devices=(first, second)),))
    silent = 9 * DAY_MIN + 8.5 * 60 - hours * 60  # the minute of a night
    for minute in range(-60, 9 * DAY_MIN + 8 * 60, 10):
        if not 0 <= minute - silent < 90:
            desk.take(fix(minute))
    arrives = at(9 * DAY_MIN + 8.5 * 60)
    kept = [replace(one, received_at=arrives) for one in fixes(out_of(silent), AWAY_M)]

    desk.take(*kept)

    assert any(states(desk)), "nothing was judged"
    assert State.WITHDRAWN not in states(desk)


def out_of(minute: float) -> list[float]:
    return [minute + 15 + n for n in range(30)]


def test_an_absence_that_is_judged_leaves_a_track_for_the_next() -> None:
    """Out since 23:20, silent since 0:10; the curfew ended; leave of the evening is recorded."""
    desk = Forgetful((order(CURFEW),))
    for minute in range(-60, 315, 5):
        desk.take(fix(minute, AWAY_M if minute >= 260 else 0.0))
    desk.tick(at(2 * DAY_MIN))
    stood = [(one.now, one.next_at) for one in desk.judge._memory.snapshots]
    told = changed(desk.rulings[0], absences=(leave(10, at(2 * DAY_MIN)),))

    desk.found += desk.judge.rule((told,), at(2 * DAY_MIN), past=desk.past)

    assert stood[-1] == (at(310), at(12 * 60))
    assert [(one.now, one.next_at) for one in desk.judge._memory.snapshots] == stood


def test_where_all_before_is_erased_an_absence_takes_nothing_back() -> None:
    """In the zone since 23:50, silent since 0:10; leave from something else, a week later."""
    desk = Forgetful((order(ZONE),))
    for minute in range(-60, 315, 2):
        desk.take(fix(minute, 1_500.0 if minute >= 290 else 0.0))
    recorded = at(7 * DAY_MIN + 305)
    told = changed(
        desk.rulings[0], absences=(changed(leave(300, recorded), condition_id=CURFEW.id),)
    )

    desk.found += desk.judge.rule((told,), recorded, past=desk.past)

    assert [one.state for one in desk.found if one.kind is Kind.ZONE_ENTERED] == [State.OPENED]


def out_of_reach() -> tuple[Forgetful, Micros]:
    """In the zone with the strap cut since 23:50, silent since 0:10; a week later."""
    desk = Forgetful((order(ZONE),))
    for minute in range(-60, 315, 2):
        desk.take(fix(minute, 1_500.0 if minute >= 290 else 0.0))
    desk.take(event(316, EventCode.STRAP_OPEN))
    return desk, at(7 * DAY_MIN + 310)


def last_of(desk: Desk, kind: Kind) -> Finding:
    return [one for one in desk.found if one.kind is kind][-1]


def test_an_end_recorded_for_then_ends_what_is_open() -> None:
    desk, recorded = out_of_reach()
    during = changed(desk.rulings[0].during, end=at(312))
    ended = changed(desk.rulings[0], during=during)

    desk.found += desk.judge.rule((ended,), recorded, past=desk.past)

    for kind in (Kind.ZONE_ENTERED, Kind.TAMPER_STRAP):
        assert last_of(desk, kind).state is State.CLOSED


def test_an_absence_of_all_of_it_excuses_what_is_open() -> None:
    desk, recorded = out_of_reach()
    granted = changed(absence(0, 0, 0), during=span(200, 400), recorded_at=recorded)
    told = changed(desk.rulings[0], absences=(granted,))

    desk.found += desk.judge.rule((told,), recorded, past=desk.past)

    assert last_of(desk, Kind.ZONE_ENTERED).cause == Cause.EXCUSED


def leave(minute: float, recorded_at: Micros) -> Absence:
    during = Interval(start=at(minute), end=at(minute + 60))
    return changed(absence(0, 0, 0), during=during, recorded_at=recorded_at)


def test_what_can_not_be_judged_for_want_of_what_is_erased_is_said_to_be_too_late() -> None:
    """Out and back before midnight, silent soon after it; one more comes just within a week."""
    desk = Forgetful((order(CURFEW),))
    for minute in range(-60, 315, 5):  # to 0:10
        desk.take(fix(minute, AWAY_M if 150 <= minute < 240 else 0.0))
    before = states(desk)

    desk.take(fix(307, after_s=7 * 86_400 - 60))

    assert before == [State.OPENED, State.CLOSED]
    assert states(desk) == before
    assert [one.kind for one in desk.found][-1] is Kind.INPUT_TOO_LATE


def kept(now: int) -> Snapshot:
    return Snapshot(now=hour(now), track=b"")


def hour(number: int) -> Micros:
    return Micros(at(0) + number * HOUR)


def begins(found: list[Snapshot], at_hour: int, reach: int = 0) -> int:
    return (start_before(found, hour(at_hour), hour(reach)) - hour(0)) // HOUR


def test_the_newest_before_an_instant_is_where_it_begins() -> None:
    found = [kept(1), kept(10), kept(20), kept(30)]

    assert begins(found, 30) == 20
    assert begins(found, 31) == 30
    assert begins(found, 10) == 1
    assert begins([], 10) == 0
    assert begins(found, 15, reach=20) == 20
    assert begins(found, 40, reach=20) == 30


MIDNIGHT = Micros(at(0) // DAY * DAY + 20 * DAY)


def reaches(*found: Snapshot, trailed: bool = False, clock: int = 7 * DAY + 3 * HOUR) -> Micros:
    """Tell the reach of an order that is long recorded, 3 hours into the day, unless told."""
    view = view_of((order(*((CURFEW, TRAIL) if trailed else (CURFEW,))),), at(0), DEFAULTS)
    return reach_of(found, view, Micros(MIDNIGHT + clock), Micros(99))


def stands(now: int, next_at: int) -> Snapshot:
    return Snapshot(now=Micros(MIDNIGHT + now), track=b"", next_at=Micros(MIDNIGHT + next_at))


def test_it_reaches_to_the_first_track_after_which_nothing_is_erased() -> None:
    """Erased is by days: three hours of this one are more than a week ago, and are kept."""
    ahead = 2 * MINUTE
    old, whole, newer = stands(-9, ahead - 1), stands(-5, ahead), stands(HOUR, 2 * HOUR)

    assert reaches(old, whole, newer) == whole.now
    assert reaches(old, newer) == newer.now
    assert reaches(old, whole, newer, clock=7 * DAY - HOUR) == whole.now
    assert reaches(old, whole, newer, clock=7 * DAY - HOUR - 1) == old.now
    assert reaches(old) == 99
    assert reaches() == 99
    assert reaches(old, trailed=True) == EARLIEST


def test_an_order_of_this_week_is_whole() -> None:
    recorded = changed(order(CURFEW), recorded_at=MIDNIGHT)
    view = view_of((recorded,), MIDNIGHT, DEFAULTS)

    assert reach_of([], view, Micros(MIDNIGHT + 8 * DAY - HOUR - 1), Micros(99)) == EARLIEST
    assert reach_of([], view, Micros(MIDNIGHT + 8 * DAY - HOUR), Micros(99)) == 99


def test_one_that_was_written_before_this_was_known_is_whole_by_its_own_time() -> None:
    told = [MIDNIGHT + HOUR, b""]
    young = msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=Snapshot)
    told = [MIDNIGHT - HOUR, b""]
    old = msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=Snapshot)

    assert young.next_at == EARLIEST
    assert reaches(old, young) == young.now


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
