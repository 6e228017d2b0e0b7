"""What else does a device of ours ask under /d/v1: what it must show, and what its wearer tells?

Each answer is given by a function of its own; it runs beside the loop, and what it stores is
durable before it answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from fairtag.app.house import House
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.errors import Busy, FairtagError, LogUnavailable
from fairtag.terms.ids import DeviceId
from fairtag.terms.instants import Micros
from fairtag.web.device_api.protocols import Answer

_RETRY = (b"retry-after", b"5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a signed-in device."""

    device_id: DeviceId
    parts: tuple[str, ...]  # what stands in the address where the route has a '*'
    query: str
    content_type: str  # as sent: the boundary of a multipart body may have capitals
    body: bytes
    received_at: Micros
    token_hash: bytes = b""  # of the credential; a device signs with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One route: `/d/v1/` and then `path`, in which '*' stands for an id."""

    method: str
    path: tuple[str, ...]
    handle: Callable[[House, Asked], Answer]
    most_bytes: int = 64 * 1024


def handled(own: Own, house: House, asked: Asked) -> Answer:
    """Answer a request; a refusal says what the wearer should know."""
    try:
        return own.handle(house, asked)
    except (Busy, LogUnavailable) as refusal:
        return Answer(status=503, body=_told(refusal), headers=(_RETRY,))
    except UnknownCheckIn as refusal:
        return Answer(status=404, body=_told(refusal))
    except FairtagError as refusal:
        return Answer(status=409, body=_told(refusal))


def _told(refusal: FairtagError) -> bytes:
    return msgspec.json.encode({"code": refusal.code, "do": refusal.wearer})
