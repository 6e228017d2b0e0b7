"""The demo's cast: many kinds within minutes, every protocol, again every day."""

from __future__ import annotations

import itertools

import msgspec

from fairtag.intake.native import decode_recorded
from fairtag.orders.read import read
from fairtag.orders.scheme import seed_scheme
from fairtag.rules.replay import by_order, replay
from fairtag.sim.papers import order_of
from fairtag.sim.stage import LIFE_DAYS, cast_of
from fairtag.sim.traffic import stream_of
from fairtag.sim.wire import Tongue
from fairtag.terms.instants import DAY, MINUTE, Micros, parse

START = parse("2026-11-02T16:05:07Z")


def kinds_within(minutes: int, start: Micros = START, wearers: int = 12) -> set[str]:
    """Judge what the cast's devices say until some demo minutes after the start."""
    found: set[str] = set()
    until = Micros(start + minutes * MINUTE)
    for cast in cast_of(wearers, start):
        said = itertools.takewhile(lambda one: one[0] <= until, stream_of(cast.player))
        decoded = decode_recorded(b"\n".join(msgspec.json.encode(told) for _, told in said))
        ruling = read(msgspec.json.encode(order_of(cast.player)), scheme=seed_scheme()).ruling
        findings = replay(by_order([ruling]), decoded.messages, until=until).findings
        found |= {one.kind for one in findings}
    return found


def test_seven_kinds_come_within_the_first_forty_demo_minutes() -> None:
    assert len(kinds_within(40)) >= 7


def test_before_the_start_nothing_has_happened() -> None:
    """Negative control: the kinds come from the stories, not from the lives before them."""
    assert kinds_within(0) == set()


def test_it_works_whenever_it_is_started() -> None:
    for hour in (3, 11, 20):
        start = Micros(parse("2026-06-05T00:30:00Z") + hour * 60 * MINUTE)
        assert len(kinds_within(40, start, wearers=7)) >= 5, hour


def test_every_protocol_is_spoken_by_twelve() -> None:
    assert {cast.tongue for cast in cast_of(12, START)} == set(Tongue)


def test_a_story_comes_again_every_day_until_the_order_ends() -> None:
    (cast,) = cast_of(1, START)
    cuts = [at for at, code in cast.player.plan.events if code == "strap_open"]
    assert len(cuts) == LIFE_DAYS
    assert {later - earlier for earlier, later in itertools.pairwise(cuts)} == {DAY}
    assert parse(order_of(cast.player)["ends_at"]) == cast.player.span.end
