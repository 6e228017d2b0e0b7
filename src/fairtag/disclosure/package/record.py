"""What does the judge need beside orders and traffic, to judge again as it did then?

Units: instants in µs UTC in the record, so that nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fairtag.disclosure.package.gathered import Gathered, Known, known_over_time
from fairtag.disclosure.refusals import PackageBroken
from fairtag.intake.messages import Message
from fairtag.intake.native import decode_recorded
from fairtag.orders.inforce import Mark, MarkWhat
from fairtag.orders.read import reopen
from fairtag.rules.excused.absences import Excuse
from fairtag.rules.finding import Finding
from fairtag.rules.replay import replay_recorded
from fairtag.terms.instants import Micros

_AT_ONCE = 100_000  # lines; the decoder takes no more than a device may send at once
_FORMAT = "fairtag-record/1"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Where an order version stands in the package, and since when it was known."""

    file: str
    recorded_at: Micros


class RecordedMark(msgspec.Struct, frozen=True, kw_only=True):
    """A suspension, its end, or the order's end."""

    what: MarkWhat
    at: Micros
    recorded_at: Micros


class RecordedExcuse(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which no silence counts: a pause, 'cannot now', an outage of the service."""

    kind: str
    start: Micros
    free_until: Micros | None
    recorded_at: Micros
    known_at: Micros  # since when the judge knew of it
    ended_at: Micros | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How the judge came to know what."""

    format: str
    order_id: str
    until: Micros  # what came to be known later was not judged
    versions: tuple[Version, ...]
    marks: tuple[RecordedMark, ...]
    excuses: tuple[RecordedExcuse, ...] = ()


def record_of(gathered: Gathered) -> Record:
    """Write it down."""
    return Record(
        format=_FORMAT,
        order_id=gathered.scope.order_id,
        until=gathered.scope.window.end,
        versions=tuple(
            Version(
                file=f"orders/{one.order_id}-v{one.version}.json",
                recorded_at=one.ruling.recorded_at,
            )
            for one in gathered.versions
        ),
        marks=tuple(
            RecordedMark(what=one.what, at=one.at, recorded_at=one.recorded_at)
            for one in gathered.marks
        ),
        excuses=tuple(
            RecordedExcuse(
                kind=one.excuse.kind,
                start=one.excuse.start,
                free_until=one.excuse.free_until,
                recorded_at=one.excuse.recorded_at,
                known_at=one.known_at,
                ended_at=one.excuse.ended_at,
            )
            for one in gathered.excuses
        ),
    )


def judge_package(payload: Mapping[str, bytes]) -> list[Finding]:
    """Judge what a package holds as it was judged then; `payload` is what lies below `data/`.

    Raises: PackageBroken when it holds no whole record of an order.
    """
    if not {"record.json", "traffic.ndjson"} <= payload.keys():
        raise PackageBroken("this package holds no whole record, so it can't be judged again")
    try:
        record = msgspec.json.decode(payload["record.json"], type=Record)
        versions = tuple(
            reopen(payload[one.file], recorded_at=one.recorded_at) for one in record.versions
        )
    except (msgspec.MsgspecError, KeyError) as error:
        raise PackageBroken("record.json does not fit the orders beside it") from error
    marks = tuple(
        Mark(what=one.what, at=one.at, recorded_at=one.recorded_at) for one in record.marks
    )
    told = known_over_time(versions, marks, tuple(map(_known, record.excuses)))
    known = [one for one in told if one.at <= record.until]
    return replay_recorded(known, _messages(payload["traffic.ndjson"]), until=record.until)


def _known(one: RecordedExcuse) -> Known:
    excuse = Excuse(
        kind=one.kind,
        start=one.start,
        free_until=one.free_until,
        recorded_at=one.recorded_at,
        ended_at=one.ended_at,
    )
    return Known(excuse=excuse, known_at=one.known_at)


def _messages(raw: bytes) -> list[Message]:
    """Read recorded traffic of any length, a part after the other."""
    lines: list[bytes] = raw.split(b"\n")
    found: list[Message] = []
    for first in range(0, len(lines), _AT_ONCE):
        decoded = decode_recorded(b"\n".join(lines[first : first + _AT_ONCE]))
        if decoded.refused:
            raise PackageBroken(f"traffic.ndjson: {len(decoded.refused)} lines are no messages")
        found += decoded.messages
    return found
