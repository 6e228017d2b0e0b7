"""What does event time tell? A machine that takes messages in the order in which they happened."""

from __future__ import annotations

import msgspec

from fairtag.intake.messages import Message, Position
from fairtag.orders.model import Attendance, Covers, Ruling
from fairtag.rules import conditions, devices
from fairtag.rules.conditions import Located, Watched
from fairtag.rules.devices import Noticed
from fairtag.rules.matter import Matter
from fairtag.rules.place import Belief
from fairtag.rules.view import View
from fairtag.terms.geometry import edge_of
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros


class Track(msgspec.Struct, kw_only=True, array_like=True):
    """Where an order stands at one instant of event time."""

    now: Micros = Micros(0)
    version: int | None = None  # in force at `now`
    watched: dict[ConditionId, Watched] = {}
    noticed: dict[DeviceId, Noticed] = {}

    def due(self, view: View) -> Micros | None:
        """Tell when time alone changes something."""
        times = [conditions.due(one, self.watched[one.id]) for one in self._bound(view)]
        times += [devices.due(one, view.settings) for one in self.noticed.values()]
        if self._has_open():
            times.append(view.next_boundary(self.now))
        return min((at for at in times if at is not None), default=None)

    def advance(self, to: Micros, view: View) -> list[Matter]:
        """Let time pass up to an instant; tells the matters that changed."""
        found: list[Matter] = []
        while True:
            steps = [self.due(view), view.next_boundary(self.now)]
            at = min((one for one in steps if one is not None), default=None)
            if at is None or at > to:
                break
            found += self._pass(at, view)
            self.now = Micros(max(self.now, at))
            found += self._turn(view)
        self.now = Micros(max(self.now, to))
        return found

    def apply(self, message: Message, view: View) -> list[Matter]:
        """Take a message that happened now or later."""
        found = self.advance(message.at, view)
        ruling = view.ruling_at(message.at)
        if ruling is None or view.activation_at(message.device_id, message.at) is None:
            return found
        found += self._turn(view)
        noticed = self.noticed.setdefault(message.device_id, Noticed())
        is_free = any(span.holds(message.at) for span in view.free(None, Covers.TAMPER))
        found += devices.observe(noticed, message, is_tamper_free=is_free, settings=view.settings)
        if isinstance(message, Position) and not message.is_mock:
            found += self._locate(message, ruling, view)
        return found

    def open_matters(self) -> list[Matter]:
        """List what goes on."""
        of_places = [one.open for one in self.watched.values() if one.open is not None]
        return of_places + [one for each in self.noticed.values() for one in each.open.values()]

    def _locate(self, fix: Position, ruling: Ruling, view: View) -> list[Matter]:
        found: list[Matter] = []
        for condition in view.located(ruling.version):
            watched = self.watched.setdefault(condition.id, Watched(belief=Belief()))
            signed_m = edge_of(conditions.place_of(condition)).signed_m(fix.lon, fix.lat)
            watched.belief.see(fix, conditions.against_m(condition, signed_m), view.settings)
            if isinstance(condition, Attendance):
                conditions.attend(condition, watched, fix.at)
            else:
                duty = view.duty_at(condition, ruling, fix.at)
                found += conditions.observe(condition, watched, duty, fix.at)
        return found

    def _pass(self, at: Micros, view: View) -> list[Matter]:
        found: list[Matter] = []
        for condition in self._bound(view):
            free = view.free(condition.id, Covers.CONDITIONS)
            found += conditions.pass_time(condition, self.watched[condition.id], free, at)
        for device_id, noticed in sorted(self.noticed.items()):
            found += devices.pass_time(noticed, device_id, at, view.settings)
            if view.activation_at(device_id, at) is None:
                found += devices.end_all(noticed, at)
        return found

    def _turn(self, view: View) -> list[Matter]:
        """Change to the version in force: what it does not repeat ends."""
        ruling = view.ruling_at(self.now)
        version = None if ruling is None else ruling.version
        if version == self.version:
            return []
        kept = {} if ruling is None else {one.id: one for one in view.located(version)}
        found: list[Matter] = []
        for old in self._bound(view):
            if kept.get(old.id) != old:
                found += conditions.end_at(self.watched.pop(old.id), self.now, is_span_over=False)
        self.version = version
        for one in kept.values():
            self.watched.setdefault(one.id, Watched(belief=Belief()))
        return found

    def _bound(self, view: View) -> list[Located]:
        """List the conditions of the version that `watched` is about."""
        return [one for one in view.located(self.version) if one.id in self.watched]

    def _has_open(self) -> bool:
        return any(one.open is not None for one in self.watched.values()) or any(
            one.open for one in self.noticed.values()
        )
