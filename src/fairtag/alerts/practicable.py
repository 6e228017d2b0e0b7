"""When must the authority say whether monitoring is still practicable? After 72 hours of silence.

Finding the device is the matter of support; whether monitoring goes on is the authority's.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from fairtag.alerts.gather import NOTHING, Change, NewId
from fairtag.alerts.live import is_over
from fairtag.alerts.model import Alert, AlertAct, AlertState
from fairtag.rules.finding import Finding, Kind
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros

PRACTICABLE = "monitoring.practicable"
_ASKED = {
    "en": (
        "No data for 72 hours. Is it still practicable to monitor? Decide whether monitoring goes "
        "on, is suspended or ends, and record it in the order. "
        "This does not count against the wearer."
    )
}


def ask(
    finding: Finding,
    alerts: Sequence[Alert],
    *,
    now: Micros,
    new_id: NewId,
    wearer_id: WearerId | None = None,
) -> Change:
    """Put the question to the authority once a silence, and mark it when data are back."""
    if finding.kind is not Kind.MONITORING_SILENT_72H:
        return NOTHING
    asked = next((alert for alert in alerts if _is_open_question(alert, finding)), None)
    if is_over(finding):
        return NOTHING if asked is None else Change(alert=replace(asked, is_over=True))
    is_known = any(finding.finding_id in alert.findings for alert in alerts)
    if asked is not None or is_known:
        return NOTHING
    alert = Alert(
        alert_id=new_id(),
        order_id=finding.order_id,
        wearer_id=wearer_id,
        condition_id=None,
        device_id=finding.device_id,
        kind=PRACTICABLE,
        recipient="authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=finding.began_at,
        words=_ASKED,
    )
    act = AlertAct(
        alert_id=alert.alert_id,
        at=now,
        what="raised",
        finding_id=finding.finding_id,
        finding_kind=finding.kind,
    )
    return Change(alert=alert, acts=(act,))


def _is_open_question(alert: Alert, finding: Finding) -> bool:
    is_open = alert.state is not AlertState.CLOSED
    return is_open and alert.kind == PRACTICABLE and alert.device_id == finding.device_id
