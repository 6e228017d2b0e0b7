"""Whatever comes late, what is told to go on is what goes on: the book and the track agree.

The last findings of a life are the same in any order; officers act on what stands in between.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from tests.property.lives import CONDITIONS
from tests.unit.rules.nights import at, fix, order
from tests.unit.rules.streams import Desk, arrivals, stream

from fairtag.intake.messages import Message
from fairtag.rules import book
from fairtag.rules.book import BY_CLOCK, Telling, Told
from fairtag.rules.finding import Kind, State
from fairtag.rules.matter import Matter
from fairtag.rules.run import Run
from fairtag.terms.instants import Micros

_, ZONE, *_ = CONDITIONS
IN_ZONE_M = 1_500.0
Open = tuple[tuple[str, str, str], Micros]


def withheld(told: list[Message], chance: random.Random) -> list[Message]:
    """Hold back stretches of what was said, and let each arrive at once, much later."""
    for _ in range(chance.choice([1, 2, 3])):
        start, count = chance.randrange(len(told)), chance.choice([5, 15, 40, 80])
        kept, rest = told[start : start + count], told[:start] + told[start + count :]
        place = min(len(rest), start + chance.choice([5, 20, 60, 150, 400]))
        told = [*rest[:place], *kept, *rest[place:]]
    clock = told[0].received_at
    for n, one in enumerate(told):
        clock = Micros(max(clock, one.received_at))
        told[n] = replace(one, received_at=clock)
    return told


def differences(seed: int) -> Iterator[tuple[set[Open], set[Open]]]:
    """Give what the track and what the book alone holds open, after each arrival."""
    rulings, told = stream(seed, scenes=24)
    desk = Desk(rulings)
    for some in arrivals(withheld(told, random.Random(seed))):
        desk.take(*some)
        goes_on = {(one.key, one.began_at) for one in desk.judge._memory.track.open_matters()}
        stands = {(one.key, one.began_at) for one in open_of(desk.judge._memory.book)}
        yield goes_on - stands, stands - goes_on | told_twice(desk.judge._memory.book)
        due = desk.judge._memory.track.due(desk.judge._view)
        assert due is None or due > desk.judge._memory.track.now


def told_twice(told: list[Told]) -> set[Open]:
    """List what stands more than once with one beginning."""
    stands = Counter(
        (one.matter.key, one.matter.began_at)
        for one in told
        if not one.is_final and one.matter.kind not in BY_CLOCK and one.matter.part_of is None
    )
    return {name for name, count in stands.items() if count > 1}


def open_of(told: list[Told]) -> Iterator[Matter]:
    for one in told:
        if one.matter.closed_at is None and not one.is_final and one.matter.kind not in BY_CLOCK:
            yield one.matter


ENDED = [18, 35, 42, 67]  # an earlier matter that came late ended one that goes on
CARRIED = [294, 1014]  # positions of a device that is not worn carried the track past its timers
SEEDS = [*ENDED, *CARRIED, *range(100, 114)]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_told_to_go_on_is_what_goes_on(seed: int) -> None:
    assert not [one for one in differences(seed) if any(one)]


def test_negative_control_positions_of_a_device_that_is_not_worn_carry_the_track_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first_of(self: Run, *instants: Micros | None) -> int:
        return usual(self, *(instants[1:] if len(instants) == 3 else instants))  # not what is due

    usual = Run._first_of
    monkeypatch.setattr(Run, "_first_of", first_of)

    assert any(any(one) for one in differences(CARRIED[1]))


def any_open_one(told: list[Told], matter: Matter) -> Told | None:
    """Take a matter that was over before for the open one."""
    for known in reversed(told):
        if known.matter.closed_at is None and not known.is_final and known.matter.key == matter.key:
            return known
    return None


def test_negative_control_an_earlier_matter_that_ends_the_open_one_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "_same", any_open_one)

    assert any(any(one) for seed in ENDED for one in differences(seed))


def test_an_entry_that_late_data_show_does_not_end_the_one_that_goes_on() -> None:
    """Offline from 19:20 to 19:50; in the zone since 20:20; then the rest comes: in it at 19:26."""
    desk = Desk((order(ZONE),))
    minutes = [one for one in range(-60, 100, 2) if not 20 <= one < 50]
    for minute in minutes:
        desk.take(fix(minute, IN_ZONE_M if minute >= 80 else 0.0))
    (now,) = (one for one in desk.found if one.kind is Kind.ZONE_ENTERED)

    late = (fix(n, IN_ZONE_M if 26 <= n < 36 else 0.0) for n in range(20, 50))
    desk.take(*(replace(one, received_at=at(100)) for one in late))

    told = [one for one in desk.found if one.kind is Kind.ZONE_ENTERED][1:]
    assert [(one.state, one.began_at) for one in told] == [
        (State.OPENED, at(26)),
        (State.CLOSED, at(26)),
    ]
    assert now.finding_id not in {one.finding_id for one in told}


def matter(began: float, ended: float | None) -> Matter:
    over = None if ended is None else at(ended)
    return Matter(kind=Kind.ZONE_ENTERED, began_at=at(began), ended_at=over, closed_at=over)


BY = Telling(order_id="ORD-1", zone="UTC", at=at(99), late=True, settings="s", tzdata="t")


@pytest.mark.parametrize(
    ("ended", "ends_it"),
    [
        (matter(10, 20), False),
        (matter(10, 30), False),  # it ends where the other begins
        (matter(10, 31), True),  # they are one
        (matter(30, 30), True),  # a moment
        (matter(30, 40), True),
    ],
)
def test_what_was_over_when_another_began_does_not_end_it(ended: Matter, *, ends_it: bool) -> None:
    told = list[Told]()
    book.tell(told, [matter(30, None)], BY)

    found = book.tell(told, [ended], BY)

    assert [one.state for one in found] == [State.OPENED, State.CLOSED][ends_it:]
    assert [one.finding_id == told[0].finding_id for one in found][-1] == ends_it
