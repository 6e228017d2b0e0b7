"""Must somebody go now? Not for what old data told that was over by then, nor what is withdrawn.

Charter and contract §5: what rests on late data tells of then, and is a matter to look at. Whoever
may still be in danger is called for: what goes on by the newest data, what live data told once,
and every call for help, until a person closes it.
Units: instants in µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fairtag.alerts.model import Alert, AlertPart
from fairtag.rules.finding import URGENT, Cause, Finding, Kind, State
from fairtag.rules.settings import DEFAULTS
from fairtag.terms.ids import FindingId
from fairtag.terms.instants import SECOND, Micros
from fairtag.terms.local import wall_text

_LATE = DEFAULTS.late_s * SECOND


def is_over(finding: Finding) -> bool:
    """Tell whether the finding no longer goes on: ended, excused or withdrawn."""
    match finding.state:
        case State.OPENED:
            return False
        case State.CLOSED | State.WITHDRAWN:
            return True
        case State.CORRECTED:
            return finding.ended_at is not None or finding.cause == Cause.EXCUSED


def part_of(finding: Finding, former: AlertPart | None = None) -> AlertPart:
    """Give a finding as it stands inside an alert; `former` is how it stood there before."""
    is_past = is_over(finding)
    return AlertPart(
        finding_id=finding.finding_id,
        kind=finding.kind,
        rev=finding.rev,
        began_at=finding.began_at,
        ended_at=finding.ended_at,
        is_over=is_past,
        is_withdrawn=finding.state is State.WITHDRAWN,
        late_at=_late_at(finding, former),
        words={} if is_past else finding.words,
    )


def is_bygone(part: AlertPart) -> bool:
    """Tell whether only late data told it, by which it was over; no call for help ever is."""
    return part.late_at is not None and _is_ended(part)


def priority_of(finding: Finding, part: AlertPart) -> Literal["urgent", "normal", "low"]:
    """Tell how soon somebody must see to it: what is bygone is urgent for nobody."""
    return "normal" if finding.kind in URGENT and is_bygone(part) else finding.priority


def calls(alert: Alert) -> bool:
    """Tell whether people are told along the roster, for as long as nobody has closed it.

    What is urgent for another reason than its findings is so until a person closes it.
    """
    if alert.priority != "urgent":
        return False
    urgent = [part for part in alert.parts if part.kind in URGENT]
    return not urgent or any(_stands(part) for part in urgent)


def let_through(findings: Sequence[Finding]) -> list[bool]:
    """Tell for each finding of one commit whether alerts take it.

    An upload of last night says that somebody went in and, in the next line, that they left: no
    alert takes the first of both. Of what the commit tells first and what is bygone at its end,
    the last revision alone counts.
    """
    parts: dict[FindingId, AlertPart] = {}
    last = {one.finding_id: one for one in findings}
    for one in findings:
        former = parts.get(one.finding_id)
        if one.kind in URGENT and (former is not None or one.rev == 1):
            parts[one.finding_id] = part_of(one, former)
    gone = {
        name
        for name, part in parts.items()
        if not part.is_withdrawn and is_bygone(part) and is_bygone(part_of(last[name]))
    }
    return [one.finding_id not in gone or one is last[one.finding_id] for one in findings]


def is_late(alert: Alert) -> bool:
    """Tell whether late data alone told all of it that was not withdrawn."""
    standing = [part for part in alert.parts if not part.is_withdrawn]
    return bool(standing) and all(part.late_at is not None for part in standing)


def late_words(alert: Alert, zone: str) -> str:
    """Say of when late data are, and when they came; empty when none of it came late."""
    late = [part for part in alert.parts if part.late_at and not part.is_withdrawn]
    if not late:
        return ""
    began = wall_text(min(part.began_at for part in late), zone)
    ends = [part.ended_at for part in late if part.ended_at and _is_ended(part)]
    until = f"to {wall_text(max(ends), zone)}" if len(ends) == len(late) else "on"
    came = wall_text(max(part.late_at or part.began_at for part in late), zone)
    told = f"{'Late' if is_late(alert) else 'Partly late'}: data from {began} {until}, "
    told += f"received {came}."
    if all(is_bygone(part) for part in late):
        return told + (" It was over by then: send nobody out as if it were now." * is_late(alert))
    return told + " It may still go on."


def _is_ended(part: AlertPart) -> bool:
    return part.is_over and part.kind != Kind.WEARER_HELP


def _stands(part: AlertPart) -> bool:
    """Tell whether a finding still calls; a call for help is never taken back by data."""
    is_help = part.kind == Kind.WEARER_HELP
    return is_help or not (part.is_withdrawn or is_bygone(part))


def _late_at(finding: Finding, former: AlertPart | None) -> Micros | None:
    """Tell when late data told it; None as soon as one revision rested on live data.

    The label alone does not say: one old position in an upload labels all of it. And what only a
    ruling changes later, or withdraws, brings no live data.
    """
    if former is not None and former.late_at is None:
        return None
    is_ruled = finding.state is State.WITHDRAWN or finding.cause == Cause.EXCUSED
    ended_at = finding.began_at if finding.ended_at is None else finding.ended_at
    told_at = ended_at if former is None or former.late_at is None else former.late_at
    if ended_at > told_at and not is_ruled:
        return None  # it went on after people were told: by then it was live
    is_old = finding.decided_at - ended_at > _LATE
    if finding.late and is_old:
        return finding.decided_at
    is_same_past = is_over(finding) and (is_old or is_ruled)
    return former.late_at if former is not None and is_same_past else None
