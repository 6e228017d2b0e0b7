"""How far has a disclosure come? Rows that are added, and what follows from them.

Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.disclosure.scope import Scope
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

How = Literal["written", "emergency", "access"]


class State(StrEnum):
    """Where it stands."""

    ASKED = "asked"  # nobody has decided yet
    REFUSED = "refused"
    PROPOSED = "proposed"  # decided, and waits for the second person
    APPROVED = "approved"  # two agreed; the package is being made
    PACKED = "packed"  # it lies sealed in the out folder
    FETCHED = "fetched"  # handed over, once
    EXPIRED = "expired"  # nobody fetched it in time; it was removed
    OPENED = "opened"  # emergency: one person saw the minimum; what was said is not written yet
    TOLD = "told"  # emergency: what was said to whom is written down


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. The last four are sealed at rest."""

    disclosure_id: str
    how: How
    recipient_id: str
    gateway: str
    scope: Scope
    at: Micros
    by: str  # who wrote it down: staff, by reference
    public_key: str = ""  # of the wearer who asks for their own data; others stand in the register
    asked_by: str = ""  # who of the recipient's people
    authority: str = ""  # the paper shown: its name, number, date
    case_ref: str = ""
    purpose: str = ""

    @property
    def wearer_id(self) -> WearerId:
        """Give whose data they are."""
        return self.scope.wearer_id

    @property
    def order_id(self) -> OrderId:
        """Give under which order."""
        return self.scope.order_id


What = Literal[
    "refused",
    "proposed",
    "approved",
    "packed",
    "fetched",
    "expired",
    "opened",
    "told",
    "reviewed",
    "extended",
    "identity_checked",
]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What was done next, by whom. `told` is sealed at rest, `facts` is not."""

    disclosure_id: str
    what: What
    by: str
    at: Micros
    facts: dict[str, str] = {}
    told: dict[str, str] = {}


_STATES: dict[str, State] = {
    "refused": State.REFUSED,
    "proposed": State.PROPOSED,
    "approved": State.APPROVED,
    "packed": State.PACKED,
    "fetched": State.FETCHED,
    "expired": State.EXPIRED,
    "opened": State.OPENED,
    "told": State.TOLD,
}


def state_of(steps: Sequence[Step]) -> State:
    """Tell where it stands after these steps, oldest first.

    Example:
        >>> state_of([]).value
        'asked'
    """
    moved = [one for one in steps if one.what in _STATES]
    return _STATES[moved[-1].what] if moved else State.ASKED


def last(steps: Sequence[Step], what: What) -> Step | None:
    """Give the newest step of a kind."""
    return next((one for one in reversed(steps) if one.what == what), None)
