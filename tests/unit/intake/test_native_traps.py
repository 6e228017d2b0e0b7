"""What fairtag's own lines say, and what a bad part of one costs."""

from __future__ import annotations

import pytest
from tests.unit.intake.say import (
    FIXED,
    ISO,
    kinds,
    line,
    names,
    native_says,
    request,
    the_position,
    the_reason,
)

from fairtag.intake import native
from fairtag.intake.fix import MAX_SEQ
from fairtag.intake.messages import CheckInReceipt, Source
from fairtag.intake.request import Why
from fairtag.terms.instants import SECOND, Micros


@pytest.mark.parametrize(
    "part",
    [
        {"speed_mps": 1e308},
        {"speed_mps": "fast"},
        {"speed_mps": -1},
        {"accuracy_m": -1},
        {"accuracy_m": 0},
        {"accuracy_m": "eight"},
        {"accuracy_m": {}},
        {"accuracy_level": 68},
        {"battery_pct": 1000},
        {"battery_pct": 10**400},
        {"source": "starlink"},
        {"source": ["gnss"]},
        {"is_mock": "maybe"},
    ],
    ids=str,
)
def test_a_part_that_cannot_be_true_is_unknown_and_the_position_is_kept(
    part: dict[str, object],
) -> None:
    place = the_position(native_says(line(**part)))
    assert place == the_position(native_says(line()))


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"lat": 90.001}, Why.OUT_OF_RANGE),
        ({"lon": -180.5}, Why.OUT_OF_RANGE),
        ({"lat": 1e308}, Why.OUT_OF_RANGE),
        ({"lat": 10**400}, Why.OUT_OF_RANGE),
        ({"lat": None}, Why.WRONG_TYPE),
        ({"lat": "53.4"}, Why.WRONG_TYPE),
        ({"lat": True}, Why.WRONG_TYPE),
        ({"at": "2014-12-31T23:59:59Z"}, Why.CLOCK),
        ({"at": "2026-11-03T00:02:31Z"}, Why.CLOCK),
        ({"at": "9999-12-31T23:59:59Z"}, Why.CLOCK),
        ({"at": "2026-11-03T00:00:00"}, Why.CLOCK),
        ({"at": 1793664000}, Why.WRONG_TYPE),
        ({"at": None}, Why.MISSING),
        ({"type": "place"}, Why.UNKNOWN_FORM),
        ({"type": None}, Why.UNKNOWN_FORM),
        ({"device_id": "D-2"}, Why.FOREIGN_ID),
        ({"device_id": 1}, Why.FOREIGN_ID),
        ({"seq": -1}, Why.OUT_OF_RANGE),
        ({"seq": MAX_SEQ + 1}, Why.OUT_OF_RANGE),
        ({"seq": 1.5}, Why.WRONG_TYPE),
        ({"seq": "17"}, Why.WRONG_TYPE),
        ({"epoch": True}, Why.WRONG_TYPE),
    ],
    ids=str,
)
def test_place_time_and_names_must_be_right(part: dict[str, object], why: Why) -> None:
    assert the_reason(native_says(line(**part))) is why


@pytest.mark.parametrize("at", ["2015-01-01T00:00:00Z", "2026-11-03T00:02:30Z"])
def test_the_first_and_the_last_time_that_counts(at: str) -> None:
    assert native_says(line(at=at)).refused == ()


def test_a_device_id_that_is_empty_or_null_claims_nothing() -> None:
    said = native_says(line(device_id=None), line(device_id=""), line(device_id="D-1"))
    assert {one.device_id for one in said.messages} == {"D-1"}


def test_a_bad_line_keeps_its_number_so_that_the_device_may_free_it() -> None:
    said = native_says(line(seq=1), line(seq=2, epoch=3, lat=91), line(seq=3))
    assert [one.seq for one in said.messages] == [1, 3]
    assert [(one.epoch, one.seq) for one in said.refused] == [(3, 2)]


def test_an_event_of_another_kind_and_a_receipt_of_another_state_are_kept_apart() -> None:
    said = native_says(
        {"type": "event", "at": ISO, "code": "escaped"},
        {"type": "event", "at": ISO, "code": ["sos"]},
        {"type": "check_in", "at": ISO, "check_in_id": "c", "condition_id": "p1", "state": "lost"},
    )
    assert [one.why for one in said.refused] == [Why.UNKNOWN_FORM] * 3


def test_a_check_in_receipt_is_read_whole() -> None:
    told = {"type": "check_in", "at": ISO, "check_in_id": "c-1", "condition_id": "p1", "seq": 9}
    said = native_says(told | {"state": "answered", "captured_at": ISO, "result": "match"})
    (receipt,) = said.messages
    assert isinstance(receipt, CheckInReceipt)
    assert (receipt.captured_at, receipt.result, receipt.seq) == (FIXED, "match", 9)


def test_line_ends_of_windows_and_empty_lines_do_no_harm() -> None:
    raw = b'\r\n{"type":"position","at":"%s","lat":1,"lon":2,"source":"wifi"}\r\n\r\n'
    place = the_position(native.decode(request(raw % ISO.encode())))
    assert place.source is Source.WIFI


def test_many_bad_lines_with_numbers_stay_apart() -> None:
    said = native_says(*(line(seq=n, lat=91) for n in range(1, 2001)))
    assert [one.seq for one in said.refused] == list(range(1, 2001))


def test_a_resend_without_a_number_is_a_duplicate_whenever_it_comes() -> None:
    first = native_says(line(battery_pct=80))
    raw = b'{"type":"position","at":"%s","lat":53.48,"lon":-2.24,"battery_pct":79}' % ISO.encode()
    again = native.decode(request(raw, received_at=Micros(FIXED + 9 * SECOND)))
    assert names(first) == names(again)


@pytest.mark.parametrize("other", [{"lat": 1.0}, {"accuracy_m": 5}, {"at": "2026-11-02T23:59:59Z"}])
def test_what_differs_in_place_or_time_is_another_fix(other: dict[str, object]) -> None:
    assert names(native_says(line())) != names(native_says(line(**other)))


def test_events_of_one_second_are_told_apart_by_their_code() -> None:
    one = {"type": "event", "at": ISO, "code": "strap_open"}
    said = native_says(one, one | {"code": "sos"}, one)
    assert kinds(said) == ["Event"] * 3
    assert len(set(names(said))) == 2


def test_a_recorded_line_may_be_received_before_it_happened_by_a_little() -> None:
    """A phone's clock runs some seconds ahead: the recorded traces do that."""
    told = '{"type":"position","device_id":"D-1","at":"2026-11-03T00:00:03Z","lat":1,"lon":2,'
    near = native.decode_recorded((told + '"received_at":"2026-11-03T00:00:00Z"}').encode())
    far = native.decode_recorded((told + '"received_at":"2026-11-02T23:58:00Z"}').encode())
    assert the_position(near).received_at == FIXED
    assert the_reason(far) is Why.CLOCK


def test_a_recorded_line_without_receipt_arrived_when_it_happened() -> None:
    raw = b'{"type":"position","device_id":"D-9","at":"%s","lat":1,"lon":2}' % ISO.encode()
    place = the_position(native.decode_recorded(raw))
    assert (place.received_at, place.device_id) == (FIXED, "D-9")


def test_a_recorded_line_of_nobody_is_kept_apart() -> None:
    assert the_reason(native.decode_recorded(b'{"type":"position"}')) is Why.MISSING
