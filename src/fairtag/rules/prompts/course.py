"""How far did a question come, and may its silence count? States move forward only.

Units: instants in µs UTC.
Source: design.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.limits import LEAST_WINDOW
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval, merged

RANKS = {
    CheckInState.SCHEDULED: 0,
    CheckInState.DELIVERED: 1,
    CheckInState.SHOWN: 2,
    CheckInState.ANSWERED: 4,  # taken inside the window and come late: it outranks every other end
    CheckInState.EXPIRED_SHOWN: 3,
    CheckInState.NOT_DELIVERED: 3,
    CheckInState.DEVICE_OFF: 3,
    CheckInState.REFUSED_BY_LIMIT: 3,
}
_CLOCKS_DIFFER = 2 * MINUTE


def moves(before: CheckInState, to: CheckInState) -> bool:
    """Tell whether a prompt goes on to a state; a move backwards changes nothing.

    Example:
        >>> moves(CheckInState.SHOWN, CheckInState.DELIVERED)
        False
        >>> moves(CheckInState.EXPIRED_SHOWN, CheckInState.ANSWERED)
        True
    """
    return RANKS[to] > RANKS[before]


def lengthened(at: Micros, until: Micros, outages: Iterable[Interval]) -> Micros:
    """Tell when a window ends that outages of ours took time from: what they took comes on top.

    Example:
        >>> lengthened(Micros(0), Micros(30), (Interval(start=Micros(20), end=Micros(25)),))
        35
    """
    for span in merged(outages):
        if span.start >= until:
            break
        if span.end > at:
            until = Micros(until + span.end - max(span.start, at))
    return until


def is_worth_showing(prompt: Prompt, now: Micros) -> bool:
    """Tell whether somebody who is asked now has the least time to answer in open hours."""
    return prompt.until - prompt.lengthened_by - now >= LEAST_WINDOW


def contradiction(prompt: Prompt, state: CheckInState, at: Micros, *, was_sent: bool) -> str | None:
    """Tell why a device's own word about a prompt can't be so; None: it can.

    A prompt that never left us can't have been shown, none expires before its time, and what is
    answered did not expire.
    """
    if not was_sent and state in (CheckInState.SHOWN, CheckInState.EXPIRED_SHOWN):
        return "never_sent"
    if state is not CheckInState.EXPIRED_SHOWN:
        return None
    if at + _CLOCKS_DIFFER < prompt.until - prompt.lengthened_by:
        return "expired_too_early"
    return "already_answered" if prompt.state is CheckInState.ANSWERED else None


def may_be_missed(prompt: Prompt) -> bool:
    """Tell whether the silence may count: only of what was shown to the end and is not void."""
    return prompt.state is CheckInState.EXPIRED_SHOWN and not prompt.is_void
