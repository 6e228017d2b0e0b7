"""Which matters does an absence cover that was recorded afterwards?"""

from __future__ import annotations

from collections.abc import Sequence

from fairtag.orders.model import ALL_CONDITIONS, Absence, Covers
from fairtag.rules.book import Told
from fairtag.rules.devices import CHECK_INS, TAMPER
from fairtag.rules.finding import AGAINST_WEARER
from fairtag.rules.matter import Matter
from fairtag.terms.instants import Micros


def covered(book: Sequence[Told], absences: Sequence[Absence], clock: Micros) -> set[int]:
    """List matters, by place in the book, of which an absence covers something."""
    return {
        n for n, told in enumerate(book) if any(covers(one, told.matter, clock) for one in absences)
    }


def covers(absence: Absence, matter: Matter, clock: Micros) -> bool:
    """Tell whether a matter, which may go on at the clock, has time in common with an absence."""
    during = absence.during
    ended = clock if matter.ended_at is None else matter.ended_at
    is_before = ended <= during.start and matter.began_at < during.start
    return not is_before and matter.began_at < during.end and _is_about(absence, matter)


def holds(absence: Absence, matter: Matter) -> bool:
    """Tell whether a matter that is over lies within an absence."""
    during, ended = absence.during, matter.ended_at
    is_within = ended is not None and during.start <= matter.began_at and ended <= during.end
    return is_within and _is_about(absence, matter)


def _is_about(absence: Absence, matter: Matter) -> bool:
    if matter.kind in TAMPER:
        return Covers.TAMPER in absence.covers
    if absence.condition_id not in (ALL_CONDITIONS, matter.condition_id):
        return False
    if matter.kind in CHECK_INS:
        return Covers.CHECK_INS in absence.covers
    return matter.kind in AGAINST_WEARER and Covers.CONDITIONS in absence.covers
