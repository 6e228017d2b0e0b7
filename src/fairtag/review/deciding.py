"""What did a person decide about an alert, resting on what, and does it still stand?

An alert is an apparent matter. Only a named person of the authority finds that a condition was not
kept and that nothing excuses it; only a court finds more than that. A decision names what it rests
on by digest; when that changes later, the decision is open again.
Units: µs UTC. Source: charter G2.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from fairtag.alerts.model import Alert
from fairtag.review.refusals import DecisionRefused
from fairtag.review.sign_off import SignOff, digest_of
from fairtag.rules.finding import AGAINST_WEARER, Finding, State
from fairtag.terms.ids import AlertId, FindingId, OrderId, WearerId
from fairtag.terms.instants import Micros

LEAST_REASON = 10  # non-blank characters
MOST_REASON = 2000


class Outcome(StrEnum):
    """What a person found."""

    NO_VIOLATION = "no_violation"  # the condition was kept, or the device erred
    EXCUSED = "excused"  # not kept, for a reason that is accepted
    AUTHORISED = "authorised"  # permission had been given
    NON_COMPLIANCE = "non_compliance"  # not kept, the excuse considered and not accepted


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """All that a decision rests on, by name and revision."""

    alert_id: AlertId
    order_id: OrderId
    findings: tuple[tuple[FindingId, int], ...]  # with the revision that was read
    photo_reviews: tuple[str, ...]  # by which people could not confirm a picture
    statements: tuple[str, ...]  # of the wearer about check-ins
    contests: tuple[str, ...]  # of the wearer
    contacts: int  # calls and visits under the order

    @property
    def digest(self) -> str:
        """Name it: who decides says that this is what they read."""
        return digest_of("basis", **msgspec.to_builtins(self))


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a named person decided about one alert. Never changed; a later one may follow."""

    decision_id: str
    alert_id: AlertId
    order_id: OrderId
    wearer_id: WearerId
    outcome: Outcome
    basis: Basis
    by: str
    role: str
    at: Micros
    sign_off: SignOff | None = None
    follows: str | None = None  # the decision that this one takes the place of
    reason: str = ""  # sealed at rest; the wearer reads it
    excuse: str = ""  # sealed at rest: what the wearer says, and why that was not accepted

    @property
    def digest(self) -> str:
        """Name exactly what is decided: the sign-off is bound to it."""
        return digest_of(
            "decision",
            alert=self.alert_id,
            basis=self.basis.digest,
            outcome=self.outcome,
            reason=self.reason,
            excuse=self.excuse,
            by=self.by,
            follows=self.follows or "",
        )


class Change(StrEnum):
    """What came after a decision that it does not rest on."""

    EVIDENCE = "evidence"  # a finding was corrected or withdrawn, or one joined
    SAID = "said"  # the wearer has said more


def is_decidable(alert: Alert) -> bool:
    """Tell whether there is anything about the wearer to decide."""
    kinds = {alert.kind, *(part.kind for part in alert.parts)}
    is_theirs = alert.order_id is not None and alert.wearer_id is not None
    return is_theirs and alert.recipient == "authority" and bool(kinds & AGAINST_WEARER)


def demand_whole(alert: Alert, outcome: Outcome, *, reason: str, excuse: str) -> None:
    """Go on only when a decision says what its outcome needs.

    Raises: DecisionRefused.
    """
    if not is_decidable(alert):
        raise DecisionRefused("this matter is no question about the wearer; just close it")
    if outcome is not Outcome.NO_VIOLATION and alert.withdrawn:
        raise DecisionRefused("all of it was withdrawn: nothing is left that could be held against")
    if not LEAST_REASON <= _letters(reason) <= MOST_REASON:
        raise DecisionRefused(f"write the reason, in at least {LEAST_REASON} letters")
    if outcome is Outcome.NON_COMPLIANCE and not LEAST_REASON <= _letters(excuse) <= MOST_REASON:
        raise DecisionRefused(
            "write what the wearer says about it, and why that was not accepted as an excuse"
        )


def changes(
    decision: Decision, now: Basis, findings: Mapping[FindingId, Finding]
) -> frozenset[Change]:
    """Tell what is new since a decision; empty: it stands."""
    found: set[Change] = set()
    seen = dict(decision.basis.findings)
    for name, rev in now.findings:
        is_bent = findings[name].state in (State.CORRECTED, State.WITHDRAWN)
        if name not in seen or (rev > seen[name] and is_bent):
            found.add(Change.EVIDENCE)
    said_now = {*now.statements, *now.contests}
    if said_now - {*decision.basis.statements, *decision.basis.contests}:
        found.add(Change.SAID)
    return frozenset(found)


def _letters(told: str) -> int:
    return sum(not letter.isspace() for letter in told)
