"""Danger to life is told at any hour, by an own way: no check-in, seldom, and by name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checkins import asked, go_to, items, plan, prompts
from tests.rig import Rig

from fairtag.app.books import Person
from fairtag.app.checkins.prompting import warn as warning
from fairtag.app.checkins.prompting.warn import LEAST_GAP, MOST_A_DAY, STANDS, WARNED, warn
from fairtag.rules.prompts.refusals import WarningRefused
from fairtag.terms.errors import NotPermitted, ReasonRefused, UnknownOrder
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, Micros

WHY = "a man with a knife is on the way to the flat"
ORDER = OrderId("ORD-1")


def person(role: str = "officer") -> Person:
    return Person(
        user_id=f"u-{role}", name=role, role=role, authority_id="ho", created_at=Micros(0)
    )


def at_night(rig: Rig) -> str:
    """Give a device of a wearer whose day is drawn, at three in the morning."""
    device = asked(rig)
    plan(rig)
    go_to(rig, Micros(rig.clock.at // DAY * DAY + DAY + 3 * HOUR))
    return device


def heard(rig: Rig, device: str) -> list[dict[str, Any]]:
    return [one for one in items(rig, device) if one.get("danger")]


def test_danger_is_heard_in_protected_hours_and_asks_for_nothing(rig: Rig) -> None:
    device = at_night(rig)
    before = prompts(rig)

    told = warn(rig.house, person(), ORDER, reason=WHY)

    (item,) = heard(rig, device)
    assert (item["id"], item["kind"]) == (told.name, "message")
    assert set(item["text"]) == {"en", "cy", "ar", "sq", "pl", "vi"}
    assert {"nonce", "expires_at", "modality", "window_s"}.isdisjoint(item)
    assert prompts(rig) == before  # none of the five
    assert WHY not in str(item)


def test_a_pause_does_not_hold_it_back(rig: Rig) -> None:
    device = at_night(rig)
    rig.client.post(
        "/d/v1/help",
        json={"kind": "hospital"},
        headers={"Authorization": f"Bearer {rig.tokens[device]}"},
    )
    warn(rig.house, person(), ORDER, reason=WHY)
    assert len(heard(rig, device)) == 1


def test_what_is_over_frightens_nobody_later(rig: Rig) -> None:
    device = at_night(rig)
    warn(rig.house, person(), ORDER, reason=WHY)
    rig.clock.at = Micros(rig.clock.at + STANDS)
    assert heard(rig, device) == []


def test_it_stands_in_the_log_by_name_with_its_reason_sealed(rig: Rig) -> None:
    at_night(rig)
    told = warn(rig.house, person(), ORDER, reason=WHY)

    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=1000))
    (one,) = [each.entry for each in entries if each.entry.what == WARNED]
    assert (one.actor, one.wearer_id, one.details["warning"]) == ("u-officer", "W-1", told.name)
    assert WHY not in str(one)


def test_the_log_must_be_written_first(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    device = at_night(rig)

    def broken(_house: Any, _entry: Any, _reason: str) -> Any:
        raise OSError

    monkeypatch.setattr(warning, "with_reason", broken)
    with pytest.raises(OSError):  # noqa: PT011 - the one above
        warn(rig.house, person(), ORDER, reason=WHY)
    assert heard(rig, device) == []


def test_so_often_and_no_more(rig: Rig) -> None:
    device = at_night(rig)
    for _ in range(MOST_A_DAY):
        warn(rig.house, person(), ORDER, reason=WHY)
        with pytest.raises(WarningRefused, match="a moment ago"):
            warn(rig.house, person(), ORDER, reason=WHY)
        rig.clock.at = Micros(rig.clock.at + LEAST_GAP)
    with pytest.raises(WarningRefused, match="3 times"):
        warn(rig.house, person(), ORDER, reason=WHY)
    assert len(heard(rig, device)) == MOST_A_DAY

    rig.clock.at = Micros(rig.clock.at + DAY)
    warn(rig.house, person(), ORDER, reason=WHY)


def test_negative_control_without_the_count_there_is_no_end(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_night(rig)
    monkeypatch.setattr(warning, "_demand_rare", lambda *_: None)
    for _ in range(MOST_A_DAY + 2):
        warn(rig.house, person(), ORDER, reason=WHY)


@pytest.mark.parametrize(
    "role", ["reviewer", "caseworker", "contractor", "inspector", "admin", "liaison"]
)
def test_only_officers_and_supervisors_warn(rig: Rig, role: str) -> None:
    at_night(rig)
    with pytest.raises(NotPermitted):
        warn(rig.house, person(role), ORDER, reason=WHY)
    warn(rig.house, person("supervisor"), ORDER, reason=WHY)


def test_without_a_reason_an_order_or_a_device_nobody_is_warned(rig: Rig) -> None:
    at_night(rig)
    with pytest.raises(ReasonRefused):
        warn(rig.house, person(), ORDER, reason="danger")
    with pytest.raises(UnknownOrder):
        warn(rig.house, person(), OrderId("ORD-9"), reason=WHY)
    rig.clock.at = Micros(rig.clock.at + 400 * DAY)  # after the order's end
    with pytest.raises(WarningRefused, match="no device"):
        warn(rig.house, person(), ORDER, reason=WHY)


def test_another_wearer_hears_nothing(rig: Rig) -> None:
    at_night(rig)
    other = asked(rig, 2)
    warn(rig.house, person(), ORDER, reason=WHY)
    assert heard(rig, other) == []
