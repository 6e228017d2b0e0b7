"""What is a scenario made of? A scene to play in, a plan that departs from ordinary life, a truth.

The exclusion zone lies north of home and everything else a person goes to lies south of it, so
that an ordinary life never comes near.
Units: metres; minutes as named; instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from fairtag.sim.devices.mocks import Mock
from fairtag.sim.devices.receivers import Model, Sky
from fairtag.sim.lives.people import WALK_MPS, Go, Path, Person, Setting, Spot, Stay, journey
from fairtag.terms.instants import MINUTE, SECOND, Micros, text
from fairtag.terms.local import Interval

ZONE_NORTH_M = 1500.0  # from home to the middle of the exclusion zone
ZONE_HALF_M = 200.0
REGION_HALF_M = 6000.0  # the inclusion zone: a square around home
Timetable = list[dict[str, Any]]


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
class Offline:
    """The device keeps what it has and sends it afterwards."""

    during: Interval
    is_reversed: bool = False  # the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a scenario departs from an ordinary life."""

    outings: tuple[Path, ...] = ()
    at_home: tuple[Interval, ...] = ()  # save for outings
    skies: tuple[tuple[Interval, Sky], ...] = ()
    mocks: tuple[Mock, ...] = ()
    events: tuple[tuple[Micros, str], ...] = ()
    battery: tuple[tuple[Micros, float], ...] = ()  # percent at these instants, straight between
    dead: tuple[Interval, ...] = ()  # the device says nothing, now or later
    offline: tuple[Offline, ...] = ()
    absences: tuple[dict[str, Any], ...] = ()
    appointments: tuple[dict[str, Any], ...] = ()
    truth: tuple[Truth, ...] = ()

    @staticmethod
    def joined(plans: Iterable[Plan]) -> Plan:
        """Put plans one after the other."""
        found = list(plans)
        names = [each.name for each in fields(Plan)]
        return Plan(**{name: tuple(x for p in found for x in getattr(p, name)) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where and when a scenario plays."""

    person: Person
    during: Interval  # nothing of the scenario lies outside
    night: Interval  # a whole curfew
    day: Micros  # when what happens by day begins; home is left up to half an hour before
    day_off: Interval  # the person stays at home then, so that no work comes between
    appointment: Interval
    zone: Spot  # middle of the exclusion zone
    radius_m: float  # of the curfew, around home unless the scenario says otherwise

    @property
    def home(self) -> Spot:
        """Where the person lives."""
        return self.person.home

    @property
    def fence(self) -> Spot:
        """The point of the exclusion zone that is nearest to home."""
        return self.zone.moved(-ZONE_HALF_M, 0)

    def in_zone(self, spot: Spot) -> bool:
        """Tell whether a point lies in the exclusion zone."""
        north, east = self.zone.offset_m(spot)
        return abs(north) < ZONE_HALF_M and abs(east) < ZONE_HALF_M

    def out_of_curfew(self, spot: Spot) -> bool:
        """Tell whether a point lies outside of the curfew's circle."""
        return self.home.metres_to(spot) > self.radius_m

    def out_of_region(self, spot: Spot) -> bool:
        """Tell whether a point lies outside of the inclusion zone."""
        north, east = self.home.offset_m(spot)
        return abs(north) > REGION_HALF_M or abs(east) > REGION_HALF_M

    def absence(self, during: Interval) -> dict[str, Any]:
        """Write an absence from the curfew that was granted in time."""
        return {
            "condition_id": "c1",
            "covers": ["conditions"],
            "from": text(during.start),
            "to": text(during.end),
            "reason": "medical",
            "recorded_at": text(self.during.start),
            "by": "officer",
        }

    def clipped(self, start: Micros, minutes: float) -> Interval:
        """Give a stretch that does not outlast the scene."""
        end = min(self.during.end, start + round(minutes * MINUTE))
        return Interval(start=start, end=Micros(max(start, end)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story with a known truth."""

    tells: str  # one sentence
    plan: Callable[[Scene], Plan]
    model: Model | None = None  # None: by the wearer's number
    zone_north_m: float = ZONE_NORTH_M  # the middle of the exclusion zone, from home
    curfew_east_m: float = 0.0  # the middle of the curfew's circle, from home
    timetable: Timetable | None = None  # None: every night
    starts: str | None = None  # a local noon; None: the caller's
    is_at_once: bool = False  # it begins with the span, not on some day of it
    takes_days: int = 1  # so many curfews lie between two times that it happens
    has_work: bool = True


def no_plan(scene: Scene) -> Plan:
    """Live an ordinary life."""
    del scene
    return Plan()


def minutes_after(at: Micros, minutes: float) -> Micros:
    """Give a later instant."""
    return Micros(at + round(minutes * MINUTE))


def walked(
    scene: Scene, leaves: Micros, to: Spot, back: Micros, *, setting: Setting = Setting.STREET
) -> Path:
    """Walk to a point and be at home's door again at an instant."""
    way = round(scene.home.metres_to(to) / WALK_MPS * SECOND)
    stay_min = max(0.0, (back - leaves - 2 * way) / MINUTE)
    stay = Stay(minutes=stay_min, setting=setting)
    return journey(leaves, scene.home, Go(to=to), stay, Go(to=scene.home))


def at_instant(at: Micros) -> Interval:
    """Give the moment itself."""
    return Interval(start=at, end=at)
