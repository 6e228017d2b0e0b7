"""When a curfew, a zone and an appointment open a matter, when they end it, and as what."""

from __future__ import annotations

from dataclasses import replace as changed
from functools import partial
from typing import Any

import pytest
from tests.property.lives import CONDITIONS
from tests.unit.rules.nights import at, span

from fairtag.orders.model import Appointment, Attendance
from fairtag.rules import conditions
from fairtag.rules.appointments import missed
from fairtag.rules.appointments.missed import Away, attend
from fairtag.rules.conditions import Watched, due, fit, observe
from fairtag.rules.duty import Duty
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter
from fairtag.rules.places.belief import Seen, Side
from fairtag.terms.instants import MINUTE, SECOND, Micros

CURFEW, ZONE, AREA, ATTENDANCE = CONDITIONS  # the curfew has a grace of 5 minutes
WHY = (Evidence(seq=7, at=at(1)),)
SURE = 4.0  # log-odds: a certainty of 0.982


def believed(
    minute: float,
    side: Side = Side.AGAINST,
    *,
    since: float,
    was: Side = Side.UNSURE,
    before: float | None = None,
    kept: float | None = None,
    kept_before: float | None = None,
    odds: float = SURE,
    evidence: tuple[Evidence, ...] = WHY,
    sure: bool = True,
) -> Seen:
    """Give a belief after a position; `since` tells since when positions agree."""
    return Seen(
        side=side,
        side_before=was,
        at=at(minute),
        before=at(minute - 1 if before is None else before),
        run_from=at(since),
        kept_at=None if kept is None else at(kept),
        kept_before=None if kept_before is None else at(kept_before),
        odds=odds,
        is_sure=sure,
        evidence=evidence,
    )


def stretch(start: float, end: float, *, after_absence: bool = False, **whole: float) -> Duty:
    window = span(whole.get("first", start), whole.get("last", end))
    return Duty(during=span(start, end), span=window, after_absence=after_absence)


NIGHT = stretch(0, 720)
QUARTER = 15 * MINUTE
pass_time = partial(conditions.pass_time, longest=QUARTER)


def end_at(
    watched: Watched, minute: float, *, is_span_over: bool, seen: Seen | None = None
) -> list[Matter]:
    """End what is open; away until then, if nothing else is said."""
    last = believed(minute, since=0) if seen is None else seen
    return conditions.end_at(watched, last, at(minute), is_span_over=is_span_over, longest=QUARTER)


def looked(condition: Any, watched: Watched, seen: Seen, duty: Duty | None) -> list[Matter]:
    assert seen.at is not None
    return observe(condition, watched, seen, duty, seen.at)


# Places


def test_each_condition_has_its_place_its_buffer_and_the_side_against_the_wearer() -> None:
    told = [(conditions.place_of(one), conditions.buffer_m(one)) for one in CONDITIONS]

    assert told == [
        (CURFEW.place, 0.0),
        (ZONE.area, 0.0),
        (AREA.area, 50.0),
        (ATTENDANCE.place, 0.0),
    ]
    assert conditions.buffer_m(changed(ZONE, buffer_m=25.0)) == 25.0
    assert [conditions.side_of(one) for one in CONDITIONS] == [1.0, -1.0, 1.0, 1.0]


def test_of_a_condition_that_was_never_looked_at_nothing_is_known() -> None:
    fresh = Watched()

    assert (fresh.span_from, fresh.duty_from, fresh.kept_at, fresh.open) == (None,) * 4
    assert (fresh.span_until, fresh.open_until, fresh.settled) == (0, 0, 0)
    assert fresh.was_kept is False
    assert (fresh.away_from, fresh.away_by, fresh.away) == (None, (0.0, ()), ())
    assert (Away().length, Away().certainty, Away().evidence) == (0, None, ())
    for one in (Watched, Away):
        with pytest.raises(TypeError):
            one(0)  # what is meant is named


# When a matter opens


@pytest.mark.parametrize(
    ("since", "minute", "is_told"),
    [
        (-30, 4.99, False),  # away since before: the grace counts from the start
        (-30, 5, True),
        (2, 4.99, False),  # first seen away within the grace: the same
        (2, 5, True),
        (5, 5, True),
        (5.01, 5.01, False),  # first seen away later: the grace counts from there
        (5.01, 10, False),
        (5.01, 10.01, True),
    ],
)
def test_who_was_never_in_this_night_starts_late(
    since: float, minute: float, *, is_told: bool
) -> None:
    found = looked(CURFEW, Watched(), believed(minute, since=since), NIGHT)

    assert [(one.kind, one.began_at) for one in found] == (
        [(Kind.CURFEW_LATE_START, at(max(since, 0)))] if is_told else []
    )


@pytest.mark.parametrize(
    ("kept", "kind"),
    [
        (0, Kind.CURFEW_LEFT),
        (30, Kind.CURFEW_LEFT),
        (-0.01, Kind.CURFEW_LATE_START),  # that was before the night
        (None, Kind.CURFEW_LATE_START),
    ],
)
def test_who_was_in_this_night_has_left(kept: float | None, kind: Kind) -> None:
    found = looked(CURFEW, Watched(), believed(60, since=40, kept=kept), NIGHT)

    assert [one.kind for one in found] == [kind]


@pytest.mark.parametrize(("minute", "is_told"), [(45, False), (45.01, True)])
def test_who_left_has_the_grace_from_there_and_the_whole_of_it(
    minute: float, *, is_told: bool
) -> None:
    found = looked(CURFEW, Watched(), believed(minute, since=40, kept=39), NIGHT)

    assert bool(found) == is_told


@pytest.mark.parametrize(
    ("minute", "since", "is_told"),
    [(125, 60, False), (125.01, 60, True), (145, 140, False), (145.01, 140, True)],
)
def test_who_is_not_back_after_leave_returns_late(
    minute: float, since: float, *, is_told: bool
) -> None:
    after = stretch(120, 720, first=0, after_absence=True)

    found = looked(CURFEW, Watched(), believed(minute, since=since), after)

    assert [one.kind for one in found] == [Kind.CURFEW_LATE_RETURN] * is_told


def test_who_came_back_after_leave_and_went_again_has_left() -> None:
    after = stretch(120, 720, first=0, after_absence=True)

    found = looked(CURFEW, Watched(), believed(160, since=150, kept=125), after)

    assert [one.kind for one in found] == [Kind.CURFEW_LEFT]


def test_who_was_there_as_the_leave_ended_has_left() -> None:
    """The last position before the end of the leave was at home."""
    after = stretch(120, 720, first=0, after_absence=True)
    watched = Watched()
    looked(CURFEW, watched, believed(121, since=121, was=Side.KEPT, before=119), after)

    found = looked(CURFEW, watched, believed(130, since=121), after)

    assert (watched.kept_at, [one.kind for one in found]) == (at(120), [Kind.CURFEW_LEFT])


@pytest.mark.parametrize(("condition", "kind"), [(ZONE, Kind.ZONE_ENTERED), (AREA, Kind.ZONE_LEFT)])
def test_zones_have_no_grace(condition: Any, kind: Kind) -> None:
    found = looked(condition, Watched(), believed(3, since=3), NIGHT)

    assert [(one.kind, one.began_at) for one in found] == [(kind, at(3))]


def test_what_opens_tells_what_it_rests_on_and_goes_on_to_the_end_of_the_duty() -> None:
    watched = Watched()

    (found,) = looked(ZONE, watched, believed(3, since=-9), stretch(0, 60, last=90))

    assert found == Matter(
        kind=Kind.ZONE_ENTERED,
        condition_id=ZONE.id,
        began_at=at(0),
        certainty=0.982,
        evidence=WHY,
    )
    assert (watched.open, watched.open_until, watched.span_until) == (found, at(60), at(90))


@pytest.mark.parametrize("condition", [CURFEW, ZONE, AREA])
def test_not_knowing_opens_nothing_and_closes_nothing(condition: Any) -> None:
    watched = Watched()
    assert looked(condition, watched, believed(60, Side.UNSURE, since=1), NIGHT) == []
    looked(condition, watched, believed(61, since=1), NIGHT)
    was = watched.open

    assert looked(condition, watched, believed(62, Side.UNSURE, since=1), NIGHT) == []
    assert watched.open is was is not None


def test_without_duty_nothing_opens() -> None:
    watched = Watched()

    assert looked(ZONE, watched, believed(60, since=1), None) == []
    assert watched.open is None


def test_what_is_open_is_not_opened_again() -> None:
    watched = Watched()
    (found,) = looked(ZONE, watched, believed(60, since=1), NIGHT)

    assert looked(ZONE, watched, believed(61, since=1), NIGHT) == []
    assert watched.open is found


def test_negative_control_a_grace_of_nothing_accuses_who_is_two_minutes_late() -> None:
    seen = believed(2, since=-30)

    assert looked(CURFEW, Watched(), seen, NIGHT) == []
    assert looked(changed(CURFEW, grace_min=0), Watched(), seen, NIGHT) != []


# When it ends


def test_coming_back_ends_it_when_the_way_back_began() -> None:
    watched = Watched()
    (opened,) = looked(CURFEW, watched, believed(60, since=40, kept=39), NIGHT)

    (closed,) = looked(CURFEW, watched, believed(70, Side.KEPT, since=66), NIGHT)

    assert closed == opened.end(at(66), decided=at(70))
    assert (watched.open, watched.was_kept) == (None, True)
    assert looked(CURFEW, watched, believed(71, Side.KEPT, since=66), NIGHT) == []


@pytest.mark.parametrize(
    ("kept", "kind"), [(39, Kind.CURFEW_OUT_AT_END), (None, Kind.CURFEW_ABSENT_WHOLE)]
)
def test_at_the_end_of_the_night_it_ends_and_says_what_that_means(
    kept: float | None, kind: Kind
) -> None:
    watched = Watched()
    seen = believed(60, since=40, kept=kept)
    (opened,) = looked(CURFEW, watched, seen, NIGHT)
    seen = believed(710, since=40, kept=kept)
    pass_to = {"seen": seen, "free": (), "bound_from": at(-99)}

    assert pass_time(CURFEW, watched, to=Micros(at(720) - 1), **pass_to) == []
    closed, part = pass_time(CURFEW, watched, to=at(720), **pass_to)

    assert closed == opened.end(at(720), decided=at(720))
    assert (part.kind, part.part_of) == (kind, (opened.kind, opened.began_at))
    assert (part.condition_id, part.began_at, part.ended_at) == (CURFEW.id, at(40), at(720))
    assert (part.closed_at, part.certainty, part.evidence) == (at(720), 0.982, WHY)
    assert closed.known_until is part.known_until is None
    assert watched.open is None
    assert pass_time(CURFEW, watched, to=at(999), **pass_to) == []


@pytest.mark.parametrize(
    ("last", "known"),
    [
        (believed(705, since=40), None),  # a quarter of an hour before the end: known to the end
        (believed(704.9, since=40), 704.9),
        (believed(7, since=-30), 40),  # never before it began
        (believed(719, Side.UNSURE, since=705), None),
        (believed(719, Side.UNSURE, since=704.9), 704.9),  # since then positions say other things
        (Seen(), 40),
    ],
)
def test_a_gap_at_the_end_of_the_night_is_not_knowing(last: Seen, known: float | None) -> None:
    """Nobody is told to have been away for the whole of a night that nobody knows the end of."""
    nights = {}
    for was_kept in (False, True):
        watched = Watched()
        looked(CURFEW, watched, believed(60, since=40), NIGHT)
        watched.was_kept = was_kept
        nights[was_kept] = end_at(watched, 720, is_span_over=True, seen=last)
    gap = None if known is None else at(known)

    for (opened, *parts), part in (
        (nights[False], Kind.CURFEW_ABSENT_WHOLE),
        (nights[True], Kind.CURFEW_OUT_AT_END),
    ):
        is_told = gap is None or part is Kind.CURFEW_OUT_AT_END  # who had been in was not seen back
        assert (opened.ended_at, opened.known_until) == (at(720), gap)
        assert [(one.kind, one.known_until) for one in parts] == [(part, gap)] * is_told


def test_where_leave_cuts_the_night_it_only_ends() -> None:
    watched = Watched()
    seen = believed(60, since=40)
    looked(CURFEW, watched, seen, stretch(0, 120, last=720))

    found = pass_time(CURFEW, watched, seen, (), at(121), bound_from=at(-99))

    assert [(one.kind, one.ended_at) for one in found] == [(Kind.CURFEW_LATE_START, at(120))]


def test_a_zone_left_open_at_the_end_has_no_part() -> None:
    watched = Watched()
    looked(AREA, watched, believed(60, since=40), NIGHT)

    found = end_at(watched, 720, is_span_over=True)

    assert [(one.kind, one.ended_at) for one in found] == [(Kind.ZONE_LEFT, at(720))]
    assert end_at(watched, 720, is_span_over=True) == []


@pytest.mark.parametrize(
    "kind", [Kind.CURFEW_LATE_START, Kind.CURFEW_LEFT, Kind.CURFEW_LATE_RETURN]
)
@pytest.mark.parametrize("is_span_over", [True, False])
def test_every_kind_of_absence_from_a_curfew_has_its_part(
    kind: Kind, *, is_span_over: bool
) -> None:
    watched = Watched(open=Matter(kind=kind, condition_id="c1", began_at=at(3)), was_kept=True)

    found = end_at(watched, 9, is_span_over=is_span_over)

    assert [one.kind for one in found] == [kind, *[Kind.CURFEW_OUT_AT_END] * is_span_over]


# What was kept


def test_who_was_in_before_a_leave_was_in_this_night() -> None:
    """The night's window is one, though leave cuts it into two duties."""
    watched = Watched()
    looked(CURFEW, watched, believed(5, Side.KEPT, since=1), stretch(0, 60, last=720))
    looked(CURFEW, watched, believed(90, since=70), None)
    back = stretch(120, 720, first=0, after_absence=True)
    (late,) = looked(CURFEW, watched, believed(130, since=70), back)

    found = end_at(watched, 720, is_span_over=True)

    assert late.kind == Kind.CURFEW_LATE_RETURN
    assert [one.kind for one in found] == [Kind.CURFEW_LATE_RETURN, Kind.CURFEW_OUT_AT_END]


def test_who_was_in_last_night_was_not_in_this_one() -> None:
    watched = Watched()
    looked(CURFEW, watched, believed(5, Side.KEPT, since=1), NIGHT)
    looked(CURFEW, watched, believed(730, since=725), None)

    (found,) = looked(CURFEW, watched, believed(1_450, since=1_000), stretch(1_440, 2_160))

    assert (found.kind, watched.was_kept) == (Kind.CURFEW_LATE_START, False)


def test_who_was_seen_in_between_two_looks_was_in() -> None:
    """The walk asks the rules only where it must: what was kept in between is in the belief."""
    watched = Watched()
    looked(CURFEW, watched, believed(1, Side.UNSURE, since=1), NIGHT)
    assert not watched.was_kept
    looked(CURFEW, watched, believed(50, Side.UNSURE, since=45, kept_before=44), None)

    assert (watched.was_kept, watched.duty_from) == (True, None)


@pytest.mark.parametrize(("kept_before", "is_kept"), [(-1, False), (0, True), (1, True)])
def test_what_was_kept_before_a_duty_is_not_kept_in_it(
    kept_before: float, *, is_kept: bool
) -> None:
    watched = Watched(span_from=at(0), duty_from=at(0))

    looked(CURFEW, watched, believed(50, Side.UNSURE, since=45, kept_before=kept_before), NIGHT)

    assert watched.was_kept == is_kept


@pytest.mark.parametrize(
    ("before", "was", "is_kept"),
    [
        (-0.01, Side.KEPT, True),
        (-15, Side.KEPT, True),
        (-15.01, Side.KEPT, False),  # too long ago to tell
        (0, Side.KEPT, False),  # that is in the night itself
        (-1, Side.UNSURE, False),
        (-1, Side.AGAINST, False),
    ],
)
def test_who_was_in_place_just_before_the_night_began_it_in_place(
    before: float, was: Side, *, is_kept: bool
) -> None:
    watched = Watched()

    looked(CURFEW, watched, believed(2, Side.UNSURE, since=1, was=was, before=before), NIGHT)

    assert (watched.was_kept, watched.kept_at) == (is_kept, at(0) if is_kept else None)
    assert (watched.span_from, watched.duty_from) == (at(0), at(0))


def test_the_first_position_of_all_tells_nothing_of_before() -> None:
    watched = Watched()
    first = Seen(side=Side.UNSURE, side_before=Side.KEPT, at=at(1))

    observe(CURFEW, watched, first, NIGHT, at(1))

    assert watched.kept_at is None


# What is recorded afterwards


def test_an_end_that_was_recorded_since_moves_the_end_of_what_is_open() -> None:
    watched = Watched(span_until=at(1))
    fit(watched, stretch(0, 100, last=200), at(50))
    assert (watched.open_until, watched.span_until) == (0, at(200))
    looked(ZONE, watched, believed(60, since=1), NIGHT)

    fit(watched, stretch(0, 300, last=400), at(70))
    assert (watched.open_until, watched.span_until) == (at(300), at(400))
    fit(watched, None, at(80))
    assert (watched.open_until, watched.span_until) == (at(80), at(400))


def test_time_alone_ends_what_is_open_and_nothing_else() -> None:
    watched = Watched(open_until=at(3))

    assert due(CURFEW, watched) is None
    assert pass_time(CURFEW, watched, Seen(), (), at(5), bound_from=at(0)) == []
    looked(CURFEW, watched, believed(60, since=1), NIGHT)
    assert due(CURFEW, watched) == at(720)


# Appointments


def dates(*told: tuple[float, float, int]) -> Attendance:
    """Give appointments by beginning, end, and stay in minutes."""
    return changed(
        ATTENDANCE,
        appointments=tuple(Appointment(during=span(a, b), stay_min=stay) for a, b, stay in told),
    )


def attended(
    condition: Attendance,
    *seen: Seen,
    to: float = 999,
    free: tuple[Any, ...] = (),
    bound_from: float = -99,
) -> list[Matter]:
    watched = Watched()
    for one in seen:
        attend(condition, watched, one)
    return pass_time(condition, watched, seen[-1], free, at(to), bound_from=at(bound_from))


def elsewhere(minute: float, **more: Any) -> Seen:
    """Give a look at a wearer who was elsewhere at the position before, too."""
    return believed(minute, was=Side.AGAINST, **({"since": 0} | more))


def away(start: float, end: float, **more: Any) -> list[Seen]:
    """Be known to be elsewhere from one minute to another, and not to be in the next."""
    return [
        believed(start + 0.5, since=start, **more),
        believed(end + 1, Side.UNSURE, since=start, was=Side.AGAINST, before=end),
    ]


HOUR_OF = dates((60, 120, 20))


@pytest.mark.parametrize(
    ("spans", "is_missed"),
    [
        ([(60, 100)], False),  # 20 minutes may have been there
        ([(60, 100.1)], True),
        ([(0, 100.1)], True),  # what was before does not count
        ([(79.9, 200)], True),  # nor what comes after
        ([(80, 200)], False),
        ([(60, 80), (90, 110.1)], True),  # stretches add up
        ([(60, 80), (90, 110)], False),
        ([(0, 60)], False),
        ([(120, 180)], False),
    ],
)
def test_an_appointment_is_missed_when_the_stay_can_not_have_been(
    spans: list[tuple[float, float]], *, is_missed: bool
) -> None:
    found = attended(HOUR_OF, *(one for start, end in spans for one in away(start, end)))

    assert [one.kind for one in found] == [Kind.ATTENDANCE_MISSED] * is_missed


def test_what_is_missed_tells_what_it_rests_on() -> None:
    more = away(85, 120, odds=6.0, evidence=(Evidence(seq=9, at=at(85)),))

    (found,) = attended(HOUR_OF, *away(60, 80), *more)

    assert found == Matter(
        kind=Kind.ATTENDANCE_MISSED,
        condition_id=HOUR_OF.id,
        began_at=at(60),
        ended_at=at(120),
        closed_at=at(120),
        certainty=0.998,
        evidence=WHY,
    )


def test_what_only_touches_an_appointment_is_no_evidence_for_it() -> None:
    more = away(60, 120, odds=2.0, evidence=(Evidence(seq=9, at=at(60)),))

    (found,) = attended(HOUR_OF, *away(30, 60), *more)

    assert (found.certainty, found.evidence) == (0.881, (Evidence(seq=9, at=at(60)),))


def test_a_stretch_that_goes_on_counts_up_to_the_last_position() -> None:
    watched = Watched()
    for minute in (60.5, 75, 90):
        attend(HOUR_OF, watched, elsewhere(minute, since=60, before=minute - 14.5))
    last = elsewhere(100.1, since=60, before=90)

    assert pass_time(HOUR_OF, watched, last, (), at(119), bound_from=at(-99)) == []
    assert [one.length / SECOND for one in watched.away] == [round(39.6 * 60)]
    assert watched.away_from == at(100.1)
    assert pass_time(HOUR_OF, watched, last, (), at(120), bound_from=at(-99)) == []  # 39.6 minutes


def test_knowing_begins_with_the_run_at_a_turn_and_with_the_position_otherwise() -> None:
    turned, going_on = Watched(), Watched()

    attend(HOUR_OF, turned, believed(70, since=61))
    attend(HOUR_OF, going_on, elsewhere(70, since=61))

    assert (turned.away_from, going_on.away_from) == (at(61), at(70))
    assert turned.away_by == going_on.away_by == (0.982, WHY)


@pytest.mark.parametrize("gap", [15, 15.1])
def test_a_long_silence_is_not_known(gap: float) -> None:
    """Away at 60, 75, after a gap, and a little later at home: only what is seen counts."""
    watched = Watched()
    after = 75 + gap
    for seen in (
        believed(61, since=60),
        elsewhere(75, before=61, since=60),
        elsewhere(after, before=75, since=60),
        believed(after + 15, Side.UNSURE, since=60, was=Side.AGAINST, before=after + 14.9),
    ):
        attend(HOUR_OF, watched, seen)

    known = (75 - 60) + (gap if gap <= 15 else 0) + 14.9
    assert [round(one.length / (60 * SECOND), 6) for one in watched.away] == [round(known, 6)]
    assert watched.away_from is None


def test_not_knowing_and_being_there_end_a_stretch() -> None:
    for side in (Side.UNSURE, Side.KEPT):
        watched = Watched()
        attend(HOUR_OF, watched, believed(61, since=60))
        attend(HOUR_OF, watched, believed(70, side, since=65, was=Side.AGAINST, before=64))

        assert watched.away_from is None
        assert [one.length // (60 * SECOND) for one in watched.away] == [4]


def test_a_first_position_breaks_what_nobody_knows() -> None:
    watched = Watched(away_from=at(60))

    attend(HOUR_OF, watched, Seen(side=Side.AGAINST, at=at(70), run_from=at(70), odds=SURE))

    assert (watched.away_from, watched.away) == (at(70), ())


def test_appointments_are_settled_one_after_the_other_by_their_end() -> None:
    late, early = (60, 180, 20), (50, 120, 20)
    both = dates(late, early)
    watched = Watched()
    for seen in away(40, 170):
        attend(both, watched, seen)
    first = pass_time(both, watched, Seen(), (), at(120), bound_from=at(-99))
    assert due(both, watched) == at(180)
    second = pass_time(both, watched, Seen(), (), at(180), bound_from=at(-99))

    assert [one.began_at for one in first + second] == [at(50), at(60)]
    assert (watched.settled, due(both, watched)) == (2, None)
    assert due(both, Watched()) == at(120)


def test_one_stretch_counts_for_each_appointment_that_it_falls_into() -> None:
    two = dates((60, 120, 20), (60, 120, 40), (110, 130, 1))

    found = attended(two, *away(60, 115))

    assert [one.began_at for one in found] == [at(60), at(60)]


@pytest.mark.parametrize("stay_min", [0, 1, 60])
def test_who_is_elsewhere_all_the_time_misses_any_stay(stay_min: int) -> None:
    assert attended(dates((60, 120, stay_min)), *away(60, 120)) != []


def test_each_instant_counts() -> None:
    watched = Watched(away_from=at(60), away_by=(0.9, WHY))

    pass_time(HOUR_OF, watched, Seen(at=Micros(at(60) + 1)), (), at(61), bound_from=at(0))

    assert [one.length for one in watched.away] == [1]


def test_a_stay_of_no_length_is_kept_by_a_second() -> None:
    assert attended(dates((60, 120, 0)), *away(60, 120 - 1 / 60)) == []
    assert attended(dates((60, 120, 0)), *away(60, 120 - 1 / 61)) != []


def test_nothing_known_misses_nothing() -> None:
    assert attended(HOUR_OF, believed(200, Side.UNSURE, since=1)) == []


@pytest.mark.parametrize(
    ("free", "is_missed"),
    [(span(0, 60), True), (span(0, 60.1), False), (span(119, 130), False), (span(120, 130), True)],
)
def test_an_appointment_that_leave_touches_is_not_missed(free: Any, *, is_missed: bool) -> None:
    assert bool(attended(HOUR_OF, *away(60, 120), free=(free,))) == is_missed


@pytest.mark.parametrize(("bound_from", "is_missed"), [(60, True), (60.1, False)])
def test_an_appointment_that_began_before_it_was_recorded_is_not_missed(
    bound_from: float, *, is_missed: bool
) -> None:
    assert bool(attended(HOUR_OF, *away(60, 120), bound_from=bound_from)) == is_missed


def test_negative_control_silence_taken_for_elsewhere_misses_an_appointment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = [believed(61, since=60), elsewhere(119, since=60, before=61)]
    assert attended(HOUR_OF, *silent) == []

    monkeypatch.setattr(missed, "LONGEST_STEP", 600 * 60 * SECOND)

    assert attended(HOUR_OF, *silent) != []
