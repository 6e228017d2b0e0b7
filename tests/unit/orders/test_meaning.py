"""Is a well-formed order lawful, reviewed and free of contradictions? One table a question."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.orders.specimen import HOME, box, changed, paths, polygon, problems, whole, without

from fairtag.orders.scheme import seed_scheme
from fairtag.terms.instants import parse

ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ADULT = {"name": "C D", "relationship": "parent", "phone": "+44 1632 960001"}


def span(days: str, start: str, end: str) -> dict[str, Any]:
    return {"days": days.split(), "from": start, "to": end}


def timetable(*spans: dict[str, Any]) -> list[str]:
    return paths(changed(("conditions", 0, "timetable"), list(spans)))


@pytest.mark.parametrize(
    ("spans", "bad"),
    [
        # the same evening twice
        ([span("mon", "19:00", "22:00"), span("mon", "21:00", "23:00")], [0, 1]),
        # over midnight into Tuesday morning
        ([span("mon", "19:00", "07:00"), span("tue", "06:59", "08:00")], [0, 1]),
        # over the end of the week into Monday morning
        ([span("sun", "19:00", "07:00"), span("mon", "06:00", "08:00")], [0, 1]),
        # a whole day holds a short span inside, and another one behind it
        ([span("mon", "00:00", "00:00"), span("mon", "03:00", "04:00")], [0, 1]),
        # the same span twice
        ([span("sat", "10:00", "11:00"), span("sat", "10:00", "11:00")], [0, 1]),
    ],
)
def test_spans_that_overlap_are_named(spans: list[dict[str, Any]], bad: list[int]) -> None:
    found = timetable(*spans)
    assert found
    assert set(found) <= {f"$.conditions[0].timetable[{n}]" for n in bad}


@pytest.mark.parametrize(
    "spans",
    [
        [span("mon", "19:00", "22:00"), span("mon", "22:00", "23:00")],  # touching
        [span("mon", "19:00", "07:00"), span("tue", "07:00", "08:00")],  # touching after midnight
        [span("sun", "19:00", "07:00"), span("mon", "07:00", "08:00")],  # touching after the week
        [span(" ".join(ALL_WEEK), "00:00", "00:00")],  # always
        [span(" ".join(ALL_WEEK), "19:00", "07:00")],
        [],
    ],
)
def test_spans_that_touch_or_leave_room_are_fine(spans: list[dict[str, Any]]) -> None:
    assert timetable(*spans) == []


def test_every_span_that_a_long_one_covers_is_named() -> None:
    found = timetable(
        span("mon", "00:00", "00:00"),
        span("mon", "01:00", "02:00"),
        span("mon", "03:00", "04:00"),
    )
    assert {"$.conditions[0].timetable[1]", "$.conditions[0].timetable[2]"} <= set(found)


class TestReview:
    @pytest.mark.parametrize(
        ("by", "kind", "is_fine"),
        [
            ("2027-02-02", "administrative", True),  # three months to the day
            ("2027-02-03", "administrative", False),
            ("2028-11-02", "court", True),  # as the court sets
            ("2026-11-02", "administrative", False),  # the day of the start
            ("2026-11-02", "court", False),
            ("2026-10-01", "court", False),
        ],
    )
    def test_when_the_review_is_due(self, by: str, kind: str, *, is_fine: bool) -> None:
        order = changed(("review", "by"), by)
        order["review"]["kind"] = kind
        assert paths(order) == ([] if is_fine else ["$.review.by"])

    def test_a_stricter_scheme_asks_for_an_earlier_review(self) -> None:
        scheme = msgspec.structs.replace(seed_scheme(), review_months=2)
        assert paths(whole(), scheme=scheme) == ["$.review.by"]

    def test_a_reviewed_order_goes_on_as_a_new_version_with_a_new_date(self) -> None:
        order = whole() | {"version": 2, "supersedes": 1, "ends_at": "2027-09-01T00:00:00Z"}
        order["review"]["by"] = "2027-04-10"
        order["vulnerability_assessed_at"] = "2027-01-10"
        reviewed = parse("2027-01-12T10:00:00Z")
        assert paths(order, recorded_at=reviewed) == []
        too_early = parse("2027-01-09T10:00:00Z")
        assert paths(order, recorded_at=too_early) == ["$.review.by"]

    def test_vulnerability_is_asked_before_the_first_day(self) -> None:
        path = "vulnerability_assessed_at"
        assert paths(changed((path,), "2026-11-02")) == []
        assert paths(changed((path,), "2026-11-03")) == [f"$.{path}"]


class TestVersions:
    @pytest.mark.parametrize(
        ("version", "supersedes", "is_fine"),
        [(1, None, True), (1, 1, False), (2, 1, True), (2, None, False), (3, 1, False)],
    )
    def test_a_version_names_the_one_before(
        self, version: int, supersedes: int | None, *, is_fine: bool
    ) -> None:
        order = whole() | {"version": version, "supersedes": supersedes}
        assert paths(order) == ([] if is_fine else ["$.supersedes"])

    def test_an_end_before_the_start_is_no_end(self) -> None:
        assert "$.ends_at" in paths(changed(("ends_at",), "2026-11-02T00:00:00Z"))


class TestScheme:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("cohort",), "asylum_seeker"),
            (("authority", "kind"), "police"),
            (("legal_basis",), "Immigration Act 1971 Sch. 2"),
        ],
    )
    def test_who_is_outside_the_scheme_is_not_monitored(
        self, path: tuple[str, ...], value: str
    ) -> None:
        assert paths(changed(path, value)) == ["$.cohort"]

    def test_a_child_is_admitted_by_no_shipped_scheme(self) -> None:
        assert paths(changed(("wearer", "date_of_birth"), "2009-11-03")) == [
            "$.wearer.date_of_birth"
        ]

    def test_a_child_where_admitted_needs_a_responsible_adult(self) -> None:
        minors = msgspec.structs.replace(seed_scheme().minors, admitted=True)
        scheme = msgspec.structs.replace(seed_scheme(), minors=minors)
        order = changed(("wearer", "date_of_birth"), "2009-11-03")  # 16
        assert paths(order, scheme=scheme) == ["$.responsible_adult"]
        assert paths(order | {"responsible_adult": ADULT}, scheme=scheme) == []

    @pytest.mark.parametrize(
        ("born", "is_fine"),
        [("2008-11-02", True), ("2008-11-03", False), ("2026-11-02", False)],
    )
    def test_eighteen_on_the_first_day_is_of_age(self, born: str, *, is_fine: bool) -> None:
        assert (paths(changed(("wearer", "date_of_birth"), born)) == []) is is_fine

    def test_a_looser_device_needs_a_larger_circle(self) -> None:
        order = changed(("devices", 0, "type"), "non_fitted")
        assert paths(order) == ["$.conditions[0].place.radius_m"]
        order["conditions"][0]["place"]["radius_m"] = 100
        assert paths(order) == []


class TestDevices:
    def test_one_device_serves_once_at_a_time(self) -> None:
        order = whole()
        order["devices"].append(order["devices"][0] | {"from": "2026-12-01T00:00:00Z"})
        assert paths(order) == ["$.devices[1]"]
        order["devices"][0]["to"] = "2026-12-01T00:00:00Z"
        assert paths(order) == []

    @pytest.mark.parametrize(
        ("start", "end", "path"),
        [
            ("2026-12-01T00:00:00Z", "2026-11-30T00:00:00Z", "$.devices[0].to"),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "$.devices[0].to"),
            ("2027-12-01T00:00:00Z", "2027-12-02T00:00:00Z", "$.devices[0]"),
        ],
    )
    def test_a_devices_time_runs_forward_and_inside_the_order(
        self, start: str, end: str, path: str
    ) -> None:
        order = whole()
        order["devices"][0] |= {"from": start, "to": end}
        assert paths(order) == [path]


class TestConditions:
    def test_two_conditions_never_share_an_id(self) -> None:
        assert "$.conditions[4].id" in paths(changed(("conditions", 4, "id"), "x1"))

    def test_twenty_zones_are_the_most(self) -> None:
        order = whole()
        zones = [order["conditions"][1] | {"id": f"z{n}"} for n in range(20)]
        order["absences"] = []
        order["conditions"] = zones
        assert paths(order) == []
        order["conditions"] = [*zones, order["conditions"][0] | {"id": "z20"}]
        assert paths(order) == ["$.conditions[20]"]

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"from": "2026-11-01T10:00", "to": "2026-11-01T11:00"}, "appointments[0]"),  # Sunday
            ({"from": "2027-01-30T23:30", "to": "2027-01-31T00:30"}, "appointments[0]"),
            ({"to": "2026-11-03T10:00"}, "appointments[0]"),
            ({"to": "2026-11-03T09:00"}, "appointments[0]"),
            ({"stay_min": 61}, "appointments[0]"),
            ({"from": "2026-11-03T10:00Z"}, "appointments[0].from"),
            ({"from": "2026-11-03"}, "appointments[0].from"),
            ({"from": "2026-02-30T10:00"}, "appointments[0]"),
            ({"from": "2026-11-03T24:00"}, "appointments[0]"),
        ],
    )
    def test_an_appointment_can_be_kept(self, change: dict[str, Any], path: str) -> None:
        order = whole()
        order["conditions"][3]["appointments"][0] |= change
        assert paths(order) == [f"$.conditions[3].{path}"]

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"to": "2026-11-10T18:00:00Z"}, "$.absences[0].to"),
            ({"to": "2026-11-10T17:00:00Z"}, "$.absences[0].to"),
            ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, "$.absences[0]"),
            ({"condition_id": "c9"}, "$.absences[0].condition_id"),
        ],
    )
    def test_an_absence_names_a_condition_and_a_time(
        self, change: dict[str, Any], path: str
    ) -> None:
        order = whole()
        order["absences"][0] |= change
        assert paths(order) == [path]

    def test_an_absence_may_be_recorded_afterwards_and_be_of_all_conditions(self) -> None:
        order = whole()
        order["absences"][0] |= {"condition_id": "*", "recorded_at": "2026-11-20T00:00:00Z"}
        assert paths(order) == []


class TestCheckIns:
    def test_five_a_day_are_the_most_over_all_conditions_together(self) -> None:
        order = whole()
        second = order["conditions"][5] | {"id": "p2", "modality": "human_call", "max_per_day": 2}
        order["conditions"].append(second)
        assert paths(order) == []
        second["max_per_day"] = 3
        assert paths(order) == ["$.conditions[6].max_per_day"]

    @pytest.mark.parametrize(
        ("hours", "is_fine"),
        [
            ([("23:00", "08:00")], True),  # nine hours
            ([("23:00", "07:59")], False),
            ([("21:00", "00:00"), ("00:00", "06:00")], True),  # touching at midnight: nine
            ([("22:00", "06:00"), ("13:00", "14:00")], False),  # nine in pieces is no night
            ([("21:00", "06:00"), ("22:00", "05:00")], True),  # one inside the other
            ([], True),  # the default, 21:00 to 08:00
        ],
    )
    def test_protected_hours_are_nine_in_one_stretch(
        self, hours: list[tuple[str, str]], *, is_fine: bool
    ) -> None:
        order = changed(("protected_hours",), [{"from": a, "to": b} for a, b in hours])
        order["conditions"][5]["allowed"] = [{"from": "08:00", "to": "13:00"}]
        assert paths(order) == ([] if is_fine else ["$.protected_hours"])

    def test_protected_hours_are_held_without_a_check_in_too(self) -> None:
        order = changed(("protected_hours",), [{"from": "23:00", "to": "05:00"}])
        del order["conditions"][5]
        assert paths(order) == ["$.protected_hours"]

    @pytest.mark.parametrize(
        ("start", "end"), [("07:59", "12:00"), ("12:00", "21:01"), ("22:00", "07:00")]
    )
    def test_no_prompt_in_protected_hours(self, start: str, end: str) -> None:
        order = changed(("conditions", 5, "allowed"), [{"from": start, "to": end}])
        assert paths(order) == ["$.conditions[5].allowed[0]"]

    def test_a_window_leaves_time_to_answer(self) -> None:
        windows = [{"from": "10:00", "to": "10:29"}, {"from": "12:00", "to": "20:00"}]
        order = changed(("conditions", 5, "allowed"), windows)
        assert paths(order) == ["$.conditions[5].allowed[0]"]

    def test_the_gap_leaves_room_for_all_prompts(self) -> None:
        order = changed(("conditions", 5, "min_gap_min"), 400)  # 2 x 400 + 30 > 13 h
        assert paths(order) == ["$.conditions[5].max_per_day"]


class TestPlaces:
    """Manchester is 53.48 N, 2.24 W; exchanged it is a place in the Indian Ocean."""

    def test_a_centre_with_its_numbers_exchanged_is_found_by_the_time_zone(self) -> None:
        (found,) = problems(changed(("conditions", 0, "place", "center"), HOME[::-1]))
        assert found.path == "$.conditions[0].place.center"
        assert "exchange" in found.do

    def test_an_area_with_its_numbers_exchanged_is_found_too(self) -> None:
        ring = [point[::-1] for point in box()]
        order = changed(("conditions", 1, "area"), polygon(ring))
        assert paths(order) == ["$.conditions[1].area.coordinates"]

    @pytest.mark.parametrize(
        ("zone", "center"),
        [
            ("America/New_York", [-122.3, 47.6]),  # the other end of the country
            ("Europe/London", [-57.85, -51.7]),  # far away, and exchanging brings nothing near
            ("Asia/Urumqi", [75.99, 39.47]),
            ("UTC", [53.48, -2.24]),  # a zone without a place says nothing
            ("Africa/Kampala", [32.58, 0.31]),
            ("Africa/Nairobi", [-2.24, 53.48]),  # a European place, exchanged in the same ocean
        ],
    )
    def test_negative_control_a_far_place_is_no_mistake(
        self, zone: str, center: list[float]
    ) -> None:
        order = changed(("time_zone",), zone)
        order["conditions"] = [order["conditions"][0]]
        order["conditions"][0]["place"]["center"] = center
        assert paths(order) == []


def test_without_a_scheme_only_what_no_scheme_allows_is_refused() -> None:
    assert paths(without("necessity")) == ["$.necessity"]
