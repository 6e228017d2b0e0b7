"""Which signs does a device give that lies about its place, and which does an honest one not?"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace
from tests.unit.rules.tracks import circle, fix, kinds, rest, seen

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.rules.doubt import Sign, limits_of, look, new_state
from fairtag.rules.settings import DEFAULTS

KM = 1_000.0
# Claims of 8 m on both sides: so much of a jump may be error, at 95 % and more.
SLACK_M = 2 * (8 + 8)


def jump_to(east_m: float, *, after_min: float = 1.0, **more: object) -> list[Position]:
    """Rest for 20 min, be elsewhere after some, and rest there."""
    there = [fix(19 + after_min + n, east_m, n % 3, **more) for n in range(5)]
    return [*rest(0, 19, **more), fix(19, **more), *there]


# A jump


def test_a_jump_from_rest_to_rest_is_told_when_the_next_position_confirms_it() -> None:
    assert seen(jump_to(30 * KM)) == [(21, Sign.TELEPORT)]


@pytest.mark.parametrize(
    ("east_m", "after_min", "is_told"),
    [
        (7_190 + SLACK_M, 1.0, False),  # 119.8 m/s
        (7_210 + SLACK_M, 1.0, True),  # 120.2 m/s
        (1_990 + SLACK_M, 0.2, False),  # 166 m/s, and too near
        (2_010 + SLACK_M, 0.2, True),
        (110 * KM, 15.0, True),  # 122 m/s, within the time of a gap
        (111 * KM, 15.1, False),  # longer silent: it may have flown
        (300 * KM, 20.0, False),
        (500 * KM, 20.0, True),  # 417 m/s: nothing flies so
        (300.0, 1.0, False),  # a satellite position reflected by a wall
        (700.0, 5.0, False),  # a wrong position of a network
    ],
)
def test_a_jump_is_what_no_traveller_does(
    east_m: float, after_min: float, *, is_told: bool
) -> None:
    assert (kinds(jump_to(east_m, after_min=after_min)) == {Sign.TELEPORT}) == is_told


@pytest.mark.parametrize(
    ("accuracy_m", "slack_m"), [(None, 400.0), (0.0, 400.0), (0.5, 2.0), (1.0, 4.0), (50.0, 200.0)]
)
def test_errors_of_both_ends_are_taken_off_a_jump(accuracy_m: float | None, slack_m: float) -> None:
    """What claims no error, or none at all, may err by 100 m."""
    told = [
        kinds(jump_to(7_200 + slack_m + more, accuracy_m=accuracy_m)) == {Sign.TELEPORT}
        for more in (-10, 10)
    ]

    assert told == [False, True]


@pytest.mark.parametrize("step_s", [9.0, 10.0])
def test_positions_closer_than_a_step_are_one(step_s: float) -> None:
    jump = [*rest(0, 20), fix(19 + step_s / 60, 30 * KM), fix(19 + step_s / 30, 30 * KM)]

    assert (kinds(jump) == {Sign.TELEPORT}) == (step_s == 10.0)


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ({"source": Source.WIFI}, False),
        ({"source": Source.CELL}, False),
        ({"source": Source.RF}, False),
        ({"source": Source.FUSED, "accuracy_m": 30.0}, True),
        ({"source": Source.UNKNOWN, "accuracy_m": 30.0}, True),
        ({"source": Source.UNKNOWN, "accuracy_m": 31.0}, False),
        ({"source": Source.UNKNOWN, "accuracy_m": None}, False),
        ({"source": Source.GNSS, "accuracy_m": 100.0}, True),
        ({"source": Source.GNSS, "accuracy_m": 101.0}, False),
        ({"source": Source.GNSS, "accuracy_m": None}, True),
    ],
)
def test_only_precise_positions_jump(more: dict[str, object], *, is_told: bool) -> None:
    assert (kinds(jump_to(30 * KM, **more)) == {Sign.TELEPORT}) == is_told


@pytest.mark.parametrize("apart_min", [None, 30, 59, 60, 61, 120])
def test_a_lone_jump_there_and_back_is_an_error_and_a_second_within_the_hour_a_sign(
    apart_min: int | None,
) -> None:
    far = {60} if apart_min is None else {60, 60 + apart_min}
    track = [fix(n, 30 * KM if n in far else n % 5, 0) for n in range(200)]

    told = seen(track)

    is_sign = apart_min is not None and apart_min <= 60
    assert told == ([(61 + apart_min, Sign.TELEPORT)] if is_sign else [])


def test_an_old_place_with_a_new_time_is_no_start_of_a_jump() -> None:
    """Under the ground a phone tells its last place again; so does one that starts far away."""
    metro = [*rest(0, 5), *(fix(5 + n) for n in range(11)), fix(16, 8 * KM), fix(17, 8 * KM, 9)]
    start = [*rest(0, 5), fix(5), *(fix(300 + n) for n in range(3)), fix(303, 90 * KM)]
    start += rest(304, 310, 90 * KM, 0.0)

    assert kinds(metro) == set()
    assert kinds(start) == set()


@pytest.mark.parametrize(("silent_min", "is_told"), [(15, True), (16, False)])
def test_a_lone_error_after_a_silence_is_no_start_of_a_jump(
    silent_min: int, *, is_told: bool
) -> None:
    """Receivers that start may be wrong once; without a silence it took 11 min to go there."""
    back = 20 + silent_min
    track = [*rest(0, 20), fix(back - 1, 15 * KM), *rest(back, back + 9)]

    assert (kinds(track) == {Sign.TELEPORT}) == is_told


def test_a_program_that_holds_one_place_is_told_when_it_takes_over() -> None:
    assert seen([*rest(0, 20), *(fix(20 + n, 30 * KM) for n in range(5))]) == [(21, Sign.TELEPORT)]


def flight(every_min: float, phase_min: float) -> list[Position]:
    """Fly for an hour: 20 min at the gate, a roll to 80 m/s in 35 s, 250 m/s, and down again."""

    def speed_mps(minute: float) -> float:
        since = min(minute - 20, 80 - minute)
        if since < 0:
            return 0.0
        return min(80 * since / 0.58, 80 + 8 * (since - 0.58), 250.0)

    ticks = [n / 60 for n in range(100 * 60)]
    gone = [0.0]
    for minute in ticks:
        gone.append(gone[-1] + speed_mps(minute))
    minutes = [phase_min + n * every_min for n in range(int((99 - phase_min) / every_min))]
    return [fix(minute, gone[round(minute * 60)], minute % 3) for minute in minutes]


@pytest.mark.parametrize("every_min", [0.2, 1.0, 3.0, 5.0, 10.0, 14.0])
@pytest.mark.parametrize("phase", [0.0, 0.1, 0.25, 0.4, 0.5, 0.7, 0.9])
def test_an_airliner_is_no_jump(every_min: float, phase: float) -> None:
    assert kinds(flight(every_min, phase * every_min)) == set()


def test_a_flight_without_a_receiver_is_no_jump() -> None:
    assert kinds(jump_to(1_500 * KM, after_min=110)) == set()


def test_walking_over_the_antimeridian_is_no_jump() -> None:
    lon = [179.99 + n * 0.001 for n in range(20)]
    track = [replace(fix(n), lon=x if x < 180 else x - 360) for n, x in enumerate(lon)]

    assert {one.lon > 0 for one in track} == {True, False}
    assert kinds(track) == set()


# A circle


@pytest.mark.parametrize(
    ("radius_m", "turn", "jitter_s"),
    [
        (1.0, 0.9, 0.0),  # smaller than any receiver could tell
        (20.0, 1.5, 0.0),
        (100.0, 0.84, 0.5),
        (300.0, 0.3, 1.0),
        (300.0, -0.3, 1.0),  # the other way round
        (1_000.0, 0.1, 1.0),
        (4_900.0, 0.8, 0.0),
    ],
)
def test_a_program_that_walks_in_a_circle_is_told(
    radius_m: float, turn: float, jitter_s: float
) -> None:
    laps = math.ceil(2.5 * math.tau / abs(turn))
    track = circle(max(24, laps), radius_m=radius_m, turn=turn, jitter_s=jitter_s)

    assert kinds(track) == {Sign.CIRCLE}


@pytest.mark.parametrize(("every_min", "is_told"), [(15.0, True), (15.1, False)])
def test_a_circle_of_steps_that_are_as_long_as_a_gap_is_told(
    every_min: float, *, is_told: bool
) -> None:
    track = circle(40, turn=0.6 / every_min, every_min=every_min)

    assert (kinds(track) == {Sign.CIRCLE}) == is_told


def test_a_circle_is_told_from_twenty_like_turns_on_and_two_laps() -> None:
    quick = seen(circle(40, turn=0.9))
    slow = seen(circle(80, turn=0.25))

    assert quick[0] == (21, Sign.CIRCLE)  # 21 steps have 20 turns; sin 0.9 makes it 2.5 laps
    assert slow[0][0] == 1 + math.ceil(2 * math.tau / math.sin(0.25))


@pytest.mark.parametrize(("more", "begins_anew"), [(0.05, False), (0.07, True), (-0.07, True)])
def test_one_turn_that_strays_begins_a_circle_anew(more: float, *, begins_anew: bool) -> None:
    """Turns may stray by 0.06 from their mean; the thirtieth does by a little less or more."""
    east, north, heading, track = 0.0, 0.0, 0.0, [fix(0)]
    for n in range(1, 90):
        heading += 0.25 + (more if n == 31 else 0.0)
        east, north = east + 100 * math.cos(heading), north + 100 * math.sin(heading)
        track.append(fix(n, east, north))

    two_laps = 1 + math.ceil(2 * math.tau / math.sin(0.25))

    assert (seen(track)[0][0] > 30 + two_laps - 3) == begins_anew
    assert (seen(track)[0][0] <= two_laps) == (not begins_anew)


def test_the_way_to_a_circle_is_no_part_of_it() -> None:
    """One turn that is none of the circle's comes before it."""
    alone = circle(40, turn=0.9)
    before = fix(-1, 1_000, -500)

    assert seen([before, *alone])[0] == seen(alone)[0] == (21, Sign.CIRCLE)


def test_a_circle_wider_than_a_ring_road_is_none() -> None:
    assert kinds(circle(40, radius_m=5_100, turn=0.8)) == set()


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("radius_m", "turn", "every_min"),
    [
        (60.0, 1.4, 1.0),  # laps of a park at a walk
        (60.0, 1.4, 0.2),
        (37.0, 4.9, 1.0),  # a running track of 400 m has bends of 37 m; 3 m/s
        (37.0, 4.9, 0.2),
        (20.0, 18.0, 0.2),  # a roundabout, again and again, at 6 m/s
        (500.0, 0.5, 1.0),  # a ring path by bicycle at 4 m/s
    ],
)
def test_people_who_go_round_are_no_circle_because_receivers_are_noisy(
    seed: int, radius_m: float, turn: float, every_min: float
) -> None:
    track = circle(
        200, radius_m=radius_m, turn=turn, every_min=every_min, noise_m=3.0, jitter_s=1.0, seed=seed
    )

    assert kinds(track) == set()


def test_negative_control_a_wide_spread_takes_a_walk_round_a_park_for_a_circle() -> None:
    walk = circle(200, radius_m=60, turn=1.4, noise_m=3.0)

    assert kinds(walk) == set()
    assert kinds(walk, replace(DEFAULTS, doubt=replace(DEFAULTS.doubt, circle_spread=0.2))) == {
        Sign.CIRCLE
    }


@pytest.mark.parametrize("mps", [1.4, 13.4, 31.0, 85.0])
@pytest.mark.parametrize("every_min", [0.2, 1.0, 5.0])
def test_a_straight_way_at_one_speed_is_no_circle(mps: float, every_min: float) -> None:
    assert kinds(fix(n * every_min, n * every_min * 60 * mps) for n in range(300)) == set()


def test_a_long_bend_at_one_speed_is_no_circle() -> None:
    """A motorway bends for a quarter of a lap, and then it is over."""
    assert kinds(circle(60, radius_m=4_000, turn=0.025 * 12, every_min=1 / 12)[:6]) == set()
    assert kinds(circle(25, radius_m=4_000, turn=0.2)) == set()


def test_two_places_by_turns_are_no_circle() -> None:
    """Phones tell two remembered places of networks by turns."""
    assert kinds(fix(n, n % 2 * 150.0, source=Source.FUSED) for n in range(300)) == set()


# A speed that contradicts


def ride(mps: float, told_mps: float | None, minutes: int, **more: object) -> list[Position]:
    return [fix(n, n * 60 * mps, speed_mps=told_mps, **more) for n in range(minutes + 1)]


@pytest.mark.parametrize(
    ("mps", "told_mps", "minutes", "is_told"),
    [
        (6.0, 0.0, 10, True),
        (6.0, 0.0, 9, False),
        (6.0, 0.5, 10, True),
        (6.0, 0.6, 10, False),
        (6.0, None, 60, False),
        (5.0 + SLACK_M / 60 + 0.01, 0.0, 10, True),
        (5.0 + SLACK_M / 60 - 0.01, 0.0, 10, False),
        (1.4, 0.0, 60, False),  # a walk
        (13.4, 13.4, 60, False),
    ],
)
def test_who_says_that_he_stands_does_not_go_for_ten_minutes(
    mps: float, told_mps: float | None, minutes: int, *, is_told: bool
) -> None:
    assert (kinds(ride(mps, told_mps, minutes)) == {Sign.SPEED}) == is_told


def test_a_bus_whose_phone_tells_no_speed_for_100_s_is_no_sign() -> None:
    assert kinds(fix(n / 6, n * 120.0, speed_mps=0.0) for n in range(11)) == set()


def test_nine_positions_are_too_few_for_a_contradiction() -> None:
    def track(fixes: int) -> list[Position]:
        return [fix(2 * n, n * 1_200.0, speed_mps=0.0) for n in range(fixes + 1)]

    assert (kinds(track(9)), kinds(track(10))) == (set(), {Sign.SPEED})


@pytest.mark.parametrize(("every_min", "is_told"), [(15.0, True), (15.1, False)])
def test_steps_as_long_as_a_gap_contradict_and_longer_ones_do_not(
    every_min: float, *, is_told: bool
) -> None:
    track = [fix(n * every_min, n * every_min * 360, speed_mps=0.0) for n in range(12)]

    assert (kinds(track) == {Sign.SPEED}) == is_told


def test_who_stood_before_says_so_from_where_the_way_began() -> None:
    track = [*rest(-10, 0, speed_mps=0.0), *ride(6.0, 0.0, 12)]

    assert seen(track)[0] == (10, Sign.SPEED)


def test_reflections_to_and_fro_are_no_way() -> None:
    assert kinds(fix(n, n % 2 * 400.0, speed_mps=0.0) for n in range(60)) == set()


def test_a_silence_begins_a_contradiction_anew() -> None:
    before = ride(6.0, 0.0, 8)
    after = [fix(24 + n, (24 + n) * 360.0, speed_mps=0.0) for n in range(9)]

    assert kinds(before + after) == set()


@pytest.mark.parametrize(
    ("told_mps", "east_m", "minutes", "is_told"),
    [
        (10.0, 24.0, 11, True),  # the first position ends no step
        (10.0, 24.0, 10, False),
        (9.9, 24.0, 60, False),
        (10.0, 26.0, 60, False),  # round a block
        (None, 0.0, 60, False),
        (20.0, 0.0, 11, True),  # to the last digit
    ],
)
def test_who_says_that_he_moves_does_not_stay_for_ten_minutes(
    told_mps: float | None, east_m: float, minutes: int, *, is_told: bool
) -> None:
    track = [fix(n, n % 2 * east_m, speed_mps=told_mps) for n in range(minutes + 1)]

    assert (kinds(track) == {Sign.SPEED}) == is_told


@pytest.mark.parametrize(("every_min", "is_told"), [(15.0, True), (15.1, False)])
def test_who_stays_is_told_at_steps_as_long_as_a_gap(every_min: float, *, is_told: bool) -> None:
    track = [fix(n * every_min, n % 2, speed_mps=20.0) for n in range(12)]

    assert (kinds(track) == {Sign.SPEED}) == is_told


def test_nine_positions_are_too_few_for_one_who_stays() -> None:
    def track(fixes: int) -> list[Position]:
        return [fix(2 * n, n % 2, speed_mps=20.0) for n in range(fixes + 1)]

    assert (kinds(track(9)), kinds(track(10))) == (set(), {Sign.SPEED})


def test_who_says_in_between_that_he_stands_begins_anew() -> None:
    track = [fix(n, speed_mps=0.0 if n == 10 else 20.0, accuracy_m=8.0 + n % 2) for n in range(30)]

    assert [minute for minute, _ in seen(track)] == list(range(21, 30))


def test_who_says_that_he_moves_is_told_until_he_does() -> None:
    track = [fix(n, speed_mps=20.0, accuracy_m=8.0 + n % 2) for n in range(40)]

    assert [minute for minute, _ in seen(track)] == list(range(11, 40))


# A receiver that repeats itself


def still(fixes: int, every_min: float = 1.0, **more: object) -> list[Position]:
    return [fix(n * every_min, 3.3, 7.7, **more) for n in range(fixes)]


@pytest.mark.parametrize(
    ("track", "first"),
    [
        (still(61), 60),
        (still(60), None),
        (still(19, 4), None),  # 72 min
        (still(20, 4), 76),
        (still(600, source=Source.WIFI), None),  # phones do so for hours
        (still(600, source=Source.UNKNOWN), None),
        (still(600, source=Source.FUSED), None),
        (still(600, accuracy_m=None), None),  # a receiver that holds its place at rest
        ([replace(one, accuracy_m=8.0 + n % 2) for n, one in enumerate(still(600))], None),
        ([replace(one, lat=53.48081, lon=-2.24261) for one in still(600)], None),  # rounds to 1 m
        # The binary numbers of these degrees lie next to whole metres, on either side of them.
        ([replace(one, lat=53.48081, lon=-2.24225) for one in still(600)], None),
        ([replace(one, lat=53.480812, lon=-2.24261) for one in still(61)], 60),
        ([replace(one, lat=53.48081, lon=-2.242612) for one in still(61)], 60),
    ],
)
def test_a_satellite_receiver_never_repeats_itself_for_an_hour(
    track: list[Position], first: float | None
) -> None:
    told = seen(track)

    assert told[:1] == ([] if first is None else [(first, Sign.FROZEN)])


def test_copies_of_one_position_are_one() -> None:
    begin, end = still(2, 70)

    assert kinds([*[begin] * 30, *[end] * 30]) == set()
    assert kinds([*still(59), end]) == {Sign.FROZEN}


def test_a_frozen_receiver_is_told_until_it_moves() -> None:
    told = seen([*still(120), fix(120, 30), *[fix(121 + n, 30) for n in range(30)]])

    assert told == [(minute, Sign.FROZEN) for minute in range(60, 120)]


# A leap


def leap(
    east_m: float = 300.0,
    *,
    after_s: float = 60.0,
    holds: int = 10,
    rests: int = 20,
    **more: object,
) -> list[Position]:
    """Hold one place, and then another at once."""
    network = {"source": Source.UNKNOWN, "accuracy_m": 15.0, "speed_mps": 0.0} | more
    here = [fix(n, **network) for n in range(rests)]
    there = [fix(rests - 1 + after_s / 60 + n, east_m, **network) for n in range(holds + 1)]
    return here + there


@pytest.mark.parametrize(
    ("track", "is_told"),
    [
        (leap(), True),
        (leap(source=Source.WIFI), True),
        (leap(speed_mps=None), True),
        (leap(holds=9), False),
        (leap(rests=9), False),
        (leap(rests=10), True),  # 10 min from the first position to the leap
        (leap(199.0), False),
        (leap(201.0), True),
        (leap(299.0, after_s=100), False),  # a walk
        (leap(301.0, after_s=100), True),
        (leap(3_000.0, after_s=120), True),
        (leap(3_000.0, after_s=121), False),  # asleep: it may have been driven
        (leap(speed_mps=0.5), True),
        (leap(speed_mps=0.6), False),
        (leap(accuracy_m=50.0), True),
        (leap(accuracy_m=51.0), False),
        (leap(accuracy_m=None), False),
        (leap(source=Source.CELL), False),
        (leap(source=Source.RF), False),
    ],
)
def test_a_place_far_away_has_a_way_to_it(track: list[Position], *, is_told: bool) -> None:
    assert (kinds(track) == {Sign.LEAP}) == is_told


def test_a_leap_to_a_place_that_lives_is_none() -> None:
    track = leap(holds=40)
    alive = [*track[:25], replace(track[25], lat=track[25].lat + 1e-6), *track[26:]]

    assert (kinds(track), kinds(alive)) == ({Sign.LEAP}, set())


def test_a_wearer_who_drives_home_and_lies_still_makes_no_leap() -> None:
    network = {"source": Source.FUSED, "accuracy_m": 15.0, "speed_mps": 0.0}
    away = [fix(n, **network) for n in range(20)]
    drive = [fix(20 + n, 500.0 * (n + 1), **network | {"speed_mps": 8.0}) for n in range(4)]
    home = [fix(24 + n, 2_400.0, **network) for n in range(60)]

    assert kinds(away + drive + home) == set()


# A program


def test_what_the_device_says_of_a_program_is_told_first() -> None:
    jump = [*rest(0, 20), *(fix(20 + n, 30 * KM, is_mock=True) for n in range(3))]

    assert seen(jump) == [(20, Sign.MOCK), (21, Sign.MOCK), (22, Sign.MOCK)]
    assert kinds([fix(0, is_mock=False), fix(1, is_mock=None)]) == set()


def test_looking_at_twice_as_many_rows_is_twice_the_work() -> None:
    """Machine code is made when that pays, which a whole number of steps a row tells."""
    rows = look.rows_of(positions_of(rest(0, 9)))

    def work(first: int, end: int) -> int:
        told = np.zeros(1, np.int64)
        return look._look._work(new_state(), limits_of(DEFAULTS), rows, first, end, told)

    assert work(3, 9) == 2 * work(0, 3) > 0


# Honest devices


def test_a_receiver_at_rest_gives_no_sign_for_a_week() -> None:
    assert kinds(rest(0, 7 * 24 * 60, speed_mps=0.0)) == set()


def test_every_cause_is_a_word() -> None:
    assert [one.cause for one in Sign] == ["mock", "teleport", "circle", "speed", "frozen", "leap"]
    assert all(one < other for one, other in pairwise(Sign))
