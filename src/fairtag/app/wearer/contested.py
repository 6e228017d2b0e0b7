"""Which contests wait for an answer, since when, what do they keep, and who answers them?

No words: those open with the matter, as a logged look. Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.ports import Transaction
from fairtag.app.wearer.answered import alert_of
from fairtag.app.wearer.book import Contest
from fairtag.retention.schedule import ANSWER_DAYS
from fairtag.review.deciding import Decision
from fairtag.terms.instants import DAY, Micros


class Contested(msgspec.Struct, frozen=True, kw_only=True):
    """A contest as a list shows it."""

    contest: Contest
    is_answered: bool
    answered_by: str
    held_until: Micros | None  # None: until 28 days after the answer
    owner: str  # who has the matter; empty: nobody yet
    decided: Decision | None  # what was decided last about the wearer before they wrote
    is_own: bool  # who has the matter decided that


def contested(tx: Transaction, now: Micros) -> list[Contested]:
    """List contests that keep something: those that wait, the oldest first, then the answered."""
    found = [
        _contested(tx, one, alert) for one in tx.contests.about() if (alert := alert_of(tx, one))
    ]
    waiting = [one for one in found if not one.is_answered]
    held = [one for one in found if one.held_until is not None and now < one.held_until]
    return waiting + held[::-1]


def _contested(tx: Transaction, contest: Contest, alert: Alert) -> Contested:
    made = [
        one for one in tx.decisions.decisions(wearer_id=contest.wearer_id) if one.at <= contest.at
    ]
    decided = made[-1] if made else None
    owner = _owner(alert)
    return Contested(
        contest=contest,
        is_answered=alert.state is AlertState.CLOSED,
        answered_by=alert.closed_by or "",
        held_until=None if alert.closed_at is None else Micros(alert.closed_at + ANSWER_DAYS * DAY),
        owner=owner,
        decided=decided,
        is_own=decided is not None and decided.by == owner,
    )


def _owner(alert: Alert) -> str:
    return alert.acknowledged_by or alert.owner or ""
