"""What was asked of a wearer, answered, seen, said and decided, as it leaves in one disclosure?

Units: instants in µs UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairtag.faces.model import Measure, Refer, ThresholdProfile
from fairtag.review.deciding import Decision
from fairtag.review.photos import Outcome
from fairtag.review.sign_off import SignOff
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.ids import AlertId, FindingId
from fairtag.terms.instants import Micros

# What an earlier end of a key took away: it is named, and nobody can bring it back.
Gone = Literal["answer", "picture", "words"]


class LookTold(msgspec.Struct, frozen=True, kw_only=True):
    """What one person said of two pictures."""

    by: str
    role: str
    at: Micros
    outcome: Outcome
    settles: Outcome | None  # what all looks together say, when this was the last one needed
    sign_off: SignOff | None  # with an adverse outcome
    note: str | None  # None: its key is gone


class AnswerTold(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to a check-in: what the machine said of it, and what people did."""

    answer_id: str
    captured_at: Micros
    received_at: Micros
    timing: str
    doubts: tuple[str, ...]
    frames: int
    result: Literal["match", "refer"]
    reason: Refer | None
    score: float | None
    profile: str | None  # digest of the threshold profile; None: no profile may decide
    engine: str | None
    pad: str
    measures: tuple[Measure, ...]
    is_sampled: bool
    people: str | None  # what people said last; None: nobody decided
    looks: tuple[LookTold, ...]  # oldest first


class CheckInTold(msgspec.Struct, frozen=True, kw_only=True):
    """One demand for an answer, how far it came, and every answer to it."""

    prompt: Prompt
    answers: tuple[AnswerTold, ...]


class PauseTold(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which nobody asked, or no silence counted."""

    kind: str
    start: Micros
    asked_again: Micros
    counts_again: Micros
    recorded_at: Micros
    text: str | None


class EnrolledTold(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that answers are compared with, or that waits or was not confirmed."""

    picture_id: str
    source: str
    taken_at: Micros
    added_at: Micros
    added_by: str
    measures: tuple[Measure, ...]
    use: str  # 'in_use', 'waits' for an officer's look, 'declined'


class SaidTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the wearer wrote."""

    what: Literal["statement", "contest", "report"]
    ref: str
    at: Micros
    check_in_id: str | None
    alert_id: AlertId | None  # the matter that staff answer
    answered_at: Micros | None
    text: str | None


class ComplaintTold(msgspec.Struct, frozen=True, kw_only=True):
    """What the wearer complained of, and what came of it."""

    complaint_id: str
    received_on: str
    how: str
    at: Micros  # when it was written down
    by: str  # who wrote it down: staff, or the wearer
    about: tuple[str, ...]  # staff, by reference
    answer_by: str  # the last day
    acknowledged_at: Micros | None
    answered_at: Micros | None
    answered_by: str | None
    outcome: str | None
    text: str | None  # None: its key is gone
    answer: str | None  # None: there is none, or its key is gone


class DecisionTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a named person decided about an alert."""

    decision: Decision  # with its reasons
    about: str  # the alert's words
    is_replaced: bool
    is_open_again: bool
    has_reasons: bool  # False: their key is gone


class ClosingTold(msgspec.Struct, frozen=True, kw_only=True):
    """Why an alert was closed; this decides nothing."""

    alert_id: AlertId
    kind: str
    findings: tuple[FindingId, ...]
    began_at: Micros
    at: Micros
    by: str | None  # None: it closed itself
    role: str
    cause: str
    reason: str | None


class PictureTold(msgspec.Struct, frozen=True, kw_only=True):
    """One picture; `of` is an answer or an enrolled picture."""

    of: str
    place: int
    raw: bytes


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, within a scope's window; later words on the same things are part of it."""

    check_ins: tuple[CheckInTold, ...] = ()
    pauses: tuple[PauseTold, ...] = ()
    enrolled: tuple[EnrolledTold, ...] = ()
    profiles: tuple[ThresholdProfile, ...] = ()  # that answers name, or that are in force
    said: tuple[SaidTold, ...] = ()
    decisions: tuple[DecisionTold, ...] = ()
    closings: tuple[ClosingTold, ...] = ()
    complaints: tuple[ComplaintTold, ...] = ()  # only where the scope names them
    pictures: tuple[PictureTold, ...] = ()  # only where the scope names them
    gone: tuple[tuple[Gone, str], ...] = ()


class Accounted(msgspec.Struct, frozen=True, kw_only=True):
    """What the access log knows of the same window: a package that lacks any of it stays here."""

    answers: dict[str, int]  # with the number of looks at each
    statements: frozenset[str]
    contests: frozenset[str]  # by the alert that staff answer
    decisions: frozenset[str]
    complaints: frozenset[str]
    replies: frozenset[str]  # by the complaint that was answered
