"""Erase what is due: two people agree to a list, its keys are locked for a week, then destroyed.

Until they are destroyed the same two-person act puts them back. The order of writing is the order
of a crash: first it is said what will be done, then it is done, then it is said that it was; a
round of care goes on where the last one stopped.
Units: µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from fairtag.app.books import Person
from fairtag.app.four_eyes.decide import Question, ask, carry_out
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.app.retention.book import Run
from fairtag.app.retention.plan import listed, room_left
from fairtag.audit.entries import Entry
from fairtag.retention.due import DueList, Item
from fairtag.retention.limits import demand_clock
from fairtag.retention.refusals import ErasureOverCap, ErasureRefused
from fairtag.retention.schedule import QUARANTINED_FOR
from fairtag.review.four_eyes import Matter, Proposal, state_of
from fairtag.terms.instants import Micros, parse, text

_BYTES = 15
_AT_ONCE = 500  # keys locked in one go: some tens of ms


def ask_erasure(house: House, person: Person, *, as_of: Micros, reason: str) -> Proposal:
    """Ask a second person to agree to the list of a day that has come.

    Raises: ErasureRefused when nothing is due or the day lies ahead, NotPermitted, ReasonRefused.
    """
    plan = _demand_due(house, as_of)
    scope = {
        "list": plan.digest,
        "as_of": text(as_of),
        "wearers": str(plan.wearers),
        **{f"count {kind}": str(number) for kind, number in plan.counts.items()},
        **{f"held {kind}": str(number) for kind, number in plan.held.items()},
    }
    about = f"Erase what is due: {plan.wearers} people, {len(plan.items)} items"
    return ask(house, person, Question(matter="erasure", about=about, scope=scope), reason=reason)


def ask_limit(house: House, person: Person, *, as_of: Micros, reason: str) -> Proposal:
    """Ask a second person to let one list go that is about more people than the cap.

    Raises: ErasureRefused, NotPermitted, ReasonRefused.
    """
    plan = _demand_due(house, as_of)
    scope = {"list": plan.digest, "wearers": str(plan.wearers)}
    about = f"Let a list about {plan.wearers} people go in one day"
    return ask(house, person, Question(matter="limit", about=about, scope=scope), reason=reason)


def ask_restore(house: House, person: Person, run_id: str, *, reason: str) -> Proposal:
    """Ask a second person to put the keys of a run back that is not carried out yet.

    Raises: ErasureRefused, NotPermitted, ReasonRefused.
    """
    run = house.store.read(lambda tx: tx.erasures.get(run_id))
    _demand_locked(run)
    scope = {"restore": run_id, "list": run.digest}
    about = f"Put back what was locked: {run.wearers} people"
    return ask(house, person, Question(matter="erasure", about=about, scope=scope), reason=reason)


def begin_erasure(house: House, proposal_id: str, *, by: str) -> Run:
    """Lock the keys of a list that two people agreed to.

    Raises: ErasureRefused when the list is another one by now, ErasureOverCap, ClockDoubtful,
    UnknownProposal, ProposalStateRefused, SecondPersonRefused, LogUnavailable.
    Fails: closed.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> Run:
        demand_clock(tx.erasures.clock(now))
        proposal, second = carry_out(tx, proposal_id, "erasure", by=by, now=now)
        if "as_of" not in proposal.scope:
            raise ErasureRefused("this was agreed to put keys back, not to erase")
        plan = listed(tx, house, as_of=parse(proposal.scope["as_of"]), by="two people")
        if plan.digest != proposal.scope["list"] or not plan.items:
            raise ErasureRefused("the list has changed since it was agreed to; ask again")
        _demand_room(tx, plan, by=by, now=now)
        run = _run(house, plan, proposal, second, now)
        _log(tx, run, "erasure.lock", by, now)
        tx.erasures.begin(run, plan.items)
        return run

    run = house.store.transact(work)
    lock_items(house, run.run_id)
    house.changes.publish()
    return run


def lock_items(house: House, run_id: str) -> None:
    """Lock the keys of what a locked run is still about.

    Inside the writer: a hold that came since has released its items, and none comes in between. In
    parts, since devices wait for the writer, too.
    """
    waiting = house.store.read(lambda tx: tx.erasures.items(run_id))
    for first in range(0, len(waiting), _AT_ONCE):
        part = waiting[first : first + _AT_ONCE]

        def work(tx: Transaction, part: Sequence[Item] = part) -> None:
            if tx.erasures.get(run_id).state == "locked":
                still = set(tx.erasures.items(run_id))
                house.vault.lock(run_id, [one for one in part if one in still])

        house.store.transact(work)


def restore(house: House, proposal_id: str, *, by: str) -> Run:
    """Put the keys of a run back, as two people agreed.

    Raises: ErasureRefused, UnknownProposal, ProposalStateRefused, SecondPersonRefused.
    """
    now = house.clock.now()

    def decide(tx: Transaction) -> Run:
        proposal, _ = carry_out(tx, proposal_id, "erasure", by=by, now=now)
        if "restore" not in proposal.scope:
            raise ErasureRefused("this was agreed to erase, not to put keys back")
        run = tx.erasures.get(proposal.scope["restore"])
        _demand_locked(run)
        _log(tx, run, "erasure.restore", by, now)
        tx.erasures.mark(run.run_id, "restored", at=now)
        return run

    run = house.store.transact(decide)
    finish_restored(house, run.run_id)
    house.changes.publish()
    return run


def finish_restored(house: House, run_id: str) -> None:
    """Unlock what a restored run still has; the items go last, so that a crash forgets none."""
    items = house.store.read(lambda tx: tx.erasures.items(run_id))
    house.vault.unlock(run_id, items)
    house.store.transact(lambda tx: tx.erasures.put_back(run_id))


def agreed(tx: Transaction, matter: Matter, digest: str, *, now: Micros) -> Proposal | None:
    """Find what two people agreed to about a list and nobody has carried out yet."""
    for proposal, marks in tx.proposals.listed(matter=matter):
        is_it = proposal.scope.get("list") == digest and "restore" not in proposal.scope
        if is_it and state_of(proposal, marks, now=now) == "agreed":
            return proposal
    return None


def _demand_due(house: House, as_of: Micros) -> DueList:
    if as_of > house.clock.now():
        raise ErasureRefused("that day has not come; what lies ahead can only be looked at")
    plan = house.store.read(lambda tx: listed(tx, house, as_of=as_of, by="two people"))
    if not plan.items:
        raise ErasureRefused("nothing is due")
    return plan


def _demand_locked(run: Run) -> None:
    if run.state != "locked" or run.by != "two people":
        raise ErasureRefused(f"this erasure is {run.state}; it can't be undone")


def _demand_room(tx: Transaction, plan: DueList, *, by: str, now: Micros) -> None:
    if plan.wearers <= room_left(tx, now):
        return
    raised = agreed(tx, "limit", plan.digest, now=now)
    if raised is None:
        raise ErasureOverCap(f"the list is about {plan.wearers} people")
    carry_out(tx, raised.proposal_id, "limit", by=by, now=now)


def _run(house: House, plan: DueList, proposal: Proposal, second: str, now: Micros) -> Run:
    return Run(
        run_id="e_" + base64.b32encode(house.chance(_BYTES)).decode().lower(),
        by="two people",
        digest=plan.digest,
        counts=plan.counts,
        wearers=plan.wearers,
        as_of=plan.as_of,
        begun_at=now,
        until=Micros(now + QUARANTINED_FOR),
        first=proposal.asked_by,
        second=second,
        proposal_id=proposal.proposal_id,
    )


def _log(tx: Transaction, run: Run, what: str, actor: str, now: Micros) -> None:
    told = {"run": run.run_id, "list": run.digest, "wearers": str(run.wearers)}
    counts = {f"count {kind}": str(number) for kind, number in run.counts.items()}
    people = {"first": run.first, "second": run.second, "until": text(run.until)}
    tx.audit.append(
        Entry(at=now, operation="erasure", actor=actor, what=what, details=told | counts | people)
    )
