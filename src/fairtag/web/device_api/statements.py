"""What does a wearer say on their device about a check-in? Kept sealed, read before deciding."""

from __future__ import annotations

import msgspec

from fairtag.app.deciding.state import state
from fairtag.app.house import House
from fairtag.review.refusals import StatementRefused
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


STATEMENT = Own(method="POST", path=("check-ins", "*", "statement"), handle=say)
