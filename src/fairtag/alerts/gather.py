"""Which alert does a finding belong to? One open alert a matter, so that nobody reads it twice.

Findings of one order, condition (or device) and family gather. What needs an officer gathers
only while it is recent: an old matter that waits for its closing must not swallow a new one.
What late data tell is urgent only while it may go on (`alerts.live`).
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from fairtag.alerts.live import calls, is_over, part_of, priority_of
from fairtag.alerts.model import Alert, AlertAct, AlertPart, AlertState, Cause
from fairtag.rules.finding import AGAINST_WEARER, URGENT, Finding, Kind, State
from fairtag.terms.ids import AlertId, FindingId, WearerId
from fairtag.terms.instants import MINUTE, Micros

REJOIN = 30 * MINUTE  # a matter that comes back within this time is the same one
# Contract §5: battery and contact items close themselves, with the reason.
CLOSES_ITSELF = frozenset({Kind.BATTERY_LOW, Kind.BATTERY_DEAD, Kind.CONTACT_LOST})
# Ours: nobody has to close what reviewers settle, or a better picture answers (`alerts.reviewed`).
ENDS_WITH_REVIEW = frozenset({Kind.CHECKIN_NEEDS_REVIEW})
_RANK = {"urgent": 0, "normal": 1, "low": 2}
_FAMILIES: dict[str, str] = {
    Kind.TAMPER_STRAP: "tamper",
    Kind.TAMPER_CASE: "tamper",
    Kind.BODY_OFF_LONG: "tamper",
    Kind.BATTERY_LOW: "battery",
    Kind.BATTERY_DEAD: "battery",
    Kind.MONITORING_SILENT_24H: "silence",
    Kind.MONITORING_SILENT_72H: "silence",
    Kind.LOCATION_LOST: "location",
    Kind.LOCATION_DOUBTFUL: "location",
}

Matter = tuple[str | None, str | None, str | None, str]
NewId = Callable[[], AlertId]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding does: the alert to store, and what happened to it."""

    alert: Alert | None = None
    acts: tuple[AlertAct, ...] = ()


NOTHING = Change()


def matter_of(one: Finding | Alert) -> Matter:
    """Tell which matter a finding or alert is about: order, condition or device, family."""
    family = "curfew" if one.kind.startswith("curfew.") else _FAMILIES.get(one.kind, one.kind)
    if one.condition_id is not None:
        return (one.order_id, one.condition_id, None, family)
    return (one.order_id, None, one.device_id, family)


def gather(
    finding: Finding,
    alerts: Sequence[Alert],
    *,
    now: Micros,
    new_id: NewId,
    wearer_id: WearerId | None = None,
    owner: str | None = None,
) -> Change:
    """Find what a revision of a finding changes.

    `alerts` are the open ones of the order, and any that hold the finding or the one it is part
    of, closed ones too.
    """
    holder = _holder(finding.finding_id, alerts)
    if holder is not None and not _comes_back(finding, holder):
        return _taken(finding, holder, now, is_new=False)
    is_passed = is_over(finding) and finding.kind in CLOSES_ITSELF
    if finding.state is State.WITHDRAWN or is_passed:
        return NOTHING
    home = _home(finding, alerts)
    if home is not None:
        return _taken(finding, home, now, is_new=True)
    return _raised(finding, now=now, new_id=new_id, wearer_id=wearer_id, owner=owner)


def _holder(finding_id: FindingId, alerts: Iterable[Alert]) -> Alert | None:
    holding = [alert for alert in alerts if finding_id in alert.findings]
    return max(
        holding,
        key=lambda one: (one.state is not AlertState.CLOSED, one.raised_at, one.alert_id),
        default=None,
    )


def _comes_back(finding: Finding, holder: Alert) -> bool:
    """Tell whether a finding that was over when its alert was closed goes on after all."""
    if holder.state is not AlertState.CLOSED or is_over(finding):
        return False
    part = next(part for part in holder.parts if part.finding_id == finding.finding_id)
    return part.is_over and finding.rev > part.rev


def _home(finding: Finding, alerts: Sequence[Alert]) -> Alert | None:
    if finding.part_of is not None:
        above = _holder(finding.part_of, alerts)
        if above is not None:
            return above
    fitting = [alert for alert in alerts if _fits(finding, alert)]
    return max(fitting, key=lambda one: (one.raised_at, one.alert_id), default=None)


def _fits(finding: Finding, alert: Alert) -> bool:
    if alert.state is AlertState.CLOSED or matter_of(finding) != matter_of(alert):
        return False
    # Nobody would be told again that what they took in hand became urgent.
    is_taken = alert.state is AlertState.ACKNOWLEDGED
    priority = priority_of(finding, part_of(finding))
    if is_taken and priority == "urgent" and alert.priority != "urgent":
        return False
    if finding.kind in AGAINST_WEARER or finding.priority == "urgent":
        return _is_near(finding, alert)
    return True


def _is_near(finding: Finding, alert: Alert) -> bool:
    """Tell whether the times touch, give or take `REJOIN`; open ends reach for ever."""
    last = max((part.ended_at or part.began_at for part in alert.parts), default=alert.began_at)
    starts_in_time = not alert.is_over or finding.began_at <= last + REJOIN
    ends_in_time = finding.ended_at is None or finding.ended_at >= alert.began_at - REJOIN
    return starts_in_time and ends_in_time


def _act(
    finding: Finding, alert_id: AlertId, what: Literal["raised", "joined", "closed"], at: Micros
) -> AlertAct:
    return AlertAct(
        alert_id=alert_id,
        at=at,
        what=what,
        cause=Cause.RECOVERED if what == "closed" else None,
        finding_id=finding.finding_id,
        finding_kind=finding.kind,
    )


def _raised(
    finding: Finding, *, now: Micros, new_id: NewId, wearer_id: WearerId | None, owner: str | None
) -> Change:
    part = part_of(finding)
    priority = priority_of(finding, part)
    alert = Alert(
        alert_id=new_id(),
        order_id=finding.order_id,
        wearer_id=wearer_id,
        condition_id=finding.condition_id,
        device_id=finding.device_id,
        kind=finding.kind,
        recipient=finding.recipient,
        priority=priority,
        state=AlertState.RAISED,
        raised_at=now,
        began_at=finding.began_at,
        findings=(finding.finding_id,),
        words=finding.words,
        owner=owner if finding.recipient == "support" else None,
        is_over=part.is_over,
        parts=(part,),
        urgent_at=now if priority == "urgent" else None,
    )
    return Change(alert=alert, acts=(_act(finding, alert.alert_id, "raised", now),))


def _taken(finding: Finding, alert: Alert, now: Micros, *, is_new: bool) -> Change:
    """Put a revision into the alert that holds it, or that it joins."""
    former = next((part for part in alert.parts if part.finding_id == finding.finding_id), None)
    if former is not None and former.rev >= finding.rev:
        return NOTHING
    part = part_of(finding, former)
    others = tuple(one for one in alert.parts if one.finding_id != finding.finding_id)
    parts = (*alert.parts, part) if former is None else _put_back(alert.parts, part)
    priority = priority_of(finding, part)
    is_graver = (_RANK[priority], finding.kind not in URGENT) < (
        _RANK[alert.priority],
        alert.kind not in URGENT,
    )
    updated = replace(
        alert,
        parts=parts,
        kind=finding.kind if is_graver else alert.kind,
        findings=tuple(one.finding_id for one in parts),
        began_at=min(one.began_at for one in parts),
        priority=min(alert.priority, priority, key=_RANK.__getitem__),
        words=_words(finding, part, others),
        is_over=all(one.is_over for one in parts),
        withdrawn=all(one.is_withdrawn for one in parts),
    )
    updated = _called(alert, updated, now, is_news=is_new and priority == "urgent")
    acts = (_act(finding, alert.alert_id, "joined", now),) if is_new else ()
    return _maybe_closed(finding, updated, acts, now)


def _called(former: Alert, alert: Alert, now: Micros, *, is_news: bool) -> Alert:
    """Start along the roster when an alert begins to call, or does again; tell whoever has it."""
    begins = calls(alert) and not calls(former)
    if begins:
        alert = replace(alert, urgent_at=now, escalated=0)
    is_taken = alert.state is AlertState.ACKNOWLEDGED
    return replace(alert, stirred_at=now) if is_taken and (begins or is_news) else alert


def _put_back(parts: tuple[AlertPart, ...], part: AlertPart) -> tuple[AlertPart, ...]:
    return tuple(part if one.finding_id == part.finding_id else one for one in parts)


def _words(finding: Finding, part: AlertPart, others: Iterable[AlertPart]) -> dict[str, str]:
    """Tell what goes on; when nothing does, what was told last."""
    going_on = [one.words for one in others if not one.is_over]
    return going_on[-1] if part.is_over and going_on else finding.words


def _maybe_closed(
    finding: Finding, alert: Alert, acts: tuple[AlertAct, ...], now: Micros
) -> Change:
    """Close what is only a battery or a contact that came back; a person closes all else."""
    is_open = alert.state is not AlertState.CLOSED
    if is_open and alert.is_over and all(part.kind in CLOSES_ITSELF for part in alert.parts):
        alert = replace(
            alert, state=AlertState.CLOSED, closed_by=None, closed_at=now, cause=Cause.RECOVERED
        )
        acts = (*acts, _act(finding, alert.alert_id, "closed", now))
    return Change(alert=alert, acts=acts)
