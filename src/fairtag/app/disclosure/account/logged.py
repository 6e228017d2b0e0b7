"""What does the access log know of a scope's check-ins, words, complaints and decisions?

It is asked beside the books, so that what is left out of one is noticed by the other. Announced
entries, which reached the file first, are left aside: what they tell of may not have been done.
Units: µs UTC.
"""

from __future__ import annotations

from collections import Counter

from fairtag.app.disclosure.account.read import prompts_in
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.disclosure.account.model import Accounted
from fairtag.disclosure.scope import Scope
from fairtag.terms.errors import SealBroken
from fairtag.terms.ids import AlertId

_ALL = 10_000_000


def accounted(tx: Transaction, scope: Scope) -> Accounted:
    """Name what the log knows within a scope."""
    found = [one.entry for one in tx.audit.about(scope.wearer_id, limit=_ALL)]
    mine = [one for one in found if one.order_id == scope.order_id and not one.spooled]
    wanted = {one.check_in_id for one in prompts_in(tx, scope)}
    complaints = _rows(mine, "complaint.recorded", scope)
    return Accounted(
        answers=_answers(tx, mine, wanted),
        statements=_statements(tx, scope, mine, wanted),
        contests=frozenset(
            one.alert_id
            for one in mine
            if one.what == "wearer.contest" and one.alert_id and one.at >= scope.window.start
        ),
        decisions=frozenset(
            one.details["row"]
            for one in mine
            if one.what == "alert.decide" and _is_about(tx, one, scope)
        ),
        complaints=complaints,
        replies=complaints & _rows(mine, "complaint.answered", scope),
    )


def _answers(tx: Transaction, entries: list[Entry], wanted: set[str]) -> dict[str, int]:
    looks = Counter(one.details["case"] for one in entries if one.what == "photo.review")
    found: dict[str, int] = {}
    for one in entries:
        if one.what != "check_in.answer" or one.details.get("check_in") not in wanted:
            continue
        name = one.details["answer"]
        if not _is_destroyed(tx, name):
            case = tx.photo_reviews.of_answer(name)
            found[name] = 0 if case is None else looks[case.case_id]
    return found


def _statements(
    tx: Transaction, scope: Scope, entries: list[Entry], wanted: set[str]
) -> frozenset[str]:
    kept = tx.decisions.statements(order_id=scope.order_id)
    elsewhere = {one.statement_id for one in kept if one.check_in_id not in wanted}
    return frozenset(
        one.details["row"]
        for one in entries
        if one.what == "wearer.statement"
        and one.at >= scope.window.start
        and one.details["row"] not in elsewhere
    )


def _rows(entries: list[Entry], what: str, scope: Scope) -> frozenset[str]:
    """Name the complaints of which entries of a kind tell, from the window's start on."""
    return frozenset(
        one.details["row"].partition("/")[0]
        for one in entries
        if one.what == what and one.at >= scope.window.start
    )


def _is_about(tx: Transaction, entry: Entry, scope: Scope) -> bool:
    if entry.alert_id is None or entry.at < scope.window.start:
        return False
    return tx.alerts.get(AlertId(entry.alert_id)).began_at < scope.window.end


def _is_destroyed(tx: Transaction, answer_id: str) -> bool:
    """Tell whether a key took an answer; a row that is just not there is no such thing.

    Raises: UnknownCheckIn, which stops the package, when the row is gone and nobody destroyed it.
    """
    try:
        tx.answers.get(answer_id)
    except SealBroken:
        return True
    return False
