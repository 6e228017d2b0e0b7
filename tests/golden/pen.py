"""How is a golden story written down? An order, and what a device says minute by minute.

A story is a function that returns a `Story`; its docstring is its WHY.md, its name the slug.
Units: metres north and east of home; minutes; seconds in names with _s.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairtag.terms.instants import MINUTE, SECOND, Micros, parse, text

LAT, LON = 53.4808, -2.2426
NORTH_DEG, EAST_DEG = 1 / 111_295, 1 / 66_430  # a metre at this latitude, on the WGS 84 ellipsoid
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALL = ["conditions", "tamper", "contact"]
Json = dict[str, Any]


def when(told: str) -> str:
    """Write an instant of the story's days: '2 21:05' is 2 November 2026, 21:05 UTC."""
    day, clock = told.split()
    return f"2026-11-{int(day):02}T{clock}:00Z"


def curfew(*, radius_m: float = 60, whole_day: bool = False, grace_min: int = 5) -> Json:
    span = {"days": DAYS, "from": "19:00", "to": "07:00"}
    place = {"center": [LON, LAT], "radius_m": radius_m}
    timetable = [] if whole_day else [span]
    bound = {"place": place, "grace_min": grace_min, "timetable": timetable}
    return {"id": "c1", "kind": "curfew", **bound}


def forbidden(*, north_m: float, half_m: float = 200) -> Json:
    """Forbid a square of twice `half_m` whose middle lies north of home."""
    west, east = (round(LON + side * half_m * EAST_DEG, 6) for side in (-1, 1))
    south, north = (round(LAT + (north_m + side * half_m) * NORTH_DEG, 6) for side in (-1, 1))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    area = {"type": "Polygon", "coordinates": [ring]}
    return {"id": "x1", "kind": "exclusion_zone", "area": area, "buffer_m": 0, "timetable": []}


def absence(start: str, end: str, *, recorded: str, covers: Sequence[str] = ALL) -> Json:
    told = {"condition_id": "*", "covers": list(covers), "from": when(start), "to": when(end)}
    return {**told, "reason": "medical", "recorded_at": when(recorded), "by": "officer"}


def order(*conditions: Json, absences: Iterable[Json] = (), **more: object) -> Json:
    name = "0030_exclusion_zone_entered/order.json"  # its frame is everybody's
    told = json.loads((Path(__file__).parent / name).read_text())
    told["absences"] = list(absences)
    told["conditions"] = [*conditions, {"id": "t1", "kind": "trail"}]
    return {**told, **more}


@dataclass
class Device:
    """Says where it is, on and on; `at` is its clock."""

    at: Micros
    said: list[Json] = field(default_factory=list)
    is_offline: bool = False
    kept: list[Json] = field(default_factory=list)
    seq: int = 0

    def say(self, kind: str, **more: object) -> None:
        self.seq += 1
        line = {"type": kind, "device_id": "D-1", "seq": self.seq, "at": text(self.at), **more}
        (self.kept if self.is_offline else self.said).append(line)

    def fix(self, north_m: float, east_m: float = 0, **more: object) -> None:
        place = {
            "lat": round(LAT + north_m * NORTH_DEG, 7),
            "lon": round(LON + east_m * EAST_DEG, 7),
        }
        self.say("position", **place, **{"accuracy_m": 8.0, "source": "gnss", **more})

    def stay(
        self,
        minutes: float,
        north_m: float = 0,
        east_m: float = 0,
        *,
        every_s: int = 60,
        **more: object,
    ) -> None:
        """Stay at a place, with a shake of a few metres."""
        for n in range(int(minutes * 60 / every_s)):
            shake_m = (n * 7) % 11 - 5
            self.fix(north_m + shake_m, east_m - shake_m / 2, **more)
            self.wait(every_s / 60)

    def freeze(self, minutes: float, north_m: float, east_m: float = 0, **more: object) -> None:
        """Say the same coordinates again and again."""
        for _ in range(int(minutes)):
            self.fix(north_m, east_m, **more)
            self.wait(1)

    def wander(self, minutes: float, north_m: float, error_m: float, **more: object) -> None:
        """Lie still while the error wanders: a tenth of it is new with each fix of a minute."""
        dice, north, east = random.Random(7), 0.0, 0.0
        for _ in range(int(minutes)):
            north = 0.9 * north + 0.436 * dice.gauss(0, error_m)
            east = 0.9 * east + 0.436 * dice.gauss(0, error_m)
            self.fix(north_m + north, east, **more)
            self.wait(1)

    def go(
        self,
        start_m: float,
        end_m: float,
        *,
        speed_mps: float = 1.3,
        every_s: int = 60,
        **more: object,
    ) -> None:
        """Go north, or back, with a speed; the last place is not said."""
        steps = int(abs(end_m - start_m) / (speed_mps * every_s))
        for n in range(steps):
            self.fix(start_m + (end_m - start_m) * n / steps, n % 3, speed_mps=speed_mps, **more)
            self.wait(every_s / 60)

    def event(self, *codes: str) -> None:
        for code in codes:
            self.say("event", code=code)

    def wait(self, minutes: float) -> None:
        self.at = Micros(self.at + int(minutes * MINUTE))

    def upload(self, told: Iterable[Json], *, apart_s: int = 0) -> None:
        """Send what was kept, in one request or one by one; each bears its time of receipt."""
        self.is_offline, self.kept = False, []
        for line in told:
            self.said.append({**line, "received_at": text(self.at)})
            self.at = Micros(self.at + apart_s * SECOND)


def device(start: str) -> Device:
    return Device(at=parse(when(start)))


@dataclass(frozen=True)
class Story:
    """What a case's folder holds, save what the judge says of it."""

    orders: Sequence[Json]
    said: Sequence[Json]
    expect: Json
    until: str | None = None


def files(slug: str, why: str, story: Story) -> dict[str, str]:
    """Name the files of a case and what stands in them."""
    title = slug.split("_", 1)[1].replace("_", " ").capitalize()
    many = len(story.orders) > 1
    found = {
        f"order-{n}.json" if many else "order.json": json.dumps(one, indent=1) + "\n"
        for n, one in enumerate(story.orders, start=1)
    }
    found["traffic.ndjson"] = "".join(json.dumps(line) + "\n" for line in story.said)
    found["expect.json"] = json.dumps(story.expect, indent=1) + "\n"
    lines = [line.strip() for line in why.strip().splitlines()]
    found["WHY.md"] = "\n".join([f"# {title}", *[line for line in lines if line], ""])
    if story.until is not None:
        found["until"] = when(story.until) + "\n"
    return found
