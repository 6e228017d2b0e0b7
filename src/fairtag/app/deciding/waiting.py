"""Which matters wait for a person's decision, and which decisions are open again?"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertState, Cause
from fairtag.app.books import Person
from fairtag.app.deciding.basis import news
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.review.deciding import Change, Decision, is_decidable

_MOST = 500  # of each: the oldest first


class Undecided(msgspec.Struct, frozen=True, kw_only=True):
    """One matter that waits."""

    alert: Alert
    last: Decision | None  # None: never decided
    changes: frozenset[Change] = frozenset()


def undecided(house: House, person: Person) -> tuple[Undecided, ...]:
    """List what was handed to the authority and is undecided, and decisions that are open again.

    Raises: NotPermitted.
    """
    demand(person, Act.DECIDE)

    def work(tx: Transaction) -> tuple[Undecided, ...]:
        last = {one.alert_id: one for one in tx.decisions.decisions()}
        again = [
            Undecided(alert=tx.alerts.get(name), last=one, changes=changed)
            for name, one in last.items()
            if (changed := news(tx, one))
        ]
        closed = tx.alerts.listed(
            states=[AlertState.CLOSED], recipient="authority", limit=100 * _MOST
        )
        fresh = [
            Undecided(alert=one, last=None)
            for one in closed
            if one.cause is Cause.REFERRED and is_decidable(one) and one.alert_id not in last
        ]
        return (*again[:_MOST], *fresh[:_MOST])

    return house.store.read(work)
