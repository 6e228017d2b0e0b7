"""What stops an erasure, for how long, and by whom? A hold keeps; it opens nothing.

Access is decided in `custody.opening`, which knows no holds: what is held stays as shut as before.
Units: µs UTC.
Source: charter G5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from fairtag.custody.kinds import RecordKind
from fairtag.retention.refusals import HoldRefused
from fairtag.retention.schedule import ANSWER_DAYS
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import DAY, Micros

LONGEST = 183 * DAY  # six months; then two people renew it, or it lapses

Why = Literal["court_order", "proceedings", "complaint", "contest", "access_request"]
WHYS: tuple[Why, ...] = get_args(Why)
AUTOMATIC: frozenset[Why] = frozenset({"complaint", "contest", "access_request"})
WORDS: dict[Why, str] = {
    "court_order": "A court ordered that this is kept.",
    "proceedings": "Proceedings before a court or tribunal go on, and this may be needed there.",
    "complaint": "You complained. This is kept until 28 days after you are answered.",
    "contest": "You contested a decision. This is kept until 28 days after you are answered.",
    "access_request": "You asked for your data. This is kept until 28 days after the answer.",
}


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Named items of one wearer that must not go."""

    hold_id: str
    wearer_id: WearerId
    why: Why
    kinds: tuple[RecordKind, ...] = ()  # empty: all of them
    first: str = ""  # first and last period, such as "2026-11"; empty: all of them
    last: str = ""
    since: Micros
    until: Micros | None  # None: automatic, and not answered yet
    by: str
    second: str = ""  # who agreed; the first six months need nobody
    case: str = ""  # which court, which reference; sealed at rest

    def stands_at(self, at: Micros) -> bool:
        """Tell whether it holds at an instant."""
        return self.until is None or at < self.until

    def covers(self, kind: RecordKind, period: str) -> bool:
        """Tell whether it is about a data key."""
        if self.kinds and kind not in self.kinds:
            return False
        months = period[:7]
        return (not self.first or self.first[:7] <= months) and (
            not self.last or months <= self.last[:7]
        )

    def is_again(self, former: Hold) -> bool:
        """Tell whether it holds records for a case again; how the case is written is no matter.

        Example:
            >>> told = {"wearer_id": "W-1", "why": "court_order", "until": None, "by": "olga"}
            >>> one = Hold(hold_id="h_1", since=Micros(0), case="High Court, CO/1/2032", **told)
            >>> two = Hold(hold_id="h_2", since=Micros(9), case="high court CO/1/2032", **told)
            >>> two.is_again(one)
            True
        """
        is_case = _letters(self.case) == _letters(former.case) != ""
        is_kind = not self.kinds or not former.kinds or bool({*self.kinds} & {*former.kinds})
        is_begun = not self.last or not former.first or former.first[:7] <= self.last[:7]
        is_open = not self.first or not former.last or self.first[:7] <= former.last[:7]
        is_placed = former.why not in AUTOMATIC
        is_same = self.wearer_id == former.wearer_id and is_case and is_placed
        return is_same and is_kind and is_begun and is_open


def _letters(case: str) -> str:
    """Give what tells one case from another: letters and digits."""
    return "".join(filter(str.isalnum, case.casefold()))


def held(
    holds: Iterable[Hold], wearer_id: WearerId, kind: RecordKind, period: str, at: Micros
) -> bool:
    """Tell whether a data key must stay."""
    return any(
        one.wearer_id == wearer_id and one.stands_at(at) and one.covers(kind, period)
        for one in holds
    )


def demand_sound(hold: Hold, *, now: Micros) -> None:
    """Go on only with a hold that has a case and an end.

    Raises: HoldRefused.
    """
    if hold.why in AUTOMATIC:
        return
    if not hold.case.strip():
        raise HoldRefused("name the case: which court or tribunal, which reference")
    if hold.until is None or not now < hold.until <= now + LONGEST:
        raise HoldRefused("give an end within six months; two people may renew it then")


def answered(hold: Hold, *, at: Micros) -> Micros:
    """Tell when an automatic hold ends, once the answer went out.

    Raises: HoldRefused for any other hold.
    """
    if hold.why not in AUTOMATIC:
        raise HoldRefused("this hold does not wait for an answer; it ends on its date")
    return Micros(at + ANSWER_DAYS * DAY)
