"""What may happen to a device? What it notices, silence, a battery; the wearer is at home."""

from __future__ import annotations

from functools import partial

from fairtag.sim.devices.receivers import Model
from fairtag.sim.scenarios.scene import (
    Offline,
    Plan,
    Scenario,
    Scene,
    Truth,
    at_instant,
    minutes_after,
)
from fairtag.terms.instants import DAY, HOUR, Micros
from fairtag.terms.local import Interval

_SILENT_MIN = 80 * 60


def _device(kind: str, during: Interval) -> Truth:
    return Truth(kind=kind, condition_id=None, during=during)


def _battery_flat(scene: Scene) -> Plan:
    """Run down, warn, switch off for four hours, be charged."""
    low = scene.day
    critical, off = minutes_after(low, 10), minutes_after(low, 15)
    dead = scene.clipped(off, 240)
    full = minutes_after(dead.end, 90)
    events = [(low, "battery_low"), (critical, "battery_critical"), (off, "power_off")]
    if dead.end < scene.during.end:
        events += [(dead.end, "power_on"), (dead.end, "charge_start"), (full, "charge_stop")]
    return Plan(
        at_home=(scene.day_off,),
        events=tuple(events),
        battery=(
            (minutes_after(low, -45), 26.0),
            (low, 20.0),
            (off, 1.0),
            (dead.end, 2.0),
            (full, 100.0),
        ),
        dead=(Interval(start=minutes_after(off, 0.1), end=dead.end),),
        truth=(
            _device("battery.low", Interval(start=low, end=dead.end)),
            _device("battery.dead", dead),
            _device("contact.lost", dead),
        ),
    )


def _offline_evening(scene: Scene) -> Plan:
    """Be at home without network for five hours, then send the newest first."""
    start = minutes_after(scene.night.start, -30)
    offline = scene.clipped(start, 300)
    return Plan(
        offline=(Offline(during=offline, is_reversed=True),),
        truth=(_device("contact.lost", offline),),
    )


def _told(scene: Scene, *, code: str, kind: str) -> Plan:
    """Have the device notice something once."""
    return Plan(
        at_home=(scene.day_off,),
        events=((scene.day, code),),
        truth=(_device(kind, at_instant(scene.day)),),
    )


def _lasting(scene: Scene, *, codes: tuple[str, str], kind: str, minutes: float) -> Plan:
    """Have the device notice that something begins and ends."""
    during = scene.clipped(scene.day, minutes)
    return Plan(
        at_home=(scene.day_off,),
        events=((during.start, codes[0]), (during.end, codes[1])),
        truth=(_device(kind, during),),
    )


def _silent(scene: Scene) -> Plan:
    """Say nothing for 80 h, or for as long as the scene lasts."""
    dead = scene.clipped(Micros(scene.day), _SILENT_MIN)
    kinds = [
        ("contact.lost", HOUR // 2),
        ("monitoring.silent_24h", DAY),
        ("monitoring.silent_72h", 3 * DAY),
    ]
    lasted = dead.end - dead.start
    return Plan(
        at_home=(scene.day_off,),
        dead=(dead,),
        truth=tuple(_device(kind, dead) for kind, after in kinds if lasted >= after),
    )


def _never_started(scene: Scene) -> Plan:
    return Plan(dead=(scene.during,), truth=(_device("monitoring.not_started", scene.during),))


EQUIPMENT = {
    "battery_flat": Scenario(
        tells="The battery warns, goes flat for four hours, and is charged.",
        plan=_battery_flat,
        model=Model.TAG,
    ),
    "offline_evening": Scenario(
        tells="At home without network for five hours; it comes at night, the newest first.",
        plan=_offline_evening,
        model=Model.TAG,
    ),
    "strap_cut": Scenario(
        tells="The strap is cut; it is fitted again after three hours.",
        plan=partial(
            _lasting, codes=("strap_open", "strap_closed"), kind="tamper.strap", minutes=180
        ),
        model=Model.TAG,
    ),
    "case_opened": Scenario(
        tells="The device's case is opened.",
        plan=partial(_told, code="case_open", kind="tamper.case"),
        model=Model.TAG,
    ),
    "off_body_long": Scenario(
        tells="The device is off the body for 40 minutes.",
        plan=partial(_lasting, codes=("off_body", "on_body"), kind="body.off_long", minutes=40),
        model=Model.TAG,
    ),
    "sos": Scenario(
        tells="The wearer asks for help.",
        plan=partial(_told, code="sos", kind="wearer.help"),
        model=Model.TAG,
    ),
    "silent": Scenario(
        tells="The device says nothing for 80 hours, or to the end.",
        plan=_silent,
        model=Model.TAG,
        takes_days=5,
    ),
    "never_started": Scenario(
        tells="The order runs and its device never says anything.",
        plan=_never_started,
        model=Model.TAG,
        is_at_once=True,
    ),
}
