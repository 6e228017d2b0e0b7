"""Traps of Overland batches, a test each."""

from __future__ import annotations

import json

import pytest
from tests.unit.intake.say import (
    AT,
    FIXED,
    ISO,
    LAT,
    LON,
    feature,
    kinds,
    names,
    overland_says,
    request,
    the_life,
    the_position,
    the_reason,
)

from fairtag.intake import overland
from fairtag.intake.messages import Decoded
from fairtag.intake.request import Why
from fairtag.web.device_api.protocols import PROTOCOLS


def test_longitude_comes_first() -> None:
    place = the_position(overland_says(feature(coordinates=[LON, LAT, 30.0])))
    assert (place.lat, place.lon) == (LAT, LON)


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-11-03T00:00:00Z",
        "2026-11-03T00:00:00.000Z",
        "2026-11-03T00:00:00+0000",
        "2026-11-02T17:00:00-0700",
        "2026-11-02T17:00:00-07:00",
    ],
)
def test_an_offset_may_lack_its_colon(stamp: str) -> None:
    assert the_position(overland_says(feature(timestamp=stamp))).at == FIXED


def test_speed_is_in_metres_a_second_and_minus_one_is_unknown() -> None:
    assert the_position(overland_says(feature(speed=4))).speed_mps == 4
    assert the_position(overland_says(feature(speed=-1))).speed_mps is None


def test_accuracy_of_minus_one_is_unknown() -> None:
    assert the_position(overland_says(feature(horizontal_accuracy=-1))).accuracy_m is None


def test_a_battery_is_a_share() -> None:
    assert the_position(overland_says(feature(battery_level=0.8))).battery_pct == 80
    assert the_position(overland_says(feature(battery_level=-1))).battery_pct is None


def test_a_feature_without_geometry_is_a_sign_of_life() -> None:
    told = feature(geometry=None, action="will_terminate", battery_level=0.55)
    life = the_life(overland_says(told))
    assert (life.at, life.battery_pct) == (FIXED, pytest.approx(55))
    del told["geometry"]
    assert the_life(overland_says(told)).at == FIXED


def test_empty_coordinates_are_no_place() -> None:
    assert the_life(overland_says(feature(coordinates=[0, 0]))).at == FIXED


def test_current_is_a_duplicate_of_a_later_batch_member() -> None:
    old = feature(timestamp="2026-11-02T23:00:00Z")
    now = feature(horizontal_accuracy=8, battery_level=0.8)
    ahead = overland_says(old, current=now)
    later = overland_says(now | {"properties": now["properties"] | {"battery_level": 0.7}})
    assert kinds(ahead) == ["Position", "Position"]
    assert names(ahead)[1] == names(later)[0]


def test_a_current_of_another_kind_is_not_lost() -> None:
    said = overland_says(feature(), current=[1])
    assert kinds(said) == ["Position"]
    assert len(said.refused) == 1


def test_a_trip_beside_the_batch_changes_nothing() -> None:
    trip = {"mode": "walk", "start": ISO, "start_location": feature()}
    assert kinds(overland_says(feature(), trip=trip)) == ["Position"]


def test_a_wifi_zone_makes_its_fixes_up() -> None:
    made_up = feature(horizontal_accuracy=1, altitude=-1, speed=0, wifi="home")
    assert the_position(overland_says(made_up)).is_mock is True
    real = feature(horizontal_accuracy=5, altitude=20, speed=0, wifi="home")
    assert the_position(overland_says(real)).is_mock is None


def test_a_batch_in_owntracks_form_is_kept_apart_and_its_time_is_not_mended() -> None:
    told = {"_type": "location", "lat": LAT, "lon": LON, "tst": AT - 978_307_200, "acc": 30}
    said = overland.decode(request(json.dumps(told)))
    assert the_reason(said) is Why.MISSING


@pytest.mark.parametrize("device_id", ["", None, "D-1"])
def test_an_empty_device_id_claims_nothing(device_id: object) -> None:
    assert the_position(overland_says(feature(device_id=device_id))).device_id == "D-1"


def test_a_foreign_device_id_is_kept_apart_and_the_rest_is_read() -> None:
    said = overland_says(feature(), feature(device_id="D-2"))
    assert kinds(said) == ["Position"]
    assert [one.why for one in said.refused] == [Why.FOREIGN_ID]
    assert b'"D-2"' in said.refused[0].raw


def test_the_batch_is_authoritative_not_the_query_that_mirrors_it() -> None:
    body = json.dumps({"locations": [feature()]})
    said = overland.decode(request(body, query="lat=1&lon=2&ts=2020-01-01T00:00:00Z"))
    assert the_position(said).lat == LAT


def test_the_answer_frees_the_batch_and_sets_nothing() -> None:
    """A member `set` of the answer could switch the phone's tracking off for ever."""
    answer = PROTOCOLS["overland"].answer
    assert answer is not None
    for is_over in (True, False):
        assert json.loads(answer(is_over).body) == {"result": "ok"}


def test_an_empty_body_and_an_empty_batch_say_nothing() -> None:
    assert overland.decode(request(b"")) == Decoded(ignored=1)
    assert overland_says() == Decoded()


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": "1,2"},
        {"type": "Point", "coordinates": [None, None]},
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        {"type": "Point", "coordinates": [LON, 91]},
        [],
    ],
)
def test_a_geometry_that_is_no_point_on_earth_is_kept_apart(geometry: object) -> None:
    assert the_reason(overland_says(feature(geometry=geometry)))


def test_numbers_beyond_all_sizes_are_kept_as_they_came() -> None:
    huge = 10**4000
    body = b'{"locations": [{"type": "Feature", "properties": {"n": %d}}]}' % huge
    said = overland.decode(request(body))
    assert str(huge).encode() in said.refused[0].raw
