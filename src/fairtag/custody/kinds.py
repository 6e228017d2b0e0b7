"""Which kinds of record are there? Each has keys of its own, so that it can end on its own.

Source: design.md §5; charter G5.
"""

from __future__ import annotations

from enum import StrEnum


class RecordKind(StrEnum):
    """What a sealed record is about; a data key serves one wearer, one kind, one month."""

    ORDER = "order"  # who, places, reasons, absences: the order file itself
    TRAIL = "trail"  # positions: journal, working windows, evidence of an alert
    STATE = "state"  # the judge's memory
    FINDING = "finding"  # what was found, when, on which messages it rests
    QUARANTINE = "quarantine"  # bad content of good devices
    TEXT = "text"  # reasons, notes, contact log
