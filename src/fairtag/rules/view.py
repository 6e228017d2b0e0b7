"""What does the judge know of an order at an instant of its clock? Nothing recorded later."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from fairtag.orders.inforce import ruling_at
from fairtag.orders.model import Absence, Activation, Covers, Ruling
from fairtag.rules.conditions import LOCATED, Located
from fairtag.rules.duty import Binding, Duty, duty_at, free_times
from fairtag.rules.settings import Settings
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval

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
            suspended = self.rulings[-1].suspended
            found = free_times(condition_id, covers, self.absences, suspended)
            self._free[name] = found
        return found

    def ruling_at(self, at: Micros) -> Ruling | None:
        """Give the version in force."""
        return self._stretch(at)[0]

    def activation_at(self, device_id: DeviceId, at: Micros) -> Activation | None:
        """Give how the device is worn at an instant, if it is monitored then."""
        return self._stretch(at)[1].get(device_id)

    def duty_at(self, condition: Binding, ruling: Ruling, at: Micros) -> Duty | None:
        """Give the stretch in which a condition binds at an instant, if it does."""
        name = (ruling.version, condition.id)
        found = self._duties.get(name)
        if found is None or not found.during.holds(at):
            free = self.free(condition.id, Covers.CONDITIONS)
            found = duty_at(condition, ruling, free, at)
            if found is not None:
                self._duties[name] = found
        return found

    @cached_property
    def _duties(self) -> dict[tuple[int, ConditionId], Duty]:
        """Keep the last answer a condition: most messages fall into the same stretch."""
        return {}

    def located(self, version: int | None) -> tuple[Located, ...]:
        """List the conditions of a version that are about a place."""
        return self._located.get(version, ())

    @cached_property
    def _located(self) -> dict[int | None, tuple[Located, ...]]:
        return {
            one.version: tuple(each for each in one.conditions if isinstance(each, LOCATED))
            for one in self.rulings
        }

    def _stretch(self, at: Micros) -> _Stretch:
        return self._stretches[bisect_right(self._edges, at)]

    @cached_property
    def _edges(self) -> list[Micros]:
        """List every instant at which an answer of this view may change."""
        spans = [span for one in self.rulings for span in (one.during, *one.suspended)]
        spans += [device.during for one in self.rulings for device in one.devices]
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
        last = self.rulings[-1]
        found = {ruling.recorded_at for ruling in self.rulings[1:]}
        found |= {ruling.during.end for ruling in self.rulings}
        found |= {span.start for span in last.suspended}
        found |= {device.during.end for ruling in self.rulings for device in ruling.devices}
        return tuple(sorted(found))

    def next_boundary(self, after: Micros) -> Micros | None:
        """Give the first one after an instant."""
        place = bisect_right(self.boundaries, after)
        return self.boundaries[place] if place < len(self.boundaries) else None


def view_of(rulings: tuple[Ruling, ...], clock: Micros, settings: Settings) -> View:
    """Build what was known when the clock said so; the first version is known from the start."""
    known = tuple(one for n, one in enumerate(rulings) if n == 0 or one.recorded_at <= clock)
    absences = {
        absence
        for ruling in known
        for absence in ruling.absences
        if absence.recorded_at <= clock or absence.recorded_at <= rulings[0].recorded_at
    }
    ordered = tuple(sorted(absences, key=lambda one: (one.during.start, one.condition_id)))
    return View(rulings=known, absences=ordered, settings=settings)
