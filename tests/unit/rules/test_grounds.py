"""Places of many orders lie side by side, each where its own order knows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace as changed

import numpy as np
import pytest
from tests.property.lives import DEGREE_M, LAT, LON
from tests.unit.rules.crowd import CURFEW, PARK, STREETS, ZONE, area
from tests.unit.rules.nights import at, order

from fairtag.orders.model import Condition, ExclusionZone
from fairtag.rules.many.ground import Grounds
from fairtag.rules.places.leg import Edges
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import view_of
from fairtag.terms.ground import Ground, distances

POINTS = [(north, east) for north in range(-1600, 2400, 570) for east in (-350, 40, 420)]


def edges_of(*conditions: Condition) -> Edges:
    return view_of((order(*conditions),), at(0), DEFAULTS).edges(1)


def many_sides(corners: int, id_: str) -> ExclusionZone:
    """Give a zone like a cog, of so many corners."""
    turn = 2 * np.pi / corners
    offsets = [
        (400 * (1 + n % 2) * np.cos(n * turn), 400 * (1 + n % 2) * np.sin(n * turn))
        for n in range(corners)
    ]
    return ExclusionZone(id=id_, area=area(*offsets), buffer_m=0, timetable=())


def told(ground: Ground, places: Iterable[int]) -> list[float]:
    """Tell how far some points are from some places."""
    asked = [(place, north, east) for place in places for north, east in POINTS]
    place = np.array([one for one, *_ in asked], np.int32)
    lat = np.array([LAT + north / DEGREE_M for _, north, _ in asked])
    lon = np.array([LON + east / 66_270 for *_, east in asked])
    return distances(ground, place, lon, lat, np.full(len(asked), np.inf)).tolist()


def test_every_place_is_found_again_among_the_others() -> None:
    grounds = Grounds()
    known = [
        edges_of(CURFEW, STREETS),
        edges_of(PARK),
        edges_of(many_sides(60, "m1"), ZONE, PARK),
        edges_of(),
        edges_of(many_sides(34, "m2")),
        edges_of(ZONE, CURFEW, STREETS, many_sides(100, "m3")),
    ]

    places = [grounds.add(one.ground).tolist() for one in known]

    assert places == [[0, 1], [2], [3, 4, 5], [], [6], [7, 8, 9, 10]]
    for one, there in zip(known, places, strict=True):
        assert told(grounds.columns, there) == told(one.ground, range(len(one.names)))


def test_what_was_told_stays_when_others_come() -> None:
    grounds, park = Grounds(), edges_of(PARK, STREETS)
    places = grounds.add(park.ground)
    before = told(grounds.columns, places)

    for n in range(30):
        grounds.add(edges_of(many_sides(40 + 2 * n, f"n{n}")).ground)

    assert places.tolist() == [0, 1]
    assert told(grounds.columns, places) == before == told(park.ground, [0, 1])


def test_large_places_that_are_equal_lie_there_once_and_small_ones_each() -> None:
    grounds, town = Grounds(), many_sides(40, "t")

    first = grounds.add(edges_of(CURFEW, town).ground)
    again = grounds.add(edges_of(changed(town, id="t2"), CURFEW).ground)

    assert (first.tolist(), again.tolist()) == ([0, 1], [1, 2])
    assert first.dtype == again.dtype == np.int64


def test_room_is_made_for_half_as_much_again_and_kept_until_it_is_full() -> None:
    grounds = Grounds()
    assert {len(one) for one in grounds.columns} == {256}
    whole = [one.dtype == np.int64 for one in grounds.columns]
    names = [name for name, is_whole in zip(Ground._fields, whole, strict=True) if is_whole]
    assert names == ["begin", "end", "cut"]

    grounds.add(edges_of(many_sides(50, "r1")).ground)
    column = grounds.columns.side
    assert len(column) == 256
    grounds.add(edges_of(CURFEW).ground)
    assert grounds.columns.side is column
    grounds.add(edges_of(many_sides(60, "r2")).ground)

    assert len(grounds.columns.side) == (50 + 60) * 5 * 3 // 2
    assert grounds.columns.side[:250].tolist() == column[:250].tolist()
    assert [one.dtype == np.int64 for one in grounds.columns] == whole
    assert len(grounds.columns.lon) == 256


def test_a_column_that_is_just_full_has_room() -> None:
    grounds = Grounds()
    for n in range(256):
        grounds.add(edges_of(changed(CURFEW, id=f"f{n}")).ground)
    assert len(grounds.columns.lon) == 256
    grounds.add(edges_of(changed(CURFEW, id="f256")).ground)
    assert len(grounds.columns.lon) == len(grounds.columns.end) == 257 + 128
    assert grounds.columns.begin.dtype == grounds.columns.end.dtype == np.int64


@pytest.mark.parametrize("place", [0, 1])
def test_negative_control_another_place_is_noticed(place: int) -> None:
    grounds = Grounds()
    grounds.add(edges_of(CURFEW, STREETS).ground)

    assert told(grounds.columns, [place]) != told(grounds.columns, [1 - place])
