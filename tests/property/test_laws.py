"""Laws of the judge, on invented lives; each with a broken judge that is caught."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray
from tests.property.lives import (
    BEGIN,
    NIGHTLY,
    Run,
    Stay,
    absence,
    absences,
    events,
    judged,
    lived,
    ruling,
    stays,
)

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import EventCode, Message, Position, Source
from fairtag.orders.model import Absence
from fairtag.rules import devices, replay, watch
from fairtag.rules.finding import AGAINST_WEARER, Finding, Kind
from fairtag.rules.judge import OrderJudge
from fairtag.rules.matter import Matter
from fairtag.rules.places import walk
from fairtag.rules.places.belief import Seen
from fairtag.rules.places.evidence import by_satellite, widths_m
from fairtag.rules.places.numbers import Rows, numbers_of
from fairtag.rules.settings import DEFAULTS, table
from fairtag.rules.track import Track
from fairtag.rules.view import View
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

# Seeded, so that a red run is red again, and without a clock, so that a slow machine is not red.
law = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a red run must end soon; take `Phase.shrink` in by hand
    database=None,
    suppress_health_check=list(HealthCheck),
)
FAULTS = [
    EventCode.FAULT,
    EventCode.CLOCK_CHANGED,
    EventCode.BATTERY_LOW,
    EventCode.BATTERY_CRITICAL,
    EventCode.POWER_OFF,
    EventCode.POWER_ON,
    EventCode.GNSS_LOST,
    EventCode.GNSS_BACK,
    EventCode.JAMMING,
    EventCode.MOCK_LOCATION,
    EventCode.CHARGE_START,
    EventCode.CHARGE_STOP,
]
LIFE = st.builds(lived, stays(), events())


def broken(check: Callable[..., None], *strategies: st.SearchStrategy[object]) -> bool:
    """Tell whether a law fails for the judge as it is now."""
    try:
        law(given(*strategies)(check))()
    except AssertionError:
        return True
    return False


# The same input gives the same bytes.


def is_deterministic(life: list[Message]) -> None:
    lines = [replay.replay([(ruling(),)], life).findings for _ in range(2)]
    assert lines[0] == lines[1]


def test_a_replay_says_the_same_twice() -> None:
    law(given(LIFE)(is_deterministic))()


def test_negative_control_chance_in_a_certainty_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(1)
    monkeypatch.setattr(Seen, "certainty", property(lambda _: round(dice.random(), 3)))

    assert broken(is_deterministic, LIFE)


# When the clock ticks changes no line; how messages are cut into batches, nothing that stands.


def is_the_same_with_ticks(life: list[Message], cuts: list[int], ticks: list[int]) -> None:
    plain, ticked, clock = Run((ruling(),)), Run((ruling(),)), Micros(0)
    for batch in batches(life, cuts):
        for tick in sorted(BEGIN + minute * MINUTE for minute in ticks):
            if clock < tick < batch[0].received_at:
                ticked.tick(Micros(tick))
        clock = batch[0].received_at
        plain.take(*batch)
        ticked.take(*batch)
    for run in (plain, ticked):
        run.tick(Micros(BEGIN + DAY))
    assert plain.lines() == ticked.lines()


def is_the_same_in_pieces(life: list[Message], cuts: list[int], _: object) -> None:
    whole, pieces = Run((ruling(),)), Run((ruling(),))
    for batch in batches(life, cuts):
        whole.take(*batch)
        for one in batch:
            pieces.take(one)
    for run in (whole, pieces):
        run.tick(Micros(BEGIN + DAY))
    assert whole.stands() == pieces.stands()


def batches(life: list[Message], cuts: list[int]) -> list[list[Message]]:
    """Cut a life; messages of one batch have one time of receipt."""
    found: list[list[Message]] = [[]]
    for n, message in enumerate(life):
        if n in cuts:
            found.append([])
        found[-1].append(message)
    ends = [max(one.received_at for one in each) for each in found if each]
    return [
        [replace(one, received_at=end) for one in each]
        for end, each in zip(ends, filter(None, found), strict=True)
    ]


MANY = st.lists(st.integers(0, 200), max_size=12)


def test_ticks_change_nothing() -> None:
    law(given(LIFE, MANY, MANY)(is_the_same_with_ticks))()


def test_batches_change_nothing_in_the_end() -> None:
    law(given(LIFE, MANY, st.none())(is_the_same_in_pieces))()


def test_negative_control_timers_that_wait_for_a_tick_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lazy(self: OrderJudge, clock: Micros, past: object) -> list[Finding]:
        self._memory.clock = clock  # first the clock, then the timers: each at the wrong time
        return usual(self, clock, past)

    usual = OrderJudge._to
    monkeypatch.setattr(OrderJudge, "_to", lazy)

    assert broken(is_the_same_with_ticks, LIFE, MANY, MANY)


def test_negative_control_half_of_each_batch_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = OrderJudge.take
    monkeypatch.setattr(
        OrderJudge, "take", lambda self, told, *, past: usual(self, told[::2], past=past)
    )

    assert broken(is_the_same_in_pieces, LIFE, MANY, st.none())


# In which order messages arrive changes nothing of what stands in the end.


def is_the_same_in_another_order(
    life: list[Message], seed: int, size: int, leave: list[Absence]
) -> None:
    """All messages come again in another order, within hours, in batches of some size."""
    mixed = [*life]
    random.Random(seed).shuffle(mixed)
    after = max((one.received_at for one in life), default=BEGIN)
    late = Run((ruling(leave),))
    for n in range(0, len(mixed), size):
        batch = mixed[n : n + size]
        late.take(*(replace(one, received_at=Micros(after + n * SECOND)) for one in batch))
    stands_as_in_order(late, life, leave)


def is_the_same_when_some_are_kept(
    life: list[Message], seed: int, size: int, leave: list[Absence]
) -> None:
    """The device keeps some messages of a while, and sends them in the end, the newest first."""
    dice = random.Random(seed)
    first = dice.randrange(len(life) + 1)
    share = dice.choice([0.5, 0.8, 1])
    kept = [one for one in life[first : first + dice.randrange(5, 60)] if dice.random() < share]
    after = max((one.received_at for one in life), default=BEGIN)
    late = Run((ruling(leave),))
    for one in life:
        if one not in kept:
            late.take(one)
    for n in range(0, len(kept), size):
        batch = kept[::-1][n : n + size]
        late.take(*(replace(one, received_at=Micros(after + n * SECOND)) for one in batch))
    stands_as_in_order(late, life, leave)


def stands_as_in_order(late: Run, life: list[Message], leave: list[Absence]) -> None:
    """Leave that was known beforehand makes no difference: it excuses nothing afterwards."""
    late.tick(Micros(BEGIN + DAY))
    assert late.stands() == judged(life, leave).stands()
    assert not any(one.cause == "excused" for one in late.found)


SEEDS, SIZES = st.integers(0, 999), st.sampled_from([3, 10, 40])
KNOWN_BEFORE = st.lists(
    st.builds(absence, st.integers(0, 240), st.sampled_from([5, 30, 90]), st.just(-60)), max_size=2
)
OTHER_ORDERS = (LIFE, SEEDS, SIZES, KNOWN_BEFORE)


def test_the_order_of_arrival_changes_nothing_in_the_end() -> None:
    settings(law, max_examples=30)(given(*OTHER_ORDERS)(is_the_same_in_another_order))()


def test_what_the_device_kept_for_a_while_changes_nothing_in_the_end() -> None:
    settings(law, max_examples=120)(given(*OTHER_ORDERS)(is_the_same_when_some_are_kept))()


def test_negative_control_late_data_that_are_dropped_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OrderJudge, "_again", lambda *_, **__: [])

    assert broken(is_the_same_in_another_order, *OTHER_ORDERS)


def test_negative_control_kept_data_that_are_dropped_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OrderJudge, "_again", lambda *_, **__: [])

    assert broken(is_the_same_when_some_are_kept, *OTHER_ORDERS)


# A restart at any moment changes nothing.


def is_the_same_after_restarts(life: list[Message], stops: list[int], seed: int) -> None:
    mixed = [*life]
    random.Random(seed).shuffle(mixed)  # late data too, so that snapshots are used
    first = BEGIN + 12 * 60 * MINUTE
    told = [replace(one, received_at=Micros(first + n * MINUTE)) for n, one in enumerate(mixed)]
    steady, stopped = Run((ruling(),)), Run((ruling(),))
    for n, message in enumerate(told):
        if n in stops:
            stopped.restart()
        for run in (steady, stopped):
            run.take(message)
    assert stopped.lines() == steady.lines()
    assert stopped.judge.dump() == steady.judge.dump()


STOPS = st.lists(st.integers(0, 60), max_size=6)
SHORT = st.builds(lived, stays().map(lambda told: told[:4]), events())


def test_a_restart_changes_nothing() -> None:
    settings(law, max_examples=12)(given(SHORT, STOPS, SEEDS)(is_the_same_after_restarts))()


def test_negative_control_a_forgotten_book_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(dump: bytes, *more: object) -> OrderJudge:
        judge = usual(dump, *more)
        judge._memory.book = []
        return judge

    usual = OrderJudge.load
    monkeypatch.setattr(OrderJudge, "load", forgetful)

    assert broken(is_the_same_after_restarts, SHORT, STOPS, SEEDS)


# Worse accuracy never turns 'unsure' into a verdict against the wearer.


def never_accuses_for_being_vague(told: list[Told], worse: float) -> None:
    """Positions on the side against the wearer become wider; the others stay."""
    sharp = sides(told)
    vague = sides([replace(one, accuracy_m=one.accuracy_m * worse) for one in told])
    for one, other in zip(sharp, vague, strict=True):
        assert other != walk.AGAINST or one == walk.AGAINST


class Told(msgspec.Struct, frozen=True):
    """A position by its signed distance, or what makes it one."""

    step_s: int
    against_m: float
    accuracy_m: float
    speed_mps: float | None
    source: Source


def sides(told: list[Told]) -> list[int]:
    """Let one edge see positions; those on the wearer's side keep a width of 20 m."""
    columns, away_m = positions_of(list(fixes(told))), np.array([one.against_m for one in told])
    n = len(told)
    rows = Rows(
        at=columns.at,
        lon=columns.lon,
        lat=columns.lat,
        lon_m=np.full(n, 66_000.0),
        lat_m=np.full(n, 111_000.0),
        speed_mps=columns.speed_mps,
        is_satellite=by_satellite(columns),
        width_m=np.where(away_m > 0, widths_m(columns, by_satellite(columns), DEFAULTS), 20.0),
        seq=columns.seq,
        against_m=away_m.reshape(-1, 1),
    )
    state, found = walk.new_state(1), []
    numbers, ready = numbers_of(DEFAULTS), np.zeros(1, np.int64)
    stops = np.zeros(1, np.int8)
    for row in range(n):
        walk.walk(rows, row, row + 1, state, numbers, table(), ready, stops.copy(), stops)
        found.append(int(state.edges[0, walk.SIDE]))
    return found


def fixes(told: list[Told]) -> Iterator[Position]:
    at = BEGIN
    for n, one in enumerate(told):
        at = Micros(at + one.step_s * SECOND)
        yield Position(
            device_id=DeviceId("D-1"),
            at=at,
            received_at=at,
            lat=53.0 + one.against_m / 111_000 + n % 3 * 1e-6,
            lon=0.0,
            accuracy_m=one.accuracy_m,
            speed_mps=one.speed_mps,
            source=one.source,
        )


FIXES = st.lists(
    st.builds(
        Told,
        st.integers(10, 400),
        st.sampled_from([-60.0, 40.0, 90.0, 300.0]),
        st.floats(3, 300),
        st.sampled_from([None, 0.0, 1.4, 12.0]),
        st.sampled_from([Source.GNSS, Source.WIFI, Source.UNKNOWN]),
    ),
    min_size=3,
    max_size=30,
)
WORSE = st.floats(1, 50)


def test_worse_accuracy_never_accuses() -> None:
    settings(law, max_examples=200)(given(FIXES, WORSE)(never_accuses_for_being_vague))()


def test_negative_control_width_taken_for_distance_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def accusing(*columns: Any) -> NDArray[np.float64]:
        return 10_000.0 / widths(*columns)

    widths = widths_m
    monkeypatch.setitem(globals(), "widths_m", accusing)

    assert broken(never_accuses_for_being_vague, FIXES, WORSE)


# No data never count against anyone.


def never_accuses_for_silence(told: list[Stay], days: int) -> None:
    run = judged(lived(told))
    run.tick(Micros(BEGIN + days * DAY))
    assert run.against() == []


AT_HOME, DAYS = stays([0, 0, 20]), st.integers(1, 6)


def test_no_data_never_accuse() -> None:
    law(given(AT_HOME.map(without_appointment), DAYS)(never_accuses_for_silence))()


def without_appointment(told: list[Stay]) -> list[Stay]:
    """Be silent from the first hour on: who is known to be at home misses the appointment."""
    return [*told[:2], Stay(200, 0, 6.0, told[0].source, 5, is_silent=True)]


def test_negative_control_silence_as_absence_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = watch.Watch._begin

    def accusing(self: watch.Watch, kind: Kind, *more: object) -> Matter:
        matter = usual(self, kind, *more)
        return replace(matter, kind=Kind.CURFEW_LEFT) if kind is Kind.CONTACT_LOST else matter

    monkeypatch.setattr(watch.Watch, "_begin", accusing)

    assert broken(never_accuses_for_silence, AT_HOME.map(without_appointment), DAYS)


# A further absence never adds to what stands against the wearer.


def never_accuses_for_leave(life: list[Message], leave: object) -> None:
    """By time: one walk may become two, before and after the leave, within what stood before."""
    without, having = judged(life), judged(life, [leave])
    spans: dict[object, list[tuple[int, int]]] = {}
    for one in without.against():
        spans.setdefault(one.condition_id or one.kind, []).append(_span(one))
    for one in having.against():
        start, end = _span(one)
        known = spans.get(one.condition_id or one.kind, [])
        assert any(first <= start and end <= last for first, last in known), one


def _span(one: Finding) -> tuple[int, int]:
    return one.began_at, BEGIN + 9 * DAY if one.ended_at is None else one.ended_at


def test_leave_never_accuses() -> None:
    law(given(LIFE, absences)(never_accuses_for_leave))()


def test_negative_control_leave_taken_for_duty_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = (Interval(start=Micros(0), end=Micros(BEGIN + 30 * DAY)),)
    monkeypatch.setattr(View, "free", lambda self, *_: () if self.absences else everything)

    assert broken(never_accuses_for_leave, LIFE, absences)


# Faults of a device never count against anyone.


def never_accuses_for_faults(told: list[Stay], codes: list[tuple[int, EventCode]]) -> None:
    run = judged(lived(without_appointment(told), codes))
    assert run.against() == []
    assert {one.recipient for one in run.found} <= {"support"}


def test_faults_never_accuse() -> None:
    law(given(AT_HOME, events(FAULTS))(never_accuses_for_faults))()


def test_negative_control_a_fault_as_tampering_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(devices._MOMENTARY, EventCode.FAULT, Kind.TAMPER_CASE)

    assert broken(never_accuses_for_faults, AT_HOME, events(FAULTS))


def test_the_lives_are_worth_judging() -> None:
    """Of the laws' lives many hold something against the wearer: the laws are not about nothing."""
    seen: set[str] = set()

    def collect(life: list[Message]) -> None:
        seen.update(one.kind for one in judged(life).found)

    law(given(LIFE)(collect))()
    assert NIGHTLY.from_min == 19 * 60
    assert len(seen & {str(kind) for kind in AGAINST_WEARER}) >= 6
    assert Track().is_next(Position(device_id="D-1", at=BEGIN, received_at=BEGIN, lat=0, lon=0))
