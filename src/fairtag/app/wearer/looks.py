"""What does a wearer see? What is collected and why, who looked, what was passed on, the contests.

Nothing here unseals a position, and nothing names anybody else than staff by reference.
Source: charter G4. Units: µs UTC.
"""

from __future__ import annotations

from typing import Any

import msgspec

from fairtag.app.books import OrderFacts
from fairtag.app.complaints.read import ComplaintTold, complaints_told
from fairtag.app.deciding.told import CheckInTold, DecisionTold, check_ins_told, decisions_told
from fairtag.app.disclosure.listed import ToldAbout, told_about
from fairtag.app.house import House
from fairtag.app.openings.book import Look
from fairtag.app.outside.book import OutsideNotice
from fairtag.app.ports import Transaction
from fairtag.app.prove_look import as_proved
from fairtag.app.retention.standing import holds_standing
from fairtag.app.wearer.answered import alert_of
from fairtag.app.wearer.book import Contest
from fairtag.app.wearer.written import WrittenShown, written_about
from fairtag.audit.entries import Entry
from fairtag.custody.delay import Delay, is_hidden, until_of
from fairtag.custody.opening import Purpose
from fairtag.retention.holds import WORDS
from fairtag.terms.errors import UnknownPage
from fairtag.terms.ids import WearerId
from fairtag.terms.instants import Micros


class NoticeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that went outside, or waits to go."""

    at: Micros
    whom: str
    is_resumed: bool  # it says that recording goes on
    is_sent: bool


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its wearer may read it: no place, no free text, nobody else."""

    order_id: str
    authority: str
    legal_basis: str
    starts_at: Micros
    ends_at: Micros
    review_by: str
    time_zone: str
    devices: tuple[str, ...]
    conditions: tuple[str, ...]  # kinds
    lapsed_since: Micros | None = None  # recording stopped: nobody made the review
    is_standing: bool = False  # and something is judged on all the same
    told: tuple[NoticeShown, ...] = ()  # who was told of it outside


class LookShown(msgspec.Struct, frozen=True, kw_only=True):
    """One look as the wearer is told of it."""

    at: Micros
    staff: str  # reference
    role: str
    office: str
    what: str  # the kind of grant
    purpose: Purpose | None
    since: Micros | None
    upto: Micros | None
    two_people: bool
    is_refused: bool
    delayed_for: str = ""  # the reason's code, when the wearer is told late
    delayed_until: Micros | None = None
    entry: int  # 0: it has no number yet


class HoldShown(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps records longer, for which case, until when."""

    words: str
    case: str
    since: Micros
    until: Micros | None  # None: until 28 days after an answer


class WearerPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows."""

    wearer_id: WearerId
    orders: tuple[OrderShown, ...]
    looks: tuple[LookShown, ...]
    disclosures: tuple[ToldAbout, ...]  # newest first, refused ones too
    contests: tuple[tuple[Contest, Micros | None], ...]  # with when it was answered
    check_ins: tuple[CheckInTold, ...] = ()  # that people look at, or looked at
    decisions: tuple[DecisionTold, ...] = ()
    holds: tuple[HoldShown, ...] = ()
    written: tuple[WrittenShown, ...] = ()  # what else the log says, by kind
    complaints: tuple[ComplaintTold, ...] = ()


def read_page(house: House, wearer_id: WearerId) -> WearerPage:
    """Give the wearer's page; that it was read is written down first.

    Raises: LogUnavailable.
    """
    now = house.clock.now()
    entry = Entry(
        at=now, operation="consultation", actor="wearer", what="wearer.page", wearer_id=wearer_id
    )
    house.store.look(lambda tx: tx.audit.append(entry))
    return house.store.read(lambda tx: _page(tx, wearer_id, now))


def looks_shown(tx: Transaction, wearer_id: WearerId, *, now: Micros) -> tuple[LookShown, ...]:
    """List the looks that the wearer may know of now, newest first.

    A look whose notice waits is not there, and nothing tells that something waits.
    """
    delays = tx.openings.delays_about(wearer_id)
    offices = _offices(tx, wearer_id)
    found = []
    for look in tx.openings.looks(wearer_id=wearer_id):
        of_it = delays.get(look.grant_id or "", ())
        if not is_hidden(of_it, now=now):
            number = look.entry or tx.audit.number_of(look.ref) or 0
            found.append(_shown(look, of_it, offices, number))
    return tuple(found)


def proof_of(house: House, wearer_id: WearerId, entry: int) -> dict[str, Any]:
    """Give the wearer what shows that an entry of theirs stands in the log.

    Raises: UnknownPage for an entry that is not theirs, or whose notice waits.
    """
    now = house.clock.now()

    def work(tx: Transaction) -> dict[str, Any]:
        mine = {one.entry for one in looks_shown(tx, wearer_id, now=now) if one.entry}
        if entry not in mine:
            raise UnknownPage("no such entry")
        return as_proved(tx, tx.audit.entries(after=entry - 1, limit=1))

    return house.store.read(work)


def _page(tx: Transaction, wearer_id: WearerId, now: Micros) -> WearerPage:
    orders = tx.orders.facts(wearer_id=wearer_id)
    told = tx.contests.about(wearer_id)
    return WearerPage(
        wearer_id=wearer_id,
        orders=tuple(_order(tx, one, now) for one in orders),
        looks=looks_shown(tx, wearer_id, now=now),
        disclosures=tuple(told_about(tx, wearer_id)),
        contests=tuple(
            (one, alert.closed_at) for one in told[::-1] if (alert := alert_of(tx, one))
        ),
        check_ins=check_ins_told(tx, wearer_id, now=now),
        decisions=decisions_told(tx, wearer_id),
        holds=_holds(tx, wearer_id, now),
        written=written_about(tx, wearer_id),
        complaints=complaints_told(tx, wearer_id, now=now),
    )


def _holds(tx: Transaction, wearer_id: WearerId, now: Micros) -> tuple[HoldShown, ...]:
    cases = {one.hold_id: one.case for one in tx.holds.listed(wearer_id=wearer_id, bare=False)}
    return tuple(
        HoldShown(
            words=WORDS[one.why],
            case=cases.get(one.hold_id, ""),
            since=one.since,
            until=one.until,
        )
        for one in holds_standing(tx, wearer_id)
        if one.stands_at(now)
    )


def _order(tx: Transaction, facts: OrderFacts, now: Micros) -> OrderShown:
    order = tx.orders.version(facts.order_id)
    ruling = order.ruling
    is_stopped = facts.lapsed_since is not None and now < facts.ends_at
    kinds = dict.fromkeys(type(one).__name__ for one in ruling.conditions)
    return OrderShown(
        order_id=order.order_id,
        authority=order.authority.name,
        legal_basis=order.legal_basis,
        starts_at=ruling.during.start,
        ends_at=facts.ends_at,
        review_by=facts.review_by,
        time_zone=ruling.time_zone,
        devices=tuple(dict.fromkeys(one.device_id for one in ruling.devices)),
        conditions=tuple(kinds),
        lapsed_since=facts.lapsed_since if is_stopped else None,
        is_standing=bool(tx.orders.rulings(facts.order_id)[-1].standing),
        told=tuple(
            _notice(one)
            for one in tx.outside.notices(facts.order_id)
            # That an answer is late stands beside the complaint.
            if one.what != "complaint.late" and (one.is_sent or one.sent_at is None)
        ),
    )


def _notice(one: OutsideNotice) -> NoticeShown:
    return NoticeShown(
        at=one.queued_at,
        whom=one.whom,
        is_resumed=one.what == "review.made",
        is_sent=one.is_sent,
    )


def _offices(tx: Transaction, wearer_id: WearerId) -> dict[str, str]:
    """Name the offices that made the wearer's orders; another office goes by its reference."""
    found = (
        tx.orders.version(one.order_id).authority for one in tx.orders.facts(wearer_id=wearer_id)
    )
    return {one.id: one.name for one in found}


def _shown(
    look: Look, delays: tuple[Delay, ...], offices: dict[str, str], number: int
) -> LookShown:
    return LookShown(
        at=look.at,
        staff=look.person,
        role=look.role,
        office=offices.get(look.authority, look.authority),
        what=look.what,
        purpose=look.purpose,
        since=look.since,
        upto=look.upto,
        two_people=look.second_person is not None,
        is_refused=bool(look.refused),
        delayed_for=delays[0].reason if delays else "",
        delayed_until=until_of(delays),
        entry=number,
    )
