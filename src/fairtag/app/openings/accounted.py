"""Does every grant, look, delay, review, interest and contest have its entry in the access log?

`said` tells what an entry accounts for, `rows` what the store holds; `fairtag audit verify` holds
the two against each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from fairtag.app.openings.writing import READ
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry

_Done = tuple[str, str, str]  # what was done, to what, by whom or with what
_ALL = 10_000_000
_LOOKS = frozenset(READ.values())
_BY_GRANT = {
    "opening.granted": "grant",
    "opening.break-glass": "grant",
    "break-glass.review": "review",
    "notice.delay.first": "delay",
    "notice.delay.renewed": "delay",
    "notice.delay.court": "delay",
}


def said(entry: Entry) -> Iterator[_Done]:
    """Tell what an entry accounts for."""
    told = entry.details
    if entry.what in _LOOKS:
        yield ("look", told.get("grant", ""), entry.actor)
    elif entry.what in _BY_GRANT:
        yield (_BY_GRANT[entry.what], told.get("grant", ""), entry.actor)
    elif entry.what.removesuffix(".refused") in _LOOKS:
        yield ("refusal", entry.actor, told.get("code", ""))
    elif entry.what == "interest.declared":
        yield ("interest", told.get("user", ""), told.get("wearer", ""))
    elif entry.what == "wearer.contest":
        yield ("contest", entry.alert_id or "", "")


def rows(tx: Transaction) -> Iterator[_Done]:
    """List what the store holds about openings."""
    for grant in tx.openings.granted():
        yield ("grant", grant.grant_id, grant.person)
    for look in tx.openings.looks(limit=_ALL):
        if look.grant_id is None:
            yield ("refusal", look.person, look.refused)
        else:
            yield ("look", look.grant_id, look.person)
    for delay in tx.openings.delays():
        yield ("delay", delay.grant_id, delay.by)
    for name, review in tx.openings.reviewed().items():
        yield ("review", name, review.by)
    for user, wearer, _, _ in tx.circles.known():
        yield ("interest", user, wearer)
    for contest in tx.contests.about():
        yield ("contest", contest.alert_id, "")


def disagreement(tx: Transaction, entries: Iterable[Entry]) -> str | None:
    """Tell the first row without its entry, or entry without its row; None when all agree.

    An entry that reached the file alone announced what may not have been carried out.
    """
    sure, maybe = Counter[_Done](), Counter[_Done]()
    for entry in entries:
        (maybe if entry.spooled else sure).update(said(entry))
    for done in rows(tx):
        held = sure if sure[done] > 0 else maybe
        held[done] -= 1
        if held[done] < 0:
            return f"{_told(done)} is in the store and the log does not say so"
    left = next((done for done, number in sure.items() if number > 0), None)
    return None if left is None else f"the log says {_told(left)}, and the store does not hold it"


def _told(done: _Done) -> str:
    what, whose, more = done
    return f"{what} of {whose}{f' ({more})' if more else ''}"
