"""May these two people decide this together? Four eyes are two people, not two accounts of one.

Whoever can make an account can sign in with it first: so the two accounts must come from different
administrators, neither of whom made the other, and both must be a day old. Units: µs UTC.
Source: charter G2.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import msgspec

from fairtag.terms.errors import SecondPersonRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, MINUTE, Micros

LEAST_AGE = DAY

# What two people decide, and how long the first one's question stands. Source for the first:
# 15 minutes, since a person waits at a screen; the others are read at a desk.
Matter = Literal["opening", "delay", "hold", "erasure", "limit", "disclosure", "access", "profile"]
STANDS: dict[Matter, int] = {
    "opening": 15 * MINUTE,
    "delay": 3 * DAY,
    "hold": 3 * DAY,
    "erasure": 14 * DAY,
    "limit": 3 * DAY,
    "disclosure": 7 * DAY,
    "access": 7 * DAY,
    "profile": 7 * DAY,
}
State = Literal["asked", "agreed", "refused", "withdrawn", "done", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What counts of a member of staff's account."""

    user_id: str
    made_by: str  # who gave the newest way in; not only the first one
    made_at: Micros
    is_open: bool


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What one person asks a second one to agree to."""

    proposal_id: str
    matter: Matter
    about: str  # one line for the list: no name, no place
    wearer_id: WearerId | None
    order_id: OrderId | None
    asked_by: str
    asked_at: Micros
    scope: dict[str, str]  # exactly what would be done
    reason: str  # sealed at rest

    @property
    def hands(self) -> tuple[str, ...]:
        """Name who prepared it, besides who asks: none of them is the second person."""
        return tuple(one for one in self.scope.get("prepared_by", "").split(", ") if one)

    @property
    def over_at(self) -> Micros:
        """Tell when the question lapses."""
        return Micros(self.asked_at + STANDS[self.matter])

    @property
    def digest(self) -> str:
        """Name the whole question: who agrees, agrees to these bytes and to no others."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a proposal, by whom."""

    proposal_id: str
    state: Literal["agreed", "refused", "withdrawn", "done"]
    by: str
    at: Micros
    digest: str  # of what this person saw
    reason: str = ""  # sealed at rest


def demand_two(first: Account, second: Account, *, makers: dict[str, str], now: Micros) -> None:
    """Go on only when these two are two people; `makers` tells who made each account.

    Raises: SecondPersonRefused.
    Fails: closed, for accounts whose maker is not known.
    """
    why = _refusal(first, second, makers, now)
    if why is not None:
        raise SecondPersonRefused(why)


def demand_no_hand(proposal: Proposal, second: str) -> None:
    """Go on only when the second person did not prepare what they agree to.

    Raises: SecondPersonRefused.
    """
    if second in proposal.hands:
        raise SecondPersonRefused("nobody agrees to what they prepared themselves; ask another")


def state_of(proposal: Proposal, marks: tuple[Mark, ...], *, now: Micros) -> State:
    """Tell where a proposal stands; what was agreed lapses as well when it is not carried out."""
    last = marks[-1].state if marks else None
    if last in ("refused", "withdrawn", "done"):
        return last
    if now >= proposal.over_at:
        return "over"
    return "agreed" if last == "agreed" else "asked"


def _line(account: Account, makers: dict[str, str]) -> list[str]:
    """List whom an account goes back to, nearest first: whoever makes a maker is in both hands."""
    found: list[str] = []
    name = account.made_by
    while name in makers and name not in found:
        found.append(name)
        name = makers[name]
    return found


def _refusal(first: Account, second: Account, makers: dict[str, str], now: Micros) -> str | None:
    both = (first, second)
    closed = [one.user_id for one in both if not one.is_open]
    young = [one.user_id for one in both if now - one.made_at < LEAST_AGE]
    lines = [{one.user_id, *_line(one, makers)} for one in both]
    reasons = (
        (first.user_id == second.user_id, "nobody agrees to what they asked for themselves"),
        (closed, f"the account of {', '.join(closed)} is closed"),
        (young, f"the way in of {', '.join(young)} was made less than 24 hours ago"),
        (
            first.user_id == second.made_by or second.user_id == first.made_by,
            "one of the two made the other's account",
        ),
        (
            "" in (first.made_by, second.made_by) or first.made_by == second.made_by,
            "the same administrator made both accounts",
        ),
        (
            bool(lines[0] & lines[1]) or second.made_by in lines[0] or first.made_by in lines[1],
            "both accounts go back to one administrator",
        ),
    )
    return next((why for is_so, why in reasons if is_so), None)
