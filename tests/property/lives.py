"""Invented lives for laws: an order, what a device says about a day, and ways to judge it.

Units: µs UTC; metres north of home; minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from fairtag.intake.messages import Event, EventCode, Message, Position, Source
from fairtag.orders.model import (
    Absence,
    Activation,
    Appointment,
    Attendance,
    Covers,
    Curfew,
    DeviceType,
    ExclusionZone,
    InclusionZone,
    Ruling,
)
from fairtag.rules.book import BY_CLOCK
from fairtag.rules.finding import AGAINST_WEARER, Finding, as_json, sort_key
from fairtag.rules.judge import OrderJudge
from fairtag.terms.geometry import Circle
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros, parse
from fairtag.terms.local import Interval, WeeklySpan

START = parse("2026-11-02T12:00:00Z")  # a Monday
END = Micros(START + 20 * DAY)
BEGIN = Micros(START + 5 * HOUR)  # two hours before the curfew
LAT, LON, DEGREE_M = 53.48, -2.24, 111_295
DEVICE = "D-1"
NIGHTLY = WeeklySpan(days=frozenset(range(7)), from_min=19 * 60, to_min=7 * 60)


def circle(north_m: float, radius_m: float) -> Circle:
    return Circle(lon_deg=LON, lat_deg=LAT + north_m / DEGREE_M, radius_m=radius_m)


CONDITIONS = (
    Curfew(id="c1", place=circle(0, 60), grace_min=5, timetable=(NIGHTLY,)),
    ExclusionZone(id="x1", area=circle(1500, 200), buffer_m=0, timetable=()),
    InclusionZone(id="n1", area=circle(0, 1200), buffer_m=50, timetable=(NIGHTLY,)),
    Attendance(
        id="a1",
        place=circle(900, 60),
        appointments=(
            Appointment(
                during=Interval(start=Micros(BEGIN + HOUR), end=Micros(BEGIN + 2 * HOUR)),
                stay_min=20,
            ),
        ),
    ),
)


def ruling(absences: Iterable[Absence] = ()) -> Ruling:
    device = Activation(
        device_id=DEVICE,
        type=DeviceType.FITTED,
        during=Interval(start=START, end=END),
        fix_every_s=60,
        report_every_s=60,
        charged_by_wearer=True,
    )
    return Ruling(
        order_id="ORD-1",
        version=1,
        recorded_at=START,
        during=Interval(start=START, end=END),
        suspended=(),
        time_zone="Europe/London",
        devices=(device,),
        absences=tuple(absences),
        conditions=CONDITIONS,
    )


@dataclass(frozen=True)
class Stay:
    """Some minutes at a place, with the receiver's claims, or without a word."""

    minutes: int
    north_m: float
    accuracy_m: float | None
    source: Source
    step_min: int
    is_silent: bool = False


def stays(north_m: Sequence[float] = (0, 0, 90, 900, 1500)) -> st.SearchStrategy[list[Stay]]:
    stay = st.builds(
        Stay,
        minutes=st.sampled_from([3, 6, 12, 25, 50]),
        north_m=st.sampled_from(north_m),
        accuracy_m=st.sampled_from([6.0, 15.0, 60.0, 700.0, None]),
        source=st.sampled_from([Source.GNSS, Source.WIFI, Source.UNKNOWN]),
        step_min=st.sampled_from([1, 2, 5]),
        is_silent=st.sampled_from([False, False, False, True]),
    )
    return st.lists(stay, min_size=2, max_size=8)


def lived(told: Iterable[Stay], codes: Iterable[tuple[int, EventCode]] = ()) -> list[Message]:
    """Write down what the device says, in order of time; codes come some minutes after the start.

    Each message arrives a second after it was made.
    """
    found: list[Message] = []
    at = BEGIN
    for one in told:
        steps = () if one.is_silent else range(0, one.minutes, one.step_min)
        found += [_fix(Micros(at + step * MINUTE), one, step) for step in steps]
        at = Micros(at + one.minutes * MINUTE)
    for minute, code in codes:
        when = Micros(BEGIN + minute * MINUTE + 7 * SECOND)
        found.append(Event(device_id=DEVICE, at=when, received_at=when, code=code))
    found.sort(key=lambda one: one.at)
    return [
        replace(one, seq=n, received_at=Micros(one.at + SECOND))
        for n, one in enumerate(found, start=1)
    ]


def _fix(at: Micros, stay: Stay, step: int) -> Position:
    shake = ((step * 37) % 11 - 5) * 1e-5
    return Position(
        device_id=DEVICE,
        at=at,
        received_at=at,
        lat=round(LAT + stay.north_m / DEGREE_M + shake, 6),
        lon=round(LON - shake, 6),
        accuracy_m=stay.accuracy_m,
        source=stay.source,
    )


def events(
    codes: Iterable[EventCode] = EventCode,
) -> st.SearchStrategy[list[tuple[int, EventCode]]]:
    one = st.tuples(st.integers(0, 200), st.sampled_from(list(codes)))
    return st.lists(one, max_size=5)


class Run:
    """A judge with its past, as the store or a replay keeps it."""

    def __init__(self, rulings: tuple[Ruling, ...]) -> None:
        self.rulings = rulings
        self.judge = OrderJudge(rulings)
        self.taken: list[Message] = []
        self.found: list[Finding] = []

    def past(self, since: Micros) -> list[Message]:
        return [one for one in self.taken if one.at >= since]

    def take(self, *messages: Message) -> None:
        self.found += self.judge.take(messages, past=self.past)
        self.taken += messages

    def tick(self, clock: Micros) -> None:
        self.found += self.judge.tick(clock, past=self.past)

    def restart(self) -> None:
        """Stop, and go on from what was written down."""
        self.judge = OrderJudge.load(self.judge.dump(), self.rulings)

    def lines(self) -> list[bytes]:
        return [as_json(one) for one in sorted(self.found, key=sort_key)]

    def stands(self, *, with_clock: bool = False) -> set[tuple[object, ...]]:
        """Tell what stands in the end: kind, where and when of what was not withdrawn."""
        last = {one.finding_id: one for one in self.found}
        return {
            (one.condition_id, one.kind, one.began_at, one.ended_at)
            for one in last.values()
            if one.state != "withdrawn" and (with_clock or one.kind not in BY_CLOCK)
        }

    def against(self) -> list[Finding]:
        """List what stands against the wearer."""
        last = {one.finding_id: one for one in self.found}
        return [
            one
            for one in last.values()
            if one.kind in AGAINST_WEARER and one.state != "withdrawn" and one.cause != "excused"
        ]


def judged(messages: Sequence[Message], absences: Iterable[Absence] = ()) -> Run:
    """Judge message by message, and let a day pass."""
    run = Run((ruling(absences),))
    for message in messages:
        run.take(message)
    run.tick(Micros(BEGIN + DAY))
    return run


def absence(start_min: int, minutes: int, recorded_min: int) -> Absence:
    start = Micros(BEGIN + start_min * MINUTE)
    return Absence(
        condition_id="*",
        covers=frozenset(Covers),
        during=Interval(start=start, end=Micros(start + minutes * MINUTE)),
        recorded_at=Micros(BEGIN + recorded_min * MINUTE),
        reason="medical",
        by="officer",
    )


absences = st.builds(
    absence, st.integers(0, 240), st.sampled_from([5, 30, 90, 400]), st.integers(-60, 400)
)
