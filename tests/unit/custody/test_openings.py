"""What a grant covers, who may open alone, and how long a notice waits: tables of the rules."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import msgspec
import pytest

from fairtag.custody.delay import Delay, DelayReason, by_court, first_delay, renewed
from fairtag.custody.opening import (
    BREAK_GLASS_LEASE,
    LEASE,
    AboutAlert,
    Grant,
    GrantKind,
    Purpose,
    around_alert,
    demand_good,
    for_life,
    of_texts,
    other_window,
)
from fairtag.custody.refusals import (
    CoolingOff,
    DelayRefused,
    GrantOver,
    InterestDeclared,
    SecondPersonNeeded,
)
from fairtag.custody.standing import Standing, demand_alone, demand_no_interest
from fairtag.terms.errors import OpeningRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

NOW = Micros(100 * DAY)
URGENT = AboutAlert(is_urgent=True, began_at=Micros(NOW - 10 * MINUTE), closed_at=None)
ALONE = Standing(
    person="otto",
    knows_wearer=False,
    assigned=frozenset(),
    is_on_duty=True,
    is_roster_empty=False,
    handles=False,
    is_urgent=False,
    with_alert=True,
    of_positions=True,
    openings=0,
    looks=0,
    repeats=(),
)


def test_an_urgent_alert_opens_the_trail_and_another_its_copy_only() -> None:
    urgent = around_alert(URGENT, "handle_alert", now=NOW)
    calm = around_alert(msgspec.structs.replace(URGENT, is_urgent=False), "handle_alert", now=NOW)
    assert (urgent.kind, calm.kind) == (GrantKind.URGENT_ALERT, GrantKind.ALERT_COPY)
    assert urgent.since == URGENT.began_at - HOUR
    assert urgent.until == NOW + LEASE == NOW + HOUR


@pytest.mark.parametrize("purpose", ["", "curiosity", "review_handling", "threat_to_life"])
def test_an_alert_opens_for_a_purpose_of_the_list_only(purpose: str) -> None:
    with pytest.raises(OpeningRefused):
        around_alert(URGENT, purpose, now=NOW)


def test_a_closed_alert_opens_texts_and_no_position() -> None:
    closed = msgspec.structs.replace(URGENT, closed_at=NOW)
    with pytest.raises(OpeningRefused):
        around_alert(closed, "handle_alert", now=NOW)
    assert of_texts("review_handling", now=NOW).purpose is Purpose.REVIEW_HANDLING


@pytest.mark.parametrize(
    ("start", "end", "why_longer", "error"),
    [
        (NOW - 2 * HOUR, NOW, "", None),
        (NOW - 48 * HOUR, NOW, "", None),
        (NOW - 48 * HOUR - 1, NOW, "", OpeningRefused),
        (NOW - 48 * HOUR - 1, NOW, "the theft was noticed after a week", None),
        (NOW - 14 * DAY, NOW, "the theft was noticed after a week", None),
        (NOW - 14 * DAY - 1, NOW, "the theft was noticed after a week", OpeningRefused),
        (NOW - HOUR, NOW + 1, "", OpeningRefused),
    ],
)
def test_another_window_is_48_hours_or_14_days_with_a_reason(
    start: int, end: int, why_longer: str, error: type[Exception] | None
) -> None:
    window = Interval(start=Micros(start), end=Micros(end))
    with nullcontext() if error is None else pytest.raises(error):
        other_window(window, "prepare_court", why_longer=why_longer, now=NOW)


def grant(kind: GrantKind = GrantKind.URGENT_ALERT, **changed: object) -> Grant:
    made = Grant(
        grant_id="g_1",
        kind=kind,
        person="otto",
        role="officer",
        authority="ho",
        wearer_id=WearerId("W-1"),
        order_id=OrderId("ORD-1"),
        purpose=Purpose.HANDLE_ALERT,
        since=Micros(NOW - HOUR),
        upto=Micros(NOW + HOUR),
        granted_at=NOW,
        until=Micros(NOW + HOUR),
        with_alert=True,
    )
    return msgspec.structs.replace(made, **changed)


def good(one: Grant, **told: object) -> None:
    asked = {"person": "otto", "is_account_open": True, "is_alert_closed": False, "now": NOW}
    demand_good(one, **(asked | told))  # type: ignore[arg-type]


def test_a_grant_is_good_for_its_person_while_its_lease_lasts() -> None:
    good(grant())
    good(grant(), now=Micros(NOW + HOUR - 1))
    good(grant(GrantKind.TEXTS), is_alert_closed=True)
    for told in (
        {"person": "sara"},
        {"is_account_open": False},
        {"is_alert_closed": True},
        {"now": Micros(NOW + HOUR)},
        {"now": Micros(NOW - 1)},
    ):
        with pytest.raises(GrantOver):
            good(grant(), **told)


def test_a_window_ends_now_and_never_in_the_future() -> None:
    assert grant().window(NOW) == Interval(start=Micros(NOW - HOUR), end=Micros(NOW + 1))
    past = grant(GrantKind.WINDOW, upto=Micros(NOW - MINUTE))
    assert past.window(NOW).end == NOW - MINUTE


def test_break_glass_is_thirty_minutes() -> None:
    made = for_life(now=NOW)
    assert made.until - NOW == BREAK_GLASS_LEASE == 30 * MINUTE
    assert made.purpose is Purpose.THREAT_TO_LIFE


OTHERS = frozenset({"sara"})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({}, None),
        ({"assigned": frozenset({"otto"}), "is_on_duty": False}, None),
        ({"is_on_duty": False}, SecondPersonNeeded),
        ({"is_on_duty": False, "handles": True}, None),
        ({"is_on_duty": False, "is_roster_empty": True}, None),
        ({"assigned": OTHERS}, SecondPersonNeeded),
        ({"assigned": OTHERS, "handles": True}, SecondPersonNeeded),
        ({"assigned": OTHERS, "is_urgent": True}, None),
        ({"assigned": OTHERS, "is_urgent": True, "is_on_duty": False}, SecondPersonNeeded),
        ({"assigned": OTHERS, "is_urgent": True, "with_alert": False}, SecondPersonNeeded),
        ({"knows_wearer": True}, InterestDeclared),
        ({"knows_wearer": True, "is_urgent": True}, InterestDeclared),
        ({"openings": 39}, None),
        ({"openings": 40}, SecondPersonNeeded),
        ({"openings": 40, "of_positions": False}, None),
        ({"looks": 199}, None),
        ({"looks": 200}, SecondPersonNeeded),
        ({"with_alert": False, "repeats": (NOW, NOW)}, None),
        ({"with_alert": False, "repeats": (NOW, NOW, NOW)}, CoolingOff),
        ({"with_alert": True, "repeats": (NOW, NOW, NOW)}, None),
        ({"with_alert": False, "repeats": (Micros(NOW - DAY), NOW, NOW)}, None),
    ],
)
def test_who_opens_alone(changed: dict[str, object], error: type[Exception] | None) -> None:
    standing = replace(ALONE, **changed)  # type: ignore[arg-type]
    if error is None:
        demand_alone(standing, now=NOW)
        return
    with pytest.raises(error):
        demand_alone(standing, now=NOW)


def test_who_knows_the_wearer_opens_nothing_by_any_way() -> None:
    with pytest.raises(InterestDeclared):
        demand_no_interest(replace(ALONE, knows_wearer=True))


def delay(at: int = NOW, until: int = NOW + 72 * HOUR) -> Delay:
    return Delay(
        grant_id="g_1",
        what="first",
        reason=DelayReason.DANGER,
        by="otto",
        at=Micros(at),
        until=Micros(until),
    )


def test_a_first_delay_is_72_hours_and_there_is_one() -> None:
    assert first_delay((), is_seen=False, now=NOW) == NOW + 72 * HOUR
    with pytest.raises(DelayRefused):
        first_delay((delay(),), is_seen=False, now=NOW)
    with pytest.raises(DelayRefused, match="seen it already"):
        first_delay((), is_seen=True, now=NOW)


def test_renewals_are_a_supervisors_and_end_after_thirty_days() -> None:
    delays = (delay(),)
    while delays[-1].until < NOW + 30 * DAY:
        now = Micros(delays[-1].until - 1)
        with pytest.raises(DelayRefused):
            renewed(delays, is_supervisor=False, now=now)
        until = renewed(delays, is_supervisor=True, now=now)
        delays = (*delays, delay(now, until))
    assert delays[-1].until == NOW + 30 * DAY
    assert len(delays) == 10
    with pytest.raises(DelayRefused, match="court"):
        renewed(delays, is_supervisor=True, now=Micros(delays[-1].until - 1))


def test_what_the_wearer_sees_already_is_not_hidden_again() -> None:
    over = Micros(NOW + 72 * HOUR)
    with pytest.raises(DelayRefused):
        renewed((delay(),), is_supervisor=True, now=over)
    with pytest.raises(DelayRefused):
        by_court((delay(),), until=Micros(over + DAY), court_ref="Leeds 1", now=over)


def test_a_court_needs_a_name_and_a_date_within_a_year() -> None:
    assert by_court((delay(),), until=Micros(NOW + 60 * DAY), court_ref="Leeds 1", now=NOW)
    for until, court in ((NOW + 60 * DAY, " "), (NOW + DAY, "Leeds 1"), (NOW + 400 * DAY, "L")):
        with pytest.raises(DelayRefused):
            by_court((delay(),), until=Micros(until), court_ref=court, now=NOW)
