"""Answer a person who asks what is held about them: by the regime's date, whole, to them alone.

Whoever asks is looked at by one person, and another agrees to what leaves, to which key; what is
withheld is named as withheld.
Units: µs UTC; dates as YYYY-MM-DD in the order's time zone.
"""

from __future__ import annotations

import msgspec

from fairtag.app.books import Person
from fairtag.app.disclosure.ask import demand_state, new_id, propose, state_now
from fairtag.app.disclosure.deliver import pack
from fairtag.app.disclosure.gather import whole_time
from fairtag.app.disclosure.log import write_asked, write_step
from fairtag.app.house import House
from fairtag.app.openings.circles import demand_untied
from fairtag.app.permissions import Act, demand
from fairtag.app.ports import Transaction
from fairtag.disclosure.access_clock import Regime, demand_extension, due_on, regime_of
from fairtag.disclosure.course import Asked, State, Step, last
from fairtag.disclosure.refusals import DisclosureRefused
from fairtag.disclosure.scope import Category, Scope
from fairtag.disclosure.withholding import demand_ground
from fairtag.retention.schedule import ANSWER_DAYS
from fairtag.review.four_eyes import Proposal
from fairtag.terms.ids import OrderId, WearerId
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval, wall_minute

THE_WEARER = "wearer"
HELD_AFTER = ANSWER_DAYS * DAY
_WITHOUT_PHOTOS = frozenset(Category) - {Category.PHOTOS}
HOWS = ("passport or identity card", "known to staff in person", "video call with a document")


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How a request stands; no personal data."""

    disclosure_id: str
    order_id: OrderId
    asked_on: str
    due_on: str
    is_extended: bool
    is_late: bool
    state: State


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps a wearer's records: an open request for access, or one answered lately."""

    disclosure_id: str
    since: Micros
    until: Micros | None  # None: it is not answered yet


def ask_access(
    house: House,
    person: Person,
    order_id: OrderId,
    *,
    public_key: str,
    asked_by: str,
    how: str,
    has_photos: bool = False,
) -> Asked:
    """Write down that a wearer asks; the clock starts now.

    `how` is how it came, such as 'letter of 3 November'; the package will open with the
    counterpart of `public_key` only. `has_photos`: they want the pictures of their face too.
    Raises: NotPermitted, RecipientRefused, DisclosureRefused, UnknownOrder, LogUnavailable.
    """
    demand(person, Act.ASK)
    if not asked_by.strip() or not how.strip():
        raise DisclosureRefused("say who asks, and how the request came")
    house.parcels.seal({}, public_key)
    now = house.clock.now()
    asked_for = frozenset(Category) if has_photos else _WITHOUT_PHOTOS

    def work(tx: Transaction) -> Asked:
        newest = tx.orders.version(order_id)
        scope = Scope(
            wearer_id=newest.wearer_id,
            order_id=order_id,
            window=Interval(start=whole_time(tx, order_id).start, end=now),
            categories=asked_for,
        )
        asked = Asked(
            disclosure_id=new_id(house),
            how="access",
            recipient_id=THE_WEARER,
            gateway=regime_of(newest.legal_regime).gateway,
            scope=scope,
            at=now,
            by=person.user_id,
            public_key=public_key,
            asked_by=asked_by.strip(),
            authority=how.strip(),
            case_ref="access request",
            purpose="to know what is held about me",
        )
        write_asked(tx, asked)
        return asked

    return house.store.transact(work)


def extend(house: House, person: Person, disclosure_id: str, *, reason: str) -> str:
    """Take the more time that the regime gives, once; tells the new date.

    Raises: NotPermitted, DisclosureRefused, UnknownDisclosure, DisclosureStateRefused.
    """
    demand(person, Act.DISCLOSE)
    now = house.clock.now()

    def work(tx: Transaction) -> str:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_state(steps, State.ASKED, State.PROPOSED)
        if asked.how != "access" or last(steps, "extended") is not None:
            raise DisclosureRefused("only a request for access gets more time, and once")
        zone, regime = _clock_of(tx, asked)
        asked_on = _day(asked.at, zone)
        demand_extension(asked_on, _day(now, zone), regime, reason=reason)
        due = due_on(asked_on, regime, is_extended=True)
        step = Step(
            disclosure_id=disclosure_id,
            what="extended",
            by=person.user_id,
            at=now,
            facts={"due_on": due},
            told={"reason": reason.strip()},
        )
        write_step(tx, asked, step)
        return due

    return house.store.transact(work)


def check_identity(house: House, person: Person, disclosure_id: str, *, how: str) -> None:
    """Write down that somebody looked who asks, and how; a trail needs it within 24 hours.

    Raises: NotPermitted, DisclosureRefused, InterestDeclared, UnknownDisclosure,
    DisclosureStateRefused.
    """
    demand(person, Act.DISCLOSE)
    if how not in HOWS:
        raise DisclosureRefused(f"say how you looked: {', '.join(HOWS)}")
    now = house.clock.now()
    about = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))[0]
    demand_untied(house, person, about.wearer_id, about.order_id)

    def work(tx: Transaction) -> None:
        asked, steps = tx.disclosures.get(disclosure_id)
        demand_state(steps, State.ASKED, State.PROPOSED)
        step = Step(
            disclosure_id=disclosure_id,
            what="identity_checked",
            by=person.user_id,
            at=now,
            facts={"how": how},
        )
        write_step(tx, asked, step)

    house.store.transact(work)


def withhold(
    house: House,
    person: Person,
    disclosure_id: str,
    *,
    parts: dict[Category, str],
    reason: str,
) -> Proposal:
    """Ask a second person to agree that some parts, by their ground of law, are withheld.

    Raises: NotPermitted, ReasonRefused, DisclosureRefused, UnknownDisclosure,
    DisclosureStateRefused.
    """
    if not parts or not all(why.strip() for why in parts.values()):
        raise DisclosureRefused("name each part and the ground of law on which it is withheld")
    asked, _ = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    for ground in parts.values():
        demand_ground(asked.gateway, ground)
    withheld = tuple(sorted(parts.items()))
    return propose(house, person, disclosure_id, reason=reason, withheld=withheld)


def answer(house: House, person: Person, disclosure_id: str) -> None:
    """Make the wearer's package: what two people agreed to, for whom somebody looked at lately.

    Raises: as `pack`; DisclosureRefused when no second person was asked, or nobody looked who
    asks within the last 24 hours.
    """
    demand(person, Act.DISCLOSE)
    now = house.clock.now()
    asked, steps = house.store.read(lambda tx: tx.disclosures.get(disclosure_id))
    if asked.how != "access":
        raise DisclosureRefused("this is no request for access")
    if house.store.read(lambda tx: state_now(tx, steps, now)) is State.ASKED:
        raise DisclosureRefused("a second person has to agree first: ask one")
    pack(house, person, disclosure_id)


def requests(house: House) -> list[Access]:
    """List requests for access, newest first, with their dates."""
    now = house.clock.now()
    return house.store.read(
        lambda tx: [_access(tx, *one, now) for one in tx.disclosures.listed(how="access")]
    )


def request_of(house: House, disclosure_id: str) -> Access:
    """Tell how one request for access stands."""
    now = house.clock.now()
    return house.store.read(lambda tx: _access(tx, *tx.disclosures.get(disclosure_id), now))


def holds_of(tx: Transaction, wearer_id: WearerId) -> list[Hold]:
    """List what keeps a wearer's records because of requests for access (charter G5)."""
    found = []
    for asked, steps in tx.disclosures.listed(wearer_id=wearer_id, how="access"):
        answered = last(steps, "fetched") or last(steps, "expired") or last(steps, "refused")
        until = None if answered is None else Micros(answered.at + HELD_AFTER)
        found.append(Hold(disclosure_id=asked.disclosure_id, since=asked.at, until=until))
    return found


def _access(tx: Transaction, asked: Asked, steps: tuple[Step, ...], now: Micros) -> Access:
    zone, regime = _clock_of(tx, asked)
    is_extended = last(steps, "extended") is not None
    due = due_on(_day(asked.at, zone), regime, is_extended=is_extended)
    state = state_now(tx, steps, now)
    return Access(
        disclosure_id=asked.disclosure_id,
        order_id=asked.order_id,
        asked_on=_day(asked.at, zone),
        due_on=due,
        is_extended=is_extended,
        is_late=_day(now, zone) > due and state in (State.ASKED, State.PROPOSED, State.APPROVED),
        state=state,
    )


def _clock_of(tx: Transaction, asked: Asked) -> tuple[str, Regime]:
    newest = tx.orders.version(asked.order_id)
    return newest.ruling.time_zone, regime_of(newest.legal_regime)


def _day(at: Micros, zone: str) -> str:
    return wall_minute(at, zone)[0].format_iso()
