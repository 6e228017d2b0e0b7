"""What do staff and the wearer see of complaints? Staff read words after the entry that says so.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.complaints.log import write_read
from fairtag.app.complaints.record import today_of
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.review.complaints.model import BY_WEARER, Complaint, Stands, Step, stands_on
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as a list shows it; no words."""

    complaint: Complaint
    steps: tuple[Step, ...]
    stands: Stands


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint with its words; without them for whom it is about."""

    listed: Listed
    is_about_reader: bool
    text: str = ""
    replied: dict[str, str] = {}


def listed(tx: Transaction, now: Micros, wearer_id: WearerId | None = None) -> list[Listed]:
    """List complaints: what waits first, by the day on which an answer is owed; then the newest."""
    found = [
        Listed(
            complaint=one,
            steps=steps,
            stands=stands_on(one, steps, today_of(tx, one.order_id, now)),
        )
        for one, steps in tx.complaints.listed(wearer_id)
    ]
    waiting = [one for one in found if not one.stands.is_answered]
    done = [one for one in found if one.stands.is_answered]
    return sorted(waiting, key=lambda one: one.stands.answer_by) + done


def read_complaint(house: House, person: Person, complaint_id: str) -> Whole:
    """Open a complaint for somebody of staff; whom it is about sees that it is there, no words.

    Raises: NotPermitted, UnknownComplaint, LogUnavailable.
    """
    demand(person, Act.COMPLAINT)
    now = house.clock.now()
    complaint, steps = house.store.read(lambda tx: tx.complaints.get(complaint_id))
    day = house.store.read(lambda tx: today_of(tx, complaint.order_id, now))
    found = Listed(complaint=complaint, steps=steps, stands=stands_on(complaint, steps, day))
    if person.user_id in found.stands.about:
        return Whole(listed=found, is_about_reader=True)
    house.store.look(lambda tx: write_read(tx, complaint, person, now))
    return house.store.read(
        lambda tx: Whole(
            listed=found,
            is_about_reader=False,
            text=tx.complaints.complained(complaint_id),
            replied=tx.complaints.replied(complaint_id),
        )
    )


class ComplaintTold(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint as its wearer is told of it."""

    received_on: str
    how: str
    about: tuple[str, ...]
    answer_by: str
    is_late: bool
    acknowledged_at: Micros | None
    answered_at: Micros | None
    outcome: str
    answer: str
    by: str  # who answered


def complaints_told(
    tx: Transaction, wearer_id: WearerId, *, now: Micros
) -> tuple[ComplaintTold, ...]:
    """List a wearer's complaints, newest first, with the answers."""
    found = sorted(listed(tx, now, wearer_id), key=lambda one: one.complaint.at, reverse=True)
    return tuple(_told(tx, one) for one in found)


def _told(tx: Transaction, one: Listed) -> ComplaintTold:
    by_what = {step.what: step for step in one.steps}
    answer, came = by_what.get("answered"), by_what.get("acknowledged")
    own = one.complaint.at if one.complaint.how in BY_WEARER else None
    words = {} if answer is None else tx.complaints.replied(one.complaint.complaint_id)
    return ComplaintTold(
        received_on=one.complaint.received_on,
        how=one.complaint.how,
        about=one.stands.about,
        answer_by=one.stands.answer_by,
        is_late=one.stands.is_late,
        acknowledged_at=own if came is None else came.at,
        answered_at=None if answer is None else answer.at,
        outcome="" if answer is None else answer.outcome or "",
        answer=words.get("answered", ""),
        by="" if answer is None else answer.by,
    )
