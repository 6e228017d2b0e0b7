"""Acknowledge a complaint, name whom it is about, answer it: never the person whom it is about.

The answer ends the hold 28 days later, and the wearer reads it on their page. Units: µs UTC.
Source: charter G5.
"""

from __future__ import annotations

from collections.abc import Callable

from fairtag.app.books import Person
from fairtag.app.complaints.log import write_step
from fairtag.app.complaints.record import today_of
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.retention.hold import answer_hold
from fairtag.review.complaints.model import (
    Complaint,
    Outcome,
    Step,
    What,
    answer_of,
    demand_open,
    demand_other,
    stands_on,
    words_of,
)
from fairtag.review.refusals import ComplaintRefused
from fairtag.terms.instants import Micros


def acknowledge(house: House, person: Person, complaint_id: str, *, how: str) -> None:
    """Write down how the wearer was told that their complaint came.

    Raises: NotPermitted, UnknownComplaint, ComplaintRefused, ComplaintDone, LogUnavailable.
    """
    demand(person, Act.COMPLAINT)
    told = words_of(how)

    def step(tx: Transaction, complaint: Complaint, now: Micros) -> Step:
        del tx
        return _step(complaint, person, now, "acknowledged", text=told)

    _do(house, person, complaint_id, step)


def name_person(house: House, person: Person, complaint_id: str, *, about: str) -> None:
    """Write down whom a complaint is about as well, as its words say: they can't answer it.

    Raises: NotPermitted, UnknownComplaint, ComplaintRefused, ComplaintDone, LogUnavailable.
    """
    demand(person, Act.COMPLAINT)

    def step(tx: Transaction, complaint: Complaint, now: Micros) -> Step:
        whom = about.strip()
        if whom not in {one.user_id for one in tx.people.listed()}:
            raise ComplaintRefused("nobody of staff has this reference")
        return _step(complaint, person, now, "named", about=whom)

    _do(house, person, complaint_id, step)


def answer_complaint(
    house: House, person: Person, complaint_id: str, *, outcome: str, text: str
) -> None:
    """Answer a complaint, as another person than the one it is about.

    Raises: NotPermitted, UnknownComplaint, ComplaintRefused, ComplaintDone, ComplaintAboutYou,
    LogUnavailable.
    """
    demand(person, Act.ANSWER)
    found, told = answer_of(outcome, text)

    def step(tx: Transaction, complaint: Complaint, now: Micros) -> Step:
        answer_hold(tx, complaint.hold_id, by=person.user_id, now=now)
        return _step(complaint, person, now, "answered", outcome=found, text=told)

    _do(house, person, complaint_id, step)


def _do(
    house: House,
    person: Person,
    complaint_id: str,
    step: Callable[[Transaction, Complaint, Micros], Step],
) -> None:
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        complaint, steps = tx.complaints.get(complaint_id)
        stands = stands_on(complaint, steps, today_of(tx, complaint.order_id, now))
        demand_other(stands, person.user_id)
        demand_open(stands)
        write_step(tx, complaint, step(tx, complaint, now), person)

    house.store.transact(work)
    house.changes.publish()


def _step(
    complaint: Complaint,
    person: Person,
    now: Micros,
    what: What,
    *,
    about: str = "",
    outcome: Outcome | None = None,
    text: str = "",
) -> Step:
    return Step(
        complaint_id=complaint.complaint_id,
        wearer_id=complaint.wearer_id,
        what=what,
        by=person.user_id,
        at=now,
        about=about,
        outcome=outcome,
        text=text,
    )
