"""What does a decision about an alert rest on, what did the person read of it, and is it still so?

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertAct, ContactNote
from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.openings.grants import grant_texts
from fairtag.app.openings.read import read_texts
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Receipt
from fairtag.custody.opening import GrantKind, Purpose
from fairtag.review.deciding import Basis, Change, Decision, changes, is_decidable
from fairtag.review.photos import Outcome
from fairtag.review.refusals import DecisionRefused, DecisionStale
from fairtag.rules.finding import Finding
from fairtag.terms.ids import AlertId, FindingId
from fairtag.terms.instants import DAY, Micros

READ_WITHIN = DAY  # ours: who read it longer ago reads it again
_BEFORE = DAY  # what a wearer said shortly before a matter may be about it


class WearerSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a wearer wrote, opened."""

    at: Micros
    text: str
    is_contest: bool


class ToRead(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a decision rests on, opened for one person and written down before."""

    alert: Alert
    basis: Basis
    findings: tuple[Finding, ...]  # newest revisions
    said: tuple[WearerSaid, ...]  # oldest first
    contacts: tuple[ContactNote, ...]
    acts: tuple[AlertAct, ...]
    looks: tuple[tuple[Outcome, str], ...]  # what people said of the pictures, with their notes
    earlier: tuple[tuple[Decision, frozenset[Change]], ...]
    receipt: Receipt


def read_to_decide(house: House, alert_id: AlertId, *, person: Person) -> ToRead:
    """Open all that a decision rests on; the access log says so first.

    Raises: UnknownAlert, NotPermitted, DecisionRefused, OpeningRefused, LogUnavailable, SealBroken.
    """
    house.store.read(lambda tx: demand_decider(tx, person, tx.alerts.get(alert_id)))
    purpose = Purpose.HANDLE_ALERT
    grant = grant_texts(house, alert_id, person=person, purpose=purpose)
    texts = read_texts(house, grant.grant_id, person=person)

    def work(tx: Transaction) -> ToRead:
        alert = tx.alerts.get(alert_id)
        basis = basis_of(tx, alert)
        found = findings_of(tx, alert)
        return ToRead(
            alert=alert,
            basis=basis,
            findings=tuple(found.values()),
            said=_said(tx, basis),
            contacts=texts.contacts,
            acts=texts.acts,
            looks=_looks(tx, alert),
            earlier=tuple(
                (one, news(tx, one)) for one in tx.decisions.decisions(alert_id=alert_id)
            ),
            receipt=texts.receipt,
        )

    return house.store.read(work)


def basis_of(tx: Transaction, alert: Alert) -> Basis:
    """Name all that a decision about an alert rests on now.

    Raises: DecisionRefused when there is nothing about a wearer to decide.
    """
    if not is_decidable(alert) or alert.order_id is None or alert.wearer_id is None:
        raise DecisionRefused("this matter is no question about the wearer; just close it")
    since = Micros(alert.began_at - _BEFORE)
    contests = [one for one in tx.contests.about(alert.wearer_id) if one.at >= since]
    case = tx.photo_reviews.of_alert(alert.alert_id)
    looks = [] if case is None else tx.photo_reviews.reviews(case.case_id)
    of_check_in = [] if case is None else tx.decisions.statements(check_in_id=case.check_in_id)
    lately = [one for one in tx.decisions.statements(order_id=alert.order_id) if one.at >= since]
    said = {one.statement_id: one.at for one in (*of_check_in, *lately)}
    return Basis(
        alert_id=alert.alert_id,
        order_id=alert.order_id,
        findings=tuple((name, one.rev) for name, one in findings_of(tx, alert).items()),
        photo_reviews=tuple(one.review_id for one in looks),
        statements=tuple(sorted(said, key=lambda name: (said[name], name))),
        contests=tuple(one.contest_id for one in contests),
        contacts=tx.alerts.contacts_counted().get(alert.order_id, 0),
    )


def findings_of(tx: Transaction, alert: Alert) -> dict[FindingId, Finding]:
    """Give the newest revision of each finding in an alert."""
    names = dict.fromkeys((*alert.findings, *(part.finding_id for part in alert.parts)))
    found = {name: tx.verdicts.latest(name) for name in names}
    return {name: one for name, one in found.items() if one is not None}


def news(tx: Transaction, decision: Decision) -> frozenset[Change]:
    """Tell what is new since a decision; empty: it stands."""
    alert = tx.alerts.get(decision.alert_id)
    return changes(decision, basis_of(tx, alert), findings_of(tx, alert))


def demand_decider(tx: Transaction, person: Person, alert: Alert) -> None:
    """Go on only for a named person of the authority whose order it is, who is free to decide.

    Raises: NotPermitted, DecisionRefused.
    Fails: closed.
    """
    demand(person, Act.DECIDE, alert)
    if not is_decidable(alert) or alert.order_id is None or alert.wearer_id is None:
        raise DecisionRefused("this matter is no question about the wearer; just close it")
    authority = tx.orders.version(alert.order_id).authority.id
    if person.authority_id != authority:
        raise DecisionRefused("only the authority that made the order decides this")
    if tx.circles.knows(person.user_id, alert.wearer_id):
        raise DecisionRefused("who knows a wearer decides nothing about them")
    case = tx.photo_reviews.of_alert(alert.alert_id)
    looks = [] if case is None else tx.photo_reviews.reviews(case.case_id)
    if any(one.by == person.user_id for one in looks):
        raise DecisionRefused("who looked at the pictures does not decide about them")


def demand_read(tx: Transaction, person: Person, basis: Basis, alert: Alert, now: Micros) -> None:
    """Go on only when this person has opened what the wearer wrote, all of it, and lately.

    Raises: DecisionStale.
    """
    wearer_id = alert.wearer_id
    since = Micros(now - READ_WITHIN)
    looks = tx.openings.looks(person=person.user_id, since=since, is_refused=False)
    read = [
        one.at
        for one in looks
        if (one.what, one.alert_id, one.wearer_id) == (GrantKind.TEXTS, alert.alert_id, wearer_id)
    ]
    said = {one.statement_id: one.at for one in tx.decisions.statements(order_id=basis.order_id)}
    newest = [said[name] for name in basis.statements if name in said]
    newest += [one.at for one in tx.contests.about(wearer_id) if one.contest_id in basis.contests]
    if not read or max(read) < max(newest, default=since):
        raise DecisionStale("open what the wearer wrote, then decide")


def _said(tx: Transaction, basis: Basis) -> tuple[WearerSaid, ...]:
    known = {one.statement_id: one for one in tx.decisions.statements(order_id=basis.order_id)}
    found = [
        WearerSaid(at=known[name].at, text=tx.decisions.words(name), is_contest=False)
        for name in basis.statements
    ]
    found += [
        WearerSaid(at=one.at, text=tx.contests.text(one.contest_id), is_contest=True)
        for one in tx.contests.about()
        if one.contest_id in basis.contests
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _looks(tx: Transaction, alert: Alert) -> tuple[tuple[Outcome, str], ...]:
    case = tx.photo_reviews.of_alert(alert.alert_id)
    looks = [] if case is None else tx.photo_reviews.reviews(case.case_id)
    return tuple((one.outcome, tx.photo_reviews.note(one.review_id)) for one in looks)
