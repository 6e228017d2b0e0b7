"""A device on the way through its positions: it looks ahead, and remembers as far as it went."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.property.lives import absence
from tests.unit.rules.nights import at, fix, order

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Position
from fairtag.rules.devices import Noticed
from fairtag.rules.finding import Kind
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import View, view_of
from fairtag.rules.wearing import Wearing

OWN = replace(DEFAULTS, battery_low_pct=20.0, battery_back_pct=30.0)


def rows(*, low: int = 7, mocked: tuple[int, ...] = (4,), count: int = 10) -> Positions:
    """Give positions; from one on the battery is low, and some a program gave."""
    told: list[Position] = [
        fix(n, n * 2.0, battery_pct=15.0 if n >= low else 60.0, is_mock=n in mocked or None)
        for n in range(count)
    ]
    return positions_of(told)


VIEW = view_of((order(),), at(99), OWN)


def worn(columns: Positions, noticed: Noticed | None = None, view: View = VIEW) -> Wearing:
    return Wearing(Noticed() if noticed is None else noticed, columns, view)


def test_it_looks_ahead_for_the_next_row_that_tells_something() -> None:
    device = worn(rows())

    assert (device.next_told(0, 10), device.next_sign(10)) == (7, 4)
    assert (device.next_told(3, 10), device.next_sign(3), device.next_sign(4)) == (7, 3, 4)
    assert worn(rows()).next_told(0, 5) == 5
    assert worn(rows()).next_sign(4) == 4
    assert worn(rows(mocked=())).next_sign(10) == 10


def test_looking_in_parts_finds_the_same_sign() -> None:
    device = worn(rows(mocked=(6,)))

    assert [device.next_sign(end) for end in (2, 5, 6, 9)] == [2, 5, 6, 6]


def test_a_row_tells_its_sign_and_its_battery_once() -> None:
    noticed = Noticed()
    device = worn(rows(low=4), noticed)
    assert (device.next_told(0, 10), device.next_sign(10)) == (4, 4)
    device.pass_to(4)

    told = device.tell(4)

    assert [(one.kind, one.cause) for one in told] == [
        (Kind.BATTERY_LOW, None),
        (Kind.LOCATION_DOUBTFUL, "mock"),
    ]
    device.pass_to(5)
    assert (device.next_told(5, 10), device.next_sign(10)) == (10, 10)


def test_a_row_before_the_sign_does_not_tell_it() -> None:
    device = worn(rows(low=2))
    assert (device.next_told(0, 10), device.next_sign(10)) == (2, 4)
    device.pass_to(2)

    assert [one.kind for one in device.tell(2)] == [Kind.BATTERY_LOW]
    device.pass_to(3)
    assert device.next_sign(10) == 4
    device.pass_to(4)
    assert [one.kind for one in device.tell(4)] == [Kind.LOCATION_DOUBTFUL]


@pytest.mark.parametrize("stops", [(10,), (1, 2, 3, 10), (5, 10), (4, 5, 10), range(1, 11)])
@pytest.mark.parametrize("ahead", [0, 3, 10])
def test_what_is_remembered_depends_on_how_far_it_went_and_on_nothing_else(
    stops: tuple[int, ...], ahead: int
) -> None:
    columns, whole = rows(mocked=()), Noticed()
    device = worn(columns, whole)
    device.pass_to(10)
    noticed = Noticed()
    device = worn(columns, noticed)

    for row in stops:
        device.next_sign(min(10, row + ahead))
        device.pass_to(row)

    assert noticed == whole
    assert noticed.battery_pct == 15.0
    assert len(noticed.honesty) > 0


def test_another_part_goes_on_from_what_is_remembered() -> None:
    columns, whole, parts = rows(mocked=()), Noticed(), Noticed()
    worn(columns, whole).pass_to(10)

    worn(columns.part(0, 6), parts).pass_to(6)
    assert parts != whole
    worn(columns.part(6, 10), parts).pass_to(4)

    assert parts == whole


def test_rows_that_no_order_covers_are_left_out() -> None:
    columns, noticed, fresh = rows(mocked=(1, 8)), Noticed(), Noticed()
    device = worn(columns, noticed)
    assert (device.next_told(0, 10), device.next_sign(10)) == (7, 1)

    device.skip_to(5)

    assert (device.next_told(5, 10), device.next_sign(10)) == (7, 8)
    assert noticed == Noticed()
    device.pass_to(7)
    worn(columns.part(5, 10), fresh).pass_to(2)
    assert noticed == fresh


def test_after_rows_that_no_order_covers_it_goes_on_looking() -> None:
    """A receiver that repeats itself for an hour is told by what was remembered since."""
    place = fix(0)
    still = [replace(fix(n), lat=place.lat + 2e-6, lon=place.lon + 2e-6) for n in range(70)]
    device = worn(positions_of(still))

    device.skip_to(3)

    assert device.next_sign(70) == 63


def test_what_was_remembered_before_rows_that_no_order_covers_still_counts() -> None:
    """Forty minutes of one place, a row left out, twenty more: the hour is full at the same row."""
    place = fix(0)
    still = [replace(fix(n), lat=place.lat + 2e-6, lon=place.lon + 2e-6) for n in range(70)]
    columns, noticed = positions_of(still), Noticed()
    worn(columns.part(0, 40), noticed).pass_to(40)
    device = worn(columns.part(40, 70), noticed)

    device.skip_to(1)

    assert device.next_sign(30) == 60 - 40


def test_leave_from_tamper_is_asked_at_the_row_itself() -> None:
    """A position opens no tamper matter; a doubt is told during leave, too."""
    view = view_of((order(absences=(absence(0, 900, 0),)),), at(99), OWN)
    device = worn(rows(), view=view)
    device.next_sign(10)

    assert [one.kind for one in device.tell(4)] == [Kind.LOCATION_DOUBTFUL]


def test_negative_control_who_forgets_where_it_stands_tells_a_sign_twice() -> None:
    device = worn(rows())
    device.next_sign(10)
    assert device.tell(4) != []

    assert worn(rows()).next_sign(10) == 4
    device.pass_to(5)
    assert device.next_sign(10) == 10


@pytest.mark.parametrize("ahead", [0, 3, 5, 10])
@pytest.mark.parametrize("stop", [3, 5])
def test_halfway_only_what_was_passed_is_remembered(stop: int, ahead: int) -> None:
    columns, noticed, fresh = rows(low=6, mocked=()), Noticed(), Noticed()
    device = worn(columns, noticed)
    device.next_sign(ahead)

    device.pass_to(stop)
    worn(columns.part(0, stop), fresh).pass_to(stop)

    assert noticed == fresh
    assert noticed.battery_pct == 60.0
