"""What a line says, which matters are judged again, and which silences data explain."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.rules.nights import at, fix
from tests.unit.rules.test_book import by, left

from fairtag.rules.book import BY_CLOCK, Told, compare, excuse, explain
from fairtag.rules.book import tell as told_by
from fairtag.rules.excused.silences import last_silence, silences_of
from fairtag.rules.finding import Evidence, Finding, Kind, State, id_of
from fairtag.rules.matter import Matter
from fairtag.rules.words import words

WHY = (Evidence(seq=1, at=at(1)),)


def lost(began: float, ended: float | None, kind: Kind = Kind.CONTACT_LOST, **more: object) -> Told:
    end = None if ended is None else at(ended)
    matter = Matter(kind=kind, device_id="D-1", began_at=at(began), ended_at=end, closed_at=end)
    name = id_of("ORD-1", None, kind, at(began))
    state = State.OPENED if ended is None else State.CLOSED
    return Told(finding_id=name, rev=2, state=state, matter=replace(matter, **more))


def test_a_line_says_all_that_is_known() -> None:
    matter = replace(left(0, 30), evidence=WHY)

    opened, closed = told_by([], [matter], by(31))

    assert opened == Finding(
        finding_id=id_of("ORD-1", "c1", Kind.CURFEW_LEFT, matter.began_at),
        rev=1,
        order_id="ORD-1",
        condition_id="c1",
        device_id=None,
        kind=Kind.CURFEW_LEFT,
        state=State.OPENED,
        began_at=matter.began_at,
        decided_at=by(31).at,
        late=True,
        certainty=0.99,
        evidence=WHY,
        rule="curfew@1",
        settings="s",
        tzdata="t",
        words=words(replace(matter, ended_at=None), State.OPENED, "Europe/London", late=True),
    )
    assert (closed.rev, closed.state, closed.ended_at) == (2, State.CLOSED, matter.ended_at)
    assert closed.words == words(matter, State.CLOSED, "Europe/London", late=True)


@pytest.mark.parametrize("is_late", [True, False])
@pytest.mark.parametrize("is_old", [True, False])
def test_a_line_is_late_when_the_judging_or_its_ground_is(*, is_late: bool, is_old: bool) -> None:
    telling = by(6)
    telling = type(telling)(
        **{name: getattr(telling, name) for name in telling.__slots__} | {"late": is_late}
    )

    (found,) = told_by([], [left(0, is_of_old_data=is_old)], telling)

    assert found.late == (is_late or is_old)


LATES = [{State.OPENED}, {State.CLOSED}, set(), {State.OPENED, State.CLOSED}]


@pytest.mark.parametrize("late", LATES)
def test_after_a_second_judging_each_line_is_late_by_what_decided_it(late: set[State]) -> None:
    """Of one matter that was open and ends, and one that is new and over."""
    known, new = left(0), left(60, 90)
    book: list[Told] = []
    told_by(book, [known], by(6))
    asked = list[tuple[Matter, State]]()

    def is_late(matter: Matter, state: State) -> bool:
        asked.append((matter, state))
        return state in late

    found = compare(
        book, [left(0, 30), new], since=at(-99), excused=set(), by=by(95), is_late=is_late
    )

    assert [(one.state, one.late) for one in found] == [
        (State.CLOSED, State.CLOSED in late),
        (State.OPENED, State.OPENED in late),
        (State.CLOSED, State.CLOSED in late),
    ]
    assert asked == [(left(0, 30), State.CLOSED), (new, State.OPENED), (new, State.CLOSED)]
    assert book[0].state is State.CLOSED


def test_what_is_told_is_remembered_as_it_was_told() -> None:
    book: list[Told] = []
    told_by(book, [left(0)], by(6))
    told_by(book, [left(0, 30)], by(31))

    assert [(one.rev, one.state, one.matter) for one in book] == [(2, State.CLOSED, left(0, 30))]
    assert told_by(book, [left(0, 30)], by(32))[0].finding_id != book[0].finding_id


def test_a_matter_that_is_open_is_not_entered_twice_and_another_one_is() -> None:
    book: list[Told] = []
    other = replace(left(0), condition_id="c2")

    assert len(told_by(book, [left(0), other, left(0)], by(6))) == len(book) == 2


@pytest.mark.parametrize(
    ("kind", "is_by_clock"),
    [
        (Kind.CONTACT_LOST, True),
        (Kind.LOCATION_LOST, True),
        (Kind.MONITORING_NOT_STARTED, True),
        (Kind.MONITORING_SILENT_24H, True),
        (Kind.MONITORING_SILENT_72H, True),
        (Kind.MONITORING_NEVER_FIXED, True),
        (Kind.INPUT_TOO_LATE, True),
        (Kind.LOCATION_DOUBTFUL, False),
        (Kind.BATTERY_LOW, False),
        (Kind.TAMPER_STRAP, False),
    ],
)
def test_later_data_do_not_undo_a_silence(kind: Kind, *, is_by_clock: bool) -> None:
    found = compare([lost(0, None, kind)], [], since=at(-9), excused=set(), by=by(90))

    assert bool(found) != is_by_clock
    assert (kind in BY_CLOCK) == is_by_clock


@pytest.mark.parametrize(("since", "is_judged"), [(29.9, True), (30, False), (31, False)])
def test_what_was_over_before_is_not_judged_again(since: float, *, is_judged: bool) -> None:
    book = [lost(0, 30, Kind.BATTERY_LOW)]

    assert bool(compare(book, [], since=at(since), excused=set(), by=by(90))) == is_judged


@pytest.mark.parametrize(
    ("judged", "states"),
    [
        (left(29), ["corrected"]),  # they overlap
        (left(30), ["withdrawn", "opened"]),  # they only touch
        (left(-20, 1), ["corrected"]),
        (left(-20, 0), ["withdrawn", "opened", "closed"]),
    ],
)
def test_a_matter_is_the_same_where_its_times_overlap(judged: Matter, states: list[str]) -> None:
    book: list[Told] = []
    told_by(book, [left(0, 30)], by(31))

    found = compare(book, [judged], since=by(-60).at, excused=set(), by=by(90))

    assert [str(one.state) for one in found] == states


def test_what_leave_covers_is_excused_and_not_withdrawn() -> None:
    book = [lost(0, None, Kind.TAMPER_STRAP), lost(5, 9, Kind.BATTERY_LOW)]

    found = compare(book, [], since=at(-9), excused={0}, by=by(90))

    assert [(str(one.state), one.cause) for one in found] == [
        ("corrected", "excused"),
        ("withdrawn", None),
    ]
    assert [one.matter.closed_at for one in book] == [by(90).at] * 2
    assert [one.ended_at for one in found] == [by(90).at, at(9)]
    assert [one.is_final for one in book] == [True, True]
    assert excuse(book, {0, 1}, by(91)) == []


# Silences


@pytest.mark.parametrize(("minute", "is_in"), [(0, False), (0.1, True), (30, True), (30.1, False)])
def test_a_message_explains_the_silence_that_it_happened_in(minute: float, *, is_in: bool) -> None:
    assert silences_of([lost(0, 30)], fix(minute)) == ({0} if is_in else set())


@pytest.mark.parametrize(
    ("told", "is_silence"),
    [
        (lost(0, 30, Kind.MONITORING_SILENT_24H), True),
        (lost(0, 30, Kind.MONITORING_SILENT_72H), True),
        (lost(0, 30, Kind.LOCATION_LOST), False),
        (lost(0, 30, device_id="D-2"), False),
        (lost(0, 30, cause="excused"), False),
        (lost(0, None), False),
    ],
)
def test_only_a_silence_of_the_device_that_is_over_and_not_explained(
    told: Told, *, is_silence: bool
) -> None:
    book = [lost(-50, -40), told, lost(40, 50)]

    assert silences_of(book, fix(10)) == ({1} if is_silence else set())
    assert last_silence(book[:2], "D-1") == at(30 if is_silence else -40)
    assert last_silence(book, "D-1") == at(50)


def test_where_there_was_no_silence_none_ended() -> None:
    assert last_silence([], "D-1") == last_silence([lost(0, None)], "D-1") == 0


def test_an_explained_silence_is_corrected_once_with_its_reason() -> None:
    book = [lost(0, 30), lost(40, 50)]

    (found,) = explain(book, {1}, by(60))

    assert (str(found.state), found.cause, found.rev) == ("corrected", "offline_data_arrived", 3)
    assert "had no connection" in found.words["en"]
    assert silences_of(book, fix(45)) == set()


def test_negative_control_a_silence_of_another_device_explains_nothing() -> None:
    assert silences_of([lost(0, 30)], fix(10, device_id="D-2")) == set()
    assert silences_of([lost(0, 30)], fix(10)) == {0}
