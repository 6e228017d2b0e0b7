"""Which holds stand? Those that people placed, and those that a contest or a request brings along.

Whoever contests, or asks for their data, needs them kept until 28 days after the answer: nobody has
to remember to place that hold. Units: µs UTC. Source: charter G5.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairtag.app.disclosure.subject_access import holds_of
from fairtag.app.ports import Transaction
from fairtag.app.wearer.answered import alert_of
from fairtag.retention.holds import Hold
from fairtag.retention.schedule import ANSWER_DAYS
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros

_BY = "wearer"


def holds_standing(tx: Transaction, wearer_id: WearerId | None = None) -> list[Hold]:
    """List holds, of one wearer or all; the cases of those that people placed stay sealed."""
    placed = tx.holds.listed(wearer_id=wearer_id)
    return [*placed, *_of_contests(tx, wearer_id), *_of_requests(tx, wearer_id)]


def _of_contests(tx: Transaction, wearer_id: WearerId | None) -> Iterator[Hold]:
    for one in tx.contests.about(wearer_id):
        alert = alert_of(tx, one)
        if alert is None:
            continue  # answered, and its 28 days are over: only then may an alert be erased
        closed = alert.closed_at
        yield Hold(
            hold_id=one.contest_id,
            wearer_id=one.wearer_id,
            why="contest",
            since=one.at,
            until=None if closed is None else Micros(closed + ANSWER_DAYS * DAY),
            by=_BY,
        )


def _of_requests(tx: Transaction, wearer_id: WearerId | None) -> Iterator[Hold]:
    known = {one.wearer_id for one in tx.orders.facts(wearer_id=wearer_id)}
    for name in sorted(known):
        for one in holds_of(tx, name):
            yield Hold(
                hold_id=one.disclosure_id,
                wearer_id=name,
                why="access_request",
                since=one.since,
                until=one.until,
                by=_BY,
            )
