"""Who is in the rehearsal? Invented wearers with lives, devices and a scenario each.

Nobody is real, and the town has no streets; `fairtag.sim.papers` writes their orders.
Units: metres; minutes of the local day; instants in µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairtag.sim.chance import Chance
from fairtag.sim.devices.receivers import Model
from fairtag.sim.lives.people import Person, Spot
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
_MORNING = 5 * HOUR  # after a curfew: by then most that a scene has by day is over


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
    number: int,
    scenario: str,
    *,
    span: Interval,
    seed: int,
    cue: Cue | None = None,
    is_daily: bool = False,
) -> Player:
    """Invent one; the same arguments give the same person.

    The scenario happens once, on some day of the span; with a cue daily, at its times; if
    `is_daily`, with every curfew that it has time for, save for a scenario with a date of its own.
    """
    story, chance = SCENARIOS[scenario], Chance(seed, number)
    model = story.model or _MODELS[number % len(_MODELS)]
    hours = _hours(chance, story, cue)
    timetable = story.timetable or _nightly(*hours)
    person = _person(chance, story, hours, habits=(seed, number))
    zone = person.home.moved(story.zone_north_m, 0)
    radius_m = _RADIUS_M[model]

    def stage(during: Interval) -> _Stage:
        return _Stage(
            person=person, zone=zone, radius_m=radius_m, spans=_spans(timetable), during=during
        )

    if cue is not None:
        scenes = _cued(stage(span), cue)
    elif is_daily and story.starts is None and not story.is_at_once:
        scenes = _daily(stage(span), story.takes_days)
    else:
        days = max(1, (span.end - span.start) // DAY)
        happens = 0 if story.is_at_once else chance.whole(0, days - 1)
        scenes = [
            _timed(stage(Interval(start=Micros(span.start + happens * DAY), end=span.end)), days)
        ]
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
        plan=Plan.joined(story.plan(scene) for scene in scenes),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What the scenes of one player have in common, and the time that they may take."""

    person: Person
    zone: Spot
    radius_m: float
    spans: tuple[WeeklySpan, ...]
    during: Interval

    def nights(self, days: int) -> list[Interval]:
        """List the curfews that begin within some days, and a few more."""
        start = self.during.start
        within = Interval(start=start, end=Micros(start + (days + 3) * DAY))
        found = occurrences(self.spans, ZONE, within=within)
        return [one for one in found if one.start >= start]

    def scene(self, during: Interval, night: Interval, day_off: Interval) -> Scene:
        """Let the day be the morning after the night."""
        day = Micros(night.end + 3 * HOUR)
        return Scene(
            person=self.person,
            during=during,
            night=night,
            day=day,
            day_off=day_off,
            appointment=Interval(start=day, end=Micros(day + HOUR)),
            zone=self.zone,
            radius_m=self.radius_m,
        )


def _timed(stage: _Stage, days: int) -> Scene:
    """Let the night be the first whole curfew."""
    night, following = stage.nights(days)[:2]
    day_off = Interval(start=night.end, end=following.start)
    return stage.scene(stage.during, night, day_off)


def _daily(stage: _Stage, takes_days: int) -> list[Scene]:
    """Let a scene follow on the other, so many curfews later; together they fill the time."""
    whole = stage.during
    nights = stage.nights((whole.end - whole.start) // DAY)
    firsts = range(0, len(nights) - 1, takes_days)
    kept = [n for n in firsts if n == 0 or nights[n].end + _MORNING <= whole.end]
    # Whatever goes before a curfew, such as leaving the house, belongs to its scene.
    starts = [whole.start, *(Micros(nights[n].start - HOUR) for n in kept[1:])]
    return [
        stage.scene(
            Interval(start=start, end=end),
            nights[n],
            Interval(start=nights[n].end, end=nights[n + 1].start),
        )
        for n, start, end in zip(kept, starts, [*starts[1:], whole.end], strict=True)
    ]


def _cued(stage: _Stage, cue: Cue) -> list[Scene]:
    """Let everything begin at the cue and be over within a day, again every day."""
    whole = stage.during
    scenes = []
    for n in range(max(1, (whole.end - whole.start) // DAY)):
        after = n * DAY
        start = Micros(whole.start + after)
        during = Interval(start=start, end=Micros(min(whole.end, start + DAY)))
        day, night = Micros(cue.day + after), Micros(cue.night + after)
        scenes.append(
            Scene(
                person=stage.person,
                during=during,
                night=Interval(start=night, end=Micros(night + _CUED_NIGHT)),
                day=day,
                day_off=during,
                appointment=Interval(start=day, end=Micros(day + _CUED_APPOINTMENT)),
                zone=stage.zone,
                radius_m=stage.radius_m,
            )
        )
    return scenes
