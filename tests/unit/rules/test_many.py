"""Orders that lie side by side move as each does alone; what does more than that is left alone."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from tests.property.lives import LON
from tests.unit.rules.crowd import (
    ATTENDANCE,
    CURFEW,
    PARK,
    STREETS,
    ZONE,
    Crowd,
    came_of,
    minutes,
    name,
    request,
    same,
    seen,
    sent,
)
from tests.unit.rules.nights import at, event, order
from tests.unit.rules.streams import Desk

from fairtag.intake.messages import EventCode, Position, Source
from fairtag.orders.model import Ruling
from fairtag.rules.many.loop import LEFT, LOOKED_AT, NOT_STILL, TAKEN, TIME, take_many
from fairtag.rules.many.quiet import QuietOrders, side_by_side
from fairtag.rules.many.still import Still
from fairtag.rules.places.walk import ODDS
from fairtag.rules.places.way import IS_REPEATED
from fairtag.rules.settings import DEFAULTS, NAT
from fairtag.terms.geometry import Circle
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, SECOND, Micros

WIFI: dict[str, Any] = {"source": Source.WIFI, "accuracy_m": 25.0}
VAGUE: dict[str, Any] = {"source": Source.UNKNOWN, "accuracy_m": None}
FINE: dict[str, Any] = {"source": Source.GNSS, "accuracy_m": 4.0, "accuracy_level": 0.95}


def each(fixes: list[Position]) -> list[list[Position]]:
    return [sent([one]) for one in fixes]


def walk(first: float, *north_m: float, **more: Any) -> list[Position]:
    """Be somewhere else each minute."""
    return [seen(first + n, there, **more) for n, there in enumerate(north_m)]


# Three orders at once


def evening() -> Crowd:
    """Tell of three orders at 18:10: one at home, one by the streets, one in the park."""
    crowd = Crowd(order(CURFEW), order(STREETS, CURFEW, PARK), order(PARK, ATTENDANCE, ZONE))
    crowd.before(0, *walk(-50, *[0.0] * 6))
    crowd.before(1, *walk(-50, *[1200.0] * 6, battery_pct=60.0))
    crowd.before(2, *walk(-50, *[300.0] * 6, **WIFI))
    crowd.lie_down()
    return crowd


def test_requests_of_many_orders_move_what_they_would_alone() -> None:
    crowd = evening()
    told = [
        (0, sent(walk(-44, 5, 20, 45, 62, 70, 58, speed_mps=0.4))),
        (1, sent(walk(-44, 1250, 1310, 1345, 1380, battery_pct=55.0))),
        (2, sent(walk(-44, 280, 320, **VAGUE))),
        (0, sent(walk(-38, 30, 12, **WIFI))),
        (2, sent([seen(-42, 310, 500, **FINE), seen(-41, 420, 610, speed_mps=1.5)], 600)),
        (1, sent(walk(-40, 1340, 1290, battery_pct=None, epoch=3))),
        (2, sent(walk(-31, 430, 300, 100, speed_mps=1.4, battery_pct=44.0))),
    ]

    assert crowd.send(*told) == [True] * 7
    crowd.stand_up()


def test_requests_one_by_one_move_the_same_as_at_once() -> None:
    crowd = evening()

    for n, fixes in enumerate(each(walk(-44, *range(0, 60, 4), speed_mps=0.2))):
        assert crowd.send((0, fixes), (1 + n % 2, sent(walk(-44 + n, 1150 - 800 * (n % 2))))) == [
            True,
            True,
        ]
    crowd.stand_up()


def test_who_walks_off_while_nothing_binds_is_believed_to_be_away() -> None:
    """The movement counts, until belief is in the wearer's favour again."""
    crowd = Crowd(order(CURFEW, PARK))
    crowd.before(0, *walk(-200, *[0.0] * 4))
    crowd.lie_down()
    out = walk(-196, *range(60, 1500, 120), *[1500.0] * 4, *range(1400, 0, -150), *[0.0] * 6)

    assert all(crowd.send(*((0, one) for one in each(out[:14]))))
    moved = crowd.quiet.get(name(0)).state
    assert (moved.moved_m > 500).all()
    assert (moved.edges[:, 1] == 1).all()
    assert all(crowd.send(*((0, one) for one in each(out[14:]))))
    crowd.stand_up()


def test_a_drive_past_the_streets_is_a_way_that_is_tracked() -> None:
    crowd = Crowd(order(STREETS))
    crowd.before(0, *(seen(-50 + n / 4, -3000 + 180 * n, 700, speed_mps=12.0) for n in range(4)))
    crowd.lie_down()
    way = [seen(-50 + n / 4, -3000 + 180 * n, 700, speed_mps=12.0) for n in range(4, 34)]

    assert all(crowd.send(*((0, one) for one in each(way))))
    assert crowd.quiet.get(name(0)).state.way[15] > 2
    crowd.stand_up()


@pytest.mark.parametrize(("north_m", "east_m"), [(1340, 92), (1297, 116)])
def test_by_the_corner_of_the_streets_their_box_is_nearer_than_they_are(
    north_m: float, east_m: float
) -> None:
    """By 50 m, which the distance that is kept of them makes the more of."""
    crowd = Crowd(order(changed(STREETS, buffer_m=100)))
    crowd.before(0, *(seen(-50 + n, 1100, east_m) for n in range(4)))
    crowd.lie_down()
    near = [seen(-46 + n, north_m - n % 2, east_m) for n in range(6)]

    assert all(crowd.send(*((0, one) for one in each(near))))
    crowd.stand_up()


def test_networks_that_repeat_a_place_say_less_than_satellites() -> None:
    """Told at rest too: a satellite that tells a speed needs no second witness."""
    crowd = Crowd(order(PARK), order(PARK))
    for n in (0, 1):
        crowd.before(n, *walk(-50, *[0.0] * 4))
    crowd.lie_down()
    there = [replace(one, lat=53.4901, lon=LON) for one in walk(-46, *[0.0] * 9, speed_mps=0.1)]
    by_network = [replace(one, source=Source.WIFI, accuracy_m=20.0) for one in there]

    assert all(crowd.send(*((0, one) for one in each(there))))
    assert all(crowd.send(*((1, one) for one in each(by_network))))
    ways = [crowd.quiet.get(name(n)).state.way[IS_REPEATED] for n in (0, 1)]
    assert ways == [0.0, 1.0]
    crowd.stand_up()


def test_a_belief_that_is_just_in_favour_forgets_the_way() -> None:
    crowd = Crowd(order(CURFEW))
    crowd.before(0, *walk(-50, *[0.0] * 4))
    still = crowd.other[0].judge.still()
    assert still is not None
    told = [seen(-46, 48, speed_mps=0.0)]

    def after(odds: int) -> tuple[int, float]:
        """Tell the log-odds and the way from belief of so much and a way of 7 m."""
        quiet, state = QuietOrders(), still.moved.state
        edges = state.edges.copy()
        edges[0, ODDS] = odds
        state = state._replace(edges=edges, moved_m=state.moved_m + 7.0)
        quiet.put(name(0), still._replace(moved=still.moved._replace(state=state)))
        assert quiet.take(side_by_side([request(0, told)])) == [True]
        found = quiet.get(name(0)).state
        return int(found.edges[0, ODDS]), float(found.moved_m[0])

    just = round(DEFAULTS.in_favour * NAT)
    falls = -after(0)[0]
    assert 0 < falls < -just
    assert after(just + falls) == (just, 0.0)
    assert after(just + falls + 1) == (just + 1, 7.0)


def test_who_is_out_and_known_to_be_stays_out() -> None:
    crowd = Crowd(order(CURFEW))
    crowd.before(0, *walk(-3, *[0.0] * 3), *walk(0, *[900.0] * 25))
    crowd.lie_down()

    assert all(crowd.send((0, sent(walk(25, 905, 950, 990))), (0, sent(walk(28, 1010)))))
    crowd.stand_up()


def test_no_observations_move_nothing_but_what_is_known_of_the_device() -> None:
    """A twin that is wider, and an old place that a moving device tells again and again."""
    crowd = Crowd(order(CURFEW))
    crowd.before(0, *walk(-50, *[0.0] * 4))
    crowd.lie_down()
    twin = replace(seen(-45.995, 400, **WIFI), seq=97_300)
    copies = [replace(seen(-44 + n, speed_mps=2.0), lat=53.49, lon=LON) for n in range(22)]

    assert (
        crowd.send((0, sent([seen(-46), twin])), *((0, one) for one in each(copies))) == [True] * 23
    )
    crowd.stand_up()


def test_the_first_number_of_a_battery_and_one_that_is_not_told() -> None:
    crowd = Crowd(order(CURFEW))
    crowd.before(0, *walk(-50, *[0.0] * 4))
    crowd.lie_down()

    assert np.isnan(crowd.quiet.get(name(0)).battery_pct)
    assert all(crowd.send((0, sent(walk(-46, 0, 0, 0)))))
    assert np.isnan(crowd.quiet.get(name(0)).battery_pct)
    assert all(crowd.send((0, sent([seen(-43, battery_pct=77.0), seen(-42)]))))
    assert crowd.quiet.get(name(0)).battery_pct == 77.0
    crowd.stand_up()


def test_nothing_taken_changes_nothing() -> None:
    crowd = evening()

    assert crowd.send((0, sent([seen(-44, seq=None)]))) == [False]
    crowd.stand_up()


def test_negative_control_a_loop_that_moves_another_order_is_seen() -> None:
    crowd = evening()
    taken = crowd.quiet.take(side_by_side([request(1, sent(walk(-44, 1210)))]))

    assert taken == [True]
    with pytest.raises(AssertionError):
        crowd.stand_up()


# What is left


def lying(*conditions: Any, battery_pct: float | None = None) -> Still:
    """Give an order at 18:14, heard at 18:13:01, with no timer before 19:00."""
    desk = Desk((order(*(conditions or (CURFEW,))),))
    for one in walk(-50, *[0.0] * 4, battery_pct=battery_pct):
        desk.take(one)
    still = desk.judge.still()
    assert still is not None
    return still


PLAIN = lying()
HEARD = seen(-47).received_at


@pytest.mark.parametrize(
    ("change", "told", "came"),
    [
        ({}, seen(-46), TAKEN),
        ({"clock": HEARD + 61 * SECOND}, seen(-46), TIME),
        ({"clock": HEARD + 60 * SECOND}, seen(-46), TAKEN),
        ({"hold": HEARD + 60 * SECOND}, seen(-46), TIME),
        ({"hold": HEARD + 60 * SECOND + 1}, seen(-46), TAKEN),
        ({"wait": 60 * SECOND}, seen(-46), TIME),
        ({"wait": 60 * SECOND + 1}, seen(-46), TAKEN),
        ({"silent": at(-46)}, seen(-46), TIME),
        ({"silent": at(-46) - 1}, seen(-46), TAKEN),
        ({"now": at(-46)}, seen(-46), TIME),
        ({"now": at(-46) - 1}, seen(-46), TAKEN),
        ({"pause": at(-46)}, seen(-46), TIME),
        ({"pause": at(-46) + 1}, seen(-46), TAKEN),
        ({"hold": at(-46) + 2, "heard": at(-46) - 9}, seen(-46, after_s=1e-6), TAKEN),
        ({"hold": at(-46), "heard": at(-46) - 9}, seen(-46, after_s=-1), TIME),
        ({"hold": at(-46) + 1, "clock": 0}, seen(-46, after_s=-1), TAKEN),
        ({"hold": at(-46), "clock": 0}, seen(-46, after_s=-1), TIME),
        ({}, seen(-46, seq=None), TIME),
        ({}, seen(-46, is_mock=True), TIME),
        ({}, seen(-46, source=Source.CELL), TIME),
        ({}, seen(-46, accuracy_m=501.0), TIME),
        ({}, seen(-46, accuracy_m=500.0), TAKEN),
        ({}, seen(-46, device_id="D-2"), TIME),
    ],
)
def test_time_and_what_is_no_plain_witness_leave_a_request_to_the_judge(
    change: dict[str, int], told: Position, came: int
) -> None:
    moved = {key: value for key, value in change.items() if key in PLAIN.moved._fields}
    rest = {key: value for key, value in change.items() if key not in moved}
    still = PLAIN._replace(moved=PLAIN.moved._replace(**moved), **rest)

    assert came_of(still, [told]) == [came]


@pytest.mark.parametrize(("more", "came"), [(0, TAKEN), (1, TIME)])
def test_data_of_more_than_a_week_ago_are_left_to_the_judge(more: int, came: int) -> None:
    week = DEFAULTS.rejudged_days * DAY
    late = replace(seen(-46), received_at=Micros(at(-46) + week + more))
    moved = PLAIN.moved._replace(clock=at(-47) + week, heard=at(-47) + week)
    still = PLAIN._replace(moved=moved, hold=PLAIN.hold + 30 * DAY)

    assert came_of(still, [late]) == [came]


def test_a_request_is_taken_whole_or_not_at_all() -> None:
    one, two, three = seen(-46, 20), seen(-45, 30), seen(-44, 40)
    for bad in (
        [one, two, replace(three, at=two.at)],
        [one, replace(two, seq=None), three],
        [one, replace(two, at=one.at), three],
        [two, one],
    ):
        assert came_of(PLAIN, sent(bad)) == [TIME]
    assert came_of(PLAIN, sent([one, replace(two, battery_pct=10.0), three])) == [LOOKED_AT]
    assert came_of(PLAIN, sent([one, two, three])) == [TAKEN]


def test_the_hold_counts_for_the_last_of_a_request_too() -> None:
    told = [replace(one, received_at=at(-46)) for one in (seen(-46), seen(-44))]

    assert came_of(PLAIN._replace(hold=at(-44)), told) == [TIME]
    assert came_of(PLAIN._replace(hold=at(-44) + 1), told) == [TAKEN]


def test_the_turn_of_a_quarter_of_the_day_is_the_judges() -> None:
    still = PLAIN._replace(hold=at(900), wait=DAY, wake=np.array([at(900)]), pause=at(300))

    assert came_of(still, [seen(299.9)]) == [TAKEN]
    assert came_of(still, [seen(300)]) == [TIME]


def test_what_comes_after_one_that_was_left_is_left_too() -> None:
    taken, left, later = [seen(-46)], [seen(-45, seq=None)], [seen(-44)]

    assert came_of(PLAIN, taken, left, later, later) == [TAKEN, TIME, LEFT, LEFT]
    assert came_of(PLAIN, [event(-46, EventCode.SOS)], later) == [TIME, LEFT]


def test_only_the_order_of_what_was_left_is_left() -> None:
    crowd = evening()
    odd = sent([seen(-44, seq=None)])

    assert crowd.send((1, odd), (0, sent([seen(-44)])), (1, sent(walk(-43, 1200)))) == [
        False,
        True,
        False,
    ]
    assert crowd.send((2, sent(walk(-43, 300))), (0, sent([seen(-42)]))) == [True, True]


def test_an_order_that_lies_elsewhere_is_not_taken() -> None:
    crowd = evening()
    strange = (OrderId("ORD-9"), *request(0, sent([seen(-44)]))[1:])
    known = request(0, sent([seen(-44)]))

    assert crowd.quiet.take(side_by_side([strange, known])) == [False, True]
    assert crowd.quiet.take(side_by_side([strange])) == [False]
    assert crowd.send((1, sent(walk(-44, 1200))), (2, sent(walk(-44, 300)))) == [True, True]
    assert crowd.quiet.take(side_by_side([])) == []
    says = (name(0), DeviceId("D-1"), at(-43), None)
    assert crowd.quiet.take(side_by_side([says, says])) == [False, False]


def test_the_loop_says_why_an_order_elsewhere_is_not_taken() -> None:
    quiet = QuietOrders()
    quiet.put(name(0), PLAIN)
    asked = side_by_side([request(0, [seen(-46)])] * 2)
    taken = np.zeros(2, np.int8)
    told = quiet._told(asked, np.array([-1, 0]), asked.columns)  # type: ignore[arg-type]

    many = take_many(told, quiet._orders, quiet._ground.columns, quiet._rules, quiet._copy, taken)

    assert (many, taken.tolist()) == (1, [NOT_STILL, TAKEN])


# What a rule must look at


@pytest.mark.parametrize(
    ("before", "battery_pct", "came"),
    [
        (50.0, 20.1, TAKEN),
        (50.0, 20.0, LOOKED_AT),
        (50.0, 35.0, TAKEN),
        (15.0, 10.0, TAKEN),
        (15.0, 29.9, TAKEN),
        (15.0, 30.0, LOOKED_AT),
        (50.0, None, TAKEN),
        (15.0, None, TAKEN),
    ],
)
def test_a_battery_that_gets_low_or_full_again_is_looked_at(
    before: float, battery_pct: float | None, came: int
) -> None:
    assert came_of(lying(battery_pct=before), [seen(-46, battery_pct=battery_pct)]) == [came]


def test_a_sign_of_doubt_is_looked_at() -> None:
    """Somebody who was at home is 500 km away a minute later."""
    still = PLAIN._replace(looks=PLAIN.looks * 0)

    assert came_of(still, *([one] for one in walk(-46, 0, 500_000, 500_000)))[-1] == LOOKED_AT
    assert came_of(still, *([one] for one in walk(-46, 0, 50, 90))) == [TAKEN] * 3


def test_what_only_a_geodesic_measures_is_left_to_the_judge() -> None:
    """A circle near the pole, and a position that may be near it."""
    north = changed(CURFEW, place=Circle(lon_deg=LON, lat_deg=89.9, radius_m=60))
    desk = Desk((order(north),))
    for one in walk(-50, *[0.0] * 4):
        desk.take(replace(one, lat=89.9))
    still = desk.judge.still()
    assert still is not None

    assert came_of(still, [replace(seen(-46), lat=89.9)]) == [LOOKED_AT]


@pytest.mark.parametrize(("wake", "came"), [(at(-46), LOOKED_AT), (at(-46) + 1, TAKEN)])
def test_from_an_instant_on_a_rule_looks_at_every_position(wake: int, came: int) -> None:
    assert came_of(PLAIN._replace(wake=np.array([wake])), [seen(-46)]) == [came]


def test_of_two_edges_each_may_want_a_look() -> None:
    still = lying(PARK, CURFEW)
    for wake in ([at(-46), at(0)], [at(0), at(-46)]):
        assert came_of(still._replace(wake=np.array(wake)), [seen(-46)]) == [LOOKED_AT]
    assert came_of(still._replace(wake=np.array([at(0), at(0)])), [seen(-46)]) == [TAKEN]


def test_one_who_comes_to_an_appointment_is_looked_at() -> None:
    still = lying(ATTENDANCE)
    way = walk(-46, 150, 300, 450, 600, 750, *[900.0] * 8, speed_mps=2.5)

    came = came_of(still, *([one] for one in way))

    assert came[0] == TAKEN
    assert LOOKED_AT in came


def test_one_who_leaves_in_the_curfew_is_looked_at_and_not_before() -> None:
    desk = Desk((order(CURFEW),))
    for one in walk(5, *[0.0] * 6):
        desk.take(one)
    still = desk.judge.still()
    assert still is not None

    came = came_of(still, *([one] for one in walk(11, *[0.0] * 3, *[900.0] * 14)))

    first = came.index(LOOKED_AT)
    assert came[:4] == [TAKEN] * 4
    assert 4 < first < 16
    assert came[first + 1 :] == [LEFT] * (16 - first)


# Rows and room


def test_orders_are_taken_in_and_let_go_as_they_are() -> None:
    quiet, stills = QuietOrders(), [lying(), lying(STREETS, CURFEW, PARK), lying(PARK)]
    for n in range(150):
        quiet.put(name(n), stills[n % 3])

    for n in range(150):
        assert same(quiet.get(name(n)), stills[n % 3].moved)
        assert quiet.due(name(n)) == min(
            stills[n % 3].hold, stills[n % 3].moved.heard + stills[n % 3].wait
        )
        assert same(quiet.leave(name(n)), stills[n % 3].moved)
        assert name(n) not in quiet


def test_room_that_orders_leave_is_given_to_others() -> None:
    quiet, one, three = QuietOrders(), lying(), lying(STREETS, CURFEW, PARK)
    for n in range(40):
        quiet.put(name(n), (one, three)[n % 2])
    used = (quiet._used, quiet._used_edges)

    for again in range(3):
        for n in range(40):
            quiet.leave(name(n + 100 * again))
        for n in range(40):
            quiet.put(name(n + 100 * (again + 1)), (three, one)[n % 2])

    assert (quiet._used, quiet._used_edges) == used == (40, 80)
    for n in range(40):
        assert same(quiet.get(name(n + 300)), (three, one)[n % 2].moved)


def test_rooms_grow_by_half_when_they_are_full() -> None:
    quiet, still = QuietOrders(), lying(STREETS, CURFEW, PARK, ZONE)
    sizes = set()
    for n in range(100):
        quiet.put(name(n), still)
        sizes.add((len(quiet._orders.ints), len(quiet._orders.reals), len(quiet._orders.edges)))

    assert sizes == {(64, 64, 256), (96, 96, 384), (144, 144, 576)}
    whole = {name for name, one in quiet._orders._asdict().items() if one.dtype == np.int64}
    assert whole == {"ints", "edges", "place", "wake", "looks"}


def test_what_is_given_is_a_copy() -> None:
    quiet = QuietOrders()
    quiet.put(name(0), PLAIN)
    before = quiet.get(name(0))

    quiet.take(side_by_side([request(0, [seen(-46, battery_pct=50.0)])]))

    assert same(before, PLAIN.moved)
    assert not same(quiet.get(name(0)), PLAIN.moved)


def test_requests_lie_side_by_side_in_order_of_arrival() -> None:
    first, second = sent(walk(-46, 0, 1)), sent(walk(-43, 2, epoch=4))
    says = (name(1), DeviceId("D-1"), at(-44), None)

    asked = side_by_side([request(0, first), says, request(2, second)])

    assert asked.orders == [name(0), name(1), name(2)]
    assert asked.devices == ["D-1"] * 3
    assert asked.received_at == [first[0].received_at, at(-44), second[0].received_at]
    assert (asked.epoch.tolist(), asked.epoch.dtype) == ([0, 0, 4], np.int64)
    assert (asked.first.tolist(), asked.end.tolist()) == ([0, 2, 2], [2, 2, 3])
    assert asked.columns is not None
    assert asked.columns.at.tolist() == [one.at for one in (*first, *second)]


def test_own_settings_hold_for_orders_side_by_side() -> None:
    """Wider claims are no witnesses, and a battery is low later."""
    own = replace(DEFAULTS, battery_low_pct=5.0, usable_m=100.0)
    quiet = QuietOrders(own)
    quiet.put(name(0), PLAIN)

    assert quiet.take(side_by_side([request(0, [seen(-46, battery_pct=9.0)])])) == [True]
    assert quiet.take(side_by_side([request(0, [seen(-45, accuracy_m=150.0)])])) == [False]


def ruling_of(count: int) -> Ruling:
    return order(*(changed(CURFEW, id=f"c{n}") for n in range(count)))


def test_an_order_of_as_many_edges_as_are_taken_moves_as_it_does_alone() -> None:
    crowd = Crowd(ruling_of(32), order(CURFEW))
    for n in (0, 1):
        crowd.before(n, *walk(-50, *[0.0] * 3))
    crowd.lie_down()

    assert crowd.send((0, sent(walk(-46, 30, 55))), (1, sent(walk(-46, 20)))) == [True, True]
    crowd.stand_up()


def test_who_sits_on_the_island_in_a_park_is_outside_of_it() -> None:
    crowd = Crowd(order(PARK))
    crowd.before(0, *(seen(-50 + n, -400, 400) for n in range(6)))
    crowd.lie_down()
    there = [seen(one, -400, 400 + 3 * one % 7) for one in minutes(-44, -35)]

    assert crowd.send((0, sent(there))) == [True]
    assert crowd.quiet.get(name(0)).state.edges[0, 1] == 1
    crowd.stand_up()
