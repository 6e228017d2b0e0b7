"""What is a prompt? One demand on a person for an answer, drawn in advance.

Units: instants in µs UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.limits import DEFAULT_GAP_MIN
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import Micros


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt as it stands."""

    check_in_id: str
    wearer_id: WearerId
    order_id: OrderId
    condition_id: ConditionId
    device_id: DeviceId
    modality: Literal["face_photo", "on_device_result", "human_call"]
    kind: Literal["drawn", "on_demand", "retry"]
    local_day: str  # YYYY-MM-DD where the wearer is
    time_zone: str
    at: Micros  # from when on it may be shown
    until: Micros  # the end of its answer window, with what outages of ours took from it
    nonce: str  # 32 hex digits that an answer must carry
    state: CheckInState
    is_void: bool = False  # 'cannot now', a pause or an outage: nothing counts
    gap_min: int = DEFAULT_GAP_MIN  # to the beginning of any other demand
    lengthened_by: int = 0  # µs of `until` that outages of ours added
    drawn: str = ""  # the commitment of the list it was drawn in


_FIXED = (
    *("check_in_id", "wearer_id", "order_id", "condition_id", "device_id", "modality", "kind"),
    *("local_day", "time_zone", "at", "nonce"),
)


def commitment(prompts: Iterable[Prompt]) -> str:
    """Name a list of prompts by what never changes of them; their order is no matter.

    The name stands in the access log before the day begins, so that nobody can add a prompt or
    move one later. It tells nothing: each prompt's random nonce is part of it.

    Example:
        >>> commitment(())[:8]
        '4f53cda1'
    """
    told = sorted(
        [str(getattr(one, name)) for name in _FIXED] + [str(one.until - one.lengthened_by)]
        for one in prompts
    )
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
