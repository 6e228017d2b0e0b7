"""With which words do these pages and the log name what is done about complaints?"""

from __future__ import annotations

from fairtag.app.complaints.read import listed
from fairtag.app.ports import Transaction
from fairtag.app.wearer.contested import contested
from fairtag.terms.instants import Micros

LOG = {
    "complaint.recorded": "wrote down a complaint",
    "complaint.acknowledged": "told a wearer that their complaint came",
    "complaint.named": "wrote down whom a complaint is about",
    "complaint.answered": "answered a complaint",
    "complaint.read": "read a complaint",
}
STEPS = {
    "acknowledged": "told the wearer that it came",
    "named": "wrote down that it is about {about} as well",
    "answered": "answered it: {outcome}",
}


def waits(tx: Transaction, now: Micros) -> dict[str, int]:
    """Count what wearers wait for, for a line beside the queue."""
    complaints = [one for one in listed(tx, now) if not one.stands.is_answered]
    return {
        "contests": sum(not one.is_answered for one in contested(tx, now)),
        "complaints": len(complaints),
        "late": sum(one.stands.is_late for one in complaints),
    }
