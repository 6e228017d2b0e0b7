"""Let 'people look at this check-in' end when they have looked, or when a better picture came.

Called with each look that settles a check-in, with each answer, and by rounds of care: the judge
may raise one after its check-in was settled. Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.alerts.model import Alert, AlertPart, AlertState
from fairtag.alerts.reviewed import End, ended, follows_review
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.ports import Transaction
from fairtag.audit.entries import MACHINE, Entry
from fairtag.terms.ids import OrderId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

_MOST = 500  # open ones in one round
_OPEN = (AlertState.RAISED, AlertState.ACKNOWLEDGED)


class _Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one check-in, and who settled it."""

    end: End
    by: str | None = None
    at: Micros = Micros(0)


def follow_reviews(house: House) -> int:
    """End what waits for nobody any more; tells how many ended."""
    now = house.clock.now()
    waiting = house.store.read(
        lambda tx: [one for one in _waiting(tx) if _came_of(tx, one) is not None]
    )
    if not waiting:
        return 0
    done = house.store.transact(
        lambda tx: sum(_follow(tx, tx.alerts.get(one.alert_id), now) for one in waiting)
    )
    house.changes.publish()
    return done


def follow_review(tx: Transaction, order_id: OrderId, *, now: Micros) -> int:
    """End an order's alerts about pictures whose check-ins are all settled."""
    return sum(_follow(tx, one, now) for one in tx.alerts.open_for(order_id))


def _waiting(tx: Transaction) -> list[Alert]:
    found = tx.alerts.listed(states=_OPEN, recipient="support", limit=_MOST)
    return [one for one in found if follows_review(one)]


def _follow(tx: Transaction, alert: Alert, now: Micros) -> bool:
    if not follows_review(alert):
        return False
    came = _came_of(tx, alert)
    if came is None:
        return False
    settled_by = max(came, key=lambda one: (one.at, one.by or "")).by
    if settled_by is None and _somebody_looks(tx, alert):
        return False
    done, act = ended(alert, [one.end for one in came], by=settled_by, now=now)
    tx.audit.append(_entry(tx, done, now))
    tx.alerts.put(done)
    tx.alerts.add_act(act)
    return True


def _somebody_looks(tx: Transaction, alert: Alert) -> bool:
    """Tell whether people have yet to look at anything of this wearer; the table asks the same."""
    return any(
        one.wearer_id == alert.wearer_id and one.result == "refer" for one in tx.answers.to_review()
    )


def _came_of(tx: Transaction, alert: Alert) -> list[_Came] | None:
    """Tell what came of every check-in in an alert; None: at least one waits for people."""
    came = [_came(tx, alert, part) for part in alert.parts]
    found = [one for one in came if one is not None]
    return found if found and len(found) == len(came) else None


def _came(tx: Transaction, alert: Alert, part: AlertPart) -> _Came | None:
    """Tell what came of one check-in; None: it waits, or is no answer with pictures.

    A finding knows its instant only; an answer has the same one.
    """
    if part.is_withdrawn or alert.wearer_id is None:
        return None
    near = Interval(start=Micros(part.began_at - 8 * DAY), end=Micros(part.began_at + DAY))
    for prompt in tx.prompts.about(alert.wearer_id, near):
        is_theirs = (prompt.order_id, prompt.condition_id) == (alert.order_id, alert.condition_id)
        answers = tx.answers.of_prompt(prompt.check_in_id) if is_theirs else []
        if any(_judged_at(one) == part.began_at for one in answers):
            return _came_of_answers(tx, answers, part.began_at)
    return None


def _came_of_answers(tx: Transaction, answers: list[Answer], at: Micros) -> _Came | None:
    newest = answers[-1]
    outcome = tx.answers.outcome(newest.answer_id)
    if outcome is not None:
        case = tx.photo_reviews.of_answer(newest.answer_id)
        looks = [] if case is None else tx.photo_reviews.reviews(case.case_id)
        settling = [one for one in looks if one.settles is not None]
        by, when = (settling[-1].by, settling[-1].at) if settling else (None, Micros(0))
        return _Came(end=msgspec.convert(outcome, End), by=by, at=when)
    is_better = newest.result == "match" and _judged_at(newest) != at
    return _Came(end="again") if is_better else None


def _judged_at(answer: Answer) -> Micros:
    """Tell at which instant the judge was told of an answer."""
    is_a_time = answer.timing in ("in_time", "late")
    return answer.captured_at if is_a_time else answer.received_at


def _entry(tx: Transaction, alert: Alert, now: Micros) -> Entry:
    """Say that an alert ended: under the name of who settled it, or the machine's."""
    known = None if alert.closed_by is None else tx.people.by_name(alert.closed_by)
    return Entry(
        at=now,
        operation="alteration",
        actor=alert.closed_by or MACHINE,
        role=None if known is None else known[0].role,
        authority=None if known is None else known[0].authority_id,
        what="alert.ended" if alert.closed_by is None else "alert.close",
        wearer_id=alert.wearer_id,
        order_id=alert.order_id,
        alert_id=alert.alert_id,
        reason_code=alert.cause,
    )
