"""Have people let a check-in wait for more than a day? That is our matter, never the wearer's.

What nobody can decide about any more, since there are not two pictures and will not be, ends by
itself as 'can't tell', which counts for nothing. Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.escalate import house_alert
from fairtag.alerts.model import AlertState
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import mark_over, raise_for_house
from fairtag.app.reviewing.deal import is_showable
from fairtag.app.reviewing.follow import follow_review
from fairtag.audit.entries import MACHINE, Entry
from fairtag.retention.schedule import undecided_until
from fairtag.review.photos import DECIDED_WITHIN, Outcome
from fairtag.terms.instants import HOUR, Micros

KIND = "checkin.review_overdue"
_AGAIN = 4 * HOUR  # ours: what a person closed is raised again after this while it is still so
_WORDS = {
    "en": (
        "Check-ins have waited for people for more than 24 hours. Ask more reviewers to look, or "
        "ring those wearers instead. This does not count against any wearer."
    )
}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for people."""

    number: int
    oldest_since: Micros | None
    overdue: int
    without_pictures: int  # of these: nothing to compare with, so nobody can look


def waiting(tx: Transaction, *, now: Micros) -> Waiting:
    """Count what waits for people."""
    found = [one for one in tx.answers.to_review() if one.frames > 0]
    return Waiting(
        number=len(found),
        oldest_since=min((one.received_at for one in found), default=None),
        overdue=sum(_is_overdue(tx, one, now) for one in found),
        without_pictures=sum(not is_showable(tx, one) for one in found),
    )


def see_reviews_overdue(house: House) -> int:
    """Raise one matter of support while check-ins wait too long; tells how many were raised.

    First ends those about which nobody can do anything.
    """
    end_undecidable(house)
    now = house.clock.now()
    is_so = house.store.read(lambda tx: waiting(tx, now=now).overdue > 0)
    name = new_alert_id(house)

    def work(tx: Transaction) -> int:
        if is_so:
            alert = house_alert(KIND, _WORDS, alert_id=name, now=now)
            return 0 if raise_for_house(tx, alert, again_after=_AGAIN) is None else 1
        last = tx.alerts.last_about(KIND, order_id=None, device_id=None)
        if last is not None and last.state is not AlertState.CLOSED:
            mark_over(tx, last)
        return 0

    done = house.store.transact(work)
    if done:
        house.changes.publish()
    return done


def end_undecidable(house: House) -> int:
    """End what nobody can decide about any more; tells how many ended.

    Raises: LogUnavailable.
    """
    now = house.clock.now()
    if not house.store.read(lambda tx: _undecidable(tx, now)):
        return 0

    def work(tx: Transaction) -> int:
        found = _undecidable(tx, now)
        for one in found:
            tx.audit.append(_ended(one, now))
            tx.answers.decided(one.answer_id, Outcome.CANT_TELL, at=now)
            follow_review(tx, one.order_id, now=now)
        return len(found)

    done = house.store.transact(work)
    house.changes.publish()
    return done


def _undecidable(tx: Transaction, now: Micros) -> list[Answer]:
    return [one for one in tx.answers.to_review() if _is_undecidable(tx, one, now)]


def _is_undecidable(tx: Transaction, answer: Answer, now: Micros) -> bool:
    """Tell whether there are not two pictures, and it is too late for there to be any."""
    if is_showable(tx, answer):
        return False
    if answer.frames > 0 and not tx.answers.has_pictures(answer.answer_id):
        return True
    return now >= undecided_until(answer.received_at, _basis_end(tx, answer))


def _basis_end(tx: Transaction, answer: Answer) -> Micros | None:
    ends = (one.ends_at for one in tx.orders.facts(wearer_id=answer.wearer_id))
    return max(ends, default=None)


def _ended(answer: Answer, now: Micros) -> Entry:
    return Entry(
        at=now,
        operation="alteration",
        actor=MACHINE,
        what="check_in.cant_tell",
        wearer_id=answer.wearer_id,
        order_id=answer.order_id,
        details={"answer": answer.answer_id, "check_in": answer.check_in_id},
    )


def _is_overdue(tx: Transaction, answer: Answer, now: Micros) -> bool:
    """Tell whether people are late; not where nothing can be looked at and no order runs."""
    if now - answer.received_at < DECIDED_WITHIN:
        return False
    return is_showable(tx, answer) or now < (_basis_end(tx, answer) or 0)
