"""What goes on over the log's file alone: an urgent alert to its end, and nothing that can wait."""

from __future__ import annotations

import pytest

from fairtag.app.log.alone import goes_alone
from fairtag.audit.entries import Entry, Operation
from fairtag.terms.instants import Micros

EMERGENCY = {"how": "emergency"}


def entry(operation: Operation, what: str, details: dict[str, str] | None = None) -> Entry:
    return Entry(at=Micros(0), operation=operation, actor="oona", what=what, details=details or {})


@pytest.mark.parametrize(
    ("operation", "what", "details"),
    [
        ("auth", "sign-in.page", {}),
        ("alteration", "alert.acknowledge", {}),
        ("consultation", "opening.granted", {}),
        ("consultation", "alert.evidence", {}),
        ("breakglass", "opening.break-glass", {}),
        ("policy", "notice.delay.first", {}),
        ("alteration", "contact.log", {}),
        ("disclosure", "disclosure.asked", EMERGENCY),
        ("disclosure", "disclosure.opened", {}),
        ("disclosure", "disclosure.told", {}),
        ("alteration", "alert.close", {}),
        ("admin", "rows", {}),
    ],
)
def test_an_urgent_alert_goes_on(operation: Operation, what: str, details: dict[str, str]) -> None:
    assert goes_alone(entry(operation, what, details))


@pytest.mark.parametrize(
    ("operation", "what", "details"),
    [
        ("admin", "user.add", {}),
        ("alteration", "order.put", {}),
        ("alteration", "trail.compacted", {}),
        ("policy", "second-person.agreed", {}),
        ("policy", "notice.delay.renewed", {}),
        ("disclosure", "disclosure.asked", {"how": "written"}),
        ("disclosure", "disclosure.asked", {}),
        ("disclosure", "disclosure.approved", EMERGENCY),
        ("disclosure", "disclosure.fetched", {}),
        ("erasure", "erasure.destroy", {}),
        ("combination", "something.new", {}),
        ("alteration", "something.new", {}),
    ],
)
def test_what_can_wait_waits(operation: Operation, what: str, details: dict[str, str]) -> None:
    assert not goes_alone(entry(operation, what, details))
