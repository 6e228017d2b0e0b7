"""How are positions taken as columns? A walk goes on until a rule must look at a position, a timer
may fall due, or the device's own machine wants a row.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec.structs import replace

from fairtag.intake.columns import NO_SEQ, Positions
from fairtag.orders.model import Attendance, Ruling
from fairtag.rules import conditions
from fairtag.rules.appointments.missed import attend
from fairtag.rules.doubt.frozen import rests_on_frozen
from fairtag.rules.matter import Matter
from fairtag.rules.places import walk as w
from fairtag.rules.places.belief import seen_of
from fairtag.rules.places.leg import Leg, leg_of
from fairtag.rules.places.numbers import AGAINST, Bytes, Ints, numbers_of
from fairtag.rules.places.speaking import speaks_from
from fairtag.rules.settings import table
from fairtag.rules.view import View
from fairtag.rules.wearing import Wearing
from fairtag.terms.instants import Micros

if TYPE_CHECKING:
    from fairtag.rules.track import Track, Turns

_NEVER = np.iinfo(np.int64).max


class Waits(NamedTuple):
    """When each condition looks at positions; shapes (m,)."""

    wake: Ints  # at every one from then on
    looks: Bytes  # and at which sides, see walk

    @staticmethod
    def of(conditions: int) -> Waits:
        """Let none look yet."""
        return Waits(np.full(conditions, _NEVER, np.int64), np.zeros(conditions, np.int8))


class Run:
    """One device's positions, in the order in which they happened, on their way through a track."""

    def __init__(
        self, track: Track, columns: Positions, view: View, turns: Turns | None = None
    ) -> None:
        """Take where to go on; `turns` takes down every change of side."""
        self._track = track
        self._columns = columns
        self._view = view
        self._turns = turns
        self._numbers = numbers_of(view.settings)
        self._budget = int(self._numbers.counts[AGAINST])
        self._is_numbered = bool((columns.seq != NO_SEQ).all())
        self._row = 0
        self._leg: Leg | None = None
        self._device = Wearing(track.noticed_of(columns.device_id), columns, view)

    def steps(self) -> Iterator[tuple[int, list[Matter]]]:
        """Give, again and again, the row after the last one taken and the matters that changed."""
        track, view = self._track, self._view
        while self._row < len(self._columns):
            at = self._at(self._row)
            found = track.advance(at, view)
            ruling = view.ruling_at(at)
            if ruling is None or view.activation_at(self._columns.device_id, at) is None:
                due = track.due(view)
                self._row = self._first_of(due, view.next_boundary(at), view.pause_after(at))
                self._device.skip_to(self._row)
            else:
                found += track.turn(view)
                found += self._go(ruling, at)
            track.stand_at(self._columns, self._row - 1)
            yield self._row, found

    def _at(self, row: int) -> Micros:
        return Micros(int(self._columns.at[row]))

    def _first_at(self, at: Micros | None) -> int:
        """Give the first row that is still to come and not before an instant."""
        if at is None:
            return len(self._columns)
        return self._row + int(np.searchsorted(self._columns.at[self._row :], at))

    def _first_of(self, *instants: Micros | None) -> int:
        return min(self._first_at(one) for one in instants)

    def _go(self, ruling: Ruling, at: Micros) -> list[Matter]:
        """Take rows until matters change, or something else may."""
        leg = self._leg_at(ruling, at)
        end = min(leg.end, self._first_of(self._track.due(self._view), self._view.pause_after(at)))
        telling = min(self._device.next_told(self._row, leg.end), self._device.next_sign(end))
        found: list[Matter] = []
        if telling == self._row:
            found += self._device.tell(self._row)
            telling += 1
        speaks = at
        if not self._view.decides(self._columns.device_id, at):
            placed = (self._track.noticed_of(one).placed_at for one in self._view.fitted(at))
            speaks = speaks_from(placed, at, silence=self._view.longest_step(at))
        if speaks <= at:
            found += self._see(leg, min(end, telling), ruling)
        else:  # another device says where the wearer is
            self._row = min(end, telling, self._first_at(speaks))
        self._device.pass_to(self._row)
        return found

    def _leg_at(self, ruling: Ruling, at: Micros) -> Leg:
        leg = self._leg
        if leg is None or leg.version != ruling.version or leg.end <= self._row:
            end = self._first_at(self._view.next_boundary(at))
            edges = self._view.edges(ruling.version)
            rows = (self._row, end)
            metres = (self._device.rows.east_m, self._device.rows.north_m)
            leg = leg_of(self._columns, metres, rows, ruling.version, edges, self._view.settings)
            self._leg = leg
        return leg

    def _see(self, leg: Leg, end: int, ruling: Ruling) -> list[Matter]:
        """Let beliefs walk up to a row; rules look where they must, until matters change."""
        beliefs = self._track.beliefs
        state = beliefs.of(self._columns.device_id)
        first, last = np.searchsorted(leg.row, (self._row, end)).tolist()
        begun, found = first, list[Matter]()
        waits, stops = Waits.of(len(beliefs.names)), np.zeros(len(beliefs.names), np.int8)
        asked = list(range(len(beliefs.names)))
        while first < last and not found:
            self._wait(waits, asked, ruling, Micros(int(leg.rows.at[first])))
            stops.fill(0)  # the walk leaves it as it is where no row is an observation
            first = w.walk(leg.rows, first, last, state, self._numbers, table(), *waits, stops)
            asked = np.flatnonzero(stops).tolist()
            if asked:
                self._name(leg, state, begun, first)
                found = self._ask(ruling, state, asked, Micros(int(leg.rows.at[first - 1])))
        self._row = end if first == last and not found else int(leg.row[first - 1]) + 1
        if begun < first and self._view.is_mixed(Micros(int(leg.rows.at[first - 1]))):
            device = self._track.noticed_of(self._columns.device_id)
            device.placed_at = Micros(int(leg.rows.at[first - 1]))
        self._name(leg, state, begun, first)
        beliefs.keep(state)
        return found

    def _name(self, leg: Leg, state: w.State, begun: int, end: int) -> None:
        """Name positions in evidence that have no number; forget those that are none any more."""
        beliefs = self._track.beliefs
        if begun < end and (beliefs.refs or not self._is_numbered):
            rows = leg.row[begun:end]
            beliefs.name(state, self._columns, rows[self._columns.seq[rows] == NO_SEQ])

    def _wait(self, waits: Waits, asked: Sequence[int], ruling: Ruling, at: Micros) -> None:
        """Set when conditions look again; it holds until they have looked."""
        located = self._view.located(ruling.version)
        every = w.LOOK_TURNS if self._turns is not None else 0
        for n in asked:
            condition = located[n]
            if isinstance(condition, Attendance):
                waits.looks[n] = w.LOOK_TURNS
                continue
            watched = self._track.watched[condition.id]
            duty, until = self._view.bound_at(condition, ruling, at)
            duty_from = None if duty is None else duty.during.start
            waits.wake[n] = until if watched.duty_from == duty_from else at
            look = w.LOOK_AGAINST if watched.open is None else w.LOOK_KEPT
            waits.looks[n] = every | (0 if duty is None else look)

    def _ask(
        self, ruling: Ruling, state: w.State, asked: Sequence[int], at: Micros
    ) -> list[Matter]:
        """Ask conditions what a belief that changed means to them."""
        found: list[Matter] = []
        for n in asked:
            condition = self._view.located(ruling.version)[n]
            watched = self._track.watched[condition.id]
            seen = seen_of(state.edges[n].tolist(), self._track.beliefs.refs, self._budget)
            if self._turns is not None and seen.side is not seen.side_before:
                self._turns.append((condition.id, at, seen.side))
            if isinstance(condition, Attendance):
                attend(condition, watched, seen)
            else:
                duty = self._view.duty_at(condition, ruling, at)
                last = self._track.noticed_of(self._columns.device_id).frozen_at
                if rests_on_frozen(last, seen.run_from, at, self._view.settings):
                    seen = replace(seen, is_sure=False)  # it opens nothing
                found += conditions.observe(condition, watched, seen, duty, at)
        return found
