"""How positions add up to a belief about an edge, and when the walk stops for the rules."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rules.ways import (
    NUMBERS,
    TABLE,
    Fix,
    Walked,
    at,
    numbers,
    one,
    rows_of,
    stay,
    walked,
)

from fairtag.rules.places import walk as w
from fairtag.rules.places import way as by_way
from fairtag.rules.places.numbers import numbers_of
from fairtag.rules.places.walk import AGAINST, KEPT, LOOK_AGAINST, LOOK_KEPT, LOOK_TURNS, UNSURE
from fairtag.rules.places.way import NEVER, new_way
from fairtag.rules.settings import DEFAULTS, NAT, table
from fairtag.terms.instants import SECOND


def edges_of(**places: int) -> np.ndarray:
    """Give what is remembered about one edge, some of it told by name."""
    found = w.new_state(1).edges
    for name, value in places.items():
        found[0, getattr(w, name)] = value
    return found


def way_of(**places: float) -> np.ndarray:
    found = new_way()
    for name, value in places.items():
        found[getattr(by_way, name)] = value
    return found


def test_what_is_remembered_keeps_its_place_for_it_is_stored() -> None:
    places = "ODDS SIDE SIDE_BEFORE AT BEFORE RUN_SIGN RUN_FROM RUN_DISTINCT KEPT_AT KEPT_BEFORE"
    places += " NAMED NAMED_AT"
    assert [getattr(w, name) for name in places.split()] == list(range(12))
    assert (w.NAMED_SEQ, w.WIDTH, w.MOST_EVIDENCE) == (19, 27, 8)
    assert (KEPT, UNSURE, AGAINST) == (-1, 0, 1)
    assert (LOOK_AGAINST, LOOK_KEPT, LOOK_TURNS) == (1, 2, 4)


def test_of_new_edges_nothing_is_known() -> None:
    state = w.new_state(3)
    assert (state.edges.shape, state.moved_m.tolist()) == ((3, 27), [0.0, 0.0, 0.0])
    for row in state.edges.tolist():
        never = [n for n, value in enumerate(row) if value == NEVER]
        assert never == [w.AT, w.BEFORE, w.RUN_FROM, w.KEPT_AT, w.KEPT_BEFORE]
        assert set(row) == {0, NEVER}
    assert state.way.tolist() == new_way().tolist()


def test_machine_code_knows_all_that_the_walk_calls() -> None:
    own = {name for name, each in vars(w).items() if getattr(each, "__module__", "") == w.__name__}
    called = {each.__name__ for each in w.walk._calls}
    assert called == own - {"State", "new_state", "walk", "_work"} | {"fill"} | {
        each.__name__ for each in by_way.CALLS
    }


def test_work_is_told_by_rows_and_edges() -> None:
    more = (w.new_state(2), NUMBERS, TABLE, np.zeros(2, np.int64), np.zeros(2, np.int8))
    told = w._work(rows_of(Fix(0)), 3, 10, *more, np.zeros(2, np.int8))
    assert told == 7 * 3 * w._STEPS_AN_EDGE
    assert w.walk._work is w._work


# What a position says by itself

AGO_299, AGO_300 = at(100) - 299 * SECOND, at(100) - 300 * SECOND


@pytest.mark.parametrize(
    ("away_m", "fix", "way", "is_moving", "expected"),
    [
        (30, {}, {}, False, 3.0),  # three widths
        (30.6, {}, {}, False, 3.0),  # whole cells
        (30.7, {}, {}, False, 3.0625),
        (100, {}, {}, False, 5.0),  # no more than that
        (100, {"is_satellite": False}, {}, False, 5.0),
        (50, {"speed_mps": 0.0}, {}, False, 3.0),  # stands still, and isn't far
        (20, {"speed_mps": 0.0}, {}, False, 2.0),
        (79, {"speed_mps": 0.0}, {}, False, 3.0),
        (80, {"speed_mps": 0.0}, {}, False, 5.0),  # far
        (80, {"speed_mps": 0.0, "is_satellite": False}, {}, False, 2.0),
        (100, {}, {}, True, 6.0),
        (100, {"speed_mps": 0.0, "is_satellite": False}, {}, True, 6.0),
        (100, {}, {"JUMPED_AT": AGO_299}, False, 2.0),
        (100, {}, {"JUMPED_AT": AGO_299}, True, 2.0),  # after a jump nothing explains it
        (100, {}, {"JUMPED_AT": AGO_300}, False, 5.0),
        (100, {}, {"JUMPED_AT": AGO_300}, True, 6.0),
        (24, {}, {"TRACKED": 2}, True, 3.0),  # of a tracked way, right to 8 m
        (24, {"width_m": 4.0}, {"TRACKED": 2}, True, 6.0),
        (24, {}, {"TRACKED": 1}, True, 2.375),
        (0, {}, {}, False, 0.0),
        (0, {}, {"TRACKED": 2}, True, 0.0),
        (-30, {}, {}, False, -3.0),
        (-30, {"speed_mps": 0.0, "is_satellite": False}, {}, False, -3.0),
        (-100, {}, {}, False, -5.0),
        (-100, {}, {}, True, -5.0),
        (-100, {}, {"TRACKED": 1}, True, -5.0),
        (-100, {}, {"TRACKED": 2}, True, -6.0),
        (-100, {}, {"JUMPED_AT": AGO_299}, False, -5.0),
        (-24, {}, {"TRACKED": 2}, True, -3.0),
        (-0.1, {}, {}, False, 0.0),
    ],
)
def test_a_position_says_its_distance_up_to_what_it_may_say(
    away_m: float,
    fix: dict[str, float],
    way: dict[str, float],
    *,
    is_moving: bool,
    expected: float,
) -> None:
    position = one(Fix(100, **fix))  # type: ignore[arg-type]
    said = w._said(*position, away_m, is_moving, way_of(**way), NUMBERS, TABLE)
    assert said == expected * NAT
    assert type(said) is int


def test_beyond_the_table_a_position_says_what_stands_at_its_end() -> None:
    for away_m, said in [(19.9, 31 * 64), (1e9, 31 * 64), (18.8, 30 * 64), (-1e9, -31 * 64)]:
        told = w._said(*one(Fix(0)), away_m, False, new_way(), NUMBERS, TABLE[:32])  # noqa: FBT003
        assert told == said


def test_on_the_edge_a_position_speaks_for_the_wearer() -> None:
    ready = TABLE + 5  # as the published table does, it says something at once
    for away_m, said in [(0.0, -5), (0.1, 5), (-0.1, -5)]:
        told = w._said(*one(Fix(0)), away_m, False, new_way(), NUMBERS, ready)  # noqa: FBT003
        assert told == said


# How much of it is news


@pytest.mark.parametrize(
    ("edge", "fix", "way", "is_moving", "expected"),
    [
        ({}, {}, {}, False, 1024),  # the first
        ({}, {}, {}, True, 1024),
        ({}, {"is_satellite": False}, {"IS_REPEATED": 1.0}, False, 256),
        ({"AT": at(36)}, {}, {}, False, 1024),
        ({"AT": at(37)}, {}, {}, False, 1008),
        ({"AT": at(68)}, {}, {}, False, 512),
        ({"AT": at(68)}, {}, {}, True, 1024),  # errors change faster on the way
        ({"AT": at(84)}, {}, {}, True, 512),
        ({"AT": at(84)}, {"speed_mps": 0.5}, {}, False, 512),
        ({"AT": at(84)}, {"speed_mps": 0.49}, {}, False, 256),
        ({"AT": at(84), "BEFORE": at(68)}, {}, {"IS_BETTER": 1.0}, False, 512),
        ({"AT": at(84), "BEFORE": at(68)}, {}, {}, False, 256),
        ({"AT": at(84)}, {}, {"IS_BETTER": 1.0}, False, 1024),
        ({"AT": at(68)}, {}, {"IS_REPEATED": 1.0}, False, 128),
        ({"AT": at(68)}, {}, {"IS_REPEATED": 1.0}, True, 128),  # a copy of old errors
        ({"AT": at(68)}, {"speed_mps": 2.0}, {"IS_REPEATED": 1.0}, False, 128),
        ({"AT": at(0)}, {}, {"IS_REPEATED": 1.0}, False, 256),
    ],
)
def test_errors_of_one_minute_are_one_error(
    edge: dict[str, int],
    fix: dict[str, float],
    way: dict[str, float],
    *,
    is_moving: bool,
    expected: int,
) -> None:
    position = one(Fix(100, **fix))  # type: ignore[arg-type]
    told = w._news(*position, -30.0, 0, edges_of(**edge), is_moving, way_of(**way), NUMBERS)
    assert told == expected
    assert type(told) is int


@pytest.mark.parametrize(
    ("away_m", "seconds", "fix", "way", "is_moving", "expected"),
    [
        (79.9, 64, {}, {}, False, 512),  # nearer than eight widths: 128 s
        (79.9, 127, {}, {}, False, 1016),
        (79.9, 128, {}, {}, False, 1024),
        (80.0, 64, {}, {}, False, 1024),  # far
        (80.0, 63, {}, {}, False, 1008),
        (80.0, 64, {"width_m": 10.1}, {}, False, 512),  # by its own width
        (0.1, 64, {}, {}, False, 512),
        (0.0, 64, {}, {}, False, 1024),  # on the wearer's side, which the edge is, too
        (-0.1, 64, {}, {}, False, 1024),
        (30.0, 32, {}, {}, True, 1024),  # on the way near and far are the same
        (30.0, 31, {}, {}, True, 992),
        (30.0, 32, {"speed_mps": 0.5}, {}, False, 1024),
        (30.0, 32, {"speed_mps": 0.49}, {}, False, 256),
        (30.0, 64, {}, {"IS_REPEATED": 1.0}, False, 128),
        (30.0, 64, {}, {"IS_REPEATED": 1.0}, True, 128),
        (90.0, 64, {}, {"IS_REPEATED": 1.0}, False, 256),
    ],
)
def test_errors_last_longer_near_an_edge_and_against_the_wearer(
    away_m: float,
    seconds: float,
    fix: dict[str, float],
    way: dict[str, float],
    *,
    is_moving: bool,
    expected: int,
) -> None:
    position, edges = one(Fix(seconds, **fix)), edges_of(AT=at(0))  # type: ignore[arg-type]
    told = w._news(*position, away_m, 0, edges, is_moving, way_of(**way), NUMBERS)
    assert told == expected


def test_a_first_position_is_all_news_however_long_a_memory_is() -> None:
    position = one(Fix(100))
    for is_moving, away_m in [(False, -30.0), (False, 30.0), (True, 30.0)]:
        for memory in (0, 10):
            own = numbers(memory=memory, moving_memory=memory, near_memory=memory)
            assert w._news(*position, away_m, 0, edges_of(), is_moving, new_way(), own) == NAT


# How belief moves


@pytest.mark.parametrize(
    ("odds", "by", "expected"),
    [
        (100, 40, 60),
        (100, 140, 0),
        (-100, 40, -60),
        (-100, 140, 0),
        (0, 40, 0),
        (1, 1, 0),
        (1, 0, 1),
    ],
)
def test_what_is_forgotten_ends_at_nothing(odds: int, by: int, expected: int) -> None:
    assert w._faded(odds, by) == expected


@pytest.mark.parametrize(
    ("odds", "by", "times", "expected"),
    [
        (1000, 100, 2, 800),
        (200, 100, 2, 0),
        (199, 100, 2, -1),  # half of the way is left when nothing is reached
        (100, 100, 2, -50),
        (1, 100, 2, -100),
        (0, 100, 2, -100),
        (-50, 100, 2, -150),
        (1000, 100, 3, 700),
        (31, 100, 3, -90),
    ],
)
def test_a_belief_that_accuses_is_lowered_faster(
    odds: int, by: int, times: int, expected: int
) -> None:
    assert w._lowered(odds, by, times) == expected


def odds_of(*fixes: Fix) -> list[int]:
    """Tell the odds after each position."""
    found = Walked(w.new_state(1))
    rows, told = rows_of(*fixes), []
    late, none = np.array([at(10**9)]), np.zeros(1, np.int8)
    for r in range(len(fixes)):
        w.walk(rows, r, r + 1, found.state, found.numbers, TABLE, late, none, none.copy())
        told.append(found.odds)
    return told


def test_agreeing_positions_go_towards_a_few_times_what_one_says() -> None:
    # three nats, then half of three; then towards 3 × 3 nats and 3 × 64/1000, and so on
    told = odds_of(*(Fix(s, east_m=s % 3) for s in (0, 64, 128, 256, 384)))
    assert told == [3072, 4608, 6144, 9216, 9216 + 3072 * 384 // 1000]


def test_a_drift_is_over_after_some_time_and_counts_only_so_long() -> None:
    told = odds_of(*stay(0, 128 * 30, 128, against_m=(10.0,)))
    assert told[0] == 1024
    assert told[3] == 3072 + 1024 * (3 * 128) // 1000
    assert told[10] == 3072 + 1024 * (10 * 128) // 1000
    assert told[-1] == max(told) == 3072 + 2 * 1024
    assert max(odds_of(*stay(0, 64 * 60))) == 13 * NAT  # the most that is ever believed


@pytest.mark.parametrize(
    ("fix", "expected"),
    [
        ({"is_satellite": False, "speed_mps": 0.0}, 3.0),  # agrees for ever, and says no more
        ({"is_satellite": False}, 5.0),
        ({"speed_mps": 0.0}, 5.0),
        ({}, 5.0),
    ],
)
def test_who_may_say_more_for_agreeing_long(fix: dict[str, float], expected: float) -> None:
    told = odds_of(*stay(0, 6400, against_m=(10.0,), **fix))
    assert told[-1] == expected * NAT


def test_a_movement_that_explains_it_lets_the_same_positions_agree_longer() -> None:
    fixes = stay(0, 6400, against_m=(10.0,), is_satellite=False, speed_mps=0.0)
    for moved_m, way, expected in [
        (2.5, {}, 6.0),  # four times and two drifts
        (2.4, {}, 3.0),
        (0.0, {"TRACKED": 2.0}, 7.5),  # 10 m are 1.25 times 8 m
        (0.0, {"TRACKED": 1.0}, 3.0),
    ]:
        edges = edges_of()
        for fix in fixes:
            w._see(*one(fix), 10.0, 0, edges, moved_m, way_of(**way), NUMBERS, TABLE)
        assert edges[0, w.ODDS] == expected * NAT


@pytest.mark.parametrize(
    ("away_m", "moved_m", "expected"),
    [
        (40, 10.0, 4.0),  # a quarter of the distance explains it
        (40, 9.99, 2.0),
        (40, 0.0, 2.0),
        (24, 6.0, 2.375),
        (24, 5.99, 2.0),
    ],
)
def test_a_movement_explains_what_is_not_too_far(
    away_m: float, moved_m: float, expected: float
) -> None:
    position, edges = one(Fix(0, is_satellite=False, speed_mps=0.0)), edges_of()
    w._see(*position, away_m, 0, edges, moved_m, new_way(), NUMBERS, TABLE)
    assert edges[0, w.ODDS] == expected * NAT


@pytest.mark.parametrize(
    ("away_m", "moved_m", "is_explained"),
    [
        (0.8, 2.0, True),  # two metres at least
        (0.8, 1.99, False),
        (7.9, 2.0, True),
        (7.9, 1.99, False),
        (8.0, 2.0, True),  # of which two metres are a quarter
        (8.1, 2.0, False),
        (8.1, 2.025, True),
    ],
)
def test_a_movement_is_some_metres_at_least(
    away_m: float, moved_m: float, *, is_explained: bool
) -> None:
    edges = edges_of(ODDS=-4096, AT=at(0), RUN_SIGN=1, RUN_FROM=at(0))
    position = one(Fix(32, is_satellite=False, speed_mps=0.0))
    w._see(*position, away_m, 0, edges, moved_m, new_way(), NUMBERS, TABLE)
    # all of it is news on the way; or a quarter, so near the edge
    assert edges[0, w.ODDS] == -4096 + (1024 if is_explained else 256)


def test_a_movement_explains_nothing_where_nothing_has_moved() -> None:
    """However little of the distance must be explained."""
    for least_m, expected in [(0.1, 2), (0.0, 4)]:  # the second is the negative control
        own = numbers(way_share=0.0, way_least_m=least_m)
        position, edges = one(Fix(0, is_satellite=False, speed_mps=0.0)), edges_of()
        w._see(*position, 40.0, 0, edges, 0.0, new_way(), own, TABLE)
        assert edges[0, w.ODDS] == expected * NAT


@pytest.mark.parametrize(
    ("moved_m", "way", "expected"),
    [
        (0.0, {}, 3 * 1.0),
        (2.49, {}, 3 * 1.0),
        (2.5, {}, 4 * 1.0),
        (0.0, {"TRACKED": 1.0}, 3 * 1.0),
        (0.0, {"TRACKED": 2.0}, 4 * 1.25),
    ],
)
def test_agreeing_positions_reach_further_where_a_movement_explains_them(
    moved_m: float, way: dict[str, float], expected: float
) -> None:
    for odds in (8192, 0):  # from above and from below
        edges = edges_of(ODDS=odds, AT=at(0), RUN_SIGN=1, RUN_FROM=at(600))
        for _ in range(8):
            position = one(Fix(600, is_satellite=False))
            w._see(*position, 10.0, 0, edges, moved_m, way_of(**way), NUMBERS, TABLE)
            edges[0, w.AT] = at(0)  # each is all news, and the run lasts no time
        assert edges[0, w.ODDS] == expected * NAT


@pytest.mark.parametrize("away_m", [0.0, -1.0])
def test_on_the_wearers_side_no_movement_is_taken_for_an_explanation(away_m: float) -> None:
    told = []
    for moved_m in (0.0, 5.0):
        edges = edges_of(ODDS=8192, AT=at(0), RUN_SIGN=-1, RUN_FROM=at(0))
        w._see(*one(Fix(32)), away_m, 0, edges, moved_m, new_way(), NUMBERS, TABLE)
        told.append(int(edges[0, w.ODDS]))
    assert told == [8192 - 2 * 512] * 2  # half of the news, counted twice


def test_positions_for_the_wearer_go_the_other_way_and_not_for_ever() -> None:
    told = odds_of(*(Fix(s, (-10.0,), east_m=s % 3) for s in (0, 32, 64, 128, 192, 256)))
    assert told == [-1024, -1536, -2048, -3072, -3072 - 1024 * 192 // 1000 - 1, -3072 - 263]
    assert min(odds_of(*stay(0, 6400, against_m=(-10.0,)))) == -4 * NAT
    assert odds_of(Fix(0, (-50.0,))) == [-4 * NAT]


def test_a_position_that_says_little_moves_at_least_so_much_towards_it() -> None:
    little = (1.0,)  # a tenth of a width: one cell; towards three times that
    assert odds_of(Fix(0, little)) == [192]
    assert odds_of(Fix(0, (-20.0,)), Fix(128, little)) == [-2048, -1024]
    assert odds_of(Fix(0, (-20.0,)), Fix(64, little)) == [-2048, -1536]
    assert odds_of(Fix(0, (50.0,)), Fix(128, little)) == [5120, 5120 - 2 * 1024]
    assert odds_of(Fix(0, (50.0,)), Fix(64, little)) == [5120, 5120 - 1024]
    assert odds_of(Fix(0, (50.0,)), Fix(64, (-1.0,)))[1] == 5120 - 2 * 1024
    assert odds_of(Fix(0, (50.0,)), Fix(64, (-20.0,)))[1] == 5120 - 2 * 2048
    assert odds_of(Fix(0, (10.0,)), Fix(64, (-1.0,)))[1] == -192


def test_repeated_network_coordinates_hardly_count() -> None:
    first, again = Fix(0, is_satellite=False), Fix(128, is_satellite=False)
    assert odds_of(first, again) == [3072, 3072 + 768]
    assert odds_of(first, Fix(128, is_satellite=False, east_m=1)) == [3072, 6144]
    assert odds_of(Fix(0), Fix(128)) == [3072, 6144]


def test_one_network_coordinate_never_decides_however_often_it_comes() -> None:
    frozen = [Fix(64 * n, (500.0,), is_satellite=False) for n in range(500)]
    assert walked(*frozen).side == UNSURE
    assert walked(*frozen).odds == 13 * NAT

    other = [Fix(64 * n, (500.0,), east_m=n % 3, is_satellite=False) for n in range(500)]
    assert walked(*other).side == AGAINST  # negative control


def test_a_network_that_tells_no_movement_never_decides() -> None:
    """With the numbers of these tests, and with the published ones."""
    still = stay(0, 64 * 500, against_m=(5000.0,), is_satellite=False, speed_mps=0.0)
    for some, own in [(NUMBERS, TABLE), (numbers_of(DEFAULTS), table())]:
        found = Walked(w.new_state(1), some)
        rows, late = rows_of(*still), np.array([at(10**9)])
        none = np.zeros(1, np.int8)
        w.walk(rows, 0, len(still), found.state, some, own, late, none, none.copy())
        assert found.side == UNSURE

    moved = [Fix(64 * n, (500.0,), 100 * n, 0, 1.5, is_satellite=False) for n in range(20)]
    assert walked(*moved).side == AGAINST  # negative control


def test_after_a_jump_positions_say_less_for_a_while() -> None:
    home = [Fix(-64, (-30.0,)), Fix(0, (-30.0,))]
    there = [Fix(10 + 64 * n, (9000.0,), north_m=9000 + n % 2) for n in range(4)]
    slow = [Fix(99 + 64 * n, (9000.0,), north_m=9000 + n % 2) for n in range(4)]
    assert odds_of(*home, *there)[2:4] == [-4096 + 2048 * 160 // 1024, -4096 + 320 + 2048]
    assert odds_of(*home, *slow)[2:3] == [-4096 + 5120]  # negative control: it may be so


def test_silence_fades_what_is_believed_and_breaks_the_run() -> None:
    little = (1.0,)
    assert odds_of(Fix(0, (-30.0,)), Fix(800, little))[1] == -3072 + 1024
    assert odds_of(Fix(0, (-30.0,)), Fix(801, little))[1] == -3072 + 2 + 1024
    assert odds_of(Fix(0, (-30.0,)), Fix(1050, little))[1] == -3072 + 512 + 1024
    assert odds_of(Fix(0, (50.0,)), Fix(1050, little))[1] == 5120 - 512 - 2048
    assert odds_of(Fix(0, (50.0,)), Fix(10**6, little))[1] == 192
    for seconds, since in [(800, at(0)), (801, at(801))]:
        found = walked(Fix(0), Fix(seconds, east_m=1))
        assert found.of(w.RUN_FROM) == since
        assert found.of(w.RUN_DISTINCT) == (2 if since == at(0) else 1)


def test_a_first_position_follows_no_silence() -> None:
    found = Walked(w.new_state(1), numbers(gap=64 * SECOND))
    found.state.edges[0, w.ODDS] = 4096
    found.see(Fix(0, (40.0,)))
    assert found.odds == 8192


# Runs, and what is named


def test_a_run_is_of_positions_that_agree() -> None:
    found = walked(Fix(0), Fix(10, east_m=1, seq=7))
    assert [found.of(n) for n in (w.RUN_SIGN, w.RUN_FROM, w.RUN_DISTINCT)] == [1, at(0), 2]
    found.see(Fix(20, (-5.0,), east_m=2))
    assert [found.of(n) for n in (w.RUN_SIGN, w.RUN_FROM, w.RUN_DISTINCT)] == [-1, at(20), 1]
    assert found.of(w.NAMED) == 0
    found.see(Fix(30, (0.0,), east_m=3))  # on the edge is on the wearer's side
    assert [found.of(n) for n in (w.RUN_SIGN, w.RUN_FROM, w.RUN_DISTINCT)] == [-1, at(20), 2]
    found.see(Fix(40, east_m=4, seq=9))
    assert [found.of(n) for n in (w.RUN_SIGN, w.RUN_FROM, w.RUN_DISTINCT)] == [1, at(40), 1]
    assert named(found) == [(at(40), 9)]


def test_the_least_evidence_against_the_wearer_is_against_the_wearer() -> None:
    for said, sign in [(1, 1), (0, -1), (-1, -1)]:
        edges = edges_of()
        w._run(*one(Fix(0)), 0, edges, said, False, False)  # noqa: FBT003
        assert edges[0, w.RUN_SIGN] == sign


def test_coordinates_that_come_again_are_not_distinct_except_in_the_beginning() -> None:
    found = walked(*(Fix(n, is_satellite=False) for n in range(5)))
    assert found.of(w.RUN_DISTINCT) == 1
    found = walked(Fix(0, (-9.0,), is_satellite=False), Fix(9, (9.0,), is_satellite=False))
    assert found.of(w.RUN_DISTINCT) == 1


def named(found: Walked) -> list[tuple[int, int]]:
    count = found.of(w.NAMED)
    row = found.state.edges[0].tolist()
    times, numbers = row[w.NAMED_AT : w.NAMED_SEQ], row[w.NAMED_SEQ : w.WIDTH]
    return list(zip(times, numbers, strict=True))[:count]


def test_the_first_eight_of_a_run_against_the_wearer_are_named() -> None:
    for count in (1, 7, 8, 9, 20):
        found = walked(*(Fix(10 * n, east_m=n % 2, seq=100 + n) for n in range(count)))
        assert named(found) == [(at(10 * n), 100 + n) for n in range(min(count, 8))]
    assert named(walked(*(Fix(10 * n, (-9.0,), seq=n) for n in range(3)))) == []


def test_a_run_that_is_broken_by_silence_names_anew() -> None:
    found = walked(Fix(0, seq=1), Fix(10, seq=2, east_m=1), Fix(900, seq=3))
    assert named(found) == [(at(900), 3)]


# Sides


@pytest.mark.parametrize(
    ("edge", "is_satellite", "said", "expected"),
    [
        ({"ODDS": 10240, "RUN_SIGN": 1, "RUN_DISTINCT": 2}, True, 9, AGAINST),
        ({"ODDS": 10239, "RUN_SIGN": 1, "RUN_DISTINCT": 2}, True, 9, UNSURE),
        ({"ODDS": 10240, "RUN_SIGN": 1, "RUN_DISTINCT": 1}, True, 9, UNSURE),
        ({"ODDS": 10240, "RUN_SIGN": -1, "RUN_DISTINCT": 9}, True, -9, UNSURE),
        ({"ODDS": 10240, "RUN_SIGN": 0, "RUN_DISTINCT": 9}, True, 0, UNSURE),
        ({"ODDS": 10240, "RUN_SIGN": 1, "RUN_DISTINCT": 2}, False, 9, UNSURE),
        ({"ODDS": 10240, "RUN_SIGN": 1, "RUN_DISTINCT": 3}, False, 9, AGAINST),
        ({"ODDS": -2048, "RUN_SIGN": -1}, True, -512, KEPT),
        ({"ODDS": -2047, "RUN_SIGN": -1}, True, -512, UNSURE),
        ({"ODDS": -2047, "RUN_SIGN": -1}, True, -5120, UNSURE),
        ({"ODDS": -2048, "RUN_SIGN": -1}, True, -511, UNSURE),  # it says too little itself
        ({"ODDS": -4096, "RUN_SIGN": -1}, True, -511, UNSURE),
        ({"ODDS": -4096, "RUN_SIGN": -1}, False, -512, KEPT),
        ({"ODDS": -4096, "RUN_SIGN": -1}, True, 0, UNSURE),
        ({"ODDS": -4096, "RUN_SIGN": 1}, True, 512, UNSURE),  # against, never 'kept'
        ({"ODDS": -4096, "RUN_SIGN": 1}, True, 5120, UNSURE),
        ({"ODDS": -4096, "RUN_SIGN": 1, "SIDE": KEPT}, True, 512, UNSURE),
        ({"ODDS": -4096, "RUN_SIGN": -1, "SIDE": KEPT}, True, -511, UNSURE),
        ({"ODDS": -4096, "RUN_SIGN": -1, "SIDE": KEPT}, True, -512, KEPT),
        ({"ODDS": -2048, "RUN_SIGN": 1, "RUN_DISTINCT": 9}, True, 9, UNSURE),
        ({"ODDS": 0, "RUN_SIGN": 1, "SIDE": AGAINST}, True, 9, AGAINST),  # goes on
        ({"ODDS": -2047, "RUN_SIGN": 1, "SIDE": AGAINST}, False, 9, AGAINST),
        ({"ODDS": -2048, "RUN_SIGN": 1, "SIDE": AGAINST}, True, 9, UNSURE),
        ({"ODDS": -2048, "RUN_SIGN": -1, "SIDE": AGAINST}, True, -512, KEPT),
        ({"ODDS": -2048, "RUN_SIGN": -1, "SIDE": AGAINST}, True, -511, UNSURE),
        ({"ODDS": 9000, "RUN_SIGN": -1, "SIDE": AGAINST}, True, -9, UNSURE),  # ended by one
        ({"ODDS": 9000, "RUN_SIGN": 0, "SIDE": AGAINST}, True, 0, UNSURE),
        ({"ODDS": 0, "RUN_SIGN": 1, "SIDE": KEPT}, True, 9, UNSURE),
        ({"ODDS": 0, "RUN_SIGN": 1, "SIDE": UNSURE}, True, 9, UNSURE),
    ],
)
def test_it_takes_much_to_accuse_and_less_to_end_an_accusation(
    edge: dict[str, int], said: int, *, is_satellite: bool, expected: int
) -> None:
    edges = edges_of(AT=at(50), BEFORE=at(40), KEPT_AT=at(30), KEPT_BEFORE=at(20), **edge)
    before = int(edges[0, w.SIDE])
    w._decide(*one(Fix(60, is_satellite=is_satellite)), 0, edges, said, NUMBERS)
    assert edges[0, [w.SIDE, w.SIDE_BEFORE]].tolist() == [expected, before]
    assert edges[0, [w.AT, w.BEFORE]].tolist() == [at(60), at(50)]
    kept = [at(60) if expected == KEPT else at(30), at(30)]
    assert edges[0, [w.KEPT_AT, w.KEPT_BEFORE]].tolist() == kept


def test_a_newest_position_that_hardly_speaks_for_the_wearer_keeps_nothing() -> None:
    home = [Fix(64 * n, (-30.0,), east_m=n % 2) for n in range(4)]
    for away_m, side in [(-30.0, KEPT), (-5.0, KEPT), (-4.9, UNSURE), (0.0, UNSURE), (9.0, UNSURE)]:
        found = walked(*home, Fix(260, (away_m,), east_m=7))
        assert found.odds <= -2 * NAT  # belief alone would keep it
        assert (found.of(w.SIDE_BEFORE), found.side) == (KEPT, side)
        assert found.of(w.KEPT_AT) == (at(260) if side == KEPT else at(192))


def test_one_position_never_accuses_and_a_second_one_may() -> None:
    far = (1000.0,)
    found = Walked(w.new_state(1), numbers(against=5120))
    found.see(Fix(0, far))
    assert (found.odds, found.side) == (5120, UNSURE)
    found.see(Fix(10, far, east_m=1))
    assert found.side == AGAINST


# When the rules must look


ALL = LOOK_AGAINST | LOOK_KEPT | LOOK_TURNS


@pytest.mark.parametrize(
    ("side", "before", "silence", "asked"),
    [
        # which of the three flags, alone, asks to look
        (UNSURE, UNSURE, 9999, 0),
        (KEPT, KEPT, 9999, 0),
        (KEPT, UNSURE, 10, LOOK_KEPT | LOOK_TURNS),
        (KEPT, AGAINST, 10, LOOK_KEPT | LOOK_TURNS),
        (UNSURE, AGAINST, 10, LOOK_TURNS),
        (UNSURE, KEPT, 10, LOOK_TURNS),
        (AGAINST, UNSURE, 10, LOOK_AGAINST | LOOK_TURNS),
        (AGAINST, KEPT, 10, LOOK_AGAINST | LOOK_TURNS),
        (AGAINST, AGAINST, 10, LOOK_AGAINST),
        (AGAINST, AGAINST, 800, LOOK_AGAINST),
        (AGAINST, AGAINST, 800.000001, LOOK_AGAINST | LOOK_TURNS),
        (KEPT, KEPT, 801, 0),
        (UNSURE, UNSURE, 801, 0),
    ],
)
def test_the_rules_look_at_a_side_against_one_kept_again_and_turns_as_they_ask(
    side: int, before: int, silence: float, asked: int
) -> None:
    edges = edges_of(SIDE=side, SIDE_BEFORE=before, AT=at(silence), BEFORE=at(0))
    for looks in range(ALL + 1):
        assert w._is_looked_at(edges, 0, looks, NUMBERS) is (looks & asked != 0), looks


def call(
    state: w.State, rows: w.Rows, first: int, wake: list[int], looks: list[int]
) -> tuple[int, list[int]]:
    """Walk to the end of the rows; tells where it stopped, and for which edges."""
    stops = np.full(len(wake), 9, np.int8)
    told = np.array(wake), np.array(looks, np.int8)
    last = len(rows.at)
    return w.walk(rows, first, last, state, NUMBERS, TABLE, *told, stops), stops.tolist()


def test_the_walk_stops_after_each_row_from_the_moment_on_that_an_edge_waits_for() -> None:
    rows = rows_of(*(Fix(s, (1.0, 1.0), east_m=s % 2) for s in (0, 59, 60, 61, 62)))
    state, late = w.new_state(2), at(10**9)
    assert call(state, rows, 0, [at(60), at(61)], [0, 0]) == (3, [1, 0])
    assert call(state, rows, 3, [at(60), at(61)], [0, 0]) == (4, [1, 1])
    assert call(state, rows, 4, [late, late], [0, 0]) == (5, [0, 0])
    assert call(state, rows, 5, [0, 0], [0, 0]) == (5, [9, 9])  # no row is left


def test_the_walk_stops_where_the_rules_look() -> None:
    far, back = (500.0, -30.0), (-50.0, -30.0)
    fixes = [*stay(0, 640, against_m=far), *stay(640, 1280, against_m=back)]
    rows, late, turns = rows_of(*fixes), [at(10**9)] * 2, LOOK_TURNS
    state = w.new_state(2)
    assert call(state, rows, 0, late, [turns, turns]) == (1, [0, 1])  # the second is kept at once
    assert call(state, rows, 1, late, [turns, turns]) == (2, [1, 0])
    assert state.edges[:, w.SIDE].tolist() == [AGAINST, KEPT]
    assert call(state, rows, 2, late, [LOOK_AGAINST, ALL]) == (3, [1, 0])
    assert call(state, rows, 3, late, [turns, ALL]) == (11, [1, 0])  # no more until it turns
    assert state.edges[0, w.SIDE] == UNSURE
    assert call(state, rows, 11, late, [turns, turns]) == (12, [1, 0])
    assert state.edges[0, w.SIDE] == KEPT
    assert call(state, rows, 12, late, [ALL, ALL]) == (20, [0, 0])


def test_the_walk_stops_for_each_edge_as_it_asks() -> None:
    fixes = [*stay(0, 640, against_m=(500.0,) * 4), *stay(640, 1280, against_m=(-50.0,) * 4)]
    rows, late, looks = rows_of(*fixes), [at(10**9)] * 4, [0, LOOK_AGAINST, LOOK_KEPT, LOOK_TURNS]
    state, told, first = w.new_state(4), {}, 0
    while first < 20:
        first, stops = call(state, rows, first, late, looks)
        told[first - 1] = stops
    against = {r: [0, 1, 0, 0] for r in range(2, 10)}
    ends = {10: [0, 0, 0, 1], 11: [0, 0, 1, 1], 19: [0, 0, 0, 0]}
    assert told == {1: [0, 1, 0, 1]} | against | ends


def test_rows_that_are_no_observation_move_nothing_and_the_walk_goes_on() -> None:
    wider = Fix(0.5, (-500.0,), width_m=11.0)
    copy = [Fix(64 * n, (500.0,), east_m=5, speed_mps=3.0) for n in range(11, 30)]
    held = [Fix(64 * n, (500.0,), east_m=5, speed_mps=3.0) for n in range(1, 11)]
    assert walked(Fix(0), wider).state.edges.tobytes() == walked(Fix(0)).state.edges.tobytes()
    before, other = walked(Fix(0), *held), walked(Fix(0), *held)
    other.see(*copy)
    assert before.state.edges.tobytes() == other.state.edges.tobytes()
    assert walked(Fix(0), wider, Fix(128)).odds == 6144
    rows, state = rows_of(Fix(0, (1.0,)), wider, Fix(64, (1.0,))), w.new_state(1)
    assert call(state, rows, 0, [at(0.5)], [0]) == (3, [1])


def test_the_better_of_two_positions_in_a_second_counts_with_what_came_before_it() -> None:
    first, worse = Fix(0), Fix(64, (500.0,), width_m=50.0, east_m=1)
    better = Fix(64.5, (50.0,), width_m=5.0, east_m=2)
    assert odds_of(first, worse, better) == [3072, 8192, 8192 + 5120]  # all of it is news


def test_a_way_is_counted_since_the_wearer_was_last_seen_to_keep_it() -> None:
    there = [
        Fix(20 * n, (40.0 * n - 90.0, 5.0, -30.0), east_m=40 * n, speed_mps=2.0) for n in range(9)
    ]
    found = walked(*there[:1], edges=3)
    assert found.state.moved_m.tolist() == [0.0, 0.0, 0.0]
    assert found.state.edges[:, w.SIDE].tolist() == [KEPT, UNSURE, KEPT]
    found = walked(*there, edges=3)
    assert found.state.moved_m[1:].tolist() == [320.0, 0.0]
    assert 0.0 < found.state.moved_m[0] < 320.0


@pytest.mark.parametrize(("against_m", "odds", "left_m"), [(-20, -2048, 0.0), (-19, -1920, 7.0)])
def test_belief_that_is_just_in_the_wearers_favour_begins_a_way_anew(
    against_m: float, odds: int, left_m: float
) -> None:
    found = Walked(w.new_state(1), NUMBERS)
    found.state.moved_m[0] = 7.0

    found.see(Fix(0, (against_m,)))

    assert (found.odds, found.state.moved_m[0]) == (odds, left_m)


# Any cut of the rows into calls gives the same state

FIXES = st.lists(
    st.builds(
        dict,
        gap_s=st.sampled_from([0.5, 5, 20, 64, 300, 900]),
        against_m=st.tuples(*[st.sampled_from([-60.0, -5.0, 20.0, 90.0, 400.0])] * 2),
        east_m=st.sampled_from([0.0, 30.0, 60.0, 4000.0]),
        speed_mps=st.sampled_from([nan, 0.0, 2.0]),
        is_satellite=st.booleans(),
        width_m=st.sampled_from([5.0, 10.0, 40.0]),
    ),
    min_size=2,
    max_size=25,
)
CUTS = st.lists(st.integers(1, 24), max_size=5)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(FIXES, CUTS)
def test_any_cut_of_rows_into_calls_gives_the_same_state(
    told: list[dict[str, float]], cuts: list[int]
) -> None:
    fixes, s = [], 0.0
    for each in told:
        s += each["gap_s"]
        fixes.append(Fix(s, **{name: value for name, value in each.items() if name != "gap_s"}))  # type: ignore[arg-type]
    whole, pieces = Walked(w.new_state(2)), Walked(w.new_state(2))
    whole.see(*fixes)
    pieces.see(*fixes, cuts=tuple(cuts))
    for mine, other in zip(whole.state, pieces.state, strict=True):
        assert mine.tobytes() == other.tobytes()


def test_negative_control_a_walk_that_forgets_its_way_is_seen() -> None:
    fixes = [Fix(20 * n, (30.0,), east_m=40 * n, speed_mps=2.0) for n in range(4)]
    whole, pieces = walked(*fixes), walked(*fixes[:2])
    pieces.state.way[:] = new_way()
    pieces.see(*fixes[2:])
    assert whole.state.edges.tobytes() != pieces.state.edges.tobytes()
