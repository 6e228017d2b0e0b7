"""`GET /d/v1/me`: what the wearer's app shows; `POST /d/v1/wiped`: the app deleted everything.

No name, no place, no score. Instants are ISO 8601 in UTC, wall times "HH:MM" in `time_zone`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fairtag.app.house import House
from fairtag.app.wearer.coming import ConditionShown, Times
from fairtag.app.wearer.today import CheckInShown, InvitationShown, OrderNow, Today, today, wiped
from fairtag.rules.prompts.hours import written
from fairtag.terms.instants import Micros, text
from fairtag.web.device_api.own import Asked, Own
from fairtag.web.device_api.protocols import Answer


def me(house: House, asked: Asked) -> Answer:
    """Answer `GET /d/v1/me`."""
    told = {"device_id": asked.device_id} | _written(today(house, asked.device_id))
    return Answer(status=200, body=msgspec.json.encode(told))


def gone(house: House, asked: Asked) -> Answer:
    """Answer `POST /d/v1/wiped`."""
    wiped(house, asked.device_id)
    told = {"received_at": text(asked.received_at)}
    return Answer(status=200, body=msgspec.json.encode(told))


def _written(told: Today) -> dict[str, Any]:
    hours = [one.split("-") for one in written(told.protected).split(",") if one]
    return {
        "server_time": text(told.at),
        "time_zone": told.time_zone,
        "order": None if told.order is None else _order(told.order),
        "conditions": [_condition(one) for one in told.conditions],
        "collected": told.collected,
        "protected_hours": [{"from": start, "to": end} for start, end in hours],
        "is_paused": told.is_paused,
        "paused_until": _at(told.paused_until),
        "enrolment": None if told.enrolment is None else _invitation(told.enrolment),
        "check_ins": [_check_in(one) for one in told.check_ins],
    }


def _order(one: OrderNow) -> dict[str, Any]:
    return {
        "order_id": one.order_id,
        "authority": one.authority,
        "starts_at": text(one.starts_at),
        "ends_at": text(one.ends_at),
        "review_by": one.review_by,
        "stopped_since": _at(one.stopped_since),
        "is_standing": one.is_standing,
    }


def _condition(one: ConditionShown) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "now_until": _at(one.now_until),
        "next": None if one.next is None else _times(one.next),
        "always": one.always,
        "most": one.most,
    }


def _times(one: Times) -> dict[str, str]:
    return {"from": text(one.since), "to": text(one.until)}


def _invitation(one: InvitationShown) -> dict[str, Any]:
    return {"id": one.id, "expires_at": text(one.expires_at), "taken": one.taken}


def _check_in(one: CheckInShown) -> dict[str, Any]:
    return {
        "check_in_id": one.check_in_id,
        "at": text(one.at),
        "until": text(one.until),
        "state": one.state,
        "is_void": one.is_void,
        "outcome": one.outcome,
    }


def _at(at: Micros | None) -> str | None:
    return None if at is None else text(at)


ROUTES = (
    Own(method="GET", path=("me",), handle=me),
    Own(method="POST", path=("wiped",), handle=gone),
)
