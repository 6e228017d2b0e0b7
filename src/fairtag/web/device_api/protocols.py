"""Which protocols are spoken, and what does each client need to hear?

Source: contract §6; what real clients accept is in each decoder's module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from fairtag.intake import native, osmand, overland, owntracks, traccar
from fairtag.intake.messages import Decoded
from fairtag.intake.request import Request


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back to the device."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One way of speaking."""

    methods: tuple[str, ...]
    bearer: Literal["device", "gateway"]
    decode: Callable[[Request, bytes], Decoded]  # the credential opens encrypted payloads
    answer: Callable[[bool], Answer] | None  # told whether no order covers what came; native: None


def _empty(_is_over: bool) -> Answer:  # noqa: FBT001 - one flag, one meaning
    return Answer(status=200, body=b"")


def _owntracks(is_over: bool) -> Answer:  # noqa: FBT001
    return Answer(status=200, body=owntracks.answer(is_over=is_over))


def _overland(_is_over: bool) -> Answer:  # noqa: FBT001
    return Answer(status=200, body=overland.OK)


PROTOCOLS = {
    "osmand": Protocol(
        methods=("GET", "POST"),
        bearer="device",
        decode=lambda request, _: osmand.decode(request),
        answer=_empty,
    ),
    "owntracks": Protocol(
        methods=("POST",),
        bearer="device",
        decode=lambda request, secret: owntracks.decode(request, secret=secret),
        answer=_owntracks,
    ),
    "overland": Protocol(
        methods=("POST",),
        bearer="device",
        decode=lambda request, _: overland.decode(request),
        answer=_overland,
    ),
    "traccar": Protocol(
        methods=("POST",),
        bearer="gateway",
        decode=lambda request, _: traccar.decode(request),
        answer=_empty,
    ),
    "v1": Protocol(
        methods=("POST",),
        bearer="device",
        decode=lambda request, _: native.decode(request),
        answer=None,
    ),
}
