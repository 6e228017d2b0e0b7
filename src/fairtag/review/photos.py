"""Is it the same person? What people's looks at two pictures add up to, and who may look next.

The first look is blind, so is every other one: who looks sees two pictures and quality values, and
learns neither whose look came before nor that there was one. Nothing adverse follows from one look.
Units: µs UTC. Source: charter G2; design.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from fairtag.review.four_eyes import Account, demand_two
from fairtag.review.sign_off import SignOff, digest_of
from fairtag.terms.errors import SecondPersonRefused
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, MINUTE, Micros

DECIDED_WITHIN = DAY  # source: charter G8: no more than reviewers can decide in 24 h
LEASE = 15 * MINUTE  # ours: how long a pair stays with whom it was dealt to
LEAST_NOTE = 10  # letters that say what an adverse answer rests on
ENOUGH = 2  # looks of different people that agree


class Outcome(StrEnum):
    """What a person says of two pictures."""

    MATCH = "match"
    NO_MATCH = "no_match"
    CONCERN = "match_with_concern"  # such as a picture of a picture
    CANT_TELL = "cant_tell"  # costs nothing: asked anew, or in another way


ADVERSE = frozenset({Outcome.NO_MATCH, Outcome.CONCERN})


class PhotoCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One pair of pictures to look at; a reviewer sees nothing of what stands here."""

    case_id: str  # from chance: it tells nothing
    kind: Literal["check_in", "known_same", "known_different"]
    made_at: Micros
    waits_since: Micros
    wearer_id: WearerId | None = None  # None: both pictures are of the configured set
    order_id: OrderId | None = None
    answer_id: str = ""
    check_in_id: str = ""
    pair: str = ""  # which pictures, of a known pair

    @property
    def is_known(self) -> bool:
        """Tell whether the right answer is known: the look measures the person who looks."""
        return self.kind != "check_in"


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A pair was given to one person for a while."""

    case_id: str
    by: str
    at: Micros
    until: Micros


class PhotoReview(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one person said of one pair. Never changed."""

    review_id: str
    case_id: str
    by: str
    at: Micros
    outcome: Outcome
    sign_off: SignOff | None = None  # with an adverse outcome
    settles: Outcome | None = None  # what all looks together say, when this was the last one needed
    alert_id: AlertId | None = None  # raised for a person's decision, when that is adverse
    note: str = ""  # sealed at rest

    @property
    def digest(self) -> str:
        """Name what was said: an adverse answer is signed off by this."""
        return digest_of(
            "photo-review", case=self.case_id, by=self.by, outcome=self.outcome, note=self.note
        )


def settled(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Tell what looks of different people add up to; None: another person has to look.

    One look settles what costs the wearer nothing. Two adverse ones agree that nobody could confirm
    who it is; where they differ in kind the milder one stands. Where the first two do not agree a
    third decides between them, and where no two agree nobody can tell.

    Example:
        >>> settled([Outcome.CANT_TELL]), settled([Outcome.NO_MATCH])
        (<Outcome.CANT_TELL: 'cant_tell'>, None)
        >>> settled([Outcome.NO_MATCH, Outcome.CONCERN])
        <Outcome.CONCERN: 'match_with_concern'>
        >>> settled([Outcome.NO_MATCH, Outcome.MATCH]) is None and settled([]) is None
        True
    """
    adverse = [one for one in outcomes if one in ADVERSE]
    if len(adverse) >= ENOUGH:
        is_plain = all(one is Outcome.NO_MATCH for one in adverse)
        return Outcome.NO_MATCH if is_plain else Outcome.CONCERN
    if not adverse:
        return outcomes[0] if outcomes else None
    if len(outcomes) <= ENOUGH:
        return None
    matches = sum(one is Outcome.MATCH for one in outcomes)
    return Outcome.MATCH if matches >= ENOUGH else Outcome.CANT_TELL


def counted(reviews: Sequence[PhotoReview], accounts: Mapping[str, Account]) -> list[PhotoReview]:
    """List the looks that count: one by an account that was closed since is made anew."""
    return [one for one in reviews if one.by in accounts and accounts[one.by].is_open]


def refusal_of(
    person: str,
    reviews: Sequence[PhotoReview],
    *,
    accounts: Mapping[str, Account],
    now: Micros,
) -> str | None:
    """Tell why a person may not look at a case, as far as who they are; None: they may.

    Nobody looks twice, and each further look comes from somebody who is another person than those
    who looked before: two accounts of one administrator are not two people.

    Fails: closed, for accounts that are not known.
    """
    if person not in accounts or not accounts[person].is_open:
        return "this account is closed"
    if any(one.by == person for one in reviews):
        return "nobody looks twice"
    makers = {name: one.made_by for name, one in accounts.items()}
    for one in counted(reviews, accounts):
        try:
            demand_two(accounts[one.by], accounts[person], makers=makers, now=now)
        except SecondPersonRefused as refusal:
            return str(refusal)
    return None


def is_overdue(case: PhotoCase, *, now: Micros) -> bool:
    """Tell whether people have let a wearer wait for too long: our matter, never the wearer's."""
    return not case.is_known and now - case.waits_since >= DECIDED_WITHIN
