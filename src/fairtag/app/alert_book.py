"""What does the store promise about alerts? They can't be deleted; every act on one is a row.

Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fairtag.alerts.model import Alert, AlertAct, ContactNote, DutyEntry
from fairtag.app.notices import QueuedNotice
from fairtag.terms.ids import AlertId, DeviceId, FindingId, OrderId, WearerId
from fairtag.terms.instants import Micros


class AlertBook(Protocol):
    """Alerts; they can't be deleted, and every act on one is a row of its own."""

    def put(self, alert: Alert) -> None:
        """Insert an alert or replace its current state; never removes one."""
        ...

    def get(self, alert_id: AlertId) -> Alert:
        """Give one.

        Raises: UnknownAlert.
        """
        ...

    def open_for(self, order_id: OrderId | None, device_id: DeviceId | None = None) -> list[Alert]:
        """List raised and acknowledged alerts of an order (or of no order)."""
        ...

    def holding(self, finding_id: FindingId) -> list[Alert]:
        """List alerts that a finding is in, closed ones too."""
        ...

    def last_about(
        self, kind: str, *, order_id: OrderId | None, device_id: DeviceId | None
    ) -> Alert | None:
        """Give the newest alert of a kind about an order and device (None: about neither)."""
        ...

    def listed(
        self,
        *,
        states: Sequence[str],
        recipient: str | None = None,
        limit: int = 500,
        only_urgent_or: Sequence[str] | None = None,
    ) -> list[Alert]:
        """List alerts, most urgent and oldest first; only urgent ones and some kinds if told."""
        ...

    def add_act(self, act: AlertAct) -> None:
        """Append what happened to an alert; free text is sealed."""
        ...

    def acts(self, alert_id: AlertId, *, bare: bool = False) -> list[AlertAct]:
        """List what happened to an alert, oldest first; `bare`: reasons stay sealed.

        Whoever opens the reasons logs first.
        """
        ...

    def keep_evidence(
        self, alert_id: AlertId, *, wearer_id: WearerId, at: Micros, sealed_from: bytes
    ) -> None:
        """Add to the sealed copy of the deciding positions (clear bytes in, sealed at rest)."""
        ...

    def evidence(self, alert_id: AlertId) -> bytes:
        """Open the deciding positions: only for `fairtag.app.open_record`, after its entry."""
        ...

    def add_contact(self, note: ContactNote) -> None:
        """Log a call or visit; free text is sealed."""
        ...

    def queue_notice(self, notice: QueuedNotice) -> None:
        """Put a notice into the outbox; the same one that still waits there stands for both."""
        ...

    def notices_due(self, *, at: Micros, limit: int = 50) -> list[QueuedNotice]:
        """List unsent notices that are due, urgent ones first."""
        ...

    def notices_failing(self, *, tries: int) -> int:
        """Count unsent notices that failed at least so many times."""
        ...

    def notice_done(self, notice_id: int, *, sent_at: Micros | None, next_at: Micros) -> None:
        """Mark a notice as done with, or say when to try again."""
        ...

    def contacts(self, order_id: OrderId, *, bare: bool = False) -> list[ContactNote]:
        """List calls and visits, newest first; `bare`: what was said stays sealed.

        Whoever opens what was said logs first.
        """
        ...

    def contacts_counted(self) -> dict[OrderId, int]:
        """Count calls and visits of each order, without opening them."""
        ...

    def duty(self) -> list[DutyEntry]:
        """List who is on duty, first to last; whose account is closed is on duty no more."""
        ...

    def set_duty(self, entries: Sequence[DutyEntry]) -> None:
        """Replace the roster."""
        ...
