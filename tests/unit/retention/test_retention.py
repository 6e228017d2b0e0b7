"""The table, the list, holds and limits, as values: no store, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairtag.custody.kinds import RecordKind, period_of
from fairtag.retention.due import (
    WHOLE,
    DataKey,
    DueList,
    Facts,
    OrderTime,
    Single,
    begins_at,
    due,
    goes_at,
    span_of,
)
from fairtag.retention.holds import LONGEST, Hold, answered, demand_sound
from fairtag.retention.limits import MOST_A_DAY, STEADY, ClockFacts, cap, demand_clock
from fairtag.retention.refusals import ClockDoubtful, HoldRefused, RetentionTooLong
from fairtag.retention.schedule import RULES, SETTINGS, Schedule, photo_goes_at, scheduled
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse
from fairtag.web.console.retention.words import KINDS

W = WearerId("W-1")
SIX_YEARS = 6 * 365 * DAY
END = parse("2027-01-10T00:00:00Z")


def order(begins: str, ends: str, name: str = "ORD-1", wearer: str = "W-1") -> OrderTime:
    return OrderTime(
        order_id=OrderId(name),
        wearer_id=WearerId(wearer),
        begins=parse(f"{begins}T00:00:00Z"),
        ends=parse(f"{ends}T00:00:00Z"),
    )


FIRST = order("2026-11-01", "2027-01-10")


def key(kind: RecordKind, period: str = "2026-12") -> DataKey:
    return DataKey(wearer_id=W, kind=kind, period=period)


def found(as_of: int, *keys: DataKey, by: str = "two people", **told: object) -> DueList:
    facts = {"keys": keys, "orders": (FIRST,), "holds": (), "schedule": Schedule()} | told
    return due(Facts(**facts), as_of=Micros(as_of), by=by)  # type: ignore[arg-type]


def test_every_kind_of_record_has_a_rule() -> None:
    assert set(RULES) == set(RecordKind)


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        (RecordKind.TRAIL, 90),
        (RecordKind.EVIDENCE, 2190),
        (RecordKind.FINDING, 2190),
        (RecordKind.ORDER, 2190),
        (RecordKind.TEXT, 2190),
        (RecordKind.AUDIT_TEXT, 2190),
        (RecordKind.STATE, 8),
    ],
)
def test_it_goes_so_many_days_after_the_basis_ended(kind: RecordKind, days: int) -> None:
    assert goes_at(key(kind), (FIRST,), RULES[kind]) == END + days * DAY


@pytest.mark.parametrize(("kind", "days"), [(RecordKind.PASSING, 7), (RecordKind.QUARANTINE, 14)])
def test_what_passes_goes_by_its_own_day(kind: RecordKind, days: int) -> None:
    at = goes_at(key(kind, "2026-12-05"), (FIRST,), RULES[kind])
    assert at == parse("2026-12-06T00:00:00Z") + days * DAY


def test_a_trail_is_listed_a_week_before_its_date_and_a_record_forty_days() -> None:
    trail, finding = key(RecordKind.TRAIL), key(RecordKind.FINDING)
    assert begins_at(trail, (FIRST,), RULES[RecordKind.TRAIL]) == END + 83 * DAY
    assert found(END + 83 * DAY - 1, trail).items == ()
    assert found(END + 83 * DAY, trail).counts == {"trail": 1}
    assert begins_at(finding, (FIRST,), RULES[RecordKind.FINDING]) == END + SIX_YEARS - 40 * DAY


def test_a_month_that_two_orders_share_goes_with_the_later_one() -> None:
    second = order("2027-01-20", "2027-06-01", "ORD-2")
    both = (FIRST, second)
    shared = goes_at(key(RecordKind.TRAIL, "2027-01"), both, RULES[RecordKind.TRAIL])
    before = goes_at(key(RecordKind.TRAIL, "2026-12"), both, RULES[RecordKind.TRAIL])
    assert shared == second.ends + 90 * DAY
    assert before == FIRST.ends + 90 * DAY


def test_what_was_written_after_the_end_goes_with_the_order_that_had_ended() -> None:
    later = order("2028-01-01", "2028-06-01", "ORD-2")
    at = goes_at(key(RecordKind.TEXT, "2027-04"), (FIRST, later), RULES[RecordKind.TEXT])
    assert at == FIRST.ends + SIX_YEARS


def test_a_wearer_of_whom_nothing_is_left_to_keep_is_one_item() -> None:
    keys = (key(RecordKind.TRAIL), key(RecordKind.FINDING), key(RecordKind.TEXT, "2027-03"))
    assert [one.kind for one in found(END + SIX_YEARS - 40 * DAY, *keys).items] == [WHOLE]
    assert found(END + SIX_YEARS - 40 * DAY - 1, *keys).counts == {"trail": 1}


def test_while_another_order_runs_only_the_old_months_go() -> None:
    runs = order("2032-01-01", "2034-01-01", "ORD-2")
    keys = (key(RecordKind.FINDING), key(RecordKind.FINDING, "2032-05"))
    told = found(END + SIX_YEARS, *keys, orders=(FIRST, runs))
    assert [(one.kind, one.period) for one in told.items] == [("finding", "2026-12")]


def a_hold(**changed: object) -> Hold:
    told = {
        "hold_id": "h_1",
        "wearer_id": W,
        "why": "court_order",
        "since": END,
        "until": Micros(END + 10 * SIX_YEARS),
        "by": "sara",
        "case": "CO/1/2032",
    }
    return Hold(**(told | changed))  # type: ignore[arg-type]


def test_a_hold_keeps_named_items_and_no_others() -> None:
    keys = (key(RecordKind.TRAIL), key(RecordKind.TRAIL, "2026-11"), key(RecordKind.TEXT))
    told = found(
        END + SIX_YEARS, *keys, holds=(a_hold(kinds=(RecordKind.TRAIL,), first="2026-12"),)
    )
    assert [(one.kind, one.period) for one in told.items] == [
        ("text", "2026-12"),
        ("trail", "2026-11"),
    ]
    assert told.held == {"trail": 1}


def test_a_hold_of_one_keeps_nothing_of_another_and_lapses_on_its_date() -> None:
    trail, day = key(RecordKind.TRAIL), END + 90 * DAY
    assert found(day, trail, holds=(a_hold(wearer_id="W-2"),)).counts == {"trail": 1}
    assert found(day, trail, holds=(a_hold(until=Micros(day + 1)),)).counts == {}
    assert found(day, trail, holds=(a_hold(until=Micros(day)),)).counts == {"trail": 1}
    assert found(day, trail, holds=(a_hold(why="complaint", until=None),)).counts == {}


def test_a_hold_has_a_case_and_an_end_within_six_months() -> None:
    demand_sound(a_hold(until=Micros(END + LONGEST)), now=END)
    for wrong in (
        {"case": " "},
        {"until": None},
        {"until": Micros(END + LONGEST + 1)},
        {"until": END},
    ):
        with pytest.raises(HoldRefused):
            demand_sound(a_hold(**({"until": Micros(END + DAY)} | wrong)), now=END)


def test_what_holds_by_itself_ends_28_days_after_the_answer() -> None:
    assert answered(a_hold(why="access_request", until=None), at=END) == END + 28 * DAY
    with pytest.raises(HoldRefused):
        answered(a_hold(), at=END)


def test_a_setting_only_shortens() -> None:
    short = scheduled({"retain_trail_days": 30}).rule(RecordKind.TRAIL)
    assert (short.days, scheduled({}).rule(RecordKind.TRAIL).days) == (30, 90)
    for name, kinds in SETTINGS.items():
        for days in (0, RULES[kinds[0]].days + 1):
            with pytest.raises(RetentionTooLong, match=name):
                scheduled({name: days})


@pytest.mark.parametrize(
    ("outcome", "days"),
    [
        ("match", 7),
        ("no_match", 28),
        ("cant_tell", 28),
        ("match_with_concern", 2190),
        ("refer", 2190),
    ],
)
def test_a_picture_goes_by_what_was_found(outcome: str, days: int) -> None:
    at = photo_goes_at(outcome, decided_at=END, basis_end=Micros(END - DAY))  # type: ignore[arg-type]
    assert at == END + days * DAY


def test_the_cap_is_half_a_per_cent_fifty_at_most_and_one_at_least() -> None:
    assert [cap(n) for n in (1, 399, 400, 10_000, 10_200, 10**6)] == [1, 1, 2, 50, 50, MOST_A_DAY]


NOW = parse("2033-01-01T00:00:00Z")


def clock(**changed: object) -> ClockFacts:
    told = {
        "now": NOW,
        "last_round": Micros(NOW - HOUR),
        "steady_since": Micros(NOW - STEADY),
        "doubted_at": None,
        "confirmed_at": None,
        "heard_at": None,
    }
    return ClockFacts(**(told | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "told",
    [
        {"last_round": None},
        {"last_round": Micros(NOW - STEADY - 1)},
        {"last_round": Micros(NOW + 2 * HOUR)},
        {"steady_since": None},
        {"steady_since": Micros(NOW - STEADY + 1)},
        {"doubted_at": Micros(NOW - 9 * DAY)},
        {"doubted_at": Micros(NOW - 9 * DAY), "heard_at": Micros(NOW - 8 * DAY)},
        {"doubted_at": Micros(NOW - 9 * DAY), "confirmed_at": Micros(NOW - 10 * DAY)},
    ],
)
def test_nothing_goes_under_a_clock_in_doubt(told: dict[str, object]) -> None:
    with pytest.raises(ClockDoubtful):
        demand_clock(clock(**told))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"last_round": Micros(NOW - STEADY)},
        {"doubted_at": Micros(NOW - 9 * DAY), "heard_at": Micros(NOW - 7 * DAY)},
        {"doubted_at": Micros(NOW - 9 * DAY), "confirmed_at": Micros(NOW - 9 * DAY)},
    ],
)
def test_a_steady_clock_is_believed(told: dict[str, object]) -> None:
    demand_clock(clock(**told))


@given(
    at=st.integers(min_value=parse("2015-01-01T00:00:00Z"), max_value=parse("2090-01-01T00:00:00Z"))
)
def test_a_period_holds_what_it_is_named_after(at: int) -> None:
    for kind in (RecordKind.TRAIL, RecordKind.PASSING):
        assert span_of(period_of(kind, Micros(at))).holds(Micros(at))


@given(
    ends=st.integers(min_value=0, max_value=4000),
    as_of=st.integers(min_value=0, max_value=8000),
    kind=st.sampled_from(sorted(RecordKind)),
    is_held=st.booleans(),
)
def test_nothing_is_listed_that_is_held_or_not_due(
    ends: int, as_of: int, kind: RecordKind, *, is_held: bool
) -> None:
    start = parse("2020-01-01T00:00:00Z")
    one = OrderTime(
        order_id=OrderId("O"), wearer_id=W, begins=start, ends=Micros(start + ends * DAY)
    )
    now = Micros(start + as_of * DAY)
    keys = [DataKey(wearer_id=W, kind=kind, period=period_of(kind, one.ends))]
    holds = (a_hold(until=None, why="complaint"),) if is_held else ()
    for by in ("two people", "machine", "compaction"):
        singles = tuple(Single(key=key, goes_at=None) for key in keys)
        told = found(now, *keys, by=by, orders=(one,), holds=holds, singles=singles)
        if told.items:
            assert not is_held
            lead = 40 if told.items[0].kind == WHOLE or kind is not RecordKind.TRAIL else 7
            lead = 0 if by == "machine" else lead
            assert RULES[kind].by == by or told.items[0].kind == WHOLE
            assert now >= goes_at(keys[0], (one,), RULES[kind]) - lead * DAY or (
                now >= one.ends + SIX_YEARS - 40 * DAY
            )


@pytest.mark.parametrize("hour", ["00:00:00", "00:05:00", "01:00:00", "12:00:00", "23:59:59"])
@pytest.mark.parametrize(("outcome", "days"), [("match", 7), ("no_match", 28)])
def test_a_picture_is_in_the_last_list_before_its_hour(outcome: str, hour: str, days: int) -> None:
    """Lists are made once a day, soon after 00:00 UTC: the next one would come too late."""
    decided = parse(f"2026-12-05T{hour}Z")
    last = parse("2026-12-05T00:00:00Z") + days * DAY
    photo = key(RecordKind.PHOTO, "2026-12-05.r_1")
    at = photo_goes_at(outcome, decided_at=decided, basis_end=None)  # type: ignore[arg-type]
    told = {"by": "machine", "singles": (Single(key=photo, goes_at=at),)}

    assert found(last, photo, **told).counts == {"photo": 1}
    before = found(last - DAY, photo, **told).counts
    assert before == ({"photo": 1} if hour < "01:00:00" else {})


def test_each_kind_has_a_plain_name_on_the_page() -> None:
    assert set(KINDS) == set(RecordKind)
    assert not set(KINDS.values()) & set(RecordKind)
