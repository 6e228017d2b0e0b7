"""What is found when an order's messages, versions and the clock come in, in order of arrival?

Event time decides; data that come late are judged again from a snapshot, and what changed is
corrected or withdrawn. The clock is the receipt clock; it only rises.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from fairtag.intake.columns import Positions, first_of, runs
from fairtag.intake.messages import Message
from fairtag.orders.model import Absence, Ruling
from fairtag.rules.anew.calls import calls_of
from fairtag.rules.anew.differs import first_difference
from fairtag.rules.anew.judged import IN_TIME, Judged, Late
from fairtag.rules.anew.snapshots import Snapshot, reach_of, start_before, thinned
from fairtag.rules.book import (
    Telling,
    Told,
    compare,
    excuse,
    explain,
    tell,
)
from fairtag.rules.excused.covered import covered, holds
from fairtag.rules.excused.silences import last_silence, silences_of
from fairtag.rules.finding import AGAINST_WEARER, Finding, State
from fairtag.rules.many.still import Moved, Still, settle, still_of
from fairtag.rules.matter import Matter
from fairtag.rules.quiet import Now, arrived_with, quiet_until
from fairtag.rules.run import Run
from fairtag.rules.settings import DEFAULTS, Settings
from fairtag.rules.track import Track, Turns, order_of
from fairtag.rules.view import View, recordings, view_of
from fairtag.rules.watch import Watch
from fairtag.terms.instants import DAY, EARLIEST, SECOND, Micros

Rulings = tuple[Ruling, ...]
Past = Callable[[Micros], Sequence[Message]]
TZDATA = importlib.metadata.version("tzdata")
_BOOK_DAYS = 8
_EXCUSED_DAYS = 60  # an absence recorded within this time after a finding excuses it


class Memory(msgspec.Struct, kw_only=True, array_like=True):
    """All that a judge remembers; the same memory is the same bytes."""

    clock: Micros = Micros(0)
    track: Track = msgspec.field(default_factory=Track)
    watch: Watch = msgspec.field(default_factory=Watch)
    book: list[Told] = []
    snapshots: list[Snapshot] = []


class OrderJudge:
    """Judges one order."""

    def __init__(
        self, rulings: Rulings, *, settings: Settings = DEFAULTS, memory: Memory | None = None
    ) -> None:
        self.rulings = rulings
        self._settings = settings
        self._memory = memory or Memory()
        self._view = view_of(rulings, self._memory.clock, settings)
        self._due: Micros | None = None
        self.turns: Turns | None = None  # set to a list, takes down every change of side
        self._refresh()

    def take(self, messages: Sequence[Message], *, past: Past) -> list[Finding]:
        """Judge messages that arrived together; `past` gives what was taken before them.

        They are judged by event time, whatever their order: half of an upload decides nothing.
        """
        arrived = max((one.received_at for one in messages), default=self._memory.clock)
        found = self._to(Micros(max(self._memory.clock, arrived)), past)
        # The oldest first: it tells whether a silence was that of a device offline.
        timely = [one for one in sorted(messages, key=order_of) if self._hear(one, found)]
        if timely and not self._memory.track.is_next(timely[0]):
            start = self._start_before(timely[0].at, self._view)
            told = [*past(start), *timely]
            late = Late(*(self._is_late(timely[n].at) for n in (0, -1)))
            found += self._again(start, told, late=late)
        else:
            for at, changes in self._taken(timely):
                found += self._tell(changes, late=self._is_late(at))
        self._refresh()
        return found

    def follow(self, columns: Positions, *, past: Past) -> list[Finding]:
        """Judge positions in the order in which they arrived, each by its own time of receipt.

        The same as `take` for each arrival; a quiet stretch is one walk over columns.
        """
        found: list[Finding] = []
        row = 0

        def told(since: Micros) -> list[Message]:
            rows = range(row)
            return [*past(since), *(columns.message(n) for n in rows if columns.at[n] >= since)]

        while row < len(columns):
            quiet = self._quiet(columns, row)
            if quiet > row:
                row += self._walk(columns.part(row, quiet), found)
                continue
            end = arrived_with(columns, row)
            found += self.take([columns.message(n) for n in range(row, end)], past=told)
            row = end
        return found

    def _quiet(self, columns: Positions, row: int) -> int:
        """Tell up to which row nothing can happen but that places change."""
        memory, device_id = self._memory, columns.device_id
        if not memory.watch.is_calm(device_id, memory.clock, self._view):
            return row
        others = memory.watch.due_without(device_id, memory.clock, self._view)
        fixed = [*self._fixed_times(), memory.track.due(self._view), others]
        now = Now(
            clock=memory.clock,
            hold=min((at for at in fixed if at is not None), default=None),
            heard=memory.watch.heard[device_id].last,
            fixed=memory.watch.heard[device_id].fixed or memory.clock,
            at=memory.track.now,
            silent=last_silence(memory.book, device_id),
        )
        return quiet_until(columns, row, now, self._settings)

    def _walk(self, columns: Positions, found: list[Finding]) -> int:
        """Take a quiet stretch, up to the arrival after which a new timer may fall into it."""
        memory = self._memory
        last = Micros(int(columns.received_at[-1]))
        self._snapshot(Micros(int(columns.at[0])))
        done = rest = 0
        run = Run(memory.track, columns, self._view, self.turns)
        for row, changes in run.steps():
            done = row
            memory.clock = Micros(int(columns.received_at[row - 1]))
            if changes:
                found += self._tell(changes, late=self._is_late(Micros(int(columns.at[row - 1]))))
                due = memory.track.due(self._view)
                if due is not None and due <= last:
                    rest = arrived_with(columns, row - 1) - row
                    break
            if row < len(columns):
                self._snapshot(Micros(int(columns.at[row])))
        memory.watch.hear_all(columns.part(0, done), self._settings)
        self._refresh()
        return done + (self._walk(columns.part(done, done + rest), found) if rest else 0)

    def _hear(self, message: Message, found: list[Finding]) -> bool:
        """Note that a device spoke; tells whether its message is in time to be judged."""
        memory = self._memory
        found += self._tell(memory.watch.hear(message, memory.clock, self._view), late=False)
        if self._is_late(message.at):
            offline = silences_of(memory.book, message)
            found += explain(memory.book, offline, self._by(late=True))
        is_young = memory.clock - message.at <= self._settings.rejudged_days * DAY
        if is_young and (memory.track.is_next(message) or message.at > self._reach(self._view)):
            return True
        late = memory.watch.too_late(message, memory.clock, self._settings)
        late += calls_of(message, memory.book, self._view)
        found += self._tell(late, late=True)
        return False

    def _taken(self, messages: Iterable[Message]) -> Iterator[tuple[Micros, list[Matter]]]:
        """Let the track take messages in their order; gives what changed, and at which one."""
        track = self._memory.track
        for said in runs(messages):
            self._snapshot(first_of(said))
            if not isinstance(said, Positions):
                yield said.at, track.apply(said, self._view)
                continue
            for row, changes in Run(track, said, self._view, self.turns).steps():
                yield Micros(int(said.at[row - 1])), changes
                if row < len(said):
                    self._snapshot(Micros(int(said.at[row])))

    def _is_late(self, at: Micros) -> bool:
        return self._memory.clock - at > self._settings.late_s * SECOND

    def tick(self, clock: Micros, *, past: Past) -> list[Finding]:
        """Let the clock go on without a message."""
        found = self._to(Micros(max(self._memory.clock, clock)), past)
        self._refresh()
        return found

    def rule(self, rulings: Rulings, clock: Micros, *, past: Past) -> list[Finding]:
        """Take a version, suspension or end that was recorded now."""
        found = self._to(Micros(max(self._memory.clock, clock)), past)
        before = self._view
        self.rulings = rulings
        self._view = view_of(rulings, self._memory.clock, self._settings)
        found += self._changed(before, past)
        self._refresh()
        return found

    @property
    def due(self) -> Micros | None:
        """Tell when the next timer falls."""
        return self._due

    def still(self) -> Still | None:
        """Give what a loop over many orders takes on, when it can; see `rules.many`."""
        return still_of(self._memory, self._view, self._fixed_times())

    def settle(self, moved: Moved) -> None:
        """Go on from where such a loop came."""
        settle(self._memory, moved)
        self._refresh()

    def dump(self) -> bytes:
        """Write the memory down."""
        return msgspec.msgpack.encode(self._memory, order="deterministic")

    @classmethod
    def load(
        cls,
        dump: bytes,
        rulings: Rulings,
        *,
        settings: Settings = DEFAULTS,
        moved: Moved | None = None,
    ) -> OrderJudge:
        """Go on from a memory, and from what moved it since."""
        memory = msgspec.msgpack.decode(dump, type=Memory)
        if moved is not None:
            settle(memory, moved)
        return cls(rulings, settings=settings, memory=memory)

    def _to(self, clock: Micros, past: Past) -> list[Finding]:
        """Let the clock come to an instant; timers due on the way fire first, each at its time."""
        found: list[Finding] = []
        while self._due is not None and self._due <= clock:
            self._memory.clock = Micros(max(self._memory.clock, self._due))
            found += self._fire(past)
            self._refresh()
        self._memory.clock = clock
        return found

    def _fire(self, past: Past) -> list[Finding]:
        memory, before = self._memory, self._view
        self._view = view_of(self.rulings, memory.clock, self._settings)
        found = [] if self._view == before else self._changed(before, past)
        due = memory.track.due(self._view)
        if due is not None and due <= memory.clock:
            self._snapshot(due)
            found += self._tell(memory.track.advance(due, self._view), late=False)
        return found + self._tell(memory.watch.pass_time(memory.clock, self._view), late=False)

    def _changed(self, before: View, past: Past) -> list[Finding]:
        """Judge again what a new absence, suspension, end or version touches."""
        memory = self._memory
        since, now = first_difference(before, self._view), memory.track.now
        found: list[Finding] = []
        # What was recorded now has erased nothing before.
        is_past, is_kept = since is not None and since <= now, self._reach(before) < now
        if since is not None and is_past and is_kept:
            earliest = memory.clock - self._settings.rejudged_days * DAY
            start = self._start_before(Micros(max(since, earliest)), before)
            found = self._again(start, list(past(start)), new=self._new(before))
        memory.track.fit(self._view)
        if is_past and not is_kept:
            found += self._tell(memory.track.stand(self._view), late=False)
        found += excuse(memory.book, self._excused_since(before), self._by(late=False))
        return found + self._tell(memory.watch.pass_time(memory.clock, self._view), late=False)

    def _again(
        self,
        start: Micros,
        messages: list[Message],
        *,
        late: Late = IN_TIME,
        new: Sequence[Absence] = (),
    ) -> list[Finding]:
        """Judge everything after the snapshot of an instant again; tell what changed.

        What is gone because of `new` absences is excused; else newer facts do not support it.
        """
        memory, limit = self._memory, self._settings.rejudged_days * DAY
        upto = memory.track.now
        memory.snapshots = [one for one in memory.snapshots if one.now <= start]
        kept = memory.snapshots[-1].track if memory.snapshots else b""
        memory.track = msgspec.msgpack.decode(kept, type=Track) if kept else Track()
        memory.track.fit(self._view)
        if self.turns is not None:
            self.turns[:] = [one for one in self.turns if one[1] <= start]
        judged = Judged(memory.track.open_matters())
        told = [one for one in messages if one.at > start and one.received_at - one.at <= limit]
        told.sort(key=order_of)
        if memory.snapshots and told:
            memory.snapshots[-1].next_at = min(memory.snapshots[-1].next_at, told[0].at)
        for at, changes in self._taken(told):
            judged.add(changes, at)
        self._snapshot(upto)
        judged.add(memory.track.advance(upto, self._view), upto)

        def is_late(matter: Matter, state: State) -> bool:
            if late == IN_TIME and matter.closed_at is None:
                return False  # it goes on: it is told of now
            return late.newest or self._is_late(judged.decided_at(matter, state))

        return compare(
            memory.book,
            judged.matters,
            since=start,
            excused=covered(memory.book, new, memory.clock),
            by=self._by(late=late.oldest),
            is_late=is_late,
        )

    def _new(self, before: View) -> list[Absence]:
        return [one for one in self._view.absences if one not in before.absences]

    def _excused_since(self, before: View) -> set[int]:
        """Find what judging again does not reach: silences, and matters of long ago."""
        memory, view, new = self._memory, self._view, self._new(before)
        return {
            n
            for n, told in enumerate(memory.book)
            if not told.is_final
            and (
                any(holds(absence, told.matter) for absence in new)
                or memory.watch.excuse(told.matter, memory.clock, before, view)
            )
        }

    def _start_before(self, at: Micros, view: View) -> Micros:
        return start_before(self._memory.snapshots, at, self._reach(view))

    def _reach(self, view: View) -> Micros:
        memory = self._memory
        return reach_of(memory.snapshots, view, memory.clock, memory.track.now)

    def _snapshot(self, next_at: Micros) -> None:
        """Keep the track as it stands before it goes into a new stretch of the day."""
        memory = self._memory
        now = memory.track.now
        if not now and not memory.snapshots:
            memory.snapshots.append(Snapshot(now=EARLIEST, track=b"", next_at=next_at))
        last = memory.snapshots[-1].now if memory.snapshots else Micros(0)
        if not now or next_at < self._view.pause_after(now) or now <= last:
            return
        track = msgspec.msgpack.encode(memory.track, order="deterministic")
        memory.snapshots.append(Snapshot(now=now, track=track, next_at=next_at))
        memory.snapshots = thinned(memory.snapshots, self._reach(self._view), self._settings)
        memory.book = [one for one in memory.book if self._is_wanted(one)]

    def _is_wanted(self, told: Told) -> bool:
        """Keep what may be judged again, or excused."""
        matter, memory = told.matter, self._memory
        if matter.closed_at is None:
            return True
        days = _EXCUSED_DAYS if matter.kind in AGAINST_WEARER else _BOOK_DAYS
        # Judging again starts from a snapshot, which may be older than the data it is for.
        over = max(matter.closed_at, matter.began_at)  # a call that came too late has no other
        return over > min(memory.clock - days * DAY, memory.snapshots[0].now)

    def _tell(self, changes: Sequence[Matter], *, late: bool) -> list[Finding]:
        return tell(self._memory.book, changes, self._by(late=late)) if changes else []

    def _by(self, *, late: bool) -> Telling:
        ruling = self._view.rulings[-1]
        return Telling(
            order_id=ruling.order_id,
            zone=ruling.time_zone,
            at=self._memory.clock,
            late=late,
            settings=self._settings.digest,
            tzdata=TZDATA,
        )

    def _refresh(self) -> None:
        memory = self._memory
        times = [memory.track.due(self._view), memory.watch.due(memory.clock, self._view)]
        times += self._fixed_times()
        self._due = min((at for at in times if at is not None), default=None)

    def _fixed_times(self) -> list[Micros | None]:
        """List when the clock alone changes something, whatever is heard."""
        clock = self._memory.clock
        known = [one for one in recordings(self.rulings) if one > clock][:1]
        return [*known, *self._memory.watch.until.values(), self._view.next_boundary(clock)]
