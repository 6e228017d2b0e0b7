"""What did the wearer say about a check-in? Their words, sealed; they are read before deciding.

Units: µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.review.refusals import StatementRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import Micros

MOST_LETTERS = 5000
MOST_OF_CHECK_IN = 10  # ours: more would bury the first


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A wearer's words about one check-in."""

    statement_id: str
    wearer_id: WearerId
    order_id: OrderId
    check_in_id: str
    at: Micros
    text: str = ""  # sealed at rest


def words_of(text: str, *, earlier: int) -> str:
    """Give what is kept of what was written.

    Raises: StatementRefused.
    """
    told = text.strip()
    if not told or len(told) > MOST_LETTERS:
        raise StatementRefused("the text is empty or too long")
    if earlier >= MOST_OF_CHECK_IN:
        raise StatementRefused("ten texts about this check-in are kept already")
    return told
