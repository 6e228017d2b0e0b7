"""How does a device of ours fetch what it must show, and pass on what its wearer can't do?

Source: contract §6.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec

from fairtag.app.checkins.deliver import InboxItem, inbox
from fairtag.app.checkins.pause import ask_for_help, report_harm, say_cannot
from fairtag.app.house import House
from fairtag.rules.prompts.refusals import ReportRefused
from fairtag.terms.instants import Micros, parse, text
from fairtag.web.device_api.own import Asked
from fairtag.web.device_api.protocols import Answer
from fairtag.web.words import EMERGENCY_NUMBER, in_all

_T = TypeVar("_T")
_MOST_DIGITS = 18  # of a number that the store can hold


class _Cannot(msgspec.Struct, frozen=True, kw_only=True):
    reason: str
    at: str | None = None


class _Help(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    at: str | None = None


class _Health(msgspec.Struct, frozen=True, kw_only=True):
    text: str


def fetch(house: House, asked: Asked) -> Answer:
    """Answer `GET /d/v1/inbox?after=N`."""
    told = parse_qs(asked.query).get("after", ["0"])[-1]
    is_number = told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS
    found = inbox(house, asked.device_id, after=int(told) if is_number else 0)
    return _answer({"items": [_worded(one) for one in found.items], "next": found.next})


def cannot(house: House, asked: Asked) -> Answer:
    """Answer `POST /d/v1/check-ins/{id}/cannot`."""
    told = _read(asked.body, _Cannot)
    (name,) = asked.parts
    say_cannot(house, asked.device_id, name, reason=told.reason, at=_at(told.at))
    return _answer({"counts": False})


def help_me(house: House, asked: Asked) -> Answer:
    """Answer `POST /d/v1/help`: it is heard, whatever a device says about the time."""
    told, at = _read(asked.body, _Help), None
    with suppress(ReportRefused):
        at = _at(told.at)
    alert = ask_for_help(house, asked.device_id, kind=told.kind, at=at)
    return _answer({"reference": alert.alert_id, "received_at": text(asked.received_at)})


def harm(house: House, asked: Asked) -> Answer:
    """Answer `POST /d/v1/health`."""
    by = report_harm(house, asked.device_id, text=_read(asked.body, _Health).text)
    return _answer({"review_by": by, "received_at": text(asked.received_at)})


def _worded(item: InboxItem) -> dict[str, object]:
    """Write an item with its words in every language: the device shows its wearer's.

    Nobody need open who the wearer is to know a language.
    """
    told: dict[str, object] = msgspec.to_builtins(item)
    del told["says"]
    told.pop("places", None)
    places = {"number": EMERGENCY_NUMBER} | item.places
    said = in_all(f"inbox.{item.says}").items()
    return told | {"text": {language: one.format(**places) for language, one in said}}


def _answer(told: object) -> Answer:
    return Answer(status=200, body=msgspec.json.encode(told))


def _read(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise ReportRefused("no such report") from error


def _at(told: str | None) -> Micros | None:
    try:
        return None if told is None else parse(told)
    except ValueError as error:
        raise ReportRefused("no instant with an offset") from error
