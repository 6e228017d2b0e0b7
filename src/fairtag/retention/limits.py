"""How much may go at once, and is the clock to be believed? A run by mistake must stay small.

In January 2021 a faulty 'weeding' run took about 400,000 records out of the Police National
Computer; so a run over the cap, or under a clock that jumped, destroys nothing.
Units: µs UTC.
Source: research on retention (design.md §5); the cap is the design's.
"""

from __future__ import annotations

from dataclasses import dataclass

from fairtag.retention.refusals import ClockDoubtful
from fairtag.terms.instants import DAY, HOUR, Micros

MOST_A_DAY = 50  # wearers
_PER_MILLE = 5  # 0.5 % of the wearers
STEADY = 48 * HOUR  # a jump longer than this is a doubt, and so long it lasts
WITNESS = 7 * DAY  # as old as a device's newest word may be while an order runs


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """What speaks for the machine's clock, and what against it."""

    now: Micros
    last_round: Micros | None  # when the service last looked; None: never
    steady_since: Micros | None  # since when rounds followed each other without a jump
    doubted_at: Micros | None  # when a jump was last seen, by the clock after it
    confirmed_at: Micros | None  # when a person last said that the clock is right
    heard_at: Micros | None  # newest event time of a device: its satellites' clock, not ours


def cap(wearers: int) -> int:
    """Tell how many wearers' records may begin to go within a day without a raised limit.

    One always may: half a per cent of few people is nobody.
    Example:
        >>> [cap(n) for n in (0, 100, 2_000, 30_000)]
        [1, 1, 10, 50]
    """
    return min(MOST_A_DAY, max(1, wearers * _PER_MILLE // 1000))


def is_jump(facts: ClockFacts) -> bool:
    """Tell whether the clock went further, or back, since the last round than a clock goes.

    Before the first round the newest word of a device stands for it.
    """
    if facts.last_round is None:
        return facts.heard_at is not None and abs(facts.now - facts.heard_at) > WITNESS
    return not -HOUR <= facts.now - facts.last_round <= STEADY


def demand_clock(facts: ClockFacts) -> None:
    """Go on only under a clock that has been steady for two days.

    After a jump it stays in doubt until devices name about the same time (theirs is the
    satellites') or a person says that it is right: a clock that is years ahead has ended every
    order, so that no device's word is taken, and only a person is left to ask.

    Raises: ClockDoubtful.
    Fails: closed.
    """
    if is_jump(facts) or facts.last_round is None or facts.steady_since is None:
        raise ClockDoubtful("the clock jumped, or the service has not looked at it yet")
    if facts.now - facts.steady_since < STEADY:
        raise ClockDoubtful("the clock has been steady for less than 48 hours")
    if facts.doubted_at is None or (facts.confirmed_at or 0) >= facts.doubted_at:
        return
    if facts.heard_at is None or abs(facts.now - facts.heard_at) > WITNESS:
        raise ClockDoubtful(
            "the clock jumped and no device has named a time near it since; if it is right, "
            "say so with `fairtag retention clock --is-right`"
        )
