"""Close the account of somebody who no longer works here; what they had in hand goes on."""

from __future__ import annotations

from fairtag.app.escalate_alerts import open_alerts
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.terms.errors import UsageError


def disable_user(house: House, name: str, *, by: str) -> int:
    """End an account with its sessions and tokens; tells how many open alerts it had in hand.

    The next round of escalation gives those to the first on duty and tells them.
    Raises: UsageError, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> int:
        found = tx.people.by_name(name)
        if found is None:
            raise UsageError(f"no account is called {name}; `fairtag user list` shows them")
        user_id = found[0].user_id
        if found[0].disabled_at is not None:
            raise UsageError(f"the account of {name} is closed already")
        told = {"user": user_id}
        entry = Entry(at=now, operation="admin", actor=by, what="user.disable", details=told)
        tx.audit.append(entry)
        tx.people.disable(user_id, at=now)
        return sum(user_id in (one.owner, one.acknowledged_by) for one in open_alerts(tx))

    left = house.store.transact(work)
    house.changes.publish()
    return left
