"""Decide about one alert: a named person of the authority, with a fresh sign-off of exactly that.

There is no other way in: no route of the staff API, no command, no import and no list leads here.
Units: µs UTC. Source: charter G2.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from fairtag.alerts.model import Alert
from fairtag.app.books import Person
from fairtag.app.deciding.basis import basis_of, demand_decider, demand_read, news
from fairtag.app.house import House
from fairtag.app.log.reason import with_reason
from fairtag.app.openings import writing
from fairtag.app.ports import Transaction
from fairtag.app.reviewing.deal import new_name
from fairtag.app.reviewing.signing import BY_PASSWORD, Signing
from fairtag.audit.entries import Entry
from fairtag.review.deciding import Basis, Decision, Outcome, demand_whole
from fairtag.review.refusals import DecisionRefused, DecisionStale
from fairtag.review.sign_off import is_of
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decides, and what they say that they read."""

    outcome: str
    reason: str
    excuse: str = ""
    basis_digest: str  # as the page that they read named it


def decide_alert(
    house: House,
    alert_id: AlertId,
    said: Said,
    *,
    person: Person,
    given: str,
    signing: Signing = BY_PASSWORD,
) -> Decision:
    """Record one decision about one alert.

    Raises: UnknownAlert, NotPermitted, DecisionRefused, DecisionStale, SignInRefused,
    LogUnavailable.
    """
    made = house.store.read(lambda tx: _made(tx, house, alert_id, said, person))
    sign_off = signing.sign(house, person, digest=made.digest, given=given)
    now = house.clock.now()
    if not is_of(sign_off, by=person.user_id, digest=made.digest, now=now):
        raise DecisionRefused("this sign-off is not of this decision")

    def work(tx: Transaction) -> Decision:
        # Looked at again in the transaction: what changed meanwhile was not read.
        again = _made(tx, house, alert_id, said, person)
        if again.digest != made.digest:
            raise DecisionStale("something came in while you decided")
        whole = replace(made, sign_off=sign_off, at=now)
        digest = tx.decisions.decide(whole)
        writing.write(tx, with_reason(house, _entry(person, whole, digest), whole.reason))
        return whole

    done = house.store.transact(work)
    house.changes.publish()
    return done


def _made(tx: Transaction, house: House, alert_id: AlertId, said: Said, person: Person) -> Decision:
    """Make the decision without its sign-off, when this person may decide it now."""
    now, alert = house.clock.now(), tx.alerts.get(alert_id)
    demand_decider(tx, person, alert)
    outcome = _outcome(said.outcome)
    reason, excuse = said.reason.strip(), said.excuse.strip()
    demand_whole(alert, outcome, reason=reason, excuse=excuse)
    basis = basis_of(tx, alert)
    _demand_as_read(tx, person, alert, basis, said, now)
    follows = _follows(tx, person, alert)
    if alert.wearer_id is None:
        raise DecisionRefused("this matter is about no wearer")
    return Decision(
        decision_id=new_name(house, "e_"),
        alert_id=alert_id,
        order_id=basis.order_id,
        wearer_id=alert.wearer_id,
        outcome=outcome,
        basis=basis,
        by=person.user_id,
        role=person.role,
        at=now,
        follows=follows,
        reason=reason,
        excuse=excuse if outcome is Outcome.NON_COMPLIANCE else "",
    )


def _outcome(told: str) -> Outcome:
    if told not in {*Outcome}:
        raise DecisionRefused("choose what you found")
    return Outcome(told)


def _demand_as_read(
    tx: Transaction, person: Person, alert: Alert, basis: Basis, said: Said, now: Micros
) -> None:
    if basis.digest != said.basis_digest:
        raise DecisionStale("something came in since you opened this page")
    demand_read(tx, person, basis, alert, now)


def _follows(tx: Transaction, person: Person, alert: Alert) -> str | None:
    """Name the decision that this one takes the place of.

    A decision is open again when what it rests on changed; a supervisor may set another person's
    decision right at any time.

    Raises: DecisionRefused.
    """
    earlier = tx.decisions.decisions(alert_id=alert.alert_id)
    if not earlier:
        return None
    last = earlier[-1]
    may_set_right = person.role == "supervisor" and last.by != person.user_id
    if not news(tx, last) and not may_set_right:
        raise DecisionRefused("this is decided, and nothing has changed since")
    return last.decision_id


def _entry(person: Person, made: Decision, digest: str) -> Entry:
    entry = writing.entry_of(
        person,
        "alert.decide",
        made.at,
        operation="alteration",
        wearer_id=made.wearer_id,
        order_id=made.order_id,
        alert_id=made.alert_id,
        row=made.decision_id,
        digest=digest,
        signed=made.digest,
    )
    return replace(entry, reason_code=made.outcome.value)
