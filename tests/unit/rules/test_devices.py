"""What a device tells about itself, and for how long; by settings that are the test's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec import to_builtins
from msgspec.structs import astuple, replace
from tests.unit.rules.nights import at, event, fix, fixes, span, status

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import CheckInReceipt, CheckInState, EventCode, Message
from fairtag.orders.model import CheckIn
from fairtag.rules.devices import (
    CHECK_INS,
    Noticed,
    check_in,
    doubt,
    due,
    end_all,
    first_telling,
    observe,
    pass_by,
    pass_time,
)
from fairtag.rules.doubt import Sign
from fairtag.rules.doubt.frozen import rests_on_frozen
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.instants import Micros

OWN = replace(
    DEFAULTS,
    body_off_s=600,
    linger_s=300,
    late_s=900,
    battery_low_pct=20.0,
    battery_back_pct=30.0,
)
E = EventCode


def heard(noticed: Noticed, *told: Message, is_free: bool = False) -> list[Matter]:
    return [
        each for one in told for each in observe(noticed, one, is_tamper_free=is_free, settings=OWN)
    ]


def passed(noticed: Noticed, minute: float, *free: Any) -> list[Matter]:
    return pass_time(noticed, "D-1", at(minute), free, OWN)


@pytest.mark.parametrize(
    ("code", "kind", "end"),
    [
        (E.STRAP_OPEN, Kind.TAMPER_STRAP, E.STRAP_CLOSED),
        (E.BATTERY_LOW, Kind.BATTERY_LOW, E.CHARGE_START),
        (E.BATTERY_CRITICAL, Kind.BATTERY_LOW, E.CHARGE_START),
    ],
)
def test_what_lasts_goes_on_until_the_device_says_that_it_is_over(
    code: EventCode, kind: Kind, end: EventCode
) -> None:
    noticed = Noticed()

    (opened,) = heard(noticed, event(1, code, seq=4))
    again = heard(noticed, event(2, code))
    (closed,) = heard(noticed, event(9, end))

    assert opened == Matter(
        kind=kind, device_id="D-1", began_at=at(1), evidence=(Evidence(seq=4, at=at(1)),)
    )
    assert again == []
    assert closed == opened.end(at(9), decided=at(9))
    assert (noticed.open, due(noticed, (), OWN)) == ({}, None)


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        (E.CASE_OPEN, Kind.TAMPER_CASE, None),
        (E.FAULT, Kind.EQUIPMENT_FAULT, None),
        (E.CLOCK_CHANGED, Kind.EQUIPMENT_FAULT, None),
        (E.POWER_OFF, Kind.EQUIPMENT_FAULT, None),
        (E.JAMMING, Kind.LOCATION_DOUBTFUL, "jamming"),
        (E.MOCK_LOCATION, Kind.LOCATION_DOUBTFUL, "mock"),
        (E.SOS, Kind.WEARER_HELP, None),
    ],
)
def test_what_is_momentary_ends_a_while_after_the_last_sign(
    code: EventCode, kind: Kind, cause: str | None
) -> None:
    noticed = Noticed()

    (opened,) = heard(noticed, event(1, code))
    assert heard(noticed, event(4, code)) == []
    assert due(noticed, (), OWN) == at(9)
    assert passed(noticed, 8.99) == []
    (closed,) = passed(noticed, 20)

    assert (opened.kind, opened.cause, opened.device_id) == (kind, cause, "D-1")
    assert closed == opened.end(at(9), decided=at(9))
    assert (noticed.until, noticed.open) == ({}, {})


@pytest.mark.parametrize(
    "code", [E.GNSS_LOST, E.GNSS_BACK, E.STRAP_CLOSED, E.ON_BODY, E.POWER_ON, E.CHARGE_STOP]
)
def test_other_words_open_nothing(code: EventCode) -> None:
    assert heard(Noticed(), event(1, code)) == []


@pytest.mark.parametrize(
    ("code", "is_told"),
    [(E.STRAP_OPEN, False), (E.CASE_OPEN, False), (E.SOS, True), (E.BATTERY_LOW, True)],
)
def test_leave_from_tamper_excuses_tampering_and_nothing_else(
    code: EventCode, *, is_told: bool
) -> None:
    assert bool(heard(Noticed(), event(1, code), is_free=True)) == is_told


def test_leave_lets_what_is_open_end() -> None:
    noticed = Noticed()
    heard(noticed, event(1, E.STRAP_OPEN))

    assert [one.ended_at for one in heard(noticed, event(5, E.STRAP_CLOSED), is_free=True)] == [
        at(5)
    ]


def test_a_strap_opened_in_a_leave_is_told_when_that_is_over_and_it_was_not_closed() -> None:
    noticed, leaves = Noticed(), (span(0, 30), span(30, 60), span(90, 120))
    opened = event(1, E.STRAP_OPEN, seq=3), event(4, E.STRAP_OPEN, seq=5)
    assert heard(noticed, *opened, is_free=True) == []
    assert due(noticed, leaves, OWN) == at(60)
    assert passed(noticed, 59.99, *leaves) == []

    (told,) = passed(noticed, 60, *leaves)

    assert told == Matter(
        kind=Kind.TAMPER_STRAP,
        device_id="D-1",
        began_at=at(60),
        evidence=(Evidence(seq=3, at=at(1)),),
    )
    assert (passed(noticed, 99, *leaves), due(noticed, leaves, OWN)) == ([], None)
    (closed,) = heard(noticed, event(200, E.STRAP_CLOSED))
    assert (closed.ended_at, noticed.strap_since, noticed.strap_by) == (at(200), None, None)


def test_a_strap_opened_and_closed_in_a_leave_is_nobodys_matter() -> None:
    noticed, leave = Noticed(), span(0, 60)

    heard(noticed, event(1, E.STRAP_OPEN), event(50, E.STRAP_CLOSED), is_free=True)

    assert (passed(noticed, 99, leave), due(noticed, (leave,), OWN)) == ([], None)


@pytest.mark.parametrize(("after_s", "is_old"), [(900, False), (901, True)])
def test_a_strap_that_was_heard_of_late_is_told_as_late(after_s: float, *, is_old: bool) -> None:
    noticed = Noticed()
    heard(noticed, event(1, E.STRAP_OPEN, after_s=after_s), is_free=True)

    assert [one.is_of_old_data for one in passed(noticed, 60, span(0, 60))] == [is_old]


# Worn or not


def test_a_device_that_is_off_for_long_is_told_from_when_it_came_off() -> None:
    noticed = Noticed()
    assert heard(noticed, event(1, E.OFF_BODY, seq=3), event(4, E.OFF_BODY, seq=5)) == []
    assert due(noticed, (), OWN) == at(11)
    assert passed(noticed, 10.99) == []

    (opened,) = passed(noticed, 11)
    assert opened == Matter(
        kind=Kind.BODY_OFF_LONG,
        device_id="D-1",
        began_at=at(1),
        evidence=(Evidence(seq=3, at=at(1)),),
    )
    assert passed(noticed, 12) == []
    assert due(noticed, (), OWN) is None
    (closed,) = heard(noticed, event(20, E.ON_BODY))
    assert (closed.ended_at, noticed.off_since, noticed.off_by) == (at(20), None, None)


def test_a_device_that_is_on_again_in_time_was_not_off() -> None:
    noticed = Noticed()

    heard(noticed, event(1, E.OFF_BODY), event(10, E.ON_BODY))

    assert (passed(noticed, 60), due(noticed, (), OWN)) == ([], None)


def test_time_that_is_excused_does_not_count_as_off() -> None:
    noticed = Noticed()
    heard(noticed, event(1, E.OFF_BODY))
    leave = span(5, 30)

    assert due(noticed, (leave,), OWN) == at(40)
    assert passed(noticed, 39, leave) == []
    assert [one.began_at for one in passed(noticed, 40, leave)] == [at(30)]


@pytest.mark.parametrize(("after_s", "is_old"), [(900, False), (901, True)])
def test_a_timer_that_rests_on_late_data_says_so(after_s: float, *, is_old: bool) -> None:
    noticed = Noticed()
    heard(noticed, event(1, E.OFF_BODY, after_s=after_s))

    assert [one.is_of_old_data for one in passed(noticed, 20)] == [is_old]


def test_what_is_not_worn_any_more_ends_all() -> None:
    noticed = Noticed()
    heard(
        noticed,
        event(1, E.STRAP_OPEN),
        event(1, E.SOS),
        event(1, E.OFF_BODY),
        event(1, E.CHARGE_START),
    )

    done = end_all(noticed, at(5))

    assert [(one.kind, one.ended_at, one.closed_at) for one in done] == [
        (Kind.TAMPER_STRAP, at(5), at(5)),
        (Kind.WEARER_HELP, at(5), at(5)),
    ]
    assert noticed == Noticed()


# The battery


def charged(noticed: Noticed, *told: float | None) -> list[tuple[str, bool]]:
    found = heard(noticed, *(fix(n, battery_pct=pct) for n, pct in enumerate(told)))
    return [(str(one.kind), one.ended_at is None) for one in found]


LOW, OVER = ("battery.low", True), ("battery.low", False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([20.1], []),
        ([20.0], [LOW]),
        ([20.0, 10.0], [LOW]),
        ([20.0, 29.9], [LOW]),
        ([20.0, None, 30.0], [LOW, OVER]),
        ([20.0, 30.0, 20.0], [LOW, OVER, LOW]),
        ([None], []),
    ],
)
def test_a_battery_is_low_until_it_is_well_above(
    told: list[float | None], expected: list[tuple[str, bool]]
) -> None:
    assert charged(Noticed(), *told) == expected


def test_a_report_without_a_place_tells_the_battery_too() -> None:
    noticed = Noticed()

    assert [one.kind for one in heard(noticed, status(1, battery_pct=3.0))] == [Kind.BATTERY_LOW]
    assert noticed.battery_pct == 3.0
    assert heard(noticed, status(2)) == []
    assert noticed.battery_pct == 3.0


def test_who_charges_has_done_what_is_asked() -> None:
    noticed = Noticed()
    heard(noticed, event(0, E.CHARGE_START))

    assert charged(noticed, 10.0, 12.0, 12.0) == []
    assert charged(noticed, 11.9) == [LOW]  # a charge that falls: the charger is off
    assert not noticed.is_charging


def test_a_charger_that_is_taken_off_says_so() -> None:
    noticed = Noticed()
    heard(noticed, event(0, E.CHARGE_START), event(1, E.CHARGE_STOP))

    assert charged(noticed, 10.0) == [LOW]


@pytest.mark.parametrize(
    ("battery_pct", "is_low", "kind"),
    [
        (5.0, False, Kind.BATTERY_DEAD),
        (5.1, False, Kind.EQUIPMENT_FAULT),
        (None, False, Kind.EQUIPMENT_FAULT),
        (None, True, Kind.BATTERY_DEAD),
    ],
)
def test_a_device_that_switches_off_was_empty_or_is_broken(
    battery_pct: float | None, *, is_low: bool, kind: Kind
) -> None:
    noticed = Noticed(battery_pct=battery_pct)
    if is_low:
        heard(noticed, event(0, E.BATTERY_LOW))

    found = heard(noticed, event(1, E.POWER_OFF, seq=2))

    assert [(one.kind, one.evidence, one.device_id) for one in found] == [
        (kind, (Evidence(seq=2, at=at(1)),), "D-1")
    ]


@pytest.mark.parametrize("back", [event(3, E.POWER_ON), fix(3), status(3)])
def test_a_device_that_speaks_is_not_dead(back: Message) -> None:
    noticed = Noticed(battery_pct=1.0)
    heard(noticed, event(1, E.POWER_OFF))

    (closed,) = heard(noticed, back)

    assert (closed.kind, closed.ended_at, closed.closed_at) == (Kind.BATTERY_DEAD, at(3), at(3))


# Rows that tell nothing


CHARGES: list[list[float | None]] = [
    [50.0, 21.0, 20.0, 19.0],
    [19.0],
    [None, None],
    [29.0, 30.0],
    [40.0, None, 39.0, 41.0],
    [10.0, 11.0, 10.0],
]


@pytest.mark.parametrize("told", CHARGES)
@pytest.mark.parametrize("is_charging", [True, False])
@pytest.mark.parametrize("before", [None, 10.0, 45.0])
@pytest.mark.parametrize("kinds", [(), (Kind.BATTERY_LOW,), (Kind.BATTERY_DEAD,)])
def test_the_rows_before_the_first_that_tells_change_nothing_but_the_charge(
    told: list[float | None],
    *,
    is_charging: bool,
    before: float | None,
    kinds: tuple[Kind, ...],
) -> None:
    def begun() -> Noticed:
        known = {kind: Matter(kind=kind, began_at=at(-9)) for kind in kinds}
        return Noticed(open=known, is_charging=is_charging, battery_pct=before)

    rows = [fix(n, battery_pct=pct) for n, pct in enumerate(told)]
    columns = positions_of([fix(-1, battery_pct=1.0), *rows, fix(99, battery_pct=1.0)])
    end = 1 + len(rows)
    first = first_telling(begun(), columns, 1, end, OWN)

    slow, quick = begun(), begun()
    assert heard(slow, *rows[: first - 1]) == []
    pass_by(quick, columns, 1, first)
    assert quick == slow
    assert 1 <= first <= end
    if first < end:
        was = (dict(slow.open), slow.is_charging)
        found = heard(slow, rows[first - 1])
        # Who charges is looked at, too, where the charge is low.
        assert found or is_charging or was != (slow.open, slow.is_charging)


def test_rows_that_name_no_charge_leave_it() -> None:
    noticed = Noticed(battery_pct=7.0)

    pass_by(noticed, positions_of(fixes(range(3))), 0, 3)
    assert noticed.battery_pct == 7.0
    pass_by(noticed, positions_of([fix(0, battery_pct=9.0), *fixes([1])]), 0, 2)
    assert noticed.battery_pct == 9.0
    assert isinstance(noticed.battery_pct, float)
    assert not isinstance(noticed.battery_pct, np.floating)


# Doubt


def test_a_doubt_goes_on_as_long_as_signs_come_and_keeps_the_first_as_its_cause() -> None:
    noticed = Noticed()

    (opened,) = doubt(noticed, fix(1, seq=8), Sign.TELEPORT, OWN)
    assert doubt(noticed, fix(3), Sign.FROZEN, OWN) == []

    assert (opened.kind, opened.cause) == (Kind.LOCATION_DOUBTFUL, "teleport")
    assert opened.evidence == (Evidence(seq=8, at=at(1)),)
    assert [(one.cause, one.ended_at) for one in passed(noticed, 8)] == [("teleport", at(8))]


# Check-ins


@pytest.mark.parametrize(
    ("sign", "since", "is_frozen"),
    [(Sign.FROZEN, 3, True), (Sign.FROZEN, 3.1, False), (Sign.LEAP, 3, False)],
)
def test_what_rests_on_a_frozen_receiver_is_no_newer_than_its_last_copy(
    sign: Sign, since: float, *, is_frozen: bool
) -> None:
    noticed = Noticed()
    assert not rests_on_frozen(noticed.frozen_at, at(since), at(3), OWN)
    for minute in (1, 3):
        doubt(noticed, fix(minute), sign, OWN)

    assert rests_on_frozen(noticed.frozen_at, at(since), at(4), OWN) == is_frozen
    doubt(noticed, fix(6), Sign.LEAP, OWN)  # the matter lasts longer, for another reason
    assert rests_on_frozen(noticed.frozen_at, at(since), at(7), OWN) == is_frozen
    assert not rests_on_frozen(noticed.frozen_at, at(since), at(8), OWN)


ASKED = CheckIn(
    id="p1", modality="face_photo", max_per_day=3, allowed=(), answer_within_min=30, min_gap_min=60
)


def receipt(minute: float, state: CheckInState, **more: Any) -> CheckInReceipt:
    told = {"device_id": "D-1", "check_in_id": "k", "condition_id": "p1", "seq": 6} | more
    return CheckInReceipt(at=at(minute), received_at=at(minute), state=state, **told)


def test_how_far_a_check_in_came_tells_nothing_of_the_device() -> None:
    noticed = Noticed()

    assert heard(noticed, receipt(5, CheckInState.DEVICE_OFF)) == []
    assert noticed == Noticed()


def test_what_is_remembered_is_told_by_name_for_it_is_stored_by_place() -> None:
    with pytest.raises(TypeError):
        Noticed(*astuple(Noticed()))
    assert isinstance(to_builtins(Noticed()), list)


def test_two_that_end_at_once_are_both_told() -> None:
    noticed = Noticed()
    heard(noticed, event(1, E.CASE_OPEN), event(1, E.FAULT))

    assert {one.kind for one in passed(noticed, 20)} == {Kind.TAMPER_CASE, Kind.EQUIPMENT_FAULT}
    assert noticed.open == {}


def test_a_low_battery_is_that_of_the_device_that_told_it() -> None:
    (found,) = heard(Noticed(), fix(1, battery_pct=15.0))

    assert (found.kind, found.device_id) == (Kind.BATTERY_LOW, "D-1")


@pytest.mark.parametrize("state", CheckInState)
def test_only_what_was_shown_and_not_answered_is_missed(state: CheckInState) -> None:
    found = check_in(receipt(5, state), ASKED, ())

    is_missed = state is CheckInState.EXPIRED_SHOWN
    assert found == [
        Matter(
            kind=Kind.CHECKIN_MISSED,
            condition_id="p1",
            device_id="D-1",
            began_at=at(5),
            ended_at=at(5),
            closed_at=at(5),
            evidence=(evidence_of(receipt(5, state)),),
        )
    ] * (is_missed)


def test_an_answer_that_a_person_must_look_at_is_no_miss() -> None:
    found = check_in(receipt(5, CheckInState.ANSWERED, result="refer"), ASKED, ())

    assert [one.kind for one in found] == [Kind.CHECKIN_NEEDS_REVIEW]
    assert check_in(receipt(5, CheckInState.ANSWERED, result="pass"), ASKED, ()) == []


@pytest.mark.parametrize(
    ("until", "leave", "is_missed"),
    [
        (None, span(-60, -25), True),  # the window is -25 to 5
        (None, span(-60, -24.9), False),
        (None, span(5, 9), False),
        (None, span(5.1, 9), True),
        (40, span(5, 10), True),  # the window is 10 to 40
        (40, span(5, 10.1), False),
        (40, span(40, 50), False),
        (40, span(40.1, 50), True),
    ],
)
def test_a_check_in_that_leave_touches_is_not_missed(
    until: float | None, leave: Any, *, is_missed: bool
) -> None:
    window: Micros | None = None if until is None else at(until)
    told = receipt(5, CheckInState.EXPIRED_SHOWN, window_until=window)

    assert bool(check_in(told, ASKED, (leave,))) == is_missed


def test_what_a_battery_ends_is_over_at_once() -> None:
    noticed = Noticed()
    heard(noticed, status(0, battery_pct=15.0))

    (done,) = heard(noticed, status(9, battery_pct=40.0))

    assert (done.kind, done.ended_at, done.closed_at) == (Kind.BATTERY_LOW, at(9), at(9))


def test_of_a_device_that_said_nothing_no_sign_is_remembered() -> None:
    assert Noticed().honesty == b""


def test_check_ins_are_those_that_leave_may_cover() -> None:
    assert {Kind.CHECKIN_MISSED, Kind.CHECKIN_NEEDS_REVIEW} == CHECK_INS
