"""What does the engine hold in memory? Orders that are still, side by side; judges of those that
are not, and of some that spoke lately; of the others, when their next timer falls.

A state is written long after its order spoke, many at a time and bounded: what it lacks then is in
the journal. So each order is whole, or *behind*: known from which position on its state lacks some.
Units: µs UTC; positions are those of the journal.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from fairtag.app.house import House
from fairtag.app.judging.book import Head, JudgeState
from fairtag.app.ports import Transaction
from fairtag.custody.stack import Row, stacked
from fairtag.orders.kept import rulings as kept
from fairtag.rules.judge import OrderJudge, Rulings
from fairtag.rules.many.kept import moved_of, read
from fairtag.rules.many.quiet import QuietOrders, Requests
from fairtag.rules.many.still import Moved
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros

# Judges; measured: some 20 kB each. An order falls to its judge once in many minutes.
_MOST = 10_000
# Of orders that lie among many: one with a circle and a square takes 1.5 kB, and names some 0.3 kB
# more. Those beyond are woken when they speak.
_MOST_BYTES = 2 << 30
# A restart judges so many entries again: some seconds, since nearly all are taken many at once. A
# state costs as much as ten requests, so it must not be written for each.
_LAG = 150_000
_LAG_TIME = MINUTE  # and a quiet house is whole soon
# Timers that fall in one round: when a curfew begins for everybody, devices still get their turn.
_FALLEN = 100
_AT_ONCE = 200  # more than a step makes late, so that none waits for long; milliseconds to seal


class Judges:
    """The judges of a store's orders."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._wearers: dict[OrderId, WearerId] = {}
        self._judges: dict[OrderId, OrderJudge] = {}
        self._quiet = QuietOrders()  # what is newer there is put back before a judge is asked
        self._stored: set[OrderId] = set()  # orders that have a state
        self._changed: set[OrderId] = set()  # whose judge may differ from its state
        self._behind: dict[OrderId, tuple[int, Micros]] = {}  # since when, the oldest first
        self._due: dict[OrderId, Micros] = {}
        self._queued: dict[OrderId, Micros] = {}
        self._timers: list[tuple[Micros, OrderId]] = []  # a heap

    def begin(self, heads: Iterable[Head]) -> None:
        """Know what is stored, and nothing else."""
        self._judges.clear()
        self._behind.clear()
        self._changed.clear()
        self._quiet = QuietOrders()
        told = list(heads)
        self._wearers = {one.order_id: one.wearer_id for one in told}
        self._stored = set(self._wearers)
        self._due = {one.order_id: one.due for one in told if one.due is not None}
        self._queued = dict(self._due)
        self._timers = [(due, order_id) for order_id, due in self._due.items()]
        heapq.heapify(self._timers)

    def wearer(self, order_id: OrderId) -> WearerId:
        """Tell who wears the device under an order that is known here."""
        return self._wearers[order_id]

    def get(self, order_id: OrderId) -> OrderJudge | None:
        """Give the judge of an order as it stands; None when it never had one.

        Whoever asks may let it take something.
        """
        moved = self._quiet.leave(order_id) if order_id in self._quiet else None
        judge = self._settled(order_id, moved)
        if judge is not None:
            self._judges[order_id] = judge
            self._changed.add(order_id)
        return judge

    def put(self, order_id: OrderId, wearer_id: WearerId, judge: OrderJudge) -> None:
        """Take the first judge of an order."""
        self._wearers[order_id] = wearer_id
        self._judges[order_id] = judge
        self._changed.add(order_id)

    def lack(self, rows: Iterable[Row], now: Micros) -> None:
        """Say that what is stored lacks these rows, all of them, in their order."""
        for one in rows:
            self._behind.setdefault(one.order_id, (one.n, now))

    def note(self, order_id: OrderId) -> None:
        """Say that a judge took something."""
        due = self._judges[order_id].due
        if due is None:
            self._due.pop(order_id, None)
            return
        self._due[order_id] = due
        self._queue(order_id)

    def take(self, rows: Sequence[Row]) -> list[Row]:
        """Judge what moves nothing but beliefs, many orders at once; gives the rest, in order.

        That lets no timer fall earlier: those of orders that lie there are asked when they fall.
        """
        self._wake(rows)
        told = stacked(rows)
        taken = self._quiet.take(
            Requests(
                orders=[one.order_id for one in rows],
                devices=[one.device_id for one in rows],
                received_at=[one.received_at for one in rows],
                epoch=told.epoch,
                first=told.first,
                end=told.end,
                columns=told.columns,
            )
        )
        return [one for one, is_taken in zip(rows, taken, strict=True) if not is_taken]

    def calm(self, order_id: OrderId) -> bool:
        """Let an order be taken many at once from now on, if nothing stands against it."""
        still = self._judges[order_id].still()
        if still is not None:
            self._quiet.put(order_id, still)
        return still is not None

    def fallen(self, now: Micros) -> list[OrderId]:
        """List orders whose timer fell due, the first first; each once until it is noted or put off
        again. A bounded number: those that fell later come in the next round.
        """
        found: list[OrderId] = []
        while self._timers and self._timers[0][0] <= now and len(found) < _FALLEN:
            at, order_id = heapq.heappop(self._timers)
            if self._queued.get(order_id) != at:
                continue  # an older word about a timer that falls earlier now
            del self._queued[order_id]
            if order_id in self._quiet:
                self._due[order_id] = self._quiet.due(order_id)
            if self._due.get(order_id, at) <= now:
                found.append(order_id)
            else:
                self._queue(order_id)
        # Not as they were queued: a house that was started again has the same order.
        return [
            one for _, one in sorted((self._due[one], one) for one in found if one in self._due)
        ]

    def put_off(self, orders: Iterable[OrderId]) -> None:
        """Let timers fall again."""
        for order_id in orders:
            self._queue(order_id)

    def late(self, upto: int, now: Micros) -> list[JudgeState]:
        """Give states that must be written now, the oldest first; a bounded number."""
        found: list[JudgeState] = []
        is_full = len(self._judges) > _MOST  # a judge can go once its state is written
        for order_id, (n, since) in self._behind.items():
            is_late = is_full or n <= upto - _LAG or since <= now - _LAG_TIME
            if len(found) == _AT_ONCE or not is_late:
                break
            found.append(self._state(order_id, upto))
        return found

    def every(self, upto: int) -> Iterator[list[JudgeState]]:
        """Give all states that lack something, in parts; each is given before the next."""
        while self._behind:
            orders = [order_id for order_id, _ in zip(self._behind, range(_AT_ONCE), strict=False)]
            yield [self._state(order_id, upto) for order_id in orders]

    def whole(self, upto: int, states: Iterable[JudgeState]) -> int:
        """Tell up to which position every state holds everything once some more are written."""
        gone = {one.order_id for one in states}
        left = (n for order_id, (n, _) in self._behind.items() if order_id not in gone)
        return next(left, upto + 1) - 1

    def gave(self, states: Iterable[JudgeState]) -> None:
        """Say that states are with the writer: they lack what is said from now on."""
        for one in states:
            del self._behind[one.order_id]
            self._changed.discard(one.order_id)

    def wrote(self, states: Iterable[JudgeState], *, left_out: Collection[OrderId]) -> None:
        """Say that states are written, but those left out; lets go where there is too much.

        An order that is still goes on without its judge: its state and what was moved since are
        its judge. One that spoke while it was written stays.
        """
        for one in states:
            if one.order_id in left_out:
                self._changed.add(one.order_id)
                continue
            self._stored.add(one.order_id)
            if one.order_id in self._behind:
                continue
            if len(self._judges) > _MOST:
                self._judges.pop(one.order_id, None)
            if one.still and self._quiet.size > _MOST_BYTES:
                self._due[one.order_id] = self._quiet.due(one.order_id)
                self._quiet.leave(one.order_id)
                self._queue(one.order_id)

    def dumps(self, of: Callable[[OrderId], bool]) -> list[tuple[OrderId, bytes]]:
        """List states as they are, loaded or not, for a comparison."""
        found = []
        for order_id in sorted(filter(of, {*self._stored, *self._judges})):
            judge = self._settled(order_id)
            if judge is not None:
                found.append((order_id, judge.dump()))
        return found

    def _wake(self, rows: Iterable[Row]) -> None:
        """Let stored orders lie among many again, as they did, before they are asked for."""
        asked = {
            one.order_id
            for one in rows
            if one.order_id not in self._quiet
            and one.order_id not in self._judges
            and one.order_id in self._stored
        }
        if asked:
            for name, told in self._house.store.read(lambda tx: tx.verdicts.stills(sorted(asked))):
                self._quiet.wake(name, told)

    def _state(self, order_id: OrderId, upto: int) -> JudgeState:
        told: dict[str, Any] = {"order_id": order_id, "upto": upto}
        told["wearer_id"] = self._wearers[order_id]
        if order_id in self._quiet:
            told["still"] = self._quiet.write(order_id)
            if order_id not in self._changed:
                return JudgeState(**told, due=self._quiet.due(order_id), dump=None)
        judge = self._settled(order_id)
        if judge is None:  # its key went, and it is not written either
            return JudgeState(**told, due=None, dump=b"")
        return JudgeState(
            **told, due=judge.due, dump=judge.dump(), rulings=kept.write(judge.rulings)
        )

    def _settled(self, order_id: OrderId, moved: Moved | None = None) -> OrderJudge | None:
        """Give a judge up to date; `moved` is what moved it of late, unless it lies among many."""
        if order_id in self._quiet:
            moved = self._quiet.get(order_id)
        judge = self._judges.get(order_id)
        if judge is None:
            return self._loaded(order_id, moved) if order_id in self._stored else None
        if moved is not None:
            judge.settle(moved)
        return judge

    def _queue(self, order_id: OrderId) -> None:
        due = self._due[order_id]
        queued = self._queued.get(order_id)
        if queued is None or due < queued:
            self._queued[order_id] = due
            heapq.heappush(self._timers, (due, order_id))

    def _loaded(self, order_id: OrderId, moved: Moved | None) -> OrderJudge | None:
        found = self._house.store.read(partial(_looked_up, order_id=order_id))
        if found is None:
            return None
        state, rulings = found
        if moved is None and state.still is not None:
            moved = moved_of(read(state.still)[0])
        return OrderJudge.load(state.dump or b"", rulings, moved=moved)


def _looked_up(tx: Transaction, *, order_id: OrderId) -> tuple[JudgeState, Rulings] | None:
    """Give an order's state, and its versions as its judge was told them."""
    found = tx.verdicts.state(order_id)
    if found is None:
        return None
    rulings = None if found.rulings is None else kept.read(found.rulings)
    if rulings is None:
        # No version that was recorded later: a restart knows no more.
        known_at = tx.journal.last_ruling(order_id, upto=found.upto)
        rulings = tx.orders.rulings(order_id, as_of=known_at)
    return found, rulings
