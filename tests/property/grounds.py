"""Invented lives on any ground: an order and a track in metres, laid down anywhere.

Units: metres north and east of home; minutes; µs UTC.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import shapely
from hypothesis import strategies as st
from msgspec.structs import replace
from pyproj import Geod
from shapely.geometry import Polygon
from tests.property.lives import BEGIN, DEVICE, END, NIGHTLY, START, events

from fairtag.intake.messages import Event, EventCode, Message, Position, Source
from fairtag.orders.model import (
    Activation,
    Appointment,
    Attendance,
    Condition,
    Curfew,
    DeviceType,
    ExclusionZone,
    InclusionZone,
    Ruling,
)
from fairtag.rules.finding import Finding
from fairtag.rules.replay import replay
from fairtag.terms.geometry import Area, Circle
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros
from fairtag.terms.local import Interval

EVE = Micros(BEGIN + 100 * MINUTE)  # when a life begins, 18:40; the curfew begins at 19:00
_EARTH = Geod(ellps="WGS84")
Offset = tuple[float, float]  # metres north and east
Turn = Callable[[Offset], Offset]
# Judges a stream in order of arrival; the laws are asked of this, so that a broken one can be.
Judge = Callable[[Ruling, Sequence[Message]], list[Finding]]


def as_it_is(offset: Offset) -> Offset:
    return offset


@dataclass(frozen=True)
class Ground:
    """Where home is, how the world around it is turned, and how many weeks later all happens."""

    lat: float = 53.48
    lon: float = -2.24
    turn: Turn = as_it_is
    weeks: int = 0

    @property
    def later(self) -> Micros:
        return Micros(self.weeks * 7 * DAY)

    def place(self, north_m: float, east_m: float = 0.0) -> tuple[float, float]:
        """Give longitude and latitude; longitudes pass 180."""
        north_m, east_m = self.turn((north_m, east_m))
        azimuth_deg = math.degrees(math.atan2(east_m, north_m))
        lon, lat, _ = _EARTH.fwd(self.lon, self.lat, azimuth_deg, math.hypot(north_m, east_m))
        if abs(lon - self.lon) > 180:
            lon += math.copysign(360, self.lon)
        return lon, lat

    def circle(self, north_m: float, radius_m: float) -> Circle:
        lon, lat = self.place(north_m)
        return Circle(lon_deg=_wrapped(lon), lat_deg=lat, radius_m=radius_m)

    def square(self, north_m: float, half_m: float) -> Area:
        corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
        ring = [self.place(north_m + y * half_m, x * half_m) for y, x in corners]
        return Area(wkb=shapely.to_wkb(shapely.normalize(Polygon(ring))))

    def ruling(self, *, appointment: bool = True) -> Ruling:
        """Lay down a curfew at home, a forbidden square, a wide circle to stay in, a visit."""
        visit = Interval(
            start=Micros(EVE + HOUR + self.later), end=Micros(EVE + 2 * HOUR + self.later)
        )
        conditions: tuple[Condition, ...] = (
            Curfew(id="c1", place=self.circle(0, 60), grace_min=5, timetable=(NIGHTLY,)),
            ExclusionZone(id="x1", area=self.square(1500, 200), buffer_m=0, timetable=()),
            InclusionZone(id="n1", area=self.circle(0, 1200), buffer_m=50, timetable=(NIGHTLY,)),
        )
        if appointment:
            times = (Appointment(during=visit, stay_min=20),)
            conditions += (Attendance(id="a1", place=self.circle(900, 60), appointments=times),)
        during = Interval(start=Micros(START + self.later), end=Micros(END + self.later))
        worn = Activation(
            device_id=DEVICE,
            type=DeviceType.FITTED,
            during=during,
            fix_every_s=60,
            report_every_s=60,
            charged_by_wearer=True,
        )
        return Ruling(
            order_id="ORD-1",
            version=1,
            recorded_at=during.start,
            during=during,
            suspended=(),
            time_zone="Europe/London",
            devices=(worn,),
            absences=(),
            conditions=conditions,
        )


HERE = Ground()


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180


@dataclass(frozen=True)
class Spell:
    """Some minutes at a place, and what the receiver claims; silent ones say nothing."""

    minutes: int
    at_m: Offset
    accuracy_m: float | None
    source: Source
    step_min: int
    is_silent: bool = False
    is_mock: bool = False


PLACES: tuple[Offset, ...] = ((0, 0), (0, 0), (5, -20), (150, 0), (0, 180), (900, 0), (1500, 0))


def spells(
    *,
    minutes: Sequence[int] = (3, 6, 12, 25, 50),
    places: Sequence[Offset] = PLACES,
    accuracies_m: Sequence[float | None] = (6.0, 15.0, 60.0, 700.0, None),
    sources: Sequence[Source] = (Source.GNSS, Source.WIFI, Source.UNKNOWN),
    silences: Sequence[bool] = (False, False, False, True),
    mocks: Sequence[bool] = (False,),
) -> st.SearchStrategy[list[Spell]]:
    one = st.builds(
        Spell,
        minutes=st.sampled_from(minutes),
        at_m=st.sampled_from(places),
        accuracy_m=st.sampled_from(accuracies_m),
        source=st.sampled_from(sources),
        step_min=st.sampled_from([1, 2, 5]),
        is_silent=st.sampled_from(silences),
        is_mock=st.sampled_from(mocks),
    )
    return st.lists(one, min_size=2, max_size=7)


Codes = Iterable[tuple[int, EventCode]]
LIFE = st.tuples(spells(), events())


def said(life: tuple[Iterable[Spell], Codes], ground: Ground = HERE) -> list[Message]:
    """Write down what the device says on a ground; each message arrives a second after its time."""
    told, codes = life
    found: list[Message] = []
    at = Micros(EVE + ground.later)
    for one in told:
        steps = () if one.is_silent else range(0, one.minutes, one.step_min)
        found += [_fix(Micros(at + step * MINUTE), one, step, ground) for step in steps]
        at = Micros(at + one.minutes * MINUTE)
    for minute, code in codes:
        when = Micros(EVE + ground.later + minute * MINUTE + 7 * SECOND)
        found.append(Event(device_id=DEVICE, at=when, received_at=when, code=code))
    found.sort(key=lambda one: one.at)
    return [
        replace(one, seq=n, received_at=Micros(one.at + SECOND))
        for n, one in enumerate(found, start=1)
    ]


def _fix(at: Micros, spell: Spell, step: int, ground: Ground) -> Position:
    shake_m = (step * 37) % 11 - 5
    lon, lat = ground.place(spell.at_m[0] + shake_m, spell.at_m[1] - shake_m / 2)
    return Position(
        device_id=DEVICE,
        at=at,
        received_at=at,
        lat=round(lat, 8),
        lon=round(_wrapped(lon), 8),
        accuracy_m=spell.accuracy_m,
        source=spell.source,
        is_mock=spell.is_mock or None,
    )


def judge(ruling: Ruling, traffic: Sequence[Message]) -> list[Finding]:
    """Judge a stream as it arrived, until a day after the life began."""
    arrived = sorted(traffic, key=lambda one: one.received_at)
    until = Micros(ruling.during.start + (EVE - START) + DAY)
    return replay([(ruling,)], arrived, until=until).findings


def stands(found: Iterable[Finding], later: int = 0) -> set[tuple[object, ...]]:
    """Tell what stands in the end, save what the receipt clock alone decides (issue: laws)."""
    last = {one.finding_id: one for one in found}
    return {
        (
            one.condition_id,
            str(one.kind),
            one.began_at - later,
            None if one.ended_at is None else one.ended_at - later,
        )
        for one in last.values()
        if one.state != "withdrawn" and not is_by_clock(one)
    }


def is_by_clock(one: Finding) -> bool:
    by_clock = ("contact.lost", "location.lost", "monitoring.", "input.")
    return str(one.kind).startswith(by_clock)


def against(found: Iterable[Finding]) -> list[Finding]:
    """List what stands for the authority in the end."""
    last = {one.finding_id: one for one in found}
    return [
        one for one in last.values() if one.recipient == "authority" and one.state != "withdrawn"
    ]


def has_counterpart(one: Finding, others: Iterable[Finding]) -> bool:
    """Tell whether another finding of the same condition meets this one in time."""
    start, end = _span(one)
    spans = [_span(other) for other in others if other.condition_id == one.condition_id]
    return any(start <= last and first <= end for first, last in spans)


def _span(one: Finding) -> tuple[int, int]:
    return one.began_at, EVE + 99 * DAY if one.ended_at is None else one.ended_at
