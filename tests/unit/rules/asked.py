"""Prompts and stretches by hand. Units: minutes after an instant that does not matter."""

from __future__ import annotations

from typing import Any

from fairtag.intake.messages import CheckInState
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import ConditionId, DeviceId, OrderId, WearerId
from fairtag.terms.instants import MINUTE, Micros
from fairtag.terms.local import Interval


def minute(value: float) -> Micros:
    return Micros(round(value * MINUTE))


def span(start: float, end: float) -> Interval:
    return Interval(start=minute(start), end=minute(end))


def prompt(at: float, until: float, **more: Any) -> Prompt:
    told: dict[str, Any] = {
        "check_in_id": "CI-1",
        "wearer_id": WearerId("W-1"),
        "order_id": OrderId("ORD-1"),
        "condition_id": ConditionId("ci"),
        "device_id": DeviceId("D-1"),
        "modality": "face_photo",
        "kind": "drawn",
        "local_day": "2026-11-03",
        "time_zone": "Europe/London",
        "nonce": "0" * 32,
        "state": CheckInState.SHOWN,
    }
    return Prompt(at=minute(at), until=minute(until), **(told | more))
