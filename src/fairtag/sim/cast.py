"""Who is in the rehearsal? Invented wearers with orders, lives, devices and a scenario each.

Nobody is real: names come from a list of plants, places from a town without streets.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairtag.sim.people import Person, Receiver, Spot
from fairtag.sim.scenarios import SCENARIOS, ZONE_HALF_M, ZONE_NORTH_M, Plan
from fairtag.terms.instants import DAY, MINUTE, SECOND, Micros, text
from fairtag.terms.local import Interval

TOWN = Spot(53.48, -2.24)
ZONE = "Europe/London"
_GIVEN = ("Alder", "Birch", "Cedar", "Hazel", "Linden", "Maple", "Rowan", "Willow")
_FAMILY = ("Example", "Invented", "Madeup", "Nobody", "Pretend", "Sample")
_FIX_EVERY = 60 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One invented wearer."""

    number: int
    scenario: str
    plan: Plan
    person: Person
    span: Interval
    seed: int
    is_homebound: bool

    @property
    def wearer_id(self) -> str:
        """Name the wearer."""
        return f"W-{self.number:04}"

    @property
    def device_id(self) -> str:
        """Name the device."""
        return f"D-{self.number:04}"


def player(
    number: int, scenario: str, *, incident: Micros, span: Interval, seed: int, is_homebound: bool
) -> Player:
    """Invent one; the same numbers give the same person."""
    chance = np.random.default_rng((seed, number))
    home = TOWN.moved(*chance.uniform(-3000, 3000, size=2))
    person = Person(
        home=home,
        work=home.moved(*chance.choice((-1, 1), size=2) * chance.uniform(800, 2500, size=2)),
        time_zone=ZONE,
        leaves_min=int(chance.integers(7 * 60 + 30, 9 * 60)),
        returns_min=int(chance.integers(16 * 60 + 30, 18 * 60 + 15)),
        is_homebound=is_homebound,
    )
    return Player(
        number=number,
        scenario=scenario,
        plan=SCENARIOS[scenario](incident, home),
        person=person,
        span=span,
        seed=seed,
        is_homebound=is_homebound,
    )


def order_of(one: Player) -> dict[str, Any]:
    """Write the player's order: curfew at home, an exclusion zone, the trail."""
    home, middle = one.person.home, one.person.home.moved(ZONE_NORTH_M, 0)
    corners = [
        middle.moved(ZONE_HALF_M * north, ZONE_HALF_M * east)
        for north, east in ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
    ]
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    nightly = [{"days": days, "from": "19:00", "to": "07:00"}]
    begins = one.span.start
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
        "ends_at": text(Micros(begins + 90 * DAY)),
        "time_zone": ZONE,
        "wearer": {
            "wearer_id": one.wearer_id,
            "names": {
                "given": _GIVEN[one.number % len(_GIVEN)],
                "family": _FAMILY[one.number % len(_FAMILY)],
            },
            "date_of_birth": "1990-01-01",
            "language": "en",
        },
        "devices": [
            {
                "device_id": one.device_id,
                "type": "fitted",
                "fix_every_s": 60,
                "report_every_s": 60,
                "charged_by_wearer": True,
            }
        ],
        "absences": [],
        "conditions": [
            {
                "id": "c1",
                "kind": "curfew",
                "place": {"center": [home.lon, home.lat], "radius_m": 80},
                "grace_min": 5,
                "timetable": [] if one.is_homebound else nightly,
            },
            {
                "id": "x1",
                "kind": "exclusion_zone",
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[corner.lon, corner.lat] for corner in corners]],
                },
                "buffer_m": 0,
                "timetable": [],
            },
            {"id": "t1", "kind": "trail"},
        ],
    }


def traffic_of(one: Player) -> list[dict[str, Any]]:
    """Play the life; messages in order of arrival, as contract §4 writes them."""
    spoken = [*_positions(one), *_events(one)]
    spoken.sort(key=lambda pair: (pair[0], pair[1]["type"]))
    messages = []
    for seq, (at, told) in enumerate(spoken, start=1):
        arrives = _arrival(one, at)
        made = {"device_id": one.device_id, "epoch": 0, "seq": seq, "at": text(at)}
        messages.append((arrives, seq, {**told, **made, "received_at": text(arrives)}))
    return [told for _, _, told in sorted(messages, key=lambda item: item[:2])]


def _positions(one: Player) -> Iterator[tuple[Micros, dict[str, Any]]]:
    receiver = Receiver(np.random.default_rng((one.seed, one.number, 1)))
    for at in range(one.span.start, one.span.end, _FIX_EVERY):
        instant = Micros(at)
        if any(dead.holds(instant) for dead in one.plan.dead):
            continue
        spot, is_indoors = one.person.at(instant)
        for during, elsewhere in one.plan.away:
            if during.holds(instant):
                spot, is_indoors = elsewhere, False
        seen, accuracy = receiver.see(spot, instant, is_indoors=is_indoors)
        yield (
            instant,
            {
                "type": "position",
                "lat": round(seen.lat, 6),
                "lon": round(seen.lon, 6),
                "accuracy_m": round(accuracy, 1),
                "accuracy_level": 0.68,
                "source": "fused" if is_indoors else "gnss",
                "battery_pct": _battery(one, instant),
            },
        )


def _battery(one: Player, at: Micros) -> float:
    told = [percent for since, percent in one.plan.battery if since <= at]
    return told[-1] if told else 80.0 - 0.4 * ((at // MINUTE + 97 * one.number) % 100)


def _events(one: Player) -> Iterator[tuple[Micros, dict[str, Any]]]:
    for at, code in one.plan.events:
        yield at, {"type": "event", "code": code}


def _arrival(one: Player, at: Micros) -> Micros:
    for offline in one.plan.offline:
        if offline.holds(at):
            return Micros(offline.end + 5 * SECOND)
    return Micros(at + 2 * SECOND)
