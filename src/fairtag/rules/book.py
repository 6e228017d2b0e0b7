"""What was told about each matter so far, and what does a new judging change?

A matter keeps its id; a telling replaces the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count

import msgspec

from fairtag.rules.finding import Cause, Finding, Kind, State, id_of
from fairtag.rules.matter import Matter
from fairtag.rules.words import words
from fairtag.terms.ids import FindingId, OrderId
from fairtag.terms.instants import HOUR, Micros

IsLate = Callable[[Matter, State], bool]
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


def tell(
    book: list[Told], changes: Iterable[Matter], by: Telling, is_late: IsLate | None = None
) -> list[Finding]:
    """Tell matters that a judging in order opened or closed.

    `is_late` tells of each line whether what decided it is old; else `by` does, of all.
    """
    found: list[Finding] = []
    for matter in changes:
        known = _same(book, matter)
        if known is None:
            opened = msgspec.structs.replace(matter, ended_at=None, closed_at=None)
            known = _enter(book, opened, by)
            told = _decided(by, matter, State.OPENED, is_late)
            found.append(_line(book, known, opened, State.OPENED, told))
        if matter.closed_at is not None and known.matter.closed_at is None:
            told = _decided(by, matter, State.CLOSED, is_late)
            found.append(_line(book, known, matter, State.CLOSED, told))
    return found


def _decided(by: Telling, matter: Matter, state: State, is_late: IsLate | None) -> Telling:
    return by if is_late is None else replace(by, late=is_late(matter, state))


def compare(
    book: list[Told],
    judged: list[Matter],
    *,
    since: Micros,
    excused: set[int],
    by: Telling,
    is_late: IsLate | None = None,
) -> list[Finding]:
    """Tell what a second judging of everything after `since` changed.

    `excused` holds the places in the book of matters that an absence covers. What is opened or
    closed is late by `is_late`: one old message among new ones makes nothing old that they decide.
    """
    open_again = [n for n, known in enumerate(book) if _is_judged_again(known, since)]
    matches, left = _matched({n: book[n].matter for n in open_again}, judged)
    found: list[Finding] = []
    for n in open_again:
        known, match = book[n], matches.get(n)
        if match is not None:
            found += _revised(book, known, match, by, is_late)
        elif n in excused:
            found.append(_excused(book, known, by))
        else:
            gone = msgspec.structs.replace(known.matter, closed_at=by.at)
            found.append(_line(book, known, gone, State.WITHDRAWN, by))
    return found + tell(book, left, by, is_late)


def excuse(book: list[Told], excused: set[int], by: Telling) -> list[Finding]:
    """Tell that an absence which was recorded afterwards covers matters, by place in the book."""
    return [_excused(book, book[n], by) for n in sorted(excused) if not book[n].is_final]


def explain(book: list[Told], explained: set[int], by: Telling) -> list[Finding]:
    """Tell that silences, by place in the book, were those of a device that kept what it saw."""
    return [
        _line(
            book,
            book[n],
            msgspec.structs.replace(book[n].matter, cause=Cause.OFFLINE),
            State.CORRECTED,
            by,
        )
        for n in sorted(explained)
    ]


def _excused(book: list[Told], known: Told, by: Telling) -> Finding:
    ended = by.at if known.matter.ended_at is None else known.matter.ended_at
    gone = msgspec.structs.replace(
        known.matter, cause=Cause.EXCUSED, ended_at=ended, closed_at=by.at
    )
    return _line(book, known, gone, State.CORRECTED, by)


def _is_judged_again(known: Told, since: Micros) -> bool:
    closed = known.matter.closed_at
    is_settled = known.is_final or (closed is not None and closed <= since)
    return not is_settled and known.matter.kind not in BY_CLOCK


def _matched(
    known: dict[int, Matter], judged: list[Matter]
) -> tuple[dict[int, Matter], list[Matter]]:
    """Find each matter of the book again: first where nothing moved, then where times overlap.

    So a matter never takes what is another one's, and where two join the earlier one goes on.
    """
    found: dict[int, Matter] = {}
    left = list(judged)
    for is_same in (_is_exact, _meet):
        for n, matter in known.items():
            if n in found:
                continue
            match = next(
                (one for one in left if one.key == matter.key and is_same(one, matter)), None
            )
            if match is not None:
                found[n] = match
                left.remove(match)
    return found, left


def _is_exact(one: Matter, other: Matter) -> bool:
    return one.began_at == other.began_at and one.part_of == other.part_of


def _meet(one: Matter, other: Matter) -> bool:
    return (other.ended_at is None or one.began_at < other.ended_at) and (
        one.ended_at is None or other.began_at < one.ended_at
    )


def _revised(
    book: list[Told], known: Told, match: Matter, by: Telling, is_late: IsLate | None
) -> list[Finding]:
    old = known.matter
    is_same = _told_of(old) == _told_of(match)
    if is_same and old.ended_at == match.ended_at:
        known.matter = match
        return []
    if is_same and old.ended_at is None:
        told = _decided(by, match, State.CLOSED, is_late)
        return [_line(book, known, match, State.CLOSED, told)]
    return [_line(book, known, match, State.CORRECTED, by)]


def _told_of(matter: Matter) -> tuple[object, ...]:
    """Give what a second telling would have to correct, save the end.

    While late data come in one by one, it is enough to tell once an hour of them how far they go.
    """
    known = None if matter.known_until is None else matter.known_until // HOUR
    return (matter.began_at, matter.certainty, matter.cause, known)


def _same(book: list[Told], matter: Matter) -> Told | None:
    for known in reversed(book):
        is_open = known.matter.closed_at is None and not known.is_final
        is_over = matter.ended_at is not None and matter.ended_at <= known.matter.began_at
        is_before = is_over and matter.began_at < known.matter.began_at
        is_same = known.matter.key == matter.key and matter.part_of == known.matter.part_of
        if is_open and is_same and not is_before:
            return known
    return None


def _enter(book: list[Told], matter: Matter, by: Telling) -> Told:
    names = {one.finding_id for one in book}
    ids = (
        id_of(by.order_id, matter.condition_id, matter.kind, matter.began_at, again=again)
        for again in count()
    )
    finding_id = next(one for one in ids if one not in names)
    known = Told(finding_id=finding_id, rev=0, state=State.OPENED, matter=matter)
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
        cause=matter.cause,
        part_of=_parent(book, matter),
        began_at=matter.began_at,
        ended_at=matter.ended_at,
        decided_at=by.at,
        late=by.late or matter.is_of_old_data,
        certainty=matter.certainty,
        evidence=matter.evidence,
        rule=f"{matter.kind.split('.')[0]}@1",
        settings=by.settings,
        tzdata=by.tzdata,
        words=words(matter, state, by.zone, late=by.late or matter.is_of_old_data),
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
