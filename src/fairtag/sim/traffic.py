"""What does a device say of a life, and when does it arrive? As contract §4 writes it.

Units: instants in µs UTC; percent; metres a second.
"""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from fairtag.sim.cast import Player
from fairtag.sim.chance import Chance
from fairtag.sim.papers import FIX_EVERY_S, REPORT_EVERY_S
from fairtag.sim.people import Path, Setting, Spot
from fairtag.sim.receivers import Fix, Model, Receiver, Sky
from fairtag.sim.scenarios.scene import Offline
from fairtag.terms.instants import DAY, SECOND, Micros, text
from fairtag.terms.local import Interval, wall_minute

_STEP = FIX_EVERY_S * SECOND
_LATENCY = 2 * SECOND  # chosen: from the fix to the service when the network is there
_BACK = 5 * SECOND  # chosen: from the network's return to the upload
_MISSING = 0.03  # chosen: fixes indoors that a tag does not get
_CLOCK_PPM = 20.0  # Source: a common quartz crystal; set right once a day by satellite
_CHARGE_FROM_MIN, _CHARGE_TO_MIN = 60, 150  # of the curfew, every night
_DRAIN_PCT_A_MIN = 3 / 60  # chosen: a day's use leaves a third
_LEVEL = 0.68  # what a tag's radius claims to hold

Spoken = tuple[Micros, dict[str, Any]]


class Timeline:
    """Finds what holds at an instant among things that do not overlap."""

    def __init__(self, things: Sequence[tuple[Interval, Any]]) -> None:
        self._things = sorted(things, key=lambda one: one[0].start)
        self._starts = [during.start for during, _ in self._things]

    def at(self, instant: Micros) -> Any:
        """Give the thing, or None."""
        n = bisect.bisect_right(self._starts, instant) - 1
        if n < 0 or not self._things[n][0].holds(instant):
            return None
        return self._things[n][1]


def traffic_of(one: Player) -> list[dict[str, Any]]:
    """List a player's messages in order of arrival."""
    return [message for _, message in stream_of(one)]


def stream_of(one: Player) -> Iterator[Spoken]:
    """Give messages with their time of arrival, in that order, as far as the span goes."""
    waiting: list[tuple[Micros, int, dict[str, Any]]] = []
    offline = Timeline([(away.during, away) for away in one.plan.offline])
    clock = Chance(one.seed, one.number, "clock").between(-_CLOCK_PPM, _CLOCK_PPM)
    for seq, (at, told) in enumerate(_spoken(one), start=1):
        away: Offline | None = offline.at(at)
        arrives = _arrival(one, at, away)
        shown = at + round(at % DAY / DAY * clock * DAY / 1_000_000)
        names = {"type": told.pop("type"), "device_id": one.device_id, "epoch": 0, "seq": seq}
        times = {"at": text(Micros(shown // SECOND * SECOND)), "received_at": text(arrives)}
        rank = -seq if away is not None and away.is_reversed else seq
        heapq.heappush(waiting, (arrives, rank, names | times | told))
        # Whatever is said later arrives later than now.
        while waiting and waiting[0][0] <= at:
            arrived = heapq.heappop(waiting)
            yield arrived[0], arrived[2]
    while waiting:
        arrived = heapq.heappop(waiting)
        yield arrived[0], arrived[2]


def _arrival(one: Player, at: Micros, away: Offline | None) -> Micros:
    if away is not None:
        return Micros(away.during.end + _BACK)
    every = REPORT_EVERY_S[one.model] * SECOND
    if every <= _STEP:
        return Micros(at + _LATENCY)
    return Micros(-(-at // every) * every + _LATENCY)


def _spoken(one: Player) -> Iterator[Spoken]:
    """Give what the device says, by event time."""
    dead = Timeline([(during, True) for during in one.plan.dead])
    noticed = sorted(one.plan.events)
    events = ((at, {"type": "event", "code": code}) for at, code in noticed)
    for at, told in heapq.merge(_measured(one), events, key=itemgetter(0)):
        if one.span.holds(at) and not dead.at(at):
            yield at, told


def _measured(one: Player) -> Iterator[Spoken]:
    receiver = Receiver(Chance(one.seed, one.number, "receiver"), one.model)
    lost = Chance(one.seed, one.number, "lost")
    battery = Battery(one)
    where = Whereabouts(one)
    first = one.span.start + lost.whole(0, FIX_EVERY_S - 1) * SECOND
    before: Spot | None = None
    for told in range(first, one.span.end, _STEP):
        at = Micros(told)
        yield from battery.events(at)
        spot, setting, sky = where.at(at)
        fix = receiver.see(spot, at, setting, sky)
        is_missing = lost.share() < _MISSING and setting is Setting.INDOORS
        speed_mps = 0.0 if before is None else before.metres_to(spot) / FIX_EVERY_S
        before = spot
        if fix is not None and not (is_missing and one.model is Model.TAG):
            yield at, _position(fix, one.model, speed_mps, battery.level(at))


def _position(fix: Fix, model: Model, speed_mps: float, battery_pct: float) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "position",
        "lat": round(fix.spot.lat, 6),
        "lon": round(fix.spot.lon, 6),
        "accuracy_m": round(fix.accuracy_m, 1),
    }
    if model is Model.TAG:
        told["accuracy_level"] = _LEVEL
    return told | {
        "source": fix.source,
        "speed_mps": round(speed_mps, 1),
        "battery_pct": round(battery_pct, 1),
    }


class Whereabouts:
    """Where the player truly is: an outing of the scenario, at home for it, or ordinary life."""

    def __init__(self, one: Player) -> None:
        self._person = one.person
        self._outings = Timeline([(path.during, path) for path in one.plan.outings])
        self._at_home = Timeline([(during, True) for during in one.plan.at_home])
        self._skies = Timeline(one.plan.skies)

    def at(self, instant: Micros) -> tuple[Spot, Setting, Sky]:
        """Tell the true place, the setting and the sky."""
        sky: Sky = self._skies.at(instant) or Sky.GOOD
        path: Path | None = self._outings.at(instant)
        if path is not None:
            return (*path.at(instant), sky)
        if self._at_home.at(instant):
            return self._person.home, Setting.INDOORS, sky
        return (*self._person.at(instant), sky)


class Battery:
    """Charged at home every night, unless the scenario says otherwise."""

    def __init__(self, one: Player) -> None:
        self._person = one.person
        self._planned = one.plan.battery
        self._was_charging: bool | None = None

    def level(self, at: Micros) -> float:
        """Tell the percent."""
        planned = self._of_plan(at)
        if planned is not None:
            return planned
        since = self._since_curfew(at)
        if _CHARGE_FROM_MIN <= since < _CHARGE_TO_MIN:
            least = 100 - _DRAIN_PCT_A_MIN * (24 * 60 - _CHARGE_TO_MIN + _CHARGE_FROM_MIN)
            share = (since - _CHARGE_FROM_MIN) / (_CHARGE_TO_MIN - _CHARGE_FROM_MIN)
            return least + share * (100 - least)
        return 100 - _DRAIN_PCT_A_MIN * ((since - _CHARGE_TO_MIN) % (24 * 60))

    def events(self, at: Micros) -> Iterator[Spoken]:
        """Tell when charging began or ended."""
        if self._of_plan(at) is not None:
            self._was_charging = None
            return
        is_charging = _CHARGE_FROM_MIN <= self._since_curfew(at) < _CHARGE_TO_MIN
        if self._was_charging is not None and is_charging is not self._was_charging:
            code = "charge_start" if is_charging else "charge_stop"
            yield at, {"type": "event", "code": code}
        self._was_charging = is_charging

    def _since_curfew(self, at: Micros) -> int:
        _, minute = wall_minute(at, self._person.time_zone)
        return (minute - self._person.curfew_from_min) % (24 * 60)

    def _of_plan(self, at: Micros) -> float | None:
        n = bisect.bisect_right(self._planned, at, key=itemgetter(0)) - 1
        if n < 0 or n + 1 >= len(self._planned):
            return None
        (start, low), (end, high) = self._planned[n], self._planned[n + 1]
        if end - start > DAY // 2:  # between the plans of two days
            return None
        return low + (high - low) * (at - start) / (end - start)
