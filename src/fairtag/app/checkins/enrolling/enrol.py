"""Enrol a wearer: an officer opens it; three good pictures of one face; poor ones are taken again.

A picture comes from the wearer's app, the officer's desk or the authority's own register; where it
comes from, when it was taken and how good it is stand beside it. Pictures of one set belong
together, or others are asked for. A full set takes the place of the former one; one that the wearer
took alone does so when an officer has looked at it (`confirm`). Units: instants in µs UTC.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from fairtag.app.books import Person
from fairtag.app.checkins.answering.compare import TAKE_AGAIN, cleaned, enrolled_for, read
from fairtag.app.checkins.answering.sent import Manifest, Sent, digests, doubts_of
from fairtag.app.checkins.book import WANTED, EnrolledPicture, Invitation
from fairtag.app.checkins.enrolling.sets import completed, log
from fairtag.app.checkins.enrolling.sources import EnrolmentSource, SourcePicture
from fairtag.app.checkins.enrolling.together import ONE_MORE, belonging_now, strays
from fairtag.app.house import House
from fairtag.app.new_ids import new_alert_id
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.custody.refusals import InterestDeclared
from fairtag.faces.model import Reading
from fairtag.faces.refusals import EnrolmentRefused, UnknownEnrolment
from fairtag.orders.model import CheckIn
from fairtag.terms.ids import DeviceId, OrderId, WearerId
from fairtag.terms.instants import DAY, Micros

LONGEST = 14 * DAY  # ours: an invitation that nobody took up by then is opened anew
MOST_TRIES = 20  # uploads for one invitation, ours
OLDEST = 5 * 365 * DAY  # ours: faces change; whoever looked so then is enrolled anew
ANOTHER = "take_another"  # advice: this picture, or one just like it, is here already
_UNSIGNED = frozenset({"signature", "sha256"})
_BYTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of one picture; never a score."""

    reading: Reading | None  # None: it could not be read
    is_kept: bool
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """How far an enrolment is."""

    taken: int
    wanted: int
    looked: tuple[Looked, ...]
    is_waiting: bool = False  # a full set, at which an officer looks first

    @property
    def advice(self) -> tuple[str, ...]:
        """Give what would help, each once."""
        return tuple(dict.fromkeys(code for one in self.looked for code in one.advice))


@dataclass(frozen=True, slots=True, kw_only=True)
class _From:
    """Where pictures come from."""

    source: str
    taken_at: Micros
    by: str
    is_alone: bool = False  # nobody of ours saw who is on it


def open_enrolment(
    house: House, person: Person, order_id: OrderId, *, device_id: DeviceId | None, until: Micros
) -> Invitation:
    """Ask a wearer for pictures, on a device or (None) at the officer's desk.

    Raises: NotPermitted, InterestDeclared, UnknownOrder, EnrolmentRefused when the order asks for
    no pictures, names no such device, or the time does not do.
    """
    demand(person, Act.ENROL)
    now = house.clock.now()
    if not now < until <= now + LONGEST:
        raise EnrolmentRefused("an invitation ends within 14 days")

    def work(tx: Transaction) -> Invitation:
        wearer_id = _demand_asked_for(tx, order_id, device_id)
        if tx.circles.knows(person.user_id, wearer_id):
            raise InterestDeclared("a declared interest stands against it")
        invitation = Invitation(
            invitation_id=_new_id(house, "i"),
            wearer_id=wearer_id,
            order_id=order_id,
            device_id=device_id,
            opened_at=now,
            until=until,
            opened_by=person.user_id,
        )
        tx.enrolments.invite(invitation)
        log(tx, invitation, "enrolment.open", by=person.user_id, now=now, told={})
        return invitation

    return house.store.transact(work)


def take_enrolment(house: House, sent: Sent) -> Enrolled | None:
    """Take pictures that a device sends for an invitation; None when no order covers it.

    Raises: UnknownEnrolment, EnrolmentRefused, Busy, LogUnavailable.
    """
    now = sent.received_at
    invitation = house.store.read(lambda tx: tx.enrolments.invitation(sent.about))
    if invitation.device_id != sent.device_id:
        raise UnknownEnrolment("this invitation is another device's")
    serving = house.store.read(lambda tx: tx.devices.serving(sent.device_id))
    mine = [one for one in serving if one.order_id == invitation.order_id]
    if not any(one.during.holds(now) and now <= one.order_ends_at for one in mine):
        return None
    doubts = doubts_of(sent, nonce=sent.told.nonce)  # an invitation has no nonce of its own
    if not isinstance(sent.told, Manifest) or not _UNSIGNED.isdisjoint(doubts):
        raise EnrolmentRefused("the pictures are not those that the device signed")
    whence = _From(
        source="the wearer's app", taken_at=sent.captured_at, by=sent.device_id, is_alone=True
    )
    return _take(house, invitation, sent.frames, whence)


def enrol_at_desk(
    house: House, person: Person, invitation_id: str, frames: Sequence[bytes]
) -> Enrolled:
    """Take pictures that an officer took of the wearer who is there.

    Raises: NotPermitted, UnknownEnrolment, EnrolmentRefused, Busy, LogUnavailable.
    """
    demand(person, Act.ENROL)
    invitation = house.store.read(lambda tx: tx.enrolments.invitation(invitation_id))
    whence = _From(source="enrolment in person", taken_at=house.clock.now(), by=person.user_id)
    return _take(house, invitation, frames, whence)


def enrol_from(
    house: House, person: Person, invitation_id: str, *, source: EnrolmentSource, reference: str
) -> Enrolled:
    """Take the newest pictures that the authority has under its own reference.

    Raises: NotPermitted, UnknownEnrolment, EnrolmentRefused when there are none that are new and
    good enough: then enrol anew.
    """
    demand(person, Act.ENROL)
    invitation = house.store.read(lambda tx: tx.enrolments.invitation(invitation_id))
    now = house.clock.now()
    fresh = [one for one in source.pictures(reference) if is_fresh(one, now)]
    if not fresh:
        raise EnrolmentRefused("there is no picture of the last five years; enrol anew")
    done: list[Looked] = []
    taken, is_waiting = invitation.taken, False
    for one in fresh:
        if taken >= WANTED:
            break
        whence = _From(source=one.source, taken_at=one.taken_at, by=person.user_id)
        step = _take(house, invitation, [one.raw], whence)
        taken, done = step.taken, [*done, *step.looked]
        is_waiting = step.is_waiting
    return Enrolled(taken=taken, wanted=WANTED, looked=tuple(done), is_waiting=is_waiting)


def is_fresh(one: SourcePicture, now: Micros) -> bool:
    """Tell whether a picture is new enough to compare somebody with."""
    return 0 <= now - one.taken_at <= OLDEST


def _demand_asked_for(tx: Transaction, order_id: OrderId, device_id: DeviceId | None) -> WearerId:
    """Go on only when the order in force asks for pictures of this wearer (charter G9)."""
    version = tx.orders.version(order_id)
    conditions = version.ruling.conditions
    if not any(isinstance(one, CheckIn) and one.modality == "face_photo" for one in conditions):
        raise EnrolmentRefused("this order asks for no pictures")
    if device_id is not None and device_id not in {one.device_id for one in version.ruling.devices}:
        raise EnrolmentRefused(f"order {order_id} names no device {device_id}")
    return version.wearer_id


def _take(house: House, invitation: Invitation, frames: Sequence[bytes], whence: _From) -> Enrolled:
    now = house.clock.now()
    _demand_open(invitation, now)
    house.store.transact(lambda tx: tx.enrolments.tried(invitation.invitation_id))
    clean = cleaned(house, frames)
    pictures = [one for one in clean if one is not None]
    readings = read(house, invitation.wearer_id, pictures)
    looks = [
        Looked(reading=None, is_kept=False, advice=(TAKE_AGAIN,)) for one in clean if one is None
    ]

    at_least, alert_id = belonging_now(house), new_alert_id(house)

    def work(tx: Transaction) -> Enrolled:
        found = list(looks)
        taken = tx.enrolments.invitation(invitation.invitation_id).taken
        stray = strays(readings, enrolled_for(tx, invitation), at_least)
        for n, (picture, reading) in enumerate(zip(pictures, readings, strict=True)):
            one = Looked(reading=reading, is_kept=False, advice=(ONE_MORE,))
            if n not in stray:
                is_full = taken >= WANTED
                one = _kept(tx, house, invitation, picture, reading, whence, is_full=is_full)
            taken += one.is_kept
            found.append(one)
        is_full = taken >= WANTED
        is_waiting = is_full and completed(tx, invitation, alert_id=alert_id, now=now)
        told = {"kept": str(sum(one.is_kept for one in found)), "source": whence.source}
        log(tx, invitation, "enrolment.pictures", by=whence.by, now=now, told=told)
        return Enrolled(taken=taken, wanted=WANTED, looked=tuple(found), is_waiting=is_waiting)

    done = house.store.transact(work)
    if done.is_waiting:
        house.changes.publish()
    return done


def _demand_open(invitation: Invitation, now: Micros) -> None:
    if now >= invitation.until:
        raise EnrolmentRefused("the invitation is over")
    if invitation.taken >= WANTED:
        raise EnrolmentRefused("there are three good pictures already")
    if invitation.tries >= MOST_TRIES:
        raise EnrolmentRefused(f"{MOST_TRIES} uploads and no three good pictures")


def _kept(
    tx: Transaction,
    house: House,
    invitation: Invitation,
    picture: bytes,
    reading: Reading,
    whence: _From,
    *,
    is_full: bool,
) -> Looked:
    """Keep a good picture; a poor one, or one that is here already, is asked for again."""
    if is_full or reading.outcome != "one" or reading.template is None:
        return Looked(reading=reading, is_kept=False, advice=reading.advice)
    if tx.answers.seen(invitation.wearer_id, digests([picture]))[0] is not None:
        return Looked(reading=reading, is_kept=False, advice=(ANOTHER,))
    told = EnrolledPicture(
        picture_id=_new_id(house, "p"),
        wearer_id=invitation.wearer_id,
        source=whence.source,
        taken_at=whence.taken_at,
        added_at=house.clock.now(),
        added_by=whence.by,
        measures=reading.measures,
        invitation_id=invitation.invitation_id,
        use="waits" if whence.is_alone else "in_use",
    )
    tx.enrolments.put(told, picture, reading.template)
    return Looked(reading=reading, is_kept=True, advice=())


def _new_id(house: House, letter: str) -> str:
    return f"{letter}_" + base64.b32encode(house.chance(_BYTES)).decode().lower()
