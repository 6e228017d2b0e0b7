"""What does a recorded stream give, without a store? The same judge, fed from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from fairtag.intake.columns import Positions, positions_of
from fairtag.intake.messages import Message, Position, Said, ref_of
from fairtag.orders.inforce import worn
from fairtag.orders.model import Ruling
from fairtag.rules.finding import Finding, sort_key
from fairtag.rules.judge import OrderJudge
from fairtag.rules.places.belief import Side
from fairtag.rules.settings import DEFAULTS, Settings
from fairtag.rules.track import Turns
from fairtag.terms.ids import ConditionId, DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval


class Turn(NamedTuple):
    """From when on which side of an edge was believed in."""

    order_id: OrderId
    condition_id: ConditionId
    at: Micros
    side: Side


@dataclass(slots=True)
class Replayed:
    """What was found, and what was not judged."""

    findings: list[Finding] = field(default_factory=list)
    unknown: int = 0  # of devices without an order
    outside: int = 0  # of no order at that time
    duplicates: int = 0
    conflicts: int = 0  # the same name with other content
    sides: list[Turn] = field(default_factory=list)  # by order, then by time


def replay(
    orders: Iterable[tuple[Ruling, ...]],
    traffic: Sequence[Message],
    *,
    until: Micros | None = None,
    settings: Settings = DEFAULTS,
) -> Replayed:
    """Judge a stream in order of arrival; at the end the clock goes to `until`."""
    runs = [_Run(rulings, settings) for rulings in orders]
    wearing = _wearing(runs)
    done = Replayed()
    seen: dict[tuple[DeviceId, str], Message] = {}
    for message in _until(traffic, until):
        if not _is_known(seen, message, done):
            run = _run_of(wearing, message, done)
            if run is not None:
                run.told.append(message)
    for run in runs:
        run.judge_all()
    clock = max((one.received_at for one in traffic), default=None) if until is None else until
    if clock is not None:
        for run in runs:
            run.found += run.judge.tick(clock, past=run.past)
    done.findings = sorted((one for run in runs for one in run.found), key=sort_key)
    done.sides = [side for run in runs for side in run.sides()]
    return done


def replay_columns(
    rulings: tuple[Ruling, ...],
    positions: Positions,
    others: Sequence[Said],
    *,
    until: Micros,
    settings: Settings = DEFAULTS,
) -> Replayed:
    """Judge one device under one order, from columns; each message comes once, in order of arrival.

    The same findings as `replay` gives for the same messages.
    """
    run = _Run(rulings, settings)
    received, row = positions.received_at, 0
    for at, group in groupby(others, key=lambda one: one.received_at):
        first, end = (int(np.searchsorted(received, at, side)) for side in ("left", "right"))
        run.follow(positions.part(row, first))
        run.take([*map(positions.message, range(first, end)), *group])
        row = end
    run.follow(positions.part(row, len(positions)))
    run.found += run.judge.tick(until, past=run.past)
    return Replayed(findings=sorted(run.found, key=sort_key), sides=run.sides())


class Recorded(NamedTuple):
    """What was known of an order from an instant on, when something was recorded."""

    at: Micros
    rulings: tuple[Ruling, ...]


def replay_recorded(
    known: Sequence[Recorded],
    traffic: Sequence[Message],
    *,
    until: Micros,
    settings: Settings = DEFAULTS,
) -> list[Finding]:
    """Judge one order as it was judged then: each version counts from when it was recorded.

    `traffic` is what was stored of this order, in order of arrival; nothing is sifted again.
    """
    run, rest = _Run(known[0].rulings, settings), list(traffic)
    run.judge.turns = None  # the service does not take sides down either
    for one in known:
        run.told = list(takewhile(lambda said: said.received_at < one.at, rest))  # noqa: B023
        rest = rest[len(run.told) :]
        run.judge_all()
        run.found += run.judge.rule(one.rulings, one.at, past=run.past)
    run.told = rest
    run.judge_all()
    run.found += run.judge.tick(until, past=run.past)
    return sorted(run.found, key=sort_key)


class _Run:
    """One order while it is judged."""

    def __init__(self, rulings: tuple[Ruling, ...], settings: Settings) -> None:
        self.rulings = rulings
        self.judge = OrderJudge(rulings, settings=settings)
        self.turns: Turns = []
        self.judge.turns = self.turns
        self.told: list[Message] = []  # in order of arrival
        self.taken: list[Message | Positions] = []
        self.found: list[Finding] = []

    def past(self, since: Micros) -> list[Message]:
        found: list[Message] = []
        for told in self.taken:
            if isinstance(told, Positions):
                found += map(told.message, np.flatnonzero(told.at >= since).tolist())
            elif told.at >= since:
                found.append(told)
        return found

    def judge_all(self) -> None:
        """Judge positions of one device as columns, and all else as it arrived together."""
        arrivals = [list(one) for _, one in groupby(self.told, key=lambda one: one.received_at)]
        for device, group in groupby(arrivals, key=_only_device):
            if device is None:
                for together in group:
                    self.take(together)
            else:
                fixes = [one for each in group for one in each if isinstance(one, Position)]
                self.follow(positions_of(fixes))

    def take(self, together: list[Message]) -> None:
        """Judge what arrived together."""
        self.found += self.judge.take(together, past=self.past)
        self.taken += together

    def follow(self, columns: Positions) -> None:
        """Judge positions as they arrived."""
        if len(columns):
            self.found += self.judge.follow(columns, past=self.past)
            self.taken.append(columns)

    def sides(self) -> list[Turn]:
        """List which side was believed in, as it was judged last."""
        return [Turn(self.rulings[0].order_id, *one) for one in self.turns]


def _only_device(messages: list[Message]) -> tuple[DeviceId, int] | None:
    """Name the device and epoch of messages that are all its positions."""
    names = {(one.device_id, one.epoch) for one in messages}
    if len(names) > 1 or not all(isinstance(one, Position) for one in messages):
        return None
    return names.pop()


def _until(traffic: Iterable[Message], until: Micros | None) -> Iterator[Message]:
    """List what arrived in time, with a clock of receipt that only rises (contract §5)."""
    clock = Micros(0)
    for message in traffic:
        if until is not None and message.received_at > until:
            continue
        clock = Micros(max(clock, message.received_at))
        yield message if message.received_at == clock else replace(message, received_at=clock)


_Wearing = dict[DeviceId, list[tuple[Interval, _Run]]]


def _wearing(runs: Iterable[_Run]) -> _Wearing:
    found: _Wearing = {}
    for run in runs:
        for device_id, span in worn(run.rulings):
            found.setdefault(device_id, []).append((span, run))
    return found


def _run_of(wearing: _Wearing, message: Message, done: Replayed) -> _Run | None:
    spans = wearing.get(message.device_id)
    if spans is None:
        done.unknown += 1
        return None
    run = next((run for span, run in spans if span.holds(message.at)), None)
    if run is None or message.received_at > run.rulings[-1].during.end + 7 * DAY:
        done.outside += 1
        return None
    return run


def _is_known(seen: dict[tuple[DeviceId, str], Message], message: Message, done: Replayed) -> bool:
    name = (message.device_id, name_of(message))
    before = seen.setdefault(name, message)
    if before is message:
        return False
    if ref_of(before) == ref_of(message):
        done.duplicates += 1
    else:
        done.conflicts += 1
    return True


def name_of(message: Message) -> str:
    """Name a message: epoch and number, or its content when it has no number."""
    if message.seq is not None:
        return f"{message.epoch}:{message.seq}"
    return ref_of(message)


def by_order(versions: Iterable[Ruling]) -> list[tuple[Ruling, ...]]:
    """Gather versions by order, oldest first."""
    found: dict[OrderId, list[Ruling]] = {}
    for ruling in versions:
        found.setdefault(ruling.order_id, []).append(ruling)
    return [tuple(sorted(each, key=lambda one: one.version)) for each in found.values()]
