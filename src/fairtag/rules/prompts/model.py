"""What is a prompt? One demand on a person for an answer, drawn in advance.

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.intake.messages import CheckInState
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
    until: Micros  # the end of its answer window
    nonce: str  # 32 hex digits that an answer must carry
    state: CheckInState
    is_void: bool = False  # 'cannot now', a pause or an outage: nothing counts
