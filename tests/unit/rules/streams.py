"""Random streams of an order's devices, with all that makes a walk over columns stop.

Units: µs UTC; metres north of home; minutes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace as changed
from itertools import groupby

from msgspec.structs import replace
from tests.property.lives import (
    BEGIN,
    CONDITIONS,
    DEGREE_M,
    END,
    LAT,
    LON,
    START,
    absence,
    circle,
    ruling,
)

from fairtag.intake.columns import positions_of
from fairtag.intake.messages import Event, EventCode, Message, Position, Source, StatusReport
from fairtag.orders.model import Activation, DeviceType, Ruling
from fairtag.rules.finding import Finding, as_json
from fairtag.rules.judge import OrderJudge
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

DEVICES = (DeviceId("D-1"), DeviceId("D-2"))
NORTH_M = (0.0, 0.0, 0.0, 90.0, 900.0, 1500.0, 5_000.0)
SAT = {"source": Source.GNSS, "accuracy_m": 6.0}
NO_WITNESS = (
    {"source": Source.CELL, "accuracy_m": 40.0},
    {"source": Source.GNSS, "accuracy_m": 6.0, "is_mock": True},
    {"source": Source.WIFI, "accuracy_m": 700.0},
)
WITNESS = (
    SAT,
    SAT,
    SAT | {"speed_mps": 0.0},
    SAT | {"speed_mps": 12.0},
    {"source": Source.WIFI, "accuracy_m": 15.0},
    {"source": Source.UNKNOWN, "accuracy_m": None},
)


def rulings(chance: random.Random) -> tuple[Ruling, ...]:
    """Give an order of two devices; perhaps with leave, a suspension, and a second version."""
    one = ruling([absence(chance.randrange(600), 90, chance.randrange(600))] * chance.randrange(2))
    second = Activation(
        device_id=DEVICES[1],
        type=chance.choice([DeviceType.FITTED, DeviceType.NON_FITTED]),
        during=_span(0, chance.choice([300, 900, 9_000])),
        fix_every_s=60,
        report_every_s=chance.choice([60, 1_200]),
        charged_by_wearer=False,
    )
    first = one.devices[0]
    if chance.random() < 0.4:  # the second one, perhaps a phone, goes on alone
        first = changed(first, during=_span(0, chance.choice([200, 500])))
    one = changed(one, devices=(first, second))
    if chance.random() < 0.3:
        begin = chance.randrange(500)
        one = changed(one, suspended=(_span(begin, begin + 45),))
    if chance.random() < 0.5:
        return (one,)
    moved = changed(CONDITIONS[0], place=circle(90, 60))
    recorded = Micros(BEGIN + chance.randrange(600) * MINUTE)
    conditions = (moved, *CONDITIONS[1 : chance.choice([2, 4])])
    return (one, changed(one, version=2, recorded_at=recorded, conditions=conditions))


def _span(start_min: float, end_min: float) -> Interval:
    start = BEGIN + round(start_min * MINUTE) if start_min else START
    return Interval(start=Micros(start), end=min(END, Micros(BEGIN + round(end_min * MINUTE))))


class Teller:
    """Two devices of one wearer, told by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.at = Micros(BEGIN + chance.randrange(60) * MINUTE)
        self.clock = self.at
        self.device = DEVICES[0]
        self.battery_pct = 60.0
        self.seq = 0

    def scenes(self, count: int) -> Iterator[Message]:
        for _ in range(count):
            yield from self._sent(list(self._scene()))

    def _scene(self) -> Iterator[Message]:
        chance = self.chance
        if chance.random() < 0.15:
            self.device = chance.choice(DEVICES)
        match chance.choice(["stay"] * 8 + ["silence", "silence", "event", "status", "blind"]):
            case "stay":
                yield from self._stay(chance.choice(WITNESS), chance.choice([5, 15, 40]))
            case "blind":
                yield from self._stay(chance.choice(NO_WITNESS), chance.choice([1, 3, 9]))
            case "silence":
                self.at = Micros(self.at + chance.choice([10, 29, 31, 50, 200, 1500]) * MINUTE)
            case "event":
                yield Event(**self._told(), code=chance.choice(list(EventCode)))
            case "status":
                yield StatusReport(**self._told(), battery_pct=self.battery_pct)

    def _stay(self, told: dict[str, object], fixes: int) -> Iterator[Message]:
        chance = self.chance
        north_m, step = chance.choice(NORTH_M), chance.choice([20, 60, 60, 300]) * SECOND
        noise, is_numbered = chance.choice([0.0, 3.0]), chance.random() < 0.8
        drain = chance.choice([0.0, 0.5, 2.0, -1.0])
        for _ in range(fixes):
            self.battery_pct = min(100.0, max(1.0, self.battery_pct - drain))
            fix = Position(
                **self._told(is_numbered=is_numbered),
                lat=LAT + (north_m + chance.gauss(0, noise)) / DEGREE_M,
                lon=LON + chance.gauss(0, noise) / DEGREE_M,
                battery_pct=chance.choice([None, self.battery_pct]),
                **told,
            )
            yield fix
            if chance.random() < 0.98:
                self.at = Micros(self.at + step)

    def _told(self, *, is_numbered: bool = True) -> dict[str, object]:
        self.seq += 1
        seq = self.seq if is_numbered else None
        return {"device_id": self.device, "at": self.at, "received_at": self.at, "seq": seq}

    def _sent(self, told: list[Message]) -> Iterator[Message]:
        """Let a scene arrive: soon, all at once, with a delay, or in disorder."""
        chance = self.chance
        kind = chance.choice(["soon"] * 6 + ["together", "delayed", "delayed", "mixed"])
        delay = SECOND
        if kind == "delayed":
            delay = chance.choice([2, 16, 20, 60, 12_000]) * MINUTE
        elif kind == "mixed":
            chance.shuffle(told)
        for one in told:
            last = told[-1].at if kind == "together" else one.at
            self.clock = Micros(max(self.clock, last + delay))
            yield replace(one, received_at=self.clock)
        if told and kind == "mixed" and chance.random() < 0.5:  # a receipt that is no clock
            yield replace(told[0], seq=None, received_at=Micros(self.clock - MINUTE))
        self.at = Micros(max(self.at, self.clock - chance.choice([0, 15]) * MINUTE))


def stream(seed: int, scenes: int = 16) -> tuple[tuple[Ruling, ...], list[Message]]:
    """Give an order and what its devices say, in order of arrival."""
    chance = random.Random(seed)
    return rulings(chance), list(Teller(chance).scenes(scenes))


class Desk:
    """A judge with its past, fed by messages or by columns; takes down what it remembers."""

    def __init__(self, order: tuple[Ruling, ...]) -> None:
        self.rulings = order
        self.judge = OrderJudge(order)
        self.taken: list[Message] = []
        self.found: list[Finding] = []

    def past(self, since: Micros) -> list[Message]:
        return [one for one in self.taken if one.at >= since]

    def take(self, *messages: Message) -> None:
        self.found += self.judge.take(messages, past=self.past)
        self.taken += messages

    def follow(self, *fixes: Position) -> None:
        self.found += self.judge.follow(positions_of(fixes), past=self.past)
        self.taken += fixes

    def give(self, told: list[Message]) -> None:
        """Judge as columns what is one, and all else as it arrived."""
        fixes = [one for one in told if isinstance(one, Position)]
        if are_columns(told):
            self.follow(*fixes)
        elif told:
            self.take(*told)

    def tick(self, clock: Micros) -> None:
        self.found += self.judge.tick(clock, past=self.past)

    def restart(self) -> None:
        self.judge = OrderJudge.load(self.judge.dump(), self.rulings)

    def lines(self) -> list[bytes]:
        return [as_json(one) for one in self.found]


def arrivals(messages: Iterable[Message]) -> list[list[Message]]:
    """List what arrived together."""
    return [list(each) for _, each in groupby(messages, key=lambda one: one.received_at)]


def columns(messages: Iterable[Message]) -> list[list[Message]]:
    """List what is followed as columns: arrivals on end that are one device's positions."""
    found: list[list[Message]] = []
    for of, group in groupby(arrivals(messages), key=_only_device):
        if of is None:
            found += group
        else:
            found.append([one for each in group for one in each])
    return found


def are_columns(messages: list[Message]) -> bool:
    """Tell whether messages are all positions of one device."""
    return _only_device(messages) is not None


def _only_device(messages: list[Message]) -> DeviceId | None:
    names = {one.device_id for one in messages}
    is_places = all(isinstance(one, Position) for one in messages)
    return names.pop() if len(names) == 1 and is_places else None


AFTER = Micros(BEGIN + 14 * 24 * HOUR)


def is_the_same(seed: int) -> None:
    """Follow a stream as columns, and compare after each of them."""
    order, told = stream(seed)
    one_by_one, followed = Desk(order), Desk(order)
    for part in columns(told):
        for together in arrivals(part):
            one_by_one.take(*together)
        followed.give(part)
        assert followed.lines() == one_by_one.lines()
        assert followed.judge.dump() == one_by_one.judge.dump()
        assert followed.judge.due == one_by_one.judge.due
    for desk in (followed, one_by_one):
        desk.tick(AFTER)
    assert followed.lines() == one_by_one.lines()


def is_the_same_in_parts(seed: int) -> None:
    """Cut the columns between arrivals, and stop the judge there."""
    order, told = stream(seed)
    chance = random.Random(seed)
    whole, cut = Desk(order), Desk(order)
    for part in columns(told):
        whole.give(part)
        piece: list[Message] = []
        for together in arrivals(part):
            piece += together
            if chance.random() < 0.2:
                cut.give(piece)
                cut.restart()
                piece = []
        cut.give(piece)
        assert cut.lines() == whole.lines()
        assert cut.judge.dump() == whole.judge.dump()
