"""How did each group fare in a month? Made once, when the month is over, and kept as counts.

A report that could be made again, a day later or after one more declaration, would tell who made
the difference. So a month is told as it was first told. Units: µs UTC; months in UTC.
"""

from __future__ import annotations

import re

from fairtag.app.books import Person
from fairtag.app.house import House
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.audit.entries import Entry
from fairtag.disclosure.fair.tables import Fairness, tabulate
from fairtag.faces.refusals import FairnessRefused
from fairtag.terms.instants import Micros, parse
from fairtag.terms.local import Interval

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_DECEMBER = 12
READ, MADE = "face.fairness.read", "face.fairness.made"


def tell(house: House, month: str, *, person: Person | None, by: str) -> Fairness:
    """Give the report of a month, making it when there is none; `person` None on the machine.

    Raises: NotPermitted; FairnessRefused when the month is none, or not over; LogUnavailable.
    """
    if person is not None:
        demand(person, Act.FAIRNESS)
    span, now = month_of(month), house.clock.now()
    if now < span.end:
        raise FairnessRefused(f"{month} is not over")
    if (told := house.store.read(lambda tx: tx.fairness.of(month))) is not None:
        read = Entry(at=now, operation="consultation", actor=by, what=READ, details=_of(month))
        house.store.transact(lambda tx: tx.audit.append(read))
        return told
    found = list(house.courses.during(span))
    made = Entry(at=now, operation="combination", actor=by, what=MADE, details=_of(month))

    def work(tx: Transaction) -> Fairness:
        first = tx.fairness.of(month)  # somebody else may have been quicker
        if first is not None:
            return first
        tx.audit.append(made)
        told = tabulate(found, tx.declared.in_counts(), month=month, made_at=now)
        tx.fairness.add(told)
        return told

    return house.store.transact(work)


def _of(month: str) -> dict[str, str]:
    return {"month": month}


def month_of(told: str) -> Interval:
    """Give the span of a month such as `2026-11`.

    Raises: FairnessRefused.
    """
    found = _MONTH.fullmatch(told)
    if found is None:
        raise FairnessRefused(f"{told[:20]}: write a month as 2026-11")
    year, month = int(found[1]), int(found[2])
    year_after, month_after = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
    return Interval(start=_first(year, month), end=_first(year_after, month_after))


def _first(year: int, month: int) -> Micros:
    return parse(f"{year}-{month:02}-01T00:00:00Z")
