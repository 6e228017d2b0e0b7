"""Who plays in the demo? A story each that begins within minutes, in every protocol.

Units: minutes after the demo's start.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairtag.sim.cast import Cue, Player, player
from fairtag.sim.wire import Tongue
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

LIFE_DAYS = 90  # then the orders end, and the devices are told to stop
_WARM_UP = HOUR  # lives begin before the clock, so that places are settled when a story begins
_LATER_MIN = 40  # whoever comes after the first of a story
_NIGHT_AFTER_MIN = 6 * 60  # where the story is one of the day
_SEED = 1


@dataclass(frozen=True, slots=True)
class _Part:
    scenario: str
    day_min: float
    tongue: Tongue
    night_min: float = _NIGHT_AFTER_MIN


_PARTS = (
    _Part("strap_cut", 4, Tongue.NATIVE),
    _Part("zone_25_min", 6, Tongue.OSMAND_QUERY),
    _Part("late_start", 0, Tongue.OWNTRACKS_ENCRYPTED, night_min=5),
    _Part("battery_flat", 10, Tongue.NATIVE),
    _Part("sos", 14, Tongue.OSMAND_FORM),
    _Part("appointment_missed", 5, Tongue.OVERLAND),
    _Part("silent", 2, Tongue.OSMAND_JSON),
    _Part("case_opened", 18, Tongue.TRACCAR),
    _Part("offline_and_left", 0, Tongue.NATIVE, night_min=-50),
    _Part("calm_at_home", 0, Tongue.OWNTRACKS),
    _Part("off_body_long", 20, Tongue.NATIVE),
    _Part("inclusion_left", 22, Tongue.OSMAND_JSON),
    _Part("calm_at_work", 0, Tongue.OVERLAND),
    _Part("left_50_min", 0, Tongue.OWNTRACKS, night_min=-100),
    _Part("lives_near_zone", 0, Tongue.OSMAND_FORM),
    _Part("walks_along_fence", 30, Tongue.TRACCAR),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """A player and the protocol of the device."""

    player: Player
    tongue: Tongue


def cast_of(wearers: int, start: Micros) -> list[Cast]:
    """Cast the demo; the story of each comes again every day."""
    return [_cast(number, start) for number in range(1, wearers + 1)]


def _cast(number: int, start: Micros) -> Cast:
    part = _PARTS[(number - 1) % len(_PARTS)]
    later = (number - 1) // len(_PARTS) * _LATER_MIN

    def at(minutes: float) -> Micros:
        return Micros(start + round((minutes + later) * MINUTE))

    begins = Micros(start - _WARM_UP)
    span = Interval(start=begins, end=Micros(begins + LIFE_DAYS * DAY))
    cue = Cue(day=at(part.day_min), night=at(part.night_min))
    return Cast(player(number, part.scenario, span=span, seed=_SEED, cue=cue), part.tongue)
