"""Hold named items back from erasure: one person for six months, two to renew or to lift.

A hold protects the wearer or a court: it stands at once. It opens nothing. Whoever could place the
next one for the same case alone would need no second person: so a case whose hold stands, or stood,
goes on by two. Units: µs UTC.
"""

from __future__ import annotations

import base64

from msgspec.structs import replace

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import Question, ask, carry_out
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.retention.finish import free_held
from fairtag.audit.entries import Entry
from fairtag.retention.holds import AUTOMATIC, Hold, answered, demand_sound
from fairtag.retention.refusals import HoldKnown, HoldRefused
from fairtag.review.four_eyes import Proposal
from fairtag.terms.instants import Micros, parse, text

_BYTES = 15


def new_hold_id(house: House) -> str:
    """Name a hold so that the name tells nothing."""
    return "h_" + base64.b32encode(house.chance(_BYTES)).decode().lower()


def place_hold(house: House, hold: Hold, *, person: Person | None, by: str) -> Hold:
    """Hold items of a wearer; what an erasure has locked of them is put back.

    `person` None: from the command line. What a hold of the same case keeps or kept goes on only
    by two people, as `ask_renewal` says.
    Raises: HoldRefused, HoldKnown, NotPermitted, LogUnavailable.
    """
    if person is not None:
        demand(person, Act.ORDERS)
    if hold.why in AUTOMATIC:
        raise HoldRefused("this hold begins by itself, with the complaint, contest or request")
    now = house.clock.now()
    hold = replace(hold, since=now, by=by)
    demand_sound(hold, now=now)

    def work(tx: Transaction) -> None:
        begin_hold(tx, house, hold, now=now)
        _demand_first(tx, hold)

    house.store.transact(work)
    house.changes.publish()
    return hold


def _demand_first(tx: Transaction, hold: Hold) -> None:
    """Go on only when no other hold of this case was placed.

    Raises: HoldKnown.
    """
    for one in tx.holds.listed(wearer_id=hold.wearer_id, bare=False):
        if one.hold_id != hold.hold_id and hold.is_again(one):
            raise HoldKnown(f"{one.hold_id} is of this case: two people renew it on /retention")


def begin_hold(tx: Transaction, house: House, hold: Hold, *, now: Micros) -> None:
    """Let a hold stand from now on; a complaint, contest or access request calls this itself.

    Raises: HoldRefused when nothing is known of the wearer.
    """
    if not tx.orders.facts(wearer_id=hold.wearer_id):
        raise HoldRefused("no order names this wearer; check the reference")
    _log(tx, hold, "hold.placed", hold.by, now)
    _free(tx, house, hold, now)
    tx.holds.put(hold, at=now)


def _free(tx: Transaction, house: House, hold: Hold, now: Micros) -> None:
    """Put back what is locked; before all else, since the case is sealed under a wearer's key."""
    for run in tx.erasures.listed():
        if run.state == "locked":
            free_held(tx, house, run.run_id, [hold], now)


def answer_hold(tx: Transaction, hold_id: str, *, by: str, now: Micros) -> Hold:
    """Say that the complaint, contest or request was answered: the hold ends 28 days later.

    Raises: HoldRefused.
    """
    hold = tx.holds.get(hold_id)
    ended = replace(hold, until=answered(hold, at=now))
    _log(tx, ended, "hold.answered", by, now)
    tx.holds.put(ended, at=now)
    return ended


def ask_renewal(
    house: House, person: Person, hold_id: str, *, until: Micros, reason: str
) -> Proposal:
    """Ask a second person to let a hold stand longer, or to lift it now (`until` in the past).

    Raises: HoldRefused, NotPermitted, ReasonRefused.
    """
    hold = house.store.read(lambda tx: tx.holds.get(hold_id))
    now = house.clock.now()
    if hold.why in AUTOMATIC:
        raise HoldRefused("this hold ends 28 days after the answer, not by a decision")
    if until > now:
        # The case was named when the hold was placed; while its key is locked nobody reads it.
        demand_sound(replace(hold, until=until, case=hold.case or hold_id), now=now)
    scope = {"hold": hold_id, "until": text(until)}
    question = Question(
        matter="hold",
        about="Renew a hold" if until > now else "Lift a hold",
        scope=scope,
        wearer_id=hold.wearer_id,
    )
    return ask(house, person, question, reason=reason)


def renew_hold(house: House, proposal_id: str, *, by: str) -> Hold:
    """Let a hold stand as long as two people agreed.

    Raises: HoldRefused, UnknownProposal, ProposalStateRefused, SecondPersonRefused.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Hold:
        proposal, second = carry_out(tx, proposal_id, "hold", by=by, now=now)
        name, until = proposal.scope["hold"], parse(proposal.scope["until"])
        if until > now:
            _free(tx, house, replace(tx.holds.get(name), until=until), now)
        hold = replace(tx.holds.get(name), until=until, by=proposal.asked_by)
        if until > now:
            demand_sound(hold, now=now)
        hold = replace(hold, second=second)
        _log(tx, hold, "hold.renewed" if until > now else "hold.lifted", by, now)
        tx.holds.put(hold, at=now)
        return hold

    return house.store.transact(work)


def _log(tx: Transaction, hold: Hold, what: str, actor: str, now: Micros) -> None:
    told = {"hold": hold.hold_id, "why": hold.why}
    end = {} if hold.until is None else {"until": text(hold.until)}
    tx.audit.append(
        Entry(
            at=now,
            operation="policy",
            actor=actor,
            what=what,
            wearer_id=hold.wearer_id,
            details=told | end,
        )
    )
