"""Traps of the OsmAnd protocol and of the clients that speak it, a test each."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.intake.say import (
    AT,
    FIXED,
    ISO,
    LAT,
    LON,
    NOW,
    app_says,
    codes,
    kinds,
    names,
    osmand_says,
    query,
    request,
    the_life,
    the_position,
    the_reason,
)

from fairtag.intake import osmand
from fairtag.intake.messages import Decoded, Position, Source, StatusReport
from fairtag.intake.request import Why
from fairtag.terms.instants import SECOND, Micros, text

FORM = "application/x-www-form-urlencoded"


def test_the_old_client_posts_an_empty_body_with_pairs_in_the_query() -> None:
    said = osmand.decode(request(b"", query=query(), content_type=FORM))
    assert the_position(said).at == FIXED


def test_the_new_client_posts_a_form_body_with_knots_of_two_decimals() -> None:
    said = osmand.decode(request(query(speed="1.94"), content_type=FORM))
    assert the_position(said).speed_mps == pytest.approx(0.998, abs=1e-3)


def test_a_form_body_may_come_without_its_content_type() -> None:
    assert the_position(osmand.decode(request(query()))).lat == LAT


def test_pairs_may_stand_in_query_and_body_at_once() -> None:
    said = osmand.decode(request(query(id=None), query="id=D-1", content_type=FORM))
    assert the_position(said).at == FIXED


def test_the_same_pair_in_query_and_body_says_one_thing() -> None:
    assert the_position(osmand.decode(request(query(), query=query()))).lat == LAT


def test_query_and_body_that_contradict_each_other_are_kept_apart() -> None:
    said = osmand.decode(request(query(lat=1), query=query(lat=2)))
    assert the_reason(said) is Why.DUPLICATE_KEY
    assert b"lat=1" in said.refused[0].raw
    assert b"lat=2" in said.refused[0].raw


def test_json_has_another_member_that_repeats_the_pairs() -> None:
    assert the_position(app_says(_=f"&id=D-1&lat={LAT}&lon={LON}&")).lat == LAT


def test_json_may_come_without_its_content_type() -> None:
    body = json.dumps({"location": {"timestamp": ISO, "coords": {"latitude": 1, "longitude": 2}}})
    assert the_position(osmand.decode(request(body))).lon == 2


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/json"])
def test_the_json_type_is_a_prefix(kind: str) -> None:
    body = json.dumps({"location": {"timestamp": ISO, "coords": {"latitude": 1, "longitude": 2}}})
    assert the_position(osmand.decode(request(body, content_type=kind))).lat == 1


@pytest.mark.parametrize("stamp", [AT, f"{AT}.0", AT * 1000, ISO, "2026-11-03T01:00:00%2B0100"])
def test_a_timestamp_is_seconds_or_milliseconds_or_iso(stamp: Any) -> None:
    assert the_position(osmand_says(timestamp=stamp)).at == FIXED


def test_milliseconds_begin_where_seconds_of_31_bits_end() -> None:
    late = Micros((2**31 + 60) * SECOND)
    seconds = osmand.decode(request(query=query(timestamp=2**31 - 2), received_at=late))
    assert the_position(seconds).at == (2**31 - 2) * SECOND
    assert the_reason(osmand_says(timestamp=2**31)) is Why.CLOCK  # January 1970 in milliseconds


def test_a_time_without_a_zone_is_utc() -> None:
    assert the_position(osmand_says(timestamp="2026-11-03+00:00:00")).at == FIXED


def test_a_plus_that_became_a_space_is_still_an_offset() -> None:
    assert the_position(osmand_says(timestamp="2026-11-03T01:00:00+01:00")).at == FIXED


def test_no_timestamp_is_the_time_of_receipt() -> None:
    assert the_position(osmand_says(timestamp=None)).at == NOW


def test_an_empty_timestamp_is_no_time() -> None:
    assert the_reason(osmand_says(timestamp="")) is Why.CLOCK


def test_location_is_latitude_and_longitude_in_one() -> None:
    place = the_position(osmand_says(lat=None, lon=None, location=f"{LAT},{LON}"))
    assert (place.lat, place.lon) == (LAT, LON)


def test_knots_in_pairs_are_metres_a_second_in_json() -> None:
    assert the_position(osmand_says(speed=10)).speed_mps == pytest.approx(5.1444, abs=1e-4)
    assert the_position(app_says(coords={"speed": 10})).speed_mps == 10


def test_minus_one_is_unknown_in_json() -> None:
    place = the_position(app_says(coords={"speed": -1, "accuracy": -1}, battery={"level": -1}))
    assert (place.speed_mps, place.accuracy_m, place.battery_pct) == (None, None, None)


def test_a_battery_is_percent_in_pairs_and_a_share_in_json() -> None:
    assert the_position(osmand_says(batt="87.5")).battery_pct == 87.5
    level = {"level": 0.79, "is_charging": False}
    assert the_position(app_says(battery=level)).battery_pct == pytest.approx(79)


def test_an_accuracy_of_zero_is_unknown() -> None:
    """Traccar writes 0 for whatever is better than its smallest accuracy."""
    assert the_position(osmand_says(accuracy="0.0")).accuracy_m is None
    assert the_position(app_says(coords={"accuracy": 0})).accuracy_m is None


@pytest.mark.parametrize(
    "said",
    [
        osmand_says(lat=None, lon=None),
        osmand_says(valid="false"),
        osmand_says(valid="0"),
        osmand_says(lat=None, lon=None, speed=1),
    ],
)
def test_a_heartbeat_without_a_fix_has_no_place(said: Decoded) -> None:
    assert the_life(said).at == FIXED


def test_json_without_coords_is_a_heartbeat() -> None:
    body = json.dumps({"location": {"timestamp": ISO, "battery": {"level": 0.5}}})
    assert the_life(osmand.decode(request(body))).battery_pct == 50


@pytest.mark.parametrize(
    "said",
    [
        osmand_says(lat="0.0", lon="0.0", accuracy="0.0"),
        osmand_says(lat=0, lon=0),
        app_says(coords={"latitude": 0, "longitude": 0, "accuracy": -1}),
    ],
)
def test_empty_fields_are_no_place_in_the_gulf_of_guinea(said: Decoded) -> None:
    assert the_life(said).at == FIXED


def test_zero_zero_with_an_accuracy_is_a_place() -> None:
    assert the_position(osmand_says(lat=0, lon=0, accuracy=12)).lat == 0


def test_cells_and_access_points_repeat_and_place_nobody() -> None:
    network = "&cell=234,10,7,991&cell=234,10,7,992,-85&wifi=02-00-00-00-00-01,-60"
    said = osmand.decode(request(query=query(lat=None, lon=None) + network))
    assert the_life(said).at == FIXED


def test_a_mock_location_stays_marked() -> None:
    assert the_position(osmand_says(mock="true")).is_mock is True
    assert the_position(app_says(mock=True)).is_mock is True
    assert the_position(osmand_says()).is_mock is None


@pytest.mark.parametrize(
    "said",
    [
        osmand_says(alarm="sos"),
        osmand_says(alarm="SOS", lat=None, lon=None),
        app_says(alarm="sos"),
        app_says(extras={"alarm": "sos"}),  # where the app's own button puts it
    ],
)
def test_a_call_for_help_is_heard_wherever_it_stands(said: Decoded) -> None:
    assert codes(said) == ["sos"]


def test_an_alarm_that_we_do_not_know_loses_no_position() -> None:
    said = osmand_says(alarm="come%20quickly")
    assert kinds(said) == ["Position"]


@pytest.mark.parametrize("name", ["id", "deviceid"])
def test_a_foreign_id_is_kept_apart(name: str) -> None:
    assert the_reason(osmand_says(**{"id": None, name: "D-2"})) is Why.FOREIGN_ID


def test_a_foreign_id_in_json_is_kept_apart() -> None:
    told = {"location": {"timestamp": ISO}, "device_id": "D-2"}
    assert the_reason(osmand.decode(request(json.dumps(told)))) is Why.FOREIGN_ID


def test_the_credential_makes_an_id_needless() -> None:
    assert the_position(osmand_says(id=None)).device_id == "D-1"


@pytest.mark.parametrize("body", ["hello", "a=1&b=2", "\x00\x01", "<xml/>", "&&&"])
def test_content_that_we_cannot_read_is_no_heartbeat(body: str) -> None:
    assert the_reason(osmand.decode(request(body))) is Why.UNKNOWN_FORM


def test_an_empty_request_says_nothing() -> None:
    assert osmand.decode(request()) == Decoded(ignored=1)


@pytest.mark.parametrize("speed", ["1e308", "nan", "fast", "-1", ""])
def test_a_speed_that_cannot_be_loses_no_position(speed: str) -> None:
    assert the_position(osmand_says(speed=speed)).speed_mps is None


def test_python_writes_numbers_that_nobody_else_does() -> None:
    assert the_reason(osmand_says(lat="5_3.48")) is Why.WRONG_TYPE


def test_half_a_place_is_kept_apart() -> None:
    assert the_reason(osmand_says(lon=None)) is Why.MISSING


def test_gpslogger_names_its_fields_otherwise() -> None:
    told = f"lat={LAT}&lon={LON}&time={ISO}&acc=6.5&spd=2.5&battery=55&prov=gps&aid=x&ser=y"
    place = the_position(osmand.decode(request(query=told)))
    assert place.at == FIXED
    assert (place.accuracy_m, place.speed_mps, place.battery_pct) == (6.5, 2.5, 55)
    assert place.source is Source.GNSS


def test_gpslogger_writes_no_accuracy_as_zero_and_a_network_fix_as_network() -> None:
    place = the_position(osmand_says(acc="0.0", prov="network"))
    assert (place.accuracy_m, place.source) == (None, Source.UNKNOWN)


def test_gpslogger_sends_its_file_again_line_by_line() -> None:
    assert names(osmand_says(spd=1, batt=50)) == names(osmand_says(spd=1, batt=49))


def test_a_resend_is_a_duplicate_whenever_it_comes() -> None:
    later = Micros(NOW + 3600 * SECOND)
    again = osmand.decode(request(query=query(), received_at=later))
    assert names(again) == names(osmand_says())


def test_a_resend_without_a_time_of_its_own_is_a_new_fix() -> None:
    """Nothing tells it from a person who stands still: it counts at its receipt, and is kept."""
    later = Micros(NOW + 30 * SECOND)
    again = osmand.decode(request(query=query(timestamp=None), received_at=later))
    assert names(again) != names(osmand_says(timestamp=None))
    assert the_position(again).at == later


def test_the_app_repeats_its_last_fix_as_a_heartbeat() -> None:
    """The fix is a duplicate; the device is alive, with the charge of now."""
    first = app_says(battery={"level": 0.8})
    life = {"age": 25 * 60_000, "battery": {"level": 0.6}, "event": "heartbeat"}
    body = {"timestamp": ISO, "coords": {"latitude": LAT, "longitude": LON, "accuracy": 7}} | life
    told = json.dumps({"location": body, "device_id": "D-1"})
    again = osmand.decode(request(told, received_at=Micros(FIXED + 1501 * SECOND)))
    assert kinds(again) == ["Position", "StatusReport"]
    assert names(again)[0] == names(first)[0]
    assert isinstance(again.messages[0], Position)
    assert again.messages[0].battery_pct is None
    assert isinstance(again.messages[1], StatusReport)
    assert (again.messages[1].battery_pct, text(again.messages[1].at)) == (
        60,
        "2026-11-03T00:25:00Z",
    )
