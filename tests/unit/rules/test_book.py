"""What was told about a matter stays told: ids, revisions, states."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fairtag.rules.book import Telling, Told, compare, excuse, tell
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.terms.instants import MINUTE, Micros, parse

EIGHT = parse("2026-11-02T20:00:00Z")


def at(minutes: int) -> Micros:
    return Micros(EIGHT + minutes * MINUTE)


def left(began: int, ended: int | None = None, **more: Any) -> Matter:
    end = None if ended is None else at(ended)
    return Matter(
        kind=Kind.CURFEW_LEFT,
        condition_id="c1",
        began_at=at(began),
        ended_at=end,
        closed_at=end,
        certainty=0.99,
        **more,
    )


def by(minutes: int) -> Telling:
    return Telling(
        order_id="ORD-1",
        zone="Europe/London",
        at=at(minutes),
        late=True,
        settings="s",
        tzdata="t",
    )


def again(book: list[Told], *judged: Matter, excused: set[int] | None = None) -> list[tuple]:
    found = compare(book, list(judged), since=at(-60), excused=excused or set(), by=by(90))
    return [(one.finding_id, one.rev, str(one.state), one.began_at, one.ended_at) for one in found]


def test_a_matter_that_comes_back_after_it_was_withdrawn_gets_a_new_id() -> None:
    book: list[Told] = []
    (first,) = tell(book, [left(0)], by(6))
    assert [state for _, _, state, *_ in again(book)] == ["withdrawn"]

    ((new_id, rev, state, *_),) = again(book, left(0))

    assert (rev, state) == (1, "opened")
    assert new_id != first.finding_id


def test_two_devices_with_the_same_beginning_have_two_ids() -> None:
    strap = Matter(kind=Kind.TAMPER_STRAP, device_id="D-1", began_at=at(0))

    found = tell([], [strap, replace(strap, device_id="D-2")], by(1))

    assert len({one.finding_id for one in found}) == 2
    assert [one.device_id for one in found] == ["D-1", "D-2"]


def test_where_two_matters_join_the_first_goes_on_and_the_second_is_withdrawn() -> None:
    book: list[Told] = []
    one, _, two = tell(book, [left(0, 20), left(40)], by(50))[:3]

    assert again(book, left(0)) == [
        (one.finding_id, 3, "corrected", at(0), None),
        (two.finding_id, 2, "withdrawn", at(40), None),
    ]


def test_where_the_first_vanishes_the_second_keeps_what_is_its_own() -> None:
    """An exact match goes before one that only overlaps."""
    book: list[Told] = []
    one, two = tell(book, [left(0)], by(6)), tell(book, [left(0)], by(7))
    assert not two
    tell(book, [left(0, 30)], by(31))
    (three,) = tell(book, [left(30)], by(40))

    told = again(book, left(30))

    assert told == [(one[0].finding_id, 3, "withdrawn", at(0), at(30))]
    assert book[1].finding_id == three.finding_id


def test_the_same_beginning_goes_before_any_overlap() -> None:
    book: list[Told] = []
    one, _ = tell(book, [left(0, 40)], by(50))
    two, _ = tell(book, [left(30, 50)], by(60))

    assert again(book, left(30, 60), left(0, 35)) == [
        (one.finding_id, 3, "corrected", at(0), at(35)),
        (two.finding_id, 3, "corrected", at(30), at(60)),
    ]


def test_where_one_stands_another_may_move() -> None:
    book: list[Told] = []
    tell(book, [left(0, 20)], by(21))
    two, _ = tell(book, [left(40, 60)], by(61))

    assert again(book, left(0, 20), left(35, 60)) == [
        (two.finding_id, 3, "corrected", at(35), at(60))
    ]


def test_a_corrected_beginning_keeps_the_id() -> None:
    book: list[Told] = []
    (first,) = tell(book, [left(10)], by(16))

    assert again(book, left(4)) == [(first.finding_id, 2, "corrected", at(4), None)]


def test_an_end_that_comes_late_closes() -> None:
    book: list[Told] = []
    (first,) = tell(book, [left(0)], by(6))

    assert again(book, left(0, 30)) == [(first.finding_id, 2, "closed", at(0), at(30))]


def test_nothing_new_is_not_told_again() -> None:
    book: list[Told] = []
    tell(book, [left(0)], by(6))

    assert again(book, left(0)) == []


def test_what_an_absence_covers_is_excused_once_and_for_all() -> None:
    book: list[Told] = []
    (first,) = tell(book, [left(0)], by(6))

    (line,) = excuse(book, {0}, by(60))

    assert (line.finding_id, line.state, line.cause) == (first.finding_id, "corrected", "excused")
    assert line.ended_at == at(60)
    assert excuse(book, {0}, by(61)) == []
    assert again(book) == []


def test_what_is_excused_after_it_was_over_keeps_its_end() -> None:
    book: list[Told] = []
    tell(book, [left(0, 30)], by(31))

    assert [one.ended_at for one in excuse(book, {0}, by(60))] == [at(30)]


def test_silence_is_not_judged_again() -> None:
    book: list[Told] = []
    tell(book, [Matter(kind=Kind.CONTACT_LOST, device_id="D-1", began_at=at(0))], by(30))

    assert again(book) == []


def test_a_part_names_the_matter_it_belongs_to_also_after_a_correction() -> None:
    book: list[Told] = []
    tell(book, [left(0)], by(6))
    part = replace(left(0, 60), kind=Kind.CURFEW_OUT_AT_END, part_of=(Kind.CURFEW_LEFT, at(0)))
    first, _ = tell(book, [left(0, 60), part], by(60))[1:]
    assert first.part_of == book[0].finding_id

    found = compare(
        book,
        [left(5, 60), replace(part, began_at=at(5), part_of=(Kind.CURFEW_LEFT, at(5)))],
        since=at(-60),
        excused=set(),
        by=by(90),
    )

    assert [str(one.state) for one in found] == ["corrected", "corrected"]
    assert found[1].part_of == found[0].finding_id == book[0].finding_id


def test_an_excused_part_still_names_the_matter_it_belongs_to() -> None:
    book: list[Told] = []
    tell(book, [left(0)], by(6))
    part = replace(left(0, 60), kind=Kind.CURFEW_OUT_AT_END, part_of=(Kind.CURFEW_LEFT, at(0)))
    tell(book, [left(0, 60), part], by(60))

    (line,) = excuse(book, {1}, by(61))

    assert line.part_of == book[0].finding_id


def test_a_withdrawn_part_still_names_the_matter_it_belonged_to() -> None:
    book: list[Told] = []
    tell(book, [left(0)], by(6))
    part = replace(left(0, 60), kind=Kind.CURFEW_OUT_AT_END, part_of=(Kind.CURFEW_LEFT, at(0)))
    tell(book, [left(0, 60), part], by(60))

    (line,) = compare(book, [left(0, 60)], since=at(-60), excused=set(), by=by(90))

    assert (str(line.state), line.kind) == ("withdrawn", "curfew.out_at_end")
    assert line.part_of == book[0].finding_id


def doubted(cause: str | None, **more: Any) -> Matter:
    return Matter(kind=Kind.LOCATION_DOUBTFUL, device_id="D-1", began_at=at(0), cause=cause, **more)


def test_the_sign_that_raised_a_matter_is_its_cause_until_an_absence_covers_it() -> None:
    book: list[Told] = []

    (told,) = tell(book, [doubted("frozen")], by(6))
    (excused,) = excuse(book, {0}, by(9))

    assert (told.cause, excused.cause) == ("frozen", "excused")
    assert "satellite receiver" in told.words["en"]


def test_late_data_that_change_only_the_sign_correct_the_cause() -> None:
    book: list[Told] = []
    tell(book, [doubted("leap")], by(6))

    assert again(book, doubted("leap")) == []
    (found,) = compare(book, [doubted("teleport")], since=at(-60), excused=set(), by=by(90))

    assert (str(found.state), found.cause, found.rev) == ("corrected", "teleport", 2)


def test_what_a_second_judging_excuses_names_what_it_is_a_part_of() -> None:
    """The absence takes the part away, and the whole stands."""
    book: list[Told] = []
    whole = left(0, 60)
    part = left(0, 60, part_of=(whole.kind, whole.began_at))
    part = replace(part, kind=Kind.CURFEW_OUT_AT_END)
    first, *_ = tell(book, [whole, part], by(61))

    found = compare(book, [whole], since=at(-60), excused={1}, by=by(90))

    assert [(str(one.state), one.cause, one.part_of) for one in found] == [
        ("corrected", "excused", first.finding_id)
    ]
