"""Who judges what is stored? One engine: journal order in, states, findings and alerts out.

States, findings, alerts and the position are written in one transaction, so that after a crash
everything goes on exactly where the last commit was.
Units: µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import msgspec

from fairtag.app import raise_alerts
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.intake.messages import Message, Position
from fairtag.orders.model import Ruling
from fairtag.rules.finding import Finding
from fairtag.rules.judge import OrderJudge, Past
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros

_BATCH = 100  # entries; a device that speaks in bulk must not make an urgent one wait
_REPLAYED = 5_000  # entries; each look opens every chunk that holds some of them
_EVIDENCE_BEFORE = 15 * MINUTE
_EVIDENCE_MOST = 200


@dataclass(slots=True)
class _Batch:
    """What judging some entries gives, before it is written."""

    touched: dict[OrderId, WearerId] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    evidence: dict[str, list[Position]] = field(default_factory=dict)  # by finding id


@dataclass(slots=True)
class _Taken:
    """What an order's judge was given before: earlier entries, and this one's messages so far."""

    before: Past
    taken: list[Message] = field(default_factory=list)

    def __call__(self, since: Micros) -> list[Message]:
        return [*self.before(since), *(one for one in self.taken if one.at >= since)]


class Engine:
    """Judges in journal order; one a store."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._judges: dict[OrderId, OrderJudge] = {}
        self._wearers: dict[OrderId, WearerId] = {}
        self._ticked: set[OrderId] = set()  # their tick waits to be judged
        self._upto = 0
        self._is_whole = False  # memory is what the last commit says

    def start(self) -> None:
        """Load the states of the last commit; a judge for each order, also one that never spoke."""
        self._judges.clear()
        self._ticked.clear()
        self._upto, states, facts = self._house.store.read(
            lambda tx: (tx.verdicts.judged_upto(), list(tx.verdicts.states()), tx.orders.facts())
        )
        kept = dict(states)
        for one in facts:
            self._wearers[one.order_id] = one.wearer_id
            dump = kept.get(one.order_id)
            if dump is not None:
                rulings = self._rulings(one.order_id, self._known_at(one.order_id))
                self._judges[one.order_id] = OrderJudge.load(dump, rulings)
        self._is_whole = True

    @property
    def upto(self) -> int:
        """Tell the journal position up to which everything is judged."""
        return self._upto

    def step(self) -> int:
        """Judge what is stored and not judged yet; tells how many entries. Callers loop.

        What fails leaves nothing behind: the next step starts from the last commit again.
        """
        if not self._is_whole:
            self.start()
        after = self._upto
        entries = self._house.store.read(lambda tx: tx.journal.after(after, limit=_BATCH))
        if not entries:
            return 0
        batch = _Batch()
        self._is_whole = False
        for entry in entries:
            self._judge(entry, batch)
        self._write(batch, entries[-1].n)
        self._is_whole = True
        return len(entries)

    def tick(self) -> int:
        """Write a tick for each order whose timer fell due; `step` then judges it."""
        now = self._house.clock.now()
        due = [
            order_id
            for order_id, judge in self._judges.items()
            if judge.due is not None and judge.due <= now and order_id not in self._ticked
        ]
        if due:
            ticks = [self._entry(order_id, now) for order_id in due]
            self._house.store.transact(lambda tx: [tx.journal.append(one) for one in ticks])
            self._ticked.update(due)
        return len(due)

    def digest_input(self) -> list[tuple[OrderId, bytes]]:
        """List the states as they are, for a comparison with a clean replay."""
        return sorted((order_id, judge.dump()) for order_id, judge in self._judges.items())

    def _entry(self, order_id: OrderId, now: Micros) -> JournalEntry:
        return JournalEntry(
            what="tick",
            order_id=order_id,
            wearer_id=self._wearers[order_id],
            received_at=now,
        )

    def _judge(self, entry: JournalEntry, batch: _Batch) -> None:
        order_id = entry.order_id
        self._wearers[order_id] = entry.wearer_id
        self._ticked.discard(order_id)
        past = self._past(entry)
        found = self._fold(self._judge_of(entry), entry, past)
        batch.touched[order_id] = entry.wearer_id
        batch.findings += found
        for one in found:
            batch.evidence.setdefault(one.finding_id, self._evidence(one, past))

    def _fold(self, judge: OrderJudge, entry: JournalEntry, past: _Taken) -> list[Finding]:
        match entry.what:
            case "messages":
                found = judge.take(entry.messages, past=past)
                past.taken += entry.messages
                return found
            case "tick":
                return judge.tick(entry.received_at, past=past)
            case "ruling":
                rulings = self._rulings(entry.order_id, entry.received_at)
                return judge.rule(rulings, entry.received_at, past=past)

    def _judge_of(self, entry: JournalEntry) -> OrderJudge:
        judge = self._judges.get(entry.order_id)
        if judge is None:
            judge = OrderJudge(self._rulings(entry.order_id, entry.received_at))
            self._judges[entry.order_id] = judge
        return judge

    def _rulings(self, order_id: OrderId, as_of: Micros | None) -> tuple[Ruling, ...]:
        return self._house.store.read(lambda tx: tx.orders.rulings(order_id, as_of=as_of))

    def _known_at(self, order_id: OrderId) -> Micros | None:
        """Tell up to when the last commit knew of versions, so that a restart knows no more."""
        upto = self._upto
        return self._house.store.read(lambda tx: tx.journal.last_ruling(order_id, upto=upto))

    def _past(self, entry: JournalEntry) -> _Taken:
        def before(since: Micros) -> list[Message]:
            return self._house.store.read(
                lambda tx: tx.journal.past(entry.order_id, since=since, upto=entry.n - 1)
            )

        return _Taken(before)

    def _evidence(self, finding: Finding, past: Past) -> list[Position]:
        since = finding.began_at - _EVIDENCE_BEFORE
        chosen = [
            one
            for one in past(Micros(since))
            if isinstance(one, Position) and one.at <= finding.decided_at
        ]
        chosen.sort(key=lambda one: one.at)
        if len(chosen) <= _EVIDENCE_MOST:
            return chosen
        # How it began and how it stands now say most about a matter that lasts for hours.
        return [*chosen[: _EVIDENCE_MOST // 2], *chosen[-_EVIDENCE_MOST // 2 :]]

    def _raise(self, tx: Transaction, finding: Finding, batch: _Batch, now: Micros) -> None:
        wearer_id = batch.touched[finding.order_id]
        new_id = partial(new_alert_id, self._house)
        changed = raise_alerts.apply(tx, finding, now=now, new_id=new_id, wearer_id=wearer_id)
        positions = batch.evidence[finding.finding_id]
        if changed and positions:
            tx.alerts.keep_evidence(
                changed[0],
                wearer_id=wearer_id,
                at=now,
                sealed_from=msgspec.json.encode(positions),
            )

    def _write(self, batch: _Batch, upto: int) -> None:
        now = self._house.clock.now()

        def work(tx: Transaction) -> int:
            for order_id, wearer_id in batch.touched.items():
                tx.verdicts.put_state(order_id, wearer_id, self._judges[order_id].dump())
            for finding in batch.findings:
                tx.verdicts.add(finding, wearer_id=batch.touched[finding.order_id])
                self._raise(tx, finding, batch, now)
            tx.verdicts.set_judged_upto(upto)
            return upto

        self._upto = self._house.store.transact(work)
        if batch.findings:
            self._house.changes.publish()


def _entries(tx: Transaction, *, after: int) -> list[JournalEntry]:
    return tx.journal.after(after, limit=_REPLAYED)


def clean_replay(house: House) -> list[tuple[OrderId, bytes]]:
    """Judge the whole journal again from nothing and write nothing; gives what the states should
    be.
    """
    engine, after = Engine(house), 0
    while entries := house.store.read(partial(_entries, after=after)):
        for entry in entries:
            engine._judge(entry, _Batch())  # noqa: SLF001 - the engine's own other mode
        after = entries[-1].n
    return engine.digest_input()
