"""Let a wearer's notice of one opening wait, with a reason; the delay is shown afterwards.

Units: µs UTC. Source: charter G4.
"""

from __future__ import annotations

from msgspec.structs import replace

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import Question, ask, carry_out
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.permissions import Act, demand, may
from fairtag.app.ports import Transaction
from fairtag.custody.delay import Delay, DelayReason, by_court, first_delay, renewed
from fairtag.custody.opening import Grant
from fairtag.custody.refusals import DelayRefused
from fairtag.review.four_eyes import Proposal
from fairtag.terms.errors import NotPermitted
from fairtag.terms.instants import Micros, parse, text

_OWN_PACKAGE = ("disclosure.packed", "wearer")


def delay_notice(
    house: House, person: Person, grant_id: str, *, reason: str, words: str = ""
) -> Delay:
    """Let the notice of an opening wait for 72 hours; by who opened it, or a supervisor.

    Raises: NotPermitted, UnknownGrant, DelayRefused, LogUnavailable.
    """
    return _put(house, person, grant_id, reason, words, is_renewal=False)


def renew_delay(
    house: House, person: Person, grant_id: str, *, reason: str, words: str = ""
) -> Delay:
    """Let it wait for 72 hours more, 30 days in all; by a supervisor.

    Raises: NotPermitted, UnknownGrant, DelayRefused, LogUnavailable.
    """
    return _put(house, person, grant_id, reason, words, is_renewal=True)


def ask_court_delay(
    house: House, person: Person, grant_id: str, *, until: Micros, court_ref: str, reason: str
) -> Proposal:
    """Ask a second person to record that a court lets a notice wait longer.

    Raises: NotPermitted, UnknownGrant, DelayRefused, ReasonRefused, LogUnavailable.
    """
    demand(person, Act.OPEN)
    now = house.clock.now()
    grant = house.store.read(lambda tx: tx.openings.get(grant_id))
    known = house.store.read(lambda tx: tuple(tx.openings.delays(grant_id=grant_id)))
    by_court(known, until=until, court_ref=court_ref, now=now)
    question = Question(
        matter="delay",
        about=f"Delay the notice of {grant_id} as a court says",
        wearer_id=grant.wearer_id,
        order_id=grant.order_id,
        scope={
            "grant": grant_id,
            "wearer": grant.wearer_id,
            "until": text(until),
            "court": court_ref.strip(),
        },
    )
    return ask(house, person, question, reason=reason)


def record_court_delay(house: House, person: Person, proposal_id: str) -> Delay:
    """Record what two people read in a court's decision.

    Raises: UnknownProposal, ProposalStateRefused, SecondPersonRefused, NotPermitted,
    DelayRefused, LogUnavailable.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Delay:
        proposal, second = carry_out(tx, proposal_id, "delay", by=person.user_id, now=now)
        demand(person, Act.OPEN)
        if proposal.asked_by != person.user_id:
            raise NotPermitted("only the person who asked records it")
        grant = tx.openings.get(proposal.scope["grant"])
        known = tuple(tx.openings.delays(grant_id=grant.grant_id))
        court = proposal.scope["court"]
        until = by_court(known, until=parse(proposal.scope["until"]), court_ref=court, now=now)
        made = Delay(
            grant_id=grant.grant_id,
            what="court",
            reason=known[0].reason,
            by=person.user_id,
            at=now,
            until=until,
            second_person=second,
            court_ref=court,
        )
        return _stored(tx, person, grant, made, proposal.reason)

    return house.store.transact(work)


def delays_counted(tx: Transaction, *, now: Micros) -> dict[str, int]:
    """Count delays for the public: how many, how often renewed, how many stand."""
    found = tx.openings.delays()
    ends: dict[str, Micros] = {}
    for one in found:
        ends[one.grant_id] = Micros(max(one.until, ends.get(one.grant_id, 0)))
    return {
        "openings": len(ends),
        "renewed": sum(one.what == "renewed" for one in found),
        "by_court": sum(one.what == "court" for one in found),
        "standing": sum(now < until for until in ends.values()),
    }


def _put(
    house: House, person: Person, grant_id: str, reason: str, words: str, *, is_renewal: bool
) -> Delay:
    demand(person, Act.OPEN)
    if reason not in {*DelayReason}:
        raise DelayRefused("choose a reason from the list")
    now = house.clock.now()

    def work(tx: Transaction) -> Delay:
        grant = tx.openings.get(grant_id)
        known = tuple(tx.openings.delays(grant_id=grant_id))
        is_supervisor = may(person, Act.SECOND)
        if is_renewal:
            until = renewed(known, is_supervisor=is_supervisor, now=now)
        else:
            if not is_supervisor and grant.person != person.user_id:
                raise DelayRefused("only who opened it, or a supervisor, delays its notice")
            until = first_delay(known, is_seen=_is_seen(tx, grant), now=now)
        made = Delay(
            grant_id=grant_id,
            what="renewed" if is_renewal else "first",
            reason=DelayReason(reason),
            by=person.user_id,
            at=now,
            until=until,
        )
        return _stored(tx, person, grant, made, words.strip())

    return house.store.transact(work)


def _is_seen(tx: Transaction, grant: Grant) -> bool:
    """Tell whether the wearer read their page, or had their package made, after a look by it."""
    looks = tx.openings.looks(wearer_id=grant.wearer_id, person=grant.person)
    mine = [one for one in looks if one.grant_id == grant.grant_id]
    numbers = [n for one in mine if (n := one.entry or tx.audit.number_of(one.ref))]
    if not numbers:
        return False
    return any(
        one.n > min(numbers)
        and (one.entry.what, one.entry.recipient) in (("wearer.page", None), _OWN_PACKAGE)
        for one in tx.audit.about(grant.wearer_id)
    )


def _stored(tx: Transaction, person: Person, grant: Grant, delay: Delay, words: str) -> Delay:
    entry = writing.entry_of(
        person,
        f"notice.delay.{delay.what}",
        delay.at,
        operation="policy",
        wearer_id=grant.wearer_id,
        order_id=grant.order_id,
        grant=grant.grant_id,
        reason=delay.reason,
        until=text(delay.until),
        court=delay.court_ref,
    )
    writing.write(tx, replace(entry, second_person=delay.second_person))
    tx.openings.delay(delay, wearer_id=grant.wearer_id, reason=words)
    return delay
