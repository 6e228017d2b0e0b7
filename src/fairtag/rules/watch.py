"""What does silence tell? Timers on the receipt clock, all for support, none against the wearer.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.intake.messages import Message, Position
from fairtag.orders.model import Activation, Covers
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter
from fairtag.rules.view import View
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, SECOND, Micros

_ENDED_BY_WORD = (Kind.CONTACT_LOST, Kind.MONITORING_SILENT_24H, Kind.MONITORING_SILENT_72H)
_ENDED_BY_FIX = (Kind.LOCATION_LOST, Kind.MONITORING_NEVER_FIXED)
_USABLE_M = 500.0  # a wider position does not say where the wearer is


class Heard(msgspec.Struct, kw_only=True, array_like=True):
    """When a device spoke, by our clock."""

    first: Micros
    last: Micros
    fixed: Micros | None = None


class Watch(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about the silence of an order's devices."""

    heard: dict[DeviceId, Heard] = {}
    open: dict[str, Matter] = {}

    def due(self, clock: Micros, view: View) -> Micros | None:
        """Tell when the clock alone changes something."""
        times = [at for _, _, at, _ in self._deadlines(clock, view)]
        if self.open:
            times += [at for at in (view.next_boundary(clock),) if at is not None]
        return min(times, default=None)

    def pass_time(self, clock: Micros, view: View) -> list[Matter]:
        """Let the clock come to an instant; tells the matters that changed."""
        found = []
        for name, matter in sorted(self.open.items()):
            if not _is_watched(matter.device_id, clock, view):
                found.append(self.open.pop(name).end(clock, decided=clock))
        for kind, device_id, at, since in self._deadlines(clock, view):
            if at <= clock:
                found.append(self._begin(kind, device_id, since))
        return found

    def hear(self, message: Message, clock: Micros, view: View) -> list[Matter]:
        """A device spoke; tells the matters that changed."""
        is_fix = isinstance(message, Position) and is_usable(message)
        heard = self.heard.setdefault(message.device_id, Heard(first=clock, last=clock))
        heard.last = clock
        if is_fix:
            heard.fixed = clock
        found = self._back(message.device_id, clock, is_fix=is_fix) if self.open else []
        if not is_fix:
            lost = self._lost(message.device_id, heard, clock, view)
            found += [] if lost is None else [lost]
        return found

    def _back(self, device_id: DeviceId, clock: Micros, *, is_fix: bool) -> list[Matter]:
        """End the silences that a message, or a position, ends."""
        ended = [self._end(Kind.MONITORING_NOT_STARTED, None, clock)]
        kinds = (*_ENDED_BY_WORD, *_ENDED_BY_FIX) if is_fix else _ENDED_BY_WORD
        ended += [self._end(kind, device_id, clock) for kind in kinds]
        return [matter for matter in ended if matter is not None]

    def _lost(self, device_id: DeviceId, heard: Heard, clock: Micros, view: View) -> Matter | None:
        worn = view.activation_at(device_id, clock)
        if worn is None or _name(Kind.LOCATION_LOST, device_id) in self.open:
            return None
        since = heard.first if heard.fixed is None else heard.fixed
        limit = max(5 * worn.fix_every_s, view.settings.silence_s) * SECOND
        return self._begin(Kind.LOCATION_LOST, device_id, since) if clock - since >= limit else None

    def _deadlines(
        self, clock: Micros, view: View
    ) -> list[tuple[Kind, DeviceId | None, Micros, Micros]]:
        """List timers that are not open yet: kind, device, when, and when the silence began."""
        found: list[tuple[Kind, DeviceId | None, Micros, Micros]] = []
        if not self.heard:
            start = Micros(max(view.rulings[0].during.start, view.rulings[0].recorded_at))
            found.append((Kind.MONITORING_NOT_STARTED, None, Micros(start + DAY), start))
        for device_id, heard in self.heard.items():
            worn = view.activation_at(device_id, clock)
            if worn is not None:
                found += _timers(device_id, heard, worn, view)
        return [one for one in found if self._is_pending(one, clock, view)]

    def _is_pending(
        self, timer: tuple[Kind, DeviceId | None, Micros, Micros], clock: Micros, view: View
    ) -> bool:
        kind, device_id, at, _since = timer
        if _name(kind, device_id) in self.open:
            return False
        return _is_watched(device_id, Micros(max(at, clock)), view)

    def _begin(self, kind: Kind, device_id: DeviceId | None, since: Micros) -> Matter:
        matter = Matter(kind=kind, device_id=device_id, began_at=since)
        self.open[_name(kind, device_id)] = matter
        return matter

    def _end(self, kind: Kind, device_id: DeviceId | None, clock: Micros) -> Matter | None:
        matter = self.open.pop(_name(kind, device_id), None)
        return None if matter is None else matter.end(clock, decided=clock)


def is_usable(fix: Position) -> bool:
    """Tell whether a position says where the wearer is."""
    return not fix.is_mock and (fix.accuracy_m is None or fix.accuracy_m <= _USABLE_M)


def _timers(
    device_id: DeviceId, heard: Heard, worn: Activation, view: View
) -> list[tuple[Kind, DeviceId | None, Micros, Micros]]:
    since = Micros(max(heard.last, worn.during.start))
    silence = max(3 * worn.report_every_s, view.settings.silence_s) * SECOND
    # Silence that was allowed does not count: the timer runs from where the absence ends.
    counted = since
    for span in view.free(None, Covers.CONTACT):
        if span.start <= counted + silence and span.end > counted:
            counted = span.end
    found: list[tuple[Kind, DeviceId | None, Micros, Micros]] = [
        (Kind.CONTACT_LOST, device_id, Micros(counted + silence), since),
        (Kind.MONITORING_SILENT_24H, device_id, Micros(counted + DAY), since),
        (Kind.MONITORING_SILENT_72H, device_id, Micros(counted + 3 * DAY), since),
    ]
    if heard.fixed is None:
        first = Micros(max(heard.first, worn.during.start))
        found.append((Kind.MONITORING_NEVER_FIXED, device_id, Micros(first + DAY), first))
    return found


def _is_watched(device_id: DeviceId | None, at: Micros, view: View) -> bool:
    if device_id is not None:
        return view.activation_at(device_id, at) is not None
    ruling = view.ruling_at(at)
    return ruling is not None and not any(span.holds(at) for span in ruling.suspended)


def _name(kind: Kind, device_id: DeviceId | None) -> str:
    return f"{kind} {device_id or ''}"
