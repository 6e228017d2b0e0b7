"""What does silence tell? Timers on the receipt clock, all for support, none against the wearer.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec
import numpy as np
from msgspec.structs import replace

from fairtag.intake.columns import Positions
from fairtag.intake.messages import Message, Position
from fairtag.orders.model import Activation, Covers
from fairtag.rules.duty import counted_from
from fairtag.rules.finding import SILENCES, Cause, Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.places.evidence import is_witness, witnesses
from fairtag.rules.settings import Settings
from fairtag.rules.view import View
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import DAY, SECOND, Micros

_ENDED_BY_WORD = (
    Kind.CONTACT_LOST,
    Kind.MONITORING_NOT_STARTED,
    Kind.MONITORING_SILENT_24H,
    Kind.MONITORING_SILENT_72H,
)
_OF_CONTACT = (Kind.CONTACT_LOST, Kind.MONITORING_SILENT_24H, Kind.MONITORING_SILENT_72H)
_ENDED_BY_FIX = (Kind.LOCATION_LOST, Kind.MONITORING_NEVER_FIXED)

_Timer = tuple[Kind, DeviceId, Micros, Micros]  # kind, device, when, when the silence began


class Heard(msgspec.Struct, kw_only=True, array_like=True):
    """When a device spoke, by our clock."""

    first: Micros
    last: Micros
    fixed: Micros | None = None


class Watch(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about the silence of an order's devices."""

    heard: dict[DeviceId, Heard] = {}
    open: dict[str, Matter] = {}
    until: dict[DeviceId, Micros] = {}  # when 'came too late' ends

    def due(self, clock: Micros, view: View) -> Micros | None:
        """Tell when the clock alone changes something."""
        times = [at for _, _, at, _ in self._deadlines(clock, view)]
        times += self.until.values()
        edge = view.next_boundary(clock)
        return min(times if edge is None else [*times, edge], default=None)

    def pass_time(self, clock: Micros, view: View) -> list[Matter]:
        """Let the clock come to an instant; tells the matters that changed."""
        found = []
        for device_id, until in sorted(self.until.items()):
            if until <= clock:
                del self.until[device_id]
                found += self._end(Kind.INPUT_TOO_LATE, device_id, clock)
        for name, matter in sorted(self.open.items()):
            if not _is_watched(matter.device_id, clock, view):
                self.until.pop(matter.device_id or DeviceId(""), None)
                found.append(self.open.pop(name).end(clock, decided=clock))
        for kind, device_id, at, since in self._deadlines(clock, view):
            if at <= clock:
                found.append(self._begin(kind, device_id, since))
        return found

    def hear(self, message: Message, clock: Micros, view: View) -> list[Matter]:
        """A device spoke; tells the matters that changed."""
        is_fix = isinstance(message, Position) and is_witness(message, view.settings)
        worn = view.activation_at(message.device_id, clock)
        heard = self.heard.get(message.device_id)
        if heard is None or (worn is not None and heard.last < worn.during.start):
            heard = self.heard[message.device_id] = Heard(first=clock, last=clock)
        heard.last = clock
        if is_fix:
            heard.fixed = clock
        was_kept = clock - message.at > view.settings.late_s * SECOND
        found = self._back(message, clock, is_fix=is_fix, was_kept=was_kept) if self.open else []
        if not is_fix and worn is not None:
            found += self._lost(message.device_id, heard, clock, worn, view)
        return found

    def is_calm(self, device_id: DeviceId, clock: Micros, view: View) -> bool:
        """Tell whether the next position of a device will change nothing here but its time."""
        worn, heard = view.activation_at(device_id, clock), self.heard.get(device_id)
        if worn is None or heard is None or heard.fixed is None or self.open:
            return False
        return heard.last >= worn.during.start and self.until.get(device_id) is None

    def patience(self, device_id: DeviceId, clock: Micros, view: View) -> int | None:
        """Tell for how many µs a calm device may be silent; None when it is not calm.

        As if no silence was ever allowed.
        """
        worn = view.activation_at(device_id, clock)
        if worn is None or not self.is_calm(device_id, clock, view):
            return None
        return min(_wait(kind, worn, view) for kind in _OF_CONTACT)

    def due_without(self, device_id: DeviceId, clock: Micros, view: View) -> Micros | None:
        """Tell when the silence of another device changes something."""
        times = [at for _, name, at, _ in self._deadlines(clock, view) if name != device_id]
        return min(times, default=None)

    def hear_all(self, columns: Positions, settings: Settings) -> None:
        """Note positions of a calm device, in order of arrival."""
        heard = self.heard[columns.device_id]
        heard.last = Micros(int(columns.received_at[-1]))
        (fixed,) = np.nonzero(witnesses(columns, settings))
        if len(fixed):
            heard.fixed = Micros(int(columns.received_at[fixed[-1]]))

    def too_late(self, message: Message, clock: Micros, settings: Settings) -> list[Matter]:
        """Tell that data came too late to be judged: one matter a device, not one a message."""
        self.until[message.device_id] = Micros(clock + settings.linger_s * SECOND)
        if _name(Kind.INPUT_TOO_LATE, message.device_id) in self.open:
            return []
        matter = Matter(
            kind=Kind.INPUT_TOO_LATE,
            device_id=message.device_id,
            began_at=message.at,
            evidence=(evidence_of(message),),
        )
        self.open[_name(Kind.INPUT_TOO_LATE, message.device_id)] = matter
        return [matter]

    def excuse(self, matter: Matter, clock: Micros, before: View, view: View) -> bool:
        """Tell whether an absence recorded since covers a silence; forgets it if it goes on."""
        device_id = matter.device_id
        worn = None if device_id is None else view.activation_at(device_id, matter.began_at)
        if worn is None or matter.kind not in _EXCUSABLE:
            return False
        wait = _wait(matter.kind, worn, view)
        was, now = (
            counted_from(matter.began_at, wait, one.free(None, Covers.CONTACT))
            for one in (before, view)
        )
        ended = clock if matter.ended_at is None else matter.ended_at
        if now == was or now + wait <= ended:
            return False
        if matter.ended_at is None:
            self.open.pop(_name(matter.kind, device_id), None)
        return True

    def _back(
        self, message: Message, clock: Micros, *, is_fix: bool, was_kept: bool
    ) -> list[Matter]:
        """End the silences that a message, or a position, ends.

        A message that the device kept for that time says that it was not off, but offline.
        """
        kinds = (*_ENDED_BY_WORD, *_ENDED_BY_FIX) if is_fix else _ENDED_BY_WORD
        ended = [one for kind in kinds for one in self._end(kind, message.device_id, clock)]
        return [
            replace(one, cause=Cause.OFFLINE)
            if was_kept and one.kind in SILENCES and one.began_at < message.at
            else one
            for one in ended
        ]

    def _lost(
        self, device_id: DeviceId, heard: Heard, clock: Micros, worn: Activation, view: View
    ) -> list[Matter]:
        if _name(Kind.LOCATION_LOST, device_id) in self.open:
            return []
        first = max(heard.first, worn.during.start)
        since = Micros(first if heard.fixed is None else heard.fixed)
        wait = _wait(Kind.LOCATION_LOST, worn, view)
        counted = counted_from(since, wait, view.free(None, Covers.CONTACT))
        return (
            [self._begin(Kind.LOCATION_LOST, device_id, since)] if clock - counted >= wait else []
        )

    def _deadlines(self, clock: Micros, view: View) -> list[_Timer]:
        """List timers that are not open yet."""
        found: list[_Timer] = []
        for device_id, worn in view.worn_at(clock):
            heard = self.heard.get(device_id)
            if heard is None or heard.last < worn.during.start:
                start = Micros(max(worn.during.start, view.named_from(device_id)))
                found.append(_timer(Kind.MONITORING_NOT_STARTED, start, worn, view))
            else:
                found += _timers(heard, worn, view)
        return [one for one in found if self._is_pending(one, clock, view)]

    def _is_pending(self, timer: _Timer, clock: Micros, view: View) -> bool:
        kind, device_id, at, _since = timer
        if _name(kind, device_id) in self.open:
            return False
        return _is_watched(device_id, Micros(max(at, clock)), view)

    def _begin(self, kind: Kind, device_id: DeviceId, since: Micros) -> Matter:
        matter = Matter(kind=kind, device_id=device_id, began_at=since)
        self.open[_name(kind, device_id)] = matter
        return matter

    def _end(self, kind: Kind, device_id: DeviceId, clock: Micros) -> list[Matter]:
        matter = self.open.pop(_name(kind, device_id), None)
        return [] if matter is None else [matter.end(clock, decided=clock)]


_EXCUSABLE = (
    Kind.CONTACT_LOST,
    Kind.LOCATION_LOST,
    Kind.MONITORING_SILENT_24H,
    Kind.MONITORING_SILENT_72H,
)


def _wait(kind: Kind, worn: Activation, view: View) -> int:
    """Tell how long a silence may last, in µs. Source: contract §5."""
    least_s = view.settings.silence_s
    match kind:
        case Kind.CONTACT_LOST:
            return max(3 * worn.report_every_s, least_s) * SECOND
        case Kind.LOCATION_LOST:
            return max(5 * worn.fix_every_s, least_s) * SECOND
        case Kind.MONITORING_SILENT_72H:
            return 3 * DAY
        case _:
            return DAY


def _timers(heard: Heard, worn: Activation, view: View) -> list[_Timer]:
    found = [_timer(kind, heard.last, worn, view) for kind in _OF_CONTACT]
    if heard.fixed is None:
        found.append(_timer(Kind.MONITORING_NEVER_FIXED, heard.first, worn, view))
    return found


def _timer(kind: Kind, since: Micros, worn: Activation, view: View) -> _Timer:
    # Silence that was allowed does not count: the timer runs from where the absence ends.
    wait = _wait(kind, worn, view)
    counted = counted_from(since, wait, view.free(None, Covers.CONTACT))
    return (kind, worn.device_id, Micros(counted + wait), since)


def _is_watched(device_id: DeviceId | None, at: Micros, view: View) -> bool:
    return device_id is not None and view.activation_at(device_id, at) is not None


def _name(kind: Kind, device_id: DeviceId | None) -> str:
    return f"{kind} {device_id or ''}"
