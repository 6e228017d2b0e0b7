"""Every field of contract §3, wrong in kind, value or form, is named with what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.unit.orders.specimen import Path, changed, paths, problems, whole, without

from fairtag.orders.problem import path_of
from fairtag.orders.structure import schema_bytes

REASONS = (
    "legal_basis",
    "legal_regime",
    "necessity",
    "proportionality",
    "less_intrusive_considered",
    "vulnerability_assessed_at",
    "review",
    "ends_at",
)
REQUIRED: tuple[Path, ...] = (
    *((name,) for name in REASONS),
    *(("review", name) for name in ("kind", "by", "instrument")),
    *((name,) for name in ("format", "order_id", "version", "cohort", "authority", "starts_at")),
    *((name,) for name in ("time_zone", "wearer", "devices", "conditions")),
    *(("authority", name) for name in ("id", "name", "kind")),
    *(("wearer", name) for name in ("wearer_id", "names", "date_of_birth")),
    *(("wearer", "names", name) for name in ("given", "family")),
    *(("devices", 0, name) for name in ("device_id", "type")),
    *(
        ("absences", 0, name)
        for name in ("condition_id", "covers", "from", "to", "reason", "recorded_at", "by")
    ),
    *(("conditions", 0, name) for name in ("id", "kind", "place", "timetable")),
    *(("conditions", 0, "place", name) for name in ("center", "radius_m")),
    *(("conditions", 0, "timetable", 0, name) for name in ("days", "from", "to")),
    ("conditions", 1, "area"),
    ("conditions", 1, "area", "coordinates"),
    ("conditions", 3, "place"),
    ("conditions", 3, "appointments"),
    *(("conditions", 3, "appointments", 0, name) for name in ("from", "to")),
    *(("conditions", 5, name) for name in ("modality", "max_per_day")),
    *(("conditions", 5, "allowed", 0, name) for name in ("from", "to")),
)
NO_ID = (5, None, "", "a b", "../x", "Ä", "x" * 65, "ORD-1\n", ["a"], {"a": 1})
NO_TEXT = (5, None, "", [], {}, True, "x" * 10_001)
NO_DATE = (20261028, None, "", "20261028", "2026-13-01", "2026-02-30", "28/10/2026", "2026-W44-3")
NO_INSTANT = (
    *(1_793_700_000, None, "", "2026-11-02", "2026-11-02T00:00", "20261102T000000Z"),
    *("2026-11-02T00:00:00Z\n", "2026-11-02T25:00:00Z", "2026-11-02 00:00:00Z", "soon"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-02T00:00:00+01:00[Europe/London]"),
)
NO_CLOCK = (900, None, "", "24:00", "9:00", "09:60", "09:00:00", "09:00Z", "09:00\n", "９:00")
NO_WHOLE = (None, "5", 1.5, 5.0, True, [], 10**30)
WRONG: dict[Path, tuple[Any, ...]] = {
    ("format",): ("fairtag-order/2", 1, None),
    ("order_id",): NO_ID,
    ("version",): (*NO_WHOLE, 0, -1),
    ("supersedes",): ("1", 0, 1.0),
    ("recorded_at",): NO_INSTANT,
    ("simulated",): (1, "true", None),
    ("cohort",): NO_ID,
    ("authority",): ("ho", None, []),
    ("authority", "id"): NO_ID,
    ("authority", "name"): NO_TEXT,
    ("authority", "kind"): ("army", None, 1),
    ("legal_regime",): (None, "", "gdpr", "other:", "other:a\nb", 5),
    **{(name,): NO_TEXT for name in ("legal_basis", "necessity", "proportionality")},
    ("less_intrusive_considered",): NO_TEXT,
    ("vulnerability_assessed_at",): NO_DATE,
    ("review",): ("2027-01-15", None, []),
    ("review", "kind"): ("judge", None),
    ("review", "by"): NO_DATE,
    ("review", "instrument"): NO_TEXT,
    ("starts_at",): NO_INSTANT,
    ("ends_at",): NO_INSTANT,
    ("time_zone",): (None, "", "Mars/Base", "GMT+25", "localtime", "../etc", "a\0b", 0),
    ("protected_hours",): ("21:00-08:00", {}, None),
    ("protected_hours", 0, "from"): NO_CLOCK,
    ("protected_hours", 0, "to"): NO_CLOCK,
    ("wearer",): (None, [], "A B"),
    ("wearer", "wearer_id"): NO_ID,
    ("wearer", "names", "given"): NO_TEXT,
    ("wearer", "names", "family"): NO_TEXT,
    ("wearer", "date_of_birth"): NO_DATE,
    ("wearer", "nationality"): (5, [], "x" * 101),
    ("wearer", "language"): (5, None, "", "English please"),
    ("devices",): (None, {}, []),
    ("devices", 0): (None, "D-1", []),
    ("devices", 0, "device_id"): NO_ID,
    ("devices", 0, "type"): ("tag", None, 1),
    ("devices", 0, "from"): tuple(one for one in NO_INSTANT if one is not None),
    ("devices", 0, "to"): tuple(one for one in NO_INSTANT if one is not None),
    ("devices", 0, "fix_every_s"): (*NO_WHOLE, 0, 86_401),
    ("devices", 0, "report_every_s"): (*NO_WHOLE, 0, 86_401),
    ("devices", 0, "charged_by_wearer"): (1, "yes", None),
    ("absences",): (None, {}),
    ("absences", 0, "condition_id"): (*NO_ID, "c9"),
    ("absences", 0, "covers"): (None, "conditions", []),
    ("absences", 0, "covers", 0): ("everything", None, 1),
    ("absences", 0, "from"): NO_INSTANT,
    ("absences", 0, "to"): NO_INSTANT,
    ("absences", 0, "recorded_at"): NO_INSTANT,
    ("absences", 0, "reason"): NO_TEXT,
    ("absences", 0, "by"): NO_TEXT,
    ("conditions",): (None, {}, []),
    ("conditions", 4): (None, "trail", []),
    ("conditions", 4, "id"): NO_ID,
    ("conditions", 4, "kind"): ("alcohol", None, 1, ["trail"]),
    ("conditions", 0, "place"): (None, [], "home"),
    ("conditions", 0, "place", "center"): (
        None,
        [1],
        [1, 2, 3],
        "1,2",
        [181, 0],
        [0, 90],
        [1e308, 0],
    ),
    ("conditions", 0, "place", "center", 0): ("-2.24", None, True),
    ("conditions", 0, "place", "radius_m"): (None, "50", 0, -5, 49, 1e9),
    ("conditions", 0, "grace_min"): (*NO_WHOLE, -1, 121),
    ("conditions", 0, "timetable"): (None, {}, "always"),
    ("conditions", 0, "timetable", 0, "days"): (None, "mon", []),
    ("conditions", 0, "timetable", 0, "days", 0): ("monday", 0, None),
    ("conditions", 0, "timetable", 0, "from"): NO_CLOCK,
    ("conditions", 0, "timetable", 0, "to"): NO_CLOCK,
    ("conditions", 1, "buffer_m"): (None, "5", -1, 1e6),
    ("conditions", 3, "appointments"): (None, {}, []),
    ("conditions", 3, "appointments", 0, "stay_min"): (*NO_WHOLE, -1, 1441),
    ("conditions", 5, "modality"): ("voice", None, 1),
    ("conditions", 5, "max_per_day"): (*NO_WHOLE, 0, 6),
    ("conditions", 5, "allowed"): (None, {}),
    ("conditions", 5, "allowed", 0, "from"): NO_CLOCK,
    ("conditions", 5, "answer_within_min"): (*NO_WHOLE, 14, 1441),
    ("conditions", 5, "min_gap_min"): (*NO_WHOLE, -1, 1441),
}
SAYS_NOTHING = ("", " ", "n/a", "N/A", "None", "tbc", "-", "...", "xxx", "unknown")


def is_at(path: str, found: list[str]) -> bool:
    return any(one.startswith(path) for one in found)


def test_negative_control_the_whole_order_has_no_problem() -> None:
    assert problems(whole()) == []
    assert Draft202012Validator(json.loads(schema_bytes())).is_valid(whole())


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: path_of(*path))
def test_what_is_needed_is_missed_by_name(path: Path) -> None:
    assert path_of(*path) in paths(without(*path))


@pytest.mark.parametrize(("path", "values"), WRONG.items(), ids=lambda one: path_of(*one[:9]))
def test_a_wrong_value_is_named_with_its_place(path: Path, values: tuple[Any, ...]) -> None:
    for value in values:
        found = problems(changed(path, value))
        assert is_at(path_of(*path), [one.path for one in found]), value
        assert all(len(one.do) > 10 and one.do.endswith(".") for one in found), value


@pytest.mark.parametrize("name", ["legal_basis", "necessity", "proportionality"])
@pytest.mark.parametrize("told", SAYS_NOTHING)
def test_words_that_say_nothing_are_no_reason(name: str, told: str) -> None:
    assert f"$.{name}" in paths(changed((name,), told))


def test_all_problems_are_told_at_once() -> None:
    order = changed(("conditions", 0, "timetable", 0, "from"), "25:00")
    order["necessity"] = ""
    order["ends_at"] = "2026-11-01T00:00:00Z"
    order["conditions"][0]["place"]["radius_m"] = 20
    order["conditions"][1]["area"]["coordinates"] = []
    order["conditions"][5]["max_per_day"] = 9
    order["devices"][0]["colour"] = "black"
    assert paths(order) == [
        "$.absences[0]",
        "$.conditions[0].place.radius_m",
        "$.conditions[0].timetable[0].from",
        "$.conditions[1].area",
        "$.conditions[3].appointments[0]",
        "$.conditions[5].max_per_day",
        "$.devices[0]",
        "$.ends_at",
        "$.necessity",
    ]


def test_an_unknown_field_is_told_by_number_since_its_name_may_be_a_persons() -> None:
    (found,) = problems(whole() | {"Canaryella": True})
    assert found.path == "$"
    assert "Field number 23" in found.do


def test_a_misspelt_field_is_told_what_was_meant() -> None:
    order = without("necessity") | {"neccessity": "Has absconded twice."}
    told = {one.path: one.do for one in problems(order)}
    assert "'necessity'" in told["$"]
    assert "$.necessity" in told


@pytest.mark.parametrize(
    "extra", [("conditions", 4), ("wearer",), ("wearer", "names"), ("review",)]
)
def test_no_object_takes_fields_that_nobody_reads(extra: Path) -> None:
    assert paths(changed((*extra, "more"), 1)) == [path_of(*extra)]


def test_what_another_kind_of_condition_holds_is_not_read() -> None:
    assert paths(changed(("conditions", 4, "timetable"), 5)) == ["$.conditions[4]"]
    assert paths(changed(("conditions", 0, "kind"), "foo")) == ["$.conditions[0].kind"]


class TestReview:
    def test_review_by_at_the_top_counts_for_the_review(self) -> None:
        order = without("review", "by") | {"review_by": "2027-01-15"}
        assert problems(order) == []

    def test_review_by_alone_is_no_whole_review(self) -> None:
        order = without("review") | {"review_by": "2027-01-15"}
        assert paths(order) == ["$.review.instrument", "$.review.kind"]

    def test_two_dates_that_differ_are_refused(self) -> None:
        assert paths(whole() | {"review_by": "2027-01-14"}) == ["$.review_by"]


PLACES: list[Path] = [*REQUIRED, *WRONG]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", " ", "\ud800", "NaN", "*", "mon", "2026-11-02T00:00:00Z", "23:59"]),
    st.lists(st.integers() | st.text(max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=5), st.none() | st.integers(), max_size=3),
)


@settings(max_examples=120, deadline=None)
@given(path=st.sampled_from(PLACES), value=JUNK)
def test_whatever_stands_at_one_place_there_is_an_answer_and_no_traceback(
    path: Path, value: Any
) -> None:
    found = paths(changed(path, value))
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    if path[0] in REASONS and is_blank:
        assert is_at(f"$.{path[0]}", found)
