"""Who hears at once that one person acted alone for danger to life? A supervisor, the inspector.

They are told by the outbox: a random reference, urgency and a link. Source: charter G3, G10.
Units: µs UTC.
"""

from __future__ import annotations

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.notices import QueuedNotice
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import raise_at_once
from fairtag.terms.instants import Micros


def raise_alarm(tx: Transaction, house: House, *, kind: str, words: str, now: Micros) -> None:
    """Raise a matter of the house and queue its notices; it names no wearer and opens nothing."""
    supervisors = [one for one in tx.alerts.duty() if one.step == "supervisor"]
    alert = Alert(
        alert_id=new_alert_id(house),
        order_id=None,
        wearer_id=None,
        condition_id=None,
        device_id=None,
        kind=kind,
        recipient="authority",
        priority="urgent",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=now,
        urgent_at=now,
        words={"en": words},
        owner=supervisors[0].user_id if supervisors else None,
    )
    raise_at_once(tx, alert)
    addresses = [one.to for one in supervisors]
    if house.inspector_to:
        addresses.append(house.inspector_to)
    for to in addresses:
        notice = QueuedNotice(alert_id=alert.alert_id, urgency="urgent", to=to, due_at=now)
        tx.alerts.queue_notice(notice)
