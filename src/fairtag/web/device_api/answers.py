"""`POST /d/v1/check-ins/{id}` and `POST /d/v1/enrolments/{id}`: pictures for one question of ours.

Nothing here takes a picture without the id of a check-in or an invitation of this device, and no
answer names anybody or says a score (charter G1). Source: contract §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fairtag.app.books import ActivationFacts
from fairtag.app.checkins.answering.answer import Taken, take_answer
from fairtag.app.checkins.answering.results import take_result
from fairtag.app.checkins.answering.sent import OnDevice
from fairtag.app.checkins.enrolling.enrol import Enrolled, take_enrolment
from fairtag.app.house import House
from fairtag.app.ports import QuarantinedItem, Transaction
from fairtag.app.receive import is_over
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import text
from fairtag.web.device_api.own import Asked, Own
from fairtag.web.device_api.protocols import Answer
from fairtag.web.device_api.upload import MOST_BYTES, is_json, read_upload
from fairtag.web.multipart import begun_of

_UNREADABLE = "unreadable_answer"
_MOST_TOLD = 1024  # letters of a manifest that are kept to find its fault: no picture fits in there
_MOST_HEADER = 256
_MOST_PARTS = 8
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
    """Keep what helps to find the fault, sealed; the device is not asked for it again.

    What can't be read has no time by which it could belong to an order: once every order of the
    device is over nothing is kept (charter G5).
    """

    def work(tx: Transaction) -> bool:
        serving = tx.devices.serving(asked.device_id)
        if is_over(serving, asked.received_at):
            tx.devices.count_unordered(asked.device_id, received_at=asked.received_at, number=1)
            return False
        item = QuarantinedItem(
            wearer_id=_owner(serving, asked),
            device_id=asked.device_id,
            received_at=asked.received_at,
            why=_UNREADABLE,
            raw=msgspec.json.encode(_outline(asked)),
        )
        tx.quarantine.put(item)
        return True

    if not house.store.transact(work):
        return _over()
    told = {"quarantined": [{"why": _UNREADABLE}], "outcome": "unreadable"}
    return Answer(status=200, body=msgspec.json.encode(told))


def _outline(asked: Asked) -> dict[str, Any]:
    """Tell what came, by its headers, its sizes and its manifest: never what a picture shows."""
    told: dict[str, Any] = {"content_type": asked.content_type[:_MOST_HEADER]}
    told["bytes"] = len(asked.body)
    parts = begun_of(asked.content_type, asked.body)
    told["parts"] = [
        {"headers": [line[:_MOST_HEADER] for line in one.headers], "bytes": len(one.content)}
        for one in parts[:_MOST_PARTS]
    ]
    manifests = [one.content for one in parts if one.name == "manifest"]
    if is_json(asked):
        manifests = [asked.body]
    return told | {"manifests": [_words(one) for one in manifests[:_MOST_PARTS]]}


def _words(raw: bytes) -> str:
    """Give the beginning of a manifest; none of what is no text, as no picture is."""
    try:
        return raw.decode()[:_MOST_TOLD]
    except UnicodeDecodeError:
        return ""


def _owner(serving: Sequence[ActivationFacts], asked: Asked) -> WearerId | None:
    return next((one.wearer_id for one in serving if one.during.holds(asked.received_at)), None)


ROUTES = (
    Own(method="POST", path=("check-ins", "*"), handle=answered, most_bytes=MOST_BYTES),
    Own(method="POST", path=("enrolments", "*"), handle=enrolled, most_bytes=MOST_BYTES),
)
