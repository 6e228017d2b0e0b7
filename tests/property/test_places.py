"""Laws about places, asked of the judge from outside; each with a broken judge that is caught.

A broken judge is the honest one behind a wrong reading of what comes in, or of what goes out, so
that these laws hold on to nothing inside the judge.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.property.grounds import (
    EVE,
    HERE,
    LIFE,
    Codes,
    Ground,
    Judge,
    Offset,
    Spell,
    Turn,
    against,
    has_counterpart,
    is_by_clock,
    judge,
    said,
    spells,
    stands,
)
from tests.property.lives import events
from tests.property.test_laws import law

from fairtag.intake.messages import EventCode, Message, Position, Source
from fairtag.orders.model import Ruling
from fairtag.rules.finding import Finding, Kind, as_json
from fairtag.terms.instants import DAY, HOUR, MINUTE, SECOND, Micros

Life = tuple[list[Spell], Codes]
LATE = 15 * MINUTE  # contract §5
HONEST = st.just(judge)


def holds(
    check: Callable[..., None], *strategies: st.SearchStrategy[object], cases: int = 40
) -> None:
    settings(law, max_examples=cases)(given(*strategies)(check))()


def breaks(check: Callable[..., None], *strategies: st.SearchStrategy[object]) -> bool:
    try:
        holds(check, *strategies)
    except AssertionError:
        return True
    return False


def reading(change: Callable[[Position], Position | None]) -> Judge:
    """Make a judge that misreads positions, or overlooks them."""

    def wrong(ruling: Ruling, traffic: Sequence[Message]) -> list[Finding]:
        read = [change(one) if isinstance(one, Position) else one for one in traffic]
        return judge(ruling, [one for one in read if one is not None])

    return wrong


# An evening offline: in the end it is as if all had come in time.

UPLOADS = st.tuples(
    st.integers(0, 120),  # minutes after the beginning
    st.integers(20, 300),  # minutes offline
    st.integers(1, 5),  # pieces
    st.sampled_from(["in order", "reversed", "mixed"]),
    st.sampled_from([0, 1, 40]),  # seconds between lines; none is one request
    st.integers(0, 999),
)
Upload = tuple[int, int, int, str, int, int]


def uploaded(life: Sequence[Message], upload: Upload) -> list[Message]:
    """Keep a part of a life back; send it in pieces afterwards, the end of each one twice."""
    after_min, minutes, pieces, way, apart_s, seed = upload
    first = EVE + after_min * MINUTE
    kept = [one for one in life if first <= one.at < first + minutes * MINUTE]
    size = len(kept) // pieces + 1
    parts = [kept[n : n + size] for n in range(0, len(kept), size)]
    random.Random(seed).shuffle(parts)
    clock = max((one.received_at for one in life), default=EVE) + MINUTE
    found = [one for one in life if one not in kept]
    for part in parts:
        for one in _in_a_way([*part, *part[-len(part) // 5 :]], way, seed):
            found.append(replace(one, received_at=Micros(clock)))
            clock += apart_s * SECOND
        clock += 7 * MINUTE
    return found


def _in_a_way(part: list[Message], way: str, seed: int) -> list[Message]:
    if way == "mixed":
        random.Random(seed).shuffle(part)
    return part[::-1] if way == "reversed" else part


def ends_the_same_after(life: Life, upload: Upload, ask: Judge) -> None:
    told = said(life)
    assert stands(ask(HERE.ruling(), uploaded(told, upload))) == stands(judge(HERE.ruling(), told))


def test_an_upload_in_any_pieces_and_order_ends_the_same() -> None:
    holds(ends_the_same_after, LIFE, UPLOADS, HONEST)


def test_negative_control_a_judge_that_drops_what_is_late_is_seen() -> None:
    late = reading(lambda one: one if one.received_at - one.at < LATE else None)

    assert breaks(ends_the_same_after, LIFE, UPLOADS, st.just(late))


def test_negative_control_a_judge_that_takes_receipt_for_time_is_seen() -> None:
    by_receipt = reading(lambda one: replace(one, at=one.received_at))

    assert breaks(ends_the_same_after, LIFE, UPLOADS, st.just(by_receipt))


def gives_the_same_bytes(life: Life, upload: Upload, ask: Judge) -> None:
    told = uploaded(said(life), upload)
    first, again = (b"\n".join(map(as_json, ask(HERE.ruling(), told))) for _ in range(2))
    assert first == again


def test_an_upload_judged_twice_gives_the_same_bytes() -> None:
    holds(gives_the_same_bytes, LIFE, UPLOADS, HONEST, cases=20)


def test_negative_control_a_judge_that_throws_dice_is_seen() -> None:
    dice = random.Random(1)
    gambler = reading(lambda one: one if dice.random() > 0.2 else None)

    assert breaks(gives_the_same_bytes, LIFE, UPLOADS, st.just(gambler))


# What is made of data older than 15 min is labelled late; what is made of fresh data is not.


def labels_late(life: Life, hours: int, ask: Judge) -> None:
    fresh = said(life)
    end = max((one.at for one in fresh), default=EVE) + hours * HOUR
    stale = [replace(one, received_at=Micros(end + n * SECOND)) for n, one in enumerate(fresh)]
    heard = {one.received_at for one in stale}  # what a timer opens afterwards is not of old data
    found = [one for one in ask(HERE.ruling(), stale) if one.decided_at in heard]
    assert all(one.late for one in found if one.state == "opened" and not is_by_clock(one))
    assert not any(one.late for one in ask(HERE.ruling(), fresh))


HOURS = st.integers(1, 8)


WORN = st.tuples(spells(), events([one for one in EventCode if one is not EventCode.OFF_BODY]))


@pytest.mark.parametrize(
    "lives",
    [WORN, LIFE],
    ids=["worn", "taken off"],
)
def test_what_old_data_open_is_late(lives: st.SearchStrategy[Life]) -> None:
    holds(labels_late, lives, HOURS, HONEST)


def test_negative_control_old_news_sold_as_new_is_seen() -> None:
    def never_late(ruling: Ruling, traffic: Sequence[Message]) -> list[Finding]:
        return [replace(one, late=False) for one in judge(ruling, traffic)]

    assert breaks(labels_late, LIFE, HOURS, st.just(never_late))


# A vaguer receiver opens nothing that a sharper one does not.

# Spells long enough to be decided: what is too short to be seen may join two walks into one.
LONG = st.tuples(spells(minutes=(25, 50), accuracies_m=(6.0, 15.0, 60.0, 200.0)), st.just(()))
WORSE = st.floats(1, 40)


def opens_no_more_when_vague(life: Life, worse: float, ask: Judge) -> None:
    sharp = said(life)
    vague = [
        replace(one, accuracy_m=one.accuracy_m * worse)
        if isinstance(one, Position) and one.accuracy_m
        else one
        for one in sharp
    ]
    ruling = HERE.ruling(appointment=False)
    known = against(judge(ruling, sharp))
    for one in against(ask(ruling, vague)):
        assert has_counterpart(one, known), one


def test_worse_accuracy_opens_nothing_new() -> None:
    holds(opens_no_more_when_vague, LONG, WORSE, HONEST, cases=80)


def test_negative_control_a_judge_that_takes_accuracy_for_distance_is_seen() -> None:
    adding = reading(lambda one: replace(one, lat=one.lat + 12 * (one.accuracy_m or 0) / 111_295))

    assert breaks(opens_no_more_when_vague, LONG, WORSE, st.just(adding))


# A good fix at home opens nothing.

ADDED = st.lists(st.integers(0, 180), min_size=1, max_size=8)


def opens_no_more_for_being_home(life: Life, minutes: list[int], ask: Judge) -> None:
    told = said(life)
    home = Spell(1, (4, 3), 6.0, Source.GNSS, 1)
    still = [
        replace(one, at=at, received_at=Micros(at + SECOND), seq=1000 + minute, speed_mps=0.0)
        for minute in set(minutes)
        for at in [Micros(EVE + minute * MINUTE + 30 * SECOND)]
        for one in said(([home], ()))
    ]
    ruling = HERE.ruling(appointment=False)  # a fix at home is no evidence for a visit elsewhere
    known = against(judge(ruling, told))
    for one in against(ask(ruling, [*told, *still])):
        assert one.condition_id is None or has_counterpart(one, known), one


def test_evidence_of_being_home_opens_nothing() -> None:
    holds(opens_no_more_for_being_home, LIFE, ADDED, HONEST, cases=80)


def test_negative_control_a_judge_that_takes_standing_for_leaving_is_seen() -> None:
    wrong = reading(
        lambda one: one if one.speed_mps is None else replace(one, lat=one.lat + 0.0135)
    )

    assert breaks(opens_no_more_for_being_home, LIFE, ADDED, st.just(wrong))


# The same life elsewhere, later, turned or mirrored is found the same.


def mirrored_north(offset: Offset) -> Offset:
    return -offset[0], offset[1]


def mirrored_east(offset: Offset) -> Offset:
    return offset[0], -offset[1]


def quarter(offset: Offset) -> Offset:
    return -offset[1], offset[0]


TURNS: tuple[Turn, ...] = (mirrored_north, mirrored_east, quarter)


def finds_the_same_on(ground: Ground, life: Life, ask: Judge) -> None:
    usual = judge(HERE.ruling(), said(life))
    other = ask(ground.ruling(), said(life, ground))
    assert stands(other, ground.later) == stands(usual)


# In mid-Atlantic, at Greenwich, and where the longitude leaps from 180 to -180.
EAST = st.sampled_from([-30.0, 0.0, 0.0001, 60.5, 179.9999, -179.9999]).map(
    lambda lon: Ground(lon=lon)
)
NORTH = st.sampled_from([-53.48, 0.0, 37.4, 64.1]).map(lambda lat: Ground(lat=lat))
LATER = st.integers(1, 16).map(lambda weeks: Ground(weeks=weeks))  # until March: GMT all the time
TURNED = st.sampled_from(TURNS).map(lambda turn: Ground(turn=turn))


@pytest.mark.parametrize(
    "grounds", [EAST, NORTH, LATER, TURNED], ids=["east", "north", "later", "turned"]
)
def test_the_same_life_on_another_ground_is_found_the_same(
    grounds: st.SearchStrategy[Ground],
) -> None:
    holds(finds_the_same_on, grounds, LIFE, HONEST, cases=30)


def on_a_grid(one: Position) -> Position:
    """Know places to a hundredth of a degree only, as a judge with tiles does."""
    return replace(one, lat=round(one.lat, 2), lon=round(one.lon, 2))


def with_square_degrees(one: Position) -> Position:
    """Take a degree of longitude to be as long as one of latitude."""
    return replace(one, lon=HERE.lon + (one.lon - HERE.lon) / 0.6)


def in_odd_weeks(one: Position) -> Position | None:
    return one if one.at // (7 * DAY) % 2 else None


@pytest.mark.parametrize(
    ("grounds", "wrong"),
    [(EAST, on_a_grid), (NORTH, on_a_grid), (LATER, in_odd_weeks), (TURNED, with_square_degrees)],
    ids=["east", "north", "later", "turned"],
)
def test_negative_control_a_judge_that_knows_one_ground_only_is_seen(
    grounds: st.SearchStrategy[Ground], wrong: Callable[[Position], Position | None]
) -> None:
    assert breaks(finds_the_same_on, grounds, LIFE, st.just(reading(wrong)))


# Silence, an empty battery, masts, unknown accuracy and mocked places: nothing against anyone.

FAR: tuple[Offset, ...] = ((0, 0), (160, 0), (0, -400), (900, 300), (1500, 0), (0, 5000))
# Unknown accuracy is to be taken for 100 m: so far beyond the edge it is no evidence.
NEAR: tuple[Offset, ...] = ((0, 0), (70, 0), (0, -110), (-155, 0))
WEAK_CODES = events(
    [
        EventCode.BATTERY_LOW,
        EventCode.BATTERY_CRITICAL,
        EventCode.POWER_OFF,
        EventCode.POWER_ON,
        EventCode.GNSS_LOST,
    ]
)
WEAK = {
    "silence": spells(places=((0, 0),), silences=(True,)),
    "masts": spells(places=FAR, sources=(Source.CELL,), accuracies_m=(15.0, 100.0, 450.0, 900.0)),
    "unknown accuracy": spells(places=NEAR, accuracies_m=(None, 0.0, -1.0)),
    "mocked": spells(places=FAR, accuracies_m=(5.0, 15.0), mocks=(True,)),
}
AT_HOME = Spell(30, (0, 0), 8.0, Source.GNSS, 1)


def accuses_nobody(parts: list[list[Spell]], codes: Codes, ask: Judge) -> None:
    life = [AT_HOME, *(one for part in parts for one in part)]
    found = ask(HERE.ruling(appointment=False), said((life, codes)))
    assert [one for one in found if one.recipient == "authority"] == []


@pytest.mark.parametrize(
    "names",
    [
        ("silence", "masts", "mocked"),
        tuple(WEAK),
        ("silence",),
        ("masts",),
        ("mocked",),
        ("unknown accuracy",),
    ],
    ids=" ".join,
)
def test_nothing_weak_is_ever_told_to_the_authority(names: tuple[str, ...]) -> None:
    parts = st.lists(st.one_of(*[WEAK[name] for name in names]), min_size=1, max_size=3)
    holds(accuses_nobody, parts, WEAK_CODES, HONEST, cases=50)


def believed(one: Position) -> Position:
    """Take every position for a good one."""
    return replace(one, source=Source.GNSS, is_mock=None, accuracy_m=6.0)


@pytest.mark.parametrize("name", ["masts", "unknown accuracy", "mocked"])
def test_negative_control_a_judge_that_believes_everything_is_seen(name: str) -> None:
    parts = st.lists(WEAK[name], min_size=1, max_size=3)

    assert breaks(accuses_nobody, parts, WEAK_CODES, st.just(reading(believed)))


def test_negative_control_silence_taken_for_absence_is_seen() -> None:
    def accusing(ruling: Ruling, traffic: Sequence[Message]) -> list[Finding]:
        found = judge(ruling, traffic)
        return [replace(one, kind=Kind.CURFEW_LEFT) for one in found if is_by_clock(one)]

    parts = st.lists(WEAK["silence"], min_size=1, max_size=3)
    assert breaks(accuses_nobody, parts, WEAK_CODES, st.just(accusing))


def test_the_lives_are_worth_judging() -> None:
    """The laws are not about nothing: most kinds about places come up."""
    seen: set[str] = set()

    def collect(life: Life, long: Life) -> None:
        seen.update(str(one.kind) for one in judge(HERE.ruling(), said(life)))
        seen.update(f"long {one.kind}" for one in judge(HERE.ruling(), said(long)))

    holds(collect, LIFE, LONG)
    wanted = {"curfew.left", "curfew.late_start", "zone.entered", "zone.left", "attendance.missed"}
    assert wanted <= seen
    assert {"long curfew.left", "long zone.entered"} <= seen
