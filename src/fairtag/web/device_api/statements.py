"""What does a wearer say on their device: about a check-in, or in complaint? Kept sealed.

What is said of a check-in is read before deciding.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fairtag.app.complaints.device import complain_from, told_to
from fairtag.app.complaints.read import ComplaintTold
from fairtag.app.deciding.state import state
from fairtag.app.house import House
from fairtag.review.refusals import ComplaintRefused, StatementRefused
from fairtag.terms.instants import text
from fairtag.web.device_api.own import Asked, Own
from fairtag.web.device_api.protocols import Answer


class _Said(msgspec.Struct):
    text: str


def say(house: House, asked: Asked) -> Answer:
    """Keep what a wearer says about a check-in of theirs.

    Raises: UnknownCheckIn, StatementRefused, LogUnavailable.
    """
    try:
        said = msgspec.json.decode(asked.body, type=_Said)
    except msgspec.MsgspecError as error:
        raise StatementRefused('send JSON with a "text"') from error
    kept = state(house, asked.parts[0], text=said.text, device_id=asked.device_id)
    told = {"statement_id": kept.statement_id, "received_at": text(kept.at)}
    return Answer(status=200, body=msgspec.json.encode(told))


class _Complained(msgspec.Struct):
    text: str
    about: str = ""  # a reference, or a name; empty: nobody, or they don't know


def complain(house: House, asked: Asked) -> Answer:
    """Answer `POST /d/v1/complaints`; sent twice, it is one complaint.

    Raises: ComplaintRefused, LogUnavailable.
    """
    try:
        said = msgspec.json.decode(asked.body, type=_Complained)
    except msgspec.MsgspecError as error:
        raise ComplaintRefused('send JSON with a "text"') from error
    kept = complain_from(house, asked.device_id, text=said.text, about=said.about)
    told = {"complaint_id": kept.complaint_id, "received_at": text(kept.at)}
    return Answer(status=200, body=msgspec.json.encode(told))


def complaints(house: House, asked: Asked) -> Answer:
    """Answer `GET /d/v1/complaints`: newest first, with the answers; not what was complained of.

    Raises: LogUnavailable.
    """
    told = [_written(one) for one in told_to(house, asked.device_id)]
    return Answer(status=200, body=msgspec.json.encode({"complaints": told}))


def _written(one: ComplaintTold) -> dict[str, Any]:
    return {
        "received_on": one.received_on,
        "answer_by": one.answer_by,
        "is_late": one.is_late,
        "answered_at": None if one.answered_at is None else text(one.answered_at),
        "outcome": one.outcome,
        "answer": one.answer,
        "by": one.by,
    }


ROUTES = (
    Own(method="POST", path=("check-ins", "*", "statement"), handle=say),
    Own(method="POST", path=("complaints",), handle=complain),
    Own(method="GET", path=("complaints",), handle=complaints),
)
