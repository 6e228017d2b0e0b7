"""Which alert a finding belongs to: one open alert a matter, nothing new swallowed by the old."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.alerts.specimens import at, finding, gathered, raised

from fairtag.alerts.gather import NOTHING
from fairtag.alerts.handle import acknowledge, close
from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.rules.finding import Finding, Kind, State


def taken(alert: Alert) -> Alert:
    return acknowledge(alert, by="ann", now=at(5))[0]


def shut(alert: Alert, cause: Cause = Cause.REFERRED) -> Alert:
    return close(alert, by="ann", cause=cause, reason="Handed to the authority.", now=at(9))[0]


def ended(one: Finding, minutes: float, **told: object) -> Finding:
    state = told.pop("state", State.CLOSED)
    return replace(one, rev=one.rev + 1, state=state, ended_at=at(minutes), **told)


def test_a_finding_raises_one_alert_with_its_words_and_urgency() -> None:
    change = gathered(finding(Kind.ZONE_ENTERED))

    assert change.alert is not None
    assert (change.alert.priority, change.alert.recipient) == ("urgent", "authority")
    assert change.alert.words == {"en": "zone.entered."}
    assert [act.what for act in change.acts] == ["raised"]


def test_the_same_revision_twice_changes_nothing() -> None:
    one = finding()

    assert gathered(one, [raised(one)]) is NOTHING


def test_strap_case_and_not_worn_are_one_matter() -> None:
    alert = raised(finding(Kind.TAMPER_CASE, "f_1"))

    change = gathered(finding(Kind.TAMPER_STRAP, "f_2"), [alert])

    assert change.alert is not None
    assert change.alert.findings == ("f_1", "f_2")
    assert (change.alert.kind, change.alert.priority) == ("tamper.strap", "urgent")
    assert change.alert.urgent_at is not None


def test_two_devices_are_two_matters() -> None:
    alert = raised(finding(Kind.BATTERY_LOW, "f_1"))

    change = gathered(finding(Kind.BATTERY_LOW, "f_2", device_id="D-2"), [alert], name="a_2")

    assert change.alert is not None
    assert change.alert.alert_id == "a_2"


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_device_has_at_most_one_battery_item(is_taken: bool) -> None:  # noqa: FBT001
    low = raised(finding(Kind.BATTERY_LOW, "f_1"))

    change = gathered(finding(Kind.BATTERY_DEAD, "f_2"), [taken(low) if is_taken else low])

    assert change.alert is not None
    assert change.alert.alert_id == low.alert_id
    assert (change.alert.kind, change.alert.priority) == ("battery.dead", "normal")


def test_a_new_matter_is_not_swallowed_by_an_old_one_that_waits_for_its_closing() -> None:
    one = finding(name="f_1")
    old = gathered(ended(one, 10), [raised(one)]).alert
    assert old is not None

    near = gathered(finding(name="f_2", began_at=at(35)), [old], name="a_2").alert
    far = gathered(finding(name="f_2", began_at=at(41)), [old], name="a_2").alert

    assert near is not None
    assert far is not None
    assert (near.alert_id, far.alert_id) == ("a_1", "a_2")


def test_what_becomes_urgent_after_it_was_taken_is_an_alert_of_its_own() -> None:
    """Nobody would be told again if it joined what somebody has in hand."""
    alert = taken(raised(finding(Kind.TAMPER_CASE, "f_1")))

    change = gathered(finding(Kind.TAMPER_STRAP, "f_2"), [alert], name="a_2")

    assert change.alert is not None
    assert (change.alert.alert_id, change.alert.state) == ("a_2", "raised")


def test_urgent_news_in_an_urgent_alert_stirs_whoever_has_it() -> None:
    alert = taken(raised(finding(Kind.TAMPER_STRAP, "f_1")))

    change = gathered(finding(Kind.TAMPER_STRAP, "f_2", began_at=at(3)), [alert], now=at(6))

    assert change.alert is not None
    assert change.alert.stirred_at == at(6)


@pytest.mark.parametrize("kind", [Kind.BATTERY_LOW, Kind.BATTERY_DEAD, Kind.CONTACT_LOST])
def test_battery_and_contact_items_close_themselves_with_the_reason(kind: Kind) -> None:
    one = finding(kind)

    change = gathered(ended(one, 5), [raised(one)])

    assert change.alert is not None
    assert (change.alert.state, change.alert.closed_by) == ("closed", None)
    assert change.alert.cause is Cause.RECOVERED
    assert change.acts[-1].cause is Cause.RECOVERED


@pytest.mark.parametrize(
    "kind", sorted(set(Kind) - {Kind.BATTERY_LOW, Kind.BATTERY_DEAD, Kind.CONTACT_LOST})
)
def test_no_other_alert_closes_itself(kind: Kind) -> None:
    one = finding(kind)
    open_ = raised(one)

    for state in (State.CLOSED, State.WITHDRAWN, State.CORRECTED):
        change = gathered(ended(one, 5, state=state), [open_])
        assert change.alert is not None
        assert change.alert.state is AlertState.RAISED


def test_a_battery_item_waits_for_its_last_part() -> None:
    low, dead = finding(Kind.BATTERY_LOW, "f_1"), finding(Kind.BATTERY_DEAD, "f_2")
    both = gathered(dead, [raised(low)]).alert
    assert both is not None

    half = gathered(ended(dead, 5), [both]).alert
    assert half is not None
    assert half.state is AlertState.RAISED
    whole = gathered(ended(low, 6), [half]).alert
    assert whole is not None
    assert whole.state is AlertState.CLOSED


def test_the_end_of_a_curfew_is_part_of_its_matter_without_a_second_alert() -> None:
    left = finding(Kind.CURFEW_LEFT, "f_1")
    out = finding(Kind.CURFEW_OUT_AT_END, "f_2", part_of="f_1", began_at=at(600))

    for holder in (raised(left), shut(raised(left))):
        change = gathered(out, [holder], name="a_2")
        assert change.alert is not None
        assert change.alert.alert_id == "a_1"


def test_a_withdrawn_finding_stays_visible_until_a_person_closes_it() -> None:
    one = finding()

    change = gathered(ended(one, 5, state=State.WITHDRAWN), [raised(one)])

    assert change.alert is not None
    assert (change.alert.withdrawn, change.alert.state) == (True, "raised")
    assert change.alert.priority == "urgent"


def test_what_is_over_when_it_is_first_heard_of_and_closes_itself_raises_nothing() -> None:
    assert gathered(ended(finding(Kind.CONTACT_LOST), 5)) is NOTHING
    assert gathered(replace(finding(), state=State.WITHDRAWN)) is NOTHING


def test_a_finding_that_comes_back_after_its_alert_was_closed_is_a_new_alert() -> None:
    one = finding()
    over = gathered(ended(one, 5), [raised(one)]).alert
    assert over is not None

    change = gathered(replace(one, rev=3), [shut(over)], name="a_2")

    assert change.alert is not None
    assert (change.alert.alert_id, change.alert.state) == ("a_2", "raised")


def test_a_closed_alert_keeps_how_it_was_closed() -> None:
    one = finding()
    closed = shut(raised(one))

    change = gathered(ended(one, 5, state=State.WITHDRAWN), [closed])

    assert change.alert is not None
    kept = ("state", "closed_by", "closed_at", "cause")
    assert [getattr(change.alert, name) for name in kept] == [
        getattr(closed, name) for name in kept
    ]
