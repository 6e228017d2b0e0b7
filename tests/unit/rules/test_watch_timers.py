"""When a silence is told, what ends it, and what explains it."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace
from tests.property.lives import absence, ruling
from tests.unit.rules.nights import at, fix, order, span, status, worn

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Message, Source
from fairtag.orders.model import Activation, Covers
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter
from fairtag.rules.settings import DEFAULTS
from fairtag.rules.view import View, view_of
from fairtag.rules.watch import Heard, Watch
from fairtag.terms.instants import DAY, MINUTE, Micros

OWN = replace(DEFAULTS, silence_s=1_800, late_s=900, linger_s=600)
CONTACT = frozenset({Covers.CONTACT})


def seen(*devices: Activation, **more: Any) -> View:
    told = order(devices=devices or (worn(),), **more)
    return view_of((told,), at(100_000), OWN)


VIEW = seen()


def hear(watch: Watch, message: Message, view: View = VIEW, clock: float | None = None) -> list:
    now = message.received_at if clock is None else at(clock)
    return [_told(one) for one in watch.hear(message, now, view)]


def passed(watch: Watch, minute: float, view: View = VIEW) -> list:
    return [_told(one) for one in watch.pass_time(at(minute), view)]


def _told(one: Matter) -> tuple:
    end = None if one.ended_at is None else (one.ended_at - at(0)) / MINUTE
    return (one.kind, (one.began_at - at(0)) / MINUTE, end)


def now(minute: float, **more: Any) -> Message:
    return fix(minute, after_s=0, **more)


@pytest.mark.parametrize(
    ("report_every_s", "wait_min"), [(60, 30), (600, 30), (601, 30.05), (1_200, 60)]
)
def test_contact_is_lost_after_three_reports_or_half_an_hour(
    report_every_s: int, wait_min: float
) -> None:
    view, watch = seen(worn(report_every_s=report_every_s)), Watch()
    hear(watch, now(0), view)

    assert watch.due(at(0), view) == at(wait_min)
    assert passed(watch, wait_min - 0.01, view) == []
    assert passed(watch, wait_min, view) == [(Kind.CONTACT_LOST, 0, None)]
    assert passed(watch, wait_min + 1, view) == []


def test_the_longer_silences_come_on_top() -> None:
    watch = Watch()
    hear(watch, now(0))

    told = [passed(watch, minute) for minute in (30, 1_439, 1_440, 4_319, 4_320)]

    assert [[kind for kind, *_ in each] for each in told] == [
        [Kind.CONTACT_LOST],
        [],
        [Kind.MONITORING_SILENT_24H],
        [],
        [Kind.MONITORING_SILENT_72H],
    ]
    ended = hear(watch, now(5_000))
    assert [(kind, end) for kind, _, end in ended] == [
        (Kind.CONTACT_LOST, 5_000),
        (Kind.MONITORING_SILENT_24H, 5_000),
        (Kind.MONITORING_SILENT_72H, 5_000),
    ]
    assert watch.open == {}


def test_a_device_that_never_spoke_is_told_after_a_day() -> None:
    during = span(0, 9_000)
    view, watch = seen(worn(during=during)), Watch()

    assert watch.due(at(1), view) == at(1_440)
    assert passed(watch, 1_440, view) == [(Kind.MONITORING_NOT_STARTED, 0, None)]
    assert hear(watch, status(1_500, after_s=0), view) == [(Kind.MONITORING_NOT_STARTED, 0, 1_500)]


def test_a_device_that_was_named_later_has_a_day_from_there() -> None:
    first = order(devices=())
    second = changed(order(), version=2, recorded_at=at(500))
    view = view_of((first, second), at(600), OWN)

    assert Watch().due(at(600), view) == at(500 + 1_440)


def test_a_device_that_speaks_and_never_says_where_is_told_after_a_day() -> None:
    watch = Watch()
    for minute in range(0, 1_441, 20):
        hear(watch, status(minute, after_s=0))
        found = passed(watch, minute)

    assert (Kind.MONITORING_NEVER_FIXED, 0, None) in found
    assert (Kind.MONITORING_NEVER_FIXED, 0, 1_441) in hear(watch, now(1_441))


@pytest.mark.parametrize(("fix_every_s", "wait_min"), [(60, 30), (366, 30.5), (1_200, 100)])
def test_a_device_that_says_no_more_where_it_is_has_lost_its_location(
    fix_every_s: int, wait_min: float
) -> None:
    view, watch = seen(worn(fix_every_s=fix_every_s, report_every_s=9_000)), Watch()
    hear(watch, now(0), view)

    assert hear(watch, status(wait_min - 0.01, after_s=0), view) == []
    assert hear(watch, status(wait_min, after_s=0), view) == [(Kind.LOCATION_LOST, 0, None)]
    assert hear(watch, status(wait_min + 1, after_s=0), view) == []
    assert hear(watch, now(wait_min + 2), view) == [(Kind.LOCATION_LOST, 0, wait_min + 2)]


def test_a_device_that_never_said_where_lost_its_location_when_it_was_put_on() -> None:
    view, watch = seen(worn(during=span(-10, 900))), Watch()
    hear(watch, status(-40, after_s=0), view)
    assert hear(watch, status(19, after_s=0), view) == []

    assert hear(watch, status(49, after_s=0), view) == [(Kind.LOCATION_LOST, 19, None)]


@pytest.mark.parametrize(
    "more",
    [
        {"source": Source.CELL},
        {"accuracy_m": OWN.usable_m + 1},
        {"is_mock": True},
    ],
)
def test_what_is_no_witness_does_not_bring_the_location_back(more: dict[str, Any]) -> None:
    watch = Watch()
    hear(watch, now(0))
    found = hear(watch, now(30, **more))

    assert found == [(Kind.LOCATION_LOST, 0, None)]
    assert watch.heard["D-1"] == Heard(first=at(0), last=at(30), fixed=at(0))


def test_leave_from_contact_lets_the_timer_start_at_its_end() -> None:
    leave = changed(absence(0, 0, 0), covers=CONTACT, during=span(10, 100), recorded_at=at(-60))
    view, watch = seen(absences=(leave,)), Watch()
    hear(watch, now(0), view)

    assert watch.due(at(0), view) == at(130)
    assert passed(watch, 129, view) == []
    assert passed(watch, 130, view) == [(Kind.CONTACT_LOST, 0, None)]
    late = Watch()
    hear(late, now(0), view)
    assert hear(late, status(129, after_s=0), view) == []
    assert hear(late, status(131, after_s=0), view)[-1:] == [(Kind.LOCATION_LOST, 0, None)]


def test_what_is_not_watched_any_more_ends() -> None:
    view, watch = seen(worn(during=span(-60, 60))), Watch()
    hear(watch, now(0), view)
    passed(watch, 30, view)
    watch.too_late(now(31), at(59), OWN)

    assert watch.due(at(59), view) == at(60)
    ended = passed(watch, 60, view)
    assert [(kind, end) for kind, _, end in ended] == [
        (Kind.CONTACT_LOST, 60),
        (Kind.INPUT_TOO_LATE, 60),
    ]
    assert (watch.open, watch.until) == ({}, {})
    assert passed(watch, 9_000, view) == []


def test_no_timer_falls_that_lies_behind_the_end() -> None:
    view, watch = seen(worn(during=span(-60, 20))), Watch()
    hear(watch, now(0), view)

    assert watch.due(at(0), view) == at(20)
    assert passed(watch, 19, view) == passed(watch, 45, view) == []


def test_a_device_that_is_worn_again_begins_anew() -> None:
    view = seen(worn(during=span(-60, 60)), worn(during=span(600, 9_000)))
    watch = Watch()
    hear(watch, now(0), view)

    assert passed(watch, 601, view) == []
    assert watch.due(at(601), view) == at(600 + 1_440)
    hear(watch, status(602, after_s=0), view)
    assert watch.heard["D-1"] == Heard(first=at(602), last=at(602), fixed=None)


def test_a_device_that_is_not_worn_is_heard_and_not_judged() -> None:
    view, watch = seen(worn(during=span(100, 200))), Watch()

    assert hear(watch, now(0), view) == hear(watch, status(90, after_s=0), view) == []
    assert watch.heard["D-1"].last == at(90)


# What was kept explains a silence


@pytest.mark.parametrize(
    ("minute", "cause"),
    [
        (44.9, "offline_data_arrived"),
        (45, None),  # 15 minutes late is live
        (0.1, "offline_data_arrived"),
        (0, None),  # before the silence
    ],
)
def test_a_message_that_was_kept_in_the_silence_says_that_the_device_was_offline(
    minute: float, cause: str | None
) -> None:
    watch = Watch()
    hear(watch, now(0))
    passed(watch, 30)

    found = watch.hear(now(minute), at(60), VIEW)

    assert [(one.kind, one.cause) for one in found] == [(Kind.CONTACT_LOST, cause)]


def test_only_silences_are_explained() -> None:
    watch = Watch()
    hear(watch, now(0))
    hear(watch, status(31, after_s=0))
    passed(watch, 70)

    found = watch.hear(now(40), at(90), VIEW)

    assert [(one.kind, one.cause) for one in found] == [
        (Kind.CONTACT_LOST, "offline_data_arrived"),
        (Kind.LOCATION_LOST, None),
    ]


# Data that came too late


def test_data_that_came_too_late_are_one_matter_a_device() -> None:
    watch = Watch()
    (opened,) = watch.too_late(now(0, seq=5), at(50), OWN)
    assert watch.too_late(now(1), at(55), OWN) == []

    assert opened == Matter(
        kind=Kind.INPUT_TOO_LATE,
        device_id="D-1",
        began_at=at(0),
        evidence=(Evidence(seq=5, at=at(0)),),
    )
    assert watch.due(at(55), seen(worn(report_every_s=90_000))) == at(65)
    assert passed(watch, 64.9)[:1] != [(Kind.INPUT_TOO_LATE, 0, 64.9)]
    assert passed(watch, 65)[:1] == [(Kind.INPUT_TOO_LATE, 0, 65)]
    assert watch.until == {}
    assert [one.device_id for one in watch.too_late(now(0, device_id="D-2"), at(66), OWN)] == [
        "D-2"
    ]


# Calm


def test_a_device_is_calm_when_nothing_is_open_and_all_is_known() -> None:
    watch = Watch()
    assert not watch.is_calm("D-1", at(0), VIEW)
    hear(watch, status(0, after_s=0))
    assert not watch.is_calm("D-1", at(0), VIEW)
    hear(watch, now(1))
    assert watch.is_calm("D-1", at(2), VIEW)
    assert not watch.is_calm("D-2", at(2), VIEW)
    watch.until["D-1"] = at(9)
    assert not watch.is_calm("D-1", at(2), VIEW)
    watch.until.clear()
    passed(watch, 40)
    assert not watch.is_calm("D-1", at(40), VIEW)


def test_a_device_that_was_heard_before_it_was_worn_is_not_calm() -> None:
    watch = Watch()
    hear(watch, now(0))

    assert watch.is_calm("D-1", at(1), seen(worn(during=span(0, 60))))
    assert not watch.is_calm("D-1", at(1), seen(worn(during=span(0.5, 60))))
    assert not watch.is_calm("D-1", at(61), seen(worn(during=span(0, 60))))


def test_the_silence_of_another_device_is_a_timer() -> None:
    view, watch = seen(worn(), worn("D-2")), Watch()
    for name, minute in (("D-1", 0), ("D-2", 5)):
        hear(watch, now(minute, device_id=name), view)

    assert watch.due_without("D-1", at(6), view) == at(35)
    assert watch.due_without("D-2", at(6), view) == at(30)
    assert watch.due_without("D-1", at(6), VIEW) is None


def test_a_calm_device_is_heard_up_to_its_last_row_and_fixed_by_its_last_witness() -> None:
    view, watch = seen(worn("D-2")), Watch()
    hear(watch, now(5, device_id="D-2"), view)
    told = fix(20, after_s=0, device_id="D-2")
    mast = fix(21, after_s=0, device_id="D-2", source=Source.CELL)
    rows = positions_of([told, mast])

    watch.hear_all(rows, DEFAULTS)

    assert watch.heard["D-2"] == Heard(first=at(5), last=at(21), fixed=at(20))


def test_of_many_rows_the_last_tells_when_the_device_was_heard() -> None:
    watch = Watch()
    hear(watch, now(5))

    watch.hear_all(positions_of([now(20), now(21), now(22)]), DEFAULTS)

    assert watch.heard["D-1"] == Heard(first=at(5), last=at(22), fixed=at(22))


def test_what_ends_is_over_and_decided_when_it_ends() -> None:
    watch, short = Watch(), seen(worn(during=span(-400, 90)))
    hear(watch, now(0), short)
    passed(watch, 30, short)
    (by_word,) = watch.hear(now(40), at(40), short)
    passed(watch, 80, short)

    (by_end,) = watch.pass_time(at(90), short)

    assert (by_word.ended_at, by_word.closed_at) == (at(40), at(40))
    assert (by_end.ended_at, by_end.closed_at) == (at(90), at(90))


def test_a_device_that_spoke_as_it_was_put_on_has_started() -> None:
    view, watch = seen(worn(during=span(0, 9_000))), Watch()
    hear(watch, now(0), view)

    assert watch.due(at(0), view) == at(30)
    hear(watch, now(5), view)
    assert watch.heard["D-1"].first == at(0)


def test_after_the_end_only_what_came_too_late_has_a_timer() -> None:
    watch, end = Watch(), 30 * DAY // MINUTE
    assert watch.due(at(end), VIEW) is None

    watch.too_late(now(0), at(end), OWN)

    assert watch.due(at(end), VIEW) == at(end + 10)


def test_two_devices_have_silences_of_their_own() -> None:
    view, watch = seen(worn(), worn("D-2")), Watch()
    for device_id in ("D-1", "D-2"):
        hear(watch, now(0, device_id=device_id), view)

    found = watch.pass_time(at(30), view)
    assert [(one.kind, one.device_id) for one in found] == [
        (Kind.CONTACT_LOST, "D-1"),
        (Kind.CONTACT_LOST, "D-2"),
    ]
    assert len(watch.open) == 2


def test_data_of_two_devices_that_came_too_late_end_together() -> None:
    view = seen(worn(report_every_s=90_000), worn("D-2", report_every_s=90_000))
    watch = Watch()
    for device_id in ("D-1", "D-2"):
        hear(watch, now(40, device_id=device_id), view)
        watch.too_late(now(0, device_id=device_id), at(50), OWN)

    found = watch.pass_time(at(60), view)
    assert [(one.kind, one.device_id) for one in found] == [
        (Kind.INPUT_TOO_LATE, "D-1"),
        (Kind.INPUT_TOO_LATE, "D-2"),
    ]


def test_a_location_is_lost_since_it_was_last_told() -> None:
    watch = Watch()
    hear(watch, now(0))
    hear(watch, now(7))

    assert hear(watch, status(37, after_s=0)) == [(Kind.LOCATION_LOST, 7, None)]


# Leave that was recorded afterwards


def leave(start: float, end: float) -> View:
    told = changed(absence(0, 0, 0), covers=CONTACT, during=span(start, end))
    return view_of((changed(ruling([told])),), at(9_000), OWN)


@pytest.mark.parametrize(
    ("kind", "start", "end", "ended", "is_excused"),
    [
        (Kind.CONTACT_LOST, 10, 60, 80, True),
        (Kind.CONTACT_LOST, 10, 50, 80, False),  # 30 minutes of silence are left
        (Kind.CONTACT_LOST, 10, 50.1, 80, True),
        (Kind.CONTACT_LOST, 40, 90, 80, False),  # it was lost before
        (Kind.LOCATION_LOST, 10, 60, 80, True),
        (Kind.MONITORING_SILENT_24H, 10, 1_000, 2_400, True),
        (Kind.MONITORING_SILENT_72H, 10, 1_000, 5_000, True),
        (Kind.MONITORING_SILENT_72H, 10, 1_000, 5_400, False),
        (Kind.MONITORING_NOT_STARTED, 10, 1_000, 2_000, False),
        (Kind.INPUT_TOO_LATE, 10, 60, 80, False),
    ],
)
def test_leave_excuses_a_silence_that_it_leaves_too_short(
    kind: Kind, start: float, end: float, ended: float, *, is_excused: bool
) -> None:
    matter = Matter(kind=kind, device_id="D-1", began_at=at(0), ended_at=at(ended))

    assert Watch().excuse(matter, at(9_000), VIEW, leave(start, end)) == is_excused


def test_a_silence_that_is_excused_while_it_goes_on_may_come_again() -> None:
    watch = Watch()
    hear(watch, now(0))
    passed(watch, 30)
    (matter,) = watch.open.values()

    assert watch.excuse(matter, at(70), VIEW, leave(10, 60))
    assert watch.open == {}
    assert not watch.excuse(matter, at(70), VIEW, VIEW)


def test_a_silence_that_the_watch_no_longer_holds_is_excused_all_the_same() -> None:
    matter = Matter(kind=Kind.CONTACT_LOST, device_id="D-1", began_at=at(0))

    assert Watch().excuse(matter, at(70), VIEW, leave(10, 60))


def test_what_belongs_to_no_worn_device_is_not_excused() -> None:
    matter = Matter(kind=Kind.CONTACT_LOST, began_at=at(0), ended_at=at(80))

    assert not Watch().excuse(matter, at(90), VIEW, leave(10, 60))
    assert not Watch().excuse(replace(matter, device_id="D-9"), at(90), VIEW, leave(10, 60))


def test_negative_control_a_watch_that_counts_leave_would_tell_a_silence() -> None:
    watch = Watch()
    view = leave(0, 2 * DAY // MINUTE)
    hear(watch, now(1), view)

    assert passed(watch, 60, view) == []
    assert watch.pass_time(Micros(at(60)), VIEW) != []
