"""What is a wearer told of what people looked at and decided? The outcome, and how to answer it.

Nothing here opens a picture. Reasons are opened for the wearer alone. Units: µs UTC.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

import msgspec

from fairtag.app.deciding.basis import news
from fairtag.app.ports import Transaction
from fairtag.review.deciding import Outcome as Found
from fairtag.review.photos import ADVERSE, Outcome, PhotoCase
from fairtag.rules.prompts.refusals import UnknownCheckIn
from fairtag.terms.ids import AlertId, WearerId
from fairtag.terms.instants import Micros

Stands = Literal["waits", "confirmed", "cant_tell", "not_confirmed", "decided"]
MOST_SHOWN = 30


class CheckInTold(msgspec.Struct, frozen=True, kw_only=True):
    """A check-in that people looked at, as its wearer is told of it."""

    check_in_id: str
    received_at: Micros
    stands: Stands
    statements: int  # of the wearer about it
    again_until: Micros | None  # another picture may be sent until then


class DecisionTold(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as its wearer is told of it."""

    at: Micros
    about: str  # the alert's words
    outcome: Found
    reason: str
    excuse: str
    by: str  # staff reference
    role: str
    is_open_again: bool  # what it rests on changed
    is_replaced: bool  # a later decision stands in its place
    alert_id: AlertId


def check_ins_told(tx: Transaction, wearer_id: WearerId, *, now: Micros) -> tuple[CheckInTold, ...]:
    """List a wearer's check-ins that people look at or looked at, newest first."""
    cases = tx.photo_reviews.cases(wearer_id=wearer_id)
    mine = [one for one in cases if not one.is_known][::-1][:MOST_SHOWN]
    told = {one.check_in_id: _told(tx, one, now) for one in mine[::-1]}
    return tuple(told.values())[::-1]


def outcome_of(tx: Transaction, answer_id: str) -> Stands:
    """Tell how an answer that people look at stands, in a word for the wearer's app."""
    case = tx.photo_reviews.of_answer(answer_id)
    return "waits" if case is None else _stands(tx, case)


def decisions_told(tx: Transaction, wearer_id: WearerId) -> tuple[DecisionTold, ...]:
    """List what people decided about a wearer, newest first, with their reasons."""
    found = tx.decisions.decisions(wearer_id=wearer_id)
    replaced = {one.follows for one in found}
    told = []
    for one in found[::-1][:MOST_SHOWN]:
        reason, excuse = tx.decisions.reasons(one.decision_id)
        told.append(
            DecisionTold(
                at=one.at,
                about=tx.alerts.get(one.alert_id).words.get("en", ""),
                outcome=one.outcome,
                reason=reason,
                excuse=excuse,
                by=one.by,
                role=one.role,
                is_open_again=one.decision_id not in replaced and bool(news(tx, one)),
                is_replaced=one.decision_id in replaced,
                alert_id=one.alert_id,
            )
        )
    return tuple(told)


def _told(tx: Transaction, case: PhotoCase, now: Micros) -> CheckInTold:
    until = None
    with suppress(UnknownCheckIn):
        prompt = tx.prompts.get(case.check_in_id)
        until = prompt.until if prompt.until > now else None
    return CheckInTold(
        check_in_id=case.check_in_id,
        received_at=case.waits_since,
        stands=_stands(tx, case),
        statements=len(tx.decisions.statements(check_in_id=case.check_in_id)),
        again_until=until,
    )


def _stands(tx: Transaction, case: PhotoCase) -> Stands:
    ends = [one.settles for one in tx.photo_reviews.reviews(case.case_id) if one.settles]
    if not ends:  # nobody could say it any more, or somebody is still to look
        is_ended = tx.answers.outcome(case.answer_id) is not None
        return "cant_tell" if is_ended else "waits"
    if ends[-1] in ADVERSE:
        return "decided" if _is_decided(tx, case) else "not_confirmed"
    return "confirmed" if ends[-1] is Outcome.MATCH else "cant_tell"


def _is_decided(tx: Transaction, case: PhotoCase) -> bool:
    """Tell whether a person decided about what two could not confirm, and it stands."""
    reviews = tx.photo_reviews.reviews(case.case_id)
    alerts = [one.alert_id for one in reviews if one.alert_id is not None]
    made = tx.decisions.decisions(alert_id=alerts[-1]) if alerts else []
    return bool(made) and not news(tx, made[-1])
