"""A law of the judge: many orders at once say what each says alone, in findings and in memory.

Streams as in test_columns, sent in requests as devices send them; orders take turns.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

import pytest
from msgspec.structs import replace
from tests.unit.rules.streams import Teller, rulings

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Message, Position, Source
from fairtag.orders.model import Ruling
from fairtag.rules import judge
from fairtag.rules.finding import as_json
from fairtag.rules.judge import OrderJudge
from fairtag.rules.many import loop
from fairtag.rules.many.kept import moved_of, read
from fairtag.rules.many.quiet import QuietOrders, side_by_side
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import MINUTE, SECOND, Micros

SEEDS = range(8)
ORDERS = 3


class Life:
    """One order, its judge, and what it was told."""

    def __init__(self, number: int, known: tuple[Ruling, ...]) -> None:
        self.order_id = OrderId(f"ORD-{number}")
        self.judge = OrderJudge(known)
        self.told: list[Message] = []
        self.found: list[bytes] = []

    def past(self, since: Micros) -> list[Message]:
        return [one for one in self.told if one.at >= since]

    def take(self, request: Sequence[Message]) -> None:
        self.found += [as_json(one) for one in self.judge.take(request, past=self.past)]


def requests_of(chance: random.Random) -> list[list[Message]]:
    """Tell what a wearer's devices send, in requests of one device each."""
    teller = Teller(chance)
    told: list[Message] = []
    for _ in range(10):
        told += teller.scenes(1)
        if chance.random() < 0.6:
            told += quietly(teller, chance)
    return [
        list(group)
        for _, group in groupby(told, key=lambda one: (one.received_at, one.device_id, one.epoch))
    ]


def quietly(teller: Teller, chance: random.Random) -> list[Message]:
    """Tell a quarter of an hour of a good receiver at one place, or half an hour of a frozen one.

    It is sent in requests of five.
    """
    lat, lon = 53.48 + chance.choice([0, 0.001, 0.05]), -2.24
    made: list[Message] = []
    battery = chance.choice([None, 70.0, 70.0, 19.0])
    is_frozen = chance.random() < 0.3
    noise_deg, speed_mps = (0.0, chance.choice([None, 0.0])) if is_frozen else (2e-5, None)
    for n in range(30 if is_frozen else 15):
        teller.at = Micros(teller.at + MINUTE)
        teller.seq += 1
        fix = Position(
            device_id=teller.device,
            seq=teller.seq,
            at=teller.at,
            received_at=Micros(teller.at + (4 - n % 5) * MINUTE + SECOND),
            lat=lat + chance.gauss(0, noise_deg),
            lon=lon + chance.gauss(0, noise_deg),
            accuracy_m=6.0,
            source=Source.GNSS,
            speed_mps=speed_mps if is_frozen else chance.choice([None, 0.0, 1.2]),
            battery_pct=battery,
        )
        teller.clock = Micros(max(teller.clock, fix.received_at))
        made.append(replace(fix, received_at=teller.clock))
    return made


def columns_of(request: Sequence[Message]) -> Positions | None:
    fixes = [one for one in request if isinstance(one, Position)]
    return positions_of(fixes) if len(fixes) == len(request) else None


def together(
    lives: list[Life],
    sent: list[tuple[int, list[Message]]],
    batch: int,
    asleep: random.Random | None = None,
) -> int:
    """Judge in batches, as many as possible at once; tells how many requests that were.

    With `asleep`, orders are written down and woken at times.
    """
    quiet, taken = QuietOrders(), 0
    for start in range(0, len(sent), batch):
        taken += at_once(quiet, lives, sent[start : start + batch])
        for life in lives:
            if life.order_id not in quiet and (still := life.judge.still()) is not None:
                quiet.put(life.order_id, still)
                assert quiet.due(life.order_id) == life.judge.due
        for life in lives:
            if life.order_id in quiet and asleep is not None and asleep.random() < 0.5:
                sleep(quiet, life)
    for life in lives:
        if life.order_id in quiet:
            due = quiet.due(life.order_id)
            life.judge.settle(quiet.leave(life.order_id))
            assert life.judge.due == due
    return taken


def sleep(quiet: QuietOrders, life: Life) -> None:
    """Write an order and its judge down as a store keeps them, forget both, and wake both."""
    dump, told, due = life.judge.dump(), quiet.write(life.order_id), quiet.due(life.order_id)
    quiet.leave(life.order_id)
    assert quiet.wake(life.order_id, told)
    assert (quiet.write(life.order_id), quiet.due(life.order_id)) == (told, due)
    life.judge = OrderJudge.load(dump, life.judge.rulings, moved=moved_of(read(told)[0]))
    assert life.judge.due == due


def at_once(quiet: QuietOrders, lives: list[Life], sent: list[tuple[int, list[Message]]]) -> int:
    """Judge some requests; what moves more than beliefs by its own judge."""
    asked = [
        (lives[n].order_id, told[0].device_id, told[0].received_at, columns_of(told))
        for n, told in sent
    ]
    taken = quiet.take(side_by_side(asked))
    for (n, told), is_taken in zip(sent, taken, strict=True):
        life = lives[n]
        if not is_taken:
            if life.order_id in quiet:
                life.judge.settle(quiet.leave(life.order_id))
            life.take(told)
        life.told += told
    return sum(taken)


def is_the_same(seed: int, *, asleep: bool = False) -> int:
    chance = random.Random(seed)
    known = [rulings(chance) for _ in range(ORDERS)]
    streams = [requests_of(chance) for _ in range(ORDERS)]
    alone = [Life(n, one) for n, one in enumerate(known)]
    for life, stream in zip(alone, streams, strict=True):
        for request in stream:
            life.take(request)
            life.told += request
    lives = [Life(n, one) for n, one in enumerate(known)]
    turns = [n for n, stream in enumerate(streams) for _ in stream]
    chance.shuffle(turns)
    waiting = [iter(stream) for stream in streams]
    batch = chance.choice([1, 3, 20])
    sleeper = random.Random(seed) if asleep else None
    taken = together(lives, [(n, next(waiting[n])) for n in turns], batch, sleeper)
    for one, other in zip(alone, lives, strict=True):
        assert other.found == one.found
        assert other.judge.dump() == one.judge.dump()
    return taken


def broken(check: Callable[[int], int]) -> bool:
    """Tell whether the law fails for some stream."""
    try:
        for seed in SEEDS:
            check(seed)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("seed", SEEDS)
def test_many_orders_at_once_say_what_each_says_alone(seed: int) -> None:
    is_the_same(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_orders_that_sleep_and_wake_say_the_same(seed: int) -> None:
    is_the_same(seed, asleep=True)


def test_negative_control_a_judge_that_forgets_what_moved_its_order_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judge, "settle", lambda *_: None)

    assert broken(partial(is_the_same, asleep=True))


def test_an_order_that_was_written_by_other_rules_is_not_woken_but_what_moved_it_counts() -> None:
    life, quiet = Life(1, rulings(random.Random(0))), QuietOrders()
    for request in requests_of(random.Random(1)):
        life.take(request)
        life.told += request
        if (still := life.judge.still()) is not None:
            quiet.put(life.order_id, still)
            break
    told, moved = quiet.write(life.order_id), quiet.leave(life.order_id)
    stricter = QuietOrders(replace(DEFAULTS, battery_low_pct=DEFAULTS.battery_low_pct + 1))

    assert not stricter.wake(life.order_id, told)
    assert life.order_id not in stricter
    assert repr(moved_of(read(told)[0])) == repr(moved)


def test_much_is_taken_at_once() -> None:
    assert is_the_same(0) + is_the_same(1) > 20


@pytest.mark.parametrize("name", ["_is_timely", "_is_honest"])
def test_negative_control_a_loop_that_sees_no_reason_to_stop_is_seen(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, name, lambda *_: True)

    assert broken(is_the_same)
