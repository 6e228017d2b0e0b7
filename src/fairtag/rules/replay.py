"""What does a recorded stream give, without a store? The same judge, fed from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from msgspec.structs import replace

from fairtag.intake.messages import Message, ref_of
from fairtag.orders.inforce import worn
from fairtag.orders.model import Ruling
from fairtag.rules.finding import Finding, sort_key
from fairtag.rules.judge import OrderJudge
from fairtag.rules.settings import DEFAULTS, Settings
from fairtag.terms.ids import DeviceId, OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval


@dataclass(slots=True)
class Replayed:
    """What was found, and what was not judged."""

    findings: list[Finding] = field(default_factory=list)
    unknown: int = 0  # of devices without an order
    outside: int = 0  # of no order at that time
    duplicates: int = 0
    conflicts: int = 0  # the same name with other content


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
    for _, together in groupby(_until(traffic, until), key=lambda one: one.received_at):
        new = [one for one in together if not _is_known(seen, one, done)]
        _hand_over(wearing, new, done)
    clock = max((one.received_at for one in traffic), default=None) if until is None else until
    if clock is not None:
        for run in runs:
            run.found += run.judge.tick(clock, past=run.past)
    done.findings = sorted((one for run in runs for one in run.found), key=sort_key)
    return done


class _Run:
    """One order while it is judged."""

    def __init__(self, rulings: tuple[Ruling, ...], settings: Settings) -> None:
        self.rulings = rulings
        self.judge = OrderJudge(rulings, settings=settings)
        self.taken: list[Message] = []
        self.found: list[Finding] = []

    def past(self, since: Micros) -> list[Message]:
        return [one for one in self.taken if one.at >= since]

    def take(self, messages: list[Message]) -> None:
        self.found += self.judge.take(messages, past=self.past)
        self.taken += messages


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


def _hand_over(wearing: _Wearing, messages: Iterable[Message], done: Replayed) -> None:
    """Give messages that arrived together to the orders that they are about."""
    shares: dict[OrderId, tuple[_Run, list[Message]]] = {}
    for message in messages:
        run = _run_of(wearing, message, done)
        if run is not None:
            shares.setdefault(run.rulings[0].order_id, (run, []))[1].append(message)
    for run, share in shares.values():
        run.take(share)


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
