"""Some closed alerts are looked at again by a second person who does not know how they ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.app.test_handle_alert import REASON, alarm
from tests.rig import PASSWORD, Rig

from fairtag.alerts.model import Cause
from fairtag.app.books import Person
from fairtag.app.handle_alert import close
from fairtag.app.log.kinds import Said
from fairtag.app.reviewing import again
from fairtag.app.reviewing.again import is_drawn, next_to_see, say_again, see_agreement
from fairtag.review.measures import LEAST_SAMPLE, demand_alert_sample
from fairtag.terms.errors import NotPermitted, ReasonRefused, UnknownAlert, UsageError
from fairtag.terms.ids import AlertId


@pytest.fixture
def two(rig: Rig) -> tuple[Person, Person]:
    """Let every closed alert be drawn; gives two people who may be each other's second."""
    return rig.pair()


def closed(rig: Rig, by: Person, *, part: float = 1.0) -> AlertId:
    name = alarm(rig, "strap_open")
    house = replace(rig.house, alert_sample=part)
    close(house, name, person=by, cause=Cause.EQUIPMENT, reason=REASON)
    return name


def test_a_second_person_sees_it_and_what_differs_is_counted(
    rig: Rig, two: tuple[Person, Person]
) -> None:
    first, second = two
    name = closed(rig, first)
    found = next_to_see(rig.house, second)
    assert found is not None
    assert found.alert_id == name
    before = rig.house.store.read(lambda tx: tx.alerts.get(name))

    say_again(rig.house, second, name, cause=Cause.RESOLVED_WITH_WEARER)

    told = see_agreement(rig.house, second)
    assert (told.drawn, told.differ.number, told.differ.of) == (1, 1, 1)
    assert told.pairs == ((Cause.EQUIPMENT, Cause.RESOLVED_WITH_WEARER, 1),)
    assert next_to_see(rig.house, second) is None
    assert rig.house.store.read(lambda tx: tx.alerts.get(name)) == before  # nothing follows


def test_who_agrees_is_counted_too(rig: Rig, two: tuple[Person, Person]) -> None:
    name = closed(rig, two[0])
    say_again(rig.house, two[1], name, cause=Cause.EQUIPMENT)
    told = see_agreement(rig.house, two[1])
    assert (told.differ.number, told.differ.of, told.pairs) == (0, 1, ())


def test_whoever_closed_it_can_t_be_the_second(rig: Rig, two: tuple[Person, Person]) -> None:
    name = closed(rig, two[0])
    assert next_to_see(rig.house, two[0]) is None
    with pytest.raises(UnknownAlert):
        say_again(rig.house, two[0], name, cause=Cause.EQUIPMENT)


def test_two_accounts_of_one_administrator_are_not_two_people(
    rig: Rig, two: tuple[Person, Person]
) -> None:
    closed(rig, two[0])
    assert next_to_see(rig.house, rig.person("third", "supervisor", by="adam")) is None


def test_negative_control_without_the_rule_of_two_they_would_be(
    rig: Rig, two: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(rig, two[0])
    monkeypatch.setattr(again, "demand_two", lambda *_, **__: None)
    assert next_to_see(rig.house, rig.person("third", "supervisor", by="adam")) is not None


def test_it_is_said_once(rig: Rig, two: tuple[Person, Person]) -> None:
    name = closed(rig, two[0])
    say_again(rig.house, two[1], name, cause=Cause.EQUIPMENT)
    with pytest.raises(UnknownAlert):
        say_again(rig.house, two[1], name, cause=Cause.TEST)


def test_the_machine_s_cause_is_nobody_s_answer(rig: Rig, two: tuple[Person, Person]) -> None:
    name = closed(rig, two[0])
    with pytest.raises(ReasonRefused):
        say_again(rig.house, two[1], name, cause=Cause.RECOVERED)


def test_who_may_not_handle_alerts_sees_none(rig: Rig, two: tuple[Person, Person]) -> None:
    closed(rig, two[0])
    with pytest.raises(NotPermitted):
        next_to_see(rig.house, rig.person("ines", "inspector"))


def test_what_is_not_drawn_waits_for_nobody(rig: Rig, two: tuple[Person, Person]) -> None:
    closed(rig, two[0], part=0.0)
    assert next_to_see(rig.house, two[1]) is None


def test_chance_draws_a_fair_part(rig: Rig) -> None:
    house = replace(rig.house, alert_sample=0.02)
    drawn = sum(is_drawn(house) for _ in range(20_000))
    # 400 expected, standard deviation 20: six of them are passed once in 500 million runs.
    assert 280 < drawn < 520


def test_a_part_below_the_least_stops_the_start() -> None:
    for part in (0.0, 0.0199, 1.1, float("nan")):
        with pytest.raises(UsageError):
            demand_alert_sample(part)
    assert demand_alert_sample(LEAST_SAMPLE) == LEAST_SAMPLE


def test_the_log_knows_each_draw_and_each_answer(rig: Rig, two: tuple[Person, Person]) -> None:
    name = closed(rig, two[0])
    say_again(rig.house, two[1], name, cause=Cause.EQUIPMENT)
    entries = rig.house.store.read(lambda tx: tx.audit.entries(limit=1000))
    told = [(one.entry.what, one.entry.actor) for one in entries if "second-look" in one.entry.what]
    assert sorted(told) == [("second-look.drawn", "machine"), ("second-look.said", two[1].user_id)]
    told_of = Said()
    for one in entries:
        told_of.take(one.entry)
    assert rig.house.store.read(told_of.disagreement) is None
    quiet = Said()  # negative control: without one entry its row is found
    for one in entries:
        if one.entry.what != "second-look.said":
            quiet.take(one.entry)
    assert rig.house.store.read(quiet.disagreement) is not None


def test_the_page_is_blind_to_how_it_was_closed(rig: Rig, two: tuple[Person, Person]) -> None:
    closed(rig, two[0])
    page = signed_in(rig, "sara")

    told = page.get("/second-looks").text

    matter = told[told.index("<h2") : told.index('<form method="post" action="/second-looks')]
    assert "strap" in matter.lower()
    assert "Equipment (battery" not in matter
    assert REASON not in told
    assert two[0].name not in told
    assert "checked" not in told[told.index("<fieldset") :]


def test_negative_control_the_alert_s_own_page_does_say_it(
    rig: Rig, two: tuple[Person, Person]
) -> None:
    name = closed(rig, two[0])
    told = signed_in(rig, "sara").get(f"/alerts/{name}").text
    assert "Equipment (battery" in told


def test_an_answer_by_the_page_is_kept_and_shown_in_counts(
    rig: Rig, two: tuple[Person, Person]
) -> None:
    name = closed(rig, two[0])
    page = signed_in(rig, "sara")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.get("/second-looks").text)
    assert csrf is not None

    done = page.post("/second-looks", data={"csrf": csrf[1], "alert": name, "cause": "excused"})

    assert "Your answer is kept." in done.text
    told = page.get("/reviewing/figures").text
    assert "1 so far" in told
    assert "1 of 1" in told


def signed_in(rig: Rig, name: str) -> Any:
    rig.client.cookies.clear()
    done = rig.client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert done.status_code == 200, done.text
    return rig.client


@pytest.fixture(autouse=True)
def clean(rig: Rig) -> Iterator[Path]:
    yield rig.folder
    rig.client.cookies.clear()
