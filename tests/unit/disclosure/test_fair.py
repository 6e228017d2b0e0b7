"""No count below ten, and none that a reader gets by taking one from another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairtag.disclosure.fair import cells
from fairtag.disclosure.fair.cells import LEAST, shown, shown_row
from fairtag.disclosure.fair.declared import QUESTIONS, Declared, declared
from fairtag.disclosure.fair.tables import COLUMNS, PARTS, Course, tabulate
from fairtag.faces.refusals import DeclarationRefused
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import HOUR, Micros

NONE = Micros(0)
counts = st.integers(0, 40)


@st.composite
def rows(draw) -> dict[str, int]:
    check_ins = draw(counts)
    referred = draw(st.integers(0, check_ins))
    missed = draw(st.integers(0, check_ins - referred))
    no_face = draw(st.integers(0, referred))
    looked_blind = draw(st.integers(0, check_ins - referred - missed))
    return {
        "people": draw(st.integers(0, check_ins)),
        "check_ins": check_ins,
        "referred": referred,
        "missed": missed,
        "no_face": no_face,
        "rejected": draw(st.integers(0, referred - no_face)),
        "contest_upheld": draw(st.integers(0, check_ins - referred - missed)),
        "looked_blind": looked_blind,
        "not_confirmed": draw(st.integers(0, looked_blind)),
    }


tables = st.lists(rows(), min_size=2, max_size=6).map(
    lambda found: {f"g{n}": row for n, row in enumerate(found)}
)


def whole_of(table: dict[str, dict[str, int]]) -> dict[str, int]:
    return {name: sum(row[name] for row in table.values()) for name in COLUMNS}


def given_away(told: dict[str, Any], everybody: dict[str, int | None]) -> list[str]:
    """List what a reader learns of fewer than ten people by one subtraction."""
    found = []
    for group, row in told.items():
        small = [name for name, value in row.items() if value is not None and value < LEAST]
        found += [f"{group}.{name} is small" for name in small]
        for part, of in PARTS.items():
            if row[part] is not None and row[of] is not None and row[of] - row[part] < LEAST:
                found.append(f"{group}: {of} less {part}")
    for name in COLUMNS:
        hidden = [group for group, row in told.items() if row[name] is None]
        if everybody[name] is not None and hidden:
            left = everybody[name] - sum(row[name] or 0 for row in told.values())
            if len(hidden) == 1 or left < LEAST:
                found.append(f"{name}: all less what is shown is {left}")
    return found


@settings(max_examples=300, deadline=None)
@given(tables)
def test_nothing_small_is_shown_or_left_over(table) -> None:
    whole = whole_of(table)
    told = shown(table, whole, PARTS)

    found = given_away(told, shown_row(whole, PARTS))

    # Everything of a column may be hidden; then all less nothing is all, which is shown anyway.
    assert [one for one in found if not is_all_hidden(one, told)] == []


def is_all_hidden(one: str, told: dict[str, Any]) -> bool:
    column = one.partition(":")[0]
    return column in COLUMNS and all(row[column] is None for row in told.values())


@settings(max_examples=200, deadline=None)
@given(tables)
def test_what_is_shown_is_true(table) -> None:
    told = shown(table, whole_of(table), PARTS)

    for group, row in told.items():
        assert {name: value for name, value in row.items() if value is not None}.items() <= table[
            group
        ].items()


def big(**changed: int) -> dict[str, int]:
    told = {"people": 40, "check_ins": 400, "referred": 100, "missed": 50}
    more = {"no_face": 30, "rejected": 20, "contest_upheld": 12}
    return told | more | {"looked_blind": 0, "not_confirmed": 0} | changed


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    table = {"a": big(people=9, check_ins=90), "b": big(people=20, check_ins=200), "c": big()}

    told = shown(table, whole_of(table), PARTS)

    assert set(told["a"].values()) == {None}
    assert (told["b"]["people"], told["b"]["check_ins"]) == (None, None)
    assert (told["c"]["people"], told["c"]["check_ins"]) == (40, 400)


def test_negative_control_without_the_second_one_the_first_is_given_away(monkeypatch) -> None:
    table = {"a": big(people=9, check_ins=90), "b": big(people=20, check_ins=200), "c": big()}
    monkeypatch.setattr(cells, "_in_column", lambda *_: set())

    told = shown(table, whole_of(table), PARTS)

    assert "people: all less what is shown is 9" in given_away(
        told, shown_row(whole_of(table), PARTS)
    )


def test_a_part_that_leaves_fewer_than_ten_is_hidden() -> None:
    table = {"a": big(missed=295), "b": big(), "c": big(missed=296)}

    told = shown(table, whole_of(table), PARTS)

    # 400 less 295 missed less 100 referred would be five people's answers that a machine passed.
    assert (told["a"]["missed"], told["a"]["referred"]) == (295, None)
    assert (told["b"]["missed"], told["b"]["check_ins"]) == (50, 400)


def check_in(person: int, **told: Any) -> Course:
    return Course(wearer_id=WearerId(f"W-{person}"), **told)


def a_month() -> tuple[list[Course], dict[WearerId, Declared]]:
    """Sixty people: twenty women, twenty men, twenty who said nothing; each twenty check-ins."""
    courses = []
    for person in range(60):
        for n in range(20):
            is_referred = n < (8 if person < 20 else 2)
            after = (person + 1) * HOUR if is_referred else None
            courses.append(check_in(person, is_referred=is_referred, decided_after=after))
    said = {
        WearerId(f"W-{n}"): Declared(answers={"sex": "female" if n < 20 else "male"})
        for n in range(40)
    }
    return courses, said


def test_a_month_is_told_by_group() -> None:
    told = tabulate(*a_month(), month="2026-10", made_at=NONE)

    by_sex = {one.group: one for one in told.by_question["sex"]}
    assert told.everybody.counts["referred"] == 240
    assert by_sex["female"].counts["referred"] == 160
    assert (by_sex["male"].counts["people"], by_sex["male"].counts["referred"]) == (20, 40)
    assert set(by_sex) == {"female", "male", "not_said"}
    assert by_sex["female"].median_hours == 10.0  # between 10 and 11 hours, to the even one
    assert told.everybody.counts["missed"] is None  # nobody missed one: fewer than ten


def test_a_median_of_fewer_than_ten_people_is_not_told() -> None:
    courses = [check_in(n, is_referred=True, decided_after=HOUR) for n in range(9)] * 20
    courses += [check_in(n) for n in range(9, 40)]

    assert tabulate(courses, {}, month="2026-10", made_at=NONE).everybody.median_hours is None


def test_who_said_nothing_is_counted_as_such() -> None:
    told = tabulate([check_in(n) for n in range(40)], {}, month="2026-10", made_at=NONE)

    for groups in told.by_question.values():
        assert [(one.group, one.counts["people"]) for one in groups] == [("not_said", 40)]


def test_only_what_is_on_the_lists_can_be_said() -> None:
    assert declared({"sex": "female", "age": "65+"}) == Declared(
        answers={"age": "65+", "sex": "female"}
    )
    assert declared({"sex": "", "age": ""}) is None
    for wrong in ({"sex": "robot"}, {"religion": "any"}, {"age": "65+ "}):
        with pytest.raises(DeclarationRefused):
            declared(wrong)


def test_pairs_of_questions_are_never_crossed() -> None:
    """A table of two answers at once would have cells of one person."""
    courses, said = a_month()
    told = tabulate(courses, said, month="2026-10", made_at=NONE)

    assert set(told.by_question) == set(QUESTIONS)
    for one, other in combinations(QUESTIONS, 2):
        assert not {group.group for group in told.by_question[one]} & (
            {group.group for group in told.by_question[other]} - {"not_said", "other"}
        )


def passed(number: int, *, wrong: int, wearers: int = 20) -> list[Course]:
    """Let matches be looked at blind, and so many of them not be confirmed."""
    return [
        Course(
            wearer_id=WearerId(f"W-{n % wearers}"), is_looked_blind=True, is_not_confirmed=n < wrong
        )
        for n in range(number)
    ]


def test_matches_looked_at_blind_are_told_with_how_often_they_were_not_confirmed() -> None:
    plain = [Course(wearer_id=WearerId(f"W-{n % 20}")) for n in range(600)]
    everybody = tabulate([*plain, *passed(400, wrong=12)], {}, month="m", made_at=NONE).everybody
    assert (everybody.counts["looked_blind"], everybody.counts["not_confirmed"]) == (400, 12)
    assert everybody.wrong_95 is not None
    low, high = everybody.wrong_95
    # Clopper and Pearson for 12 of 400.
    assert (round(low, 4), round(high, 4)) == (0.0156, 0.0518)


def test_few_that_were_not_confirmed_are_hidden_and_so_is_their_interval() -> None:
    plain = [Course(wearer_id=WearerId(f"W-{n % 20}")) for n in range(600)]
    everybody = tabulate([*plain, *passed(400, wrong=9)], {}, month="m", made_at=NONE).everybody
    assert (everybody.counts["looked_blind"], everybody.counts["not_confirmed"]) == (400, None)
    assert everybody.wrong_95 is None
