"""Say what two pictures show: alone, blind, once; what is adverse only with a reason and sign-off.

Two adverse looks of different people raise a matter for the authority, which a person decides; no
look decides anything about the wearer. Units: µs UTC.
"""

from __future__ import annotations

from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.books import Person
from fairtag.app.checkins.book import Answer
from fairtag.app.house import House
from fairtag.app.log.reason import with_reason
from fairtag.app.new_ids import new_alert_id
from fairtag.app.openings import writing
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.app.raise_alerts import raise_at_once, raise_for_house
from fairtag.app.reviewing.deal import accounts_of, demand_in_hand, new_name
from fairtag.app.reviewing.follow import follow_review
from fairtag.app.reviewing.signing import BY_PASSWORD, Signing
from fairtag.review.photos import (
    ADVERSE,
    LEAST_NOTE,
    Outcome,
    PhotoCase,
    PhotoReview,
    counted,
    refusal_of,
    settled,
)
from fairtag.review.refusals import PhotoCaseRefused, PhotoReviewRefused
from fairtag.review.sign_off import is_of
from fairtag.rules.finding import Kind
from fairtag.terms.ids import AlertId
from fairtag.terms.instants import Micros
from fairtag.terms.local import wall_text

CANT_TELL = "checkin.cant_tell"
_ANEW = (
    "From a check-in picture nobody could tell who it shows. Ask once more, ring the wearer "
    "instead, or invite them to new enrolment pictures. This does not count against the wearer."
)


def look(
    house: House,
    person: Person,
    case_id: str,
    *,
    outcome: str,
    note: str = "",
    given: str = "",
    signing: Signing = BY_PASSWORD,
) -> PhotoReview:
    """Record one person's answer about the pair in their hands.

    Raises: NotPermitted, PhotoCaseRefused, PhotoReviewRefused, SignInRefused, LogUnavailable.
    """
    demand(person, Act.LOOK)
    review = _signed(house, person, case_id, outcome, note.strip(), given, signing)
    alert_id = new_alert_id(house)

    def work(tx: Transaction) -> PhotoReview:
        case = demand_in_hand(tx, person, case_id, review.at)
        _demand_another(tx, person, case, review.at)
        whole = _settling(tx, case, review, alert_id)
        _store(tx, house, person, case, whole)
        if whole.settles is not None:
            tx.answers.decided(case.answer_id, whole.settles, at=whole.at)
            if case.order_id is not None:
                follow_review(tx, case.order_id, now=whole.at)
        if whole.alert_id is not None:
            answer = tx.answers.get(case.answer_id)
            raise_at_once(tx, _alert(tx, answer, whole.alert_id, whole.at))
        if whole.settles is Outcome.CANT_TELL:
            raise_for_house(tx, _anew(case, alert_id, whole.at), again_after=0)
        return whole

    done = house.store.transact(work)
    house.changes.publish()
    return done


def _signed(
    house: House,
    person: Person,
    case_id: str,
    outcome: str,
    note: str,
    given: str,
    signing: Signing,
) -> PhotoReview:
    """Make the answer, signed off by this person when it is adverse."""
    if outcome not in {*Outcome}:
        raise PhotoReviewRefused("choose one of the four answers")
    bare = PhotoReview(
        review_id=new_name(house, "w_"),
        case_id=case_id,
        by=person.user_id,
        at=house.clock.now(),
        outcome=Outcome(outcome),
        note=note,
    )
    if bare.outcome not in ADVERSE:
        return bare
    if sum(not one.isspace() for one in note) < LEAST_NOTE:
        raise PhotoReviewRefused(f"write what you see, in at least {LEAST_NOTE} letters")
    sign_off = signing.sign(house, person, digest=bare.digest, given=given)
    now = house.clock.now()
    if not is_of(sign_off, by=person.user_id, digest=bare.digest, now=now):
        raise PhotoReviewRefused("this sign-off is not of this answer")
    return replace(bare, sign_off=sign_off, at=now)


def _demand_another(tx: Transaction, person: Person, case: PhotoCase, now: Micros) -> None:
    """Go on only for somebody who is another person than those who looked before."""
    reviews = tx.photo_reviews.reviews(case.case_id)
    why = refusal_of(person.user_id, reviews, accounts=accounts_of(tx), now=now)
    is_known = case.wearer_id is not None and tx.circles.knows(person.user_id, case.wearer_id)
    if why is not None or is_known:
        raise PhotoCaseRefused("another person has to look at this pair")


def _settling(
    tx: Transaction, case: PhotoCase, review: PhotoReview, alert_id: AlertId
) -> PhotoReview:
    """Tell what all looks together say; a known pair measures the reviewer and settles nothing."""
    if case.is_known:
        return review
    earlier = counted(tx.photo_reviews.reviews(case.case_id), accounts_of(tx))
    end = settled([*(one.outcome for one in earlier), review.outcome])
    return replace(review, settles=end, alert_id=alert_id if end in ADVERSE else None)


def _store(
    tx: Transaction, house: House, person: Person, case: PhotoCase, review: PhotoReview
) -> None:
    digest = tx.photo_reviews.add(review)
    entry = writing.entry_of(
        person,
        "photo.review",
        review.at,
        operation="alteration",
        wearer_id=case.wearer_id,
        order_id=case.order_id,
        alert_id=review.alert_id,
        row=review.review_id,
        digest=digest,
        case=case.case_id,
    )
    writing.write(tx, with_reason(house, entry, review.note))


def _anew(case: PhotoCase, alert_id: AlertId, now: Micros) -> Alert:
    """Tell staff to ask in another way; one such matter of an order waits at a time."""
    return Alert(
        alert_id=alert_id,
        order_id=case.order_id,
        wearer_id=case.wearer_id,
        condition_id=None,
        device_id=None,
        kind=CANT_TELL,
        recipient="support",
        priority="low",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=case.waits_since,
        words={"en": _ANEW},
    )


def _alert(tx: Transaction, answer: Answer, alert_id: AlertId, now: Micros) -> Alert:
    zone = tx.orders.version(answer.order_id).ruling.time_zone
    told = (
        f"Two people, each on their own, could not confirm that the check-in picture of "
        f"{wall_text(answer.captured_at, zone)} shows the wearer. Pictures mislead: light, age, "
        "illness, a covered face. This is not a decision: people decide, and the wearer can tell "
        f"them what happened. Times are those of {zone}."
    )
    return Alert(
        alert_id=alert_id,
        order_id=answer.order_id,
        wearer_id=answer.wearer_id,
        condition_id=answer.condition_id,
        device_id=answer.device_id,
        kind=Kind.CHECKIN_IDENTITY_UNCONFIRMED,
        recipient="authority",
        priority="normal",
        state=AlertState.RAISED,
        raised_at=now,
        began_at=answer.captured_at,
        words={"en": told},
    )
