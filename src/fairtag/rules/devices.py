"""What did a device notice about itself, and for how long? Its faults never count against anyone.

Units: µs UTC; percent.
"""

from __future__ import annotations

import msgspec

from fairtag.intake.messages import (
    CheckInReceipt,
    CheckInState,
    Event,
    EventCode,
    Message,
    Position,
    StatusReport,
)
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.settings import Settings
from fairtag.terms.ids import ConditionId, DeviceId
from fairtag.terms.instants import SECOND, Micros

TAMPER = frozenset({Kind.TAMPER_STRAP, Kind.TAMPER_CASE, Kind.BODY_OFF_LONG})
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


class Noticed(msgspec.Struct, kw_only=True, array_like=True):
    """What is remembered about one device."""

    open: dict[Kind, Matter] = {}
    until: dict[Kind, Micros] = {}  # when a momentary matter ends
    off_since: Micros | None = None
    off_by: Message | None = None
    battery_pct: float | None = None


def due(noticed: Noticed, settings: Settings) -> Micros | None:
    """Tell when time alone changes something."""
    times = list(noticed.until.values())
    if noticed.off_since is not None and Kind.BODY_OFF_LONG not in noticed.open:
        times.append(Micros(noticed.off_since + settings.body_off_s * SECOND))
    return min(times, default=None)


def pass_time(
    noticed: Noticed, device_id: DeviceId, to: Micros, settings: Settings
) -> list[Matter]:
    """Let time pass up to an instant."""
    done = []
    for kind, until in sorted(noticed.until.items()):
        if until <= to:
            del noticed.until[kind]
            done += _end(noticed, kind, until, until)
    since = noticed.off_since
    if since is None or Kind.BODY_OFF_LONG in noticed.open or noticed.off_by is None:
        return done
    if since + settings.body_off_s * SECOND <= to:
        done += _begin(noticed, Kind.BODY_OFF_LONG, device_id, noticed.off_by)
    return done


def end_all(noticed: Noticed, at: Micros) -> list[Matter]:
    """End everything because the device is no longer worn under the order."""
    done = [matter.end(at, decided=at) for _, matter in sorted(noticed.open.items())]
    noticed.open, noticed.until, noticed.off_since, noticed.off_by = {}, {}, None, None
    return done


def observe(
    noticed: Noticed, message: Message, *, is_tamper_free: bool, settings: Settings
) -> list[Matter]:
    """Take a message; tells the matters that changed."""
    match message:
        case Event():
            return _event(noticed, message, is_tamper_free=is_tamper_free, settings=settings)
        case Position():
            found = _battery(noticed, message, message.battery_pct, settings)
            if message.is_mock:
                found += _moment(noticed, Kind.LOCATION_DOUBTFUL, message, settings)
            return found
        case StatusReport():
            return _battery(noticed, message, message.battery_pct, settings)
        case CheckInReceipt():
            return _check_in(message)


def _event(
    noticed: Noticed, event: Event, *, is_tamper_free: bool, settings: Settings
) -> list[Matter]:
    found: list[Matter] = []
    for kind in _ENDING.get(event.code, ()):
        found += _end(noticed, kind, event.at, event.at)
    match event.code:
        case EventCode.ON_BODY:
            noticed.off_since = noticed.off_by = None
        case EventCode.OFF_BODY if not is_tamper_free and noticed.off_since is None:
            noticed.off_since, noticed.off_by = event.at, event
        case EventCode.POWER_OFF:
            found += _power_off(noticed, event, settings)
        case _:
            pass
    lasting, moment = _LASTING.get(event.code), _MOMENTARY.get(event.code)
    if is_tamper_free and (lasting in TAMPER or moment in TAMPER):
        return found
    if lasting is not None:
        found += _begin(noticed, lasting, event.device_id, event)
    if moment is not None:
        found += _moment(noticed, moment, event, settings)
    return found


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
    noticed.battery_pct = battery_pct
    if battery_pct <= settings.battery_low_pct:
        return found + _begin(noticed, Kind.BATTERY_LOW, message.device_id, message)
    if battery_pct >= settings.battery_back_pct:
        return found + _end(noticed, Kind.BATTERY_LOW, message.at, message.at)
    return found


def _begin(noticed: Noticed, kind: Kind, device_id: DeviceId, by: Message) -> list[Matter]:
    if kind in noticed.open:
        return []
    matter = Matter(kind=kind, device_id=device_id, began_at=by.at, evidence=(evidence_of(by),))
    noticed.open[kind] = matter
    return [matter]


def _moment(noticed: Noticed, kind: Kind, by: Message, settings: Settings) -> list[Matter]:
    noticed.until[kind] = Micros(by.at + settings.linger_s * SECOND)
    return _begin(noticed, kind, by.device_id, by)


def _end(noticed: Noticed, kind: Kind, at: Micros, decided: Micros) -> list[Matter]:
    matter = noticed.open.pop(kind, None)
    return [] if matter is None else [matter.end(at, decided=decided)]


def _check_in(receipt: CheckInReceipt) -> list[Matter]:
    if receipt.state is CheckInState.EXPIRED_SHOWN:
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
