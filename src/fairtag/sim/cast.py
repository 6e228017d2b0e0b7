"""Who is in the rehearsal? Invented wearers with lives, devices and a scenario each.

Nobody is real, and the town has no streets; `fairtag.sim.papers` writes their orders.
Units: metres; minutes of the local day; instants in µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairtag.sim.chance import Chance
from fairtag.sim.lives.people import Person, Spot
from fairtag.sim.receivers import Model
from fairtag.sim.scenarios import SCENARIOS
from fairtag.sim.scenarios.scene import Plan, Scenario, Scene, Timetable
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import (
    DAYS,
    MINUTES_A_DAY,
    Interval,
    WeeklySpan,
    local_instant,
    minutes_of,
    occurrences,
    wall_minute,
)

TOWN = Spot(53.48, -2.24)
ZONE = "Europe/London"
_MODELS = (Model.TAG, Model.TAG, Model.ANDROID, Model.APPLE)
# Source: the seed's scheme, least radius 50 m for a fitted device and 100 m for another.
_RADIUS_M = {Model.TAG: 80.0, Model.ANDROID: 110.0, Model.APPLE: 110.0}
_CUED_NIGHT = 10 * HOUR
_CUED_APPOINTMENT = 25 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """When the scenario begins, instead of on some day of the span; again at that time every day.

    The curfew begins at `night` and lasts ten hours.
    """

    day: Micros
    night: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One invented wearer."""

    number: int
    scenario: str
    seed: int
    model: Model
    person: Person
    zone: Spot  # middle of the exclusion zone
    curfew_at: Spot
    radius_m: float
    timetable: Timetable
    span: Interval
    plan: Plan

    @property
    def wearer_id(self) -> str:
        """Name the wearer."""
        return f"W-{self.number:04}"

    @property
    def device_id(self) -> str:
        """Name the device."""
        return f"D-{self.number:04}"

    @property
    def story(self) -> Scenario:
        """Give the scenario."""
        return SCENARIOS[self.scenario]


def player(
    number: int, scenario: str, *, span: Interval, seed: int, cue: Cue | None = None
) -> Player:
    """Invent one; the same arguments give the same person.

    Without a cue the scenario happens once, on some day of the span; with one, daily.
    """
    story, chance = SCENARIOS[scenario], Chance(seed, number)
    model = story.model or _MODELS[number % len(_MODELS)]
    hours = _hours(chance, story, cue)
    timetable = story.timetable or _nightly(*hours)
    person = _person(chance, story, hours, habits=(seed, number))
    zone = person.home.moved(story.zone_north_m, 0)
    radius_m = _RADIUS_M[model]

    def scene(day: int, days: int) -> Scene:
        during = Interval(start=Micros(span.start + day * DAY), end=span.end)
        if cue is not None:
            return _cued(person, zone, radius_m, during, cue, after=day * DAY)
        return _timed(person, zone, radius_m, during, _spans(timetable), days)

    days = max(1, (span.end - span.start) // DAY)
    if cue is not None:
        plans = [story.plan(scene(day, days)) for day in range(days)]
    else:
        happens = 0 if story.is_at_once else chance.whole(0, days - 1)
        plans = [story.plan(scene(happens, days))]
    return Player(
        number=number,
        scenario=scenario,
        seed=seed,
        model=model,
        person=person,
        zone=zone,
        curfew_at=person.home.moved(0, story.curfew_east_m),
        radius_m=radius_m,
        timetable=timetable,
        span=span,
        plan=Plan.joined(plans),
    )


def span_of(scenario: str, *, start: Micros, days: int) -> Interval:
    """Give the days that a scenario plays in: the caller's, or its own where the date matters."""
    starts = SCENARIOS[scenario].starts
    begins = start if starts is None else local_instant(starts, ZONE, edge="from")
    return Interval(start=begins, end=Micros(begins + days * DAY))


def _hours(chance: Chance, story: Scenario, cue: Cue | None) -> tuple[int, int]:
    """Choose the curfew's wall-clock hours."""
    usual = chance.pick((18 * 60 + 30, 19 * 60, 20 * 60)), chance.pick((6 * 60, 7 * 60))
    if cue is not None:
        _, minute = wall_minute(cue.night, ZONE)
        return minute, (minute + _CUED_NIGHT // MINUTE) % MINUTES_A_DAY
    return usual if story.timetable is None else (19 * 60, 7 * 60)


def _person(
    chance: Chance, story: Scenario, hours: tuple[int, int], *, habits: tuple[object, ...]
) -> Person:
    home = TOWN.moved(chance.between(-3000, 3000), chance.between(-3000, 3000))

    def south(least_m: float, most_m: float) -> Spot:
        return home.moved(-chance.between(least_m, most_m), chance.between(-most_m / 2, most_m / 2))

    return Person(
        home=home,
        work=south(800, 2500),
        shop=south(250, 600),
        friend=south(500, 1200),
        office=south(500, 1500),
        time_zone=ZONE,
        curfew_from_min=hours[0],
        curfew_to_min=hours[1],
        habits=habits,
        has_work=story.has_work,
    )


def _nightly(from_min: int, to_min: int) -> Timetable:
    return [{"days": list(DAYS), "from": _wall(from_min), "to": _wall(to_min)}]


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _spans(timetable: Timetable) -> tuple[WeeklySpan, ...]:
    return tuple(
        WeeklySpan(
            days=frozenset(DAYS.index(day) for day in one["days"]),
            from_min=minutes_of(one["from"]),
            to_min=minutes_of(one["to"]),
        )
        for one in timetable
    )


def _timed(
    person: Person,
    zone: Spot,
    radius_m: float,
    during: Interval,
    spans: tuple[WeeklySpan, ...],
    days: int,
) -> Scene:
    """Let the night be the first whole curfew, and the day the morning after it."""
    within = Interval(start=during.start, end=Micros(during.start + (days + 3) * DAY))
    nights = [one for one in occurrences(spans, ZONE, within=within) if one.start >= during.start]
    night, following = nights[0], nights[1]
    day = Micros(night.end + 3 * HOUR)
    return Scene(
        person=person,
        during=during,
        night=night,
        day=day,
        day_off=Interval(start=night.end, end=following.start),
        appointment=Interval(start=day, end=Micros(day + HOUR)),
        zone=zone,
        radius_m=radius_m,
    )


def _cued(
    person: Person, zone: Spot, radius_m: float, whole: Interval, cue: Cue, *, after: int
) -> Scene:
    """Let everything begin at the cue and be over within a day."""
    during = Interval(start=whole.start, end=Micros(min(whole.end, whole.start + DAY)))
    day, night = Micros(cue.day + after), Micros(cue.night + after)
    return Scene(
        person=person,
        during=during,
        night=Interval(start=night, end=Micros(night + _CUED_NIGHT)),
        day=day,
        day_off=during,
        appointment=Interval(start=day, end=Micros(day + _CUED_APPOINTMENT)),
        zone=zone,
        radius_m=radius_m,
    )
