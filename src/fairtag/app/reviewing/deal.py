"""Give a reviewer the next pair of pictures: the oldest that waits, now and then a known one.

Which it is, the page does not tell. The look is written down before a picture leaves, and the pair
stays with that person for a while. Units: µs UTC.
"""

from __future__ import annotations

import base64
from typing import Literal

import msgspec

from fairtag.app.books import Person
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.grants import new_grant
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.opening import Grant, GrantKind, Purpose, of_photos
from fairtag.custody.refusals import InterestDeclared
from fairtag.faces.model import Measure
from fairtag.faces.refusals import PictureRefused
from fairtag.faces.strangers import KEY_BYTES
from fairtag.review.four_eyes import Account
from fairtag.review.photos import LEASE, Deal, PhotoCase, refusal_of
from fairtag.review.refusals import PhotoCaseRefused
from fairtag.terms.errors import Busy
from fairtag.terms.instants import Micros

KNOWN_IN_256 = 26  # ours: about every tenth pair measures the reviewer
_PAIR = 2


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees, and nothing else."""

    case_id: str
    first: bytes
    second: bytes
    measures: tuple[Measure, ...]  # of the second picture
    lease_until: Micros


def deal(house: House, person: Person) -> Pair | None:
    """Give this person a pair to look at, the same one again while it is theirs; None: none waits.

    Raises: NotPermitted, LogUnavailable, SealBroken.
    """
    demand(person, Act.LOOK)
    now = house.clock.now()
    made = _Chance(
        case_id=new_name(house, "v_"),
        number=int.from_bytes(house.chance(4)),
        is_known=house.chance(1)[0] < KNOWN_IN_256,
        known=tuple(house.known_pairs.names()),
    )

    def work(tx: Transaction) -> tuple[PhotoCase, Micros] | None:
        case = _in_hand(tx, person, now) or _next(tx, person, made, now)
        if case is None:
            return None
        return case, _looks(tx, house, person, case, now)

    found = house.store.transact(work)
    return None if found is None else _pair(house, *found)


def is_open(tx: Transaction, case: PhotoCase) -> bool:
    """Tell whether a pair still waits for somebody's look."""
    reviews = tx.photo_reviews.reviews(case.case_id)
    return not reviews if case.is_known else all(one.settles is None for one in reviews)


def accounts_of(tx: Transaction) -> dict[str, Account]:
    """Tell what counts of every account, closed ones too."""
    return {
        one.user_id: Account(
            user_id=one.user_id,
            made_by=one.made_by,
            made_at=one.made_at,
            is_open=one.disabled_at is None,
        )
        for one in tx.people.listed()
    }


def demand_in_hand(tx: Transaction, person: Person, case_id: str, now: Micros) -> PhotoCase:
    """Go on only with a pair that is this person's at this moment.

    Raises: PhotoCaseRefused.
    """
    case = _in_hand(tx, person, now)
    if case is None or case.case_id != case_id:
        raise PhotoCaseRefused("this pair is not dealt to you, or its time is over")
    return case


def new_name(house: House, kind: str) -> str:
    """Make a name that tells nothing."""
    return kind + base64.b32encode(house.chance(15)).decode().lower()


class _Chance(msgspec.Struct, frozen=True, kw_only=True):
    """What chance says of the next pair."""

    case_id: str
    number: int
    is_known: bool
    known: tuple[str, ...]  # pairs of different people


def _in_hand(tx: Transaction, person: Person, now: Micros) -> PhotoCase | None:
    for one in reversed(tx.photo_reviews.dealt(by=person.user_id)):
        if one.until <= now:
            return None
        case = tx.photo_reviews.case(one.case_id)
        said = any(look.by == person.user_id for look in tx.photo_reviews.reviews(one.case_id))
        if not said and is_open(tx, case):
            return case
    return None


def _next(tx: Transaction, person: Person, made: _Chance, now: Micros) -> PhotoCase | None:
    known = _known(tx, person, made, now) if made.is_known else None
    if known is not None:
        tx.photo_reviews.add_case(known)
        return known
    accounts = accounts_of(tx)
    for answer in tx.answers.to_review():
        if not is_showable(tx, answer):
            continue
        case = tx.photo_reviews.of_answer(answer.answer_id)
        fresh = case or _case_of(answer, made.case_id, now)
        if _may(tx, person, fresh, accounts, now):
            if case is None:
                tx.photo_reviews.add_case(fresh)
            return fresh
    return None


def is_showable(tx: Transaction, answer: Answer) -> bool:
    """Tell whether there are two pictures to look at."""
    is_there = answer.frames > 0 and tx.answers.has_pictures(answer.answer_id)
    return is_there and bool(tx.enrolments.in_use(answer.wearer_id))


def _may(
    tx: Transaction, person: Person, case: PhotoCase, accounts: dict[str, Account], now: Micros
) -> bool:
    name = person.user_id
    reviews = tx.photo_reviews.reviews(case.case_id)
    said = {one.by for one in reviews}
    dealt = tx.photo_reviews.dealt(case_id=case.case_id)
    is_others = any(one.until > now and one.by not in (name, *said) for one in dealt)
    if is_others or not is_open(tx, case):
        return False
    if case.wearer_id is not None and tx.circles.knows(name, case.wearer_id):
        return False
    return refusal_of(name, reviews, accounts=accounts, now=now) is None


def _case_of(answer: Answer, case_id: str, now: Micros) -> PhotoCase:
    return PhotoCase(
        case_id=case_id,
        kind="check_in",
        made_at=now,
        waits_since=answer.received_at,
        wearer_id=answer.wearer_id,
        order_id=answer.order_id,
        answer_id=answer.answer_id,
        check_in_id=answer.check_in_id,
    )


def _known(tx: Transaction, person: Person, made: _Chance, now: Micros) -> PhotoCase | None:
    """Make a pair whose answer is known: two enrolled pictures of one wearer, or of the set."""
    if made.known and made.number % 2:
        name = made.known[made.number // 2 % len(made.known)]
        return _known_case(made, now, "known_different", pair=name)
    wearers = frozenset(tx.enrolments.wearers())
    facts = [
        one
        for one in tx.orders.facts()
        if one.starts_at <= now < one.ends_at
        and one.wearer_id in wearers
        and len(tx.enrolments.in_use(one.wearer_id)) >= _PAIR
        and not tx.circles.knows(person.user_id, one.wearer_id)
    ]
    if not facts:
        return None
    one = facts[made.number // 2 % len(facts)]
    bare = _known_case(made, now, "known_same")
    return msgspec.structs.replace(bare, wearer_id=one.wearer_id, order_id=one.order_id)


def _known_case(
    made: _Chance, now: Micros, kind: Literal["known_same", "known_different"], pair: str = ""
) -> PhotoCase:
    return PhotoCase(case_id=made.case_id, kind=kind, made_at=now, waits_since=now, pair=pair)


def _looks(tx: Transaction, house: House, person: Person, case: PhotoCase, now: Micros) -> Micros:
    """Write the look down; gives until when the pair is this person's."""
    until = Micros(now + round(LEASE * house.speed))
    dealt = tx.photo_reviews.dealt(case_id=case.case_id)
    held = [one for one in dealt if one.until > now and one.by == person.user_id]
    if held:
        until = held[-1].until
    else:
        deal_ = Deal(case_id=case.case_id, by=person.user_id, at=now, until=until)
        tx.photo_reviews.deal(deal_)
    if case.wearer_id is None or case.order_id is None:
        entry = writing.entry_of(person, "photo.known", now, case=case.case_id)
        writing.write(tx, entry)
        return until
    if tx.circles.knows(person.user_id, case.wearer_id):
        raise InterestDeclared("a declared interest stands against it")
    grant = _live(tx, person, case, now) or _granted(tx, house, person, case, now)
    writing.looked(tx, person, grant, now)
    return until


def _live(tx: Transaction, person: Person, case: PhotoCase, now: Micros) -> Grant | None:
    found = tx.openings.granted(person=person.user_id, kinds=(GrantKind.PHOTOS,))
    mine = [one for one in found if one.case_ref == case.case_id and one.until > now]
    return mine[-1] if mine else None


def _granted(tx: Transaction, house: House, person: Person, case: PhotoCase, now: Micros) -> Grant:
    purpose = Purpose.MEASURE_REVIEWERS if case.is_known else Purpose.CONFIRM_CHECK_IN
    if case.wearer_id is None or case.order_id is None:
        raise PhotoCaseRefused("this pair is about no wearer")
    whose = Whose(wearer_id=case.wearer_id, order_id=case.order_id)
    opening = of_photos(purpose, now=now, lease=LEASE)
    bare = new_grant(house, person, opening, about=whose, now=now)
    grant = msgspec.structs.replace(bare, case_ref=case.case_id)
    writing.granted(tx, person, grant)
    return grant


def _pair(house: House, case: PhotoCase, until: Micros) -> Pair:
    """Open the two pictures. The look is in the log by now."""
    if case.kind == "known_different":
        return _different(house, case, until)
    return house.store.read(lambda tx: opened_pair(tx, case, until))


def _different(house: House, case: PhotoCase, until: Micros) -> Pair:
    """Open a pair of the set as a wearer's is: encoded anew, with the second one's quality beside
    it, so that nobody tells it from a check-in. What is no picture here is shown as it lies.

    The key is of this look alone: nothing can be compared with what is read.
    """
    raw = house.known_pairs.pictures(case.pair)
    try:
        told = house.faces.clean_all(raw)
    except Busy:
        told = list(raw)
    first, second = (
        one if isinstance(kept, PictureRefused) else kept
        for one, kept in zip(raw, told, strict=True)
    )
    (reading,) = house.faces.read_all([second], key=house.chance(KEY_BYTES))
    return Pair(
        case_id=case.case_id,
        first=first,
        second=second,
        measures=reading.measures,
        lease_until=until,
    )


def opened_pair(tx: Transaction, case: PhotoCase, until: Micros) -> Pair:
    """Open the newest enrolled picture and the best one of the check-in. Callers log first.

    Raises: SealBroken when a picture is gone; PhotoCaseRefused when there are not two.
    """
    if case.wearer_id is None:
        raise PhotoCaseRefused("this pair is about no wearer")
    enrolled = tx.enrolments.pictures(case.wearer_id)
    if case.kind == "known_same":
        told = tx.enrolments.in_use(case.wearer_id)
        taken, measures = enrolled[1:], told[1].measures if len(told) > 1 else ()
    else:
        taken = tx.answers.pictures(case.answer_id)
        measures = tx.answers.get(case.answer_id).measures
    if not enrolled or not taken:
        raise PhotoCaseRefused("there are not two pictures any more")
    return Pair(
        case_id=case.case_id,
        first=enrolled[0],
        second=taken[0],
        measures=measures,
        lease_until=until,
    )
