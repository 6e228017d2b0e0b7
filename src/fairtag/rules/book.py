"""What was told about each matter so far, and what does a new judging change?

A matter keeps its id; a telling replaces the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from fairtag.rules.finding import Finding, Kind, State, id_of
from fairtag.rules.matter import Matter
from fairtag.rules.words import words
from fairtag.terms.ids import FindingId, OrderId
from fairtag.terms.instants import Micros

# Silence is a fact of the receipt clock: later data do not undo it.
BY_CLOCK = frozenset(
    {
        Kind.CONTACT_LOST,
        Kind.LOCATION_LOST,
        Kind.MONITORING_NOT_STARTED,
        Kind.MONITORING_SILENT_24H,
        Kind.MONITORING_SILENT_72H,
        Kind.MONITORING_NEVER_FIXED,
        Kind.INPUT_TOO_LATE,
    }
)


class Told(msgspec.Struct, kw_only=True, array_like=True):
    """One matter as it was last told."""

    finding_id: FindingId
    rev: int
    state: State
    matter: Matter

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more is said about it."""
        return self.state is State.WITHDRAWN or self.matter.is_excused


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What every line of one judging has in common."""

    order_id: OrderId
    zone: str
    at: Micros
    late: bool
    settings: str
    tzdata: str


def tell(book: list[Told], changes: Iterable[Matter], by: Telling) -> list[Finding]:
    """Tell matters that a judging in order opened or closed."""
    found: list[Finding] = []
    for matter in changes:
        known = _same(book, matter)
        if known is None:
            known = _enter(book, matter, by)
            opened = msgspec.structs.replace(matter, ended_at=None, closed_at=None)
            found.append(_line(book, known, opened, State.OPENED, by))
        if matter.closed_at is not None and known.matter.closed_at is None:
            found.append(_line(book, known, matter, State.CLOSED, by))
    return found


def compare(
    book: list[Told], judged: list[Matter], *, since: Micros, excused: set[int], by: Telling
) -> list[Finding]:
    """Tell what a second judging of everything after `since` changed.

    `excused` holds the places in the book of matters that an absence covers.
    """
    found: list[Finding] = []
    left = list(judged)
    for n, known in enumerate(list(book)):
        closed = known.matter.closed_at
        is_settled = known.is_final or (closed is not None and closed <= since)
        if is_settled or known.matter.kind in BY_CLOCK:
            continue
        match = _match(known.matter, left)
        if match is not None:
            left.remove(match)
            found += _revised(book, known, match, by)
        elif n in excused:
            ended = known.matter.ended_at or by.at
            gone = msgspec.structs.replace(
                known.matter, is_excused=True, ended_at=ended, closed_at=by.at
            )
            found.append(_line(book, known, gone, State.CORRECTED, by))
        else:
            gone = msgspec.structs.replace(known.matter, closed_at=by.at)
            found.append(_line(book, known, gone, State.WITHDRAWN, by))
    return found + tell(book, left, by)


def _match(known: Matter, judged: list[Matter]) -> Matter | None:
    same = [one for one in judged if one.key == known.key and one.part_of == known.part_of]
    exact = [one for one in same if one.began_at == known.began_at]
    touching = [one for one in judged if one.key == known.key and _meet(one, known)]
    return next(iter(exact or touching), None)


def _meet(one: Matter, other: Matter) -> bool:
    return (other.ended_at is None or one.began_at < other.ended_at) and (
        one.ended_at is None or other.began_at < one.ended_at
    )


def _revised(book: list[Told], known: Told, match: Matter, by: Telling) -> list[Finding]:
    old = known.matter
    is_same = (old.began_at, old.certainty) == (match.began_at, match.certainty)
    if is_same and old.ended_at == match.ended_at:
        known.matter = match
        return []
    is_end = is_same and old.ended_at is None
    return [_line(book, known, match, State.CLOSED if is_end else State.CORRECTED, by)]


def _same(book: list[Told], matter: Matter) -> Told | None:
    for known in reversed(book):
        is_open = known.matter.closed_at is None and not known.is_final
        if is_open and known.matter.key == matter.key and matter.part_of == known.matter.part_of:
            return known
    return None


def _enter(book: list[Told], matter: Matter, by: Telling) -> Told:
    finding_id = id_of(by.order_id, matter.condition_id, matter.kind, matter.began_at)
    known = Told(finding_id=finding_id, rev=0, state=State.OPENED, matter=matter)
    # The same matter may come back after it was withdrawn: then its telling goes on.
    before = [one.rev for one in book if one.finding_id == finding_id]
    known.rev = max(before, default=0)
    known.matter = msgspec.structs.replace(matter, ended_at=None, closed_at=None)
    book.append(known)
    return known


def _line(book: list[Told], known: Told, matter: Matter, state: State, by: Telling) -> Finding:
    known.rev, known.state, known.matter = known.rev + 1, state, matter
    return Finding(
        finding_id=known.finding_id,
        rev=known.rev,
        order_id=by.order_id,
        condition_id=matter.condition_id,
        device_id=matter.device_id,
        kind=matter.kind,
        state=state,
        cause="excused" if matter.is_excused else None,
        part_of=_parent(book, matter),
        began_at=matter.began_at,
        ended_at=matter.ended_at,
        decided_at=by.at,
        late=by.late,
        certainty=matter.certainty,
        evidence=matter.evidence,
        rule=f"{matter.kind.split('.')[0]}@1",
        settings=by.settings,
        tzdata=by.tzdata,
        words=words(matter, state, by.zone),
    )


def _parent(book: list[Told], matter: Matter) -> FindingId | None:
    if matter.part_of is None:
        return None
    kind, began_at = matter.part_of
    for known in reversed(book):
        one = known.matter
        if (one.kind, one.began_at, one.condition_id) == (kind, began_at, matter.condition_id):
            return known.finding_id
    return None
