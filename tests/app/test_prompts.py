"""Wearers are asked as drawn, are told what they need, and what they can't do never counts."""

from __future__ import annotations

import pytest
from tests.checkins import (
    ask,
    asked,
    check_in,
    expire,
    first_shown,
    go_to,
    items,
    plan,
    prompts,
    receipt,
    settled,
    shown,
)
from tests.rig import Rig

from fairtag.app.judging import clean_replay
from fairtag.app.put_order import mark_order
from fairtag.intake.messages import CheckInState
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros, text


def missed(rig: Rig) -> list[str]:
    found = rig.house.store.read(lambda tx: tx.verdicts.feed(after=0, limit=100))
    newest = {one.finding_id: one for _, one in found if one.kind == "checkin.missed"}
    return [f"{one.state}/{one.cause}" for one in newest.values()]


def quarantined(rig: Rig, device: str) -> set[str]:
    return set(rig.house.store.read(lambda tx: tx.quarantine.count(device)))  # type: ignore[arg-type]


def test_today_and_tomorrow_are_drawn_once_and_bound_in_the_log(rig: Rig) -> None:
    asked(rig)
    plan(rig)
    first = prompts(rig)
    plan(rig)

    assert prompts(rig) == first
    assert {one.local_day for one in first} == {"2026-11-03", "2026-11-04"}
    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=1000))
    told = [one.entry.details["commitment"] for one in entries if one.entry.what == "checkin.drawn"]
    assert sorted(told) == sorted({one.drawn for one in first})


def test_what_is_shown_and_not_answered_is_missed(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    expire(rig, device, prompt)

    assert missed(rig) == ["closed/None"]


def test_a_prompt_is_given_to_its_own_device_only_and_with_what_it_needs(rig: Rig) -> None:
    device, other = asked(rig), asked(rig, 2)
    prompt = first_shown(rig, device)

    (item,) = (one for one in items(rig, device) if one["kind"] == "prompt")
    assert item["nonce"] == prompt.nonce
    assert (item["not_before"], item["expires_at"]) == (text(prompt.at), text(prompt.until))
    assert item["window_s"] == 1800
    assert set(item["text"]) == {"en", "cy", "ar", "sq", "pl", "vi"}
    assert prompt.check_in_id not in shown(rig, other)


def test_what_was_given_is_not_given_again_beyond_its_number(rig: Rig) -> None:
    device = asked(rig)
    first_shown(rig, device)
    upto = ask(rig, device, "inbox?after=0").json()["next"]

    assert items(rig, device, upto) == []


def test_nothing_is_given_an_hour_ahead_nor_with_too_little_time_left(rig: Rig) -> None:
    device = asked(rig)
    plan(rig)
    prompt = next(one for one in prompts(rig) if one.at > rig.clock.at)
    go_to(rig, prompt.at - HOUR - MINUTE)
    assert shown(rig, device) == []
    go_to(rig, prompt.until - 14 * MINUTE)  # the next one may begin within the hour
    assert prompt.check_in_id not in shown(rig, device)
    settled(rig)
    go_to(rig, prompt.until + 1)
    settled(rig)

    now = {one.check_in_id: one.state for one in prompts(rig)}
    assert now[prompt.check_in_id] is CheckInState.NOT_DELIVERED
    assert missed(rig) == []


def test_cannot_now_costs_nothing_and_takes_the_prompt_back(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    answer = ask(rig, device, f"check-ins/{prompt.check_in_id}/cannot", {"reason": "driving"})
    assert (answer.status_code, shown(rig, device)) == (200, [])
    expire(rig, device, prompt)

    assert missed(rig) == []


def test_cannot_now_that_was_said_offline_excuses_afterwards(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    expire(rig, device, prompt)
    go_to(rig, prompt.until + HOUR)
    said = {"reason": "unwell", "at": text(Micros(prompt.at + MINUTE))}
    assert ask(rig, device, f"check-ins/{prompt.check_in_id}/cannot", said).status_code == 200
    rig.judge()

    assert missed(rig) == ["withdrawn/None"]


def test_cannot_now_after_the_time_is_told_to_the_wearer(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    go_to(rig, prompt.until + MINUTE)
    answer = ask(rig, device, f"check-ins/{prompt.check_in_id}/cannot", {"reason": "driving"})

    assert (answer.status_code, answer.json()["code"]) == (409, "FT-821")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("check-ins/{}/cannot", {"reason": "lazy"}),
        ("check-ins/{}/cannot", {}),
        ("help", {"kind": "bored"}),
        ("health", {"text": "  "}),
    ],
)
def test_a_report_that_says_nothing_is_refused(rig: Rig, path: str, told: dict[str, str]) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)

    answer = ask(rig, device, path.format(prompt.check_in_id), told)
    assert (answer.status_code, answer.json()["code"]) == (409, "FT-822")


@pytest.mark.parametrize(
    "at", ["2030-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "yesterday", "2026-11-03T10:00:00"]
)
def test_a_call_for_help_is_heard_whatever_the_devices_clock_says(rig: Rig, at: str) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)

    assert ask(rig, device, "help", {"kind": "danger", "at": at}).status_code == 200
    assert "wearer.help" in rig.kinds()
    assert shown(rig, device) == []
    expire(rig, device, prompt)
    assert missed(rig) == []


def test_cannot_now_from_a_clock_that_is_ahead_is_taken_as_said_now(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    ahead = {"reason": "driving", "at": text(Micros(rig.clock.at + 5 * MINUTE))}

    answer = ask(rig, device, f"check-ins/{prompt.check_in_id}/cannot", ahead)
    assert answer.status_code == 200
    assert shown(rig, device) == []
    expire(rig, device, prompt)
    assert missed(rig) == []


def test_a_check_in_of_another_device_is_not_known(rig: Rig) -> None:
    device, other = asked(rig), asked(rig, 2)
    prompt = first_shown(rig, device)

    answer = ask(rig, other, f"check-ins/{prompt.check_in_id}/cannot", {"reason": "driving"})
    assert answer.status_code == 404


def test_help_is_urgent_pauses_for_a_day_and_nothing_counts_until_a_person_closes_it(
    rig: Rig,
) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    answer = ask(rig, device, "help", {"kind": "hospital", "at": text(rig.clock.at)})
    assert answer.status_code == 200
    expire(rig, device, prompt)
    (alert,) = (one for one in rig.alerts() if one["kind"] == "wearer.help")
    assert (alert["priority"], alert["for"]) == ("urgent", "support")
    assert missed(rig) == []
    assert [one.is_void for one in prompts(rig)] == [True] * len(prompts(rig))

    go_to(rig, rig.clock.at + 2 * DAY)
    plan(rig)
    assert [one for one in prompts(rig) if one.at > rig.clock.at] == []

    rig.tokens.pop("olga")  # the session ended meanwhile
    told = {"cause": "welfare_done", "reason": "Is at home and well again."}
    rig.client.post(f"/api/v1/alerts/{alert['alert_id']}/close", headers=rig.staff(), json=told)
    settled(rig)
    go_to(rig, rig.clock.at + DAY)
    plan(rig)
    last = next(one for one in prompts(rig) if one.at > rig.clock.at)
    go_to(rig, last.at)
    shown(rig, device)
    receipt(rig, device, last.check_in_id, "shown")
    expire(rig, device, last)
    assert missed(rig) == ["closed/None"]


def test_pressing_for_help_again_joins_the_open_matter(rig: Rig) -> None:
    device = asked(rig)
    first = ask(rig, device, "help", {"kind": "held"}).json()["reference"]

    assert ask(rig, device, "help", {"kind": "danger"}).json()["reference"] == first
    assert rig.kinds() == ["wearer.help"]


def test_help_from_a_device_without_an_order_is_heard(rig: Rig) -> None:
    device = asked(rig)
    now = rig.clock.at
    mark_order(rig.house, OrderId("ORD-1"), "end", at=now, by="test", reason="Revoked")
    rig.pass_time(HOUR)

    assert ask(rig, device, "help", {"kind": "danger"}).status_code == 200
    assert "wearer.help" in rig.kinds()


def test_harm_to_health_pauses_prompts_and_puts_the_order_up_for_review(rig: Rig) -> None:
    device = asked(rig)  # the clock says Tuesday, 3 November
    prompt = first_shown(rig, device)
    answer = ask(rig, device, "health", {"text": "I have panic attacks when it rings."})
    assert answer.json()["review_by"] == "2026-11-10"
    expire(rig, device, prompt)
    (facts,) = rig.house.store.read(lambda tx: tx.orders.facts())
    assert facts.review_by == "2026-11-10"
    assert missed(rig) == []
    assert "wearer.health" in rig.kinds()

    go_to(rig, rig.clock.at + 5 * DAY)
    plan(rig)
    assert [one for one in prompts(rig) if one.at > rig.clock.at] == []


def test_the_words_of_a_wearer_are_sealed(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    ask(rig, device, "health", {"text": "Canaryache since the spring."})
    ask(rig, device, f"check-ins/{prompt.check_in_id}/cannot", {"reason": "unwell"})
    raw = b"".join(path.read_bytes() for path in rig.folder.glob("fairtag.db*"))

    assert b"Canaryache" not in raw
    assert b"unwell" not in raw


def test_an_answer_that_comes_late_takes_the_miss_back(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    expire(rig, device, prompt)
    go_to(rig, prompt.until + HOUR)
    name, state = prompt.check_in_id, CheckInState.ANSWERED
    rig.house.store.transact(lambda tx: tx.prompts.move(name, state, at=rig.clock.at))
    settled(rig)

    assert missed(rig) == ["withdrawn/None"]
    assert rig.engine.digest_input() == clean_replay(rig.house)


@pytest.mark.parametrize(
    ("state", "after", "why"),
    [
        ("expired_shown", 10 * MINUTE, "expired_too_early"),
        ("expired_shown", 30 * MINUTE, None),
        ("answered", MINUTE, None),
        ("shown", MINUTE, None),
    ],
)
def test_a_device_is_not_believed_about_what_can_not_be(
    rig: Rig, state: str, after: int, why: str | None
) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    go_to(rig, prompt.at + after)
    answer = receipt(rig, device, prompt.check_in_id, state, result="refer")

    assert answer.status_code == 200
    assert quarantined(rig, device) == ({why} if why else set())
    assert prompts(rig)[0].state is not CheckInState.ANSWERED
    assert "checkin.needs_review" not in rig.kinds()


def test_a_receipt_of_no_prompt_or_of_another_device_goes_to_quarantine(rig: Rig) -> None:
    device, other = asked(rig), asked(rig, 2)
    prompt = first_shown(rig, device)

    assert receipt(rig, device, "k_nobody", "expired_shown").status_code == 200
    assert receipt(rig, other, prompt.check_in_id, "expired_shown").status_code == 200
    assert quarantined(rig, device) == {"unknown_check_in"}
    assert quarantined(rig, other) == {"foreign_check_in"}


def test_a_prompt_that_never_left_us_can_not_have_been_shown(rig: Rig) -> None:
    device = asked(rig)
    plan(rig)
    prompt = prompts(rig)[0]
    expire(rig, device, prompt)

    assert quarantined(rig, device) == {"never_sent"}
    assert missed(rig) == []


def test_a_suspension_takes_back_what_was_drawn(rig: Rig) -> None:
    device = asked(rig)
    planner = plan(rig)
    now = rig.clock.at
    mark_order(rig.house, OrderId("ORD-1"), "suspend", at=now, by="test", reason="Hospital")
    planner.step()

    assert all(one.is_void for one in prompts(rig))
    go_to(rig, prompts(rig)[0].at)
    assert shown(rig, device) == []


def test_a_device_is_told_its_limits_and_when_they_change(rig: Rig) -> None:
    device = asked(rig)
    (config,) = (one for one in items(rig, device) if one["kind"] == "config")
    assert config["config"]["protected_hours"] == "21:00-08:00"
    assert config["config"]["most_a_day"] == 5
    ask(rig, device, "help", {"kind": "call_me"})
    (paused,) = (one for one in items(rig, device) if one["kind"] == "config")
    assert paused["config"]["paused"]
    assert paused["n"] > config["n"]
    go_to(rig, rig.clock.at + DAY + HOUR)
    (again,) = (one for one in items(rig, device) if one["kind"] == "config")
    assert (again["config"], again["n"] > paused["n"]) == (config["config"], True)


def test_after_the_order_the_device_is_told_to_stop(rig: Rig) -> None:
    device = asked(rig)
    now = rig.clock.at
    mark_order(rig.house, OrderId("ORD-1"), "end", at=now, by="test", reason="Revoked")
    rig.pass_time(HOUR)

    assert [one["kind"] for one in items(rig, device)] == ["stop"]


def test_a_wearer_with_two_orders_is_one_person(rig: Rig) -> None:
    asked(rig, 1, check_in(max_per_day=2))
    phone = {"device_id": "D-2", "type": "non_fitted"}
    wearer = {"wearer_id": "W-1", "names": {"given": "A", "family": "B"}}
    asked(
        rig, 2, check_in(max_per_day=3),
        devices=[phone], wearer=wearer | {"date_of_birth": "1991-02-03", "language": "en"},
    )  # fmt: skip
    plan(rig)

    days = [one.local_day for one in prompts(rig)]
    assert max(days.count(day) for day in days) <= 5
    assert {one.order_id for one in prompts(rig)} == {"ORD-1", "ORD-2"}
