"""How a device moves: what is a movement, a step, a jump, a tracked way, and no observation."""

from __future__ import annotations

from itertools import pairwise
from math import nan

import numpy as np
import pytest
from tests.unit.rules.ways import EAST_M, NUMBERS, Fix, at, one

from fairtag.rules.places import way as by_way
from fairtag.rules.places.way import (
    IS_BETTER,
    IS_REPEATED,
    JUMPED_AT,
    NEVER,
    TRACKED,
    go,
    new_way,
)
from fairtag.terms.flat import turn_deg


def gone(*fixes: Fix, way: np.ndarray | None = None) -> tuple[list[float], np.ndarray]:
    """Let a way be gone; tells what each position moved, and what is remembered."""
    found = new_way() if way is None else way
    return [go(*one(fix), found, NUMBERS) for fix in fixes], found


def test_what_is_remembered_keeps_its_place_for_it_is_stored() -> None:
    places = "LAST_AT LAST_LON LAST_LAT LAST_WIDTH SAME_SINCE IS_REPEATED IS_BETTER STEP_AT"
    places += " STEP_LON STEP_LAT STEP_SPEED MOVED_AT STEP_EAST STEP_NORTH STEP_LENGTH TRACKED"
    places += " JUMPED_AT SIZE"
    assert [getattr(by_way, name) for name in places.split()] == list(range(18))
    assert NEVER == -1
    assert np.flatnonzero(new_way()).tolist() == [0, 7, 11, 16]
    assert set(new_way()[[0, 7, 11, 16]]) == {NEVER}
    assert new_way().tobytes() == new_way().tobytes()


def test_machine_code_knows_all_that_a_step_calls() -> None:
    own = {name for name, each in vars(by_way).items() if getattr(each, "__module__", "") in _OWN}
    assert {each.__name__ for each in by_way.CALLS} == own - {"new_way"}


_OWN = (by_way.__name__, "fairtag.terms.flat")


# What is no observation


def test_the_wider_of_two_positions_in_a_second_is_none_and_leaves_no_trace() -> None:
    _, before = gone(Fix(0))
    for width_m, seconds, is_taken in [
        (9.9, 0.5, True),
        (10.0, 0.5, False),
        (10.1, 0.999999, False),
        (10.1, 1.0, True),
    ]:
        moved, way = gone(Fix(seconds, width_m=width_m, east_m=3), way=before.copy())
        assert (moved == [0.0]) == is_taken, (width_m, seconds)
        assert (moved == [-1.0]) != is_taken
        assert np.array_equal(way, before) != is_taken


def test_the_better_of_two_positions_in_a_second_is_known_as_such() -> None:
    _, way = gone(Fix(0), Fix(0.5, width_m=5, east_m=1))
    assert way[IS_BETTER] == 1.0
    assert way[by_way.LAST_WIDTH] == 5
    _, way = gone(Fix(1.5, width_m=7, east_m=2), way=way)
    assert way[IS_BETTER] == 0.0


def test_a_first_position_is_neither_a_twin_nor_the_same() -> None:
    _, fix = one(Fix(0, is_satellite=False, speed_mps=2.0))
    way = new_way()
    # as near to 'never' as an instant can be, at the coordinates 0, 0
    assert go(0, fix, way, NUMBERS) == 0.0
    assert (way[IS_BETTER], way[IS_REPEATED], way[by_way.SAME_SINCE]) == (0.0, 0.0, 0.0)
    assert way[by_way.LAST_AT] == 0


def test_network_coordinates_that_come_again_are_repeated_and_satellites_never() -> None:
    for is_satellite, east_m, north_m, expected in [
        (False, 5, 7, 1.0),
        (True, 5, 7, 0.0),
        (False, 6, 7, 0.0),
        (False, 5, 8, 0.0),
    ]:
        last = Fix(60, east_m=east_m, north_m=north_m, is_satellite=is_satellite)
        _, way = gone(Fix(0, east_m=5, north_m=7), last)
        assert way[IS_REPEATED] == expected


@pytest.mark.parametrize(
    ("seconds", "mps", "is_taken"),
    [
        (599, 0.5, True),
        (600, 0.5, False),
        (600, 0.49, True),
        (600, nan, True),
        (700, 9.0, False),
    ],
)
def test_a_moving_device_that_gives_one_place_for_long_tells_an_old_one(
    seconds: float, mps: float, *, is_taken: bool
) -> None:
    first, middle = Fix(0, east_m=5), Fix(300, east_m=5, speed_mps=9.0)
    moved, way = gone(first, middle, Fix(seconds, east_m=5, speed_mps=mps))
    assert moved[:2] == [0.0, 0.0]
    assert (moved[2] == -1.0) != is_taken
    assert way[by_way.LAST_AT] == (at(seconds) if is_taken else at(300))
    assert way[by_way.SAME_SINCE] == at(0)


def test_negative_control_a_device_that_is_elsewhere_now_tells_a_new_place() -> None:
    moved, way = gone(Fix(0, east_m=5), Fix(700, east_m=6, speed_mps=9.0))
    assert moved[1] != -1.0
    assert way[by_way.SAME_SINCE] == at(700)


# Movements


@pytest.mark.parametrize(
    ("seconds", "east_m", "north_m", "before_mps", "mps", "expected"),
    [
        (20, 300, 400, 2.0, 4.0, 60.0),  # the mean of both speeds, for 20 s
        (20, 3, 4, 2.0, 4.0, 5.0),  # no longer than the step is
        (60, 300, 400, 2.0, 4.0, 120.0),  # a speed counts for 40 s
        (20, 300, 400, nan, 4.0, 0.0),  # one speed alone may be an error
        (20, 300, 400, 2.0, nan, 0.0),
        (20, 300, 400, 2.0, 0.5, 25.0),  # 0.5 m/s is on the move here
        (10, 300, 400, 2.0, 4.0, 30.0),
        (9.9, 300, 400, 2.0, 4.0, 0.0),  # too soon for a step
    ],
)
def test_a_movement_is_what_the_speed_explains(
    seconds: float, east_m: float, north_m: float, before_mps: float, mps: float, expected: float
) -> None:
    first = Fix(0, east_m=1024, north_m=-512, speed_mps=before_mps)
    second = Fix(seconds, east_m=1024 + east_m, north_m=-512 - north_m, speed_mps=mps)
    moved, way = gone(first, second)
    assert moved == [0.0, expected]
    if seconds >= 10:
        assert way[by_way.STEP_AT] == at(seconds)
        assert (way[by_way.STEP_EAST], way[by_way.STEP_NORTH]) == (east_m, -north_m)
        assert way[by_way.STEP_LENGTH] == (east_m**2 + north_m**2) ** 0.5
        assert way[by_way.MOVED_AT] == at(seconds)
        assert way[by_way.STEP_SPEED] == (0.0 if mps != mps else mps)  # noqa: PLR0124
    else:
        assert way[by_way.STEP_AT] == at(0)
        assert way[by_way.MOVED_AT] == NEVER


def test_a_step_of_nothing_leaves_the_last_movement_as_it_was() -> None:
    _, way = gone(Fix(0), Fix(20, east_m=30), Fix(40, east_m=30), Fix(60, east_m=30))
    assert (way[by_way.MOVED_AT], way[by_way.STEP_EAST]) == (at(20), 30)
    assert way[by_way.STEP_AT] == at(60)
    _, way = gone(Fix(0), Fix(20, east_m=30), Fix(40, east_m=31))
    assert (way[by_way.MOVED_AT], way[by_way.STEP_EAST]) == (at(40), 1)  # however short


def test_the_antimeridian_is_crossed_the_short_way() -> None:
    half = 180 * EAST_M
    for here, there, east in [(half - 30, 40 - half, 70), (40 - half, half - 30, -70)]:
        _, way = gone(Fix(0, east_m=here), Fix(20, east_m=there))
        assert way[by_way.STEP_EAST] == east
    assert 180.0 + turn_deg(180.0) == 180.0
    assert -180.0 + turn_deg(-180.0) == -180.0
    assert 180.5 + turn_deg(180.5) == -179.5
    assert -180.5 + turn_deg(-180.5) == 179.5
    assert 90.0 + turn_deg(90.0) == 90.0


Steps = list[tuple[float, float, float]]  # seconds since the last, metres east and north


def second_step(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """Tell what the second of two steps moves, of a network that tells no speed."""
    return moves([first, second])[-1]


def moves(steps: Steps, **more: object) -> list[float]:
    told, fixes = np.cumsum([(0.0, 0.0, 0.0), *steps], axis=0), []
    for s, east, north in told.tolist():
        fixes.append(Fix(s, east_m=east, north_m=north, **{"is_satellite": False} | more))  # type: ignore[arg-type]
    return gone(*fixes)[0][1:]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((60, 0, 40), (60, 0, 50), 50.0),  # two long steps that go on
        ((60, 0, 17), (60, 0, 17), 17.0),
        ((60, 0, 16), (60, 0, 17), 0.0),  # one that isn't long
        ((60, 0, 17), (60, 0, 16), 0.0),
        ((60, 40, 0), (60, 0, 50), 0.0),  # round a corner
        ((60, 0, 40), (60, 0, -50), 0.0),  # back
        ((60, 40, 0), (60, 30, 40), 50.0),  # east by 0.6 of the step
        ((60, 40, 0), (60, 20, 30), 36.05551275463989),  # by 0.55
        ((60, 40, 0), (60, 20, 36), 0.0),  # by 0.49
        ((60, 0, 40), (60, 40, 30), 50.0),  # north by 0.6
        ((60, -40, -40), (60, -40, -40), 3200**0.5),
        ((60, 40, 0), (200, 50, 0), 50.0),
        ((60, 40, 0), (200.1, 50, 0), 0.0),  # a step that lasts too long
        ((60, 40, 0), (60, 3839, 0), 3839.0),
        ((60, 40, 0), (60, 3840, 0), 0.0),  # faster than 64 m/s
    ],
)
def test_without_a_speed_a_movement_is_two_long_steps_in_one_direction(
    first: tuple[float, float, float], second: tuple[float, float, float], expected: float
) -> None:
    assert moves([first, second]) == [0.0, expected]


def test_exactly_half_along_is_no_direction() -> None:
    assert second_step((60, 0, 40), (60, 0, 50)) == 50.0
    position, way = one(Fix(60, is_satellite=False)), new_way()
    way[[by_way.MOVED_AT, by_way.STEP_EAST, by_way.STEP_LENGTH]] = at(0), 32.0, 32.0
    for along, expected in [(32.0, 0.0), (33.0, 64.0)]:
        told = by_way._moved(*position, way, along, 55.0, 64.0, 60.0, 0.0, NUMBERS)
        assert told == expected


def test_a_movement_goes_on_for_so_long_after_the_last_one() -> None:
    for rest_s, expected in [(140, 50.0), (141, 0.0)]:
        assert moves([(60, 40, 0), (rest_s, 0, 0), (60, 50, 0)])[-1] == expected


def test_a_satellite_that_tells_a_speed_needs_no_second_witness_and_has_none() -> None:
    steps: Steps = [(60, 40, 0), (60, 50, 0)]
    assert moves(steps, is_satellite=True, speed_mps=0.0) == [0.0, 0.0]
    assert moves(steps, is_satellite=True) == [0.0, 50.0]
    assert moves(steps, speed_mps=0.0) == [0.0, 50.0]
    # Slower than what counts as moving is the error of a speed, however often it is told.
    assert moves(steps, speed_mps=0.49)[0] == 0.0
    assert moves(steps, speed_mps=0.5)[0] == pytest.approx(20.0)


# Jumps


@pytest.mark.parametrize(
    ("seconds", "metres", "is_jump"),
    [
        (10, 2048, False),  # not far
        (10, 2049, True),
        (20, 2560, False),  # exactly as fast as the fastest
        (20, 2561, True),
        (100, 12_000, False),
    ],
)
def test_a_jump_is_far_and_faster_than_anybody(
    seconds: float, metres: float, *, is_jump: bool
) -> None:
    _, way = gone(Fix(0), Fix(seconds, north_m=metres))
    assert way[JUMPED_AT] == (at(seconds) if is_jump else NEVER)


# Tracked ways


@pytest.mark.parametrize(
    ("metres", "seconds", "before_mps", "mps", "expected"),
    [
        (60, 20, 2.0, 1.0, 1.0),
        (84, 20, 2.0, 1.0, 1.0),  # 24 m and 1.5 times 2 m/s for 20 s
        (85, 20, 2.0, 1.0, 0.0),
        (84, 20, 1.0, 2.0, 1.0),  # the faster of both speeds
        (60, 20, 2.0, 0.0, 0.0),  # one of them alone may be an error
        (60, 20, 0.0, 2.0, 0.0),
        (16, 20, 0.5, 0.5, 1.0),
        (15, 20, 0.5, 0.5, 0.0),  # too short to tell
        (16, 20, 0.5, 0.49, 0.0),  # too slow to tell
        (16, 20, nan, nan, 0.0),
        (100, 400, 2.0, 2.0, 1.0),
        (100, 401, 2.0, 2.0, 0.0),  # nobody knows the way of so long
    ],
)
def test_a_step_is_tracked_that_the_speed_explains(
    metres: float, seconds: float, before_mps: float, mps: float, expected: float
) -> None:
    _, way = gone(Fix(0, speed_mps=before_mps), Fix(seconds, north_m=metres, speed_mps=mps))
    assert way[TRACKED] == expected


def test_a_way_must_be_tracked_on_end_and_may_rest_then() -> None:
    """Errors of a speed, hours apart, never make a tracked way."""
    step = [Fix(0, speed_mps=2.0), Fix(20, east_m=40, speed_mps=2.0)]
    rest = Fix(40, east_m=41, speed_mps=0.0)
    _, way = gone(*step, rest)
    assert way[TRACKED] == 0.0
    fixes = [*step, Fix(40, east_m=80, speed_mps=2.0), Fix(60, east_m=81, speed_mps=0.0)]
    _, tracked = gone(*fixes)
    assert tracked[TRACKED] == 2.0


def test_tracked_steps_are_counted_on_end() -> None:
    fixes = [Fix(20 * n, east_m=40 * n, speed_mps=2.0) for n in range(5)]
    _, way = gone(*fixes)
    assert way[TRACKED] == 4.0
    _, still = gone(Fix(100, east_m=161, speed_mps=2.0), way=way.copy())
    assert still[TRACKED] == 4.0  # a short step neither counts nor ends it
    _, odd = gone(Fix(100, east_m=900, speed_mps=2.0), way=way.copy())
    assert odd[TRACKED] == 0.0
    assert all(before.s < after.s for before, after in pairwise(fixes))
