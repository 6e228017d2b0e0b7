"""A track takes messages by event time, lets time pass between them, and changes versions."""

from __future__ import annotations

from dataclasses import replace as changed

import msgspec
import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, absence, circle
from tests.unit.rules.nights import AWAY_M, at, event, fix, fixes, order, span, status, worn
from tests.unit.rules.quarters import at_the_quarters  # noqa: F401 - asked for by name
from tests.unit.rules.test_devices import ASKED, receipt

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import CheckInState, EventCode, Message, Position
from fairtag.orders.model import Covers, Ruling
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.rules.run import Run
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.track import Track, Turns, order_of
from fairtag.rules.view import View, view_of

CURFEW, ZONE, AREA, ATTENDANCE = CONDITIONS
E = EventCode


def seen(*rulings: Ruling, minute: float = 9_999) -> View:
    return view_of(rulings, at(minute), DEFAULTS)


def gone(track: Track, view: View, *told: Message) -> list[Matter]:
    """Let a track take messages in their order."""
    found: list[Matter] = []
    for one in told:
        if isinstance(one, Position):
            steps = Run(track, positions_of([one]), view).steps()
            found += [each for _, changes in steps for each in changes]
        else:
            found += track.apply(one, view)
    return found


def names(found: list[Matter]) -> list[tuple[str, bool]]:
    return [(str(one.kind), one.ended_at is None) for one in found]


OUT = fixes(range(-5, 12), AWAY_M)


def test_what_comes_first() -> None:
    told = [
        order_of(one)
        for one in (
            fix(0, device_id="D-1"),
            fix(0, seq=0),
            fix(0, seq=7),
            fix(0, epoch=1),
            fix(0, device_id="D-2"),
            fix(0.01),
        )
    ]

    assert told == sorted(told)
    assert len(set(told)) == len(told)
    assert told[0] == (at(0), "D-1", 0, -1)


def test_the_next_message_is_one_that_happened_now_or_later() -> None:
    track, view = Track(), seen(order())
    gone(track, view, fix(5, seq=4))

    assert [track.is_next(fix(5, seq=n)) for n in (3, 4, 5)] == [False, True, True]
    assert [track.is_next(fix(minute)) for minute in (4.99, 5.01)] == [False, True]
    track.advance(at(9), view)
    assert [track.is_next(fix(minute)) for minute in (8.9, 9)] == [False, True]
    assert track.last == (at(5), "D-1", 0, 4)


def test_a_track_stands_at_the_last_row_and_never_goes_back() -> None:
    track = Track()
    columns = positions_of([fix(3, seq=1), fix(5)])

    track.stand_at(columns, 1)
    assert (track.now, track.last) == (at(5), (at(5), "D-1", 0, -1))
    track.stand_at(columns, 0)
    assert (track.now, track.last) == (at(5), (at(3), "D-1", 0, 1))
    assert track.advance(at(2), seen(order())) == []
    assert track.now == at(5)


def test_time_alone_ends_what_is_open() -> None:
    track, view = Track(), seen(order(CURFEW))
    assert track.due(view) is None
    (opened,) = gone(track, view, *OUT)

    assert (track.due(view), track.open_matters()) == (at(720), [opened])
    assert gone(track, view, *fixes(range(12, 719, 13), AWAY_M)) == []
    assert track.advance(at(719), view) == []
    found = track.advance(at(9_000), view)
    assert names(found) == [(Kind.CURFEW_LATE_START, False), (Kind.CURFEW_ABSENT_WHOLE, False)]
    assert (track.now, track.open_matters(), track.due(view)) == (at(9_000), [], None)


@pytest.mark.parametrize(
    ("every_s", "last", "is_known"),
    [(60, 705, True), (60, 704, False), (450, 704, False), (900, 690, True), (900, 689, False)],
)
def test_what_is_known_to_the_end_of_a_night_depends_on_how_seldom_a_fix_is_planned(
    every_s: int, last: int, *, is_known: bool
) -> None:
    track, view = Track(), seen(order(CURFEW, devices=(worn(fix_every_s=every_s),)))
    gone(track, view, *OUT, fix(last, AWAY_M))

    opened, *parts = track.advance(at(720), view)

    assert opened.known_until == (None if is_known else at(last))
    assert [one.kind for one in parts] == [Kind.CURFEW_ABSENT_WHOLE] * is_known


def test_timers_fall_one_after_the_other_each_at_its_time() -> None:
    track, view = Track(), seen(order(CURFEW))

    found = gone(track, view, event(1, E.SOS), event(2, E.OFF_BODY), status(400))

    ends = [(str(one.kind), one.began_at, one.ended_at) for one in found]
    assert ends == [
        ("wearer.help", at(1), None),
        ("wearer.help", at(1), at(1 + DEFAULTS.linger_s / 60)),
        ("body.off_long", at(2), None),
    ]


def test_leave_from_tamper_holds_at_the_instant_of_the_message() -> None:
    leave = changed(absence(0, 0, 0), covers=frozenset({Covers.TAMPER}), during=span(0, 10))
    view = seen(order(absences=(leave,)))

    assert gone(Track(), view, event(9.9, E.STRAP_OPEN)) == []
    assert names(gone(Track(), view, event(10, E.STRAP_OPEN))) == [(Kind.TAMPER_STRAP, True)]
    track = Track()
    gone(track, view, event(-1, E.OFF_BODY))
    wait = DEFAULTS.body_off_s / 60
    assert track.due(view) == at(10 + wait if wait > 1 else -1 + wait)


def test_what_no_order_covers_is_not_taken() -> None:
    view = seen(order(ZONE, devices=(worn(during=span(0, 60)),)))
    for told in (event(-1, E.SOS), event(60, E.SOS), event(5, E.SOS, device_id="D-9")):
        track = Track()

        assert gone(track, view, told) == []
        assert (track.last, track.noticed) == (order_of(told), {})
    assert gone(Track(), view, *fixes(range(60, 80), 1_500.0)) == []
    assert gone(Track(), view, *fixes(range(20), 1_500.0)) != []


def test_a_device_that_is_taken_off_ends_what_it_noticed() -> None:
    view = seen(order(devices=(worn(during=span(0, 60)), worn("D-2"))))
    track = Track()
    gone(track, view, event(1, E.STRAP_OPEN), event(2, E.STRAP_OPEN, device_id="D-2"))

    assert track.due(view) == at(60)
    found = track.advance(at(70), view)

    assert [(one.device_id, one.ended_at) for one in found] == [("D-1", at(60))]
    assert [one.device_id for one in track.open_matters()] == ["D-2"]


# Versions


def second(minute: float, *conditions: object) -> Ruling:
    return changed(order(*conditions), version=2, recorded_at=at(minute))  # type: ignore[arg-type]


def test_a_condition_that_is_repeated_goes_on() -> None:
    view = seen(order(CURFEW, ZONE), second(30, AREA, CURFEW))
    track = Track()
    (opened,) = gone(track, view, *OUT)
    before = track.beliefs.seen("c1")

    assert track.advance(at(40), view) == []

    assert (track.version, sorted(track.watched)) == (2, ["c1", "n1"])
    assert track.watched["c1"].open == opened
    assert track.beliefs.names == ("n1", "c1")
    assert track.beliefs.seen("c1") == before


@pytest.mark.parametrize("conditions", [(), (changed(CURFEW, place=circle(500, 60)),)])
def test_a_condition_that_is_left_out_or_worded_anew_ends(conditions: tuple) -> None:
    view = seen(order(CURFEW), second(30, *conditions))
    track = Track()
    gone(track, view, *OUT)

    found = track.advance(at(40), view)

    assert [(one.kind, one.ended_at, one.closed_at) for one in found] == [
        (Kind.CURFEW_LATE_START, at(30), at(30))
    ]
    assert track.open_matters() == []
    assert track.beliefs.seen("c1").at is None  # nothing is believed about the other edge


def test_an_order_that_is_over_ends_all() -> None:
    view = seen(order(CURFEW, during=span(-600, 30)))
    track = Track()
    gone(track, view, *OUT)

    found = track.advance(at(40), view)

    assert [(one.kind, one.ended_at) for one in found] == [(Kind.CURFEW_LATE_START, at(30))]
    assert (track.version, track.watched, track.beliefs.names) == (None, {}, ())


def test_an_end_that_is_recorded_since_is_fitted() -> None:
    track = Track()
    gone(track, seen(order(CURFEW)), *OUT)
    leave = changed(absence(0, 0, 0), during=span(100, 200))

    track.fit(seen(order(CURFEW, absences=(leave,))))
    assert track.due(seen(order(CURFEW))) == at(100)
    track.fit(seen(order(CURFEW, absences=(changed(leave, during=span(0, 60)),))))
    assert track.watched["c1"].open_until == track.now


def test_an_appointment_counts_from_when_it_was_recorded() -> None:
    """The appointment of an hour before the night, two hours long with the order of later."""
    away = fixes(range(-70, 5), 0.0)
    known, late = seen(order(ATTENDANCE)), seen(order(ATTENDANCE, recorded_at=at(-30)))

    assert names(gone(Track(), known, *away)) == [(Kind.ATTENDANCE_MISSED, False)]
    assert gone(Track(), late, *away) == []


def test_all_that_ends_at_one_instant_is_told() -> None:
    track, view = Track(), seen(order(CURFEW, AREA, ATTENDANCE))
    gone(track, view, *fixes([*range(-5, 12), *range(12, 720, 13)], 5_000.0))
    track.fit(view)

    found = track.advance(at(720), view)

    assert names(found) == [
        (Kind.CURFEW_LATE_START, False),
        (Kind.CURFEW_ABSENT_WHOLE, False),
        (Kind.ZONE_LEFT, False),
    ]


def test_after_the_last_boundary_time_goes_on() -> None:
    track, view = Track(), seen(order(CURFEW))

    assert [track.advance(at(minute), view) for minute in (99_999, 999_999)] == [[], []]
    assert (track.now, track.version) == (at(999_999), None)


# Check-ins


def test_a_check_in_is_judged_by_its_own_condition_and_leave() -> None:
    view = seen(order(CURFEW, ASKED))
    shown = receipt(5, CheckInState.EXPIRED_SHOWN)
    leave = changed(absence(0, 0, 0), covers=frozenset({Covers.CHECK_INS}), during=span(0, 9))

    assert names(gone(Track(), view, shown)) == [(Kind.CHECKIN_MISSED, False)]
    assert gone(Track(), view, replace(shown, condition_id="p2")) == []
    assert gone(Track(), view, replace(shown, condition_id="c1")) == []
    assert gone(Track(), seen(order(ASKED, absences=(leave,))), shown) == []
    other = changed(leave, condition_id="c1")
    assert gone(Track(), seen(order(ASKED, absences=(other,))), shown) != []


def test_a_fresh_track_takes_any_message() -> None:
    assert Track().is_next(fix(0))


def test_what_time_alone_tells_of_a_device_names_it_and_minds_leave() -> None:
    leave = absence(90, 90, 0)  # 18:30 to 20:00
    found: list[list[Matter]] = []
    for rule in (order(CURFEW), order(CURFEW, absences=(leave,))):
        track, view = Track(), seen(rule)
        gone(track, view, event(0, E.OFF_BODY))
        found.append(track.advance(at(50), view))

    plain, in_leave = found
    assert [(one.kind, one.device_id) for one in plain] == [(Kind.BODY_OFF_LONG, "D-1")]
    assert in_leave == []


# Runs


def steps(columns: list[Position], view: View, turns: Turns | None = None) -> list[int]:
    track = Track()
    run = Run(track, positions_of(columns), view, turns)
    return [row for row, _ in run.steps()]


@pytest.mark.usefixtures("at_the_quarters")
def test_a_run_goes_on_until_something_may_happen() -> None:
    """Rows stop at the turn of six hours: 18:00."""
    quiet = fixes(range(-100, 160, 10))

    assert steps(quiet, seen(order(CURFEW))) == [4, 26]


@pytest.mark.usefixtures("at_the_quarters")
def test_a_run_leaves_out_what_no_order_covers_and_stops_at_boundaries() -> None:
    view = seen(order(ZONE, suspended=(span(20, 50),)))

    assert steps(fixes(range(0, 100, 10)), view) == [2, 5, 10]
    before = seen(order(ZONE, suspended=(span(-200, 200),)))
    assert steps(fixes(range(-90, 20, 10)), before) == [3, 11]  # at 18:00 here, too


def test_a_run_stops_where_what_is_open_may_have_to_end() -> None:
    """At the beginning of leave the matter is over, whoever comes home in it or later."""
    leave = absence(180, 30, 0)  # 20:00 to 20:30
    track, view = Track(), seen(order(CURFEW, absences=(leave,)))
    night = [*fixes(range(-5, 100), AWAY_M), *fixes(range(100, 120))]

    told = [one for _, each in Run(track, positions_of(night), view).steps() for one in each]

    first = [one for one in told if one.kind is Kind.CURFEW_LATE_START and one.ended_at]
    assert [one.ended_at for one in first] == [at(60)]


def test_one_position_may_change_what_two_conditions_say() -> None:
    track, view = Track(), seen(order(ZONE, changed(ZONE, id="x2")))

    run = Run(track, positions_of(fixes(range(10), 1_500.0)), view)
    told = [[(one.kind, one.condition_id) for one in each] for _, each in run.steps() if each]

    assert told == [[(Kind.ZONE_ENTERED, "x1"), (Kind.ZONE_ENTERED, "x2")]]


def test_who_comes_back_within_a_run_ends_what_is_open() -> None:
    track, view = Track(), seen(order(CURFEW))
    night = [*OUT, *fixes(range(12, 30))]

    told = [one for _, each in Run(track, positions_of(night), view).steps() for one in each]

    assert names(told[-1:]) == [("curfew.late_start", False)]
    assert at(11) <= told[-1].ended_at < at(13)


def test_an_appointment_leaves_the_conditions_after_it_their_look() -> None:
    track, view = Track(), seen(order(ATTENDANCE, CURFEW))

    run = Run(track, positions_of(OUT), view)

    assert names([one for _, each in run.steps() for one in each]) == [("curfew.late_start", True)]


def test_every_change_of_side_is_taken_down_once() -> None:
    turns: Turns = []
    night = [*fixes(range(10)), *fixes(range(10, 30), AWAY_M), *fixes(range(30, 45))]

    steps(night, seen(order(CURFEW)), turns)

    sides = [str(side) for _, _, side in turns]
    assert sides == ["kept", "unsure", "against", "unsure", "kept"]
    assert [when for _, when, _ in turns] == sorted(when for _, when, _ in turns)
    assert {name for name, *_ in turns} == {"c1"}


def test_a_track_that_is_written_down_goes_on() -> None:
    view, track, other = seen(order(CURFEW, ZONE)), Track(), Track()
    gone(track, view, *OUT[:8])
    gone(other, view, *OUT[:8])
    other = msgspec.msgpack.decode(msgspec.msgpack.encode(other), type=Track)

    assert gone(track, view, *OUT[8:]) == gone(other, view, *OUT[8:]) != []
    assert track == other


def test_negative_control_a_track_that_takes_no_time_ends_nothing() -> None:
    track, view = Track(), seen(order(CURFEW))
    gone(track, view, *OUT)

    assert track.turn(view) == []
    assert track.open_matters() != []
    assert track.advance(at(720), view) != []


def test_two_that_a_version_leaves_out_both_end() -> None:
    track = Track()
    both, other = order(CURFEW, AREA), changed(order(ZONE), version=2, recorded_at=at(60))
    view = seen(both, other)
    gone(track, view, *fixes(range(-5, 20), 3_000.0))
    assert len(track.open_matters()) == 2

    found = track.advance(at(60), view)

    assert [(one.condition_id, one.ended_at) for one in found] == [("c1", at(60)), ("n1", at(60))]


def test_what_ends_before_a_receipt_is_told_with_it() -> None:
    track, view = Track(), seen(order(CURFEW, ASKED))
    gone(track, view, *OUT, *fixes(range(12, 720, 13), AWAY_M))

    found = gone(track, view, receipt(721, CheckInState.EXPIRED_SHOWN))

    assert [one.kind for one in found] == [
        Kind.CURFEW_LATE_START,
        Kind.CURFEW_ABSENT_WHOLE,
        Kind.CHECKIN_MISSED,
    ]


def test_leave_from_tamper_puts_off_that_it_is_not_worn() -> None:
    leave = changed(absence(0, 0, 0), covers=frozenset({Covers.TAMPER}), during=span(0, 60))
    track, view = Track(), seen(order(absences=(leave,)))
    gone(track, view, event(-1, E.OFF_BODY))
    wait = DEFAULTS.body_off_s / 60

    assert track.advance(at(60 + wait - 0.1), view) == []
    (found,) = track.advance(at(60 + wait), view)
    assert (found.kind, found.began_at) == (Kind.BODY_OFF_LONG, at(60))


@pytest.mark.parametrize(("name", "is_missed"), [("a1", False), ("c1", True), ("*", False)])
@pytest.mark.parametrize("covers", [Covers.CONDITIONS, Covers.TAMPER])
def test_an_appointment_is_excused_by_leave_from_it_alone(
    name: str, covers: Covers, *, is_missed: bool
) -> None:
    """It is that of 18:00 to 19:00; the device was elsewhere all the time."""
    leave = changed(
        absence(0, 0, 0), covers=frozenset({covers}), during=span(-60, 0), condition_id=name
    )
    track, view = Track(), seen(order(CURFEW, ATTENDANCE, absences=(leave,)))
    gone(track, view, *fixes(range(-70, -5)))

    kinds = {one.kind for one in track.advance(at(0), view)}

    is_missed = is_missed or covers is not Covers.CONDITIONS
    assert (Kind.ATTENDANCE_MISSED in kinds) == is_missed
