"""Which alert asks staff to answer a contest? Its closing is the answer."""

from __future__ import annotations

from fairtag.alerts.model import Alert
from fairtag.app.ports import Transaction
from fairtag.app.wearer.book import Contest
from fairtag.terms.errors import UnknownAlert


def alert_of(tx: Transaction, contest: Contest) -> Alert | None:
    """Give the alert of a contest; None when it was erased, and the words are held for long.

    What waits for an answer keeps all of its wearer: an alert that is gone was answered before.
    """
    try:
        return tx.alerts.get(contest.alert_id)
    except UnknownAlert:
        return None
