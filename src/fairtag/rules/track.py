"""What does event time tell? A machine that takes messages in the order in which they happened."""

from __future__ import annotations

import msgspec

from fairtag.intake.columns import Positions
from fairtag.intake.messages import CheckInReceipt, Message, Said
from fairtag.orders.model import Attendance, CheckIn, Covers, Ruling
from fairtag.rules import conditions, devices
from fairtag.rules.conditions import Located, Watched
from fairtag.rules.devices import Noticed
from fairtag.rules.duty import is_free
from fairtag.rules.matter import Matter
from fairtag.rules.places.belief import Beliefs, Side
from fairtag.rules.view import View
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import Micros

Order = tuple[int, str, int, int]
Turns = list[tuple[ConditionId, Micros, Side]]


def order_of(message: Message) -> Order:
    """Tell what comes first: time, and the device's own count where two have the same time."""
    seq = -1 if message.seq is None else message.seq
    return (message.at, message.device_id, message.epoch, seq)


class Track(msgspec.Struct, kw_only=True, array_like=True):
    """Where an order stands at one instant of event time."""

    now: Micros = Micros(0)
    last: Order = (0, "", 0, 0)  # of the last message
    version: int | None = None  # in force at `now`
    watched: dict[ConditionId, Watched] = {}
    beliefs: Beliefs = msgspec.field(default_factory=Beliefs)
    noticed: dict[DeviceId, Noticed] = {}

    def due(self, view: View) -> Micros | None:
        """Tell when time alone changes something."""
        times = [conditions.due(one, self.watched[one.id]) for one in self._bound(view)]
        if self.noticed:
            free = view.free(None, Covers.TAMPER)
            times += [devices.due(one, free, view.settings) for one in self.noticed.values()]
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
            found += self.turn(view)
        self.now = Micros(max(self.now, to))
        return found

    def is_next(self, message: Message) -> bool:
        """Tell whether a message happened now or later."""
        return message.at >= self.now and order_of(message) >= self.last

    def fit(self, view: View) -> None:
        """Take absences and ends that were recorded since, for what is open."""
        ruling = view.ruling_at(self.now)
        for condition in self._bound(view):
            if ruling is not None and not isinstance(condition, Attendance):
                duty = view.duty_at(condition, ruling, self.now)
                conditions.fit(self.watched[condition.id], duty, self.now)

    def apply(self, message: Said, view: View) -> list[Matter]:
        """Take a message that is the next one."""
        found = self.advance(message.at, view)
        self.last = order_of(message)
        ruling = view.ruling_at(message.at)
        if ruling is None or view.activation_at(message.device_id, message.at) is None:
            return found
        found += self.turn(view) + self.notice(message, view)
        if isinstance(message, CheckInReceipt):
            found += _check_in(message, ruling, view)
        return found

    def noticed_of(self, device_id: DeviceId) -> Noticed:
        """Give what is remembered about a device."""
        return self.noticed.setdefault(device_id, Noticed())

    def notice(self, message: Message, view: View) -> list[Matter]:
        """Let the device's own machine take a message."""
        excused = is_free(view.free(None, Covers.TAMPER), message.at)
        noticed = self.noticed_of(message.device_id)
        return devices.observe(noticed, message, is_tamper_free=excused, settings=view.settings)

    def stand_at(self, columns: Positions, row: int) -> None:
        """Note that a row was the last message."""
        at = Micros(int(columns.at[row]))
        self.now = Micros(max(self.now, at))
        self.last = (at, columns.device_id, columns.epoch, int(columns.seq[row]))

    def stand(self, view: View) -> list[Matter]:
        """Take what was recorded since about this very instant, as far as it ends what is open."""
        return self._pass(self.now, view) + self.turn(view)

    def open_matters(self) -> list[Matter]:
        """List what goes on."""
        of_places = [one.open for _, one in sorted(self.watched.items()) if one.open is not None]
        devices_seen = [one for _, one in sorted(self.noticed.items())]
        return of_places + [one for each in devices_seen for _, one in sorted(each.open.items())]

    def _pass(self, at: Micros, view: View) -> list[Matter]:
        found: list[Matter] = []
        longest = view.longest_step(self.now)
        for condition in self._bound(view):
            free = view.free(condition.id, Covers.CONDITIONS)
            since = (
                self.now if self.version is None else view.bound_from(self.version, condition.id)
            )
            watched = self.watched[condition.id]
            seen = self.beliefs.seen(condition.id)
            found += conditions.pass_time(
                condition, watched, seen, free, at, bound_from=since, longest=longest
            )
        excused = view.free(None, Covers.TAMPER)
        for device_id, noticed in sorted(self.noticed.items()):
            found += devices.pass_time(noticed, device_id, at, excused, view.settings)
            if view.activation_at(device_id, at) is None:
                found += devices.end_all(noticed, at)
        return found

    def turn(self, view: View) -> list[Matter]:
        """Change to the version in force: what it does not repeat ends."""
        ruling = view.ruling_at(self.now)
        version = None if ruling is None else ruling.version
        if version == self.version:
            return []
        kept = {} if ruling is None else {one.id: one for one in view.located(version)}
        found: list[Matter] = []
        still = {old.id for old in self._bound(view) if kept.get(old.id) == old}
        for old in self._bound(view):
            if old.id not in still:
                found += conditions.end_at(
                    self.watched.pop(old.id),
                    self.beliefs.seen(old.id),
                    self.now,
                    is_span_over=False,
                    longest=view.longest_step(self.now),
                )
        self.version = version
        for one in kept.values():
            self.watched.setdefault(one.id, Watched())
        # A condition that is worded anew is another one: what was believed is about another edge.
        self.beliefs.forget(name for name in self.beliefs.names if name not in still)
        self.beliefs.fit(tuple(one.id for one in kept.values()))
        return found

    def _bound(self, view: View) -> list[Located]:
        """List the conditions of the version that `watched` is about."""
        return [one for one in view.located(self.version) if one.id in self.watched]

    def _has_open(self) -> bool:
        return any(one.open is not None for one in self.watched.values()) or any(
            one.open for one in self.noticed.values()
        )


def _check_in(receipt: CheckInReceipt, ruling: Ruling, view: View) -> list[Matter]:
    for condition in ruling.conditions:
        if isinstance(condition, CheckIn) and condition.id == receipt.condition_id:
            return devices.check_in(receipt, condition, view.free(condition.id, Covers.CHECK_INS))
    return []  # nobody ordered it
