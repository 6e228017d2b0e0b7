"""What does the judge know of an order at an instant of its clock? Nothing recorded later."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from fairtag.orders.inforce import ruling_at
from fairtag.orders.model import Absence, Activation, Covers, DeviceType, Ruling
from fairtag.rules.conditions import LOCATED, Located, buffer_m, place_of, side_of
from fairtag.rules.duty import Binding, Duty, duty_at, free_times, idle_until
from fairtag.rules.places.leg import Edges
from fairtag.rules.settings import Settings
from fairtag.terms.ground import ground_of
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import HOUR, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval, merged

PAUSE = 6 * HOUR  # of event time: a run stops at the turn of each, so that the track may be kept
_LAPSED_PAUSE = 15 * MINUTE  # the same while a review is overdue, when positions soon go

_Stretch = tuple[Ruling | None, dict[DeviceId, Activation]]


@dataclass(frozen=True, kw_only=True)
class View:
    """Versions and absences known so far."""

    rulings: tuple[Ruling, ...]
    absences: tuple[Absence, ...]
    settings: Settings

    @cached_property
    def _free(self) -> dict[tuple[ConditionId | None, Covers], tuple[Interval, ...]]:
        return {}

    def free(self, condition_id: ConditionId | None, covers: Covers) -> tuple[Interval, ...]:
        """List when something does not count."""
        name = (condition_id, covers)
        found = self._free.get(name)
        if found is None:
            newest = self.rulings[-1]
            # While a review is overdue only standing conditions bind; the device is judged on,
            # since without it they can't be.
            lapsed = [
                one.during
                for one in newest.lapsed
                if condition_id is not None and condition_id not in one.standing
            ]
            suspended = merged((*newest.suspended, *lapsed)) if lapsed else newest.suspended
            found = free_times(condition_id, covers, self.absences, suspended)
            self._free[name] = found
        return found

    def pause_after(self, at: Micros) -> Micros:
        """Tell when the next pause comes after an instant.

        Each order has its own times: if all paused at once, none would be judged for long.
        """
        since = Micros(zlib.crc32(self.rulings[0].order_id.encode()) * PAUSE >> 32)
        lapses = (one.during for one in self.rulings[-1].lapsed)
        lapse = next((one for one in lapses if one.holds(at)), None)
        step = PAUSE if lapse is None else _LAPSED_PAUSE
        turn = ((at - since) // step + 1) * step + since
        return Micros(turn if lapse is None else min(turn, lapse.end))

    def ruling_at(self, at: Micros) -> Ruling | None:
        """Give the version in force."""
        return self._stretch(at)[0]

    def activation_at(self, device_id: DeviceId, at: Micros) -> Activation | None:
        """Give how the device is worn at an instant, if it is monitored then."""
        return self._stretch(at)[1].get(device_id)

    def worn_at(self, at: Micros) -> Iterable[tuple[DeviceId, Activation]]:
        """List the devices that are monitored at an instant."""
        return self._stretch(at)[1].items()

    def decides(self, device_id: DeviceId, at: Micros) -> bool:
        """Tell whether a device's positions say where the wearer is.

        A phone may lie where its owner is not: a device that is fitted to the wearer decides.
        """
        return device_id in (self.fitted(at) or self._stretch(at)[1])

    def is_mixed(self, at: Micros) -> bool:
        """Tell whether a device that is fitted and one that is not are monitored at an instant."""
        return 0 < len(self.fitted(at)) < len(self._stretch(at)[1])

    def fitted(self, at: Micros) -> list[DeviceId]:
        """List the devices that are fitted to the wearer at an instant."""
        return [name for name, one in self.worn_at(at) if one.type is DeviceType.FITTED]

    def longest_step(self, at: Micros) -> int:
        """Tell after how many µs without a position nobody knows where the wearer is: the settings'
        gap, or two of a plan's intervals, for a device may miss one.
        """
        plans = [2 * one.fix_every_s for name, one in self.worn_at(at) if self.decides(name, at)]
        return round(max([self.settings.gap_s, *plans]) * SECOND)

    def named_from(self, device_id: DeviceId) -> Micros:
        """Tell since when the versions have named a device."""
        names = (one for one in self.rulings if any(d.device_id == device_id for d in one.devices))
        return next(names, self.rulings[0]).recorded_at

    def duty_at(self, condition: Binding, ruling: Ruling, at: Micros) -> Duty | None:
        """Give the stretch in which a condition binds at an instant, if it does."""
        name = (ruling.version, condition.id)
        found = self._duties.get(name)
        if found is None or not found.during.holds(at):
            free = self.free(condition.id, Covers.CONDITIONS)
            since = self.bound_from(ruling.version, condition.id)
            found = duty_at(condition, ruling, free, at, bound_from=since)
            if found is not None:
                self._duties[name] = found
        return found

    def bound_at(
        self, condition: Binding, ruling: Ruling, at: Micros
    ) -> tuple[Duty | None, Micros]:
        """Give the same, and until when it holds at least."""
        duty = self.duty_at(condition, ruling, at)
        if duty is not None:
            return duty, duty.during.end
        name = (ruling.version, condition.id)
        idle = self._idle.get(name)
        if idle is None or not idle.holds(at):
            free = self.free(condition.id, Covers.CONDITIONS)
            since = self.bound_from(*name)
            until = idle_until(condition, ruling, free, at, bound_from=since)
            idle = self._idle[name] = Interval(start=at, end=until)
        return None, idle.end

    @cached_property
    def _idle(self) -> dict[tuple[int, ConditionId], Interval]:
        """Keep the last stretch a condition in which it does not bind."""
        return {}

    @cached_property
    def _duties(self) -> dict[tuple[int, ConditionId], Duty]:
        """Keep the last answer a condition: most messages fall into the same stretch."""
        return {}

    def bound_from(self, version: int, condition_id: ConditionId) -> Micros:
        """Tell since when a condition has been recorded as this version words it."""
        return self._bound_from[version, condition_id]

    @cached_property
    def _bound_from(self) -> dict[tuple[int, ConditionId], Micros]:
        found: dict[tuple[int, ConditionId], Micros] = {}
        before: dict[ConditionId, Located] = {}
        since: dict[ConditionId, Micros] = {}
        for ruling in self.rulings:
            now = {one.id: one for one in self.located(ruling.version)}
            since = {
                name: since[name] if before.get(name) == one else ruling.recorded_at
                for name, one in now.items()
            }
            found |= {(ruling.version, name): at for name, at in since.items()}
            before = now
        return found

    def located(self, version: int | None) -> tuple[Located, ...]:
        """List the conditions of a version that are about a place."""
        return self._located.get(version, ())

    @cached_property
    def _located(self) -> dict[int | None, tuple[Located, ...]]:
        return {
            one.version: tuple(each for each in one.conditions if isinstance(each, LOCATED))
            for one in self.rulings
        }

    def edges(self, version: int) -> Edges:
        """Give the edges of the places of the same conditions, as columns."""
        found = self._edges_of.get(version)
        if found is None:
            found = self._edges_of[version] = _edges(self.located(version))
        return found

    @cached_property
    def _edges_of(self) -> dict[int, Edges]:
        return {}

    def _stretch(self, at: Micros) -> _Stretch:
        return self._stretches[bisect_right(self._edges, at)]

    @cached_property
    def _edges(self) -> list[Micros]:
        """List every instant at which an answer of this view may change."""
        spans = [span for one in self.rulings for span in (one.during, *one.suspended)]
        spans += [device.during for one in self.rulings for device in one.devices]
        spans += [lapse.during for one in self.rulings for lapse in one.lapsed]
        found = {at for span in spans for at in (span.start, span.end)}
        return sorted(found | {one.recorded_at for one in self.rulings})

    @cached_property
    def _stretches(self) -> list[_Stretch]:
        """Answer once for each stretch between two edges; the judge asks many times a message."""
        return [self._looked_up(at) for at in (Micros(self._edges[0] - 1), *self._edges)]

    def _looked_up(self, at: Micros) -> _Stretch:
        ruling = ruling_at(self.rulings, at)
        if ruling is None or any(span.holds(at) for span in ruling.suspended):
            return ruling, {}
        worn: dict[DeviceId, Activation] = {}
        for one in ruling.devices:
            if one.during.holds(at):
                worn.setdefault(one.device_id, one)
        return ruling, worn

    @cached_property
    def boundaries(self) -> tuple[Micros, ...]:
        """List the instants at which what binds changes."""
        return tuple(self._edges)

    def next_boundary(self, after: Micros) -> Micros | None:
        """Give the first one after an instant."""
        place = bisect_right(self.boundaries, after)
        return self.boundaries[place] if place < len(self.boundaries) else None


@lru_cache(maxsize=65_536)
def _edges(conditions: tuple[Located, ...]) -> Edges:
    return Edges(
        names=tuple(ConditionId(one.id) for one in conditions),
        ground=ground_of([place_of(one) for one in conditions]),
        sign=np.array([side_of(one) for one in conditions], np.float64),
        buffer_m=np.array([buffer_m(one) for one in conditions], np.float64),
    )


def view_of(rulings: tuple[Ruling, ...], clock: Micros, settings: Settings) -> View:
    """Build what was known when the clock said so; the first version is known from the start."""
    known = tuple(one for n, one in enumerate(rulings) if n == 0 or one.recorded_at <= clock)
    absences = {
        absence
        for absence in _standing(known)
        if absence.recorded_at <= clock or absence.recorded_at <= rulings[0].recorded_at
    }
    return View(rulings=known, absences=tuple(sorted(absences, key=_place)), settings=settings)


def recordings(rulings: tuple[Ruling, ...]) -> list[Micros]:
    """List when something became known, in order."""
    times = {ruling.recorded_at for ruling in rulings[1:]}
    times |= {absence.recorded_at for ruling in rulings for absence in ruling.absences}
    return sorted(times)


def _standing(rulings: tuple[Ruling, ...]) -> Iterator[Absence]:
    """List absences; one that a later version leaves out counts until that was recorded."""
    for ruling, later in pairwise((*rulings, rulings[-1])):
        for one in ruling.absences:
            if later is ruling:
                yield one
            elif one not in later.absences and one.during.start < later.recorded_at:
                end = Micros(min(one.during.end, later.recorded_at))
                yield replace(one, during=Interval(start=one.during.start, end=end))


def _place(absence: Absence) -> tuple[int, int, str, str]:
    during = absence.during
    return (during.start, during.end, absence.condition_id, ",".join(sorted(absence.covers)))
