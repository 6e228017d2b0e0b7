"""Write down what people do with keys: no ceremony without its entry."""

from __future__ import annotations

from typing import Literal

from fairtag.app.ports import Clock, Store
from fairtag.audit.entries import Entry

Ceremony = Literal[
    "keys.rotate",  # another root is about to wrap the keys
    "keys.rotated",  # it does
    "keys.split",  # the root is about to be shown as shares
    "keys.join",  # the root is about to be restored from shares
    "keys.drill",  # two shares were tried, with the result
    "keys.backup",  # a copy of the keystore is about to be made
    "keys.restore",  # a copy is about to be put in its place
]


def note(store: Store, clock: Clock, what: Ceremony, *, by: str, **details: str) -> None:
    """Append a ceremony to the access log; on disk when this returns.

    Raises: LogUnavailable.
    Fails: closed: call it before the act.
    """
    told = {name: value for name, value in details.items() if value}
    entry = Entry(at=clock.now(), operation="admin", actor=by, what=what, details=told)
    store.transact(lambda tx: tx.audit.append(entry))
