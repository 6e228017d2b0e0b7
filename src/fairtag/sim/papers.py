"""Which order stands against an invented life? Files as contract §3 writes them.

Every order has a curfew, an exclusion zone and the trail; every third an inclusion zone; an
attendance where the scenario has appointments; absences where leave was granted.
"""

from __future__ import annotations

from typing import Any

from fairtag.sim.cast import ZONE, Player
from fairtag.sim.devices.receivers import Model
from fairtag.sim.lives.people import Spot
from fairtag.sim.scenarios.scene import REGION_HALF_M, ZONE_HALF_M
from fairtag.terms.instants import DAY, Micros, text
from fairtag.terms.local import Interval, wall_minute

_GIVEN = ("Alder", "Birch", "Cedar", "Hazel", "Linden", "Maple", "Rowan", "Willow")
_FAMILY = ("Example", "Invented", "Madeup", "Nobody", "Pretend", "Sample")
_LASTS_DAYS = 90
_OFFICE_M = 100.0  # Source: the seed's scheme, least radius for a device that is not fitted
FIX_EVERY_S = 60
REPORT_EVERY_S = {Model.TAG: 60, Model.ANDROID: 300, Model.APPLE: 300}


def order_of(one: Player) -> dict[str, Any]:
    """Write the player's order."""
    begins = one.span.start
    ends = Micros(max(one.span.end, begins + _LASTS_DAYS * DAY))
    return {
        "format": "fairtag-order/1",
        "order_id": f"ORD-{one.number:04}",
        "version": 1,
        "supersedes": None,
        "simulated": True,
        "cohort": "convicted_liable_to_removal",
        "authority": {"id": "ho", "name": "Home Office", "kind": "home_office"},
        "legal_regime": "uk_gdpr",
        "legal_basis": "Immigration Act 2016 Sch. 10 para. 2(1)(e)",
        "necessity": "Rehearsal: the person is invented and would have absconded twice.",
        "proportionality": "Rehearsal: one address, one zone, reviewed after two months.",
        "less_intrusive_considered": "Rehearsal: weekly reporting would have been tried first.",
        "vulnerability_assessed_at": text(begins)[:10],
        "review": {
            "kind": "administrative",
            "by": text(Micros(begins + 60 * DAY))[:10],
            "instrument": "Rehearsal policy",
        },
        "starts_at": text(begins),
        "ends_at": text(ends),
        "time_zone": ZONE,
        "wearer": _wearer(one),
        "devices": [_device(one)],
        "absences": list(one.plan.absences),
        "conditions": _conditions(one),
    }


def _wearer(one: Player) -> dict[str, Any]:
    return {
        "wearer_id": one.wearer_id,
        "names": {
            "given": _GIVEN[one.number % len(_GIVEN)],
            "family": _FAMILY[one.number % len(_FAMILY)],
        },
        "date_of_birth": "1990-01-01",
        "language": "en",
    }


def _device(one: Player) -> dict[str, Any]:
    return {
        "device_id": one.device_id,
        "type": "fitted" if one.model is Model.TAG else "non_fitted",
        "fix_every_s": FIX_EVERY_S,
        "report_every_s": REPORT_EVERY_S[one.model],
        "charged_by_wearer": True,
    }


def _conditions(one: Player) -> list[dict[str, Any]]:
    curfew: dict[str, Any] = {
        "id": "c1",
        "kind": "curfew",
        "place": _circle(one.curfew_at, one.radius_m),
        "grace_min": 5,
        "timetable": one.timetable,
    }
    zone = {
        "id": "x1",
        "kind": "exclusion_zone",
        "area": _square(one.zone, ZONE_HALF_M),
        "buffer_m": 0,
        "timetable": [],
    }
    found = [curfew, zone, {"id": "t1", "kind": "trail"}]
    if one.number % 3 == 0 or any(truth.condition_id == "n1" for truth in one.plan.truth):
        area = _square(one.person.home, REGION_HALF_M)
        found.append({"id": "n1", "kind": "inclusion_zone", "area": area, "timetable": []})
    if one.plan.appointments:
        found.append(_attendance(one))
    return found


def _attendance(one: Player) -> dict[str, Any]:
    return {
        "id": "a1",
        "kind": "attendance",
        "place": _circle(one.person.office, _OFFICE_M),
        "appointments": [
            _appointment(each["during"], each["stay_min"]) for each in one.plan.appointments
        ],
    }


def _appointment(during: Interval, stay_min: int) -> dict[str, Any]:
    return {"from": _wall(during.start), "to": _wall(during.end), "stay_min": stay_min}


def _wall(at: Micros) -> str:
    day, minute = wall_minute(at, ZONE)
    return f"{day}T{minute // 60:02}:{minute % 60:02}"


def _circle(middle: Spot, radius_m: float) -> dict[str, Any]:
    return {"center": [round(middle.lon, 7), round(middle.lat, 7)], "radius_m": radius_m}


def _square(middle: Spot, half_m: float) -> dict[str, Any]:
    corners = [
        middle.moved(half_m * north, half_m * east)
        for north, east in ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
    ]
    ring = [[round(corner.lon, 7), round(corner.lat, 7)] for corner in corners]
    return {"type": "Polygon", "coordinates": [ring]}
