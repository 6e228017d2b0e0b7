"""Does a list wait for two people? Then whoever is on duty is told: nobody looks for it unasked.

Units: µs UTC.
"""

from __future__ import annotations

from fairtag.alerts.escalate import house_alert
from fairtag.alerts.model import AlertState
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import HOUR, Micros

KIND = "retention.due"
_AGAIN = 12 * HOUR  # what a person closed is told again with the next day's look
_WORDS = {
    "en": (
        "Records have come to the day on which they must begin to go, and wait for two people: "
        "see the page ‘What goes’. Each day without them they are kept longer than they may be. "
        "What must stay needs a hold."
    )
}


def tell_due(tx: Transaction, alert_id: AlertId, *, is_due: bool, now: Micros) -> bool:
    """Raise a matter of the house while a list waits; tells whether it was raised now."""
    if is_due:
        alert = house_alert(KIND, _WORDS, alert_id=alert_id, now=now)
        return raise_for_house(tx, alert, again_after=_AGAIN) is not None
    last = tx.alerts.last_about(KIND, order_id=None, device_id=None)
    if last is not None and last.state is not AlertState.CLOSED:
        mark_over(tx, last)
    return False
