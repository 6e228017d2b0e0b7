"""What did a device notice about itself, and for how long? Its faults never count against anyone.

Units: µs UTC; percent.
"""

from __future__ import annotations

import msgspec
import numpy as np
from msgspec.structs import replace

from fairtag.intake.columns import Positions
from fairtag.intake.messages import (
    CheckInReceipt,
    CheckInState,
    Event,
    EventCode,
    Message,
    Position,
    StatusReport,
)
from fairtag.orders.model import CheckIn
from fairtag.rules.doubt import Sign
from fairtag.rules.duty import counted_from
from fairtag.rules.finding import Evidence, Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.settings import Settings
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

Free = tuple[Interval, ...]
TAMPER = frozenset({Kind.TAMPER_STRAP, Kind.TAMPER_CASE, Kind.BODY_OFF_LONG})
CHECK_INS = frozenset({Kind.CHECKIN_MISSED, Kind.CHECKIN_NEEDS_REVIEW})
_DEAD_PCT = 5.0

_LASTING = {
    EventCode.STRAP_OPEN: Kind.TAMPER_STRAP,
    EventCode.BATTERY_LOW: Kind.BATTERY_LOW,
    EventCode.BATTERY_CRITICAL: Kind.BATTERY_LOW,
}
_ENDING = {
    EventCode.STRAP_CLOSED: (Kind.TAMPER_STRAP,),
    EventCode.CHARGE_START: (Kind.BATTERY_LOW,),
    EventCode.POWER_ON: (Kind.BATTERY_DEAD,),
    EventCode.ON_BODY: (Kind.BODY_OFF_LONG,),
}
# These have no sign that ends them: they end a while after the last one, so that a new one is new.
_MOMENTARY = {
    EventCode.CASE_OPEN: Kind.TAMPER_CASE,
    EventCode.FAULT: Kind.EQUIPMENT_FAULT,
    EventCode.CLOCK_CHANGED: Kind.EQUIPMENT_FAULT,
    EventCode.JAMMING: Kind.LOCATION_DOUBTFUL,
    EventCode.MOCK_LOCATION: Kind.LOCATION_DOUBTFUL,
    EventCode.SOS: Kind.WEARER_HELP,
}


_CAUSES = {EventCode.JAMMING: "jamming", EventCode.MOCK_LOCATION: Sign.MOCK.cause}


class Noticed(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about one device."""

    open: dict[Kind, Matter] = {}
    until: dict[Kind, Micros] = {}  # when a momentary matter ends
    off_since: Micros | None = None
    off_by: Evidence | None = None
    is_off_late: bool = False  # that was told late
    battery_pct: float | None = None
    is_charging: bool = False
    honesty: bytes = b""  # what the look for signs of doubt remembers
    strap_since: Micros | None = None  # the strap has been open
    strap_by: Evidence | None = None
    is_strap_late: bool = False  # that was told late
    frozen_at: Micros | None = None  # the last position of a receiver that stands still
    placed_at: Micros | None = None  # the last position of the device that says where it is


def due(noticed: Noticed, free: Free, settings: Settings) -> Micros | None:
    """Tell when time alone changes something; `free` are times in which tampering is excused."""
    times = list(noticed.until.values())
    if noticed.off_since is not None and Kind.BODY_OFF_LONG not in noticed.open:
        wait = settings.body_off_s * SECOND
        times.append(Micros(counted_from(noticed.off_since, wait, free) + wait))
    if noticed.strap_since is not None and Kind.TAMPER_STRAP not in noticed.open:
        times.append(counted_from(noticed.strap_since, 0, free))
    return min(times, default=None)


def pass_time(
    noticed: Noticed, device_id: DeviceId, to: Micros, free: Free, settings: Settings
) -> list[Matter]:
    """Let time pass up to an instant."""
    done = []
    for kind, until in sorted(noticed.until.items()):
        if until <= to:
            del noticed.until[kind]
            done += _end(noticed, kind, until, until)
    done += _strap(noticed, device_id, to, free)
    if noticed.off_since is None or Kind.BODY_OFF_LONG in noticed.open or noticed.off_by is None:
        return done
    wait = settings.body_off_s * SECOND
    since = counted_from(noticed.off_since, wait, free)
    if since + wait <= to:
        matter = _enter(noticed, Kind.BODY_OFF_LONG, device_id, since, noticed.off_by)
        done.append(replace(matter, is_of_old_data=noticed.is_off_late))
    return done


def _strap(noticed: Noticed, device_id: DeviceId, to: Micros, free: Free) -> list[Matter]:
    """Tell of a strap that was opened in a free time and is still open when that is over."""
    since, by = noticed.strap_since, noticed.strap_by
    if since is None or by is None or Kind.TAMPER_STRAP in noticed.open:
        return []
    began_at = counted_from(since, 0, free)
    if began_at > to:
        return []
    matter = _enter(noticed, Kind.TAMPER_STRAP, device_id, began_at, by)
    return [replace(matter, is_of_old_data=noticed.is_strap_late)]


def end_all(noticed: Noticed, at: Micros) -> list[Matter]:
    """End everything because the device is no longer worn under the order."""
    done = [matter.end(at, decided=at) for _, matter in sorted(noticed.open.items())]
    noticed.open, noticed.until, noticed.off_since, noticed.off_by = {}, {}, None, None
    noticed.strap_since = noticed.strap_by = None
    noticed.is_charging = False
    return done


def observe(
    noticed: Noticed, message: Message, *, is_tamper_free: bool, settings: Settings
) -> list[Matter]:
    """Take a message; tells the matters that changed."""
    match message:
        case Event():
            return _event(noticed, message, is_tamper_free=is_tamper_free, settings=settings)
        case Position():
            return _battery(noticed, message, message.battery_pct, settings)
        case StatusReport():
            return _battery(noticed, message, message.battery_pct, settings)
        case CheckInReceipt():
            return []


def first_telling(
    noticed: Noticed, columns: Positions, first: int, end: int, settings: Settings
) -> int:
    """Tell the first row that must be observed; the others only say how full the battery is."""
    if Kind.BATTERY_DEAD in noticed.open:
        return first
    battery = columns.battery_pct[first:end]
    if Kind.BATTERY_LOW in noticed.open:
        is_telling = battery >= settings.battery_back_pct
    else:
        is_telling = battery <= settings.battery_low_pct
    if noticed.is_charging:
        before = np.nan if noticed.battery_pct is None else noticed.battery_pct
        is_telling = is_telling | (battery < np.fmax.accumulate([before, *battery])[:-1])
    return first + int(np.argmax(is_telling)) if is_telling.any() else end


def pass_by(noticed: Noticed, columns: Positions, first: int, end: int) -> None:
    """Take rows that tell nothing but how full the battery is."""
    battery = columns.battery_pct[first:end]
    known = battery[~np.isnan(battery)]
    if len(known):
        noticed.battery_pct = float(known[-1])


def doubt(noticed: Noticed, fix: Position, sign: Sign, settings: Settings) -> list[Matter]:
    """Take a sign that a position is not where the device is."""
    if sign is Sign.FROZEN:
        noticed.frozen_at = fix.at
    return _moment(noticed, Kind.LOCATION_DOUBTFUL, fix, settings, cause=sign.cause)


def _event(
    noticed: Noticed, event: Event, *, is_tamper_free: bool, settings: Settings
) -> list[Matter]:
    found: list[Matter] = []
    for kind in _ENDING.get(event.code, ()):
        found += _end(noticed, kind, event.at, event.at)
    _note(noticed, event, settings)
    if event.code is EventCode.POWER_OFF:
        found += _power_off(noticed, event, settings)
    lasting, moment = _LASTING.get(event.code), _MOMENTARY.get(event.code)
    if is_tamper_free and (lasting in TAMPER or moment in TAMPER):
        return found
    if lasting is not None:
        found += _begin(noticed, lasting, event.device_id, event)
    if moment is not None:
        found += _moment(noticed, moment, event, settings, cause=_CAUSES.get(event.code))
    return found


def _note(noticed: Noticed, event: Event, settings: Settings) -> None:
    match event.code:
        case EventCode.ON_BODY:
            noticed.off_since = noticed.off_by = None
        case EventCode.OFF_BODY if noticed.off_since is None:
            noticed.off_since, noticed.off_by = event.at, evidence_of(event)
            noticed.is_off_late = event.received_at - event.at > settings.late_s * SECOND
        case EventCode.STRAP_CLOSED:
            noticed.strap_since = noticed.strap_by = None
        case EventCode.STRAP_OPEN if noticed.strap_since is None:
            noticed.strap_since, noticed.strap_by = event.at, evidence_of(event)
            noticed.is_strap_late = event.received_at - event.at > settings.late_s * SECOND
        case EventCode.CHARGE_START | EventCode.CHARGE_STOP:
            noticed.is_charging = event.code is EventCode.CHARGE_START
        case _:
            pass


def _power_off(noticed: Noticed, event: Event, settings: Settings) -> list[Matter]:
    is_flat = noticed.battery_pct is not None and noticed.battery_pct <= _DEAD_PCT
    if is_flat or Kind.BATTERY_LOW in noticed.open:
        return _begin(noticed, Kind.BATTERY_DEAD, event.device_id, event)
    return _moment(noticed, Kind.EQUIPMENT_FAULT, event, settings)


def _battery(
    noticed: Noticed, message: Message, battery_pct: float | None, settings: Settings
) -> list[Matter]:
    found = _end(noticed, Kind.BATTERY_DEAD, message.at, message.at)
    if battery_pct is None:
        return found
    # Who charges has done what is asked; a charge that falls says that the charger is off again.
    is_falling = noticed.battery_pct is not None and battery_pct < noticed.battery_pct
    noticed.is_charging = noticed.is_charging and not is_falling
    noticed.battery_pct = battery_pct
    if battery_pct <= settings.battery_low_pct and not noticed.is_charging:
        return found + _begin(noticed, Kind.BATTERY_LOW, message.device_id, message)
    if battery_pct >= settings.battery_back_pct:
        return found + _end(noticed, Kind.BATTERY_LOW, message.at, message.at)
    return found


def _begin(
    noticed: Noticed, kind: Kind, device_id: DeviceId, by: Message, cause: str | None = None
) -> list[Matter]:
    if kind in noticed.open:
        return []
    return [_enter(noticed, kind, device_id, by.at, evidence_of(by), cause)]


def _enter(
    noticed: Noticed,
    kind: Kind,
    device_id: DeviceId,
    began_at: Micros,
    by: Evidence,
    cause: str | None = None,
) -> Matter:
    matter = Matter(kind=kind, device_id=device_id, began_at=began_at, evidence=(by,), cause=cause)
    noticed.open[kind] = matter
    return matter


def _moment(
    noticed: Noticed, kind: Kind, by: Message, settings: Settings, cause: str | None = None
) -> list[Matter]:
    noticed.until[kind] = Micros(by.at + settings.linger_s * SECOND)
    return _begin(noticed, kind, by.device_id, by, cause)


def _end(noticed: Noticed, kind: Kind, at: Micros, decided: Micros) -> list[Matter]:
    matter = noticed.open.pop(kind, None)
    return [] if matter is None else [matter.end(at, decided=decided)]


def check_in(receipt: CheckInReceipt, ordered: CheckIn, free: Free) -> list[Matter]:
    """Take a receipt of an ordered check-in; a window that an absence touches is not missed."""
    if receipt.state is CheckInState.EXPIRED_SHOWN:
        until = receipt.at if receipt.window_until is None else receipt.window_until
        since = until - ordered.answer_within_min * MINUTE
        if any(span.start <= until and span.end > since for span in free):
            return []
        kind = Kind.CHECKIN_MISSED
    elif receipt.result == "refer":
        kind = Kind.CHECKIN_NEEDS_REVIEW
    else:
        return []
    matter = Matter(
        kind=kind,
        condition_id=ConditionId(receipt.condition_id),
        device_id=receipt.device_id,
        began_at=receipt.at,
        evidence=(evidence_of(receipt),),
    )
    return [matter.end(receipt.at, decided=receipt.at)]
