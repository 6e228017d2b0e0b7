"""Named specimens of findings and alerts, all of invented orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from fairtag.alerts.gather import Change, gather
from fairtag.alerts.model import Alert, DutyEntry
from fairtag.rules.finding import Finding, Kind, State
from fairtag.terms.ids import AlertId, ConditionId, DeviceId, FindingId, OrderId
from fairtag.terms.instants import MINUTE, Micros, parse

NOW = parse("2026-11-03T20:00:00Z")  # a Tuesday
ROSTER = (
    DutyEntry(step="first", user_id="ann", to="mailto:ann@example.org"),
    DutyEntry(step="second", user_id="ben", to="mailto:ben@example.org"),
    DutyEntry(step="supervisor", user_id="cyd", to="https://example.org/hook"),
)
OF_DEVICE = frozenset(
    {
        Kind.TAMPER_STRAP,
        Kind.TAMPER_CASE,
        Kind.BODY_OFF_LONG,
        Kind.CONTACT_LOST,
        Kind.LOCATION_LOST,
        Kind.LOCATION_DOUBTFUL,
        Kind.BATTERY_LOW,
        Kind.BATTERY_DEAD,
        Kind.EQUIPMENT_FAULT,
        Kind.WEARER_HELP,
        Kind.MONITORING_SILENT_24H,
        Kind.MONITORING_SILENT_72H,
        Kind.MONITORING_NEVER_FIXED,
    }
)


def at(minutes: float) -> Micros:
    """Give the instant so many minutes after the specimens' now."""
    return Micros(NOW + round(minutes * MINUTE))


def names() -> Callable[[], AlertId]:
    """Give new names in order: a_1, a_2, …"""
    numbers = count(1)
    return lambda: AlertId(f"a_{next(numbers)}")


def finding(kind: Kind = Kind.ZONE_ENTERED, name: str = "f_1", **told: Any) -> Finding:
    """Give a finding that goes on, unless told."""
    is_of_device = kind in OF_DEVICE
    made: dict[str, Any] = {
        "finding_id": FindingId(name),
        "rev": 1,
        "order_id": OrderId("ORD-1"),
        "condition_id": None if is_of_device else ConditionId("x1"),
        "device_id": DeviceId("D-1") if is_of_device else None,
        "kind": kind,
        "state": State.OPENED,
        "began_at": NOW,
        "decided_at": NOW,
        "rule": "test@1",
        "settings": "none",
        "tzdata": "2026.1",
        "words": {"en": f"{kind}."},
    }
    return Finding(**made | told)


def gathered(
    change_of: Finding, alerts: Sequence[Alert] = (), *, now: Micros = NOW, name: str = "a_1"
) -> Change:
    """Gather one finding."""
    return gather(change_of, alerts, now=now, new_id=lambda: AlertId(name), owner="ann")


def raised(one: Finding | None = None, *, name: str = "a_1", now: Micros = NOW) -> Alert:
    """Give the alert that a finding raises."""
    alert = gathered(one or finding(), now=now, name=name).alert
    assert alert is not None
    return alert
