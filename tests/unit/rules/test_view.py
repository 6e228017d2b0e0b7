"""What is known of an order at an instant, and what binds then."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np
import pytest
from tests.property.lives import CONDITIONS, absence, circle
from tests.unit.rules.nights import at, order, span, worn

from fairtag.orders.model import Absence, Covers, DeviceType, Lapse, Ruling, Trail
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import View, view_of
from fairtag.terms.instants import SECOND, Micros

CURFEW, ZONE, AREA, ATTENDANCE = CONDITIONS


def known(minute: float, *rulings: Ruling) -> View:
    return view_of(rulings, at(minute), DEFAULTS)


def leave(start: float, end: float, recorded: float, **more: object) -> Absence:
    told = {"during": span(start, end), "recorded_at": at(recorded)} | more
    return changed(absence(0, 0, 0), **told)


FIRST = order(*CONDITIONS)


def later(minute: float, **more: object) -> Ruling:
    return changed(FIRST, version=2, recorded_at=at(minute), **more)


def test_the_first_version_is_known_from_the_start_and_later_ones_when_recorded() -> None:
    both = (changed(FIRST, recorded_at=at(50)), later(60))

    assert [len(known(minute, *both).rulings) for minute in (0, 59, 60)] == [1, 1, 2]


def test_leave_is_known_when_it_is_recorded_or_with_the_first_version() -> None:
    told = changed(FIRST, recorded_at=at(30), absences=(leave(0, 9, 30), leave(1, 9, 40)))

    assert [len(known(minute, told).absences) for minute in (0, 39.9, 40)] == [1, 1, 2]


def test_leave_is_in_order_and_told_once() -> None:
    one, two, three = leave(5, 9, 0), leave(5, 7, 0), leave(1, 20, 0)
    other = changed(two, condition_id="c1")
    fewer = changed(two, covers=frozenset({Covers.CONTACT}))
    told = (one, two, three, other, fewer)
    both = (changed(FIRST, absences=told), later(60, absences=told[::-1]))

    found = known(99, *both).absences

    assert found == (three, two, fewer, other, one)


def test_leave_that_a_later_version_leaves_out_counts_until_that_was_recorded() -> None:
    one, over, ahead = leave(0, 100, 0), leave(0, 20, 0), leave(60, 90, 0)
    both = (changed(FIRST, absences=(one, over, ahead)), later(60))

    assert known(59, *both).absences == (over, one, ahead)
    assert [found.during for found in known(60, *both).absences] == [span(0, 20), span(0, 60)]


def test_the_version_in_force_and_the_devices_worn_change_at_their_instants() -> None:
    first = changed(FIRST, devices=(worn(during=span(0, 100)), worn("D-2", span(50, 150))))
    view = known(999, first, later(80, devices=(worn("D-2", span(0, 150)),)))

    told = [
        (view.ruling_at(at(m)).version, sorted(dict(view.worn_at(at(m)))))
        for m in (-1, 0, 49.9, 50, 79.9, 80, 149.9, 150)
    ]

    assert told == [
        (1, []),
        (1, ["D-1"]),
        (1, ["D-1"]),
        (1, ["D-1", "D-2"]),
        (1, ["D-1", "D-2"]),
        (2, ["D-2"]),
        (2, ["D-2"]),
        (2, []),
    ]
    assert view.activation_at("D-2", at(60)) == first.devices[1]
    assert view.activation_at("D-1", at(90)) is None
    assert view.ruling_at(Micros(FIRST.during.start - 1)) is None
    assert view.ruling_at(FIRST.during.end) is None


def test_of_two_records_of_a_device_the_first_counts() -> None:
    view = known(0, changed(FIRST, devices=(worn(fix_every_s=5), worn(fix_every_s=9))))

    assert view.activation_at("D-1", at(0)).fix_every_s == 5


def test_in_a_suspension_no_device_is_worn_and_nothing_counts() -> None:
    view = known(0, changed(FIRST, suspended=(span(10, 20),)))

    worn_at = [bool(dict(view.worn_at(at(minute)))) for minute in (9.9, 10, 19.9, 20)]
    assert worn_at == [True, False, False, True]
    assert view.ruling_at(at(15)) == view.rulings[0]
    assert view.free("c1", Covers.CONDITIONS) == view.free(None, Covers.TAMPER) == (span(10, 20),)


def test_while_a_review_is_overdue_only_what_a_court_made_binds() -> None:
    lapse = Lapse(during=span(10, 20), standing=frozenset({ZONE.id}))
    told = changed(FIRST, lapsed=(lapse,), suspended=(span(40, 50), span(15, 18)))
    view = known(0, told)

    assert view.free("c1", Covers.CONDITIONS) == (span(10, 20), span(40, 50))
    assert view.free("x1", Covers.CONDITIONS) == (span(15, 18), span(40, 50))
    assert view.bound_at(CURFEW, told, at(12)) == (None, at(20))
    assert view.bound_at(CURFEW, told, at(20))[0] is not None
    assert view.duty_at(ZONE, told, at(12)) is not None


def test_while_a_review_is_overdue_the_device_is_judged_on() -> None:
    lapse = Lapse(during=span(10, 20), standing=frozenset({ZONE.id}))
    view = known(0, changed(FIRST, lapsed=(lapse,)))

    assert view.free(None, Covers.TAMPER) == view.free(None, Covers.CONTACT) == ()
    assert dict(view.worn_at(at(15)))


@pytest.mark.parametrize(
    ("types", "is_mixed"),
    [
        ((DeviceType.FITTED, DeviceType.NON_FITTED), True),
        ((DeviceType.FITTED, DeviceType.FITTED), False),
        ((DeviceType.NON_FITTED, DeviceType.NON_FITTED), False),
        ((DeviceType.FITTED, DeviceType.FITTED, DeviceType.NON_FITTED), True),
    ],
)
def test_devices_are_mixed_when_some_are_fitted_and_some_are_not(
    types: tuple[DeviceType, ...], *, is_mixed: bool
) -> None:
    devices = tuple(worn(f"D-{n}", type=one) for n, one in enumerate(types))
    view = known(0, changed(FIRST, devices=devices))

    assert view.is_mixed(at(0)) == is_mixed


def test_since_when_a_device_is_named() -> None:
    view = known(999, FIRST, later(60, devices=(worn(), worn("D-2"))))

    assert view.named_from("D-1") == FIRST.recorded_at
    assert view.named_from("D-2") == at(60)
    assert view.named_from("D-9") == FIRST.recorded_at


def test_boundaries_are_all_instants_at_which_something_changes() -> None:
    first = order(
        during=span(-100, 500),
        recorded_at=at(-200),
        suspended=(span(10, 20),),
        lapsed=(Lapse(during=span(30, 40), standing=frozenset({ZONE.id})),),
        devices=(worn(during=span(-50, 300)),),
    )
    view = known(999, first, changed(first, version=2, recorded_at=at(60)))

    edges = [-200, -100, -50, 10, 20, 30, 40, 60, 300, 500]
    assert list(view.boundaries) == [at(one) for one in edges]
    assert view.next_boundary(at(-300)) == at(-200)
    assert view.next_boundary(at(10)) == at(20)
    assert view.next_boundary(at(9.9)) == at(10)
    assert view.next_boundary(at(500)) is None


def test_what_is_about_a_place_by_version() -> None:
    view = known(999, order(Trail(id="t1"), *CONDITIONS), later(60, conditions=(ZONE,)))

    assert view.located(1) == CONDITIONS
    assert view.located(2) == (ZONE,)
    assert view.located(None) == view.located(9) == ()
    assert view.edges(1).names == ("c1", "x1", "n1", "a1")
    assert view.edges(1).sign.tolist() == [1.0, -1.0, 1.0, 1.0]
    assert view.edges(1).buffer_m.tolist() == [0.0, 0.0, 50.0, 0.0]
    assert view.edges(2).names == ("x1",)
    assert {column.dtype for column in (view.edges(2).sign, view.edges(2).buffer_m)} == {
        np.dtype(np.float64)  # a loop knows one type for each column
    }


def test_a_condition_is_bound_from_where_it_was_worded_so() -> None:
    moved = changed(CURFEW, place=circle(90, 60))
    third = changed(later(90, conditions=(moved, AREA, ZONE)), version=3)
    view = known(999, FIRST, later(60, conditions=(moved, AREA)), third)

    start = FIRST.recorded_at
    assert view.bound_from(1, "c1") == view.bound_from(1, "x1") == start
    assert view.bound_from(2, "c1") == view.bound_from(3, "c1") == at(60)
    assert view.bound_from(3, "n1") == start
    assert view.bound_from(3, "x1") == at(90)  # it was gone in between


@pytest.mark.parametrize("minute", [-60, 0, 30, 60, 120, 719, 720, 800])
def test_the_answer_about_duty_does_not_depend_on_what_was_asked_before(minute: float) -> None:
    told = changed(FIRST, absences=(leave(60, 120, 0),))
    asked = known(999, told)
    for other in (-90, 0, 59, 61, 130, 730):
        asked.bound_at(CURFEW, told, at(other))
        asked.duty_at(CURFEW, told, at(other))

    fresh = known(999, told)
    assert asked.duty_at(CURFEW, told, at(minute)) == fresh.duty_at(CURFEW, told, at(minute))
    duty, until = asked.bound_at(CURFEW, told, at(minute))
    assert duty == fresh.bound_at(CURFEW, told, at(minute))[0]
    # Until then the answer stays, however often it is asked.
    for part in (0.0, 0.5, 0.999):
        inside = Micros(at(minute) + int((until - at(minute)) * part))
        assert known(999, told).duty_at(CURFEW, told, inside) == duty


def test_until_when_nothing_binds() -> None:
    told = changed(FIRST, absences=(leave(60, 120, 0),))
    view = known(999, told)

    assert view.bound_at(CURFEW, told, at(-60)) == (None, at(0))
    assert view.bound_at(CURFEW, told, at(60)) == (None, at(120))
    assert view.bound_at(CURFEW, told, at(0))[1] == at(60)
    assert view.bound_at(CURFEW, told, at(0))[1] == at(60)
    assert view.bound_at(CURFEW, told, at(130))[1] == at(720)


def test_leave_frees_its_condition_and_what_it_covers() -> None:
    told = leave(60, 120, 0, condition_id="c1", covers=frozenset({Covers.CONDITIONS}))
    view = known(999, changed(FIRST, absences=(told,)))

    assert view.free("c1", Covers.CONDITIONS) == (told.during,)
    assert view.free("x1", Covers.CONDITIONS) == view.free("c1", Covers.CHECK_INS) == ()
    assert view.duty_at(ZONE, view.rulings[0], at(90)) is not None
    assert view.duty_at(CURFEW, view.rulings[0], at(90)) is None


def test_negative_control_leave_of_tomorrow_is_not_known_today() -> None:
    told = changed(FIRST, absences=(leave(60, 120, 500),))

    assert known(499, told).duty_at(CURFEW, told, at(90)) is not None
    assert known(500, told).duty_at(CURFEW, told, at(90)) is None


@pytest.mark.parametrize(
    ("types", "deciding"),
    [
        ("fitted", ["D-0"]),
        ("non_fitted", ["D-0"]),
        ("fitted non_fitted", ["D-0"]),
        ("non_fitted fitted non_fitted", ["D-1"]),
        ("fitted fitted", ["D-0", "D-1"]),
        ("non_fitted non_fitted", ["D-0", "D-1"]),
    ],
)
def test_a_fitted_device_decides_over_one_that_is_not(types: str, deciding: list[str]) -> None:
    names = [f"D-{n}" for n in range(len(types.split()))]
    devices = [
        worn(name, span(0, 60), type=DeviceType(one))
        for name, one in zip(names, types.split(), strict=True)
    ]
    view = known(0, order(devices=tuple(devices)))

    assert [name for name in names if view.decides(name, at(0))] == deciding
    assert not any(view.decides(name, minute) for name in names for minute in (at(-1), at(60)))


def test_a_device_decides_for_as_long_as_it_is_worn_and_only_its_plan_counts() -> None:
    tag = worn("D-1", span(10, 20), fix_every_s=600)
    phone = worn("D-2", span(0, 60), type=DeviceType.NON_FITTED, fix_every_s=1_800)
    view = known(0, order(devices=(tag, phone)))

    told = [(m, view.decides("D-2", at(m)), view.longest_step(at(m))) for m in (9.9, 10, 20, 60)]
    assert told == [
        (9.9, True, 3_600 * SECOND),
        (10, False, 1_200 * SECOND),
        (20, True, 3_600 * SECOND),
        (60, False, 900 * SECOND),
    ]
