"""Steps of an erasure as people and the service take them, and what of a wearer still opens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.rig import PASSWORD, Rig, walk_out

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import decide
from fairtag.app.handle_alert import log_contact
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.book import Run
from fairtag.app.retention.hold import new_hold_id, place_hold
from fairtag.app.retention.routine import confirm_clock, keep_house
from fairtag.app.retention.run import ask_erasure, begin_erasure
from fairtag.retention.holds import Hold
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, Micros, parse

WHY = "The list was read line by line and is right."
LATER = {"ends_at": "2034-06-01T00:00:00Z"}
# Order 1 ends on 2027-01-01; 2,190 days later is 2032-12-30, and 40 days before that:
DUE = parse("2032-11-20T00:00:00Z")


def two(rig: Rig) -> tuple[Person, Person]:
    """Give a caseworker and a supervisor whose accounts come from two administrators."""
    return (_known(rig, "cara", "caseworker", "adam"), _known(rig, "sara", "supervisor", "eve"))


def _known(rig: Rig, name: str, role: str, by: str) -> Person:
    """Find an account; a new way in would be younger than a day."""
    found = rig.house.store.read(lambda tx: tx.people.by_name(name))
    if found is not None:
        return found[0]
    person = rig.person(name, role, by=by)
    rig.tokens.pop(name)
    return person


def lives(rig: Rig) -> None:
    """Let two wearers have alerts, evidence and notes; the first one's order ends long before."""
    for number, changed in ((1, {}), (2, LATER)):
        device = rig.wearer(number, **changed)
        walk_out(rig, device)
    olga = rig.person()
    for alert in rig.alerts():
        log_contact(
            rig.house,
            AlertId(alert["alert_id"]),
            person=olga,
            how="phone",
            reached=True,
            told="All is well.",
        )
    rig.tokens.pop("olga")


def steady(rig: Rig, at: Micros) -> None:
    """Come to an instant like a service that ran for two days by a clock that a person compared."""
    rig.clock.at = Micros(at - 50 * HOUR)
    keep_house(rig.house)
    confirm_clock(rig.house, by="test")
    for hours in (25, 1, 0):
        rig.clock.at = Micros(at - hours * HOUR)
        keep_house(rig.house)


def days_of_care(rig: Rig, days: int) -> None:
    """Let days pass with a round of care each."""
    for _ in range(days):
        rig.clock.at = Micros(rig.clock.at + DAY)
        keep_house(rig.house)


def agree(rig: Rig, proposal: Proposal, second: Person) -> Proposal:
    decide(
        rig.house,
        second,
        proposal.proposal_id,
        state="agreed",
        digest=proposal.digest,
        password=PASSWORD,
    )
    return proposal


def begun(rig: Rig, people: tuple[Person, Person]) -> Run:
    """Ask, agree and lock what is due now."""
    proposal = ask_erasure(rig.house, people[0], as_of=rig.clock.at, reason=WHY)
    agree(rig, proposal, people[1])
    return begin_erasure(rig.house, proposal.proposal_id, by="cara")


def hold(rig: Rig, wearer: str = "W-1", **changed: Any) -> Hold:
    told = {
        "hold_id": new_hold_id(rig.house),
        "wearer_id": WearerId(wearer),
        "why": "court_order",
        "since": rig.clock.at,
        "until": Micros(rig.clock.at + 90 * DAY),
        "by": "sara",
        "case": "High Court, CO/1/2032",
    }
    return place_hold(rig.house, Hold(**(told | changed)), person=None, by="sara")


def opens(house: House, wearer: str) -> list[str]:
    """List what of a wearer can be decrypted, by every book that seals."""
    found: list[str] = []

    def tried(name: str, read: Callable[[Transaction], Any]) -> None:
        with suppress(SealBroken):
            if house.store.read(read):
                found.append(name)

    alerts = house.store.read(lambda tx: tx.alerts.listed(states=["raised", "acknowledged"]))
    mine = [one for one in alerts if one.wearer_id == wearer]
    orders = house.store.read(lambda tx: tx.orders.facts(wearer_id=WearerId(wearer)))
    for order in {one.order_id for one in orders} | {OrderId(wearer.replace("W", "ORD"))}:
        with suppress(Exception):
            tried("order", lambda tx, order=order: tx.orders.version(order))
        tried("note", lambda tx, order=order: tx.alerts.contacts(order))
        tried("journal", lambda tx, order=order: _journal(tx, order))
    for one in mine:
        tried("evidence", lambda tx, one=one: tx.alerts.evidence(one.alert_id) != b"[]")
    tried("finding", lambda tx: _findings(tx, wearer))
    return sorted(set(found))


def _journal(tx: Transaction, order: OrderId) -> bool:
    return bool(tx.journal.past(order, since=Micros(0), upto=10**9))


def _findings(tx: Transaction, wearer: str) -> bool:
    orders = {wearer.replace("W", "ORD")}
    return any(one.order_id in orders for _, one in _feed(tx))


def _feed(tx: Transaction) -> list[Any]:
    """Read findings one by one: one whose key is gone hides no other."""
    found, n = [], 0
    while n < 200:
        with suppress(SealBroken):
            some = tx.verdicts.feed(after=n, limit=1)
            found += some
            if not some:
                break
        n += 1
    return found


ALL = ["evidence", "finding", "journal", "note", "order"]
