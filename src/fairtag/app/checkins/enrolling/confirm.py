"""Look at pictures that a wearer took alone, and say whether they show the wearer.

Looking is an opening like any other of pictures: written down first, seen by the wearer. Only who
has looked can say it. Units: instants in µs UTC.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.checkins.book import Invitation
from fairtag.app.checkins.enrolling.sets import (
    log,
    of_invitation,
    remove,
    settled,
    take_place,
    waits,
)
from fairtag.app.house import House
from fairtag.app.openings import writing
from fairtag.app.openings.book import Whose
from fairtag.app.openings.grants import new_grant
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.opening import LEASE, Grant, GrantKind, Purpose, of_photos
from fairtag.custody.refusals import InterestDeclared
from fairtag.faces.refusals import EnrolmentNotSeen
from fairtag.terms.instants import Micros

_MOST_LISTED = 500  # the newest sets of devices; those that wait are among them for long


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer looks at."""

    pictures: tuple[bytes, ...]  # that wait, newest first
    former: tuple[bytes, ...]  # that are compared with until then; none at first


def list_waiting(house: House, person: Person) -> list[Invitation]:
    """List the invitations whose pictures wait for an officer; no picture is opened.

    Raises: NotPermitted.
    """
    demand(person, Act.ENROL)

    def work(tx: Transaction) -> list[Invitation]:
        return [one for one in tx.enrolments.filled(most=_MOST_LISTED) if waits(tx, one)]

    return house.store.read(work)


def see_set(house: House, person: Person, invitation_id: str) -> Seen:
    """Open the pictures that wait, for this person.

    Raises: NotPermitted, UnknownEnrolment, EnrolmentNotSeen when none wait, InterestDeclared,
    LogUnavailable, SealBroken.
    """
    demand(person, Act.ENROL)
    now = house.clock.now()

    def work(tx: Transaction) -> Invitation:
        invitation = _demand_waiting(tx, person, invitation_id)
        grant = _live(tx, person, invitation_id, now)
        if grant is None:
            grant = _new(house, person, invitation, now)
            writing.granted(tx, person, grant)
        writing.looked(tx, person, grant, now)
        return invitation

    invitation = house.store.transact(work)
    return house.store.read(lambda tx: _opened(tx, invitation))


def say_who(house: House, person: Person, invitation_id: str, *, is_wearer: bool) -> None:
    """Let pictures be compared with, or take them away, by somebody who has looked at them.

    Raises: NotPermitted, UnknownEnrolment, EnrolmentNotSeen, InterestDeclared, LogUnavailable.
    """
    demand(person, Act.ENROL)
    now = house.clock.now()

    def work(tx: Transaction) -> None:
        invitation = _demand_waiting(tx, person, invitation_id)
        if _live(tx, person, invitation_id, now) is None:
            raise EnrolmentNotSeen("this person has not looked at them in the last hour")
        if is_wearer:
            _use(tx, person, invitation, now)
        else:
            _decline(tx, person, invitation, now)

    house.store.transact(work)
    house.changes.publish()


def _use(tx: Transaction, person: Person, invitation: Invitation, now: Micros) -> None:
    mine = of_invitation(tx, invitation)
    told = {"pictures": str(len(mine))}
    what, by = "enrolment.confirmed", person.user_id
    log(tx, invitation, what, by=by, now=now, told=told, operation="alteration")
    for one in mine:
        tx.enrolments.put_use(msgspec.structs.replace(one, use="in_use"))
    take_place(tx, invitation, now)


def _decline(tx: Transaction, person: Person, invitation: Invitation, now: Micros) -> None:
    """Take the set away; what a hold keeps stays, and is never compared with."""
    mine = of_invitation(tx, invitation)
    told = {"pictures": str(len(mine))}
    what, by = "enrolment.declined", person.user_id
    log(tx, invitation, what, by=by, now=now, told=told, operation="erasure")
    for one in mine:
        tx.enrolments.put_use(msgspec.structs.replace(one, use="declined"))
    remove(tx, mine, now)
    settled(tx, invitation)


def _demand_waiting(tx: Transaction, person: Person, invitation_id: str) -> Invitation:
    """Go on only with a set that waits, for somebody who does not know the wearer privately."""
    invitation = tx.enrolments.invitation(invitation_id)
    if tx.circles.knows(person.user_id, invitation.wearer_id):
        raise InterestDeclared("a declared interest stands against it")
    if not waits(tx, invitation):
        raise EnrolmentNotSeen("no full set of pictures waits under this invitation")
    return invitation


def _live(tx: Transaction, person: Person, invitation_id: str, now: Micros) -> Grant | None:
    found = tx.openings.granted(person=person.user_id, kinds=(GrantKind.PHOTOS,))
    mine = [one for one in found if one.case_ref == invitation_id and one.until > now]
    return mine[-1] if mine else None


def _new(house: House, person: Person, invitation: Invitation, now: Micros) -> Grant:
    whose = Whose(wearer_id=invitation.wearer_id, order_id=invitation.order_id)
    opening = of_photos(Purpose.CONFIRM_ENROLMENT, now=now, lease=LEASE)
    bare = new_grant(house, person, opening, about=whose, now=now)
    return msgspec.structs.replace(bare, case_ref=invitation.invitation_id)


def _opened(tx: Transaction, invitation: Invitation) -> Seen:
    """Open them. The look is in the log by now."""
    wearer_id, name = invitation.wearer_id, invitation.invitation_id
    return Seen(
        pictures=tuple(tx.enrolments.pictures(wearer_id, of=name)),
        former=tuple(tx.enrolments.pictures(wearer_id)),
    )
