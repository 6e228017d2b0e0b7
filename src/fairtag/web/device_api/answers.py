"""`POST /d/v1/check-ins/{id}` and `POST /d/v1/enrolments/{id}`: pictures for one question of ours.

Nothing here takes a picture without the id of a check-in or an invitation of this device, and no
answer names anybody or says a score (charter G1). Source: contract §6.
"""

from __future__ import annotations

import msgspec

from fairtag.app.checkins.answering.answer import Taken, take_answer
from fairtag.app.checkins.answering.results import take_result
from fairtag.app.checkins.answering.sent import OnDevice
from fairtag.app.checkins.enrolling.enrol import Enrolled, take_enrolment
from fairtag.app.house import House
from fairtag.app.ports import QuarantinedItem, Transaction
from fairtag.terms.ids import DeviceId, WearerId
from fairtag.terms.instants import text
from fairtag.web.device_api.own import Asked, Own
from fairtag.web.device_api.protocols import Answer
from fairtag.web.device_api.upload import MOST_BYTES, read_upload

_UNREADABLE = "unreadable_answer"
_KEPT = 64 * 1024  # of what can't be read: enough to find the fault, and no picture
_OVER = "No order covers this. The pictures were dropped unread; send no more."


def answered(house: House, asked: Asked) -> Answer:
    """Take an answer to a check-in."""
    sent = read_upload(asked)
    if sent is None:
        return _unreadable(house, asked)
    take = take_result if isinstance(sent.told, OnDevice) else take_answer
    taken = take(house, sent)
    return _over() if taken is None else _taken(taken)


def enrolled(house: House, asked: Asked) -> Answer:
    """Take pictures that later answers are compared with."""
    sent = read_upload(asked)
    if sent is None or isinstance(sent.told, OnDevice):
        return _unreadable(house, asked)
    done = take_enrolment(house, sent)
    return _over() if done is None else _done(done, text(asked.received_at))


def _taken(taken: Taken) -> Answer:
    one = taken.answer
    told = {
        "receipt_id": one.answer_id,
        "captured_at": text(one.captured_at),
        "received_at": text(one.received_at),
        "advice": list(taken.advice),
        "outcome": "received",
    }
    return Answer(status=200, body=msgspec.json.encode(told))


def _done(done: Enrolled, received_at: str) -> Answer:
    told = {
        "received_at": received_at,
        "advice": list(done.advice),
        "taken": done.taken,
        "wanted": done.wanted,
        "outcome": "enrolled" if done.taken >= done.wanted else "take_more",
    }
    return Answer(status=200, body=msgspec.json.encode(told))


def _over() -> Answer:
    return Answer(status=410, body=msgspec.json.encode({"do": _OVER}))


def _unreadable(house: House, asked: Asked) -> Answer:
    """Keep the beginning of what can't be read, sealed; the device is not asked for it again."""

    def work(tx: Transaction) -> None:
        owner = _owner(tx, asked.device_id, asked)
        item = QuarantinedItem(
            wearer_id=owner,
            device_id=asked.device_id,
            received_at=asked.received_at,
            why=_UNREADABLE,
            raw=asked.body[:_KEPT],
        )
        tx.quarantine.put(item)

    house.store.transact(work)
    told = {"quarantined": [{"why": _UNREADABLE}], "outcome": "unreadable"}
    return Answer(status=200, body=msgspec.json.encode(told))


def _owner(tx: Transaction, device_id: DeviceId, asked: Asked) -> WearerId | None:
    serving = tx.devices.serving(device_id)
    return next((one.wearer_id for one in serving if one.during.holds(asked.received_at)), None)


ROUTES = (
    Own(method="POST", path=("check-ins", "*"), handle=answered, most_bytes=MOST_BYTES),
    Own(method="POST", path=("enrolments", "*"), handle=enrolled, most_bytes=MOST_BYTES),
)
