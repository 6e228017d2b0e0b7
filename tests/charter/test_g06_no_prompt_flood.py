"""Guarantee 6: no prompt flood. Five a person and day, none at a protected hour.

Held three times: by the scheduler, by the table of prompts, and by the device itself.
"""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from playwright.sync_api import Browser
from tests import devicelimits, reviewers
from tests import promptguards as guards
from tests.checkins import ask, asked, check_in, expire, first_shown, go_to, plan, prompts, shown
from tests.e2e.conftest import chromium
from tests.e2e.door import Door, opened
from tests.rig import Rig, opened_rig, order_of

from fairtag.app.checkins.ask import ask_now, record_call
from fairtag.app.checkins.plan import Planner
from fairtag.app.put_order import put_order
from fairtag.app.reviewing.deal import deal
from fairtag.cli.asking import flood
from fairtag.cli.asking.bench import lived
from fairtag.cli.asking.flood import Book, demands, live
from fairtag.cli.asking.tally import tally
from fairtag.intake.messages import CheckInState
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.prompts.draw import CHANCE_BYTES, Wanted, draw
from fairtag.rules.prompts.hours import Hours, protected_of
from fairtag.rules.prompts.hours import written as written_hours
from fairtag.rules.prompts.refusals import CallRefused, PromptRefused
from fairtag.terms.errors import NotPermitted, OrderConflict, OrderRefused
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import DAY, HOUR, LATEST, MINUTE, Micros, parse
from fairtag.terms.local import Interval, instant_of, wall_minute

__all__ = ["chromium"]  # a fixture
WRONG = ("sixth_of_a_day", "sixth_in_24_h", "protected")
ORDER = OrderId("ORD-1")
WHY = "The authority asked whether the person is there."


def wrong(found: Counter[str]) -> dict[str, int]:
    return {name: found[name] for name in WRONG if found[name]}


def test_in_ten_thousand_wearer_days_nobody_is_asked_once_too_often() -> None:
    found = lived(0)

    assert found["wearer_days"] == 10_000
    assert found["demands"] > 20_000
    assert found["by_sql_taken"] > 100  # what is within the limits is taken, whoever writes it
    assert wrong(found) == {}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "prompts.db")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("guards", "seen"),
    [
        (("prompts_day", "prompts_sixth"), {"sixth_of_a_day", "sixth_in_24_h"}),
        (("prompts_sixth",), {"sixth_in_24_h"}),
        (("prompts_hours",), {"protected"}),
        (("prompts_paused",), {"protected"}),
        (("prompt_hours_open",), {"protected"}),
    ],
    ids=lambda one: "+".join(sorted(one)),
)
def test_negative_control_a_table_without_its_guard_lets_one_through(
    book: Book, guards: tuple[str, ...], seen: set[str]
) -> None:
    for guard in guards:
        book.db.execute(f"DROP TRIGGER {guard}").close()
    found: Counter[str] = Counter()
    for seed in range(60):
        lives, _ = live(book, seed=f"{seed}-{guards[0]}", wearers=1, days=60)
        for one in lives:
            found.update(tally(list(demands(book.db, one)), one.said))
        if seen <= set(wrong(found)):
            break

    assert seen <= set(wrong(found)), found


def test_each_guard_of_the_tables_has_a_statement_that_it_refuses() -> None:
    book = guards.standing()

    assert guards.guards(book.db) == set(guards.CASES)
    book.close()


@pytest.mark.parametrize("guard", guards.CASES)
def test_negative_control_without_its_guard_the_table_takes_it(guard: str) -> None:
    before, refused = guards.CASES[guard]
    book = guards.standing()
    for told in before:
        book.db.execute(told).close()
    with pytest.raises(sqlite3.IntegrityError):
        book.db.execute(refused)

    for name in {guard, guards.BEHIND.get(guard, guard)}:
        book.db.execute(f"DROP TRIGGER {name}").close()
    assert book.db.execute(refused).rowcount == 1  # no other guard and no index refused it
    book.close()


class Anything(RuleBasedStateMachine):
    """Draw, draw again, write by SQL, move, restart, in any order; count after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.book = _memory()
        self.life = flood._born("W-any", random.Random(7))
        flood._order(self.book.db, self.life)
        self.now = instant_of(self.life.first, 600, self.life.ruling.time_zone, edge="from")

    @rule(shift=st.integers(-2, 2), chance=st.integers(0, 2**32))
    def draw(self, shift: int, chance: int) -> None:
        self.life.chance.seed(chance)
        day = wall_minute(self.now, self.life.ruling.time_zone)[0].add(days=shift)
        flood._draw(self.book.db, self.life, day.format_iso(), self.now)

    @rule(minutes=st.integers(-1440, 3 * 1440), chance=st.integers(0, 2**32))
    def write(self, minutes: int, chance: int) -> None:
        self.life.chance.seed(chance)
        flood._write(self.book.db, self.life, Micros(self.now + minutes * MINUTE))

    @rule(zone=st.sampled_from(flood.ZONES), hours=st.sampled_from(flood.PROTECTED))
    def change(self, zone: str, hours: tuple[tuple[int, int], ...]) -> None:
        flood.change(self.book, self.life, self.now, zone=zone, protected=hours)

    @rule(minutes=st.integers(1, 1440))
    def wait(self, minutes: int) -> None:
        self.now = Micros(self.now + minutes * MINUTE)

    @invariant()
    def nobody_is_asked_once_too_often(self) -> None:
        found = tally(list(demands(self.book.db, self.life)), self.life.said)
        assert wrong(found) == {}

    def teardown(self) -> None:
        self.book.close()


def _memory() -> Book:
    return Book(Path(":memory:"))


def _run(steps: int = 30, examples: int = 15, phases: Sequence[Phase] = tuple(Phase)) -> None:
    told = settings(
        phases=phases,
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Anything, settings=told)


def test_whatever_happens_in_whatever_order_the_limits_hold() -> None:
    _run()


def test_negative_control_the_property_notices_a_table_without_guards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = _memory

    def bare() -> Book:
        made = whole()
        for guard in ("prompts_day", "prompts_sixth", "prompts_hours", "prompts_near"):
            made.db.execute(f"DROP TRIGGER {guard}").close()
        return made

    monkeypatch.setitem(globals(), "_memory", bare)
    with pytest.raises(AssertionError):
        _run(phases=[Phase.generate])  # how small a story shows it does not matter


def raw(rig: Rig) -> sqlite3.Connection:
    return sqlite3.connect(rig.folder / "fairtag.db", isolation_level=None, timeout=15)


def written(rig: Rig, at: int, /, **changed: Any) -> None:
    """Write a prompt by SQL, as whoever may open the file can."""
    day = "2026-11-03"
    told = {"check_in_id": f"k_{at}", "wearer_id": "W-1", "order_id": "ORD-1"}
    told |= {"condition_id": "p1", "device_id": "D-1", "modality": "face_photo"}
    told |= {"kind": "on_demand", "local_day": day, "time_zone": "Europe/London", "at": at}
    told |= {"until": at + 30 * MINUTE, "gap": 0, "nonce": "", "drawn": "", "state": "scheduled"}
    told |= {"is_void": 0} | changed
    names, marks = ", ".join(f'"{one}"' for one in told), ", ".join("?" * len(told))
    with closing(raw(rig)) as db:
        db.execute(f"INSERT INTO prompts ({names}) VALUES ({marks})", tuple(told.values()))  # noqa: S608


@pytest.mark.parametrize(
    ("wall", "changed"),
    [
        ("2026-11-03T23:00:00Z", {}),
        ("2026-11-03T20:45:00Z", {}),  # its window would end in the night
        ("2026-11-03T07:59:00Z", {}),
        ("2026-11-03T12:00:00Z", {"wearer_id": "W-2"}),
        ("2026-11-03T12:00:00Z", {"wearer_id": "w-1"}),
        ("2026-11-03T12:00:00Z", {"local_day": "2026-11-02"}),
        ("2026-11-03T12:00:00Z", {"time_zone": "Asia/Tokyo"}),
        ("2026-11-03T12:00:00Z", {"until": parse("2026-11-03T12:10:00Z")}),
        ("2026-11-03T12:00:00Z", {"until": "never"}),
        ("2026-11-03T12:00:00Z", {"at": "noon"}),
        ("2026-11-03T12:00:00Z", {"state": "shown"}),
        ("2026-11-03T12:00:00Z", {"kind": "drawn"}),
    ],
)
def test_sql_makes_no_prompt_at_a_protected_hour_or_of_another_kind(
    rig: Rig, wall: str, changed: dict[str, Any]
) -> None:
    asked(rig, 1, check_in(max_per_day=1, allowed=[{"from": "08:00", "to": "09:00"}]))
    plan(rig)
    written(rig, parse("2026-11-03T14:00:00Z"))  # the check can see: this one is taken
    with pytest.raises(sqlite3.IntegrityError):
        written(rig, parse(wall), **changed)


def test_sql_makes_no_sixth_and_moves_and_removes_none(rig: Rig) -> None:
    asked(rig, 1, check_in(max_per_day=1, allowed=[{"from": "08:00", "to": "09:00"}]))
    plan(rig)
    for hour in (11, 13, 15):  # two were drawn at 8: one today, one tomorrow
        written(rig, parse(f"2026-11-03T{hour}:00:00Z"))
    others: tuple[dict[str, Any], ...] = (
        *({}, {"order_id": "ORD-2"}, {"device_id": "D-2"}, {"modality": "on_device_result"}),
        *({"modality": "human_call"}, {"kind": "retry"}, {"condition_id": "p2"}),
    )
    for changed in others:  # the person counts, whatever it comes by
        with pytest.raises(sqlite3.IntegrityError, match="sixth"):
            written(rig, parse("2026-11-03T17:00:00Z"), **changed)
    with closing(raw(rig)) as db:
        for told in (
            "UPDATE prompts SET at = at + 1",
            "UPDATE prompts SET wearer_id = 'W-9'",
            "UPDATE prompts SET local_day = '2026-11-09'",
            "UPDATE prompts SET is_void = 1; UPDATE prompts SET is_void = 0",
            "UPDATE prompts SET state = 'answered'; UPDATE prompts SET state = 'expired_shown'",
            "DELETE FROM prompts",
            "INSERT OR REPLACE INTO prompts SELECT * FROM prompts LIMIT 1",
            "DELETE FROM prompt_hours",
            'UPDATE prompt_hours SET "end" = "end" + 3600000000',
            "DELETE FROM prompt_draws",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                db.executescript(told)


def test_sql_opens_no_hours(rig: Rig) -> None:
    asked(rig)
    plan(rig)
    with closing(raw(rig)) as db, pytest.raises(sqlite3.OperationalError, match="fairtag_is_open"):
        db.execute(
            "INSERT INTO prompt_hours SELECT NULL, wearer_id, '2026-12-01', '2026-12-01',"
            ' start + 86400000000 * 30, "end" + 86400000000 * 30, day_start, day_end, time_zone,'
            " protected FROM prompt_hours LIMIT 1"
        )


def test_hours_that_the_service_itself_would_open_at_night_are_refused(rig: Rig) -> None:
    asked(rig)
    plan(rig)

    def night(tx: Any) -> None:
        (first, *_) = tx.asking.hours("W-1", Interval(start=Micros(0), end=LATEST))
        moved = 30 * DAY + 12 * HOUR
        later = {"start": first.start + moved, "end": first.end + moved}
        bent = Hours(
            waking_day="2026-12-03", local_day="2026-12-03",
            day_start=first.day_start, day_end=first.day_end, **later,
        )  # fmt: skip
        tx.asking.add_hours("W-1", [bent], time_zone="Europe/London", protected=((1260, 480),))

    with pytest.raises(PromptRefused, match="not open"):
        rig.house.store.transact(night)


def test_two_schedulers_at_once_draw_a_day_once(rig: Rig) -> None:
    for number in range(1, 6):
        asked(rig, number, check_in(max_per_day=5))
    begin = threading.Barrier(2)

    def step() -> None:
        begin.wait()
        Planner(rig.house).step()

    threads = [threading.Thread(target=step) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    for number in range(1, 6):
        mine = prompts(rig, f"W-{number}")
        assert mine
        assert len({one.drawn for one in mine}) == len({one.local_day for one in mine})
        assert wrong(tally([(one.at, one.until) for one in mine], SAID)) == {}


SAID = [(0, "Europe/London", ((21 * 60, 8 * 60),))]


def lives_on(folder: Path, zone: str, start: Micros) -> list[tuple[int, int]]:
    """Let a service draw days over a clock change, starting anew and on wrong clocks."""
    said = [(0, zone, ((21 * 60, 8 * 60),))]
    with opened_rig(folder, start) as rig:
        asked(
            rig, 1, check_in(max_per_day=5), time_zone=zone, starts_at="2026-09-29T00:00:00Z",
            vulnerability_assessed_at="2026-09-20",
            review={"kind": "administrative", "by": "2026-12-01", "instrument": "Policy 1"},
        )  # fmt: skip
    for n in range(4):
        for wrong_by in (0, -DAY, DAY):
            with opened_rig(folder, Micros(start + n * DAY + wrong_by)) as rig:
                plan(rig)
    with opened_rig(folder, Micros(start + 4 * DAY)) as rig:
        found = [(one.at, one.until) for one in prompts(rig)]
    assert wrong(tally(found, said)) == {}
    return found


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/London", "2026-10-23T10:00:00Z"),  # Friday; clocks go back on Sunday
        ("Australia/Lord_Howe", "2026-10-01T22:00:00Z"),  # Friday there; forward on Sunday, by half
    ],
)
def test_restarts_and_clocks_that_are_wrong_draw_no_day_again(
    tmp_path: Path, zone: str, begins: str
) -> None:
    assert len(lives_on(tmp_path / "data", zone, parse(begins))) > 10


def test_a_scheduler_that_is_behind_asks_nothing_of_the_time_before_the_order_said_so(
    rig: Rig,
) -> None:
    rig.clock.at = parse("2026-11-03T12:00:00Z")
    asked(rig, 1, check_in(max_per_day=3))
    said = rig.clock.at
    rig.clock.at = Micros(said - 30 * HOUR)
    plan(rig)

    found = [one.at for one in prompts(rig)]
    assert len(found) >= 2
    assert min(found) >= said
    open_before = Micros(said - 2 * HOUR)  # that day's hours are open from 08:00
    with pytest.raises(sqlite3.IntegrityError, match="said later"):
        written(rig, open_before)
    with closing(raw(rig)) as db:  # the negative control: nothing else refuses it
        db.execute("DROP TRIGGER prompts_said").close()
    written(rig, open_before)


def test_a_move_to_another_zone_takes_back_what_would_fall_into_the_night(rig: Rig) -> None:
    device = asked(rig, 1, check_in(max_per_day=5))
    planner = plan(rig)
    before = prompts(rig)
    go_to(rig, parse("2026-11-03T08:00:00Z"))
    moved = order_of(1) | {"version": 2, "supersedes": 1, "time_zone": "Asia/Tokyo"}
    phone = order_of(1)["devices"][0] | {"type": "non_fitted"}
    told = moved | {"devices": [phone], "conditions": [check_in(max_per_day=5)]}
    put_order(rig.house, json.dumps(told).encode(), scheme=seed_scheme(), by="test")
    planner.step()
    planner.step()

    said = [*SAID, (rig.clock.at, "Asia/Tokyo", ((21 * 60, 8 * 60),))]
    left = [(one.at, one.until) for one in prompts(rig) if not one.is_void]
    assert len(left) < len(prompts(rig))
    assert wrong(tally(left, said)) == {}
    late = next(one for one in before if one.at >= parse("2026-11-03T12:00:00Z"))
    go_to(rig, late.at)  # after 21:00 in Tokyo
    assert shown(rig, device) == []
    with pytest.raises(sqlite3.IntegrityError):
        written(rig, parse("2026-11-03T16:00:00Z"))


def test_a_prompt_that_got_past_the_table_is_not_given_at_a_protected_hour(rig: Rig) -> None:
    device = asked(rig)
    plan(rig)
    with closing(raw(rig)) as db:
        for name in ("prompts_hours", "prompts_day", "prompts_sixth", "prompts_near"):
            db.execute(f"DROP TRIGGER {name}").close()
    night = parse("2026-11-03T23:00:00Z")
    written(rig, night)
    go_to(rig, night)

    assert [one.at for one in prompts(rig) if one.at == night] == [night]
    assert shown(rig, device) == []


def test_a_prompt_comes_late_only_while_there_is_time_to_answer_it(rig: Rig) -> None:
    device = asked(rig)
    plan(rig)
    prompt = prompts(rig)[0]
    go_to(rig, prompt.until - 10 * MINUTE)
    assert prompt.check_in_id not in shown(rig, device)  # the next one may be given ahead


def test_an_officer_makes_no_sixth_by_asking_or_ringing(rig: Rig) -> None:
    # Nothing is drawn for the day after, so that 24 hours hold no more than this day.
    asked(rig, 1, check_in(max_per_day=1), ends_at="2026-11-04T00:00:00Z")
    go_to(rig, parse("2026-11-03T08:00:00Z"))
    plan(rig)
    officer = rig.person("otto", "officer")
    done = 0
    for n in range(12 * 6):  # every ten minutes: five fit beside each other wherever one was drawn
        go_to(rig, rig.clock.at + 10 * MINUTE)
        try:
            ask_now(rig.house, officer, ORDER, reason=WHY, is_call=bool(n % 2))
        except PromptRefused:
            continue
        done += 1

    today = [one for one in prompts(rig) if one.local_day == "2026-11-03"]
    assert (len(today), done) == (5, 4)
    assert wrong(tally([(one.at, one.until) for one in prompts(rig)], SAID)) == {}


@pytest.mark.parametrize("is_call", [False, True])
def test_nobody_is_asked_or_rung_at_night(rig: Rig, *, is_call: bool) -> None:
    asked(rig, 1, check_in(max_per_day=1))
    for wall in ("2026-11-03T07:30:00Z", "2026-11-03T20:45:00Z", "2026-11-03T22:00:00Z"):
        go_to(rig, parse(wall))
        with pytest.raises(PromptRefused):
            ask_now(rig.house, rig.person("otto", "officer"), ORDER, reason=WHY, is_call=is_call)


def test_two_orders_of_a_person_ask_no_more_than_one(rig: Rig) -> None:
    order_with(rig, 1, conditions=[check_in(max_per_day=3)])
    wearer = order_of(2)["wearer"] | {"wearer_id": "W-1"}
    with pytest.raises(OrderConflict, match="5 are allowed"):
        order_with(rig, 2, wearer=wearer, conditions=[check_in(max_per_day=3)])
    order_with(rig, 2, wearer=wearer, conditions=[check_in(max_per_day=2)])


def test_nothing_that_a_reviewer_says_asks_again(rig: Rig) -> None:
    asked(rig, 1, check_in(max_per_day=1))
    people = reviewers.reviewers(rig)
    plan(rig)
    before = prompts(rig)
    reviewers.enrol(rig)
    reviewers.never_known(rig)
    reviewers.answered(rig, check_in=before[0].check_in_id)
    for person, outcome in zip(people, ("match", "no_match", "no_match"), strict=True):
        if deal(rig.house, person) is not None:
            reviewers.says(rig, person, outcome)
    with pytest.raises(NotPermitted):
        ask_now(rig.house, people[0], ORDER, reason=WHY)

    assert [one.check_in_id for one in prompts(rig)] == [one.check_in_id for one in before]


def test_only_an_officer_asks_and_a_call_is_recorded_once(rig: Rig) -> None:
    asked(rig, 1, check_in(max_per_day=1))
    go_to(rig, parse("2026-11-03T15:00:00Z"))
    with pytest.raises(NotPermitted):
        ask_now(rig.house, rig.person("carl", "contractor"), ORDER, reason=WHY)
    officer = rig.person("otto", "officer")
    call = ask_now(rig.house, officer, ORDER, reason=WHY, is_call=True)
    done = record_call(rig.house, officer, call.check_in_id, went="not_reached")
    rig.judge()

    assert done.state is CheckInState.NOT_DELIVERED
    assert "checkin.missed" not in rig.kinds()
    with pytest.raises(CallRefused):
        record_call(rig.house, officer, call.check_in_id, went="spoke")


def test_a_device_that_refuses_by_its_limits_costs_nothing(rig: Rig) -> None:
    device = asked(rig)
    prompt = first_shown(rig, device)
    told = {"check_in_id": prompt.check_in_id, "condition_id": "p1", "state": "refused_by_limit"}
    rig.say(device, rig.line(device, type="check_in", **told))
    expire(rig, device, prompt)

    (now,) = (one for one in prompts(rig) if one.check_in_id == prompt.check_in_id)
    assert now.state is CheckInState.REFUSED_BY_LIMIT


def test_a_pause_for_health_stops_every_demand(rig: Rig) -> None:
    device = asked(rig, 1, check_in(max_per_day=1))
    plan(rig)
    go_to(rig, parse("2026-11-03T10:00:00Z"))
    ask(rig, device, "health", {"text": "My skin is sore."})

    assert all(one.is_void for one in prompts(rig) if one.at > rig.clock.at)
    with pytest.raises(PromptRefused):
        ask_now(rig.house, rig.person("otto", "officer"), ORDER, reason=WHY)
    times = [parse(f"2026-11-03T{hour}:00:00Z") for hour in (13, 19)]
    away = max(times, key=lambda at: min(abs(one.at - at) for one in prompts(rig)))
    with pytest.raises(sqlite3.IntegrityError, match="pause"):
        written(rig, away)  # what was drawn lies hours from it


def test_times_are_fair_each_part_of_the_day_has_as_many() -> None:
    start = parse("2026-11-03T08:00:00Z")
    day = Interval(start=start, end=Micros(start + 13 * HOUR))
    wanted = Wanted(
        order_id=ORDER, condition_id=ConditionId("p1"), device_id=DeviceId("D-1"),
        modality="face_photo", most=1, window=30 * MINUTE, gap=HOUR, free=(day,),
    )  # fmt: skip
    parts: Counter[int] = Counter()
    for seed in range(2000):
        chance = random.Random(seed).randbytes(CHANCE_BYTES)
        (found,) = draw([wanted], [], most=1, chance=chance)
        parts[5 * (found.slot.at - start) // (12 * HOUR + 30 * MINUTE)] += 1

    assert min(parts[n] for n in range(5)) > 330  # of 400 each: 4 standard deviations


def order_with(rig: Rig, number: int, **changed: Any) -> None:
    """Store an order with check-ins."""
    told = order_of(number) | {"conditions": [check_in()]} | changed
    put_order(rig.house, json.dumps(told).encode(), scheme=seed_scheme(), by="test")


def test_protected_hours_are_21_to_8_unless_asked_otherwise_and_never_less_than_9_h(
    rig: Rig,
) -> None:
    order_with(rig, 1)
    order_with(rig, 2, protected_hours=[{"from": "23:00", "to": "08:00"}])  # as the wearer asked
    with pytest.raises(OrderRefused, match="9 hours"):
        order_with(rig, 3, protected_hours=[{"from": "23:01", "to": "08:00"}])

    kept = rig.house.store.read(
        lambda tx: [tx.orders.rulings(OrderId(one))[-1] for one in ("ORD-1", "ORD-2")]
    )
    assert [written_hours(protected_of([one])) for one in kept] == ["21:00-08:00", "23:00-08:00"]


def test_between_two_demands_there_is_a_gap_also_by_sql(rig: Rig) -> None:
    asked(rig, 1, check_in(max_per_day=1, allowed=[{"from": "08:00", "to": "09:00"}]))
    plan(rig)
    first = parse("2026-11-03T12:00:00Z")
    written(rig, first, gap=60 * MINUTE)
    for minutes in (-59, -15, 15, 29, 59):
        with pytest.raises(sqlite3.IntegrityError, match="too near"):
            written(rig, first + minutes * MINUTE)
    written(rig, first + 60 * MINUTE)  # the check can see: this one is far enough


# The device itself, in a browser, whatever the service sends.


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def address(door: Door) -> Iterator[str]:
    with opened(door) as where:
        yield where


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_device_refuses_a_sixth_one_at_night_and_one_too_near_that_the_service_sends(
    chromium: Browser, address: str, door: Door
) -> None:
    with devicelimits.device(chromium) as page:
        found = devicelimits.served(page, address, door)

        assert devicelimits.wrong(found) == []
        assert devicelimits.shaken(page) == 6  # it neither sounds nor shakes for what it refuses
        assert door.states().count("refused_by_limit") == 5
        door.at = parse("2026-11-04T23:00:00Z")
        door.item("message", danger=True, text={"code": "inbox.danger"})
        devicelimits.until(page, lambda: devicelimits.shaken(page) == 7)  # is heard at night


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_no_word_of_the_service_loosens_the_limits_of_the_device(
    chromium: Browser, address: str
) -> None:
    with devicelimits.device(chromium) as page:
        found = devicelimits.driven(page, address)

    assert set(found) == set(devicelimits.MUST)
    assert devicelimits.wrong(found) == []


LOOSE = {  # what is taken out of the device's script, and what it then asks
    "five in a local day": ("Math.max(sameDay, lately)", "lately", {"long-6"}),
    "five in any 24 hours": ("Math.max(sameDay, lately)", "sameDay", {"in-24-h"}),
    "five": (">= MOST_A_DAY", ">= 9 * MOST_A_DAY", {"sixth", "long-6"}),
    "protected hours": ('return "protected"', "Boolean()", {"night", "short"}),
    "nine hours of rest": ("rest(hours) < LEAST_REST_MIN", "false", {"short"}),
    "a quarter of an hour": ("< LEAST_GAP_MS", "< 0", {"near"}),
    "the order's own gap": ("Math.abs(begins - at) < gap", "false", {"own-2"}),
}


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("limit", LOOSE)
def test_negative_control_a_device_without_a_limit_is_noticed(
    chromium: Browser, address: str, limit: str
) -> None:
    old, new, asks = LOOSE[limit]
    with devicelimits.device(chromium, bent={old: new}) as page:
        found = devicelimits.driven(page, address)

    assert asks <= {name for name in devicelimits.wrong(found) if found[name] is None}
