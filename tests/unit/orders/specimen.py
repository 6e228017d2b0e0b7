"""A whole valid order with a condition of each kind, and ways to change it at one place."""

from __future__ import annotations

import copy
import json
from typing import Any

from fairtag.orders.problem import Problem
from fairtag.orders.read import check
from fairtag.orders.scheme import Scheme, seed_scheme

Path = tuple[str | int, ...]
HOME = [-2.2426, 53.4808]
GIVEN, FAMILY, BORN, NATION = "Canaryella", "Sealington", "1991-02-03", "Freedonian"
SECRETS = (GIVEN, FAMILY, BORN, NATION)


def box(
    west: float = -2.24, south: float = 53.50, east: float = -2.23, north: float = 53.51
) -> list[list[float]]:
    """Give a closed ring, counter-clockwise as RFC 7946 asks."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings) or [box()]}


def whole() -> dict[str, Any]:
    """Give the order; Monday 2 November 2026 to Sunday 31 January 2027, GMT throughout."""
    return {
        "format": "fairtag-order/1",
        "order_id": "ORD-1",
        "version": 1,
        "supersedes": None,
        "simulated": True,
        "cohort": "convicted_liable_to_removal",
        "authority": {"id": "ho", "name": "Home Office", "kind": "home_office"},
        "legal_regime": "uk_gdpr",
        "legal_basis": "Immigration Act 2016 Sch. 10 para. 2(1)(e)",
        "necessity": "Has absconded twice.",
        "proportionality": "Nights only.",
        "less_intrusive_considered": "Weekly reporting failed.",
        "vulnerability_assessed_at": "2026-10-28",
        "review": {"kind": "administrative", "by": "2027-01-15", "instrument": "Policy 1"},
        "starts_at": "2026-11-02T00:00:00Z",
        "ends_at": "2027-01-31T00:00:00Z",
        "time_zone": "Europe/London",
        "protected_hours": [{"from": "21:00", "to": "08:00"}],
        "wearer": {
            "wearer_id": "W-1",
            "names": {"given": GIVEN, "family": FAMILY},
            "date_of_birth": BORN,
            "nationality": NATION,
            "language": "en",
        },
        "devices": [
            {
                "device_id": "D-1",
                "type": "fitted",
                "from": None,
                "to": None,
                "fix_every_s": 60,
                "report_every_s": 60,
                "charged_by_wearer": True,
            }
        ],
        "absences": [
            {
                "condition_id": "c1",
                "covers": ["conditions", "contact"],
                "from": "2026-11-10T18:00:00Z",
                "to": "2026-11-11T08:00:00Z",
                "reason": "medical",
                "recorded_at": "2026-11-09T10:00:00Z",
                "by": "officer-7",
            }
        ],
        "conditions": [
            {
                "id": "c1",
                "kind": "curfew",
                "place": {"center": [*HOME], "radius_m": 50},
                "grace_min": 5,
                "timetable": [
                    {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "19:00", "to": "07:00"}
                ],
            },
            {
                "id": "x1",
                "kind": "exclusion_zone",
                "area": polygon(),
                "buffer_m": 0,
                "timetable": [],
            },
            {
                "id": "n1",
                "kind": "inclusion_zone",
                "area": polygon(box(-2.5, 53.2, -2.0, 53.7)),
                "buffer_m": 10,
                "timetable": [],
            },
            {
                "id": "a1",
                "kind": "attendance",
                "place": {"area": polygon()},
                "appointments": [
                    {"from": "2026-11-03T10:00", "to": "2026-11-03T11:00", "stay_min": 30}
                ],
            },
            {"id": "t1", "kind": "trail"},
            {
                "id": "p1",
                "kind": "check_in",
                "modality": "face_photo",
                "max_per_day": 3,
                "allowed": [{"from": "08:00", "to": "21:00"}],
                "answer_within_min": 30,
                "min_gap_min": 60,
            },
        ],
    }


def changed(path: Path, value: Any) -> dict[str, Any]:
    """Give the whole order with another value at one place."""
    order = whole()
    here: Any = order
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = copy.deepcopy(value)
    return order


def without(*path: str | int) -> dict[str, Any]:
    """Give the whole order without what stands at one place."""
    order = whole()
    here: Any = order
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return order


def problems(order: Any, *, scheme: Scheme | None = None, recorded_at: Any = None) -> list[Problem]:
    """Check an order under the shipped scheme."""
    raw = order if isinstance(order, bytes) else json.dumps(order).encode()
    found = check(raw, scheme=scheme or seed_scheme(), recorded_at=recorded_at)
    told = " ".join(f"{one.path} {one.do}" for one in found)
    assert not any(secret in told for secret in SECRETS), "a problem repeats what is personal"
    return found


def paths(order: Any, **more: Any) -> list[str]:
    """List where an order has problems."""
    return [one.path for one in problems(order, **more)]
