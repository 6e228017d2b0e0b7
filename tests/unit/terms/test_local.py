"""When is a wall-clock window? Weekdays are written out; BST is UTC+1, GMT is UTC.

London: clocks forward Sunday 29 March 2026 at 01:00 GMT, back Sunday 25 October 2026 at 02:00 BST.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise

import pytest
from whenever import Date

from fairtag.terms.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, Micros, parse, text
from fairtag.terms.local import (
    DAYS,
    Interval,
    WeeklySpan,
    instant_of,
    is_zone,
    local_instant,
    merged,
    minutes_of,
    occurrences,
    wall_minute,
    wall_text,
)

LONDON = "Europe/London"


def weekly(days: str, start: str, end: str) -> WeeklySpan:
    return WeeklySpan(
        days=frozenset(DAYS.index(day) for day in days.split()),
        from_min=minutes_of(start),
        to_min=minutes_of(end),
    )


def windows(zone: str, since: str, until: str, *spans: WeeklySpan) -> list[tuple[str, str]]:
    within = Interval(start=parse(since), end=parse(until))
    return [(text(one.start), text(one.end)) for one in occurrences(spans, zone, within=within)]


@pytest.mark.parametrize(
    ("zone", "wall", "edge", "instant"),
    [
        # London, an ordinary Tuesday in GMT and one in BST
        (LONDON, "2026-11-03T10:00", "from", "2026-11-03T10:00:00Z"),
        (LONDON, "2026-06-02T10:00", "from", "2026-06-02T09:00:00Z"),
        # London, Sunday 29 March 2026: 01:00 to 02:00 does not exist
        (LONDON, "2026-03-29T00:59", "from", "2026-03-29T00:59:00Z"),  # GMT
        (LONDON, "2026-03-29T01:00", "from", "2026-03-29T01:00:00Z"),  # the gap: 02:00 BST
        (LONDON, "2026-03-29T01:30", "from", "2026-03-29T01:00:00Z"),
        (LONDON, "2026-03-29T01:59", "to", "2026-03-29T01:00:00Z"),
        (LONDON, "2026-03-29T02:00", "to", "2026-03-29T01:00:00Z"),  # BST
        # London, Sunday 25 October 2026: 01:00 to 02:00 comes twice
        (LONDON, "2026-10-25T00:59", "from", "2026-10-24T23:59:00Z"),  # BST
        (LONDON, "2026-10-25T01:00", "from", "2026-10-25T01:00:00Z"),  # later: GMT
        (LONDON, "2026-10-25T01:00", "to", "2026-10-25T00:00:00Z"),  # earlier: BST
        (LONDON, "2026-10-25T01:59", "from", "2026-10-25T01:59:00Z"),
        (LONDON, "2026-10-25T01:59", "to", "2026-10-25T00:59:00Z"),
        (LONDON, "2026-10-25T02:00", "to", "2026-10-25T02:00:00Z"),  # GMT
        # New York, Sunday 8 March 2026 forward at 02:00 EST, Sunday 1 November back at 02:00 EDT
        ("America/New_York", "2026-03-08T02:30", "from", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T01:30", "from", "2026-11-01T06:30:00Z"),
        ("America/New_York", "2026-11-01T01:30", "to", "2026-11-01T05:30:00Z"),
        # Kathmandu is UTC+5:45 all the year
        ("Asia/Kathmandu", "2026-11-03T10:00", "from", "2026-11-03T04:15:00Z"),
        # Lord Howe moves by half an hour: Sunday 4 October 2026 forward at 02:00 (UTC+10:30),
        # Sunday 5 April 2026 back at 02:00 (UTC+11)
        ("Australia/Lord_Howe", "2026-10-04T02:15", "from", "2026-10-03T15:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:30", "from", "2026-10-03T15:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "from", "2026-04-04T15:15:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "to", "2026-04-04T14:45:00Z"),
        # Apia crossed the date line: Friday 30 December 2011 does not exist
        ("Pacific/Apia", "2011-12-29T23:00", "from", "2011-12-30T09:00:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "from", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31T00:00", "to", "2011-12-30T10:00:00Z"),
        # Beirut goes forward at midnight: Sunday 29 March 2026 begins at 01:00
        ("Asia/Beirut", "2026-03-29T00:00", "from", "2026-03-28T22:00:00Z"),
        # Havana goes back at 01:00: Sunday 1 November 2026 has two midnights
        ("America/Havana", "2026-11-01T00:00", "from", "2026-11-01T05:00:00Z"),
        ("America/Havana", "2026-11-01T00:00", "to", "2026-11-01T04:00:00Z"),
    ],
)
def test_a_wall_time_is_the_instant_kindest_to_the_wearer(
    zone: str, wall: str, edge: str, instant: str
) -> None:
    assert text(local_instant(wall, zone, edge=edge)) == instant  # type: ignore[arg-type]


NIGHTS = weekly("mon tue wed thu fri sat sun", "19:00", "07:00")


@pytest.mark.parametrize(
    ("night", "start", "end", "hours"),
    [
        # Saturday 28 March, GMT, to Sunday 29 March, BST: an hour shorter
        ("2026-03-28T22:00:00Z", "2026-03-28T19:00:00Z", "2026-03-29T06:00:00Z", 11),
        # Saturday 24 October, BST, to Sunday 25 October, GMT: an hour longer
        ("2026-10-24T22:00:00Z", "2026-10-24T18:00:00Z", "2026-10-25T07:00:00Z", 13),
        # Tuesday 3 November, GMT
        ("2026-11-03T22:00:00Z", "2026-11-03T19:00:00Z", "2026-11-04T07:00:00Z", 12),
        # Tuesday 2 June, BST
        ("2026-06-02T22:00:00Z", "2026-06-02T18:00:00Z", "2026-06-03T06:00:00Z", 12),
    ],
)
def test_a_night_over_the_change_keeps_its_wall_clock(
    night: str, start: str, end: str, hours: int
) -> None:
    at = parse(night)
    (found,) = occurrences([NIGHTS], LONDON, within=Interval(start=at, end=Micros(at + 1)))
    assert (text(found.start), text(found.end)) == (start, end)
    assert found.end - found.start == hours * HOUR


def test_a_window_inside_the_gap_does_not_happen() -> None:
    span = weekly("sun", "01:10", "01:50")
    # Sunday 29 March 2026 is the gap; Sunday 5 April is BST
    assert windows(LONDON, "2026-03-28T00:00:00Z", "2026-04-06T00:00:00Z", span) == [
        ("2026-04-05T00:10:00Z", "2026-04-05T00:50:00Z")
    ]


def test_a_window_inside_the_fold_is_left_out_in_the_wearers_favour() -> None:
    span = weekly("sun", "01:10", "01:50")
    # Sunday 25 October 2026: from is the later 01:10, to the earlier 01:50
    assert windows(LONDON, "2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z", span) == []


def test_a_duty_that_ends_in_the_fold_ends_early_and_one_that_begins_there_begins_late() -> None:
    # Saturday 24 October 23:00 BST to the earlier 01:30 (BST); the later 01:30 (GMT) to 05:00 GMT
    since, until = "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"
    assert windows(LONDON, since, until, weekly("sat", "23:00", "01:30")) == [
        ("2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z")
    ]
    assert windows(LONDON, since, until, weekly("sun", "01:30", "05:00")) == [
        ("2026-10-25T01:30:00Z", "2026-10-25T05:00:00Z")
    ]


def test_spans_that_touch_in_the_fold_are_still_one() -> None:
    """Contract §3: touching spans are one, as if they had been written so."""
    pieces = [weekly("sat", "23:00", "01:30"), weekly("sun", "01:30", "05:00")]
    since, until = "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"
    whole = windows(LONDON, since, until, weekly("sat", "23:00", "05:00"))
    assert (
        windows(LONDON, since, until, *pieces)
        == whole
        == [("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z")]
    )


def test_spans_that_touch_over_midnight_and_over_the_week_are_one() -> None:
    pieces = [
        weekly("sun", "19:00", "00:00"),
        weekly("mon", "00:00", "07:00"),
        weekly("mon", "07:00", "09:00"),
    ]
    # Sunday 8 to Monday 9 November 2026, GMT
    assert windows(LONDON, "2026-11-08T00:00:00Z", "2026-11-09T23:00:00Z", *pieces) == [
        ("2026-11-08T19:00:00Z", "2026-11-09T09:00:00Z")
    ]


def test_a_week_without_a_gap_never_ends() -> None:
    for spans in (
        [weekly(" ".join(DAYS), "00:00", "00:00")],
        [weekly(" ".join(DAYS), "08:00", "20:00"), weekly(" ".join(DAYS), "20:00", "08:00")],
    ):
        for day in range(400):
            start = Micros(parse("2026-01-01T00:00:00Z") + day * DAY)
            within = Interval(start=start, end=Micros(start + DAY))
            assert occurrences(spans, "America/Havana", within=within) == (
                Interval(start=EARLIEST, end=LATEST),
            )


@pytest.mark.parametrize("zone", [LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"])
def test_from_any_day_one_looks_the_same_windows_are_seen(zone: str) -> None:
    """A window is a fact; it does not depend on the hour that asks for it."""
    spans = (weekly("mon wed fri", "22:00", "22:00"), weekly("sun", "00:00", "23:00"))
    start = parse("2026-01-01T00:00:00Z")
    year = Interval(start=start, end=Micros(start + 365 * DAY))
    whole = occurrences(spans, zone, within=year)
    assert len(whole) > 150
    for one in whole[1:-1]:
        for at in (one.start, (one.start + one.end) // 2, one.end - 1):
            within = Interval(start=Micros(at), end=Micros(at + 1))
            assert occurrences(spans, zone, within=within) == (one,)


def test_windows_are_in_order_and_never_overlap() -> None:
    spans = (NIGHTS, weekly("sat sun", "06:00", "12:00"), weekly("mon", "03:00", "04:00"))
    start = parse("2026-03-01T00:00:00Z")
    found = occurrences(spans, LONDON, within=Interval(start=start, end=Micros(start + 60 * DAY)))
    assert all(a.end < b.start for a, b in pairwise(found))


def test_windows_that_touch_are_joined_and_empty_ones_dropped() -> None:
    def span(start: int, end: int) -> Interval:
        return Interval(start=Micros(start), end=Micros(end))

    assert merged([span(5, 9), span(0, 3), span(3, 4), span(7, 8), span(20, 20)]) == (
        span(0, 4),
        span(5, 9),
    )


def test_a_window_is_half_open() -> None:
    window = Interval(start=Micros(0), end=Micros(MINUTE))
    assert window.holds(Micros(0))
    assert window.holds(Micros(MINUTE - 1))
    assert not window.holds(Micros(MINUTE))


LORD_HOWE = "Australia/Lord_Howe"  # goes back by half an hour
WENT_BACK = "the clocks went back)"


@pytest.mark.parametrize(
    ("instant", "zone", "wall"),
    [
        ("2026-10-25T00:30:00Z", LONDON, f"Sun 25 Oct 2026, 01:30 (before {WENT_BACK}"),  # BST
        ("2026-10-25T01:30:00Z", LONDON, f"Sun 25 Oct 2026, 01:30 (after {WENT_BACK}"),  # GMT
        ("2026-10-25T02:00:00Z", LONDON, "Sun 25 Oct 2026, 02:00"),
        ("2026-03-29T01:00:00Z", LONDON, "Sun 29 Mar 2026, 02:00"),
        ("2026-11-03T04:15:00Z", "Asia/Kathmandu", "Tue 3 Nov 2026, 10:00"),
        (
            "2026-04-04T14:45:00Z",
            "Australia/Lord_Howe",
            f"Sun 5 Apr 2026, 01:45 (before {WENT_BACK}",
        ),
    ],
)
def test_people_read_a_local_time_and_which_of_two_it_is(
    instant: str, zone: str, wall: str
) -> None:
    assert wall_text(parse(instant), zone) == wall


def test_the_local_day_is_the_zones() -> None:
    at = parse("2026-11-03T23:30:00Z")
    assert wall_minute(at, "America/New_York") == (Date(2026, 11, 3), 18 * 60 + 30)
    assert wall_minute(at, "Asia/Kathmandu") == (Date(2026, 11, 4), 5 * 60 + 15)


@pytest.mark.parametrize("name", ["Europe/London", "GB", "UTC", "Etc/GMT+5", "US/Eastern"])
def test_a_listed_zone_is_known(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "localtime", "posixrules", "Factory", "europe/london", "BST", "../UTC", "a\0b"]
)
def test_the_machines_own_time_and_inventions_are_no_zones(name: str) -> None:
    assert not is_zone(name)


@pytest.mark.parametrize("told", ["24:00", "9:00", "09:60", "0900", "09:00:00", "09:00\n", ""])
def test_what_is_no_wall_time_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="wall time"):
        minutes_of(told)


@pytest.mark.parametrize("told", ["2026-11-03T10:00Z", "2026-11-03T10:00+01:00", "2026-11-03"])
def test_a_local_date_and_time_has_no_offset(told: str) -> None:
    with pytest.raises(ValueError, match="ISO"):
        local_instant(told, LONDON, edge="from")


def test_the_servers_own_zone_changes_nothing() -> None:
    code = (
        "from whenever import Date;from fairtag.terms.local import instant_of,wall_text;"
        "from fairtag.terms.instants import Micros;"
        "print(instant_of(Date(2026,10,25),90,'Europe/London',edge='to'),"
        "wall_text(Micros(1792888200000000),'Europe/London'))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for zone in ("UTC", "America/New_York", "Pacific/Apia")
    }
    assert told == {"1792888200000000 Sun 25 Oct 2026, 01:30 (before the clocks went back)\n"}


def test_negative_control_without_kindness_the_fold_would_differ() -> None:
    day, minute = Date(2026, 10, 25), 90  # Sunday, 01:30 comes twice
    kind = instant_of(day, minute, LONDON, edge="to")
    assert instant_of(day, minute, LONDON, edge="from") - kind == HOUR
