"""What may happen to an invented wearer, and what is true about it.

Units: instants in µs UTC; spans in minutes as named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairtag.sim.people import Spot
from fairtag.terms.instants import MINUTE, Micros, text
from fairtag.terms.local import Interval

ZONE_NORTH_M = 1500.0  # from home to the middle of the exclusion zone
ZONE_HALF_M = 200.0
_AWAY_M = 700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened, for one condition or the device."""

    kind: str
    condition_id: str | None
    during: Interval

    def row(self, wearer_id: str, scenario: str) -> dict[str, Any]:
        """Write it as a line of `truth.ndjson` (contract §2)."""
        return {
            "wearer_id": wearer_id,
            "condition_id": self.condition_id,
            "kind": self.kind,
            "from": text(self.during.start),
            "to": text(self.during.end),
            "scenario": scenario,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a scenario departs from an ordinary life."""

    away: tuple[tuple[Interval, Spot], ...] = ()
    events: tuple[tuple[Micros, str], ...] = ()
    battery: tuple[tuple[Micros, float], ...] = ()  # percent from an instant on
    dead: tuple[Interval, ...] = ()  # the device says nothing, now or later
    offline: tuple[Interval, ...] = ()  # the device keeps what it has and sends it afterwards
    truth: tuple[Truth, ...] = ()


def _for(at: Micros, minutes: float) -> Interval:
    return Interval(start=at, end=Micros(at + round(minutes * MINUTE)))


def _calm(at: Micros, home: Spot) -> Plan:
    del at, home
    return Plan()


def _curfew_left(at: Micros, home: Spot) -> Plan:
    gone = _for(at, 50)
    truth = Truth(kind="curfew.left", condition_id="c1", during=gone)
    return Plan(away=((gone, home.moved(0, _AWAY_M)),), truth=(truth,))


def _exclusion_entered(at: Micros, home: Spot) -> Plan:
    """Cross the exclusion zone by day; the way there and back is outside of it."""
    inside = _for(at, 25)
    truth = Truth(kind="zone.entered", condition_id="x1", during=inside)
    return Plan(away=((inside, home.moved(ZONE_NORTH_M, 0)),), truth=(truth,))


def _strap_cut(at: Micros, home: Spot) -> Plan:
    del home
    truth = Truth(kind="tamper.strap", condition_id=None, during=_for(at, 0))
    return Plan(events=((at, "strap_open"),), truth=(truth,))


def _battery_dead(at: Micros, home: Spot) -> Plan:
    del home
    low, off = at, Micros(at + 20 * MINUTE)
    dead = _for(off, 240)
    truth = (
        Truth(kind="battery.low", condition_id=None, during=_for(low, 20)),
        Truth(kind="battery.dead", condition_id=None, during=Interval(start=off, end=dead.end)),
    )
    events = ((low, "battery_low"), (Micros(off - MINUTE), "battery_critical"), (off, "power_off"))
    return Plan(events=events, battery=((low, 9.0), (off, 1.0)), dead=(dead,), truth=truth)


def _sos(at: Micros, home: Spot) -> Plan:
    del home
    truth = Truth(kind="wearer.help", condition_id=None, during=_for(at, 0))
    return Plan(events=((at, "sos"),), truth=(truth,))


def _silent(at: Micros, home: Spot) -> Plan:
    del home
    dead = _for(at, 600)
    return Plan(dead=(dead,), truth=(Truth(kind="contact.lost", condition_id=None, during=dead),))


def _late_upload(at: Micros, home: Spot) -> Plan:
    """Leave the curfew address while the network is away; the trail tells it afterwards."""
    gone, offline = _for(Micros(at + 20 * MINUTE), 50), _for(at, 90)
    truth = (
        Truth(kind="contact.lost", condition_id=None, during=offline),
        Truth(kind="curfew.left", condition_id="c1", during=gone),
    )
    return Plan(away=((gone, home.moved(0, _AWAY_M)),), offline=(offline,), truth=truth)


SCENARIOS: dict[str, Callable[[Micros, Spot], Plan]] = {
    "calm": _calm,
    "curfew_left": _curfew_left,
    "exclusion_entered": _exclusion_entered,
    "strap_cut": _strap_cut,
    "battery_dead": _battery_dead,
    "sos": _sos,
    "silent": _silent,
    "late_upload": _late_upload,
}
