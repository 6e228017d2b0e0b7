"""What must a person see again? What they closed, when later data change what it rested on.

A closed alert stays as it was closed. A follow-up of low priority says what changed, to the person
who closed it: an officer who handed a matter to the authority must hear that it was withdrawn.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from fairtag.alerts.gather import NOTHING, Change, NewId
from fairtag.alerts.model import Alert, AlertAct, AlertPart, AlertState, Cause
from fairtag.rules.finding import Finding, State
from fairtag.terms.instants import Micros

LATER_DATA = "alert.later_data"
_TOLD = "Later data changed what was closed as alert {closed}. See whether anything must be undone."
# A closing for one of these says already that the wearer did nothing that counts.
_ALREADY_CLEAR = frozenset({Cause.FALSE_LOCATION, Cause.EQUIPMENT, Cause.TEST, Cause.DUPLICATE})
_NOTHING_RESTS_ON_IT = frozenset({Cause.TEST, Cause.DUPLICATE})


def follow_up(finding: Finding, alerts: Sequence[Alert], *, now: Micros, new_id: NewId) -> Change:
    """Raise what a revision changes about an alert that a person closed.

    `alerts` are the open ones of the order and those that hold the finding, as they were before
    the revision was taken.
    """
    closed = _closed_on(finding, alerts)
    if closed is None or _is_taken(finding, alerts) or not _is_news(finding, closed):
        return NOTHING
    words = _words(finding, closed)
    waiting = next((one for one in alerts if _waits(one, closed)), None)
    if waiting is not None:
        act = _act(finding, waiting, "joined", now)
        return Change(alert=replace(waiting, words=words), acts=(act,))
    alert = Alert(
        alert_id=new_id(),
        order_id=closed.order_id,
        wearer_id=closed.wearer_id,
        condition_id=closed.condition_id,
        device_id=closed.device_id,
        kind=LATER_DATA,
        recipient=closed.recipient,
        priority="low",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=finding.began_at,
        words=words,
        owner=closed.closed_by,
        follows=closed.alert_id,
    )
    return Change(alert=alert, acts=(_act(finding, alert, "raised", now),))


def _closed_on(finding: Finding, alerts: Iterable[Alert]) -> Alert | None:
    """Give the alert that a person closed on this finding; none while another holds it open."""
    holding = [one for one in alerts if finding.finding_id in one.findings]
    if any(one.state is not AlertState.CLOSED for one in holding):
        return None
    by_people = [one for one in holding if one.closed_by is not None]
    return max(by_people, key=lambda one: (one.closed_at or 0, one.alert_id), default=None)


def _is_taken(finding: Finding, alerts: Iterable[Alert]) -> bool:
    """Tell whether an alert knows this revision already: told again, it is no news."""
    parts = (part for alert in alerts for part in alert.parts)
    return any(part.finding_id == finding.finding_id and part.rev >= finding.rev for part in parts)


def _is_news(finding: Finding, closed: Alert) -> bool:
    """Tell whether the closing rests on what this revision changes."""
    if closed.recipient == "support" and closed.cause is not Cause.REFERRED:
        return False
    former = next(part for part in closed.parts if part.finding_id == finding.finding_id)
    if finding.rev <= former.rev or closed.cause in _NOTHING_RESTS_ON_IT:
        return False
    is_excused = finding.cause == "excused"
    match finding.state:
        case State.WITHDRAWN:
            return closed.cause not in _ALREADY_CLEAR and not former.is_withdrawn
        case State.CORRECTED if is_excused:
            return closed.cause not in _ALREADY_CLEAR and closed.cause is not Cause.EXCUSED
        case State.CORRECTED:
            return _has_moved(finding, former)
        case State.OPENED | State.CLOSED:
            return False


def _has_moved(finding: Finding, former: AlertPart) -> bool:
    """Tell whether its times are others than those known at the closing; an end is no news."""
    has_other_end = former.ended_at is not None and finding.ended_at != former.ended_at
    return finding.began_at != former.began_at or has_other_end


def _waits(alert: Alert, closed: Alert) -> bool:
    return alert.follows == closed.alert_id and alert.state is not AlertState.CLOSED


def _words(finding: Finding, closed: Alert) -> dict[str, str]:
    told = _TOLD.format(closed=closed.alert_id)
    return {"en": f"{told} {finding.words.get('en', '')}".rstrip()}


def _act(finding: Finding, alert: Alert, what: str, now: Micros) -> AlertAct:
    return AlertAct(
        alert_id=alert.alert_id,
        at=now,
        what="raised" if what == "raised" else "joined",
        finding_id=finding.finding_id,
        finding_kind=finding.kind,
    )
