"""Who judges what is stored? One engine: journal order in, states, findings and alerts out.

Findings, alerts and the position are written in one transaction. States are written seldom: after a
crash what they lack is judged again, which gives the same findings, and only those are written that
are not there. So everything goes on exactly where the last commit was.
Units: µs UTC.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from functools import partial

import msgspec

from fairtag.alerts.live import let_through
from fairtag.app import raise_alerts
from fairtag.app.house import House
from fairtag.app.judging.book import JudgeState
from fairtag.app.judging.memory import Judges
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import JournalEntry, Transaction
from fairtag.custody.stack import Row
from fairtag.intake.messages import Message, Position
from fairtag.orders.model import Ruling
from fairtag.rules.finding import Finding
from fairtag.rules.judge import OrderJudge, Past
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros

# Entries a step: as many as take so long, so that an urgent one that comes after them waits no more
# than a tenth of a second, and a commit is shared by many.
_STEP_S = 0.05
_LEAST, _MOST = 100, 2_000
_REPLAYED = 5_000  # rows; each look opens every chunk that holds some of them
Rulings = tuple[Ruling, ...]
Chosen = Callable[[OrderId], bool]
_EVIDENCE_BEFORE = 15 * MINUTE
_EVIDENCE_MOST = 200


@dataclass(slots=True)
class _Batch:
    """What judging some entries gives, before it is written."""

    touched: dict[OrderId, WearerId] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # of the entry that each finding is from
    evidence: dict[str, list[Position]] = field(default_factory=dict)  # by finding id

    def in_order(self) -> list[Finding]:
        """List findings in the order of the journal."""
        told = sorted(range(len(self.findings)), key=self.places.__getitem__)
        return [self.findings[n] for n in told]


@dataclass(slots=True)
class _Taken:
    """What an order's judge was given before: earlier entries, and this one's messages so far."""

    before: Past
    taken: list[Message] = field(default_factory=list)

    def __call__(self, since: Micros) -> list[Message]:
        return [*self.before(since), *(one for one in self.taken if one.at >= since)]


@dataclass(frozen=True, slots=True)
class _Flight:
    """What is with the writer."""

    upto: int
    states: Sequence[JudgeState]
    has_findings: bool
    left_out: Future[frozenset[OrderId]]  # orders whose key went


class Engine:
    """Judges in journal order; one a store."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._judges = Judges(house)
        self._upto = 0  # judged
        self._written = 0  # and committed
        self._flight: _Flight | None = None
        self._limit = _LEAST  # entries of the next step
        self._is_whole = False  # memory is what the last commit says, with what is in flight

    def start(self) -> None:
        """Load what the last commits wrote, and judge again what the states lack."""
        self._ground()
        self._upto, whole, heads = self._house.store.read(
            lambda tx: (tx.verdicts.judged_upto(), tx.verdicts.whole_upto(), tx.verdicts.heads())
        )
        self._written = self._upto
        self._judges.begin(heads)
        known = {one.order_id: one.upto for one in heads if one.upto > whole}
        for entries in self._between(whole, self._upto):
            batch = _Batch()
            self._judge_all([one for one in entries if one.n > known.get(one.order_id, 0)], batch)
            found = self._house.store.read(partial(_missing, findings=batch.in_order()))
            if found:
                # No state yet: it would say that it holds what the next parts tell.
                self._submit((), self._upto, self._told(found, batch))
                self._land()
        self._is_whole = True

    @property
    def upto(self) -> int:
        """Tell the journal position up to which everything is judged, and written."""
        return self._written

    def step(self) -> int:
        """Judge what is stored and not judged yet; tells how many entries. Callers loop.

        While more waits than a step takes, the next is judged while this one is written; all is
        written when nothing waits. What fails leaves nothing behind: the next step starts from the
        last commit again.
        """
        if not self._is_whole:
            self.start()
        begun = time.monotonic()
        rows = self._house.store.read(partial(_rows, after=self._upto, limit=self._limit))
        if not rows:
            self._rest()
            return 0
        batch = _Batch()
        self._is_whole = False
        self._judge_all(rows, batch)
        self._land()
        self._write(batch.in_order(), batch, rows[-1].n)
        if len(rows) < self._limit or batch.findings:
            self._land()
        self._is_whole = True
        self._pace(len(rows), time.monotonic() - begun)
        return len(rows)

    def _pace(self, done: int, took_s: float) -> None:
        """Take as many entries next time as there is time for."""
        if done == self._limit or took_s > _STEP_S:
            wanted = min(int(done * _STEP_S / max(took_s, 1e-6)), 2 * self._limit)
            self._limit = max(_LEAST, min(wanted, _MOST))

    def tick(self) -> int:
        """Write a tick for each order whose timer fell due; `step` then judges it."""
        now = self._house.clock.now()
        due = self._judges.fallen(now)
        if due:
            ticks = [self._entry(order_id, now) for order_id in due]
            try:
                self._house.store.transact(lambda tx: [tx.journal.append(one) for one in ticks])
            except BaseException:
                self._judges.put_off(due)
                raise
        return len(due)

    def keep_all(self) -> int:
        """Write every state that lacks something, before the service ends; tells how many."""
        if not self._is_whole:
            return 0  # what is in memory is not what was committed
        self._is_whole = False
        self._land()
        kept = sum(map(self._keep, self._judges.every(self._upto)))
        self._is_whole = True
        return kept

    def digest_input(self, *, of: Chosen = lambda _: True) -> list[tuple[OrderId, bytes]]:
        """List the states as they are, for a comparison with a clean replay."""
        return self._judges.dumps(of)

    def known(self, order_id: OrderId) -> OrderJudge | None:
        """Give the judge of an order as it stands."""
        return self._judges.get(order_id)

    def _between(self, after: int, upto: int) -> Iterator[list[Row]]:
        """Give the entries between two positions, in parts.

        Those that can't be opened any more concern nobody's state: their wearer's key went.
        """
        while after < upto:
            try:
                found = self._house.store.read(partial(_rows, after=after, limit=_MOST))
            except SealBroken:
                found = self._one_by_one(after, min(upto, after + _MOST))
                after = min(upto, after + _MOST)
            else:
                if not found:
                    return
                after = found[-1].n
            yield [one for one in found if one.n <= upto]

    def _one_by_one(self, after: int, upto: int) -> list[Row]:
        found: list[Row] = []
        for n in range(after, upto):
            try:
                one = self._house.store.read(partial(_rows, after=n, limit=1))
            except SealBroken:
                continue
            found += [each for each in one if each.n == n + 1]
        return found

    def _rest(self) -> None:
        """Let states catch up while nothing waits."""
        self._is_whole = False
        self._land()
        states = self._judges.late(self._upto, self._house.clock.now())
        if states:
            self._keep(states)
        self._is_whole = True

    def _keep(self, states: Sequence[JudgeState]) -> int:
        self._submit(states, self._upto)
        self._land()
        return len(states)

    def _entry(self, order_id: OrderId, now: Micros) -> JournalEntry:
        return JournalEntry(
            what="tick",
            order_id=order_id,
            wearer_id=self._judges.wearer(order_id),
            received_at=now,
        )

    def _judge_all(self, rows: Sequence[Row], batch: _Batch) -> None:
        """Judge rows; those that move nothing but beliefs all at once.

        One that does more goes to its order's judge. Those that follow it for the same order are
        taken at once again, if the order is still by then.
        """
        self._judges.lack(rows, self._house.clock.now())
        left = rows
        while left:
            again: list[Row] = []
            calm: set[OrderId] = set()
            for row in self._judges.take(left):
                if row.order_id in calm:
                    again.append(row)
                    continue
                self._judge(row.entry(), batch)
                if self._judges.calm(row.order_id):
                    calm.add(row.order_id)
            left = again

    def _judge(self, entry: JournalEntry, batch: _Batch) -> None:
        order_id = entry.order_id
        past = self._past(entry)
        judge, known = self._judges.get(order_id), None
        if judge is None:
            known = self._rulings(order_id, entry.received_at)
            judge = OrderJudge(known)
            self._judges.put(order_id, entry.wearer_id, judge)
        found = self._fold(judge, entry, past, known)
        self._judges.note(order_id)
        batch.touched[order_id] = entry.wearer_id
        batch.findings += found
        batch.places += [entry.n] * len(found)
        for one in found:
            batch.evidence.setdefault(one.finding_id, self._evidence(one, past))

    def _fold(
        self, judge: OrderJudge, entry: JournalEntry, past: _Taken, known: Rulings | None
    ) -> list[Finding]:
        """Let a judge take an entry; `known` are the order's versions, if they were just read."""
        match entry.what:
            case "messages":
                messages = entry.messages
                found = judge.take(messages, past=past)
                past.taken += messages
                return found
            case "tick":
                return judge.tick(entry.received_at, past=past)
            case "ruling":
                rulings = known or self._rulings(entry.order_id, entry.received_at)
                return judge.rule(rulings, entry.received_at, past=past)

    def _rulings(self, order_id: OrderId, as_of: Micros | None) -> Rulings:
        return self._house.store.read(lambda tx: tx.orders.rulings(order_id, as_of=as_of))

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

    def _write(self, findings: Sequence[Finding], batch: _Batch, upto: int) -> None:
        self._upto = upto
        states = self._judges.late(upto, self._house.clock.now())
        self._submit(states, upto, self._told(findings, batch) if findings else None)

    def _told(self, findings: Sequence[Finding], batch: _Batch) -> Callable[[Transaction], None]:
        """Give the work that writes findings and raises what they ask for."""
        now, let = self._house.clock.now(), let_through(findings)

        def work(tx: Transaction) -> None:
            for finding, is_let in zip(findings, let, strict=True):
                tx.verdicts.add(finding, wearer_id=batch.touched[finding.order_id])
                if is_let:
                    self._raise(tx, finding, batch, now)

        return work

    def _submit(
        self,
        states: Sequence[JudgeState],
        upto: int,
        more: Callable[[Transaction], None] | None = None,
    ) -> None:
        """Give the writer states, and more that belongs to the same position."""
        whole = self._judges.whole(upto, states)

        def work(tx: Transaction) -> frozenset[OrderId]:
            left_out = tx.verdicts.put_states(states)
            if more is not None:
                more(tx)
            tx.verdicts.set_judged_upto(upto, whole=whole)
            return left_out

        # What somebody is to be told goes before what devices say: an alert waits for no group.
        future = self._house.store.submit(work, is_urgent=more is not None)
        self._flight = _Flight(upto, states, more is not None, future)
        self._judges.gave(states)

    def _ground(self) -> None:
        """Wait until nothing is in flight, whatever came of it: the store says."""
        flight, self._flight = self._flight, None
        if flight is not None:
            wait([flight.left_out])

    def _land(self) -> None:
        """Wait until what is in flight is committed.

        Raises: whatever the writer says; memory is then no longer what was committed.
        """
        flight, self._flight = self._flight, None
        if flight is None:
            return
        left_out = flight.left_out.result()
        self._written = flight.upto
        self._judges.wrote(flight.states, left_out=left_out)
        if flight.has_findings:
            self._house.changes.publish()


def _rows(tx: Transaction, *, after: int, limit: int, from_memory: bool = True) -> list[Row]:
    return tx.journal.rows_after(after, limit=limit, from_memory=from_memory)


def _missing(tx: Transaction, *, findings: Sequence[Finding]) -> list[Finding]:
    """List what is not stored: what was judged before by the same rules is, all of it."""
    found = []
    for one in findings:
        latest = tx.verdicts.latest(one.finding_id)
        if latest is None or latest.rev < one.rev:
            found.append(one)
    return found


def clean_replay(house: House, *, of: Chosen = lambda _: True) -> list[tuple[OrderId, bytes]]:
    """Judge the journal again from nothing, write nothing; gives what states should be."""
    engine, after = Engine(house), 0
    stored = partial(_rows, limit=_REPLAYED, from_memory=False)
    while rows := house.store.read(partial(stored, after=after)):
        for row in rows:
            if of(row.order_id):
                engine._judge(row.entry(), _Batch())  # noqa: SLF001 - the engine's own other mode
        after = rows[-1].n
    return engine.digest_input(of=of)
