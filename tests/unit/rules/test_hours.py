"""When a person may be asked at all: outside protected hours, whatever the clocks do.

Dates are those of Europe/London unless named; in 2026 clocks go forward on Sunday 29 March and
back on Sunday 25 October.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.lives import ruling
from whenever import Date

from fairtag.rules.prompts.hours import Hours, is_open, open_hours, protected_of, read, written
from fairtag.rules.prompts.refusals import HoursRefused
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse, text
from fairtag.terms.local import WeeklySpan

LONDON = "Europe/London"
NIGHT = ((21 * 60, 8 * 60),)


def hours(day: str, protected: str = "21:00-08:00", zone: str = LONDON) -> list[str]:
    return [
        f"{text(one.start)[5:16]} {text(one.end)[5:16]}"
        for one in open_hours(day, zone, read(protected))
    ]


def test_a_waking_day_lies_between_two_nights() -> None:
    assert hours("2026-11-03") == ["11-03T08:00 11-03T21:00"]
    assert hours("2026-07-03") == ["07-03T07:00 07-03T20:00"]  # BST
    assert hours("2026-11-03", zone="Pacific/Auckland") == ["11-02T19:00 11-03T08:00"]


def test_a_day_that_runs_over_midnight_is_cut_there_and_keeps_its_name() -> None:
    night, day = open_hours("2026-11-03", LONDON, read("03:00-12:00"))

    assert (text(night.start), text(night.end)) == ("2026-11-03T12:00:00Z", "2026-11-04T00:00:00Z")
    assert (text(day.start), text(day.end)) == ("2026-11-04T00:00:00Z", "2026-11-04T03:00:00Z")
    assert (night.waking_day, night.local_day) == ("2026-11-03", "2026-11-03")
    assert (day.waking_day, day.local_day) == ("2026-11-03", "2026-11-04")
    assert (text(night.day_start), text(night.day_end)) == (
        "2026-11-03T00:00:00Z",
        "2026-11-04T00:00:00Z",
    )
    assert (text(day.day_start), text(day.day_end)) == (
        "2026-11-04T00:00:00Z",
        "2026-11-05T00:00:00Z",
    )


def test_other_protected_hours_cut_the_day() -> None:
    assert hours("2026-11-03", "21:00-08:00,12:00-13:30") == [
        "11-03T08:00 11-03T12:00",
        "11-03T13:30 11-03T21:00",
    ]
    assert hours("2026-11-03", "21:00-08:00,07:30-09:00,20:00-21:30") == ["11-03T09:00 11-03T20:00"]
    assert hours("2026-11-03", "12:00-13:00,21:00-06:00") == [
        "11-03T06:00 11-03T12:00",
        "11-03T13:00 11-03T21:00",
    ]


def test_the_longest_stretch_is_the_night_wherever_it_lies() -> None:
    """Who works at night sleeps by day; the shorter stretch is a break."""
    assert hours("2026-11-03", "08:00-17:00,22:00-23:00") == [
        "11-03T17:00 11-03T22:00",
        "11-03T23:00 11-04T00:00",
        "11-04T00:00 11-04T08:00",
    ]
    assert hours("2026-11-03", "00:00-09:00") == ["11-03T09:00 11-04T00:00"]
    assert hours("2026-11-03", "15:00-00:00") == ["11-03T00:00 11-03T15:00"]


def test_a_night_in_two_parts_that_touch_is_one() -> None:
    assert hours("2026-11-03", "22:00-02:00,02:00-08:00") == ["11-03T08:00 11-03T22:00"]
    assert hours("2026-11-03", "22:00-00:00,00:00-08:00") == ["11-03T08:00 11-03T22:00"]


def test_of_two_nights_of_one_length_the_one_that_is_over_later_counts() -> None:
    assert hours("2026-11-03", "08:00-17:00,20:00-05:00") == [
        "11-03T17:00 11-03T20:00",
        "11-04T05:00 11-04T08:00",
    ]


def test_of_two_nights_of_one_length_that_cross_no_midnight_the_first_one_counts() -> None:
    assert hours("2026-11-03", "00:30-09:30,12:00-21:00") == [
        "11-03T09:30 11-03T12:00",
        "11-03T21:00 11-04T00:00",
        "11-04T00:00 11-04T00:30",
    ]


@pytest.mark.parametrize(
    "protected", ["22:00-06:59", "00:00-08:59", "12:00-12:01", "10:00-14:00,15:00-23:59"]
)
def test_less_than_nine_hours_of_quiet_are_refused(protected: str) -> None:
    with pytest.raises(HoursRefused):
        hours("2026-11-03", protected)


def test_exactly_nine_hours_are_enough_and_all_hours_leave_no_day() -> None:
    assert hours("2026-11-03", "22:00-07:00") == ["11-03T07:00 11-03T22:00"]
    assert hours("2026-11-03", "07:00-06:59") == ["11-03T06:59 11-03T07:00"]
    for whole in ("07:00-07:00", "00:00-12:00,12:00-00:00", "07:00-07:00,21:00-08:00"):
        with pytest.raises(HoursRefused, match="or all are"):
            hours("2026-11-03", whole)


def test_in_a_night_in_which_clocks_go_forward_nine_hours_are_nine_hours() -> None:
    """22:00 GMT to 07:00 BST are eight hours: the day begins at 08:00 BST, an hour later."""
    assert hours("2026-03-29", "22:00-07:00") == ["03-29T07:00 03-29T21:00"]
    assert hours("2026-03-29", "21:00-08:00") == ["03-29T07:00 03-29T20:00"]
    assert hours("2026-03-30", "22:00-07:00") == ["03-30T06:00 03-30T21:00"]


def test_on_a_day_on_which_clocks_go_back_nobody_is_awake_for_longer_than_15_hours() -> None:
    """From 00:30 BST to 15:30 GMT the clock shows fifteen hours, and sixteen go by."""
    assert hours("2026-10-25", "15:30-00:30") == ["10-24T23:30 10-25T14:30"]
    assert hours("2026-10-24", "15:30-00:30") == ["10-23T23:30 10-24T14:30"]


def test_a_stretch_that_begins_after_fifteen_hours_is_left_out() -> None:
    """15:00 GMT is fifteen and a half hours after 00:30 BST, and 14:30 exactly fifteen."""
    assert hours("2026-10-25", "15:30-00:30,14:00-15:00") == ["10-24T23:30 10-25T14:00"]
    assert hours("2026-10-25", "15:30-00:30,14:00-14:30") == ["10-24T23:30 10-25T14:00"]
    assert hours("2026-10-25", "15:30-00:30,14:00-14:29") == [
        "10-24T23:30 10-25T14:00",
        "10-25T14:29 10-25T14:30",
    ]


def test_where_an_hour_comes_twice_less_is_open() -> None:
    """On 25 October 01:30 comes twice: a day from then begins at the later one, GMT."""
    assert hours("2026-10-25", "13:30-01:30")[0].startswith("10-25T01:30")
    assert hours("2026-10-24", "01:30-13:30")[-1] == "10-24T23:00 10-25T00:30"


def test_fifteen_hours_count_from_the_later_of_two_beginnings() -> None:
    assert hours("2026-10-25", "16:30-01:30") == ["10-25T01:30 10-25T16:30"]


def test_a_break_that_ends_in_an_hour_that_comes_twice_ends_at_the_later_one() -> None:
    assert hours("2026-10-24", "05:00-15:00,00:30-01:30") == [
        "10-24T14:00 10-24T23:00",
        "10-24T23:00 10-24T23:30",
        "10-25T01:30 10-25T05:00",
    ]


def test_where_midnight_comes_twice_a_local_day_has_both() -> None:
    """In Havana 01:00 on 1 November 2026 is 00:00 again: both midnights belong to both days."""
    (before,), (after,) = (
        open_hours(day, "America/Havana", NIGHT) for day in ("2026-10-31", "2026-11-01")
    )

    assert text(before.day_end)[5:16] == "11-01T05:00"
    assert text(after.day_start)[5:16] == "11-01T04:00"
    assert text(after.day_end)[5:16] == "11-02T05:00"


def test_local_days_have_the_length_that_they_have() -> None:
    for day, length_h in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-03", 24)):
        (one,) = open_hours(day, LONDON, NIGHT)
        assert one.day_end - one.day_start == length_h * HOUR


DAYS = st.integers(0, 730).map(lambda n: Date(2026, 1, 1).add(days=n))
ZONES = st.sampled_from([LONDON, "Europe/Warsaw", "Africa/Cairo", "America/Havana", "Asia/Tehran"])


@settings(deadline=None)
@given(day=DAYS, zone=ZONES, begins=st.integers(0, 1439), lasts=st.integers(540, 1439))
def test_nine_hours_lie_between_two_days_and_none_is_longer_than_fifteen(
    day: Date, zone: str, begins: int, lasts: int
) -> None:
    protected = ((begins, (begins + lasts) % 1440),)
    one, two = (open_hours(when.format_iso(), zone, protected) for when in (day, day.add(days=1)))

    for found in (one, two):
        if found:
            assert found[-1].end - found[0].start <= 15 * HOUR
        assert all(piece.day_start <= piece.start < piece.end <= piece.day_end for piece in found)
    if one and two:
        assert two[0].start - one[-1].end >= 9 * HOUR


# Whether a stretch is one of them, as a table asks that trusts nobody


def told(shift: tuple[int, int] = (0, 0), **more: object) -> bool:
    (one,) = open_hours("2026-11-03", LONDON, NIGHT)
    words: dict[str, object] = {
        "waking_day": "2026-11-03",
        "zone": LONDON,
        "protected": "21:00-08:00",
        "span": (one.start + shift[0], one.end + shift[1]),
        "day": (one.day_start, one.day_end, "2026-11-03"),
    }
    return is_open(*(words | more).values())  # type: ignore[arg-type]


def test_open_hours_are_open_and_every_part_of_them() -> None:
    assert told()
    assert told((1, 0))
    assert told((0, -1))
    assert told((5 * HOUR, -5 * HOUR))


def test_what_reaches_beyond_them_or_is_empty_is_not() -> None:
    assert not told((-1, 0))
    assert not told((0, 1))
    assert not told((5 * HOUR, -8 * HOUR))
    assert not told((6 * HOUR, -8 * HOUR))


def test_with_another_days_bounds_or_name_they_are_not() -> None:
    (one,) = open_hours("2026-11-03", LONDON, NIGHT)
    for day in (
        (one.day_start + 1, one.day_end, "2026-11-03"),
        (one.day_start, one.day_end - 1, "2026-11-03"),
        (one.day_start, one.day_end, "2026-11-04"),
    ):
        assert not told(day=day)
    assert not told(waking_day="2026-11-04")
    assert not told(protected="20:00-08:00")
    assert not told(zone="Europe/Paris")


@pytest.mark.parametrize(
    "more",
    [
        {"zone": "Europe/Nowhere"},
        {"protected": "22:00-06:00"},
        {"protected": "always"},
        {"protected": ""},
        {"waking_day": "yesterday"},
    ],
)
def test_what_makes_no_sense_is_not_open(more: dict[str, object]) -> None:
    assert not told(**more)


# Protected hours as text, and of several orders


@pytest.mark.parametrize(
    ("protected", "as_text"),
    [
        (NIGHT, "21:00-08:00"),
        (((1290, 485), (720, 780)), "21:30-08:05,12:00-13:00"),
        (((0, 600),), "00:00-10:00"),
    ],
)
def test_protected_hours_are_read_as_they_were_written(
    protected: tuple[tuple[int, int], ...], as_text: str
) -> None:
    assert written(protected) == as_text
    assert read(as_text) == protected


@pytest.mark.parametrize("wrong", ["", "21:00", "21:00-08:00-09:00", "21:00-25:00", "21-08"])
def test_other_texts_are_no_protected_hours(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(wrong)


def every_day(start: int, end: int) -> WeeklySpan:
    return WeeklySpan(days=frozenset(range(7)), from_min=start, to_min=end)


def test_the_protected_hours_of_all_orders_hold() -> None:
    one = replace(ruling(), protected=(every_day(1320, 480), every_day(720, 780)))
    two = replace(ruling(), protected=(every_day(1260, 420), every_day(720, 780)))

    assert protected_of([one, two]) == ((720, 780), (1260, 420), (1320, 480))
    assert protected_of([one]) == ((720, 780), (1320, 480))


def test_an_order_without_any_has_the_night_of_guarantee_6() -> None:
    assert protected_of([ruling()]) == NIGHT
    assert protected_of([]) == NIGHT


def test_hours_are_told_by_name_and_do_not_change() -> None:
    (one,) = open_hours("2026-11-03", LONDON, NIGHT)
    with pytest.raises(AttributeError):
        one.start = Micros(0)  # type: ignore[misc]
    with pytest.raises(TypeError):
        Hours("2026-11-03", "2026-11-03", 0, 1, 0, 1)  # type: ignore[call-arg, misc]
    assert one.start == parse("2026-11-03T08:00:00Z")
    assert (one.end - one.start) // MINUTE == 13 * 60
