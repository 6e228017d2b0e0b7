"""Which files leave, and what stands in them? Exactly the scope; what was taken out is named.

Units: instants in µs UTC in, ISO 8601 out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import msgspec

from fairtag.disclosure.account.lines import (
    check_in_lines,
    closing_lines,
    complaint_lines,
    decision_lines,
    enrolled_lines,
    matcher,
    pause_lines,
    picture_files,
    said_lines,
)
from fairtag.disclosure.package.gathered import Gathered
from fairtag.disclosure.package.read_me import limits, read_me
from fairtag.disclosure.package.record import record_of
from fairtag.disclosure.package.redaction import order_without_identity, redactions
from fairtag.disclosure.package.traffic import as_lines
from fairtag.disclosure.scope import Category
from fairtag.intake.messages import Message, Position
from fairtag.rules.finding import Finding, as_json, sort_key
from fairtag.terms.instants import MINUTE, Micros, text

QUIET = 30 * MINUTE  # contract §5: from here on silence is a matter of its own


def contents(gathered: Gathered) -> dict[str, bytes]:
    """Write everything that leaves, by path below `data/`."""
    files = {
        "README.txt": read_me(gathered).encode(),
        "what-this-can-not-show.txt": limits(gathered).encode(),
        "about.json": _json(_about(gathered)),
        "removed.json": _json(redactions(gathered)),
        "program.json": _json(gathered.program),
    }
    files |= {name: told.encode() for name, told in gathered.texts.items()}
    for category, part in _PARTS.items():
        if category in gathered.told:
            files |= part(gathered)
    return files


def _orders(gathered: Gathered) -> dict[str, bytes]:
    files = {"record.json": _json(record_of(gathered))}
    for one in gathered.versions:
        name = f"{one.order_id}-v{one.version}.json"
        source = one.source
        if Category.IDENTITY in gathered.told:
            files[f"orders/as-received/{name}"] = source
        else:
            source = order_without_identity(source)
        told = msgspec.json.decode(source) | {"recorded_at": text(one.ruling.recorded_at)}
        files[f"orders/{name}"] = _json(told)
    return files


def _positions(gathered: Gathered) -> dict[str, bytes]:
    now, later = traffic_of(gathered)
    files = {"traffic.ndjson": as_lines(now), "gaps.ndjson": _lines(_gaps(now))}
    if later:
        files["traffic-later.ndjson"] = as_lines(later)
    return files | {"uncertainty.json": _json(_uncertainty(gathered, now))}


def _findings(gathered: Gathered) -> dict[str, bytes]:
    now, later = findings_of(gathered)
    files = {"findings.ndjson": b"".join(as_json(one) + b"\n" for one in now)}
    if later:
        files["findings-later.ndjson"] = b"".join(as_json(one) + b"\n" for one in later)
    return files


def _devices(gathered: Gathered) -> dict[str, bytes]:
    now, later = traffic_of(gathered)
    events = [one for one in (*now, *later) if not isinstance(one, Position)]
    return {"devices.json": _json(gathered.devices), "device-events.ndjson": as_lines(events)}


def _said(gathered: Gathered) -> dict[str, bytes]:
    window = gathered.scope.window
    told = [
        {
            "at": text(one.at),
            "by": one.by,
            "how": one.how,
            "reached": one.reached,
            "said": one.text,
        }
        for one in gathered.contacts
        # What was said about a day is said after it.
        if one.at >= window.start
    ]
    return {"said.ndjson": _lines(told), "wearer-wrote.ndjson": _lines(said_lines(gathered))}


def _check_ins(gathered: Gathered) -> dict[str, bytes]:
    return {
        "check-ins.ndjson": _lines(check_in_lines(gathered)),
        "check-in-pauses.ndjson": _lines(pause_lines(gathered)),
        "enrolled.ndjson": _lines(enrolled_lines(gathered)),
        "matcher.json": _json(matcher(gathered)),
    }


def _decisions(gathered: Gathered) -> dict[str, bytes]:
    return {
        "decisions.ndjson": _lines(decision_lines(gathered)),
        "alerts-closed.ndjson": _lines(closing_lines(gathered)),
    }


def _complaints(gathered: Gathered) -> dict[str, bytes]:
    return {"complaints.ndjson": _lines(complaint_lines(gathered))}


def _log(gathered: Gathered) -> dict[str, bytes]:
    return {"log.json": msgspec.json.encode(gathered.log, order="deterministic")}


_PARTS = {
    Category.ORDER: _orders,
    Category.POSITIONS: _positions,
    Category.FINDINGS: _findings,
    Category.DEVICE: _devices,
    Category.SAID: _said,
    Category.CHECK_INS: _check_ins,
    Category.DECISIONS: _decisions,
    Category.COMPLAINTS: _complaints,
    Category.PHOTOS: picture_files,
    Category.LOG: _log,
}


def traffic_of(gathered: Gathered) -> tuple[list[Message], list[Message]]:
    """Give the window's messages by arrival, and those about it that came after its end.

    Where the judge can be followed, the window ends by arrival: what came later was not known.
    """
    window = gathered.scope.window
    if not gathered.is_replayable:
        return [one for one in gathered.messages if window.holds(one.at)], []
    now = [one for one in gathered.messages if one.received_at <= window.end]
    later = [
        one for one in gathered.messages if one.received_at > window.end and one.at < window.end
    ]
    return now, later


def findings_of(gathered: Gathered) -> tuple[list[Finding], list[Finding]]:
    """Give what was found by the window's end about it, and every later word on the same matters.

    A matter comes with all its revisions: also when it was withdrawn in the end.
    """
    window = gathered.scope.window
    wanted = {
        one.finding_id
        for one in gathered.findings
        if one.began_at < window.end and (one.ended_at is None or one.ended_at >= window.start)
    }
    if gathered.is_replayable:
        wanted |= {one.finding_id for one in gathered.findings if one.decided_at <= window.end}
    told = sorted((one for one in gathered.findings if one.finding_id in wanted), key=sort_key)
    now = [one for one in told if one.decided_at <= window.end]
    return now, [one for one in told if one.decided_at > window.end]


def _about(gathered: Gathered) -> dict[str, object]:
    decision, recipient, gateway = gathered.decision, gathered.recipient, gathered.gateway
    window = gathered.scope.window
    return {
        "format": "fairtag-disclosure/1",
        "disclosure_id": decision.disclosure_id,
        "order_id": gathered.scope.order_id,
        "wearer_id": gathered.scope.wearer_id,
        "recipient": {"id": recipient.recipient_id, "name": recipient.name, "kind": recipient.kind},
        "asked_by": decision.asked_by,
        "authority_shown": decision.authority,
        "case": decision.case_ref,
        "purpose": decision.purpose,
        "gateway": {"title": gateway.title, "source": gateway.source},
        "decision": {"by": decision.decided_by, "reason": decision.reason},
        "second_person": decision.second_person or None,
        "window": {"from": text(window.start), "until": text(window.end)},
        "categories": sorted(gathered.told),
        "can_be_judged_again": gathered.is_replayable,
        "made_at": text(decision.made_at),
        "expires_at": text(decision.expires_at),
    }


def _gaps(messages: Iterable[Message]) -> list[dict[str, object]]:
    """List stretches without a message, and without a position, of the contract's length."""
    found = []
    told = sorted(messages, key=lambda one: one.at)
    fixes = [one for one in told if isinstance(one, Position)]
    for name, heard in (("nothing_heard", told), ("no_position", fixes)):
        for before, after in pairwise(heard):
            if after.at - before.at > QUIET:
                found.append(_gap(name, before.at, after.at))
    return sorted(found, key=lambda one: (str(one["from"]), str(one["what"])))


def _gap(what: str, start: Micros, end: Micros) -> dict[str, object]:
    return {"what": what, "from": text(start), "to": text(end), "minutes": (end - start) // MINUTE}


def _uncertainty(gathered: Gathered, messages: Iterable[Message]) -> dict[str, object]:
    fixes = [one for one in messages if isinstance(one, Position)]
    known = sorted(one.accuracy_m for one in fixes if one.accuracy_m is not None)
    return {
        "positions": len(fixes),
        "accuracy_not_known": len(fixes) - len(known),
        "accuracy_m": {
            "middle": known[len(known) // 2] if known else None,
            "worst": known[-1] if known else None,
        },
        "sources": dict(sorted(Counter(str(one.source) for one in fixes).items())),
        "said_to_be_mocked": sum(one.is_mock is True for one in fixes),
        "settings": sorted({one.settings for one in gathered.findings}),
        "rules": sorted({one.rule for one in gathered.findings}),
        "time_zone_data": sorted({one.tzdata for one in gathered.findings}),
    }


def _json(told: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(told, order="deterministic"), indent=1) + b"\n"


def _lines(told: Iterable[object]) -> bytes:
    return b"".join(msgspec.json.encode(one, order="deterministic") + b"\n" for one in told)
