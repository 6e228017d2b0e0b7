"""What is told of data that come too late to be judged? Calls for help, whenever they come."""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.intake.messages import Event, EventCode, Message
from fairtag.rules.book import Told
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.view import View
from fairtag.terms.instants import EARLIEST


def calls_of(message: Message, book: Sequence[Told], view: View) -> list[Matter]:
    """Give the call for help of a worn device as a matter that is over; none if it is told already.

    It goes past the track, which stands long after it; no later judging touches it.
    """
    if not isinstance(message, Event) or message.code is not EventCode.SOS:
        return []
    if view.activation_at(message.device_id, message.at) is None:
        return []
    if any(_is_of(message, one.matter) for one in book if not one.is_final):
        return []
    return [
        Matter(
            kind=Kind.WEARER_HELP,
            device_id=message.device_id,
            began_at=message.at,
            ended_at=message.at,
            closed_at=EARLIEST,
            evidence=(evidence_of(message),),
        )
    ]


def _is_of(message: Message, matter: Matter) -> bool:
    """Tell whether a message lies within a call for help that its device made."""
    if matter.kind is not Kind.WEARER_HELP or matter.device_id != message.device_id:
        return False
    is_over = matter.ended_at is not None and matter.ended_at < message.at
    return matter.began_at <= message.at and not is_over
