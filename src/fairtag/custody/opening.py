"""May this person open this now? The only door to what is sealed; closed by default.

Source: charter G3: one named officer from 60 minutes before an urgent alert until it is closed, in
leases of 60 minutes; every other window (≤ 48 h; 14 days at most) by a second person; threat to
life: 30 minutes, one wearer, one person. An alert that is not urgent opens its own copy of the
deciding positions and nothing beside it. Free text about a wearer holds no trail: it opens for a
purpose, also after the closing.
Units: µs UTC.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from fairtag.custody.refusals import GrantOver
from fairtag.terms.errors import OpeningRefused
from fairtag.terms.ids import AlertId, OrderId, WearerId
from fairtag.terms.instants import DAY, HOUR, MINUTE, Micros
from fairtag.terms.local import Interval

BEFORE = HOUR
LEASE = HOUR
USUAL_WINDOW = 2 * DAY
LONGEST_WINDOW = 14 * DAY
BREAK_GLASS_LEASE = 30 * MINUTE
BREAK_GLASS_BACK = DAY  # ours: how far back a search for somebody in danger may need to look


class Purpose(StrEnum):
    """Why something is opened; a closed list."""

    HANDLE_ALERT = "handle_alert"
    PROTECT_PERSON = "protect_person"
    CHECK_EQUIPMENT = "check_equipment"
    REVIEW_HANDLING = "review_handling"  # texts of a closed alert; opens no position
    ANSWER_COMPLAINT = "answer_complaint"
    PREPARE_COURT = "prepare_court"
    THREAT_TO_LIFE = "threat_to_life"  # break-glass, and nothing else
    CONFIRM_CHECK_IN = "confirm_check_in"  # two pictures, without a name
    MEASURE_REVIEWERS = "measure_reviewers"  # two enrolled pictures, without a name
    CONFIRM_ENROLMENT = "confirm_enrolment"  # enrolled pictures, before they are compared with


OF_POSITIONS = (Purpose.HANDLE_ALERT, Purpose.PROTECT_PERSON, Purpose.CHECK_EQUIPMENT)
OF_TEXTS = (*OF_POSITIONS, Purpose.REVIEW_HANDLING)
OF_PHOTOS = (
    *(Purpose.CONFIRM_CHECK_IN, Purpose.MEASURE_REVIEWERS),
    *(Purpose.HANDLE_ALERT, Purpose.CONFIRM_ENROLMENT),
)
OF_WINDOWS = (
    Purpose.PROTECT_PERSON,
    Purpose.CHECK_EQUIPMENT,
    Purpose.ANSWER_COMPLAINT,
    Purpose.PREPARE_COURT,
)


class GrantKind(StrEnum):
    """What a grant opens."""

    URGENT_ALERT = "urgent_alert"  # the trail from 60 minutes before the alert, and its copy
    ALERT_COPY = "alert_copy"  # the alert's own copy of its deciding positions
    TEXTS = "texts"  # what people wrote about the wearer
    THIRD_PERSON = "third_person"  # what concerns a victim or witness
    WINDOW = "window"  # any other time of the trail: two people
    BREAK_GLASS = "break_glass"  # threat to life
    PHOTOS = "photos"  # a few pictures of one wearer


OF_ONE_PERSON_POSITIONS = (GrantKind.URGENT_ALERT, GrantKind.ALERT_COPY)
_END_WITH_ALERT = frozenset(OF_ONE_PERSON_POSITIONS)
_OPEN_TRAIL = frozenset({GrantKind.URGENT_ALERT, GrantKind.WINDOW, GrantKind.BREAK_GLASS})
_OPEN_COPY = frozenset(OF_ONE_PERSON_POSITIONS)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One named person may open this, about one wearer, for a while. A row, never changed."""

    grant_id: str
    kind: GrantKind
    person: str  # user id
    role: str
    authority: str
    wearer_id: WearerId
    order_id: OrderId
    alert_id: AlertId | None = None
    purpose: Purpose
    since: Micros  # event times from here …
    upto: Micros  # … to here, and never beyond the instant of reading
    granted_at: Micros
    until: Micros  # of the lease
    with_alert: bool  # there was an open alert about this
    second_person: str | None = None
    case_ref: str = ""
    proposal_id: str | None = None

    @property
    def opens_trail(self) -> bool:
        """Tell whether the wearer's trail opens, and not only an alert's copy or texts."""
        return self.kind in _OPEN_TRAIL

    @property
    def opens_copy(self) -> bool:
        """Tell whether an alert's own positions open."""
        return self.kind in _OPEN_COPY

    def window(self, now: Micros) -> Interval:
        """Tell which event times open at an instant, this one too; the future is nobody's."""
        return Interval(start=self.since, end=Micros(max(self.since, min(self.upto, now + 1))))


class AboutAlert(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of an alert when somebody asks to open it."""

    is_urgent: bool
    began_at: Micros  # of the matter: late data may raise an alert hours after it
    closed_at: Micros | None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What may be opened, before it is written down as a grant."""

    kind: GrantKind
    purpose: Purpose
    since: Micros
    upto: Micros
    until: Micros


def around_alert(about: AboutAlert, purpose: str, *, now: Micros) -> Opening:
    """Decide about an alert's positions, and the name that goes with them.

    Raises: OpeningRefused.
    Fails: closed.
    """
    chosen = _purpose(purpose, OF_POSITIONS)
    if about.closed_at is not None:
        raise OpeningRefused("the alert is closed; a second person must agree to open it again")
    until = Micros(now + LEASE)
    return Opening(
        kind=GrantKind.URGENT_ALERT if about.is_urgent else GrantKind.ALERT_COPY,
        purpose=chosen,
        since=Micros(min(about.began_at, now) - BEFORE),
        upto=until,
        until=until,
    )


def of_texts(purpose: str, *, kind: GrantKind = GrantKind.TEXTS, now: Micros) -> Opening:
    """Decide about notes and reasons: no place is opened with them.

    Raises: OpeningRefused.
    Fails: closed.
    """
    chosen = _purpose(purpose, OF_TEXTS)
    return Opening(kind=kind, purpose=chosen, since=now, upto=now, until=Micros(now + LEASE))


def of_photos(purpose: Purpose, *, now: Micros, lease: int) -> Opening:
    """Decide about the pictures of one check-in or enrolment, for the one person who looks.

    Raises: OpeningRefused.
    Fails: closed.
    """
    chosen = _purpose(purpose, OF_PHOTOS)
    until = Micros(now + min(lease, LEASE))
    return Opening(kind=GrantKind.PHOTOS, purpose=chosen, since=now, upto=now, until=until)


def other_window(window: Interval, purpose: str, *, why_longer: str, now: Micros) -> Opening:
    """Decide whether a window may be asked for at all; two people decide whether it opens.

    Raises: OpeningRefused.
    Fails: closed.
    """
    chosen = _purpose(purpose, OF_WINDOWS)
    length = window.end - window.start
    if window.end > now:
        raise OpeningRefused("a window ends now at the latest; nobody opens what is to come")
    if length > LONGEST_WINDOW:
        raise OpeningRefused("a window is 14 days at most")
    if length > USUAL_WINDOW and not why_longer.strip():
        raise OpeningRefused("a window over 48 hours needs the reason why 48 do not do")
    return Opening(
        kind=GrantKind.WINDOW,
        purpose=chosen,
        since=window.start,
        upto=window.end,
        until=Micros(now + LEASE),
    )


def for_life(*, now: Micros) -> Opening:
    """Open one wearer for threat to life: 30 minutes, by one person."""
    until = Micros(now + BREAK_GLASS_LEASE)
    return Opening(
        kind=GrantKind.BREAK_GLASS,
        purpose=Purpose.THREAT_TO_LIFE,
        since=Micros(now - BREAK_GLASS_BACK),
        upto=until,
        until=until,
    )


def demand_good(
    grant: Grant, *, person: str, is_account_open: bool, is_alert_closed: bool, now: Micros
) -> None:
    """Go on only while a grant opens something for this person; asked at each read.

    Raises: GrantOver.
    Fails: closed.
    """
    if grant.person != person:
        raise GrantOver("this opening is another person's")
    if not is_account_open:
        raise GrantOver("the account is closed")
    if not grant.granted_at <= now < grant.until:
        raise GrantOver("the lease is over")
    if is_alert_closed and grant.kind in _END_WITH_ALERT:
        raise GrantOver("the alert is closed")


def _purpose(told: str, allowed: tuple[Purpose, ...]) -> Purpose:
    if told not in allowed:
        raise OpeningRefused("choose a purpose from the list")
    return Purpose(told)
