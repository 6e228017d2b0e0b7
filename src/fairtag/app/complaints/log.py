"""With which entry is a complaint, a step or a look at one written down? In the same commit."""

from __future__ import annotations

from fairtag.app.books import Person
from fairtag.app.openings import writing
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.custody.opening import Purpose
from fairtag.review.complaints.model import WEARER, Complaint, Step
from fairtag.terms.instants import Micros

PREFIX = "complaint."


def write_complaint(tx: Transaction, complaint: Complaint, person: Person | None) -> None:
    """Store a complaint with its entry; `person` None: the wearer wrote it."""
    digest = tx.complaints.add(complaint)
    told = {"row": complaint.complaint_id, "digest": digest, "hold": complaint.hold_id}
    _write(tx, "recorded", complaint, person, complaint.at, told)


def write_step(tx: Transaction, complaint: Complaint, step: Step, person: Person) -> None:
    """Store a step with its entry.

    Raises: ComplaintDone.
    """
    digest = tx.complaints.step(step)
    name = f"{step.complaint_id}/{step.what}/{step.about}"
    told = {"row": name, "digest": digest, "outcome": step.outcome or ""}
    _write(tx, step.what, complaint, person, step.at, told)


def write_read(tx: Transaction, complaint: Complaint, person: Person, now: Micros) -> None:
    """Write down that somebody reads what a wearer complained of."""
    entry = writing.entry_of(
        person,
        PREFIX + "read",
        now,
        wearer_id=complaint.wearer_id,
        order_id=complaint.order_id,
        complaint=complaint.complaint_id,
        why=Purpose.ANSWER_COMPLAINT,
    )
    writing.write(tx, entry)


def _write(
    tx: Transaction,
    what: str,
    complaint: Complaint,
    person: Person | None,
    now: Micros,
    told: dict[str, str],
) -> None:
    entry = Entry(
        at=now,
        operation="alteration",
        actor=WEARER if person is None else person.user_id,
        what=PREFIX + what,
        role=None if person is None else person.role,
        authority=None if person is None else person.authority_id,
        wearer_id=complaint.wearer_id,
        order_id=complaint.order_id,
        details={name: value for name, value in told.items() if value},
    )
    writing.write(tx, entry)
