"""What orders ask for on a day, when they may, and which device shows it.

Times are those of Tuesday 3 November 2026 in London, GMT, as hours since midnight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.property.lives import ruling

from fairtag.orders.model import (
    ALL_CONDITIONS,
    Absence,
    Activation,
    CheckIn,
    Covers,
    DeviceType,
    Lapse,
    Ruling,
)
from fairtag.rules.prompts.hours import Hours, open_hours
from fairtag.rules.prompts.wanted import asks, device_of, hours_of, is_wanted, wanted_of, zone_of
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import HOUR, MINUTE, Micros, parse
from fairtag.terms.local import Interval, WeeklySpan

MIDNIGHT = parse("2026-11-03T00:00:00Z")
DAY = "2026-11-03"


def at(hour: float) -> Micros:
    return Micros(MIDNIGHT + round(hour * HOUR))


def span(start: float, end: float) -> Interval:
    return Interval(start=at(start), end=at(end))


def daily(start_h: float, end_h: float) -> WeeklySpan:
    minutes = round(start_h * 60), round(end_h * 60)
    return WeeklySpan(days=frozenset(range(7)), from_min=minutes[0], to_min=minutes[1])


def check_in(name: str = "ci", **more: Any) -> CheckIn:
    told: dict[str, Any] = {
        "modality": "face_photo",
        "max_per_day": 3,
        "allowed": (),
        "answer_within_min": 30,
        "min_gap_min": 60,
    }
    return CheckIn(id=ConditionId(name), **(told | more))


def carried(name: str, during: Interval, type_: DeviceType = DeviceType.NON_FITTED) -> Activation:
    (worn,) = ruling().devices
    return replace(worn, device_id=DeviceId(name), during=during, type=type_)


def absence(start: float, end: float, **more: Any) -> Absence:
    told: dict[str, Any] = {
        "condition_id": ConditionId("ci"),
        "covers": frozenset({Covers.CHECK_INS}),
        "recorded_at": at(0),
        "reason": "work",
        "by": "u",
    }
    return Absence(during=span(start, end), **(told | more))


def order(*conditions: CheckIn, **more: Any) -> Ruling:
    told: dict[str, Any] = {
        "conditions": conditions or (check_in(),),
        "during": span(-48, 48),
        "devices": (carried("P-1", span(-48, 48)),),
    }
    return replace(ruling(), **(told | more))


def free(*rulings: Ruling, since: float = 0, **more: Any) -> list[tuple[float, float]]:
    """Give when the first condition may be asked for, in hours, with 8 to 21 open."""
    hours = more.get("hours", [span(8, 21)])
    found = wanted_of(rulings, hours, since=at(since))
    return [((one.start - MIDNIGHT) / HOUR, (one.end - MIDNIGHT) / HOUR) for one in found[0].free]


def test_all_open_hours_without_a_reason_against() -> None:
    assert free(order()) == [(8, 21)]
    assert free(order(), hours=[span(8, 12), span(14, 21)]) == [(8, 12), (14, 21)]


def test_nothing_is_asked_for_before_now() -> None:
    assert free(order(), since=10) == [(10, 21)]
    assert wanted_of([order()], [span(8, 21)], since=at(21)) == []
    assert wanted_of([order()], [], since=at(0)) == []


def test_nothing_is_asked_for_before_the_newest_version_was_recorded() -> None:
    """A clock that is behind shows itself so: what is said now did not hold then."""
    early, late = order(recorded_at=at(9)), order(recorded_at=at(12))

    assert free(early, since=8.5) == [(9, 21)]
    assert free(early, since=10) == [(10, 21)]
    assert free(early, late, since=8.5) == free(late, early, since=8.5) == [(12, 21)]
    assert wanted_of([order(recorded_at=at(21))], [span(8, 21)], since=at(0)) == []


def test_only_in_the_times_that_the_order_allows_on_its_own_clock() -> None:
    allowed = order(check_in(allowed=(daily(7, 9), daily(18, 20))))
    assert free(allowed) == [(8, 9), (18, 20)]
    assert free(replace(allowed, time_zone="Europe/Paris")) == [(17, 19)]
    assert free(allowed, hours=[span(8, 12), span(14, 21)]) == [(8, 9), (18, 20)]


def test_only_while_the_order_holds() -> None:
    assert free(order(during=span(9, 12))) == [(9, 12)]


def test_protected_hours_of_any_order_keep_all_of_them_away() -> None:
    two = order(protected=(daily(12, 13),))
    three = order(protected=(daily(12.5, 14),), time_zone="Europe/Paris")
    assert free(order(), two, three) == [(8, 11.5), (13, 21)]
    assert free(two, hours=[span(8, 10), span(11, 21)]) == [(8, 10), (11, 12), (13, 21)]


@pytest.mark.parametrize(
    ("more", "excuses"),
    [
        ({}, True),
        ({"condition_id": ALL_CONDITIONS}, True),
        ({"condition_id": ConditionId("other")}, False),
        ({"covers": frozenset({Covers.CONDITIONS, Covers.CONTACT})}, False),
        ({"covers": frozenset({Covers.CONDITIONS, Covers.CHECK_INS})}, True),
    ],
)
def test_an_absence_excuses_from_what_it_names(more: dict[str, Any], *, excuses: bool) -> None:
    away = order(absences=(absence(10, 11, **more),))
    assert free(away) == ([(8, 10), (11, 21)] if excuses else [(8, 21)])


def test_in_a_suspension_or_an_overdue_review_nobody_is_asked() -> None:
    lapse = Lapse(during=span(10, 11), standing=frozenset({ConditionId("court")}))
    stays = replace(lapse, standing=frozenset({ConditionId("ci")}))

    assert free(order(lapsed=(lapse,))) == [(8, 10), (11, 21)]
    assert free(order(lapsed=(stays,))) == [(8, 21)]
    assert free(order(suspended=(span(10, 11), span(12, 13)))) == [(8, 10), (11, 12), (13, 21)]


def test_what_is_wanted_is_told_in_the_words_of_the_order() -> None:
    (one,) = wanted_of([order()], [span(8, 21)], since=at(0))

    assert (one.order_id, one.condition_id, one.device_id) == ("ORD-1", "ci", "P-1")
    assert (one.most, one.window, one.gap) == (3, 30 * MINUTE, 60 * MINUTE)
    assert one.free == (span(8, 21),)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("face_photo", "face_photo"),
        ("on_device_result", "on_device_result"),
        ("human_call", "human_call"),
        ("telepathy", "face_photo"),
    ],
)
def test_how_somebody_answers(told: str, expected: str) -> None:
    (one,) = wanted_of([order(check_in(modality=told))], [span(8, 21)], since=at(0))
    assert one.modality == expected


@pytest.mark.parametrize(
    ("most", "minutes", "expected"), [(9, 5, (5, 15)), (5, 15, (5, 15)), (1, 16, (1, 16))]
)
def test_an_order_that_asks_for_more_gets_what_the_limits_leave(
    most: int, minutes: int, expected: tuple[int, int]
) -> None:
    hard = order(check_in(max_per_day=most, answer_within_min=minutes))
    (one,) = wanted_of([hard], [span(8, 21)], since=at(0))
    assert (one.most, one.window // MINUTE) == expected


def test_every_check_in_of_every_order_is_wanted_and_nothing_else() -> None:
    curfew = ruling().conditions[0]
    one = order(check_in("a"), curfew, check_in("b"))  # type: ignore[arg-type]
    two = order(check_in("c"), order_id="ORD-2")

    found = wanted_of([one, two, ruling()], [span(8, 21)], since=at(0))

    assert [(each.order_id, each.condition_id) for each in found] == [
        ("ORD-1", "a"),
        ("ORD-1", "b"),
        ("ORD-2", "c"),
    ]
    assert asks(one)
    assert asks(two)
    assert not asks(ruling())


# Which device


FITTED = DeviceType.FITTED


def test_a_device_that_is_not_fitted_shows_it_and_a_fitted_one_if_there_is_no_other() -> None:
    fitted, phone = carried("A-1", span(0, 24), FITTED), carried("P-1", span(0, 24))

    assert device_of(order(devices=(fitted, phone)), (span(8, 21),)) == "P-1"
    assert device_of(order(devices=(fitted,)), (span(8, 21),)) == "A-1"
    other = carried("O-1", span(0, 24))
    assert device_of(order(devices=(phone, other)), (span(8, 21),)) == "O-1"


def test_a_device_is_asked_only_while_it_is_worn() -> None:
    early, late = carried("P-1", span(0, 8)), carried("P-2", span(15, 24))
    assert device_of(order(devices=(early, late)), (span(8, 21),)) == "P-2"
    assert device_of(order(devices=(early,)), (span(8, 21),)) is None
    assert device_of(order(devices=()), (span(8, 21),)) is None
    assert free(order(devices=(early, late))) == [(15, 21)]
    twice = (carried("P-1", span(9, 10)), late, carried("P-1", span(12, 13)))
    assert free(order(devices=twice)) == [(9, 10), (12, 13)]
    assert wanted_of([order(devices=(early,))], [span(8, 21)], since=at(0)) == []


# Whether it is still wanted


def test_a_window_is_wanted_as_long_as_nothing_takes_a_part_of_it() -> None:
    name, window = ConditionId("ci"), span(10, 10.5)

    assert is_wanted(order(), name, window)
    assert is_wanted(order(check_in("a"), check_in()), name, window)
    assert is_wanted(order(check_in(allowed=(daily(10, 11),))), name, window)
    assert not is_wanted(order(check_in("a")), name, window)
    assert not is_wanted(ruling(), name, window)
    assert not is_wanted(order(absences=(absence(10.4, 11),)), name, window)
    assert not is_wanted(order(absences=(absence(10.1, 10.2),)), name, window)
    assert not is_wanted(order(check_in(allowed=(daily(10.1, 11),))), name, window)
    assert not is_wanted(order(during=span(0, 10)), name, window)
    assert not is_wanted(order(suspended=(span(9, 12),)), name, window)


# Whose hours


def test_the_newest_version_of_any_order_says_where_a_person_lives() -> None:
    old, new = order(recorded_at=at(-9)), order(recorded_at=at(-1), time_zone="Europe/Paris")
    assert zone_of([old, new]) == zone_of([new, old]) == "Europe/Paris"


def opened(start: float, end: float, waking_day: str = "2026-11-02") -> Hours:
    (one,) = open_hours(DAY, "Europe/London", ((1260, 480),))
    return msgspec.structs.replace(one, start=at(start), end=at(end), waking_day=waking_day)


def hours(*stored: Hours, **more: Any) -> list[tuple[float, float]]:
    found = hours_of([order(**more)], DAY, iter(stored))
    assert all((one.waking_day, one.local_day) == (DAY, DAY) for one in found)
    return [((one.start - MIDNIGHT) / HOUR, (one.end - MIDNIGHT) / HOUR) for one in found]


def test_a_waking_day_by_the_orders_own_protected_hours_and_zone() -> None:
    assert hours() == [(8, 21)]
    assert hours(protected=(daily(20, 9),)) == [(9, 20)]
    assert hours(time_zone="Europe/Paris") == [(7, 20)]


def test_a_day_that_is_stored_is_not_opened_again() -> None:
    assert hours(opened(8, 9, DAY)) == []
    assert hours(opened(-16, -3), opened(8, 9, DAY)) == []


def test_nine_hours_of_quiet_lie_between_days_also_after_a_move() -> None:
    assert hours(opened(-16, -3)) == [(8, 21)]
    assert hours(opened(-16, 1)) == [(10, 21)]
    assert hours(opened(29, 40, "2026-11-04")) == [(8, 20)]
    assert hours(opened(-16, 0), opened(27, 40, "2026-11-04")) == [(9, 18)]
    assert hours(opened(-2, 14)) == []
