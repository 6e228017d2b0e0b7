"""Which version counts when, and what suspensions and ends do, by event time."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from tests.unit.orders.specimen import whole

from fairtag.orders.inforce import Mark, mark_refusal, ruling_at, with_marks, worn
from fairtag.orders.model import Ruling
from fairtag.orders.read import read
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.errors import OrderRefused
from fairtag.terms.instants import Micros, parse
from fairtag.terms.local import Interval

START, END = parse("2026-11-02T00:00:00Z"), parse("2027-01-31T00:00:00Z")
DURING = Interval(start=START, end=END)


def at(day: str) -> Micros:
    return parse(f"2026-{day}T00:00:00Z")


def version(number: int, recorded: str, **changed: object) -> Ruling:
    order = whole() | {"version": number, "supersedes": number - 1 or None} | changed
    return read(json.dumps(order).encode(), scheme=seed_scheme(), recorded_at=at(recorded)).ruling


def mark(what: Literal["suspend", "resume", "end"], day: str, recorded: str = "12-30") -> Mark:
    return Mark(what=what, at=at(day), recorded_at=at(recorded))


def device(name: str, start: str | None = None, end: str | None = None) -> dict[str, object]:
    days = [None if one is None else f"2026-{one}T00:00:00Z" for one in (start, end)]
    return {"device_id": name, "type": "fitted", "from": days[0], "to": days[1]}


class TestVersions:
    def test_the_version_that_was_recorded_last_before_an_instant_decides(self) -> None:
        rulings = [version(1, "11-01"), version(2, "11-10"), version(3, "11-20")]
        for day, number in (("11-02", 1), ("11-09", 1), ("11-10", 2), ("11-19", 2), ("12-24", 3)):
            found = ruling_at(rulings, at(day))
            assert found is not None
            assert found.version == number, day

    def test_outside_the_order_no_version_decides(self) -> None:
        rulings = [version(1, "11-01")]
        assert ruling_at(rulings, Micros(START - 1)) is None
        assert ruling_at(rulings, Micros(END - 1)) is not None
        assert ruling_at(rulings, END) is None  # half-open

    def test_a_later_version_says_nothing_about_the_time_before_it(self) -> None:
        rulings = [
            version(1, "11-01"),
            version(2, "11-10", conditions=[{"id": "t", "kind": "trail"}], absences=[]),
        ]
        before = ruling_at(rulings, Micros(at("11-10") - 1))
        assert before is not None
        assert len(before.conditions) == 6

    def test_a_version_that_ends_earlier_ends_the_order_from_its_recording_on(self) -> None:
        short = version(2, "11-10", ends_at="2026-11-15T00:00:00Z", absences=[])
        rulings = [version(1, "11-01"), short]
        assert ruling_at(rulings, at("11-14")) is short
        assert ruling_at(rulings, at("11-15")) is None


class TestMarks:
    def test_an_end_cuts_every_version_short(self) -> None:
        rulings = with_marks([version(1, "11-01"), version(2, "11-10")], [mark("end", "11-20")])
        assert ruling_at(rulings, Micros(at("11-20") - 1)) is not None
        assert ruling_at(rulings, at("11-20")) is None

    def test_of_two_ends_the_earlier_holds_whichever_came_last(self) -> None:
        marks = [mark("end", "11-20"), mark("end", "11-15")]
        (ruling,) = with_marks([version(1, "11-01")], marks)
        assert ruling.during.end == at("11-15")

    def test_a_revocation_from_before_the_start_leaves_nothing(self) -> None:
        (ruling,) = with_marks([version(1, "11-01")], [mark("end", "10-01")])
        assert ruling.during.start == ruling.during.end
        assert worn([ruling]) == []

    def test_nothing_is_recorded_while_suspended(self) -> None:
        marks = [mark("suspend", "11-10"), mark("resume", "11-12")]
        rulings = with_marks([version(1, "11-01")], marks)
        assert [(one.start, one.end) for _, one in worn(rulings)] == [
            (START, at("11-10")),
            (at("11-12"), END),
        ]

    def test_a_suspension_without_an_end_lasts_to_the_orders(self) -> None:
        rulings = with_marks([version(1, "11-01")], [mark("suspend", "11-10")])
        assert [one.end for _, one in worn(rulings)] == [at("11-10")]

    @pytest.mark.parametrize(
        ("marks", "new", "is_fine"),
        [
            ([], mark("suspend", "11-10"), True),
            ([], mark("suspend", "10-10"), False),  # before the order
            ([], mark("resume", "11-10"), False),  # nothing to resume
            ([mark("suspend", "11-10")], mark("resume", "11-12"), True),
            ([mark("suspend", "11-10")], mark("resume", "11-09"), False),
            ([mark("suspend", "11-10")], mark("suspend", "11-12"), False),
            ([mark("suspend", "11-10")], mark("suspend", "11-08"), False),
            ([mark("suspend", "11-10"), mark("resume", "11-12")], mark("suspend", "11-12"), True),
            ([mark("suspend", "11-10"), mark("resume", "11-12")], mark("resume", "11-13"), False),
            ([], mark("end", "11-20"), True),
            ([], mark("end", "10-01"), True),  # it never held
            ([mark("end", "11-20")], mark("end", "11-15"), True),  # it ended earlier still
            ([mark("end", "11-20")], mark("end", "11-25"), False),  # an end only comes earlier
            ([mark("end", "11-20")], mark("suspend", "11-25"), False),
            ([mark("suspend", "11-10")], mark("end", "11-20"), True),
        ],
    )
    def test_what_makes_no_sense_then_is_refused(
        self, marks: list[Mark], new: Mark, *, is_fine: bool
    ) -> None:
        assert (mark_refusal(DURING, marks, new) is None) is is_fine


class TestWorn:
    def test_a_device_is_worn_for_the_order_unless_it_says_less(self) -> None:
        assert worn([version(1, "11-01")]) == [("D-1", DURING)]
        rulings = [version(1, "11-01", devices=[device("D-1", "11-05", "11-08")])]
        assert worn(rulings) == [("D-1", Interval(start=at("11-05"), end=at("11-08")))]

    def test_a_variation_swaps_the_device_from_its_recording_on(self) -> None:
        rulings = [version(1, "11-01"), version(2, "11-10", devices=[device("D-2")])]
        assert dict(worn(rulings)) == {
            "D-1": Interval(start=START, end=at("11-10")),
            "D-2": Interval(start=at("11-10"), end=END),
        }

    def test_a_device_that_stays_is_worn_without_a_break(self) -> None:
        rulings = [version(1, "11-01"), version(2, "11-10"), version(3, "11-20")]
        assert worn(rulings) == [("D-1", DURING)]


def test_a_refused_order_lists_every_problem_with_its_place() -> None:
    order = whole() | {"necessity": "", "time_zone": "Mars/Base"}
    with pytest.raises(OrderRefused) as refused:
        read(json.dumps(order).encode(), scheme=None)
    assert [path for path, _ in refused.value.problems] == ["$.necessity", "$.time_zone"]
    assert "$.necessity: " in str(refused.value)
