"""Places of many orders lie side by side; what is left is used again, and large ones are shared."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from shapely.geometry import Polygon

from fairtag.rules.many import ground as many
from fairtag.rules.many.ground import Grounds
from fairtag.terms.flat import BOX, Ground
from fairtag.terms.geometry import Circle, Place, area_of
from fairtag.terms.ground import ground_of


def circle(radius_m: float) -> Circle:
    return Circle(lon_deg=-2.24, lat_deg=53.48, radius_m=radius_m)


def ring(corners: int, lon_deg: float = -2.3) -> Place:
    turns = [2 * math.pi * n / corners for n in range(corners)]
    around = [(lon_deg + 0.01 * math.cos(a), 53.4 + 0.01 * math.sin(a)) for a in turns]
    return area_of(Polygon(around))


TOWN = ring(100)
ORDERS: list[list[Place]] = [
    [],
    [circle(100)],
    [circle(150), ring(4)],
    [ring(5), circle(80), ring(7, -2.1)],
    [TOWN],
    [circle(120), TOWN, ring(4)],
    [ring(32)],  # just so many sides that it is shared
]


def is_equal(one: Ground, other: Ground) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_places_stay_what_they_are_while_others_come_and_go() -> None:
    chance, grounds = random.Random(1), Grounds()
    held: list[tuple[list[Place], list[int]]] = []
    for _ in range(1_500):
        if held and chance.random() < 0.5:
            places, told = held.pop(chance.randrange(len(held)))
            assert is_equal(grounds.told(told), ground_of(places))
            grounds.drop(told)
        else:
            places = chance.choice(ORDERS)
            held.append((places, grounds.add(ground_of(places)).tolist()))
    rooms = [len(column) for column in grounds.columns]
    for _, told in held:
        grounds.drop(told)

    assert grounds.size == 0
    assert max(rooms) < 20_000  # what was left was used again


def test_negative_control_a_block_that_is_given_twice_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many._Room, "take", lambda *_: 0)
    with pytest.raises(AssertionError):
        test_places_stay_what_they_are_while_others_come_and_go()


def test_a_town_is_kept_once_until_the_last_who_must_not_enter_it_leaves() -> None:
    grounds = Grounds()
    alone = grounds.add(ground_of([TOWN])).tolist()
    size = grounds.size
    others = [grounds.add(ground_of([circle(100), TOWN])).tolist() for _ in range(10)]

    assert {told[1] for told in others} == set(alone)
    assert grounds.size - size == 10 * 8 * (many._OF_PLACES + 1 + many.BOX)
    grounds.drop(alone)
    assert is_equal(grounds.told(others[0]), ground_of([circle(100), TOWN]))
    for told in others:
        grounds.drop(told)
    assert grounds.size == 0


def test_orders_of_just_so_many_sides_are_taken_place_by_place() -> None:
    """What is laid down as one block is given back as one, and what is shared lies elsewhere."""
    halves, shared = [ring(16), ring(16, -2.1)], [circle(90), ring(32)]
    grounds = Grounds()
    alone = grounds.add(ground_of([ring(32)])).tolist()

    told = [grounds.add(ground_of(places)).tolist() for places in (halves, shared)]

    for places, where in zip((halves, shared), told, strict=True):
        assert is_equal(grounds.told(where), ground_of(places))
    for where in (alone, *told):
        grounds.drop(where)
    assert grounds.size == 0


def test_the_size_is_that_of_the_places_that_are_there() -> None:
    grounds = Grounds()
    told = ground_of([ring(5), circle(80), ring(7, -2.1)])
    town = ground_of([TOWN])
    of_block = 8 * BOX  # the end of the last stretch takes the room of a box, too
    first = grounds.add(told)
    assert grounds.size == sum(column.nbytes for column in told) + of_block
    second = grounds.add(town)
    assert grounds.size == sum(one.nbytes for both in (told, town) for one in both) + 2 * of_block
    assert (first.dtype, second.dtype) == (np.int64, np.int64)


@pytest.mark.parametrize(
    ("wanted", "room"),
    [(256, 384), (many._LONG - 1, 196_606), (many._LONG, many._VERY_MANY), (1 << 22, 6 << 20)],
)
def test_a_long_column_gets_room_for_very_many_so_that_it_moves_no_more(
    wanted: int, room: int
) -> None:
    column = np.arange(200, dtype=np.int64)

    longer = many.grown_to(column, wanted)

    assert len(longer) == room
    assert np.array_equal(longer[:200], column)
    assert not longer[200:300].any()
