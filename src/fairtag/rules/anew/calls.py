"""What is told of data that come too late to be judged? Calls for help, whenever they come."""

from __future__ import annotations

from fairtag.intake.messages import Event, EventCode, Message
from fairtag.rules.finding import Kind
from fairtag.rules.matter import Matter, evidence_of
from fairtag.rules.view import View
from fairtag.terms.instants import EARLIEST


def calls_of(message: Message, view: View) -> list[Matter]:
    """Give the call for help of a worn device as a matter that is over.

    It goes past the track, which stands long after it; no later judging touches it.
    """
    if not isinstance(message, Event) or message.code is not EventCode.SOS:
        return []
    if view.activation_at(message.device_id, message.at) is None:
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
