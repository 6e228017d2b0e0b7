"""Times are drawn by chance, from all that is free, and never one too many.

The law is told again here, instant by instant. Units: minutes; instants in µs.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple, replace
from tests.unit.rules.asked import minute, span

from fairtag.rules.prompts.draw import (
    CHANCE_BYTES,
    Slot,
    Wanted,
    draw,
    is_possible,
    possible,
)
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import DAY, MINUTE, Micros
from fairtag.terms.local import Interval

DAY_MIN = 24 * 60
OPEN = (span(0, 13 * 60),)


def slot(at: float, lasts: float = 30, gap: float = 15) -> Slot:
    return Slot(at=minute(at), until=minute(at + lasts), gap=round(gap * MINUTE))


def begins(
    *others: Slot, free: tuple[Interval, ...] = OPEN, window: float = 30, gap: float = 60
) -> list[tuple[float, float]]:
    found = possible(free, others, window=round(window * MINUTE), gap=round(gap * MINUTE))
    return [(one.start / MINUTE, one.end / MINUTE) for one in found]


def test_with_nothing_else_a_whole_window_lies_in_open_hours() -> None:
    assert begins() == [(0, 750)]
    assert begins(free=(span(0, 30), span(60, 100))) == [(0, 0), (60, 70)]
    assert begins(free=(span(0, 29), span(40, 60))) == []
    assert begins(free=(span(0, 20), span(20, 60))) == [(0, 30)]
    assert begins(free=()) == []


def test_beginnings_lie_as_far_apart_as_the_longer_gap_says() -> None:
    assert begins(slot(300)) == [(0, 240), (360, 750)]
    assert begins(slot(300), gap=20) == [(0, 270), (330, 750)]  # windows never overlap
    assert begins(slot(300, gap=90)) == [(0, 210), (390, 750)]
    assert begins(slot(300, lasts=5, gap=1), window=5, gap=1) == [(0, 285), (315, 775)]
    assert begins(slot(300, lasts=100), gap=20) == [(0, 270), (400, 750)]
    assert begins(slot(300), window=100, gap=20) == [(0, 200), (330, 680)]


def test_others_at_the_edges_of_open_hours() -> None:
    assert begins(slot(0)) == [(60, 750)]
    assert begins(slot(-60)) == [(0, 750)]
    assert begins(slot(-59)) == [(1, 750)]
    assert begins(slot(60)) == [(0, 0), (120, 750)]
    assert begins(slot(750)) == [(0, 690)]
    assert begins(slot(810)) == [(0, 750)]
    assert begins(slot(809)) == [(0, 749)]
    assert begins(slot(0), slot(120)) == [(60, 60), (180, 750)]
    assert begins(slot(690)) == [(0, 630), (750, 750)]
    assert begins(slot(691)) == [(0, 631)]


def test_others_are_taken_in_any_order() -> None:
    assert (
        begins(slot(500), slot(100))
        == begins(slot(100), slot(500))
        == [
            (0, 40),
            (160, 440),
            (560, 750),
        ]
    )


def test_several_stretches_each_have_what_is_left() -> None:
    two = (span(0, 200), span(300, 500))
    assert begins(slot(250), free=two) == [(0, 170), (310, 470)]
    assert begins(slot(100), slot(400), free=two) == [(0, 40), (160, 170), (300, 340), (460, 470)]


FIVE = (0, 100, 200, 300, 400)


def test_nobody_is_asked_a_sixth_time_in_24_hours() -> None:
    """From the end of the first one's window, at 30, to the beginning of a sixth one's."""
    five = [slot(at) for at in FIVE]
    wide = (span(-3000, 3000),)

    assert begins(*five, free=wide) == [(-3000, 400 - DAY_MIN - 30), (30 + DAY_MIN, 2970)]
    assert len(begins(*five[:4], free=wide)) == 2
    assert begins(*five[:4], free=wide)[0] == (-3000, -60)


def test_six_that_are_there_already_leave_no_room_among_them() -> None:
    six = [slot(at) for at in (*FIVE, 600)]
    assert begins(*six, free=(span(-3000, 3000),)) == [
        (-3000, 400 - DAY_MIN - 30),
        (130 + DAY_MIN, 2970),
    ]


def test_a_sixth_fits_among_five_that_lie_a_day_apart() -> None:
    """From 30 to 1470: exactly a day, and a minute less."""
    apart = [slot(at) for at in (0, 300, 600, 900, 30 + DAY_MIN)]
    near = [*apart[:4], slot(29 + DAY_MIN)]

    assert begins(*apart, free=(span(1000, 1200),), window=15) == [(1000, 1185)]
    assert begins(*near, free=(span(1000, 1200),), window=15) == []


def is_lawful(at: int, window: int, gap: int, others: list[Slot]) -> bool:
    """Tell by each rule whether a demand may begin at an instant."""
    for one in others:
        if abs(at - one.at) < max(gap, one.gap, 15 * MINUTE):
            return False
        if at < one.until and one.at < at + window:
            return False
    mine = Slot(at=Micros(at), until=Micros(at + window))
    all_ = sorted([*others, mine], key=lambda one: one.at)
    runs = [all_[n : n + 6] for n in range(len(all_) - 5)]
    return all(run[5].at - run[0].until >= DAY for run in runs if mine in run)


_begins, _ends = attrgetter("at"), attrgetter("until")
MINUTES = st.integers(-1500, 3000)
# Windows of demands that are there never hold one another: the table refuses it.
SLOTS = st.lists(
    st.builds(slot, MINUTES, st.integers(15, 90), st.integers(15, 120)),
    max_size=9,
    unique_by=lambda one: one.at,
).filter(lambda told: sorted(told, key=_begins) == sorted(told, key=_ends))


@settings(deadline=None)
@given(
    others=SLOTS,
    edges=st.lists(MINUTES, min_size=2, max_size=6, unique=True),
    window=st.integers(15, 90),
    gap=st.integers(1, 120),
    more=st.lists(MINUTES, max_size=40),
)
def test_every_instant_is_possible_that_the_law_leaves_and_no_other(
    others: list[Slot], edges: list[int], window: int, gap: int, more: list[int]
) -> None:
    free = [span(*pair) for pair in list(pairwise(sorted(edges)))[::2]]
    window_us, gap_us = window * MINUTE, gap * MINUTE

    found = possible(free, others, window=window_us, gap=gap_us)

    marks = {edge for one in (*found, *free) for edge in (one.start, one.end)}
    marks |= {mark for one in others for mark in (one.at - gap_us, one.at + gap_us, one.until)}
    asked = {mark + shift for mark in marks for shift in (-1, 0, 1)} | {m * MINUTE for m in more}
    for at in asked:
        is_free = any(one.start <= at and at + window_us <= one.end for one in free)
        told = any(one.start <= at <= one.end for one in found)
        assert told == (is_free and is_lawful(at, window_us, gap_us, others)), at


def test_one_demand_beside_others() -> None:
    assert is_possible(slot(60), [slot(0)])
    assert is_possible(slot(15), [slot(-15)])
    assert not is_possible(slot(29), [slot(0)])
    assert not is_possible(slot(59, gap=60), [slot(0)])
    assert not is_possible(slot(59), [slot(0, gap=60)])
    assert is_possible(slot(59), [])
    assert not is_possible(slot(500), [slot(at) for at in FIVE])


# Drawing


def wanted(name: str = "a", most: int = 5, **more: object) -> Wanted:
    told: dict[str, object] = {
        "order_id": OrderId("ORD-1"),
        "condition_id": ConditionId(name),
        "device_id": DeviceId("D-1"),
        "modality": "face_photo",
        "most": most,
        "window": 30 * MINUTE,
        "gap": 60 * MINUTE,
        "free": OPEN,
    }
    return Wanted(**(told | more))  # type: ignore[arg-type]


def chance(*first: int, turn: int = 0) -> bytes:
    """Give chance: whose turn is first, then where each time falls."""
    return bytes([turn] + [0] * 7) * 5 + b"".join(one.to_bytes(8) for one in (*first, 0, 0, 0, 0))


def test_the_same_chance_draws_the_same_and_it_takes_eighty_bytes() -> None:
    assert CHANCE_BYTES == 80
    told = bytes(range(80))

    one, again = (draw([wanted()], [], most=5, chance=told) for _ in range(2))

    assert one == again
    assert len(one) == 5
    assert one != draw([wanted()], [], most=5, chance=told[::-1])


def test_each_time_is_a_place_in_all_that_is_free_counted_by_the_microsecond() -> None:
    tight = (span(0, 31), span(60, 92))  # 0 to 1 and 60 to 62 minutes, ends included
    whole = MINUTE + 1 + 2 * MINUTE + 1

    def first(place: int) -> int:
        (one,) = draw([wanted(most=1, free=tight)], [], most=5, chance=chance(place))
        return one.slot.at

    assert [first(place) for place in (0, 5, MINUTE)] == [0, 5, MINUTE]
    assert first(MINUTE + 1) == 60 * MINUTE
    assert first(whole - 1) == 62 * MINUTE
    assert first(whole) == 0


def test_stretches_that_begin_late_are_as_long_as_they_are() -> None:
    """Minutes 1,000 to 1,001, and 2,000 to 2,002."""
    late = (span(1_000, 1_031), span(2_000, 2_032))

    (one,) = draw([wanted(most=1, free=late)], [], most=5, chance=chance(2 * MINUTE + 1))

    assert one.slot.at == 2_001 * MINUTE


def test_what_is_drawn_is_in_order_and_carries_its_window_and_gap() -> None:
    found = draw([wanted(most=2)], [], most=5, chance=chance(200 * MINUTE, 5 * MINUTE))

    assert [one.slot for one in found] == [slot(5, gap=60), slot(200, gap=60)]
    assert {one.wanted for one in found} == {wanted(most=2)}
    (near,) = draw([wanted(most=1, gap=MINUTE)], [], most=5, chance=chance(0))
    assert near.slot.gap == 15 * MINUTE


def test_one_that_is_drawn_keeps_the_next_away() -> None:
    """The second place is counted in what the first one leaves: 0 is free no more."""
    found = draw([wanted(most=2)], [], most=5, chance=chance(0, 0))

    assert [one.slot.at for one in found] == [0, 60 * MINUTE]


def test_demands_that_are_there_keep_others_away() -> None:
    (one,) = draw([wanted(most=1)], [slot(0)], most=5, chance=chance(0))
    assert one.slot.at == 60 * MINUTE


def test_what_does_not_fit_is_not_asked() -> None:
    found = draw([wanted(free=(span(0, 100),))], [], most=5, chance=chance(0))
    assert [one.slot.at for one in found] == [0, 60 * MINUTE]
    assert draw([wanted(free=())], [], most=5, chance=chance(0)) == []
    tight = [wanted("a", 1, free=()), wanted("b", 1)]
    assert [one.wanted.condition_id for one in draw(tight, [], most=5, chance=chance())] == ["b"]


@pytest.mark.parametrize(
    ("most", "of_order", "expected"), [(5, 5, 5), (9, 9, 5), (2, 5, 2), (5, 3, 3), (0, 5, 0)]
)
def test_never_more_than_five_than_asked_for_or_than_can_be_decided(
    most: int, of_order: int, expected: int
) -> None:
    found = draw([wanted(most=of_order)], [], most=most, chance=bytes(range(80)))
    assert len(found) == expected


def served(most: int, *turns: Wanted, turn: int = 0) -> dict[str, int]:
    found = draw(turns, [], most=most, chance=chance(turn=turn))
    return dict(Counter(one.wanted.condition_id for one in found))


def test_conditions_take_turns() -> None:
    assert served(5, wanted("a"), wanted("b")) == {"a": 3, "b": 2}
    assert served(5, wanted("a"), wanted("b"), turn=1) == {"a": 2, "b": 3}
    assert served(5, wanted("a"), wanted("b", 1)) == {"a": 4, "b": 1}
    assert served(4, wanted("a"), wanted("b"), wanted("c")) == {"a": 2, "b": 1, "c": 1}
    assert served(5, wanted("a", 0)) == {}
    assert served(5) == {}


def test_whose_turn_is_first_is_chance() -> None:
    three = [wanted("a"), wanted("b"), wanted("c")]

    assert [served(1, *three, turn=turn) for turn in range(4)] == [
        {"a": 1},
        {"b": 1},
        {"c": 1},
        {"a": 1},
    ]
    assert served(2, *three, turn=1) == {"b": 1, "c": 1}
    assert served(2, *three, turn=2) == {"c": 1, "a": 1}


def test_each_round_has_its_own_first_turn() -> None:
    """In the second round the other one is first, and has the fourth and last."""
    two = [wanted("a"), wanted("b")]
    told = bytearray(chance())
    told[8] = 1

    found = draw(two, [], most=3, chance=bytes(told))

    assert Counter(one.wanted.condition_id for one in found) == {"a": 1, "b": 2}


def test_each_time_has_its_own_eight_bytes() -> None:
    """Changing the bytes of one time moves that one alone, while the others leave it room."""
    places = [at * MINUTE for at in (0, 100, 200, 300, 400)]
    for n in range(5):
        moved = list(places)
        moved[n] += 7
        one = draw([wanted()], [], most=5, chance=chance(*places))
        two = draw([wanted()], [], most=5, chance=chance(*moved))
        assert len(one) == len(two) == 5
        assert one != two


def test_a_demand_is_told_by_name_and_does_not_change() -> None:
    (one,) = draw([wanted(most=1)], [], most=5, chance=chance(0))
    for told, name in ((one, "slot"), (one.slot, "at"), (one.wanted, "most")):
        with pytest.raises(AttributeError):
            setattr(told, name, None)
    for told in (one, one.slot, one.wanted):
        with pytest.raises(TypeError):
            type(told)(*astuple(told))
    assert Slot(at=Micros(0), until=Micros(9)).gap == 15 * MINUTE
    assert replace(one.slot, gap=1).gap == 1
