"""Which kinds of record are there? Each has keys of its own, so that it can end on its own.

A data key serves one wearer, one kind and one period; destroying it ends what it sealed, in every
copy. Units: instants in µs UTC.
Source: design.md §5; charter G5.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from fairtag.terms.instants import Micros, text


class RecordKind(StrEnum):
    """What a sealed record is about."""

    JOURNAL = "journal"  # what devices said, until it is compacted into a trail
    ORDER = "order"  # who, places, reasons, absences: the order file itself
    TRAIL = "trail"  # what devices said, under an order with a trail condition
    PASSING = "passing"  # the same, under an order without one: kept for days
    EVIDENCE = "evidence"  # the positions that an alert rests on
    STATE = "state"  # the judge's memory
    FINDING = "finding"  # what was found, when, on which messages it rests
    QUARANTINE = "quarantine"  # bad content of good devices
    TEXT = "text"  # reasons, notes, contact log
    AUDIT_TEXT = "audit_text"  # free text of the access log
    THIRD_PERSON = "third_person"  # what concerns a victim or witness; never for the wearer
    PHOTO = "photo"  # the pictures of one check-in
    ENROLMENT = "enrolment"  # a picture that answers are compared with
    TEMPLATE = "template"  # the numbers that stand for the face in it
    DECLARED = "declared"  # what a wearer said of themselves, if they wanted to; counted only


Period = Literal["day", "month"]

# The journal's key of a day serves all wearers: with the wearer's own key it gives the wearer's
# key of that day, so that either's end is the end.
_BY_THE_DAY = frozenset({RecordKind.JOURNAL, RecordKind.PASSING, RecordKind.QUARANTINE})
# A key each, so that one picture can end while its neighbours stay.
BY_THE_ITEM = frozenset({RecordKind.PHOTO, RecordKind.ENROLMENT, RecordKind.TEMPLATE})
_DAY, _MONTH = len("2026-11-25"), len("2026-11")


def period_of(kind: RecordKind, at: Micros, *, of: str = "") -> str:
    """Name the period whose key seals a record of this kind: `2026-11-25` or `2026-11`.

    Where each item has a key of its own, `of` names it, and the period is its day and that name.
    Example:
        >>> period_of(RecordKind.TRAIL, Micros(0)), period_of(RecordKind.PASSING, Micros(0))
        ('1970-01', '1970-01-01')
        >>> period_of(RecordKind.PHOTO, Micros(0), of="r_abc")
        '1970-01-01.r_abc'
    """
    if kind in BY_THE_ITEM:
        return f"{text(at)[:_DAY]}.{of}"
    return text(at)[: _DAY if kind in _BY_THE_DAY else _MONTH]
