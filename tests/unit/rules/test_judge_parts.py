"""The judge's clock, its snapshots, its book, and what is judged again once it is recorded."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, START, absence, circle
from tests.unit.rules.nights import AWAY_M, at, event, fix, fixes, order, span, status, worn
from tests.unit.rules.streams import Desk

from fairtag.intake.messages import EventCode, Message
from fairtag.orders.model import Absence, Covers, Lapse, Ruling
from fairtag.rules import judge
from fairtag.rules.anew.differs import first_difference
from fairtag.rules.anew.snapshots import Snapshot, thinned
from fairtag.rules.book import Told
from fairtag.rules.excused import covered
from fairtag.rules.excused.covered import covers, holds
from fairtag.rules.finding import Kind, State, id_of
from fairtag.rules.judge import OrderJudge
from fairtag.rules.matter import Matter
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import recordings, view_of
from fairtag.terms.instants import DAY, EARLIEST, HOUR, MINUTE, Micros

CURFEW, ZONE, *_ = CONDITIONS
NIGHT = order(CURFEW)


def told(desk: Desk, *kinds: Kind) -> list[tuple[str, str, float, bool]]:
    """List lines: kind, state, minutes of the decision, late."""
    return [
        (str(one.kind), str(one.state), (one.decided_at - at(0)) / MINUTE, one.late)
        for one in desk.found
        if not kinds or one.kind in kinds
    ]


def leave(start: float, end: float, recorded: float, **more: object) -> Absence:
    given = {"during": span(start, end), "recorded_at": at(recorded)} | more
    return changed(absence(0, 0, 0), **given)


# The clock


def test_the_clock_only_rises_and_a_timer_tells_its_own_time() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))
    assert desk.judge.due == at(30 + 1 / 60)

    desk.tick(at(50))
    desk.tick(at(10))
    desk.take(fix(1))

    assert told(desk) == [
        ("contact.lost", "opened", 30 + 1 / 60, False),
        ("contact.lost", "closed", 50, False),
    ]


def test_the_timer_of_an_open_matter_is_due_at_the_end_of_the_night() -> None:
    desk = Desk((order(CURFEW, devices=(worn(report_every_s=90_000),)),))
    desk.take(*fixes(range(-5, 720), AWAY_M))
    desk.tick(at(720))

    assert told(desk)[-3:] == [
        ("curfew.late_start", "closed", 720, False),
        ("curfew.absent_whole", "opened", 720, False),
        ("curfew.absent_whole", "closed", 720, False),
    ]


@pytest.mark.parametrize(("after_s", "is_late"), [(900, False), (901, True)])
def test_what_is_told_of_old_data_is_late(after_s: float, *, is_late: bool) -> None:
    for way in ("take", "follow"):
        desk = Desk((order(ZONE),))
        for one in fixes(range(20), 1_500.0, after_s=after_s):
            getattr(desk, way)(one)

        assert [late for *_, late in told(desk, Kind.ZONE_ENTERED)] == [is_late]


@pytest.mark.parametrize(("days", "is_judged"), [(7, True), (7.001, False)])
def test_what_came_too_late_is_not_judged(days: float, *, is_judged: bool) -> None:
    desk = Desk((NIGHT,))

    desk.take(event(0, EventCode.STRAP_OPEN, after_s=days * 86_400))

    kinds = {kind for kind, *_ in told(desk)} - {"monitoring.not_started"}
    assert kinds == {"tamper.strap" if is_judged else "input.too_late"}
    late = [one.late for one in desk.found if one.kind is Kind.INPUT_TOO_LATE]
    assert late == [True] * (not is_judged)


def test_messages_that_arrived_together_are_judged_by_event_time() -> None:
    there, back = fixes(range(20), 1_500.0), fixes(range(20, 40))
    arrived = fix(40).received_at
    desk = Desk((order(ZONE),))

    desk.take(*(replace(one, received_at=arrived) for one in [*back, *there][::-1]))

    assert [state for _, state, *_ in told(desk, Kind.ZONE_ENTERED)] == ["opened", "closed"]


def test_nothing_said_changes_nothing() -> None:
    desk = Desk((NIGHT,))
    desk.take(fix(0))
    before = desk.judge.dump()

    desk.take()

    assert desk.judge.dump() == before


# What is judged again


def test_leave_that_is_recorded_afterwards_excuses_what_it_covers() -> None:
    told_by = changed(NIGHT, absences=(leave(-30, 200, 60),))
    desk = Desk((told_by,))
    for one in [*fixes(range(-5, 70), AWAY_M)]:
        desk.take(one)

    lines = [one for one in desk.found if one.kind is Kind.CURFEW_LATE_START]
    assert [(str(one.state), one.cause) for one in lines] == [
        ("opened", None),
        ("corrected", "excused"),
    ]
    assert lines[-1].decided_at == at(60)
    assert not lines[-1].late


def test_leave_that_is_recorded_days_later_changes_what_it_covers() -> None:
    """Tracks were kept since: it is judged again from the one before the leave."""
    late = changed(order(ZONE), absences=(leave(0, 15, 2 * 1_440),))
    desk = Desk((late,))
    desk.take(*fixes(range(-400, -380)))
    for one in [*fixes(range(-20, 30), 1_500.0), *fixes(range(30, 2_900, 25))]:
        desk.take(one)

    assert [
        (state, one.began_at, one.ended_at)
        for one, (_, state, minute, _) in zip(desk.found, told(desk), strict=True)
        if one.kind is Kind.ZONE_ENTERED and minute >= 2 * 1_440
    ] == [
        ("corrected", at(-20), at(0)),
        ("opened", at(15), None),
        ("closed", at(15), at(55)),
    ]


def test_late_data_that_change_nothing_leave_what_was_told() -> None:
    desk = Desk((order(ZONE),))
    for one in [*fixes(range(-5, 5)), *fixes(range(5, 30), 1_500.0), *fixes(range(30, 50))]:
        desk.take(one)
    before = told(desk, Kind.ZONE_ENTERED)

    desk.take(fix(-3.5, after_s=3_600))

    assert told(desk, Kind.ZONE_ENTERED) == before
    assert [state for _, state, *_ in before] == ["opened", "closed"]


def refuted(known: Absence) -> list[tuple[str, str | None]]:
    """Tell of a walk that late data show to be a reflection: states and causes."""
    desk = Desk((order(CURFEW, absences=(known,)),))
    for one in [*fixes(range(-5, 5)), *fixes(range(5, 35, 3), 400.0)]:
        desk.take(one)
    desk.tick(at(36))
    good = fixes([minute / 4 for minute in range(20, 140) if minute % 4], after_s=0)
    desk.take(*(replace(one, received_at=at(37)) for one in good))
    return [(str(one.state), one.cause) for one in desk.found if one.kind is Kind.CURFEW_LEFT]


LEAVES = [leave(9_000, 9_060, -60), leave(35, 60, -60)]  # next week; from where the walk ends


@pytest.mark.parametrize("known", LEAVES)
def test_leave_that_was_known_before_is_no_reason_for_what_late_data_refute(known: Absence) -> None:
    told_of = refuted(known)

    assert (told_of[0], told_of[-1]) == (("opened", None), ("withdrawn", None))


@pytest.mark.parametrize("known", LEAVES)
def test_negative_control_any_leave_on_record_as_a_reason_is_seen(
    known: Absence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "covered", lambda book, *_: set(range(len(book))))

    assert refuted(known)[-1] == ("corrected", "excused")


@pytest.mark.parametrize(("arrived", "is_late"), [(30.5, False), (60, True)])
def test_what_is_found_behind_a_newer_message_is_late_if_it_came_late(
    arrived: float, *, is_late: bool
) -> None:
    desk = Desk((order(ZONE),))
    desk.take(*fixes(range(-5, 16)))
    desk.take(fix(30, after_s=0))

    there = fixes(range(16, 30), 1_500.0)
    desk.take(*(replace(one, received_at=at(arrived)) for one in there))

    zone = told(desk, Kind.ZONE_ENTERED)
    assert [late for *_, late in zone] == [is_late] * len(zone) != []


@pytest.mark.parametrize("minute", range(16, 21))
def test_one_old_message_that_comes_along_makes_no_live_matter_late(minute: int) -> None:
    """He enters at 16; with some request an old position comes once more."""
    desk = Desk((order(ZONE),))
    for one in fixes([*range(-15, -10), *range(-9, 16)]):
        desk.take(one)
    for one in fixes(range(16, 21), 1_500.0):
        again = [fix(-10)] if one.at == at(minute) else []
        desk.take(*(replace(each, received_at=one.received_at) for each in (*again, one)))

    assert [(state, late) for _, state, _, late in told(desk, Kind.ZONE_ENTERED)] == [
        ("opened", False)
    ]


@pytest.mark.parametrize(("last", "is_late"), [(200, True), (330, False)])
def test_what_leave_of_afterwards_lets_begin_is_late_if_it_is_over(
    last: int, *, is_late: bool
) -> None:
    """Out from 30; leave from 60 to 120 is written down at 300: he is back, or still out."""
    desk = Desk((order(CURFEW, absences=(leave(60, 120, 300),)),))
    for one in fixes(range(-5, 330, 2)):
        there = one.at < at(30) or one.at >= at(last)
        desk.take(one if there else replace(one, lat=one.lat + 0.01))

    lines = told(desk, Kind.CURFEW_LATE_RETURN)
    assert [late for *_, late in lines] == [is_late] * len(lines) != []
    assert (lines[0][1], lines[0][2]) == ("opened", 300)


def test_a_track_is_kept_once_however_often_it_is_gone_through_again() -> None:
    desk = Desk((NIGHT,))
    for one in fixes(range(0, 2_000, 50)):
        desk.take(one)
    kept = [one.now for one in desk.judge._memory.snapshots]

    desk.take(replace(fix(1_799), received_at=at(2_001)))
    desk.take(replace(fix(1_501), received_at=at(2_002)))

    again = [one.now for one in desk.judge._memory.snapshots]
    assert again == sorted(set(again))
    assert again[0] == kept[0]


def test_leave_excuses_also_what_is_too_old_to_be_judged_again() -> None:
    away = leave(-10, 20, 10 * 1_440)
    desk = Desk((order(CURFEW, absences=(away,)),))
    desk.take(event(0, EventCode.STRAP_OPEN))
    desk.take(event(5, EventCode.STRAP_CLOSED))
    for minute in range(10, 10 * 1_440 + 400, 350):
        desk.take(fix(minute))

    strap = [one for one in desk.found if one.kind is Kind.TAMPER_STRAP]
    assert [(str(one.state), one.cause) for one in strap] == [
        ("opened", None),
        ("closed", None),
        ("corrected", "excused"),
    ]


def test_the_past_is_asked_for_from_the_last_track_before_the_late_data() -> None:
    desk, asked = Desk((NIGHT,)), []
    for one in fixes(range(0, 2_000, 50)):
        desk.take(one)
    kept = [one.now for one in desk.judge._memory.snapshots]

    def past(since: Micros) -> list[Message]:
        asked.append(since)
        return desk.past(since)

    desk.judge.take([replace(fix(1_799), received_at=at(2_001))], past=past)

    assert asked == [max(one for one in kept if one < at(1_799))]


def test_what_happened_at_the_instant_of_a_kept_track_is_judged_too() -> None:
    desk = Desk((NIGHT,))
    for one in fixes(range(0, 2_000, 50)):
        desk.take(one)
    last = desk.judge._memory.snapshots[-1].now

    desk.take(event((last - at(0)) / MINUTE, EventCode.STRAP_OPEN, after_s=60_000))

    assert [one.began_at for one in desk.found if one.kind is Kind.TAMPER_STRAP] == [last]


def test_a_version_that_moves_a_place_ends_what_was_about_the_other() -> None:
    moved = changed(CURFEW, place=circle(AWAY_M, 60))
    second = changed(NIGHT, version=2, recorded_at=at(40), conditions=(moved,))
    desk = Desk((NIGHT, second))
    for one in fixes(range(-5, 60), AWAY_M):
        desk.take(one)

    assert told(desk) == [
        ("curfew.late_start", "opened", pytest.approx(5, abs=1), False),
        ("curfew.late_start", "closed", 40, False),
    ]


def test_an_order_that_ends_earlier_takes_back_what_came_after() -> None:
    desk = Desk((order(ZONE),))
    for one in [*fixes(range(10)), *fixes(range(20, 40), 1_500.0)]:
        desk.take(one)
    ended = changed(order(ZONE), during=changed(NIGHT.during, end=at(15)))

    desk.found += desk.judge.rule((ended,), at(50), past=desk.past)

    assert [state for _, state, *_ in told(desk, Kind.ZONE_ENTERED)] == ["opened", "withdrawn"]


def test_negative_control_without_the_past_what_stands_is_taken_back() -> None:
    desk = Desk((order(ZONE),))
    for one in fixes(range(20), 1_500.0):
        desk.take(one)
    early = changed(order(ZONE), absences=(leave(-90, -80, 0),))

    found = desk.judge.rule((early,), at(21), past=lambda _: [])

    assert [str(one.state) for one in found] == ["withdrawn"]


@pytest.mark.parametrize(
    ("change", "since"),
    [
        ({}, None),
        ({"absences": (leave(5, 9, 0), leave(3, 9, 0))}, 3),
        ({"suspended": (span(7, 20),)}, 7),
        ({"lapsed": (Lapse(during=span(7, 20), standing=frozenset({ZONE.id})),)}, 7),
        ({"during": changed(NIGHT.during, end=at(100))}, 100),
    ],
)
def test_views_differ_from_the_first_change_on(change: dict, since: float | None) -> None:
    before = view_of((NIGHT,), at(99), DEFAULTS)
    after = view_of((changed(NIGHT, **change),), at(99), DEFAULTS)

    expected = None if since is None else at(since)
    assert first_difference(before, after) == expected
    assert first_difference(after, before) == expected


def test_views_differ_from_where_a_version_was_recorded() -> None:
    second = changed(NIGHT, version=2, recorded_at=at(60))
    before = view_of((NIGHT,), at(10), DEFAULTS)
    longer = changed(NIGHT, suspended=(span(5, 20),))
    shorter = changed(NIGHT, suspended=(span(5, 15),))

    assert first_difference(before, view_of((NIGHT, second), at(60), DEFAULTS)) == at(60)
    views = [view_of((one,), at(10), DEFAULTS) for one in (longer, shorter)]
    assert first_difference(*views) == at(5)


def test_a_suspension_that_is_taken_away_changes_what_is_judged_from_its_beginning_on() -> None:
    paused = changed(NIGHT, suspended=(span(5, 20), span(40, 50)))
    fewer = changed(NIGHT, suspended=(span(5, 20),))
    views = [view_of((one,), at(10), DEFAULTS) for one in (paused, fewer)]
    assert first_difference(*views) == at(40)


def test_views_differ_from_the_first_edge_of_either_on_that_the_other_does_not_have() -> None:
    lapses = [Lapse(during=span(5, end), standing=frozenset({ZONE.id})) for end in (20, 15)]
    lapses.append(changed(lapses[1], standing=frozenset()))
    going_on, ended, other = (
        view_of((changed(NIGHT, lapsed=(one,)),), at(10), DEFAULTS) for one in lapses
    )
    assert first_difference(going_on, ended) == at(15)
    assert first_difference(ended, other) == at(5)


def test_what_becomes_known_later_is_listed_in_order() -> None:
    second = changed(NIGHT, version=2, recorded_at=at(60), absences=(leave(0, 1, 20),))

    assert recordings((NIGHT, second)) == [at(20), at(60)]


# What leave is about


ALL = frozenset(Covers)


@pytest.mark.parametrize(
    ("kind", "condition_id", "what", "of", "is_about"),
    [
        (Kind.TAMPER_STRAP, None, {Covers.TAMPER}, "c1", True),
        (Kind.TAMPER_STRAP, None, ALL - {Covers.TAMPER}, "*", False),
        (Kind.CURFEW_LEFT, "c1", {Covers.CONDITIONS}, "c1", True),
        (Kind.CURFEW_LEFT, "c1", {Covers.CONDITIONS}, "*", True),
        (Kind.CURFEW_LEFT, "c1", {Covers.CONDITIONS}, "x1", False),
        (Kind.CURFEW_LEFT, "c1", ALL - {Covers.CONDITIONS}, "*", False),
        (Kind.CHECKIN_MISSED, "p1", {Covers.CHECK_INS}, "p1", True),
        (Kind.CHECKIN_NEEDS_REVIEW, "p1", {Covers.CHECK_INS}, "*", True),
        (Kind.CHECKIN_MISSED, "p1", ALL - {Covers.CHECK_INS}, "*", False),
        (Kind.CHECKIN_MISSED, "p1", {Covers.CHECK_INS}, "c1", False),
        (Kind.BATTERY_LOW, None, ALL, "*", False),
    ],
)
def test_leave_is_about_what_it_covers_of_its_condition(
    kind: Kind, condition_id: str | None, what: set[Covers], of: str, *, is_about: bool
) -> None:
    told_by = leave(0, 60, 0, covers=frozenset(what), condition_id=of)
    matter = Matter(kind=kind, condition_id=condition_id, began_at=at(10), ended_at=at(20))

    assert covered._is_about(told_by, matter) == is_about
    assert covers(told_by, matter, at(99)) == holds(told_by, matter) == is_about


@pytest.mark.parametrize(
    ("began", "ended", "is_covered", "is_held"),
    [
        (0, 60, True, True),
        (-1, 60, True, False),
        (0, 61, True, False),
        (59, None, True, False),
        (60, None, False, False),
        (60, 70, False, False),
        (-10, 0, False, False),  # it only touches
        (-10, 0.1, True, False),
        (0, 0, True, True),  # a moment
        (60, 60, False, True),
        (-10, -0.1, False, False),
        (-10, None, True, False),
    ],
)
def test_leave_covers_what_it_has_time_in_common_with_and_holds_what_lies_in_it(
    began: float, ended: float | None, *, is_covered: bool, is_held: bool
) -> None:
    end = None if ended is None else at(ended)
    matter = Matter(kind=Kind.CURFEW_LEFT, condition_id="c1", began_at=at(began), ended_at=end)

    assert covers(leave(0, 60, 0), matter, at(99)) == is_covered
    assert holds(leave(0, 60, 0), matter) == is_held


@pytest.mark.parametrize(("clock", "is_covered"), [(-1, False), (0, False), (0.1, True)])
def test_what_goes_on_goes_on_until_now_and_no_longer(clock: float, *, is_covered: bool) -> None:
    matter = Matter(kind=Kind.CURFEW_LEFT, condition_id="c1", began_at=at(-10))

    assert covers(leave(0, 60, -60), matter, at(clock)) == is_covered


# What is kept


def snapshots(*hours: float) -> list[Snapshot]:
    return [Snapshot(now=Micros(START + round(one * HOUR)), track=b"") for one in hours]


def kept(*hours: float, reach: float = 9_999) -> list[float]:
    (begins,) = snapshots(reach)
    found = thinned(snapshots(*hours), begins.now, replace(DEFAULTS, rejudged_days=7))
    return [(one.now - START) / HOUR for one in found]


def test_the_newest_tracks_are_kept_and_one_a_day() -> None:
    """START is noon: a day turns 12 hours later."""
    assert kept(0, 3, 6, 9) == [0, 3, 6, 9]
    assert kept(0, 3, 6, 9, 12) == [0, 3, 6, 9, 12]
    assert kept(0, 3, 6, 9, 13, 15, 18) == [0, 9, 13, 15, 18]
    assert kept(0, 13, 15, 18, 21, 24, 27) == [0, 13, 18, 21, 24, 27]


def test_the_one_is_kept_from_which_nothing_is_erased() -> None:
    assert kept(0, 3, 6, 9, 10, 13, 15, 18, 21, reach=6) == [0, 6, 13, 15, 18, 21]
    assert kept(0, 3, 6, 9, 10, 13, 15, 18, 21, reach=0) == [0, 13, 15, 18, 21]
    assert kept(0, 24, 25, 1_000, 1_001, 1_002, 1_003, reach=25) == [25, 1_000, 1_001, 1_002, 1_003]


def test_one_track_is_kept_that_is_older_than_what_may_come() -> None:
    days = [n * 24.0 for n in range(14)]

    assert kept(*days) == days[5:]
    assert kept(*days[:8]) == days[:8]
    assert kept(0, 1_000, 1_001, 1_002, 1_003) == [0, 1_000, 1_001, 1_002, 1_003]
    assert kept(0, 24, 1_000, 1_001, 1_002, 1_003) == [24, 1_000, 1_001, 1_002, 1_003]


def test_a_track_is_kept_at_the_turn_of_six_hours() -> None:
    desk = Desk((NIGHT,))
    for one in fixes(range(-130, 130, 10)):
        desk.take(one)

    turn = desk.judge._view.pause_after(at(-130))
    assert at(110) < turn <= at(120)  # this order's own; the next one comes six hours later
    assert [one.now for one in desk.judge._memory.snapshots] == [EARLIEST, at(110)]


def old(kind: Kind, closed: Micros | None) -> Told:
    name = id_of("ORD-1", None, kind, at(0))
    matter = Matter(kind=kind, began_at=at(0), ended_at=closed, closed_at=closed)
    return Told(finding_id=name, rev=1, state=State.CLOSED, matter=matter)


@pytest.mark.parametrize(
    ("kind", "days", "is_kept"),
    [
        (Kind.CURFEW_LEFT, 59.9, True),
        (Kind.CURFEW_LEFT, 60, False),
        (Kind.CONTACT_LOST, 7.9, True),
        (Kind.CONTACT_LOST, 8, False),
        (Kind.CONTACT_LOST, None, True),
    ],
)
def test_the_book_keeps_what_may_be_excused_or_judged_again(
    kind: Kind, days: float | None, *, is_kept: bool
) -> None:
    one = OrderJudge((NIGHT,))
    one._memory.clock = Micros(at(0) + 100 * DAY)
    one._memory.snapshots = [Snapshot(now=one._memory.clock, track=b"")]
    closed = None if days is None else Micros(one._memory.clock - round(days * DAY))

    assert one._is_wanted(old(kind, closed)) == is_kept
    if closed is not None:  # judging again may start before it
        one._memory.snapshots = [Snapshot(now=Micros(closed - 1), track=b"")]
        assert one._is_wanted(old(kind, closed))


def test_a_judge_that_stops_goes_on_from_what_it_wrote_down() -> None:
    desk = Desk((NIGHT,))
    desk.take(*fixes(range(-5, 20), AWAY_M))
    dump = desk.judge.dump()

    loaded = OrderJudge.load(dump, (NIGHT,))

    assert (loaded.dump(), loaded.due) == (dump, desk.judge.due)


def test_lines_name_the_order_the_settings_and_the_clock() -> None:
    own = replace(DEFAULTS, battery_low_pct=50.0)
    one = OrderJudge((NIGHT,), settings=own)

    (found,) = one.take([status(0, battery_pct=40.0)], past=lambda _: [])

    assert (found.order_id, found.settings, found.tzdata) == ("ORD-1", own.digest, judge.TZDATA)
    assert found.decided_at == status(0).received_at
    assert "Europe/London" in found.words["en"]


def test_absence_data_of_an_order_that_does_not_know_its_device_find_nothing() -> None:
    unknown: Ruling = order(ZONE, devices=(worn("D-9", span(0, 30)),))
    desk = Desk((unknown,))

    for one in fixes(range(20), 1_500.0):
        desk.take(one)

    assert desk.found == []
