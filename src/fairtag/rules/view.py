"""What does the judge know of an order at an instant of its clock? Nothing recorded later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fairtag.orders.inforce import ruling_at
from fairtag.orders.model import Absence, Activation, Covers, Ruling
from fairtag.rules.duty import free_times
from fairtag.rules.settings import Settings
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros
from fairtag.terms.local import Interval


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
        return ruling_at(self.rulings, at)

    def activation_at(self, device_id: DeviceId, at: Micros) -> Activation | None:
        """Give how the device is worn at an instant, if it is monitored then."""
        ruling = self.ruling_at(at)
        if ruling is None or any(span.holds(at) for span in ruling.suspended):
            return None
        worn = (one for one in ruling.devices if one.device_id == device_id)
        return next((one for one in worn if one.during.holds(at)), None)

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
        return next((at for at in self.boundaries if at > after), None)


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
