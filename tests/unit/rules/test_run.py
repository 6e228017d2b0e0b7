"""What a walk over columns leaves behind, and when rules look at what it passes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS, END
from tests.unit.rules.nights import AWAY_M, at, fix, fixes, order, span, worn
from tests.unit.rules.streams import Desk

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Position, Source
from fairtag.orders.model import DeviceType, Ruling
from fairtag.rules import run
from fairtag.rules.finding import Finding, Kind
from fairtag.rules.run import Run
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.track import Track
from fairtag.rules.view import View, view_of
from fairtag.terms.instants import MINUTE
from fairtag.terms.local import Interval

CURFEW, ZONE, *_ = CONDITIONS
NIGHT = order(CURFEW)


def walked(*told: Position) -> Track:
    track, view = Track(), view_of((NIGHT,), at(9_999), DEFAULTS)
    for _ in Run(track, positions_of(told), view).steps():
        pass
    return track


def followed(*told: Position) -> list[Finding]:
    """Judge columns, and their rows one by one; both must find the same."""
    desk, alone = Desk((NIGHT,)), Desk((NIGHT,))
    desk.follow(*told)
    for one in told:
        alone.take(one)
    assert desk.lines() == alone.lines()
    assert desk.judge.dump() == alone.judge.dump()
    return desk.found


def test_the_way_is_that_of_the_device() -> None:
    track = walked(*fixes(range(4)))
    assert track.beliefs.device_id == "D-1"

    view = view_of((order(CURFEW, devices=(worn(), worn("D-2"))),), at(9_999), DEFAULTS)
    other = [replace(one, device_id="D-2") for one in fixes(range(4, 6))]
    for _ in Run(track, positions_of(other), view).steps():
        pass
    assert track.beliefs.device_id == "D-2"


def test_who_was_seen_at_home_when_the_curfew_began_has_left_and_is_not_late() -> None:
    found = followed(*fixes(range(-20, 11)), *fixes(range(11, 40), AWAY_M))

    assert [one.kind for one in found] == [Kind.CURFEW_LEFT]


def test_who_was_at_home_a_minute_before_the_curfew_has_left() -> None:
    """The rule looks at the first position in the curfew, wherever it lies."""
    found = followed(*fixes(range(-20, 0)), *fixes(range(1, 30), AWAY_M))

    assert [one.kind for one in found] == [Kind.CURFEW_LEFT]


def test_a_belief_that_no_longer_passes_the_budget_opens_nothing() -> None:
    """Away until 18:40, and by the edge when the curfew begins."""
    away = [*fixes(range(-60, -50)), *fixes(range(-50, -20), AWAY_M)]
    track = walked(*away, *fixes(range(-20, 15), 64.0))

    seen = track.beliefs.seen("c1")
    assert seen.side == "against"
    assert 0 < seen.odds < DEFAULTS.against
    assert followed(*away, *fixes(range(-20, 15), 64.0)) == []


def test_a_walk_goes_on_where_a_stretch_of_the_order_ends() -> None:
    two = order(CURFEW, devices=(worn(), worn("D-2", span(30, 33))))
    view = view_of((two,), at(9_999), DEFAULTS)

    steps = list(Run(Track(), positions_of(fixes(range(20, 40))), view).steps())

    rows = [row for row, _ in steps]
    assert rows == sorted(set(rows))
    assert {10, 13, 20} <= set(rows)
    assert rows[-1] == 20


def test_an_instant_at_which_another_device_is_put_on_changes_nothing_for_this_one() -> None:
    two = order(CURFEW, devices=(worn(), worn("D-2", span(30, 33))))
    desk, alone = Desk((two,)), Desk((NIGHT,))
    told = [*fixes(range(20, 40)), *fixes(range(40, 60), AWAY_M)]

    desk.follow(*told)
    alone.follow(*told)

    assert desk.lines() == alone.lines() != []


def test_what_the_last_witness_tells_is_told_then_and_not_after_masts() -> None:
    home, out = fixes(range(3)), fixes(range(3, 30), AWAY_M)
    (opened,) = followed(*home, *out)
    last = next(n for n, one in enumerate(out) if one.received_at == opened.decided_at)
    masts = [fix(out[last].at / MINUTE - at(0) / MINUTE + n, source=Source.CELL) for n in (1, 2, 3)]

    (found,) = followed(*home, *out[: last + 1], *masts)

    assert found.decided_at == opened.decided_at


def test_a_side_is_turned_once_whatever_says_nothing_after_it() -> None:
    """The wider of two positions of one second is no observation."""
    desk = Desk((NIGHT,))
    desk.judge.turns = []
    desk.take(*fixes(range(3)))
    for one in fixes(range(3, 30), AWAY_M):
        desk.take(one)
        if desk.judge.turns[-1][2] == "against":
            break
    before = list(desk.judge.turns)
    minute = (before[-1][1] - at(0)) / MINUTE

    desk.take(fix(minute + 0.01, AWAY_M, accuracy_m=90.0))

    assert desk.judge.turns == before


# A receiver that stands still


def frozen_and_wifi(since: int, until: int) -> list[Position]:
    """A satellite receiver gives one place, and a network another, each half a minute after."""
    there = fix(since, AWAY_M)
    return [
        each
        for minute in range(since, until)
        for each in (
            replace(there, at=at(minute), received_at=at(minute)),
            fix(minute + 0.5, AWAY_M + minute % 9, source=Source.WIFI, accuracy_m=20.0, after_s=0),
        )
    ]


def against(found: list[Finding]) -> list[tuple[str, float]]:
    return [
        (str(one.kind), (one.began_at - at(0)) / MINUTE)
        for one in found
        if one.recipient == "authority" and one.state == "opened"
    ]


def test_what_rests_on_a_frozen_receiver_opens_nothing() -> None:
    """No position is the same as the one before, so none is a copy; but it is in doubt."""
    found = followed(*frozen_and_wifi(-100, 30))

    assert [one.kind for one in found] == [Kind.LOCATION_DOUBTFUL]
    assert against(found) == []


def test_what_was_seen_after_the_last_copy_opens_a_matter_at_once() -> None:
    """The doubt is still open: it lasts a while."""
    home = fixes([10 + n / 2 for n in range(20)])

    found = followed(*frozen_and_wifi(-100, 10), *home, *fixes(range(20, 30), AWAY_M))

    assert against(found) == [("curfew.left", 20)]
    doubts = [one for one in found if one.kind is Kind.LOCATION_DOUBTFUL]
    assert [str(one.state) for one in doubts] == ["opened", "closed"]
    (left,) = [one for one in found if one.kind is Kind.CURFEW_LEFT]
    assert left.decided_at < at(30)


def test_negative_control_a_doubt_that_is_not_asked_for_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fairtag.rules.run.rests_on_frozen", lambda *_: False)

    assert against(followed(*frozen_and_wifi(-100, 30))) == [("curfew.late_start", 0)]


# Who says where the wearer is


def tag_and_phone(tag: Interval | None = None) -> Ruling:
    phone = worn("D-2", type=DeviceType.NON_FITTED)
    return order(CURFEW, devices=(worn(during=tag), phone))


def judged(ruling: Ruling, tag_m: float, phone_m: float) -> list[tuple[str, float]]:
    """Both report each minute from the afternoon on, and are elsewhere from 20:00 on."""
    desk, alone = Desk((ruling,)), Desk((ruling,))
    for minute in range(-10, 120):
        is_out = minute >= 60
        tag = fix(minute, tag_m * is_out)
        phone = fix(minute + 0.5, phone_m * is_out, device_id="D-2", source=Source.FUSED)
        desk.follow(tag)
        desk.follow(phone)
        alone.take(tag)
        alone.take(phone)
    assert desk.lines() == alone.lines()
    assert desk.judge.dump() == alone.judge.dump()
    return against(desk.found)


def test_a_phone_at_home_does_not_hide_that_the_tag_is_out() -> None:
    assert judged(tag_and_phone(), AWAY_M, 0) == [("curfew.left", 60)]


def test_a_phone_that_is_out_says_nothing_against_who_wears_a_tag_at_home() -> None:
    assert judged(tag_and_phone(), 0, AWAY_M) == []


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        (span(-99, 90), [("curfew.left", 90.5)]),  # from when the tag is taken off, the phone does
        (span(-99, 30), [("curfew.left", 60.5)]),
        (span(80, 999), [("curfew.left", 60.5)]),  # until the tag is put on
    ],
)
def test_without_a_tag_the_phone_says_where_the_wearer_is(
    tag: Interval, found: list[tuple[str, float]]
) -> None:
    assert judged(tag_and_phone(tag), 0, AWAY_M) == found


def silent_tag(tag_until: float) -> tuple[list[Position], list[Position]]:
    """A tag that tells where it is, at home, until a minute, and a phone that is out from 20:00."""
    tag = [fix(minute, 0) for minute in range(-10, 120) if minute <= tag_until]
    phone = [
        fix(minute + 0.5, AWAY_M * (minute >= 60), device_id="D-2", source=Source.FUSED)
        for minute in range(-10, 120)
    ]
    return tag, phone


@pytest.mark.parametrize(
    ("tag_until", "is_told"), [(-99, True), (30, True), (58, True), (119, False)]
)
def test_a_phone_speaks_when_the_tag_has_been_silent_for_too_long(
    tag_until: float, *, is_told: bool
) -> None:
    """Its battery is empty, it was cut off and left, or nobody has fitted it yet."""
    ruling = tag_and_phone()
    gap = view_of((ruling,), at(0), DEFAULTS).longest_step(at(0)) / MINUTE
    tag, phone = silent_tag(tag_until)
    one_by_one, at_once = Desk((ruling,)), Desk((ruling,))
    for each in sorted((*tag, *phone), key=lambda one: one.at):
        one_by_one.take(each)
    at_once.take(*tag, *phone)

    told = [began for kind, began in against(one_by_one.found) if kind == "curfew.left"]

    assert bool(told) == is_told
    assert all(60 <= began <= max(60.5, tag_until + gap + 2) for began in told)
    assert against(at_once.found) == against(one_by_one.found)


def test_negative_control_a_phone_that_never_speaks_hides_who_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "speaks_from", lambda *_, **__: END)
    tag, phone = silent_tag(30)
    desk = Desk((tag_and_phone(),))

    desk.take(*tag, *phone)

    assert against(desk.found) == []


def test_a_device_of_the_same_kind_decides_as_well() -> None:
    both = order(CURFEW, devices=(worn(), worn("D-2")))
    phones = [worn(name, type=DeviceType.NON_FITTED) for name in ("D-1", "D-2")]

    for ruling in (both, order(CURFEW, devices=tuple(phones))):
        assert judged(ruling, AWAY_M, AWAY_M) == [("curfew.left", 60)]


def test_negative_control_a_phone_that_decides_hides_that_the_tag_is_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(View, "decides", lambda *_: True)

    assert judged(tag_and_phone(), 5_000, 0) == []
