"""A device's inbox tells its wearer that nobody made the review in time, and that it was made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.charter.test_g09_lawful_necessary_reviewed import (
    LAPSES,
    LONG,
    come_to,
    reviewed,
    with_standing,
)
from tests.checkins import ask, items
from tests.rig import Rig, order_of

from fairtag.app.checkins import deliver
from fairtag.app.put_order import put_order
from fairtag.orders.scheme import seed_scheme
from fairtag.terms.instants import HOUR, MINUTE, parse, text

LANGUAGES = {"en", "cy", "ar", "sq", "pl", "vi"}


def messages(rig: Rig, device: str, after: int = 0) -> list[dict[str, Any]]:
    return [one for one in items(rig, device, after) if one["kind"] == "message"]


def test_a_stop_is_told_once_in_every_language_and_so_is_that_it_goes_on(rig: Rig) -> None:
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES - MINUTE)
    assert messages(rig, device) == []

    come_to(rig, LAPSES + HOUR)

    (told,) = messages(rig, device)
    assert set(told["text"]) == LANGUAGES
    assert all("2027-01-15" in words for words in told["text"].values())
    assert "nothing is recorded or judged" in told["text"]["en"]
    upto = ask(rig, device, "inbox?after=0").json()["next"]
    assert messages(rig, device, upto) == []
    me = ask(rig, device, "me").json()["order"]
    assert (me["stopped_since"], me["is_standing"]) == (text(LAPSES), False)

    reviewed(rig)
    come_to(rig, rig.clock.at + HOUR)

    (again,) = messages(rig, device, upto)
    assert "goes on" in again["text"]["en"]
    assert again["id"] != told["id"]
    assert [one["id"] for one in messages(rig, device)] == [again["id"]]  # the stop is over
    assert ask(rig, device, "me").json()["order"]["stopped_since"] is None


def test_a_device_is_not_told_that_the_order_is_over_and_is_when_it_is(rig: Rig) -> None:
    """A device that hears of an end deletes everything: nothing could go on after the review."""
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES + HOUR)
    assert [one["kind"] for one in items(rig, device)] == ["message"]
    assert ask(rig, device, "me").json()["order"]["order_id"] == "ORD-1"

    come_to(rig, parse(LONG["ends_at"]) + HOUR)  # type: ignore[arg-type]

    assert [one["kind"] for one in items(rig, device)] == ["stop"]
    assert ask(rig, device, "me").json()["order"] is None


def test_negative_control_a_stop_that_looks_like_an_end_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "is_halted", lambda *_: False)
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES + HOUR)

    assert [one["kind"] for one in items(rig, device)] == ["stop"]


def test_what_stands_on_is_told_so(rig: Rig) -> None:
    device = rig.wearer(**with_standing())
    come_to(rig, LAPSES + HOUR)

    (told,) = messages(rig, device)

    assert "still holds" in told["text"]["en"]
    assert ask(rig, device, "me").json()["order"]["is_standing"] is True


def test_nobody_else_is_told_and_nothing_names_a_place_or_a_person(rig: Rig) -> None:
    device, other = rig.wearer(**LONG), rig.wearer(2)
    come_to(rig, LAPSES + HOUR)

    raw = json.dumps(messages(rig, device))

    assert messages(rig, other) == []
    assert not [one for one in ("Canaryella", "Sealington", "53.4", "W-1") if one in raw]


def test_a_device_that_never_heard_of_the_stop_hears_nothing_of_its_end(rig: Rig) -> None:
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES + HOUR)
    again = order_of(version=2, supersedes=1, **LONG)
    again["review"]["by"] = "2027-04-01"
    put_order(rig.house, json.dumps(again).encode(), scheme=seed_scheme(), by="olga")

    assert messages(rig, device) == []


def test_negative_control_an_inbox_that_does_not_look_at_reviews_is_noticed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_notices", lambda *_: {})
    device = rig.wearer(**LONG)
    come_to(rig, LAPSES + HOUR)

    assert messages(rig, device) == []
