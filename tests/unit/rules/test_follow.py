"""Columns are judged as their messages are, one after the other: the same lines and memory."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS
from tests.unit.rules.nights import AWAY_M, fix, fixes, order, span, worn
from tests.unit.rules.streams import (
    Desk,
    are_columns,
    arrivals,
    columns,
    is_the_same,
    is_the_same_in_parts,
)

from fairtag.intake.messages import Message, Position, ref_of
from fairtag.orders.model import Ruling
from fairtag.rules import judge
from fairtag.rules.finding import Finding, Kind

CURFEW, *_, ATTENDANCE = CONDITIONS


def both(ruling: Ruling, *told: Message) -> list[Finding]:
    """Judge messages as they arrived and as columns; tells what both found."""
    one_by_one, followed = Desk((ruling,)), Desk((ruling,))
    for part in columns(told):
        for together in arrivals(part):
            one_by_one.take(*together)
        if are_columns(part):
            followed.follow(*part)
        else:
            followed.take(*part)
    assert followed.lines() == one_by_one.lines()
    assert followed.judge.dump() == one_by_one.judge.dump()
    return followed.found


@pytest.mark.parametrize("seed", [8, 186])
def test_columns_give_what_their_messages_give(seed: int) -> None:
    is_the_same(seed)


@pytest.mark.parametrize("seed", [2])
def test_cuts_and_restarts_change_nothing(seed: int) -> None:
    is_the_same_in_parts(seed)


def test_a_silence_that_another_device_spans_is_told() -> None:
    """The clock went on, and still the device was silent for longer than it may be."""
    two = order(CURFEW, devices=(worn(), worn("D-2")))
    early = [fix(n) for n in range(3)]
    other = [fix(n, device_id="D-2") for n in range(3, 25)]
    late = [fix(n) for n in range(34, 37)]

    found = both(two, *early, *other, *late)

    lost = [one for one in found if one.kind is Kind.CONTACT_LOST and one.device_id == "D-1"]
    assert [str(one.state) for one in lost] == ["opened", "closed"]


def test_what_a_device_kept_in_a_silence_explains_it_also_in_columns() -> None:
    """A live word ends the silence; what was kept comes after it, a little at a time."""
    kept = [fix(36 + n, after_s=60 * 16) for n in range(4)]

    found = both(order(CURFEW), fix(0), fix(35, after_s=60 * 10), *kept)

    lost = [one for one in found if one.kind is Kind.CONTACT_LOST]
    assert [(str(one.state), one.cause) for one in lost] == [
        ("opened", None),
        ("closed", None),
        ("corrected", "offline_data_arrived"),
    ]


def test_positions_that_say_nothing_do_not_put_off_that_the_location_is_lost() -> None:
    blind = [fix(n, accuracy_m=900.0) for n in range(4, 45)]
    one_by_one, followed = Desk((order(CURFEW),)), Desk((order(CURFEW),))
    for one in [*fixes(range(4)), *blind]:
        one_by_one.take(one)
    followed.follow(*fixes(range(4)), *blind[:17])
    followed.follow(*blind[17:])

    assert followed.lines() == one_by_one.lines()
    assert [one.kind for one in followed.found] == [Kind.LOCATION_LOST]


def test_what_a_row_tells_is_as_late_as_the_row_and_not_as_those_before() -> None:
    weak = [fix(22 + n, battery_pct=15.0) for n in range(3)]

    found = both(order(CURFEW), *fixes(range(3)), *weak)

    assert [(one.kind, one.late) for one in found] == [(Kind.BATTERY_LOW, False)]


def test_what_arrived_together_is_judged_together() -> None:
    """Half of an upload decides nothing: the first rows of one are in order, the rest is not."""
    upload = [*fixes(range(9, 20), AWAY_M), *fixes(range(4, 9), AWAY_M)]
    together = [replace(one, received_at=fix(20).received_at) for one in upload]

    found = both(order(CURFEW), *fixes(range(3)), *together)

    assert [(one.kind, one.rev, one.began_at) for one in found] == [
        (Kind.CURFEW_LEFT, 1, fix(4).at)
    ]


def test_a_timer_that_is_new_within_an_arrival_waits_for_its_end() -> None:
    """Who tells a night half a day late leaves, and the curfew ends, in one upload."""
    late_s = 13 * 3_600.0
    night = fixes(range(-10, 600, 5), after_s=late_s)
    morning = [*fixes(range(605, 640, 5), AWAY_M), *fixes(range(640, 760, 5))]
    upload = [replace(one, received_at=fix(610, after_s=late_s).received_at) for one in morning]

    found = both(order(CURFEW), *night, *upload)

    left = [str(one.state) for one in found if one.kind is Kind.CURFEW_LEFT]
    assert left == ["opened", "closed"]


def named(told: Sequence[Position]) -> list[str | None]:
    """List the content hashes in the evidence of one night out."""
    (found,) = [one for one in both(order(CURFEW), *told) if one.state == "opened"]
    assert [one.at for one in found.evidence if one.ref] == [
        one.at for one in told if one.seq is None and one.at in {e.at for e in found.evidence}
    ]
    return [one.ref for one in found.evidence]


def test_evidence_without_a_number_is_named_by_its_own_content() -> None:
    out = fixes(range(3, 16), AWAY_M)

    refs = named([*fixes(range(3)), *out])

    assert refs == [ref_of(one) for one in out[: len(refs)]]


def test_a_device_that_numbers_some_positions_only_names_the_others_by_their_content() -> None:
    out = [fix(n, AWAY_M, seq=n if n % 3 else None) for n in range(3, 16)]
    home = [fix(n, seq=n) for n in range(3)]

    refs = named([*home, *out])

    assert refs == [None if one.seq else ref_of(one) for one in out[: len(refs)]]
    assert {None} < set(refs)


def test_a_position_that_is_no_observation_asks_no_rule_again() -> None:
    """A moving device that gives one place again and again tells an old one."""
    away = [fix(n * 5, AWAY_M, speed_mps=12.0, lat=53.49) for n in range(-12, -4)]

    both(order(ATTENDANCE), *away)


def test_a_track_is_kept_at_the_turns_of_the_day_also_while_nothing_is_judged() -> None:
    pause = order(CURFEW, suspended=(span(100, 140),))

    both(pause, *fixes(range(60, 180, 5), after_s=60 * 60))


def test_negative_control_a_walk_that_sees_no_timer_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def blind(columns: Sequence[Position], *_: object) -> int:
        return len(columns)

    monkeypatch.setattr(judge, "quiet_until", blind)

    with pytest.raises(AssertionError):
        both(order(CURFEW), *fixes(range(3)), *fixes(range(60, 64)))
