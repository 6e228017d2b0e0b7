"""How long may a wearer's notice wait? 72 hours, renewed by a supervisor, 30 days in all.

Only a court says more. The delay is shown with the entry afterwards, and counted in public.
Units: µs UTC. Source: charter G4.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.custody.refusals import DelayRefused
from fairtag.terms.instants import DAY, HOUR, Micros

ONE_DELAY = 72 * HOUR
ALL_DELAYS = 30 * DAY
LONGEST_BY_COURT = 366 * DAY  # ours: what a court says is asked for again after a year


class DelayReason(StrEnum):
    """Why a notice waits; a closed list, worded so that it tells of nobody else."""

    DANGER = "danger"  # telling now could put somebody in danger
    INQUIRY = "inquiry"  # telling now would undo a lawful inquiry
    STAFF = "staff"  # telling now could put staff in danger


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that the notice of one opening waits."""

    grant_id: str
    what: Literal["first", "renewed", "court"]
    reason: DelayReason
    by: str
    at: Micros
    until: Micros
    second_person: str | None = None
    court_ref: str = ""


def until_of(delays: tuple[Delay, ...]) -> Micros | None:
    """Tell until when a notice waits; None: it never did."""
    return max((one.until for one in delays), default=None)


def is_hidden(delays: tuple[Delay, ...], *, now: Micros) -> bool:
    """Tell whether a notice waits."""
    until = until_of(delays)
    return until is not None and now < until


def first_delay(delays: tuple[Delay, ...], *, is_seen: bool, now: Micros) -> Micros:
    """Tell the end of a first delay; `is_seen`: the wearer was told of a look by then.

    Raises: DelayRefused when there was one, or when it would hide what the wearer has seen.
    """
    if delays:
        raise DelayRefused("this notice was delayed before; a supervisor renews it")
    if is_seen:
        raise DelayRefused("the wearer has seen it already: nothing is hidden from them afterwards")
    return Micros(now + ONE_DELAY)


def renewed(delays: tuple[Delay, ...], *, is_supervisor: bool, now: Micros) -> Micros:
    """Tell the end of a renewed delay.

    Raises: DelayRefused.
    """
    last = until_of(delays)
    if last is None or now >= last:
        raise DelayRefused("there is no delay in force to renew: the wearer sees it already")
    if not is_supervisor:
        raise DelayRefused("only a supervisor renews a delay")
    most = Micros(delays[0].at + ALL_DELAYS)
    if last >= most:
        raise DelayRefused("30 days are over; a longer delay takes a court's reference")
    return Micros(min(max(last, now) + ONE_DELAY, most))


def by_court(delays: tuple[Delay, ...], *, until: Micros, court_ref: str, now: Micros) -> Micros:
    """Check what a court said, before two people record it.

    Raises: DelayRefused.
    """
    last = until_of(delays)
    if last is None or now >= last:
        raise DelayRefused("there is no delay in force: the wearer sees it already")
    if not court_ref.strip():
        raise DelayRefused("name the court and its reference")
    if not last < until <= now + LONGEST_BY_COURT:
        raise DelayRefused("the court's date must be later than the delay, within a year")
    return until
