"""How little is enough? One wearer, one order, one window, named kinds of data; then it expires.

What may speak for the wearer can't be left out: whoever gets findings, positions or check-ins gets
with them, for the same window, what was withdrawn or corrected, what is not known, faults, answers
to check-ins, what people decided, what was said and what was complained of.
Units: µs UTC.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fairtag.disclosure.gateways import JUDGES, WEARERS_SIDE, Kind
from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

# Source of 14 days: the longest search of a trail in the Ministry of Justice's own pages (336 h).
MOST_OF_AUTHORITY = 14 * DAY
OPEN_FOR = 14 * DAY  # so long a package may be fetched; then it is removed
LEAST_WORDS = 20  # characters of a purpose: 'for the case' is none


class Category(StrEnum):
    """A kind of data."""

    IDENTITY = "identity"  # name, date of birth, nationality, language: in the order's files
    ORDER = "order"
    FINDINGS = "findings"
    POSITIONS = "positions"  # what devices said, as it was received
    DEVICE = "device"  # which device when, its faults, its installation
    SAID = "said"  # calls and visits, and what the wearer stated or contests
    CHECK_INS = "check_ins"  # prompts, answers, what people saw on pictures; no picture
    DECISIONS = "decisions"  # what people decided about alerts, and why alerts were closed
    COMPLAINTS = "complaints"  # what the wearer complained of, and what they were answered
    PHOTOS = "photos"  # the pictures themselves: never unless they are named
    LOG = "log"  # who looked and what was changed, with proofs


_SPEAKS_FOR_THE_WEARER = frozenset(
    {
        *(Category.FINDINGS, Category.DEVICE, Category.SAID),
        *(Category.CHECK_INS, Category.DECISIONS, Category.COMPLAINTS),
    }
)
_ABOUT_CONDUCT = frozenset(
    {
        *(Category.FINDINGS, Category.POSITIONS, Category.CHECK_INS),
        *(Category.DECISIONS, Category.PHOTOS),
    }
)
# Whoever else had them could search with them elsewhere, which nobody does here (charter G1).
_MAY_HAVE_PHOTOS = JUDGES | WEARERS_SIDE


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What would leave."""

    wearer_id: WearerId
    order_id: OrderId
    window: Interval  # of event times; `end` is not in it
    categories: frozenset[Category]

    @property
    def told(self) -> frozenset[Category]:
        """Give the categories, with those that can't be left out."""
        if self.categories & _ABOUT_CONDUCT:
            return self.categories | _SPEAKS_FOR_THE_WEARER
        return self.categories


def demand_scope(scope: Scope, *, kind: Kind, order: Interval, now: Micros) -> None:
    """Go on only with a scope that is no wider than a body of this kind may be told.

    `order` is the whole time of the order.
    Raises: DisclosureRefused.
    """
    window = scope.window
    is_long = window.end - window.start > MOST_OF_AUTHORITY
    may_be_long = kind in JUDGES | WEARERS_SIDE | {Kind.REGULATOR}
    problems = (
        (not scope.categories, "choose at least one kind of data"),
        (window.start >= window.end, "the window ends before it begins"),
        (window.start < order.start, "the window begins before the order did"),
        (window.end > now, "the window reaches into the future; what comes later is asked later"),
        (is_long and not may_be_long, "at most 14 days for this recipient; ask for less"),
        (
            Category.PHOTOS in scope.categories and kind not in _MAY_HAVE_PHOTOS,
            "pictures go to a court, the wearer or their lawyer only",
        ),
    )
    for is_so, told in problems:
        if is_so:
            raise DisclosureRefused(told)


def is_replayable(scope: Scope, order: Interval) -> bool:
    """Tell whether the judge can be followed: it needs the order and all positions from its start.

    What was found rests on what was seen before.
    """
    needed = {Category.ORDER, Category.POSITIONS}
    return needed <= scope.told and scope.window.start <= order.start
