"""What is told at once, what is told anew, and what stays, when data or words come late."""

from __future__ import annotations

import re
from dataclasses import replace as changed

import numpy as np
import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, absence
from tests.unit.rules.crowd import Crowd, name, seen, sent
from tests.unit.rules.nights import AWAY_M, at, event, fix, fixes, order, span, status, worn
from tests.unit.rules.quarters import at_the_quarters  # noqa: F401 - asked for by name
from tests.unit.rules.streams import Desk
from tests.unit.rules.test_devices import ASKED, receipt

from fairtag.intake.messages import CheckInState, EventCode, Position
from fairtag.orders.model import Absence, Covers
from fairtag.rules import judge
from fairtag.rules.finding import Finding, Kind
from fairtag.rules.judge import OrderJudge
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import EARLIEST, MINUTE, Micros

CURFEW, ZONE, *_ = CONDITIONS
NIGHT = order(CURFEW)
ZONED = order(ZONE)


pytestmark = pytest.mark.usefixtures("at_the_quarters")


def leave(start: float, end: float, recorded: float, **more: object) -> Absence:
    given = {"during": span(start, end), "recorded_at": at(recorded)} | more
    return changed(absence(0, 0, 0), **given)


def lines(desk: Desk, kind: Kind) -> list[tuple[str, float, bool]]:
    """List what was told of a kind: state, minutes of the decision, late."""
    return [
        (str(one.state), (one.decided_at - at(0)) / MINUTE, one.late)
        for one in desk.found
        if one.kind is kind
    ]


# All that happens at one instant is told


def test_a_silence_that_late_data_end_is_told_besides_what_they_change() -> None:
    desk = Desk((NIGHT,))
    desk.take(*fixes(range(10)))

    desk.take(fix(5.5, after_s=60 * 60))

    assert [state for state, *_ in lines(desk, Kind.CONTACT_LOST)] == ["opened", "closed"]


def test_leave_and_a_timer_at_the_same_instant_are_both_told() -> None:
    """The strap is excused when the curfew, and with it being out, ends."""
    strap = leave(0, 100, 720, covers=frozenset({Covers.TAMPER}))
    desk = Desk((changed(NIGHT, absences=(strap,)),))
    desk.take(event(30, EventCode.STRAP_OPEN), *fixes(range(31, 50), AWAY_M))
    desk.take(event(50, EventCode.STRAP_CLOSED), *fixes(range(51, 60), AWAY_M))
    for one in fixes(range(60, 719, 20), AWAY_M):
        desk.take(one)

    desk.tick(at(720))

    assert lines(desk, Kind.TAMPER_STRAP)[-1] == ("corrected", 720, False)
    assert lines(desk, Kind.CURFEW_LATE_START)[-1] == ("closed", 720, False)


def test_a_silence_ends_when_a_version_takes_the_device_away() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))
    desk.tick(at(60))
    without = changed(NIGHT, devices=(worn(during=span(-90, 70)),))

    desk.found += desk.judge.rule((without,), at(80), past=desk.past)

    assert lines(desk, Kind.CONTACT_LOST)[1:] == [("closed", 80, False)]


def test_the_past_is_asked_for_what_was_recorded_before_a_new_version() -> None:
    known = changed(ZONED, absences=(leave(-30, 200, 20),))
    desk = Desk((known,))
    for one in fixes(range(15), 1_500.0):
        desk.take(one)
    second = changed(known, version=2, recorded_at=at(60))

    desk.found += desk.judge.rule((known, second), at(60), past=desk.past)

    assert [state for state, *_ in lines(desk, Kind.ZONE_ENTERED)] == ["opened", "corrected"]
    assert lines(desk, Kind.ZONE_ENTERED)[1][1] == 20


def test_timers_of_two_instants_are_both_told() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))

    desk.tick(at(1_500))

    assert [(str(one.kind), one.decided_at) for one in desk.found] == [
        ("contact.lost", at(30 + 1 / 60)),
        ("monitoring.silent_24h", at(1_440 + 1 / 60)),
    ]


def test_a_timer_before_a_new_version_is_told_too() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))

    desk.found += desk.judge.rule((NIGHT,), at(60), past=desk.past)

    assert lines(desk, Kind.CONTACT_LOST) == [("opened", pytest.approx(30, abs=0.1), False)]


def test_leave_that_covers_a_silence_that_goes_on_excuses_it() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))
    desk.tick(at(40))
    away = changed(NIGHT, absences=(leave(-1, 300, 45),))

    desk.found += desk.judge.rule((away,), at(45), past=desk.past)

    assert [state for state, *_ in lines(desk, Kind.CONTACT_LOST)] == ["opened", "corrected"]
    assert desk.found[-1].cause == "excused"


def test_after_the_end_of_an_order_no_timer_falls() -> None:
    desk = Desk((NIGHT,))

    desk.tick(Micros(NIGHT.during.end + 1))

    assert desk.judge.due is None


def test_leave_from_the_instant_of_the_last_message_covers_it() -> None:
    """Whether it is recorded now or after the next message: the strap is excused."""
    strap = event(0, EventCode.STRAP_OPEN)
    away = changed(NIGHT, absences=(leave(0, 300, 5),))
    for between in ((), (fix(4),)):
        desk = Desk((NIGHT,))
        desk.take(strap, *between)

        desk.found += desk.judge.rule((away,), at(5), past=desk.past)

        told = [(str(one.state), one.cause) for one in desk.found if one.kind is Kind.TAMPER_STRAP]
        assert told == [("opened", None), ("corrected", "excused")]


# What stays


def test_what_began_before_the_kept_track_goes_on() -> None:
    """Out since 19:10, over midnight, when the track is kept; something old comes at 0:20."""
    desk = Desk((NIGHT,))
    for one in [*fixes(range(-90, 10, 10)), *fixes(range(10, 320, 5), AWAY_M)]:
        desk.take(one)
    assert [one.now for one in desk.judge._memory.snapshots] == [EARLIEST, at(-70), at(295)]
    before = desk.lines()
    assert lines(desk, Kind.CURFEW_LEFT) != []

    desk.take(fix(302.5, AWAY_M, after_s=20 * 60))

    assert desk.lines() == before


@pytest.mark.parametrize(("more_s", "states"), [(0, ["opened"]), (0.001, [])])
def test_what_is_a_week_old_when_it_comes_is_judged_again_too(
    more_s: float, states: list[str]
) -> None:
    """Another message of the same instant, with a smaller number, comes after it."""
    week_s = DEFAULTS.rejudged_days * 86_400
    desk = Desk((NIGHT,))

    desk.take(event(0, EventCode.STRAP_OPEN, seq=5, after_s=week_s + more_s))
    desk.take(fix(0, seq=1, after_s=week_s))

    assert [state for state, *_ in lines(desk, Kind.TAMPER_STRAP)] == states


def test_what_a_device_says_before_the_order_starts_finds_nothing() -> None:
    desk = Desk((ZONED,))

    desk.take(*fixes(range(-500, -480), 1_500.0))

    assert desk.found == []


def test_what_happened_as_the_track_was_kept_is_not_told_twice() -> None:
    """A check-in that ran out at the last message before midnight, and older data after it."""
    asked = order(CURFEW, ASKED)
    desk = Desk((asked,))
    for one in fixes(range(0, 290, 20)):
        desk.take(one)
    desk.take(receipt(295, CheckInState.EXPIRED_SHOWN, seq=None))
    for one in (fix(305), fix(310)):
        desk.take(one)
    assert desk.judge._memory.snapshots[-1].now == at(295)

    desk.take(fix(302, after_s=20 * 60))

    assert len(lines(desk, Kind.CHECKIN_MISSED)) == 2  # opened and over


def test_a_turn_as_the_track_was_kept_stays() -> None:
    """Out so that belief turns with the last position before midnight."""

    def turns(first: int, *more: Position) -> list[tuple[float, str]]:
        desk = Desk((NIGHT,))
        desk.judge.turns = []
        for one in [
            *fixes(range(first - 40, first)),
            *fixes(range(first, first + 30), AWAY_M),
            *more,
        ]:
            desk.take(one)
        return [((when - at(0)) / MINUTE, str(side)) for _, when, side in desk.judge.turns]

    needs = max(minute for minute, _ in turns(100)) - 100
    first = round(299 - needs)
    before = turns(first)
    assert before[-1] == (299, "against")

    assert turns(first, fix(299.5, AWAY_M, after_s=60 * 60)) == before


# What is late


def opening(told: list[Finding]) -> Finding:
    (found,) = [one for one in told if one.kind is Kind.ZONE_ENTERED and one.state == "opened"]
    return found


@pytest.mark.parametrize(("more_s", "is_late"), [(0, False), (1, True)])
def test_what_an_upload_tells_is_as_late_as_the_position_that_tells_it(
    more_s: float, *, is_late: bool
) -> None:
    there = fixes(range(20), 1_500.0)
    one_by_one = Desk((ZONED,))
    for one in there:
        one_by_one.take(one)
    last = next(
        n for n, one in enumerate(there) if one.received_at == opening(one_by_one.found).decided_at
    )
    arrived = fix(last, after_s=DEFAULTS.late_s + more_s).received_at
    desk = Desk((ZONED,))

    desk.take(*(replace(one, received_at=arrived) for one in there[: last + 1]))

    assert last > 1
    assert opening(desk.found).late == is_late


def test_data_that_explain_a_silence_are_late() -> None:
    desk = Desk((NIGHT,))
    for one in (fix(0), fix(35, after_s=600), *(fix(36 + n, after_s=60 * 16) for n in range(2))):
        desk.take(one)

    assert [(state, late) for state, _, late in lines(desk, Kind.CONTACT_LOST)] == [
        ("opened", False),
        ("closed", False),
        ("corrected", True),
    ]


def test_leave_for_what_is_too_old_to_be_judged_again_is_not_late() -> None:
    """The clock came to it in time; it is the strap that is old."""
    desk = Desk((changed(NIGHT, absences=(leave(-10, 20, 10 * 1_440),)),))
    desk.take(event(0, EventCode.STRAP_OPEN), event(5, EventCode.STRAP_CLOSED))
    for minute in range(10, 10 * 1_440 + 400, 350):
        desk.take(fix(minute))

    assert lines(desk, Kind.TAMPER_STRAP)[-1] == ("corrected", 10 * 1_440, False)


# Columns and their timers


def both(*told: list) -> list[Finding]:
    """Judge positions one by one and as columns; both must find and remember the same."""
    one_by_one, followed = Desk((NIGHT,)), Desk((NIGHT,))
    for part in told:
        for arrived in {one.received_at: None for one in part}:
            one_by_one.take(*(one for one in part if one.received_at == arrived))
        followed.follow(*part)
        assert followed.lines() == one_by_one.lines()
        assert followed.judge.dump() == one_by_one.judge.dump()
    return followed.found


def test_a_position_that_comes_as_the_curfew_ends_comes_after_its_end() -> None:
    out = fixes(range(700, 719), AWAY_M)

    found = both([*fixes(range(680, 700)), *out, fix(719.5, AWAY_M, after_s=30)])

    left = [one for one in found if one.kind is Kind.CURFEW_LEFT]
    assert [(str(one.state), one.ended_at) for one in left] == [
        ("opened", None),
        ("closed", at(720)),
    ]


# Known up to five o'clock, up to six, and then to the end.
AS_MORE_IS_KNOWN = ["corrected", "corrected"]


def test_after_an_upload_that_tells_something_timers_count_again() -> None:
    """Who is out in the last hour is told in one upload, and what follows it one by one."""
    late_s = 13 * 3_600.0
    home = fixes(range(-10, 600, 5), after_s=late_s)
    away = fixes(range(600, 620), AWAY_M, after_s=late_s)
    upload = [replace(one, received_at=away[-1].received_at) for one in away]
    rest = fixes(range(620, 760, 5), AWAY_M, after_s=late_s)

    found = both([*home, *upload, *rest])

    left = [(str(one.state), one.decided_at) for one in found if one.kind is Kind.CURFEW_LEFT]
    assert [state for state, _ in left] == ["opened", "closed", *AS_MORE_IS_KNOWN]
    assert left[0][1] == upload[0].received_at


def test_after_a_row_that_tells_something_timers_count_again() -> None:
    late_s = 13 * 3_600.0
    home = fixes(range(-10, 600, 5), after_s=late_s)

    found = both([*home, *fixes(range(600, 760, 5), AWAY_M, after_s=late_s)])

    states = [str(one.state) for one in found if one.kind is Kind.CURFEW_LEFT]
    assert states == ["opened", "closed", *AS_MORE_IS_KNOWN]


# What is written down, and given to a loop


def test_the_same_memory_is_the_same_bytes() -> None:
    desk = Desk((order(CURFEW, devices=(worn(), worn("D-2"))),))
    desk.take(fix(0), fix(1, device_id="D-2"))
    before, watch = desk.judge.dump(), desk.judge._memory.watch

    watch.heard = dict(reversed(watch.heard.items()))

    assert list(watch.heard) == ["D-2", "D-1"]
    assert desk.judge.dump() == before


def test_a_judge_goes_on_with_its_own_settings() -> None:
    own = replace(DEFAULTS, battery_low_pct=50.0)

    one = OrderJudge.load(OrderJudge((NIGHT,)).dump(), (NIGHT,), settings=own)
    (found,) = one.take([status(0, battery_pct=40.0)], past=lambda _: [])

    assert (found.kind, found.settings) == (Kind.BATTERY_LOW, own.digest)


def test_the_tables_of_time_zones_are_named_by_their_release() -> None:
    assert re.fullmatch(r"20\d\d\.\d+", judge.TZDATA)


def test_a_loop_is_told_when_the_next_version_is_recorded() -> None:
    second = changed(NIGHT, version=2, recorded_at=at(40), conditions=(ZONE,))
    desk = Desk((NIGHT, second))
    for one in fixes(range(5, 9)):
        desk.take(one)

    still = desk.judge.still()

    assert still is not None
    assert still.hold == at(40)
    assert OrderJudge((NIGHT,)).still() is None


def test_a_judge_goes_on_from_where_a_loop_came() -> None:
    desk = Desk((NIGHT,))
    for one in fixes(range(5, 9)):
        desk.take(one)
    still = desk.judge.still()
    assert still is not None

    desk.judge.settle(still.moved._replace(now=at(20), clock=at(20), heard=at(20)))

    assert desk.judge.due == at(50)
    assert desk.judge._memory.track.now == at(20)
    again = desk.judge.still()
    assert again is not None
    assert np.array_equal(again.wake, still.wake)


def test_a_judge_that_is_loaded_goes_on_from_what_moved_it_since() -> None:
    crowd = Crowd(order(CURFEW))
    crowd.before(0, *(seen(minute) for minute in range(-50, -44)))
    judge = crowd.other[0].judge
    dump = judge.dump()
    crowd.lie_down()
    assert crowd.send((0, sent([seen(minute, 20) for minute in range(-44, -40)]))) == [True]

    moved = crowd.quiet.get(name(0))
    loaded = OrderJudge.load(dump, judge.rulings, moved=moved)
    judge.settle(moved)
    assert loaded.dump() == judge.dump() != dump
    assert loaded.due == judge.due
    assert OrderJudge.load(dump, judge.rulings).dump() == dump
