"""What was complained of, about whom, when is it acknowledged and answered, and by whom never?

Units: instants in µs UTC; days as YYYY-MM-DD in the order's time zone.
Source: DPA 2018 s. 164A (put in by the Data (Use and Access) Act 2025 s. 103): receipt is
acknowledged within 30 days beginning with the one of receipt, and it is answered without undue
delay. Immigration Enforcement's complaints procedure on gov.uk: an answer within 20 working days,
which are four weeks; ours counts 28 days, holidays or not.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec
from whenever import Date

from fairtag.review.refusals import ComplaintAboutYou, ComplaintDone, ComplaintRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

ACKNOWLEDGED_WITHIN_DAYS = 30
ANSWERED_WITHIN_DAYS = 28
MOST_LETTERS = 5000
MOST_OPEN = 10  # of one wearer's own, unanswered at once: more would bury the first
LEAST_ANSWER = 20  # letters: the wearer reads it
OLDEST_DAYS = 366  # a day of receipt further back is a slip of the pen

How = Literal["letter", "phone", "in person", "by somebody for them", "their page", "their app"]
HOWS: tuple[How, ...] = get_args(How)
BY_WEARER: tuple[How, ...] = ("their page", "their app")
BY_STAFF = tuple(one for one in HOWS if one not in BY_WEARER)  # what staff write down
Outcome = Literal["upheld", "upheld in part", "not upheld", "taken back"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
What = Literal["acknowledged", "named", "answered"]
WEARER = "wearer"


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint as it came. Never changed; steps follow."""

    complaint_id: str
    wearer_id: WearerId
    order_id: OrderId
    hold_id: str  # what it keeps until 28 days after the answer
    how: How
    received_on: str
    at: Micros  # when it was written down
    by: str  # who wrote it down: a person of staff, or the wearer
    about: str = ""  # a person of staff; empty: nobody by reference
    text: str = ""  # sealed at rest


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about one."""

    complaint_id: str
    wearer_id: WearerId
    what: What
    by: str
    at: Micros
    about: str = ""  # named: whom it is about as well
    outcome: Outcome | None = None  # answered
    text: str = ""  # acknowledged: how they were told; answered: the answer; sealed at rest


class Stands(msgspec.Struct, frozen=True, kw_only=True):
    """How a complaint stands on a day."""

    about: tuple[str, ...]
    acknowledge_by: str  # the last day
    answer_by: str
    is_acknowledged: bool
    is_answered: bool
    is_late: bool  # one of the two is owed, and its last day is over


def stands_on(complaint: Complaint, steps: tuple[Step, ...], day: str) -> Stands:
    """Tell how a complaint stands; whoever wrote it on their own page was told at once.

    Example:
        >>> one = Complaint(complaint_id="k", wearer_id=WearerId("W"), order_id=OrderId("O"),
        ...     hold_id="h", how="letter", received_on="2026-11-02", at=Micros(0), by="otto")
        >>> told = stands_on(one, (), "2026-12-01")
        >>> told.acknowledge_by, told.answer_by, told.is_late
        ('2026-12-01', '2026-11-30', True)
    """
    done = {one.what for one in steps}
    is_answered = "answered" in done
    is_acknowledged = is_answered or "acknowledged" in done or complaint.how in BY_WEARER
    came = Date.parse_iso(complaint.received_on)
    acknowledge_by = came.add(days=ACKNOWLEDGED_WITHIN_DAYS - 1).format_iso()
    answer_by = came.add(days=ANSWERED_WITHIN_DAYS).format_iso()
    named = [complaint.about, *(one.about for one in steps)]
    return Stands(
        about=tuple(dict.fromkeys(one for one in named if one)),
        acknowledge_by=acknowledge_by,
        answer_by=answer_by,
        is_acknowledged=is_acknowledged,
        is_answered=is_answered,
        is_late=(not is_acknowledged and day > acknowledge_by)
        or (not is_answered and day > answer_by),
    )


def words_of(text: str) -> str:
    """Give what is kept of what was written.

    Raises: ComplaintRefused.
    """
    told = text.strip()
    if not told or len(told) > MOST_LETTERS:
        raise ComplaintRefused("the text is empty or too long")
    return told


def day_of(told: str, today: str) -> str:
    """Read the day on which a complaint came.

    Raises: ComplaintRefused.
    """
    try:
        day = Date.parse_iso(told.strip())
    except ValueError as error:
        raise ComplaintRefused("write the day it came as 2026-11-03") from error
    now = Date.parse_iso(today)
    if not now.subtract(days=OLDEST_DAYS) <= day <= now:
        raise ComplaintRefused("the day it came must be today or within the last year")
    return day.format_iso()


def demand_other(stands: Stands, person: str) -> None:
    """Go on only with a person whom the complaint is not about.

    Raises: ComplaintAboutYou.
    """
    if person in stands.about:
        raise ComplaintAboutYou("whoever it is about neither reads nor answers it")


def demand_open(stands: Stands) -> None:
    """Go on only with a complaint that waits for its answer.

    Raises: ComplaintDone.
    """
    if stands.is_answered:
        raise ComplaintDone("it was answered")


def answer_of(outcome: str, text: str) -> tuple[Outcome, str]:
    """Read an answer.

    Raises: ComplaintRefused.
    """
    found = next((one for one in OUTCOMES if one == outcome), None)
    told = words_of(text)
    if found is None or len(told) < LEAST_ANSWER:
        raise ComplaintRefused(
            f"say what came of it, and write the answer in at least {LEAST_ANSWER} letters"
        )
    return found, told
